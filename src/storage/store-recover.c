/* store-recover.c: what can be read of a damaged database, in a new one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   1. chats.db (and its WAL) are renamed to chats.db.damaged-TIME; they are never touched again.
 *   2. A new chats.db gets each row that can be read.  Where a page is damaged, the rows on it are skipped: the first row
 *      behind it is found by trying larger and larger ids, then by halving.
 *   3. What is missing then comes from the newest backup.
 *   4. References to rows that are lost are mended: messages without a conversation get one, messages without the message
 *      before follow the one before them in time.
 */
#include "store-private.h"

#include <glib/gstdio.h>
#include <errno.h>

/* Ids that are tried behind a damaged page; nobody has more messages. */
#define MAX_ID (G_GINT64_CONSTANT (1) << 32)

/* The first column is the id; `insert` takes the columns in the same order and leaves alone what is there. */
typedef struct
{
  const char *select;
  const char *insert;
} Table;

#define FOLDER_COLUMNS "id, name, parent_id, created_at"
#define CONVERSATION_COLUMNS \
  "id, origin, created_at, updated_at, deleted_at, pinned, archived, title_by_user, folder_id, head_id, title, model," \
  " settings, draft"
#define MESSAGE_COLUMNS \
  "id, conversation_id, parent_id, role, state, created_at, finished_at, n_prompt_tokens, n_tokens, first_token_seconds," \
  " seconds, mark, n_bytes, model, text, attachments"

#define TABLE(name, columns, marks) \
  { "SELECT " columns " FROM " name " NOT INDEXED WHERE id >= ?1 ORDER BY id", \
    "INSERT OR IGNORE INTO " name " (" columns ") VALUES (" marks ")" }

static const Table tables[] = {
  TABLE ("folder", FOLDER_COLUMNS, "?,?,?,?"),
  TABLE ("conversation", CONVERSATION_COLUMNS, "?,?,?,?,?,?,?,?,?,?,?,?,?,?"),
  TABLE ("message", MESSAGE_COLUMNS, "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?"),
};

/* ---- Copying rows ------------------------------------------------------------------------------------------------- */

/* TRUE: a row with an id from `id` on can be read; its id. */
static gboolean
can_read (sqlite3_stmt *select, gint64 id, gint64 *ret_id)
{
  gboolean success;

  sqlite3_reset (select);
  sqlite3_bind_int64 (select, 1, id);
  success = sqlite3_step (select) == SQLITE_ROW;
  if (success)
    *ret_id = sqlite3_column_int64 (select, 0);
  return success;
}

/* The first readable row behind the damage at `id`; 0: none. */
static gint64
skip_damage (sqlite3_stmt *select, gint64 id)
{
  gint64 bad = id, good = 0, found = 0;

  for (gint64 step = 1; !good && id + step < MAX_ID; step *= 2)
    if (can_read (select, id + step, &found))
      good = id + step;
    else
      bad = id + step;
  while (good && good - bad > 1)
    {
      gint64 middle = bad + (good - bad) / 2, at;

      if (can_read (select, middle, &at))
        good = middle, found = at;
      else
        bad = middle;
    }
  return good ? found : 0;
}

static gboolean
insert_row (StoreConnection *target, const char *sql, sqlite3_stmt *row, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = store_prepare (target, error, sql, "");
  GError *local_error = NULL;

  if (!insert)
    return FALSE;
  for (int i = 0; i < sqlite3_column_count (row); i++)
    sqlite3_bind_value (insert, i + 1, sqlite3_column_value (row, i));
  store_step (insert, &local_error);

  /* A row with values that our tables refuse is damaged too. */
  if (g_error_matches (local_error, STORE_ERROR, STORE_ERROR_INVALID))
    g_clear_error (&local_error);
  if (!local_error)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

/* Only what is wrong in the file is left out.  What cannot be read just now may be there the next time: then nothing is
 * recovered at all. */
static gboolean
check_is_damage (StoreConnection *source, int code, GError **error)
{
  if ((code & 0xff) != SQLITE_IOERR && (code & 0xff) != SQLITE_NOMEM && (code & 0xff) != SQLITE_CANTOPEN)
    return TRUE;
  return store_error_set_sqlite (error, source->db, code, "The damaged history cannot be read");
}

/* Sets *is_whole to FALSE where rows could not be read. */
static gboolean
copy_table (StoreConnection *source, StoreConnection *target, const Table *table, gboolean *is_whole, GError **error)
{
  sqlite3_stmt *select = NULL;
  gboolean success = TRUE;
  gint64 next = 1;
  int code;

  code = sqlite3_prepare_v2 (source->db, table->select, -1, &select, NULL);
  if (code != SQLITE_OK)
    {
      *is_whole = FALSE;
      return check_is_damage (source, code, error);
    }
  sqlite3_bind_int64 (select, 1, next);
  while (success && next && (code = sqlite3_step (select)) != SQLITE_DONE)
    {
      if (code == SQLITE_ROW)
        {
          next = sqlite3_column_int64 (select, 0) + 1;
          success = insert_row (target, table->insert, select, error);
          continue;
        }
      *is_whole = FALSE;
      success = check_is_damage (source, code, error);
      next = success ? skip_damage (select, next) : 0;
      sqlite3_reset (select);
      sqlite3_bind_int64 (select, 1, next);
    }
  sqlite3_finalize (select);
  return success;
}

static gboolean
copy_tables (StoreConnection *source, StoreConnection *target, gboolean *is_whole, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!copy_table (source, target, &tables[i], is_whole, error))
      return FALSE;
  return TRUE;
}

