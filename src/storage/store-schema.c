/* store-schema.c: the tables, as a list of versions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PRAGMA user_version counts the steps of MIGRATIONS that a file has seen; application_id says that the file is ours.
 * A step is never edited once it was released: a change of the schema is a new step.
 *
 *   folder ◄── conversation ◄── message ◄─┐ parent_id (0 children … many alternatives)
 *                    │              ▲──────┘
 *                    └── head_id ───┘
 *
 * Both references to message are pairs (conversation, message), so SQLite itself refuses a parent or a head of another
 * conversation.  parent_id < id forbids cycles, and makes the largest id below a message its newest leaf.  Deleting a
 * message with ON DELETE CASCADE along parent_id would recurse once a level and fail at SQLite's depth of 1,000 triggers:
 * store-message.c deletes the subtree by itself, and the reference is checked at the end of the transaction.
 *
 * The long columns come last: SQLite then reads the rest of a row without following its overflow pages.
 */
#include "store-private.h"

#include <errno.h>
#include <glib/gstdio.h>

static const char SCHEMA_1[] =
  "CREATE TABLE folder ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  name TEXT NOT NULL,"
  "  parent_id INTEGER REFERENCES folder (id) ON DELETE SET NULL CHECK (parent_id <> id),"
  "  created_at INTEGER NOT NULL"
  ") STRICT;"
  "CREATE INDEX folder_parent ON folder (parent_id);"

  "CREATE TABLE conversation ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  origin TEXT NOT NULL UNIQUE,"              /* identity in exports and imports */
  "  created_at INTEGER NOT NULL,"
  "  updated_at INTEGER NOT NULL,"
  "  deleted_at INTEGER,"
  "  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),"
  "  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),"
  "  title_by_user INTEGER NOT NULL DEFAULT 0 CHECK (title_by_user IN (0, 1)),"
  "  folder_id INTEGER REFERENCES folder (id) ON DELETE SET NULL,"
  "  head_id INTEGER,"
  "  title TEXT NOT NULL,"
  "  model TEXT,"
  "  settings TEXT,"
  "  draft TEXT,"
  "  FOREIGN KEY (id, head_id) REFERENCES message (conversation_id, id) DEFERRABLE INITIALLY DEFERRED"
  ") STRICT;"
  "CREATE INDEX conversation_folder ON conversation (folder_id);"
  "CREATE INDEX conversation_deleted ON conversation (deleted_at) WHERE deleted_at IS NOT NULL;"

  "CREATE TABLE message ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (parent_id < id),"
  "  conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,"
  "  parent_id INTEGER,"
  "  role INTEGER NOT NULL CHECK (role BETWEEN 0 AND 3),"
  "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),"
  "  created_at INTEGER NOT NULL,"
  "  finished_at INTEGER,"
  "  n_prompt_tokens INTEGER NOT NULL DEFAULT 0,"
  "  n_tokens INTEGER NOT NULL DEFAULT 0,"
  "  first_token_seconds REAL NOT NULL DEFAULT 0,"
  "  seconds REAL NOT NULL DEFAULT 0,"
  "  mark INTEGER NOT NULL DEFAULT 0 CHECK (mark BETWEEN -1 AND 1),"
  "  n_bytes INTEGER NOT NULL,"                 /* of text: asking for its length would read it */
  "  model TEXT,"
  "  text TEXT NOT NULL,"
  "  attachments TEXT,"
  "  UNIQUE (conversation_id, id),"
  "  FOREIGN KEY (conversation_id, parent_id) REFERENCES message (conversation_id, id) DEFERRABLE INITIALLY DEFERRED"
  ") STRICT;"
  "CREATE INDEX message_parent ON message (conversation_id, parent_id);"
  "CREATE INDEX message_generating ON message (id) WHERE state = 1;";

static const char *const MIGRATIONS[] = {
  SCHEMA_1,
};

int
store_schema_version (void)
{
  return G_N_ELEMENTS (MIGRATIONS);
}

static gboolean
read_pragma (sqlite3 *db, const char *sql, int *ret_value, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL);

  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *ret_value = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  return code == SQLITE_ROW
         || store_error_set_sqlite (error, db, sqlite3_extended_errcode (db), "The history cannot be opened");
}

gboolean
store_schema_read_version (sqlite3 *db, int *ret_version, int *ret_application_id, GError **error)
{
  return read_pragma (db, "PRAGMA user_version", ret_version, error)
         && read_pragma (db, "PRAGMA application_id", ret_application_id, error);
}

/* Keeps the file as it is before the step to version + 1 as PATH.vVERSION.bak. */
static gboolean
keep_copy (StoreConnection *connection, int version, GError **error)
{
  g_autofree char *copy = g_strdup_printf ("%s.v%d.bak", connection->path, version);
  g_autofree char *partial = g_strconcat (copy, ".part", NULL);

  g_unlink (partial);
  if (!store_exec (connection, NULL, error, "VACUUM INTO ?1", "t", partial))
    {
      g_unlink (partial);
      return FALSE;
    }
  if (g_rename (partial, copy) != 0)
    {
      g_set_error (error, STORE_ERROR, STORE_ERROR_FAILED, "The copy %s cannot be made: %s", copy,
                   g_strerror (errno));
      g_unlink (partial);
      return FALSE;
    }
  return TRUE;
}

gboolean
store_schema_migrate (StoreConnection *connection, int version, GError **error)
{
  for (; version < (int) G_N_ELEMENTS (MIGRATIONS); version++)
    {
      g_autofree char *number = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                                                 STORE_APPLICATION_ID, version + 1);
      gboolean success;

      if (version > 0 && connection->path && !keep_copy (connection, version, error))
        return FALSE;
      if (!store_connection_begin (connection, STORE_ACCESS_SYNCED, error))
        return FALSE;
      success = store_exec_script (connection->db, MIGRATIONS[version], error)
                && store_exec_script (connection->db, number, error);
      if (!store_connection_end (connection, success, error))
        return FALSE;
    }
  return TRUE;
}
