/* store-conversation.h: the conversations' rows, for those who work with the connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_CONVERSATION_H
#define STORE_CONVERSATION_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

/* NULL and NOT_FOUND where it does not exist. */
StoreConversation *store_conversation_load (StoreConnection *connection, gint64 id, char **ret_origin, GError **error);
/* Inserts the row; its id is not looked at.  FALSE and error; *ret_id. */
gboolean store_conversation_insert (StoreConnection *connection, const StoreConversation *conversation, const char *origin,
                                    gint64 *ret_id, GError **error);

/* Reads the rows of the conversations in connection->changes; NULL where one is gone.  One that cannot be read becomes id 0:
 * its users then see why. */
void store_conversation_read_changes (StoreConnection *connection);

/* Deletes for good what was moved to the bin before `time`; inside of a transaction. */
gboolean store_purge_deleted (StoreConnection *connection, gint64 time, GError **error);

G_END_DECLS

#endif
