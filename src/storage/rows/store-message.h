/* store-message.h: the messages' rows, for those who work with the connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_MESSAGE_H
#define STORE_MESSAGE_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

/* All messages of a conversation with their texts, by id. */
GPtrArray *store_message_load_all (StoreConnection *connection, gint64 conversation_id, GError **error);
/* Inserts the row; its id is not looked at.  FALSE and error; *ret_id. */
gboolean store_message_insert (StoreConnection *connection, const StoreMessage *message, gint64 *ret_id, GError **error);

G_END_DECLS

#endif
