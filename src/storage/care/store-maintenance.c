/* store-maintenance.c: what the storage thread does when idle
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table of tasks; each has a row in the table `property` with the time when it was last done.  One task runs a time, and
 * stops in the middle (connection->gives_way) when a request comes; it is tried again at the next idle time.
 */
#include "care/store-maintenance.h"

#include "care/store-backup.h"
#include "care/store-scrub.h"
#include "db/store-db.h"
#include "rows/store-conversation.h"
#include "rows/store-record.h"

#define MINUTE_MS   G_GINT64_CONSTANT (60000)
#define DAY_MS      (24 * 60 * MINUTE_MS)
#define BIN_DAYS    30 /* until store_set_bin_days_async() says otherwise */
#define RETRY_MS    (60 * MINUTE_MS)
#define MERGE_PAGES "500"

typedef struct
{
  const char *property;
  gint64 interval; /* milliseconds between two runs */
  gboolean (*run) (StoreConnection *connection, gint64 now, GError **error);
} Task;

/* ---- Tasks ------------------------------------------------------------------------------------------------------ */

static gboolean
get_bin_days (StoreConnection *connection, gint64 *ret_days, GError **error)
{
  return store_query_int (connection, BIN_DAYS, ret_days, error, "SELECT value FROM property WHERE name = 'bin_days'", "");
}

/* What has been in the bin for as long as the person wants it there. */
static gboolean
purge_bin (StoreConnection *connection, gint64 now, GError **error)
{
  gint64 days;
  gboolean success;

  if (!get_bin_days (connection, &days, error))
    return FALSE;
  if (days <= 0)
    return TRUE;
  if (!store_connection_begin (connection, STORE_ACCESS_SYNCED, error))
    return FALSE;
  success = store_purge_deleted (connection, now - days * DAY_MS, error);
  return store_connection_end (connection, success, error);
}

/* Kept in the file, so that a store that was just opened never purges by another number than the person's. */
static gboolean
set_bin_days_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  gint64 days;

  if (!get_bin_days (connection, &days, error))
    return FALSE;
  if (days == args->number)
    return TRUE;
  /* Purged by the new number at the next idle time, not tomorrow. */
  return store_exec (connection, NULL, error, "REPLACE INTO property VALUES ('bin_days', ?1)", "I", args->number)
         && store_exec (connection, NULL, error, "DELETE FROM property WHERE name = 'bin_purged_at'", "");
}

void
store_set_bin_days_async (StoreDb *self, guint days, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_CHEAP, set_bin_days_work, store_args_new (0, days, NULL), store_args_free, cancellable,
                    callback, user_data);
}

static gint64
merge_once (StoreConnection *connection, GError **error)
{
  static const char *const merges[] = {
    "INSERT INTO message_fts (message_fts, rank) VALUES ('merge', -" MERGE_PAGES ")",
    "INSERT INTO title_fts (title_fts, rank) VALUES ('merge', -" MERGE_PAGES ")",
    "INSERT INTO passage_fts (passage_fts, rank) VALUES ('merge', -" MERGE_PAGES ")",
  };
  int before = sqlite3_total_changes (connection->db);

  for (gsize i = 0; i < G_N_ELEMENTS (merges); i++)
    {
      gboolean success;

      if (!store_connection_begin (connection, STORE_ACCESS_CHEAP, error))
        return -1;
      success = store_exec (connection, NULL, error, merges[i], "");
      if (!store_connection_end (connection, success, error))
        return -1;
    }
  return sqlite3_total_changes (connection->db) - before;
}

/* The words of deleted messages stay in the index until its segments are merged, and copies of both in unused parts of pages;
 * what was deleted for good must go. */
static gboolean
forget_deleted (StoreConnection *connection, gint64 now, GError **error)
{
  gint64 purged = 0, n = 0;

  if (!store_property_get (connection, "purged", &purged, error))
    return FALSE;
  if (!purged)
    return TRUE;
  if (purged == STORE_PURGED_LOG)
    return store_exec_script (connection->db, "PRAGMA wal_checkpoint (TRUNCATE)", error)
           && store_property_set (connection, STORE_ACCESS_CHEAP, "purged", 0, error);

  /* Each command counts as one change per table; more means that pages were merged. */
  do
    {
      if (store_connection_is_cancelled (connection))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Another request came");
          return FALSE;
        }
      n = merge_once (connection, error);
    }
  while (n > 3);
  return n >= 0 && store_scrub (connection, error) && store_property_set (connection, STORE_ACCESS_SYNCED, "purged", 0, error);
}

static gboolean
back_up (StoreConnection *connection, gint64 now, GError **error)
{
  return !connection->path || store_backup_today (connection, now, error);
}

static gboolean
check_integrity (StoreConnection *connection, gint64 now, GError **error)
{
  return store_check (connection, "PRAGMA integrity_check (1)", error);
}

static const Task tasks[] = {
  { "bin_purged_at", DAY_MS, purge_bin },
  { "words_forgotten_at", 0, forget_deleted },
  { "backed_up_at", DAY_MS / 2, back_up },
  { "integrity_checked_at", 30 * DAY_MS, check_integrity },
};

/* The first task that is due; NULL: none. */
static const Task *
find_due (StoreConnection *connection, gint64 now, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      gint64 last = 0;

      if (connection->tasks_done & (1u << i))
        continue;
      if (!store_property_get (connection, tasks[i].property, &last, error))
        return NULL;
      /* A clock that was set back must not stop the backups. */
      if (last > now || now - last >= tasks[i].interval)
        return &tasks[i];
      connection->tasks_done |= 1u << i;
    }
  return NULL;
}

gboolean
store_maintain (StoreConnection *connection, gint64 now, GError **error)
{
  GError *local_error = NULL;
  const Task *task;

  if (connection->read_only || now < connection->retry_at)
    return FALSE;
  task = find_due (connection, now, &local_error);
  if (task && task->run (connection, now, &local_error))
    {
      connection->tasks_done |= 1u << (task - tasks);
      if (task->interval == 0 || store_property_set (connection, STORE_ACCESS_CHEAP, task->property, now, &local_error))
        return TRUE;
    }
  if (!local_error)
    {
      /* All done: look again in an hour, the window may stay open for days. */
      connection->tasks_done = 0;
      connection->retry_at = now + RETRY_MS;
      return FALSE;
    }
  if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    connection->retry_at = now + RETRY_MS;
  g_propagate_error (error, local_error);
  return FALSE;
}
