/* store-message.c: the messages' rows, and the tree that they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rows/store-message.h"

#include <string.h>

#include "db/store-db.h"
#include "rows/store-attachment.h"
#include "rows/store-record.h"

/* Everything but the long columns; m is the message, c its call. */
#define COLUMNS                                                                                                        \
  "m.id, m.conversation_id, m.parent_id, m.role, m.state, m.created_at, m.finished_at, m.n_prompt_tokens, m.n_tokens," \
  " m.first_token_seconds, m.seconds, m.mark, m.model, m.n_bytes,"                                                     \
  " c.state, c.allowed_by, c.edited, c.started_at, c.finished_at, c.metadata, c.tool"
#define LONG_COLUMNS "m.text, m.attachments, c.arguments, c.result"
#define MESSAGE      "message m LEFT JOIN call c ON c.message_id = m.id"
#define SIBLING_COLUMNS                                                                                         \
  "(SELECT count (*) FROM message s WHERE s.conversation_id = m.conversation_id AND s.parent_id IS m.parent_id" \
  "   AND s.id < m.id),"                                                                                        \
  "(SELECT count (*) FROM message s WHERE s.conversation_id = m.conversation_id AND s.parent_id IS m.parent_id)"

/* The call in a row as below; NULL: none. */
static StoreCall *
call_from_row (sqlite3_stmt *row, gboolean with_text)
{
  StoreCall *self;

  if (sqlite3_column_type (row, 14) == SQLITE_NULL)
    return NULL;
  self = g_new0 (StoreCall, 1);
  self->state = sqlite3_column_int (row, 14);
  self->allowed_by = sqlite3_column_int (row, 15);
  self->edited = sqlite3_column_int (row, 16);
  self->started_at = sqlite3_column_int64 (row, 17);
  self->finished_at = sqlite3_column_int64 (row, 18);
  self->metadata = store_column_name (row, 19);
  self->tool = store_column_name (row, 20);
  self->arguments = with_text ? store_column_text (row, 25) : NULL;
  self->result = with_text ? store_column_text (row, 26) : NULL;
  return self;
}

/* A row of COLUMNS, SIBLING_COLUMNS and, when with_text, LONG_COLUMNS. */
static StoreMessage *
message_from_row (StoreConnection *connection, sqlite3_stmt *row, gboolean with_text)
{
  StoreMessage *self = g_new0 (StoreMessage, 1);

  self->id = sqlite3_column_int64 (row, 0);
  self->conversation_id = sqlite3_column_int64 (row, 1);
  self->parent_id = sqlite3_column_int64 (row, 2);
  self->role = sqlite3_column_int (row, 3);
  self->state = sqlite3_column_int (row, 4);
  self->created_at = sqlite3_column_int64 (row, 5);
  self->finished_at = sqlite3_column_int64 (row, 6);
  self->n_prompt_tokens = sqlite3_column_int (row, 7);
  self->n_tokens = sqlite3_column_int (row, 8);
  self->first_token_seconds = sqlite3_column_double (row, 9);
  self->seconds = sqlite3_column_double (row, 10);
  self->mark = sqlite3_column_int (row, 11);
  self->model = store_column_name (row, 12);
  self->n_bytes = sqlite3_column_int (row, 13);
  self->call = call_from_row (row, with_text);
  self->sibling_index = sqlite3_column_int (row, 21);
  self->n_siblings = sqlite3_column_int (row, 22);
  self->text = with_text ? store_column_text (row, 23) : g_strdup ("");
  self->attachments = with_text ? store_column_text (row, 24) : NULL;

  /* Nobody in this process writes a reply into a database that cannot be written, or runs a call of it. */
  if (connection->read_only && self->state == STORE_STATE_GENERATING)
    self->state = STORE_STATE_INTERRUPTED;
  if (connection->read_only && self->call && self->call->state == STORE_CALL_RUNNING)
    self->call->state = STORE_CALL_LOST;
  return self;
}

typedef enum
{
  NO_TEXT,
  SHORT, /* but for long documents */
  WHOLE,
} Extent;

static gboolean
collect (StoreConnection *connection, sqlite3_stmt *statement, Extent extent, GPtrArray *list, GError **error)
{
  GError *local_error = NULL;

  while (!local_error && store_step (statement, &local_error))
    {
      StoreMessage *message = message_from_row (connection, statement, extent != NO_TEXT);

      g_ptr_array_add (list, message);
      if (extent != NO_TEXT)
        store_attachments_read (connection, message, extent == WHOLE, &local_error);
    }
  if (!local_error)
    return TRUE;

  g_propagate_error (error, local_error);
  return FALSE;
}

