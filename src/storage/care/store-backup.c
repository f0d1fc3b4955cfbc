/* store-backup.c: copies of the whole history, one a day
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   backups/chats-2026-11-22.db                   made when idle; the last 7 are kept
 *   backups/chats-2026-11-22-101500-restore.db    what was there before a restore; the last 2 are kept
 */
#include "care/store-backup.h"

#include <glib/gstdio.h>
#include <string.h>

#include "care/store-copy.h"
#include "care/store-file.h"
#include "care/store-schema.h"
#include "db/store-db.h"

#define N_DAILY          7
#define N_BEFORE_RESTORE 2
#define MAX_FILES        100

G_DEFINE_BOXED_TYPE (StoreBackup, store_backup, store_backup_copy, store_backup_free)

StoreBackup *
store_backup_copy (const StoreBackup *backup)
{
  StoreBackup *copy = g_memdup2 (backup, sizeof *backup);

  copy->path = g_strdup (backup->path);
  return copy;
}

void
store_backup_free (StoreBackup *backup)
{
  if (!backup)
    return;

  g_free (backup->path);
  g_free (backup);
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static char *
backups_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return g_build_filename (folder, "backups", NULL);
}

static char *
backup_path (StoreConnection *connection, gint64 now, const char *format)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (now / 1000);
  g_autofree char *name = g_date_time_format (time, format);
  g_autofree char *folder = backups_folder (connection->path);

  return g_build_filename (folder, name, NULL);
}

static gboolean
is_before_restore (const char *name)
{
  return g_str_has_suffix (name, "-restore.db");
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) b, *(const char *const *) a);
}

/* The names in the folder of backups, newest first. */
static GPtrArray *
list_names (const char *path)
{
  g_autofree char *folder = backups_folder (path);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && names->len < MAX_FILES && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "chats-") && g_str_has_suffix (name, ".db"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_newest_first);
  return names;
}

char *
store_find_backup (const char *path)
{
  g_autofree char *folder = backups_folder (path);
  g_autoptr (GPtrArray) names = list_names (path);

  for (guint i = 0; i < names->len; i++)
    if (!is_before_restore (names->pdata[i]))
      return g_build_filename (folder, names->pdata[i], NULL);
  return NULL;
}

static void
remove_old (StoreConnection *connection)
{
  g_autofree char *folder = backups_folder (connection->path);
  g_autoptr (GPtrArray) names = list_names (connection->path);
  int n_daily = 0, n_before = 0;

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      if (is_before_restore (names->pdata[i]) ? ++n_before > N_BEFORE_RESTORE : ++n_daily > N_DAILY)
        g_unlink (path);
    }
}

gboolean
store_backup_today (StoreConnection *connection, gint64 now, GError **error)
{
  g_autofree char *path = backup_path (connection, now, "chats-%Y-%m-%d.db");
  gint64 n_conversations = 0;

  if (!store_query_int (connection, 0, &n_conversations, error, "SELECT count (*) FROM conversation", ""))
    return FALSE;
  if (n_conversations == 0)
    return TRUE;
  if (!store_copy_database (connection, path, error))
    return FALSE;
  remove_old (connection);
  return TRUE;
}

static gboolean
backup_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  if (!connection->path)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_INVALID, "A history in memory has no backups");
      return FALSE;
    }
  return store_backup_today (connection, store_now (), error);
}

void
store_backup_async (StoreDb *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_RAW, backup_work, NULL, NULL, cancellable, callback, user_data);
}

/* ---- Looking into a copy ---------------------------------------------------------------------------------------- */

static gboolean
read_preview (StoreConnection *copy, StoreBackup *backup, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (copy, error,
                     "SELECT (SELECT count (*) FROM conversation WHERE deleted_at IS NULL), (SELECT count (*) FROM message),"
                     " (SELECT max (updated_at) FROM conversation)",
                     "");

  if (!row || !store_step (row, error))
    return FALSE;
  backup->n_conversations = sqlite3_column_int (row, 0);
  backup->n_messages = sqlite3_column_int (row, 1);
  backup->newest = sqlite3_column_int64 (row, 2);
  return TRUE;
}

