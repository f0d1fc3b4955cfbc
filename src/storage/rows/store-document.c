/* store-document.c: the documents of a conversation, and what was given of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "db/store-db.h"
#include "rows/store-attachment.h"
#include "rows/store-record.h"

/* ---- Lists ------------------------------------------------------------------------------------------------------ */

static gboolean
end_list (GError *local_error, GError **error)
{
  if (local_error)
    g_propagate_error (error, local_error);
  return !local_error;
}

static gboolean
documents_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  GError *local_error = NULL;
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error,
                     "SELECT a.id, a.message_id, a.document_id, a.use, d.n_pages, d.n_bytes, d.type, a.name FROM message m"
                     " JOIN attachment a ON a.message_id = m.id JOIN document d ON d.id = a.document_id"
                     " WHERE m.conversation_id = ?1 ORDER BY a.message_id, a.ordinal, a.id",
                     "I", args->id);

  result->list = g_ptr_array_new_with_free_func ((GDestroyNotify) store_document_free);
  if (!row)
    return FALSE;
  while (store_step (row, &local_error))
    {
      StoreDocument *document = g_new0 (StoreDocument, 1);

      document->id = sqlite3_column_int64 (row, 0);
      document->message_id = sqlite3_column_int64 (row, 1);
      document->document_id = sqlite3_column_int64 (row, 2);
      document->use = sqlite3_column_int (row, 3);
      document->n_pages = sqlite3_column_int (row, 4);
      document->n_bytes = sqlite3_column_int64 (row, 5);
      document->type = store_column_text (row, 6);
      document->name = store_column_name (row, 7);
      g_ptr_array_add (result->list, document);
    }
  return end_list (local_error, error);
}

void
store_list_documents_async (StoreDb *self, gint64 conversation_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, documents_work, store_args_new (conversation_id, 0, NULL), store_args_free,
                    cancellable, callback, user_data);
}

typedef struct
{
  gint64 document_id;
  guint first, n;
} Range;

static gboolean
passages_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const Range *range = request;
  GError *local_error = NULL;
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error,
                     "SELECT " STORE_PASSAGE_COLUMNS ", p.text,"
                     " (SELECT a.name FROM attachment a WHERE a.document_id = p.document_id ORDER BY a.id LIMIT 1)"
                     " FROM passage p WHERE p.document_id = ?1 AND p.ordinal >= ?2 AND p.ordinal < ?3 ORDER BY p.id",
                     "III", range->document_id, (gint64) range->first, (gint64) range->first + range->n);

  result->list = store_passage_list_new ();
  if (!row)
    return FALSE;
  while (store_step (row, &local_error))
    {
      StorePassage *passage = store_passage_from_row (row);
      char *name = store_column_name (row, 6);

      passage->text = store_column_text (row, 5);
      passage->name = name ? name : g_strdup ("");
      g_ptr_array_add (result->list, passage);
    }
  return end_list (local_error, error);
}

void
store_list_passages_async (StoreDb *self, gint64 document_id, guint first, guint n, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  Range *range = g_new (Range, 1);

  *range = (Range){ document_id, first, n };
  store_db_request (self, STORE_ACCESS_READ, passages_work, range, g_free, cancellable, callback, user_data);
}

static gboolean
given_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  GError *local_error = NULL;
  g_autoptr (sqlite3_stmt) row = store_prepare (
      connection, error,
      "SELECT " STORE_PASSAGE_COLUMNS ", g.number, g.message_id,"
      " (SELECT a.name FROM attachment a JOIN message o ON o.id = a.message_id WHERE a.document_id = p.document_id"
      "  AND o.conversation_id = ?1 ORDER BY a.message_id DESC LIMIT 1)"
      " FROM message m JOIN given g ON g.message_id = m.id JOIN passage p ON p.id = g.passage_id"
      " WHERE m.conversation_id = ?1 ORDER BY g.message_id, g.number",
      "I", args->id);

  result->list = store_passage_list_new ();
  if (!row)
    return FALSE;
  while (store_step (row, &local_error))
    {
      StorePassage *passage = store_passage_from_row (row);
      char *name = store_column_name (row, 7);

      passage->number = sqlite3_column_int (row, 5);
      passage->message_id = sqlite3_column_int64 (row, 6);
      passage->name = name ? name : g_strdup ("");
      passage->text = g_strdup ("");
      g_ptr_array_add (result->list, passage);
    }
  return end_list (local_error, error);
}