static GPtrArray *
message_list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) store_message_free);
}

static gboolean
set_not_found (GError **error)
{
  g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "The message does not exist");
  return FALSE;
}

static gboolean
check_message (const StoreMessage *message, GError **error)
{
  return store_check_length (message->text, STORE_MAX_TEXT_BYTES, "The message", error)
         && store_attachments_check (message->attachments, error)
         && store_check_length (message->model, STORE_MAX_TITLE_BYTES, "The model's name", error);
}

/* 0 and NOT_FOUND where the message does not exist. */
static gint64
conversation_of (StoreConnection *connection, gint64 id, GError **error)
{
  gint64 conversation_id = 0;

  if (store_query_int (connection, 0, &conversation_id, error, "SELECT conversation_id FROM message WHERE id = ?1", "I", id)
      && conversation_id == 0)
    set_not_found (error);
  return conversation_id;
}

static gboolean
touch_conversation (StoreConnection *connection, gint64 id, gint64 time, GError **error)
{
  if (!store_exec (connection, NULL, error, "UPDATE conversation SET updated_at = max (updated_at, ?1) WHERE id = ?2", "II",
                   time, id))
    return FALSE;
  store_connection_changed (connection, STORE_CHANGE_CONVERSATION, id, 0);
  return TRUE;
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static gboolean
check_call (StoreConnection *connection, gint64 message_id, const StoreCall *call, GError **error)
{
  gint64 role = -1;

  if (!store_query_int (connection, 0, &role, error, "SELECT role FROM message WHERE id = ?1", "I", message_id))
    return FALSE;
  if (role != STORE_ROLE_ASSISTANT)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_INVALID, "Only an assistant's message has a call");
      return FALSE;
    }
  return store_check_length (call->metadata, STORE_MAX_TITLE_BYTES, "The call's metadata", error)
         && store_check_length (call->tool, STORE_MAX_TITLE_BYTES, "The tool's name", error)
         && store_check_length (call->arguments, STORE_MAX_TEXT_BYTES, "The arguments", error)
         && store_check_length (call->result, STORE_MAX_TEXT_BYTES, "The result", error);
}

/* In place of what the call made before. */
static gboolean
write_made (StoreConnection *connection, gint64 message_id, GPtrArray *list, GError **error)
{
  if (!list)
    return TRUE;
  if (!store_exec (connection, NULL, error, "DELETE FROM call_file WHERE message_id = ?1", "I", message_id))
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      const StoreMade *made = g_ptr_array_index (list, i);

      if (!store_check_length (made->name, STORE_MAX_TITLE_BYTES, "The file's name", error)
          || !store_exec (connection, NULL, error,
                          "INSERT INTO call_file (message_id, width, height, name, data) VALUES (?1, ?2, ?3, ?4, ?5)", "Iiitb",
                          message_id, made->width, made->height, made->name, made->data))
        return FALSE;
    }
  return TRUE;
}

static GPtrArray *
read_made (StoreConnection *connection, gint64 message_id, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error, "SELECT width, height, name, data FROM call_file WHERE message_id = ?1 ORDER BY id",
                     "I", message_id);
  g_autoptr (GPtrArray) list = store_made_list_new ();
  GError *local_error = NULL;

  if (!row)
    return NULL;
  while (store_step (row, &local_error))
    {
      g_autofree char *name = store_column_name (row, 2);
      g_autoptr (GBytes) data = sqlite3_column_type (row, 3) == SQLITE_NULL
                                    ? NULL
                                    : g_bytes_new (sqlite3_column_blob (row, 3), sqlite3_column_bytes (row, 3));

      g_ptr_array_add (list, store_made_new (name, sqlite3_column_int (row, 0), sqlite3_column_int (row, 1), data));
    }
  if (!local_error)
    return g_steal_pointer (&list);
  g_propagate_error (error, local_error);
  return NULL;
}

/* Inserts the call, or changes the one that is there. */
static gboolean
write_call (StoreConnection *connection, gint64 message_id, const StoreCall *call, GError **error)
{
  return !call
         || (check_call (connection, message_id, call, error)
             && store_exec (connection, NULL, error,
                            "INSERT INTO call (message_id, state, allowed_by, edited, started_at, finished_at, metadata, tool,"
                            " arguments, result) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
                            " ON CONFLICT (message_id) DO UPDATE SET state = ?2, allowed_by = ?3, edited = ?4,"
                            " started_at = ?5, finished_at = ?6, metadata = ?7, tool = ?8, arguments = ?9, result = ?10",
                            "IiiiZZtttt", message_id, (int) call->state, (int) call->allowed_by, call->edited != 0,
                            call->started_at, call->finished_at, call->metadata, call->tool, call->arguments, call->result)
             && write_made (connection, message_id, call->made, error));
}

