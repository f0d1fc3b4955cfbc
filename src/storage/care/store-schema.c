/* store-schema.c: the tables, as a list of versions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PRAGMA user_version counts the steps of MIGRATIONS that a file has seen; application_id says that the file is ours.
 * A step is never edited once it was released: a change of the schema is a new step.
 *
 *   tool_rule: what may be run without asking
 *
 *   folder ◄── conversation ◄── message ◄─┐ parent_id (0 children … many alternatives)
 *                    │              ▲──────┘
 *                    └── head_id ───┘    call: what a message asks for, at most one each
 *
 *   message ◄── attachment ──► document ◄── passage ◄── given ──► message
 *
 * Both references to message are pairs (conversation, message), so SQLite itself refuses a parent or a head of another
 * conversation.  parent_id < id forbids cycles, and makes the largest id below a message its newest leaf.  Deleting a
 * message with ON DELETE CASCADE along parent_id would recurse once a level and fail at SQLite's depth of 1,000 triggers:
 * store-message.c deletes the subtree by itself, and the reference is checked at the end of the transaction.
 *
 * The long columns come last: SQLite then reads the rest of a row without following its overflow pages.
 */
#include "care/store-schema.h"

#include "care/store-copy.h"
#include "care/store-handle.h"
#include "rows/store-attachment.h"
#include "text/text-fold.h"

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
    "  origin TEXT NOT NULL UNIQUE," /* identity in exports and imports */
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
    "  n_bytes INTEGER NOT NULL," /* of text: asking for its length would read it */
    "  model TEXT,"
    "  text TEXT NOT NULL,"
    "  attachments TEXT,"
    "  UNIQUE (conversation_id, id),"
    "  FOREIGN KEY (conversation_id, parent_id) REFERENCES message (conversation_id, id) DEFERRABLE INITIALLY DEFERRED"
    ") STRICT;"
    "CREATE INDEX message_parent ON message (conversation_id, parent_id);"
    "CREATE INDEX message_generating ON message (id) WHERE state = 1;";

/* Full-text search.  The triggers keep message_fts equal to the view: a reply is indexed when it is finished, not each time
 * that some more of it is flushed.  columnsize=0: the lengths of documents are not needed, store-match.c ranks.  property
 * holds single numbers about the file itself. */
static const char SCHEMA_2[] =
    "CREATE TABLE property (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE VIEW searchable AS SELECT id, text FROM message WHERE state <> 1;"
    "CREATE VIRTUAL TABLE message_fts USING fts5"
    " (text, content='searchable', content_rowid='id', tokenize='myna', columnsize=0);"
    "CREATE VIRTUAL TABLE title_fts USING fts5"
    " (title, content='conversation', content_rowid='id', tokenize='myna', columnsize=0);"

    "CREATE TRIGGER message_fts_insert AFTER INSERT ON message WHEN new.state <> 1 BEGIN"
    "  INSERT INTO message_fts (rowid, text) VALUES (new.id, new.text);"
    "END;"
    "CREATE TRIGGER message_fts_delete AFTER DELETE ON message WHEN old.state <> 1 BEGIN"
    "  INSERT INTO message_fts (message_fts, rowid, text) VALUES ('delete', old.id, old.text);"
    "END;"
    "CREATE TRIGGER message_fts_update AFTER UPDATE OF text, state ON message"
    " WHEN (old.state = 1) <> (new.state = 1) OR (old.state <> 1 AND old.text IS NOT new.text) BEGIN"
    "  INSERT INTO message_fts (message_fts, rowid, text) SELECT 'delete', old.id, old.text WHERE old.state <> 1;"
    "  INSERT INTO message_fts (rowid, text) SELECT new.id, new.text WHERE new.state <> 1;"
    "END;"

    "CREATE TRIGGER title_fts_insert AFTER INSERT ON conversation BEGIN"
    "  INSERT INTO title_fts (rowid, title) VALUES (new.id, new.title);"
    "END;"
    "CREATE TRIGGER title_fts_delete AFTER DELETE ON conversation BEGIN"
    "  INSERT INTO title_fts (title_fts, rowid, title) VALUES ('delete', old.id, old.title);"
    "END;"
    "CREATE TRIGGER title_fts_update AFTER UPDATE OF title ON conversation WHEN old.title IS NOT new.title BEGIN"
    "  INSERT INTO title_fts (title_fts, rowid, title) VALUES ('delete', old.id, old.title);"
    "  INSERT INTO title_fts (rowid, title) VALUES (new.id, new.title);"
    "END;"

    "INSERT INTO message_fts (message_fts) VALUES ('rebuild');"
    "INSERT INTO title_fts (title_fts) VALUES ('rebuild');"
    "INSERT INTO property VALUES ('fold_version', " G_STRINGIFY (TEXT_FOLD_VERSION) ");";

/* What a model asked for and what came of it; the states are StoreCallState and StoreAllowedBy.  note holds texts that belong
 * to no conversation. */
