/* store-recover.c: what can be read of a damaged database, in a new one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   1. chats.db (and its WAL) are renamed to chats.db.damaged-TIME; they are never touched again (store-aside.c).
 *   2. A new chats.db gets each row that stands in a sound page (store-pages.c).
 *   3. Where pages are damaged, what is missing then comes from the newest backup.
 *   4. Long messages that lost their end are cut there.
 *   5. References to rows that are lost are mended: messages without a conversation get one, messages without the message
 *      before follow the one before them in time.
 *
 * What is lost for good is known from the keys in the indexes of `message`, which stand in other pages than the rows.
 */
#include "care/store-recover.h"

#include <glib/gstdio.h>
#include <string.h>

#include "care/store-aside.h"
#include "care/store-backup.h"
#include "care/store-file.h"
#include "care/store-pages.h"
#include "rows/store-attachment.h"

/* The columns as SQLite stores them, a letter each: k: the id, which is the rowid and stored as NULL; i: integer, I: integer
 * or NULL; d: real; t: text, may be cut; u: the same or NULL; T, B: text, a blob, or NULL, all or nothing.  A row has as many
 * columns as its table had when it was written: after a step that adds one, both forms need an entry. */
typedef struct
{
  const char *types;
  const char *insert;
  int n_bytes_column; /* has the length of text_column; 0: none */
  int text_column;
} Table;

/* What a person allowed tools to do is not saved: after damage Myna asks again. */
static const Table tables[] = {
  { "ktIi", "INSERT OR IGNORE INTO folder (id, name, parent_id, created_at) VALUES (?,?,?,?)" },
  { "ktiiIiiiIItTTT",
    "INSERT OR IGNORE INTO conversation (id, origin, created_at, updated_at, deleted_at, pinned, archived, title_by_user,"
    " folder_id, head_id, title, model, settings, draft) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)" },
  { "kiIiiiIiiddiiTtT",
    "INSERT OR IGNORE INTO message (id, conversation_id, parent_id, role, state, created_at, finished_at, n_prompt_tokens,"
    " n_tokens, first_token_seconds, seconds, mark, n_bytes, model, text, attachments)"
    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    12, 14 },
  { "kiiiIIttTu",
    "INSERT OR IGNORE INTO call (message_id, state, allowed_by, edited, started_at, finished_at, metadata, tool, arguments,"
    " result) VALUES (?,?,?,?,?,?,?,?,?,?)" },
  { "kiiitB", "INSERT OR IGNORE INTO call_file (id, message_id, width, height, name, data) VALUES (?,?,?,?,?,?)" },
  { "ktt", "INSERT OR IGNORE INTO note (id, name, text) VALUES (?,?,?)" },
  { "kiitt", "INSERT OR IGNORE INTO document (id, n_pages, n_bytes, sha256, type) VALUES (?,?,?,?,?)" },
  { "kiiitt", "INSERT OR IGNORE INTO passage (id, document_id, ordinal, page, heading, text) VALUES (?,?,?,?,?,?)" },
  { "kiiiit", "INSERT OR IGNORE INTO attachment (id, message_id, document_id, ordinal, use, name) VALUES (?,?,?,?,?,?)" },
  { "kiii", "INSERT OR IGNORE INTO given (id, message_id, passage_id, number) VALUES (?,?,?,?)" },
};

typedef struct
{
  StoreConnection *target;
  gboolean wants_cut;  /* takes the rows that are not whole, and no others */
  gboolean wants_keys; /* notes the ids in the indexes */
  guint n_cut;         /* rows that were not whole */
} Copy;

/* ---- Copying rows ----------------------------------------------------------------------------------------------- */

static gboolean
fits (char type, const StorePagesValue *value)
{
  switch (type)
    {
    case 'k': return value->type == SQLITE_NULL;
    case 'i': return value->type == SQLITE_INTEGER;
    case 'I': return value->type == SQLITE_INTEGER || value->type == SQLITE_NULL;
    case 'd': return value->type == SQLITE_INTEGER || value->type == SQLITE_FLOAT;
    case 't': return value->type == SQLITE_TEXT;
    case 'B': return value->type == SQLITE_BLOB || value->type == SQLITE_NULL;
    default: return value->type == SQLITE_TEXT || value->type == SQLITE_NULL;
    }
}