void
store_list_given_async (StoreDb *self, gint64 conversation_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, given_work, store_args_new (conversation_id, 0, NULL), store_args_free,
                    cancellable, callback, user_data);
}

/* ---- Changes ---------------------------------------------------------------------------------------------------- */

/* The message and the conversation of an attachment. */
static gboolean
find_message (StoreConnection *connection, gint64 attachment_id, gint64 *ret_message, gint64 *ret_conversation, GError **error)
{
  *ret_message = *ret_conversation = 0;
  if (!store_query_int (connection, 0, ret_message, error, "SELECT message_id FROM attachment WHERE id = ?1", "I",
                        attachment_id)
      || !store_query_int (connection, 0, ret_conversation, error, "SELECT conversation_id FROM message WHERE id = ?1", "I",
                           *ret_message))
    return FALSE;
  if (*ret_conversation)
    return TRUE;
  g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "The document is not attached any more");
  return FALSE;
}

/* What was given of the attachment's document in its conversation, unless it is attached there a second time. */
static gboolean
forget_given (StoreConnection *connection, gint64 attachment_id, gint64 conversation_id, GError **error)
{
  return store_exec (connection, NULL, error,
                     "DELETE FROM given WHERE passage_id IN (SELECT p.id FROM attachment a JOIN passage p"
                     "  ON p.document_id = a.document_id WHERE a.id = ?1)"
                     " AND message_id IN (SELECT id FROM message WHERE conversation_id = ?2)"
                     " AND NOT EXISTS (SELECT 1 FROM attachment a JOIN attachment b ON b.document_id = a.document_id"
                     "  AND b.id <> a.id JOIN message m ON m.id = b.message_id WHERE a.id = ?1 AND m.conversation_id = ?2)",
                     "II", attachment_id, conversation_id);
}

/* All passages of what is read whole, as at store-give.c, behind all others of the conversation. */
static gboolean
give_whole (StoreConnection *connection, gint64 attachment_id, gint64 message_id, gint64 conversation_id, GError **error)
{
  return store_exec (connection, NULL, error,
                     "INSERT INTO given (message_id, passage_id, number)"
                     " SELECT ?2, p.id, row_number () OVER (ORDER BY p.id) + ifnull ((SELECT max (g.number) FROM message m"
                     "  JOIN given g ON g.message_id = m.id WHERE m.conversation_id = ?3), 0)"
                     " FROM attachment a JOIN document d ON d.id = a.document_id JOIN passage p ON p.document_id = d.id"
                     " WHERE a.id = ?1 AND d.type NOT IN ('', 'text')",
                     "III", attachment_id, message_id, conversation_id);
}

static gboolean
use_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  gint64 message_id, conversation_id;

  if (!find_message (connection, args->id, &message_id, &conversation_id, error)
      || !forget_given (connection, args->id, conversation_id, error)
      || !store_exec (connection, NULL, error, "UPDATE attachment SET use = ?1 WHERE id = ?2", "II", args->number, args->id)
      || (args->number == STORE_USE_WHOLE && !give_whole (connection, args->id, message_id, conversation_id, error)))
    return FALSE;
  store_connection_changed (connection, STORE_CHANGE_MESSAGE, conversation_id, message_id);
  return TRUE;
}

void
store_set_use_async (StoreDb *self, gint64 attachment_id, StoreUse use, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_SYNCED, use_work, store_args_new (attachment_id, use, NULL), store_args_free,
                    cancellable, callback, user_data);
}

static gboolean
remove_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  gint64 message_id, conversation_id;

  if (!find_message (connection, args->id, &message_id, &conversation_id, error)
      || !forget_given (connection, args->id, conversation_id, error)
      || !store_exec (connection, NULL, error, "DELETE FROM attachment WHERE id = ?1", "I", args->id)
      || !store_exec (connection, NULL, error, "REPLACE INTO property VALUES ('purged', ?1)", "i", STORE_PURGED_ALL))
    return FALSE;
  store_connection_changed (connection, STORE_CHANGE_MESSAGE, conversation_id, message_id);
  return TRUE;
}

void
store_remove_document_async (StoreDb *self, gint64 attachment_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_SYNCED, remove_work, store_args_new (attachment_id, 0, NULL), store_args_free,
                    cancellable, callback, user_data);
}