static const char SCHEMA_3[] =
    "CREATE TABLE call ("
    "  message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 7),"
    "  allowed_by INTEGER NOT NULL CHECK (allowed_by BETWEEN 0 AND 4),"
    "  edited INTEGER NOT NULL DEFAULT 0 CHECK (edited IN (0, 1)),"
    "  started_at INTEGER,"
    "  finished_at INTEGER,"
    "  metadata TEXT NOT NULL,"
    "  tool TEXT NOT NULL,"
    "  arguments TEXT,"
    "  result TEXT"
    ") STRICT;"
    "CREATE INDEX call_running ON call (message_id) WHERE state = 1;"
    "CREATE TABLE note (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;";

/* What a person allowed once and for all: the values of rule are StoreRule.  conversation_id 0: in every conversation.  Of
 * calls, what the program is to find fast is there already; what was run last is read by time. */
static const char SCHEMA_4[] = "CREATE TABLE tool_rule ("
                               "  tool TEXT NOT NULL,"
                               "  conversation_id INTEGER NOT NULL DEFAULT 0,"
                               "  fingerprint TEXT NOT NULL,"
                               "  rule INTEGER NOT NULL CHECK (rule BETWEEN 1 AND 2),"
                               "  created_at INTEGER NOT NULL,"
                               "  PRIMARY KEY (tool, conversation_id)"
                               ") STRICT, WITHOUT ROWID;"
                               "CREATE TRIGGER tool_rule_delete AFTER DELETE ON conversation BEGIN"
                               "  DELETE FROM tool_rule WHERE conversation_id = old.id;"
                               "END;";

/* What calls made: pictures, which have a size, and files.  data is NULL where it was too much to keep. */
static const char SCHEMA_5[] = "CREATE TABLE call_file ("
                               "  id INTEGER PRIMARY KEY,"
                               "  message_id INTEGER NOT NULL REFERENCES call (message_id) ON DELETE CASCADE,"
                               "  width INTEGER NOT NULL,"
                               "  height INTEGER NOT NULL,"
                               "  name TEXT NOT NULL,"
                               "  data BLOB"
                               ") STRICT;"
                               "CREATE INDEX call_file_message ON call_file (message_id);";

/* What is attached to messages.  A document is there once for all messages that have it, and goes with the last; its passages,
 * one after the other, are its text.  use is StoreUse; given: what a question's model was given, as [number].  No index has two
 * integers: store-recover.c knows the keys of messages by them. */
static const char SCHEMA_6[] = "CREATE TABLE document ("
                               "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
                               "  n_pages INTEGER NOT NULL,"
                               "  n_bytes INTEGER NOT NULL,"
                               "  sha256 TEXT NOT NULL," /* of the text */
                               "  type TEXT NOT NULL,"
                               "  UNIQUE (sha256, type, n_pages)"
                               ") STRICT;"

                               "CREATE TABLE passage ("
                               "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
                               "  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,"
                               "  ordinal INTEGER NOT NULL,"
                               "  page INTEGER NOT NULL,"
                               "  heading TEXT NOT NULL,"
                               "  text TEXT NOT NULL"
                               ") STRICT;"
                               "CREATE INDEX passage_document ON passage (document_id);"

                               "CREATE TABLE attachment ("
                               "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
                               "  message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,"
                               "  document_id INTEGER NOT NULL REFERENCES document (id),"
                               "  ordinal INTEGER NOT NULL,"
                               "  use INTEGER NOT NULL CHECK (use BETWEEN 0 AND 2),"
                               "  name TEXT NOT NULL"
                               ") STRICT;"
                               "CREATE INDEX attachment_message ON attachment (message_id);"
                               "CREATE INDEX attachment_document ON attachment (document_id);"
                               "CREATE TRIGGER attachment_delete AFTER DELETE ON attachment"
                               " WHEN NOT EXISTS (SELECT 1 FROM attachment WHERE document_id = old.document_id) BEGIN"
                               "  DELETE FROM document WHERE id = old.document_id;"
                               "END;"

                               "CREATE TABLE given ("
                               "  id INTEGER PRIMARY KEY,"
                               "  message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,"
                               "  passage_id INTEGER NOT NULL REFERENCES passage (id) ON DELETE CASCADE,"
                               "  number INTEGER NOT NULL"
                               ") STRICT;"
                               "CREATE INDEX given_message ON given (message_id);"
                               "CREATE INDEX given_passage ON given (passage_id);";