gboolean
store_message_insert (StoreConnection *connection, const StoreMessage *message, gint64 *ret_id, GError **error)
{
  gint64 created_at = message->created_at ? message->created_at : store_now ();
  g_autoptr (GPtrArray) files = NULL;
  gboolean are_there = TRUE;

  if (!check_message (message, error))
    return FALSE;
  files = store_attachments_parse (message->attachments);
  if (files && !store_attachments_are_there (connection, files, &are_there, error))
    return FALSE;
  if (!are_there)
    g_clear_pointer (&files, g_ptr_array_unref);
  if (!store_exec (connection, NULL, error,
                   "INSERT INTO message (conversation_id, parent_id, role, state, created_at, finished_at,"
                   " n_prompt_tokens, n_tokens, first_token_seconds, seconds, mark, model, text, attachments,"
                   " n_bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
                   "IZiiIZiidditttI", message->conversation_id, message->parent_id, (int) message->role, (int) message->state,
                   created_at, message->finished_at, message->n_prompt_tokens, message->n_tokens, message->first_token_seconds,
                   message->seconds, message->mark, message->model, message->text, files ? NULL : message->attachments,
                   (gint64) strlen (message->text)))
    return FALSE;
  *ret_id = sqlite3_last_insert_rowid (connection->db);
  return write_call (connection, *ret_id, message->call, error)
         && (!files || store_attachments_write (connection, *ret_id, files, error))
         && store_given_write (connection, *ret_id, message->given, error);
}

static gboolean
add_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreMessage *message = request;
  gint64 created_at = message->created_at ? message->created_at : store_now ();

  if (!store_message_insert (connection, message, &result->id, error))
    return FALSE;
  store_connection_changed (connection, STORE_CHANGE_MESSAGE, message->conversation_id, result->id);
  return store_exec (connection, NULL, error, "UPDATE conversation SET head_id = ?1 WHERE id = ?2", "II", result->id,
                     message->conversation_id)
         && touch_conversation (connection, message->conversation_id, created_at, error);
}

void
store_add_message_async (StoreDb *self, const StoreMessage *message, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (message != NULL);

  store_take_message_async (self, store_message_copy (message), cancellable, callback, user_data);
}

void
store_take_message_async (StoreDb *self, StoreMessage *message, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (message != NULL);

  store_db_request (self, STORE_ACCESS_SYNCED, add_work, message, (GDestroyNotify) store_message_free, cancellable, callback,
                    user_data);
}

static gboolean
flush_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  int n_changed = 0;

  if (!store_check_length (args->text, STORE_MAX_TEXT_BYTES, "The message", error)
      || !store_exec (connection, &n_changed, error, "UPDATE message SET text = ?1, n_bytes = ?3 WHERE id = ?2 AND state = 1",
                      "tII", args->text, args->id, (gint64) strlen (args->text)))
    return FALSE;
  if (n_changed == 1)
    return TRUE;
  if (conversation_of (connection, args->id, error))
    g_set_error_literal (error, STORE_ERROR, STORE_ERROR_INVALID, "The reply is finished");
  return FALSE;
}

void
store_flush_message_async (StoreDb *self, gint64 id, const char *text, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (text != NULL);

  store_db_request (self, STORE_ACCESS_CHEAP, flush_work, store_args_new (id, 0, text), store_args_free, cancellable, callback,
                    user_data);
}

static gboolean
resume_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  gint64 conversation_id = conversation_of (connection, args->id, error);

  if (!conversation_id
      || !store_exec (connection, NULL, error, "UPDATE message SET state = 1, finished_at = NULL WHERE id = ?1", "I", args->id))
    return FALSE;
  store_connection_changed (connection, STORE_CHANGE_MESSAGE, conversation_id, args->id);
  return TRUE;
}

void
store_resume_message_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_SYNCED, resume_work, store_args_new (id, 0, NULL), store_args_free, cancellable,
                    callback, user_data);
}

