/* store-conversation.c: the conversations' rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rows/store-conversation.h"

#include "db/store-db.h"
#include "rows/store-record.h"

#define COLUMNS      "id, title, title_by_user, created_at, updated_at, deleted_at, pinned, archived, folder_id, head_id, model"
#define LONG_COLUMNS "settings, draft"

/* A row of COLUMNS, perhaps with LONG_COLUMNS. */
static StoreConversation *
conversation_from_row (sqlite3_stmt *row)
{
  StoreConversation *self = g_new0 (StoreConversation, 1);

  self->id = sqlite3_column_int64 (row, 0);
  self->title = store_column_name (row, 1);
  self->title_by_user = sqlite3_column_int (row, 2);
  self->created_at = sqlite3_column_int64 (row, 3);
  self->updated_at = sqlite3_column_int64 (row, 4);
  self->deleted_at = sqlite3_column_int64 (row, 5);
  self->pinned = sqlite3_column_int (row, 6);
  self->archived = sqlite3_column_int (row, 7);
  self->folder_id = sqlite3_column_int64 (row, 8);
  self->head_id = sqlite3_column_int64 (row, 9);
  self->model = store_column_path (row, 10);
  if (sqlite3_column_count (row) > 11)
    {
      self->settings = store_column_text (row, 11);
      self->draft = store_column_text (row, 12);
    }
  return self;
}

static gboolean
collect (sqlite3_stmt *statement, StoreResult *result, GError **error)
{
  GError *local_error = NULL;

  result->list = g_ptr_array_new_with_free_func ((GDestroyNotify) store_conversation_free);
  while (store_step (statement, &local_error))
    g_ptr_array_add (result->list, conversation_from_row (statement));
  if (!local_error)
    return TRUE;

  g_propagate_error (error, local_error);
  return FALSE;
}

static gboolean
set_not_found (GError **error)
{
  g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "The conversation does not exist");
  return FALSE;
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static gboolean
list_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  static const char *const queries[] = {
    [STORE_LIST_ACTIVE] = "SELECT " COLUMNS " FROM conversation WHERE deleted_at IS NULL AND archived = 0"
                          " ORDER BY pinned DESC, updated_at DESC, id DESC",
    [STORE_LIST_ARCHIVED] = "SELECT " COLUMNS " FROM conversation WHERE deleted_at IS NULL AND archived = 1"
                            " ORDER BY pinned DESC, updated_at DESC, id DESC",
    [STORE_LIST_DELETED] = "SELECT " COLUMNS " FROM conversation WHERE deleted_at IS NOT NULL"
                           " ORDER BY deleted_at DESC, id DESC",
  };
  const StoreArgs *args = request;
  g_autoptr (sqlite3_stmt) statement = store_prepare (connection, error, queries[args->number], "");

  return statement && collect (statement, result, error);
}

void
store_list_conversations_async (StoreDb *self, StoreListKind kind, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (kind >= STORE_LIST_ACTIVE && kind <= STORE_LIST_DELETED);

  store_db_request (self, STORE_ACCESS_READ, list_work, store_args_new (0, kind, NULL), store_args_free, cancellable, callback,
                    user_data);
}

static gboolean
get_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  g_autoptr (sqlite3_stmt) statement =
      store_prepare (connection, error, "SELECT " COLUMNS ", " LONG_COLUMNS " FROM conversation WHERE id = ?1", "I", args->id);

  if (!statement || !collect (statement, result, error))
    return FALSE;
  return result->list->len == 1 || set_not_found (error);
}

void
store_get_conversation_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, get_work, store_args_new (id, 0, NULL), store_args_free, cancellable, callback,
                    user_data);
}

StoreConversation *
store_conversation_load (StoreConnection *connection, gint64 id, char **ret_origin, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error, "SELECT " COLUMNS ", " LONG_COLUMNS ", origin FROM conversation WHERE id = ?1", "I",
                     id);
  GError *local_error = NULL;

  if (!row)
    return NULL;
  if (!store_step (row, &local_error))
    {
      if (local_error)
        g_propagate_error (error, local_error);
      else
        set_not_found (error);
      return NULL;
    }
  *ret_origin = store_column_text (row, 13);
  return conversation_from_row (row);
}