/* After the passages of an older history: triggers may not write to an index before the file's programs are trusted. */
static const char SCHEMA_6_INDEX[] =
    "CREATE VIRTUAL TABLE passage_fts USING fts5"
    " (heading, text, content='passage', content_rowid='id', tokenize='myna');"
    "CREATE TRIGGER passage_fts_insert AFTER INSERT ON passage BEGIN"
    "  INSERT INTO passage_fts (rowid, heading, text) VALUES (new.id, new.heading, new.text);"
    "END;"
    "CREATE TRIGGER passage_fts_delete AFTER DELETE ON passage BEGIN"
    "  INSERT INTO passage_fts (passage_fts, rowid, heading, text) VALUES ('delete', old.id, old.heading, old.text);"
    "END;"
    "INSERT INTO passage_fts (passage_fts) VALUES ('rebuild');";

static gboolean
take_apart (StoreConnection *connection, GError **error)
{
  return store_attachments_take_apart (connection, error) && store_exec_script (connection->db, SCHEMA_6_INDEX, error);
}

static const struct
{
  const char *script;
  gboolean (*after) (StoreConnection *connection, GError **error); /* in the same transaction; NULL: nothing */
} MIGRATIONS[] = {
  { SCHEMA_1 }, { SCHEMA_2 }, { SCHEMA_3 }, { SCHEMA_4 }, { SCHEMA_5 }, { SCHEMA_6, take_apart },
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

/* Keeps the file as it is before it is changed as PATH.vVERSION.bak. */
static gboolean
keep_copy (StoreConnection *connection, int version, GError **error)
{
  g_autofree char *copy = g_strdup_printf ("%s.v%d.bak", connection->path, version);

  return store_copy_database (connection, copy, error);
}

/* The index was made by another tokenizer: make it anew. */
static gboolean
refresh_index (StoreConnection *connection, GError **error)
{
  gint64 version = 0;
  gboolean success;

  if (!store_query_int (connection, 0, &version, error, "SELECT value FROM property WHERE name = 'fold_version'", ""))
    return FALSE;
  if (version == TEXT_FOLD_VERSION)
    return TRUE;

  if (!store_connection_begin (connection, STORE_ACCESS_SYNCED, error))
    return FALSE;
  success = store_exec_script (connection->db,
                               "INSERT INTO message_fts (message_fts) VALUES ('rebuild');"
                               "INSERT INTO title_fts (title_fts) VALUES ('rebuild');"
                               "INSERT INTO passage_fts (passage_fts) VALUES ('rebuild');"
                               "REPLACE INTO property VALUES ('fold_version', " G_STRINGIFY (TEXT_FOLD_VERSION) ");",
                               error);
  return store_connection_end (connection, success, error);
}

gboolean
store_schema_migrate (StoreConnection *connection, int version, GError **error)
{
  if (version > 0 && version < store_schema_version () && !keep_copy (connection, version, error))
    return FALSE;

  for (; version < store_schema_version (); version++)
    {
      g_autofree char *number =
          g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d;", STORE_APPLICATION_ID, version + 1);
      gboolean success;

      if (!store_connection_begin (connection, STORE_ACCESS_SYNCED, error))
        return FALSE;
      success = store_exec_script (connection->db, MIGRATIONS[version].script, error)
                && (!MIGRATIONS[version].after || MIGRATIONS[version].after (connection, error))
                && store_exec_script (connection->db, number, error);
      if (!store_connection_end (connection, success, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- Trust ------------------------------------------------------------------------------------------------------ */

#define PROGRAMS "FROM sqlite_schema WHERE type IN ('trigger', 'view')"

/* All triggers and views, in one text; "" when there are none. */
static char *
read_programs (StoreConnection *connection, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error,
                     "SELECT coalesce (group_concat (sql, ';'), '') FROM (SELECT sql " PROGRAMS " ORDER BY name)", "");

  return row && store_step (row, error) ? store_column_text (row, 0) : NULL;
}

static gboolean
drop_programs (StoreConnection *connection, GError **error)
{
  g_autofree char *script = NULL;
  g_autoptr (sqlite3_stmt) row = store_prepare (
      connection, error,
      "SELECT group_concat ('DROP ' || type || ' IF EXISTS \"' || replace (name, '\"', '\"\"') || '\"', ';') " PROGRAMS, "");

  if (!row || !store_step (row, error))
    return FALSE;
  script = store_column_text (row, 0);
  sqlite3_reset (row);
  return !script || store_exec_script (connection->db, script, error);
}

gboolean
store_schema_trust (StoreConnection *connection, GError **error)
{
  g_autoptr (StoreConnection) reference = store_connection_new_memory (error);
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;
  gboolean success;

  if (!reference || !store_schema_migrate (reference, 0, error) || !(expected = read_programs (reference, error))
      || !(found = read_programs (connection, error)))
    return FALSE;
  if (!g_str_equal (found, expected))
    {
      if (!store_connection_begin (connection, STORE_ACCESS_SYNCED, error))
        return FALSE;
      success = drop_programs (connection, error) && store_exec_script (connection->db, expected, error);
      if (!store_connection_end (connection, success, error))
        return FALSE;
    }
  return store_exec_script (connection->db, "PRAGMA trusted_schema = ON", error) && refresh_index (connection, error);
}