static gboolean
finish_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreMessage *message = request;
  gint64 finished_at = message->finished_at ? message->finished_at : store_now ();
  gint64 conversation_id = conversation_of (connection, message->id, error);

  if (!conversation_id || !check_message (message, error)
      || !store_exec (connection, NULL, error,
                      "UPDATE message SET text = ?1, state = ?2, finished_at = ?3, n_prompt_tokens = ?4, n_tokens = ?5,"
                      " first_token_seconds = ?6, seconds = ?7, model = coalesce (?8, model), n_bytes = ?10"
                      " WHERE id = ?9",
                      "tiIiiddtII", message->text, (int) message->state, finished_at, message->n_prompt_tokens,
                      message->n_tokens, message->first_token_seconds, message->seconds, message->model, message->id,
                      (gint64) strlen (message->text))
      || !write_call (connection, message->id, message->call, error))
    return FALSE;

  store_connection_changed (connection, STORE_CHANGE_MESSAGE, conversation_id, message->id);
  return touch_conversation (connection, conversation_id, finished_at, error);
}

void
store_finish_message_async (StoreDb *self, const StoreMessage *message, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (message != NULL);
  g_return_if_fail (message->state != STORE_STATE_GENERATING);

  store_db_request (self, STORE_ACCESS_SYNCED, finish_work, store_message_copy (message), (GDestroyNotify) store_message_free,
                    cancellable, callback, user_data);
}

typedef struct
{
  gint64 call_id;
  StoreCall *call;
  StoreMessage *observation; /* NULL: none */
} Outcome;

static Outcome *
outcome_new (gint64 call_id, const StoreCall *call, const StoreMessage *observation)
{
  Outcome *outcome = g_new (Outcome, 1);

  *outcome = (Outcome){ call_id, store_call_copy (call), observation ? store_message_copy (observation) : NULL };
  return outcome;
}

static void
outcome_free (gpointer data)
{
  Outcome *outcome = data;

  store_call_free (outcome->call);
  if (outcome->observation)
    store_message_free (outcome->observation);
  g_free (outcome);
}

static gboolean
outcome_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  Outcome *outcome = request;
  gint64 conversation_id = conversation_of (connection, outcome->call_id, error);

  if (!conversation_id || !write_call (connection, outcome->call_id, outcome->call, error))
    return FALSE;
  store_connection_changed (connection, STORE_CHANGE_MESSAGE, conversation_id, outcome->call_id);
  return !outcome->observation || add_work (connection, outcome->observation, result, error);
}

void
store_add_result_async (StoreDb *self, gint64 call_id, const StoreCall *call, const StoreMessage *observation,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (call != NULL && observation != NULL);

  store_db_request (self, STORE_ACCESS_SYNCED, outcome_work, outcome_new (call_id, call, observation), outcome_free,
                    cancellable, callback, user_data);
}

void
store_set_call_async (StoreDb *self, gint64 call_id, const StoreCall *call, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (call != NULL);

  store_db_request (self, STORE_ACCESS_SYNCED, outcome_work, outcome_new (call_id, call, NULL), outcome_free, cancellable,
                    callback, user_data);
}

static gboolean
mark_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  gint64 conversation_id = conversation_of (connection, args->id, error);

  if (!conversation_id
      || !store_exec (connection, NULL, error, "UPDATE message SET mark = ?1 WHERE id = ?2", "II", args->number, args->id))
    return FALSE;
  store_connection_changed (connection, STORE_CHANGE_MESSAGE, conversation_id, args->id);
  return TRUE;
}

void
store_set_mark_async (StoreDb *self, gint64 id, int mark, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_SYNCED, mark_work, store_args_new (id, mark, NULL), store_args_free, cancellable,
                    callback, user_data);
}

/* ---- Walking the tree ------------------------------------------------------------------------------------------- */

/* The newest child of the newest child …: ids grow downwards, so it is the largest id of the walk. */
static gboolean
newest_leaf (StoreConnection *connection, gint64 id, gint64 *ret_leaf, GError **error)
{
  return store_query_int (connection, 0, ret_leaf, error,
                          "WITH RECURSIVE walk (id, conversation_id) AS ("
                          "  SELECT id, conversation_id FROM message WHERE id = ?1"
                          "  UNION ALL"
                          "  SELECT (SELECT max (c.id) FROM message c"
                          "          WHERE c.conversation_id = walk.conversation_id AND c.parent_id = walk.id),"
                          "         walk.conversation_id"
                          "  FROM walk WHERE walk.id IS NOT NULL)"
                          " SELECT max (id) FROM walk",
                          "I", id);
}