void
store_conversation_read_changes (StoreConnection *connection)
{
  for (guint i = 0; i < connection->changes->len; i++)
    {
      StoreChange *change = &g_array_index (connection->changes, StoreChange, i);
      g_autofree char *origin = NULL;
      g_autoptr (GError) error = NULL;

      if (change->kind != STORE_CHANGE_CONVERSATION || change->id == 0)
        continue;
      change->row = store_conversation_load (connection, change->id, &origin, &error);
      if (!change->row && !g_error_matches (error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        change->id = 0;
    }
}

/* ---- Adding ----------------------------------------------------------------------------------------------------- */

gboolean
store_conversation_insert (StoreConnection *connection, const StoreConversation *conversation, const char *origin,
                           gint64 *ret_id, GError **error)
{
  gint64 created_at = conversation->created_at ? conversation->created_at : store_now ();
  gint64 updated_at = conversation->updated_at ? conversation->updated_at : created_at;

  if (!store_check_length (conversation->title, STORE_MAX_TITLE_BYTES, "The title", error)
      || !store_check_length (conversation->model, STORE_MAX_TITLE_BYTES, "The model's name", error)
      || !store_check_length (conversation->settings, STORE_MAX_SETTINGS_BYTES, "The settings", error)
      || !store_check_length (conversation->draft, STORE_MAX_TEXT_BYTES, "The draft", error)
      || !store_exec (connection, NULL, error,
                      "INSERT INTO conversation (origin, created_at, updated_at, pinned, archived, title_by_user, folder_id,"
                      " title, model, settings, draft) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                      "tIIiiiZtttt", origin, created_at, updated_at, conversation->pinned != 0, conversation->archived != 0,
                      conversation->title_by_user != 0, conversation->folder_id, conversation->title, conversation->model,
                      conversation->settings, conversation->draft))
    return FALSE;

  *ret_id = sqlite3_last_insert_rowid (connection->db);
  store_connection_changed (connection, STORE_CHANGE_CONVERSATION, *ret_id, 0);
  return TRUE;
}

static gboolean
add_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  g_autofree char *origin = g_uuid_string_random ();

  return store_conversation_insert (connection, request, origin, &result->id, error);
}

void
store_add_conversation_async (StoreDb *self, const StoreConversation *conversation, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (conversation != NULL);

  store_db_request (self, STORE_ACCESS_SYNCED, add_work, store_conversation_copy (conversation),
                    (GDestroyNotify) store_conversation_free, cancellable, callback, user_data);
}

/* ---- Changing one thing ----------------------------------------------------------------------------------------- */

/* One row of the table below: what may be changed by itself. */
typedef struct
{
  const char *sql; /* ?1 the text or NULL, ?2 the number, ?3 the id */
  gsize max_bytes; /* of the text */
} Change;

typedef enum
{
  RENAME,
  PIN,
  ARCHIVE,
  MOVE,
  SET_MODEL,
  SET_SETTINGS,
  SET_DRAFT,
  APPEND_DRAFT,
  SET_HEAD,
  DELETE,
  RESTORE,
} ChangeKind;

static const Change changes[] = {
  /* An automatic title never takes the place of the person's. */
  [RENAME] = { "UPDATE conversation SET title = ?1, title_by_user = ?2 WHERE id = ?3 AND (?2 OR NOT title_by_user)",
               STORE_MAX_TITLE_BYTES },
  [PIN] = { "UPDATE conversation SET pinned = ?2 WHERE id = ?3 AND ?1 IS NULL" },
  [ARCHIVE] = { "UPDATE conversation SET archived = ?2 WHERE id = ?3 AND ?1 IS NULL" },
  [MOVE] = { "UPDATE conversation SET folder_id = nullif (?2, 0) WHERE id = ?3 AND ?1 IS NULL" },
  [SET_MODEL] = { "UPDATE conversation SET model = ?1 WHERE id = ?3 AND ?2 = 0", STORE_MAX_TITLE_BYTES },
  [SET_SETTINGS] = { "UPDATE conversation SET settings = ?1 WHERE id = ?3 AND ?2 = 0", STORE_MAX_SETTINGS_BYTES },
  [SET_DRAFT] = { "UPDATE conversation SET draft = nullif (?1, '') WHERE id = ?3 AND ?2 = 0", STORE_MAX_TEXT_BYTES },
  [APPEND_DRAFT] = { "UPDATE conversation SET draft = ifnull (draft || char (10, 10), '') || ?1 WHERE id = ?3 AND ?2 = 0",
                     STORE_MAX_TEXT_BYTES },
  [SET_HEAD] = { "UPDATE conversation SET head_id = nullif (?2, 0) WHERE id = ?3 AND ?1 IS NULL" },
  [DELETE] = { "UPDATE conversation SET deleted_at = ?2 WHERE id = ?3 AND ?1 IS NULL AND deleted_at IS NULL" },
  [RESTORE] = { "UPDATE conversation SET deleted_at = NULL WHERE id = ?3 AND ?1 IS NULL AND ?2 = 0" },
};

typedef struct
{
  ChangeKind kind;
  StoreArgs *args;
} ChangeRequest;

static void
change_request_free (gpointer data)
{
  ChangeRequest *request = data;

  store_args_free (request->args);
  g_free (request);
}

static gboolean
change_work (StoreConnection *connection, gpointer data, StoreResult *result, GError **error)
{
  const ChangeRequest *request = data;
  const StoreArgs *args = request->args;
  const Change *change = &changes[request->kind];
  gint64 exists = 0;
  int n_changed = 0;

  if (!store_check_length (args->text, change->max_bytes, "The text", error)
      || !store_exec (connection, &n_changed, error, change->sql, "tII", args->text, args->number, args->id))
    return FALSE;
  if (n_changed == 0)
    {
      /* Deleting what is in the bin already is no mistake; a row that is not there is. */
      if (!store_query_int (connection, 0, &exists, error, "SELECT 1 FROM conversation WHERE id = ?1", "I", args->id))
        return FALSE;
      return exists || set_not_found (error);
    }
  store_connection_changed (connection, STORE_CHANGE_CONVERSATION, args->id, 0);
  return TRUE;
}

static void
request_change (StoreDb *self, StoreAccess access, ChangeKind kind, StoreArgs *args, GCancellable *cancellable,
                GAsyncReadyCallback callback, gpointer user_data)
{
  ChangeRequest *request = g_new (ChangeRequest, 1);

  request->kind = kind;
  request->args = args;
  store_db_request (self, access, change_work, request, change_request_free, cancellable, callback, user_data);
}

void
store_rename_async (StoreDb *self, gint64 id, const char *title, gboolean by_user, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (title != NULL);

  request_change (self, STORE_ACCESS_SYNCED, RENAME, store_args_new (id, by_user != 0, title), cancellable, callback,
                  user_data);
}

void
store_set_pinned_async (StoreDb *self, gint64 id, gboolean pinned, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  request_change (self, STORE_ACCESS_SYNCED, PIN, store_args_new (id, pinned != 0, NULL), cancellable, callback, user_data);
}

void
store_set_archived_async (StoreDb *self, gint64 id, gboolean archived, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  request_change (self, STORE_ACCESS_SYNCED, ARCHIVE, store_args_new (id, archived != 0, NULL), cancellable, callback,
                  user_data);
}

void
store_set_folder_async (StoreDb *self, gint64 id, gint64 folder_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  request_change (self, STORE_ACCESS_SYNCED, MOVE, store_args_new (id, folder_id, NULL), cancellable, callback, user_data);
}

void
store_set_model_async (StoreDb *self, gint64 id, const char *model, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  request_change (self, STORE_ACCESS_SYNCED, SET_MODEL, store_args_new (id, 0, model), cancellable, callback, user_data);
}

void
store_set_settings_async (StoreDb *self, gint64 id, const char *settings, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  request_change (self, STORE_ACCESS_SYNCED, SET_SETTINGS, store_args_new (id, 0, settings), cancellable, callback, user_data);
}

void
store_set_draft_async (StoreDb *self, gint64 id, const char *draft, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  request_change (self, STORE_ACCESS_CHEAP, SET_DRAFT, store_args_new (id, 0, draft), cancellable, callback, user_data);
}

void
store_append_draft_async (StoreDb *self, gint64 id, const char *text, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (text != NULL);

  request_change (self, STORE_ACCESS_CHEAP, APPEND_DRAFT, store_args_new (id, 0, text), cancellable, callback, user_data);
}

void
store_set_head_async (StoreDb *self, gint64 id, gint64 head_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  request_change (self, STORE_ACCESS_SYNCED, SET_HEAD, store_args_new (id, head_id, NULL), cancellable, callback, user_data);
}

void
store_delete_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  request_change (self, STORE_ACCESS_SYNCED, DELETE, store_args_new (id, store_now (), NULL), cancellable, callback, user_data);
}