/* The table that a row can be of; NULL: none. */
static const Table *
find_table (const StorePagesRow *row)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      const char *types = tables[i].types;
      guint n = 0;

      while (n < row->n_values && types[n] && fits (types[n], &row->values[n]))
        n++;
      if (n == row->n_values && !types[n])
        return &tables[i];
    }
  return NULL;
}

/* Cuts texts where they stop being text.  TRUE: the row is whole. */
static gboolean
make_sound (const Table *table, StorePagesRow *row)
{
  gboolean is_whole = TRUE;

  for (guint i = 0; i < row->n_values; i++)
    {
      StorePagesValue *value = &row->values[i];
      const char *end;

      if (value->type == SQLITE_TEXT && !g_utf8_validate_len (value->bytes, value->n_bytes, &end))
        {
          value->n_bytes = end - value->bytes;
          value->is_cut = TRUE;
        }
      if (!value->is_cut)
        continue;
      is_whole = FALSE;
      if (table->types[i] == 'T' || table->types[i] == 'B')
        value->type = SQLITE_NULL;
    }
  if (table->n_bytes_column && row->values[table->n_bytes_column].integer != (gint64) row->values[table->text_column].n_bytes)
    {
      row->values[table->n_bytes_column].integer = row->values[table->text_column].n_bytes;
      is_whole = FALSE;
    }
  return is_whole;
}

static void
bind_value (sqlite3_stmt *statement, int index, const StorePagesValue *value)
{
  switch (value->type)
    {
    case SQLITE_INTEGER: sqlite3_bind_int64 (statement, index, value->integer); break;
    case SQLITE_FLOAT: sqlite3_bind_double (statement, index, value->real); break;
    case SQLITE_TEXT: sqlite3_bind_text64 (statement, index, value->bytes, value->n_bytes, SQLITE_STATIC, SQLITE_UTF8); break;
    case SQLITE_BLOB: sqlite3_bind_blob64 (statement, index, value->bytes, value->n_bytes, SQLITE_STATIC); break;
    default: sqlite3_bind_null (statement, index);
    }
}