/* Where the head goes when `id` and all below it is deleted: the next older alternative's branch, else the next newer
 * one's, else the message before. */
static gboolean
head_after_deletion (StoreConnection *connection, gint64 id, gint64 *ret_head, GError **error)
{
  gint64 sibling = 0;

  if (!store_query_int (connection, 0, &sibling, error,
                        "SELECT s.id FROM message m JOIN message s"
                        " ON s.conversation_id = m.conversation_id AND s.parent_id IS m.parent_id AND s.id <> m.id"
                        " WHERE m.id = ?1 ORDER BY s.id < m.id DESC, abs (s.id - m.id) LIMIT 1",
                        "I", id))
    return FALSE;
  if (sibling)
    return newest_leaf (connection, sibling, ret_head, error);
  return store_query_int (connection, 0, ret_head, error, "SELECT parent_id FROM message WHERE id = ?1", "I", id);
}

#define SUBTREE                                             \
  "WITH RECURSIVE subtree (id, conversation_id) AS ("       \
  "  SELECT id, conversation_id FROM message WHERE id = ?1" \
  "  UNION ALL"                                             \
  "  SELECT c.id, c.conversation_id FROM subtree"           \
  "  JOIN message c ON c.conversation_id = subtree.conversation_id AND c.parent_id = subtree.id)"

static gboolean
delete_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  gint64 conversation_id = conversation_of (connection, args->id, error);
  gint64 head_is_below = 0, head = 0;

  if (!conversation_id
      || !store_query_int (connection, 0, &head_is_below, error,
                           SUBTREE " SELECT count (*) FROM subtree JOIN conversation v"
                                   " ON v.id = subtree.conversation_id AND v.head_id = subtree.id",
                           "I", args->id))
    return FALSE;
  if (head_is_below
      && (!head_after_deletion (connection, args->id, &head, error)
          || !store_exec (connection, NULL, error, "UPDATE conversation SET head_id = ?1 WHERE id = ?2", "ZI", head,
                          conversation_id)))
    return FALSE;
  if (!store_exec (connection, NULL, error, SUBTREE " DELETE FROM message WHERE id IN (SELECT id FROM subtree)", "I", args->id)
      || !store_exec (connection, NULL, error, "REPLACE INTO property VALUES ('purged', ?1)", "i", STORE_PURGED_ALL))
    return FALSE;

  store_connection_changed (connection, STORE_CHANGE_MESSAGE, conversation_id, 0);
  store_connection_changed (connection, STORE_CHANGE_CONVERSATION, conversation_id, 0);
  return TRUE;
}

void
store_delete_message_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_SYNCED, delete_work, store_args_new (id, 0, NULL), store_args_free, cancellable,
                    callback, user_data);
}

static gboolean
branch_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 leaf = args->number, exists = 0;

  if (!store_query_int (connection, 0, &exists, error, "SELECT 1 FROM conversation WHERE id = ?1", "I", args->id)
      || (leaf == 0
          && !store_query_int (connection, 0, &leaf, error, "SELECT head_id FROM conversation WHERE id = ?1", "I", args->id)))
    return FALSE;
  if (!exists)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "The conversation does not exist");
      return FALSE;
    }

  statement = store_prepare (connection, error,
                             "WITH RECURSIVE branch (id, parent_id) AS ("
                             "  SELECT id, parent_id FROM message WHERE id = ?1 AND conversation_id = ?2"
                             "  UNION ALL"
                             "  SELECT p.id, p.parent_id FROM branch JOIN message p ON p.id = branch.parent_id)"
                             " SELECT " COLUMNS ", " SIBLING_COLUMNS " FROM branch JOIN message m ON m.id = branch.id"
                             " LEFT JOIN call c ON c.message_id = m.id ORDER BY m.id",
                             "II", leaf, args->id);
  if (!statement)
    return FALSE;
  result->list = message_list_new ();
  if (!collect (connection, statement, NO_TEXT, result->list, error))
    return FALSE;
  return leaf == 0 || result->list->len > 0 || set_not_found (error);
}

void
store_list_branch_async (StoreDb *self, gint64 conversation_id, gint64 leaf_id, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, branch_work, store_args_new (conversation_id, leaf_id, NULL), store_args_free,
                    cancellable, callback, user_data);
}