void
store_restore_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  request_change (self, STORE_ACCESS_SYNCED, RESTORE, store_args_new (id, 0, NULL), cancellable, callback, user_data);
}

/* ---- Deleting for good ------------------------------------------------------------------------------------------ */

static gboolean
purge (StoreConnection *connection, gint64 id, GError **error)
{
  int n_changed = 0;

  /* The head refers to a message that goes first; messages go with the conversation (ON DELETE CASCADE). */
  if (!store_exec (connection, NULL, error, "UPDATE conversation SET head_id = NULL WHERE id = ?1", "I", id)
      || !store_exec (connection, &n_changed, error, "DELETE FROM conversation WHERE id = ?1", "I", id)
      || !store_exec (connection, NULL, error, "REPLACE INTO property VALUES ('purged', ?1)", "i", STORE_PURGED_ALL))
    return FALSE;
  if (n_changed == 0)
    return set_not_found (error);
  store_connection_changed (connection, STORE_CHANGE_CONVERSATION_REMOVED, id, 0);
  return TRUE;
}

gboolean
store_purge_deleted (StoreConnection *connection, gint64 time, GError **error)
{
  for (;;)
    {
      gint64 id = 0;

      if (!store_query_int (connection, 0, &id, error,
                            "SELECT id FROM conversation WHERE deleted_at < ?1 ORDER BY deleted_at LIMIT 1", "I", time))
        return FALSE;
      if (id == 0)
        return TRUE;
      if (!purge (connection, id, error))
        return FALSE;
    }
}

static gboolean
purge_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;

  return purge (connection, args->id, error);
}

void
store_purge_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_SYNCED, purge_work, store_args_new (id, 0, NULL), store_args_free, cancellable, callback,
                    user_data);
}