static const char MEND[] =
  "UPDATE folder SET parent_id = NULL WHERE parent_id NOT IN (SELECT id FROM folder);"
  "INSERT INTO conversation (id, origin, created_at, updated_at, title)"
  " SELECT conversation_id, 'recovered:' || conversation_id || ':' || max (created_at), min (created_at), max (created_at), ''"
  " FROM message WHERE conversation_id NOT IN (SELECT id FROM conversation) GROUP BY conversation_id;"
  "UPDATE conversation SET folder_id = NULL WHERE folder_id NOT IN (SELECT id FROM folder);"
  "UPDATE message SET parent_id = (SELECT max (p.id) FROM message p"
  "  WHERE p.conversation_id = message.conversation_id AND p.id < message.id)"
  " WHERE parent_id IS NOT NULL AND NOT EXISTS"
  "  (SELECT 1 FROM message p WHERE p.conversation_id = message.conversation_id AND p.id = message.parent_id);"
  "UPDATE conversation SET head_id = (SELECT max (m.id) FROM message m WHERE m.conversation_id = conversation.id)"
  " WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = conversation.id AND m.id = conversation.head_id);"
  "UPDATE message SET state = 2 WHERE state = 1;";

static gboolean
fill (StoreConnection *target, const char *damaged, const char *backup, GError **error)
{
  g_autoptr (StoreConnection) source = store_connection_open_foreign (damaged, NULL);
  gboolean is_whole = source != NULL, ignored = TRUE, success;

  if (!store_exec_script (target->db, "PRAGMA foreign_keys = OFF", error)
      || !store_connection_begin (target, STORE_ACCESS_SYNCED, error))
    return FALSE;
  success = !source || copy_tables (source, target, &is_whole, error);
  if (success && !is_whole && backup)
    {
      g_autoptr (StoreConnection) copy = store_connection_open_foreign (backup, NULL);

      success = !copy || copy_tables (copy, target, &ignored, error);
    }
  success = success && store_exec_script (target->db, MEND, error);
  return store_connection_end (target, success, error);
}

/* ---- Files -------------------------------------------------------------------------------------------------------- */

static void
remove_database (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      g_unlink (name);
    }
}

static void
move (const char *from, const char *to, const char *suffix)
{
  g_autofree char *source = g_strconcat (from, suffix, NULL);
  g_autofree char *target = g_strconcat (to, suffix, NULL);

  g_rename (source, target);
}

/* All of the new database must be in its one file, which is what is renamed: leaves WAL mode, which writes everything back
 * and says so, and closes. */
static gboolean
finish_file (StoreConnection *target, const char *fresh, GError **error)
{
  g_autofree char *wal = g_strconcat (fresh, "-wal", NULL);
  g_autofree char *journal = g_strconcat (fresh, "-journal", NULL);
  gboolean success = store_exec_script (target->db, "PRAGMA journal_mode = DELETE", error);

  store_connection_close (target);
  if (success && (g_file_test (wal, G_FILE_TEST_EXISTS) || g_file_test (journal, G_FILE_TEST_EXISTS)))
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_FAILED, "The recovered history cannot be written");
      success = FALSE;
    }
  g_unlink (wal);
  g_unlink (journal);
  return success;
}

gboolean
store_recover (const char *path, char **ret_kept, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *kept = g_strdup_printf ("%s.damaged-%s", path, time);
  g_autofree char *fresh = g_strconcat (path, ".recovering", NULL);
  g_autofree char *fresh_lock = g_strconcat (fresh, ".lock", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);
  g_autofree char *backup = store_find_backup (path);
  g_autoptr (StoreConnection) target = NULL;
  gboolean success;

  remove_database (fresh);
  if (g_rename (path, kept) != 0)
    {
      g_set_error (error, STORE_ERROR, STORE_ERROR_CORRUPT, "The damaged history cannot be put aside: %s",
                   g_strerror (errno));
      return FALSE;
    }
  move (path, kept, "-wal");
  g_unlink (shm);

  target = store_connection_open_file (fresh, error);
  success = target && fill (target, kept, backup, error);
  if (success)
    success = finish_file (g_steal_pointer (&target), fresh, error);
  g_clear_pointer (&target, store_connection_close);
  g_unlink (fresh_lock);
  if (success && g_rename (fresh, path) == 0)
    {
      *ret_kept = g_steal_pointer (&kept);
      return TRUE;
    }

  /* As it was. */
  remove_database (fresh);
  g_rename (kept, path);
  move (kept, path, "-wal");
  if (success)
    g_set_error_literal (error, STORE_ERROR, STORE_ERROR_CORRUPT, "The recovered history cannot be put in place");
  return FALSE;
}
