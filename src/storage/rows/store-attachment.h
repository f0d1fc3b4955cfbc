/* store-attachment.h: what is attached to a message, for those who work with the connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_ATTACHMENT_H
#define STORE_ATTACHMENT_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

/* Whether the store takes them, by what their texts hold: in JSON a table full of quotation marks may be twice as long. */
gboolean store_attachments_check (const char *json, GError **error);
/* What StoreMessage.attachments says, as rows to be; NULL: it says more than rows can hold, or is no such JSON at all, and stays
 * as it is. */
GPtrArray *store_attachments_parse (const char *json);
/* Whether all documents that they only name are there. */
gboolean store_attachments_are_there (StoreConnection *connection, GPtrArray *files, gboolean *ret_are_there, GError **error);
/* Adds these to the message. */
gboolean store_attachments_write (StoreConnection *connection, gint64 message_id, GPtrArray *files, GError **error);
/* What was given, by document and ordinal; what is not there is left out. */
gboolean store_given_write (StoreConnection *connection, gint64 message_id, GPtrArray *given, GError **error);

/* Fills in attachments, where the column was NULL, and what was given.  whole: long texts, too. */
gboolean store_attachments_read (StoreConnection *connection, StoreMessage *message, gboolean whole, GError **error);

/* Makes rows of the JSON that is still in messages. */
gboolean store_attachments_take_apart (StoreConnection *connection, GError **error);

/* Rows of this query as StorePassage, with texts; FALSE and error: damaged.  p is the passage, a its attachment, g what was given
 * or NULL. */
#define STORE_PASSAGE_COLUMNS "p.id, p.document_id, p.ordinal, p.page, p.heading"
StorePassage *store_passage_from_row (sqlite3_stmt *row);
GPtrArray *store_passage_list_new (void);
/* One with its text, under the name that the message's conversation has it by.  It must be there. */
StorePassage *store_passage_read (StoreConnection *connection, gint64 id, gint64 message_id, GError **error);

G_END_DECLS

#endif
