/* store-folder.c: folders of conversations, nested once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "db/store-db.h"
#include "rows/store-record.h"

G_DEFINE_BOXED_TYPE (StoreFolder, store_folder, store_folder_copy, store_folder_free)

StoreFolder *
store_folder_copy (const StoreFolder *folder)
{
  StoreFolder *copy = g_memdup2 (folder, sizeof *folder);

  copy->name = g_strdup (folder->name);
  return copy;
}

void
store_folder_free (StoreFolder *folder)
{
  if (!folder)
    return;

  g_free (folder->name);
  g_free (folder);
}

static gboolean
set_invalid (GError **error, const char *message)
{
  g_set_error_literal (error, STORE_ERROR, STORE_ERROR_INVALID, message);
  return FALSE;
}

/* A folder may lie in `parent_id` (0: at the top) when that one exists and lies at the top itself. */
static gboolean
check_parent (StoreConnection *connection, gint64 parent_id, GError **error)
{
  gint64 level = 0;

  if (parent_id == 0)
    return TRUE;
  if (!store_query_int (connection, 0, &level, error,
                        "SELECT CASE WHEN parent_id IS NULL THEN 1 ELSE 2 END FROM folder WHERE id = ?1", "I", parent_id))
    return FALSE;
  if (level == 1)
    return TRUE;
  if (level == 2)
    return set_invalid (error, "Folders can be nested only once");

  g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "The folder does not exist");
  return FALSE;
}

static gboolean
check_name (const char *name, GError **error)
{
  if (!*name)
    return set_invalid (error, "A folder needs a name");
  return store_check_length (name, STORE_MAX_TITLE_BYTES, "The name", error);
}

/* Runs an UPDATE or DELETE of one folder. */
static gboolean
change (StoreConnection *connection, GError **error, const char *sql, const StoreArgs *args)
{
  int n_changed = 0;

  if (!store_exec (connection, &n_changed, error, sql, "tII", args->text, args->number, args->id))
    return FALSE;
  if (n_changed == 0)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "The folder does not exist");
      return FALSE;
    }
  store_connection_changed (connection, STORE_CHANGE_FOLDERS, 0, 0);
  return TRUE;
}

static gboolean
list_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
      store_prepare (connection, error, "SELECT id, name, parent_id, created_at FROM folder ORDER BY name, id", "");
  GError *local_error = NULL;

  if (!statement)
    return FALSE;
  result->list = g_ptr_array_new_with_free_func ((GDestroyNotify) store_folder_free);
  while (store_step (statement, &local_error))
    {
      StoreFolder *folder = g_new (StoreFolder, 1);

      folder->id = sqlite3_column_int64 (statement, 0);
      folder->name = store_column_name (statement, 1);
      folder->parent_id = sqlite3_column_int64 (statement, 2);
      folder->created_at = sqlite3_column_int64 (statement, 3);
      g_ptr_array_add (result->list, folder);
    }
  if (!local_error)
    return TRUE;

  g_propagate_error (error, local_error);
  return FALSE;
}

void
store_list_folders_async (StoreDb *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, list_work, NULL, NULL, cancellable, callback, user_data);
}

static gboolean
add_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;

  if (!check_name (args->text, error) || !check_parent (connection, args->number, error)
      || !store_exec (connection, NULL, error, "INSERT INTO folder (name, parent_id, created_at) VALUES (?1, ?2, ?3)", "tZI",
                      args->text, args->number, store_now ()))
    return FALSE;
  result->id = sqlite3_last_insert_rowid (connection->db);
  store_connection_changed (connection, STORE_CHANGE_FOLDERS, 0, 0);
  return TRUE;
}

void
store_add_folder_async (StoreDb *self, const char *name, gint64 parent_id, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (name != NULL);

  store_db_request (self, STORE_ACCESS_SYNCED, add_work, store_args_new (0, parent_id, name), store_args_free, cancellable,
                    callback, user_data);
}

static gboolean
rename_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;

  return check_name (args->text, error)
         && change (connection, error, "UPDATE folder SET name = ?1 WHERE id = ?3 AND ?2 = 0", args);
}

void
store_rename_folder_async (StoreDb *self, gint64 id, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (name != NULL);

  store_db_request (self, STORE_ACCESS_SYNCED, rename_work, store_args_new (id, 0, name), store_args_free, cancellable,
                    callback, user_data);
}

static gboolean
move_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  gint64 has_children = 0;

  if (!check_parent (connection, args->number, error)
      || !store_query_int (connection, 0, &has_children, error, "SELECT 1 FROM folder WHERE parent_id = ?1", "I", args->id))
    return FALSE;
  if (args->number && (has_children || args->number == args->id))
    return set_invalid (error, "Folders can be nested only once");
  return change (connection, error, "UPDATE folder SET parent_id = nullif (?2, 0) WHERE id = ?3 AND ?1 IS NULL", args);
}

void
store_move_folder_async (StoreDb *self, gint64 id, gint64 parent_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_SYNCED, move_work, store_args_new (id, parent_id, NULL), store_args_free, cancellable,
                    callback, user_data);
}

/* What was in it moves up: conversations to the folder around it, folders to the top. */
static gboolean
delete_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;

  if (!store_exec (connection, NULL, error,
                   "UPDATE conversation SET folder_id = (SELECT parent_id FROM folder WHERE id = ?1) WHERE folder_id = ?1", "I",
                   args->id)
      || !change (connection, error, "DELETE FROM folder WHERE id = ?3 AND ?1 IS NULL AND ?2 = 0", args))
    return FALSE;
  store_connection_changed (connection, STORE_CHANGE_CONVERSATION, 0, 0);
  return TRUE;
}

void
store_delete_folder_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_SYNCED, delete_work, store_args_new (id, 0, NULL), store_args_free, cancellable,
                    callback, user_data);
}