static StoreBackup *
preview (const char *path)
{
  StoreBackup *backup = g_new0 (StoreBackup, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreConnection) copy = NULL;
  GStatBuf status;

  backup->path = g_strdup (path);
  if (g_stat (path, &status) == 0)
    {
      backup->n_bytes = status.st_size;
      backup->time = (gint64) status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
    }
  copy = store_connection_open_foreign (path, &error);
  backup->is_damaged = !copy || !read_preview (copy, backup, &error);
  return backup;
}

static int
compare_latest_first (gconstpointer a, gconstpointer b)
{
  const StoreBackup *x = *(const StoreBackup *const *) a, *y = *(const StoreBackup *const *) b;

  return x->time > y->time ? -1 : x->time < y->time;
}

static gboolean
list_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *folder = NULL;

  result->list = g_ptr_array_new_with_free_func ((GDestroyNotify) store_backup_free);
  if (!connection->path)
    return TRUE;
  names = list_names (connection->path);
  folder = backups_folder (connection->path);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      g_ptr_array_add (result->list, preview (path));
    }
  g_ptr_array_sort (result->list, compare_latest_first);
  return TRUE;
}

void
store_list_backups_async (StoreDb *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_RAW, list_work, NULL, NULL, cancellable, callback, user_data);
}

/* ---- Restoring -------------------------------------------------------------------------------------------------- */

/* Refuses what could not be used afterwards, before anything is touched. */
static gboolean
check_copy (StoreConnection *copy, int *ret_version, GError **error)
{
  int application_id;

  if (!store_schema_read_version (copy->db, ret_version, &application_id, error))
    return FALSE;
  if (application_id != STORE_APPLICATION_ID || *ret_version < 1)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NOT_A_DATABASE, "The file is not a backup of Myna");
      return FALSE;
    }
  if (*ret_version > store_schema_version ())
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NEWER_VERSION, "The backup was made by a newer version of Myna");
      return FALSE;
    }
  return store_check (copy, "PRAGMA integrity_check (1)", error);
}

/* Puts the pages of the copy in the place of ours, in one transaction of SQLite. */
static gboolean
copy_pages (StoreConnection *connection, StoreConnection *copy, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (connection->db, "main", copy->db, "main");
  int code;

  if (!backup)
    return store_error_set_sqlite (error, connection->db, sqlite3_errcode (connection->db), "The backup cannot be restored");
  sqlite3_backup_step (backup, -1);
  code = sqlite3_backup_finish (backup);
  return code == SQLITE_OK || store_error_set_sqlite (error, NULL, code, "The backup cannot be restored");
}

static gboolean
restore_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  g_autoptr (StoreConnection) copy = store_connection_open_foreign (args->text, error);
  g_autofree char *before = NULL;
  int version;

  if (connection->read_only || !connection->path)
    return store_error_set_read_only (error);
  if (!copy || !check_copy (copy, &version, error))
    return FALSE;
  before = backup_path (connection, store_now (), "chats-%Y-%m-%d-%H%M%S-restore.db");
  if (!store_copy_database (connection, before, error) || !copy_pages (connection, copy, error))
    return FALSE;

  /* The pages brought the journal mode and the version of the copy with them. */
  if (!store_connection_prepare_file (connection, version, error))
    return FALSE;
  remove_old (connection);
  store_connection_changed (connection, STORE_CHANGE_CONVERSATION, 0, 0);
  store_connection_changed (connection, STORE_CHANGE_FOLDERS, 0, 0);
  return TRUE;
}

void
store_restore_backup_async (StoreDb *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (path != NULL);

  store_db_request (self, STORE_ACCESS_RAW, restore_work, store_args_new (0, 0, path), store_args_free, cancellable, callback,
                    user_data);
}