static gboolean
siblings_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  g_autoptr (sqlite3_stmt) statement = store_prepare (connection, error,
                                                      "SELECT " COLUMNS ", " SIBLING_COLUMNS " FROM message a JOIN message m"
                                                      " ON m.conversation_id = a.conversation_id AND m.parent_id IS a.parent_id"
                                                      " LEFT JOIN call c ON c.message_id = m.id"
                                                      " WHERE a.id = ?1 ORDER BY m.id",
                                                      "I", args->id);

  if (!statement)
    return FALSE;
  result->list = message_list_new ();
  if (!collect (connection, statement, NO_TEXT, result->list, error))
    return FALSE;
  return result->list->len > 0 || set_not_found (error);
}

void
store_list_siblings_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, siblings_work, store_args_new (id, 0, NULL), store_args_free, cancellable,
                    callback, user_data);
}

static gboolean
leaf_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;

  if (!newest_leaf (connection, args->id, &result->id, error))
    return FALSE;
  return result->id || set_not_found (error);
}

void
store_newest_leaf_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, leaf_work, store_args_new (id, 0, NULL), store_args_free, cancellable, callback,
                    user_data);
}

GPtrArray *
store_message_load_all (StoreConnection *connection, gint64 conversation_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      store_prepare (connection, error,
                     "SELECT " COLUMNS ", 0, 0, " LONG_COLUMNS " FROM " MESSAGE " WHERE m.conversation_id = ?1 ORDER BY m.id",
                     "I", conversation_id);
  g_autoptr (GPtrArray) list = message_list_new ();

  if (!statement || !collect (connection, statement, WHOLE, list, error))
    return NULL;
  for (guint i = 0; i < list->len; i++)
    {
      StoreMessage *message = g_ptr_array_index (list, i);

      if (message->call && !(message->call->made = read_made (connection, message->id, error)))
        return NULL;
    }
  return g_steal_pointer (&list);
}

/* ---- What was run ----------------------------------------------------------------------------------------------- */

static gboolean
calls_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  g_autoptr (sqlite3_stmt) statement =
      store_prepare (connection, error,
                     "SELECT " COLUMNS ", 0, 0, " LONG_COLUMNS " FROM call c JOIN message m ON m.id = c.message_id"
                     " JOIN conversation v ON v.id = m.conversation_id AND v.deleted_at IS NULL"
                     " WHERE c.state <> 0 AND (?1 IS NULL OR instr (lower (c.tool), lower (?1)) > 0"
                     "  OR instr (lower (c.arguments), lower (?1)) > 0 OR instr (lower (c.result), lower (?1)) > 0)"
                     " ORDER BY m.id DESC LIMIT ?2",
                     "tI", args->text, args->number);

  result->list = message_list_new ();
  return statement && collect (connection, statement, SHORT, result->list, error);
}

void
store_list_calls_async (StoreDb *self, const char *text, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, calls_work, store_args_new (0, limit, text), store_args_free, cancellable,
                    callback, user_data);
}

static gboolean
made_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;

  result->list = read_made (connection, args->id, error);
  return result->list != NULL;
}

void
store_list_made_async (StoreDb *self, gint64 call_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, made_work, store_args_new (call_id, 0, NULL), store_args_free, cancellable,
                    callback, user_data);
}

/* ---- Whole messages --------------------------------------------------------------------------------------------- */

static gboolean
get_messages (StoreConnection *connection, const GArray *ids, Extent extent, StoreResult *result, GError **error)
{
  result->list = message_list_new ();
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (sqlite3_stmt) statement =
          store_prepare (connection, error,
                         "SELECT " COLUMNS ", " SIBLING_COLUMNS ", " LONG_COLUMNS " FROM " MESSAGE " WHERE m.id = ?1", "I",
                         g_array_index (ids, gint64, i));

      if (!statement || !collect (connection, statement, extent, result->list, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
get_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  return get_messages (connection, request, SHORT, result, error);
}

static gboolean
get_whole_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  return get_messages (connection, request, WHOLE, result, error);
}

static void
get_async (StoreDb *self, StoreWork work, const gint64 *ids, gsize n_ids, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer user_data)
{
  GArray *request = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_ids);

  g_array_append_vals (request, ids, n_ids);
  store_db_request (self, STORE_ACCESS_READ, work, request, (GDestroyNotify) g_array_unref, cancellable, callback, user_data);
}

void
store_get_messages_async (StoreDb *self, const gint64 *ids, gsize n_ids, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  get_async (self, get_work, ids, n_ids, cancellable, callback, user_data);
}

void
store_get_whole_messages_async (StoreDb *self, const gint64 *ids, gsize n_ids, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  get_async (self, get_whole_work, ids, n_ids, cancellable, callback, user_data);
}