/* A row with values that our tables refuse is damaged too: it is left out. */
static gboolean
step_insert (sqlite3_stmt *insert, GError **error)
{
  GError *local_error = NULL;

  store_step (insert, &local_error);
  if (g_error_matches (local_error, STORE_ERROR, STORE_ERROR_INVALID))
    g_clear_error (&local_error);
  if (!local_error)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

/* Entries of the indexes (conversation_id, id) and (conversation_id, parent_id) of `message`: the last column is the id. */
static gboolean
note_key (Copy *self, const StorePagesRow *row, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = NULL;

  if (!self->wants_keys || row->n_values != 3 || !fits ('i', &row->values[0]) || !fits ('I', &row->values[1])
      || !fits ('i', &row->values[2]))
    return TRUE;
  insert = store_prepare (self->target, error, "INSERT OR IGNORE INTO temp.key VALUES (?1)", "I", row->values[2].integer);
  return insert && step_insert (insert, error);
}

static gboolean
copy_row (const StorePagesRow *found, gpointer user_data, GError **error)
{
  Copy *self = user_data;
  g_autoptr (sqlite3_stmt) insert = NULL;
  StorePagesRow row = *found;
  const Table *table;
  gboolean is_whole;

  if (row.is_index)
    return note_key (self, found, error);
  table = row.rowid > 0 ? find_table (&row) : NULL;
  if (!table)
    return TRUE;
  is_whole = make_sound (table, &row);
  self->n_cut += !is_whole;
  if (is_whole == self->wants_cut)
    return TRUE;
  row.values[0] = (StorePagesValue){ .type = SQLITE_INTEGER, .integer = row.rowid };
  insert = store_prepare (self->target, error, table->insert, "");
  for (guint i = 0; insert && i < row.n_values; i++)
    bind_value (insert, i + 1, &row.values[i]);
  return insert && step_insert (insert, error);
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
    "DELETE FROM call WHERE message_id NOT IN (SELECT id FROM message WHERE role = 2);"
    "DELETE FROM call_file WHERE message_id NOT IN (SELECT message_id FROM call);"
    /* A document that lost some of its text is still what it was called, and no other's. */
    "DELETE FROM attachment WHERE message_id NOT IN (SELECT id FROM message);"
    "INSERT INTO document (id, n_pages, n_bytes, sha256, type) SELECT DISTINCT document_id, 0, -1, 'lost:' || document_id, ''"
    " FROM attachment WHERE document_id NOT IN (SELECT id FROM document);"
    "DELETE FROM document WHERE id NOT IN (SELECT document_id FROM attachment);"
    "DELETE FROM passage WHERE document_id NOT IN (SELECT id FROM document);"
    "DELETE FROM given WHERE message_id NOT IN (SELECT id FROM message) OR passage_id NOT IN (SELECT id FROM passage);"
    "UPDATE document SET sha256 = 'damaged:' || id, n_bytes ="
    "  (SELECT ifnull (sum (length (CAST (p.text AS BLOB))), 0) FROM passage p WHERE p.document_id = document.id)"
    " WHERE n_bytes <> (SELECT ifnull (sum (length (CAST (p.text AS BLOB))), 0) FROM passage p WHERE p.document_id = document.id);"
    "UPDATE message SET state = 2 WHERE state = 1;"
    "UPDATE call SET state = 6 WHERE state = 1;";

static gboolean
count (StoreConnection *target, const char *sql, guint *ret_n, GError **error)
{
  gint64 n = 0;
  gboolean success = store_query_int (target, 0, &n, error, sql, "");

  *ret_n = n;
  return success;
}

/* Scans the file and gives the number of messages that this added. */
static gboolean
copy_file (Copy *copy, const char *path, StoreRecovery *recovery, guint *ret_n_damaged, guint *ret_n_added, GError **error)
{
  guint n = 0;

  if (!store_pages_scan (path, copy_row, copy, ret_n_damaged, error)
      || !count (copy->target, "SELECT count (*) FROM message", &n, error))
    return FALSE;
  *ret_n_added = n - recovery->n_messages;
  recovery->n_messages = n;
  return TRUE;
}

static gboolean
copy_all (StoreConnection *target, const char *damaged, const char *backup, StoreRecovery *recovery, GError **error)
{
  static const char LOST[] = "SELECT count (*) FROM temp.key WHERE id NOT IN (SELECT id FROM message)";
  Copy copy = { target, .wants_keys = TRUE };
  guint n_damaged = 0, ignored;
  gboolean has_cut;

  if (!copy_file (&copy, damaged, recovery, &n_damaged, &ignored, error) || !count (target, LOST, &recovery->n_lost, error))
    return FALSE;
  has_cut = copy.n_cut > 0;
  copy.wants_keys = FALSE;
  /* Where nothing is missing, a backup would only bring back what was deleted since. */
  if (backup && (n_damaged > 0 || recovery->n_lost > 0)
      && !copy_file (&copy, backup, recovery, &ignored, &recovery->n_from_backup, error))
    return FALSE;
  copy.wants_cut = TRUE;
  return (!has_cut || copy_file (&copy, damaged, recovery, &ignored, &recovery->n_cut, error))
         && count (target, LOST, &recovery->n_lost, error);
}

static gboolean
fill (StoreConnection *target, const char *damaged, const char *backup, StoreRecovery *recovery, GError **error)
{
  gboolean success;

  if (!store_exec_script (target->db, "PRAGMA foreign_keys = OFF; CREATE TEMP TABLE key (id INTEGER PRIMARY KEY)", error)
      || !store_connection_begin (target, STORE_ACCESS_SYNCED, error))
    return FALSE;
  success = copy_all (target, damaged, backup, recovery, error) && store_exec_script (target->db, MEND, error)
            && store_attachments_take_apart (target, error);
  return store_connection_end (target, success, error);
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

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
store_recover (const char *path, StoreRecovery *ret_recovery, GError **error)
{
  StoreRecovery recovery = { NULL };
  StoreAside aside;
  g_autofree char *backup = store_find_backup (path);
  g_autoptr (StoreConnection) target = NULL;
  g_autofree char *lock = NULL;
  gboolean success;

  store_aside_init (&aside, path);
  lock = g_strconcat (aside.fresh, ".lock", NULL);
  target = store_connection_open_file (aside.fresh, error);
  success = target && store_aside_put (&aside, path, error) && fill (target, aside.kept, backup, &recovery, error);
  if (success)
    success = finish_file (g_steal_pointer (&target), aside.fresh, error);
  g_clear_pointer (&target, store_connection_close);
  g_unlink (lock);
  if (success && g_rename (aside.fresh, path) != 0)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_CORRUPT, "The recovered history cannot be put in place");
      success = FALSE;
    }
  if (success)
    {
      recovery.path = g_steal_pointer (&aside.kept);
      *ret_recovery = recovery;
    }
  else
    store_aside_back (&aside, path);
  store_aside_clear (&aside);
  return success;
}
