/* store-handle.c: SQLite as this program wants it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "care/store-handle.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "search/store-tokenizer.h"

#define BUSY_WAIT_MS    5000
#define MAX_VALUE_BYTES (256 << 20)

static void
limit (sqlite3 *db)
{
  sqlite3_limit (db, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
  sqlite3_limit (db, SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
  sqlite3_limit (db, SQLITE_LIMIT_COLUMN, 100);
  sqlite3_limit (db, SQLITE_LIMIT_EXPR_DEPTH, 100);
  sqlite3_limit (db, SQLITE_LIMIT_COMPOUND_SELECT, 20);
  sqlite3_limit (db, SQLITE_LIMIT_VDBE_OP, 100000);
  sqlite3_limit (db, SQLITE_LIMIT_FUNCTION_ARG, 16);
  sqlite3_limit (db, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM INTO attaches its target */
  sqlite3_limit (db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 10000);
  sqlite3_limit (db, SQLITE_LIMIT_VARIABLE_NUMBER, 100);
  sqlite3_limit (db, SQLITE_LIMIT_TRIGGER_DEPTH, 20);
}

static gboolean
configure (sqlite3 *db, GError **error)
{
  limit (db);
  sqlite3_extended_result_codes (db, 1);
  sqlite3_busy_timeout (db, BUSY_WAIT_MS);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);

  /* temp_store: what a statement spills must not reach the disk. */
  return store_exec_script (db,
                            "PRAGMA foreign_keys = ON;"
                            "PRAGMA trusted_schema = OFF;"
                            "PRAGMA cell_size_check = ON;"
                            "PRAGMA secure_delete = ON;"
                            "PRAGMA temp_store = MEMORY;"
                            "PRAGMA cache_size = -16384;",
                            error);
}

sqlite3 *
store_handle_open (const char *name, int flags, GError **error)
{
  sqlite3 *db = NULL;
  int code = sqlite3_open_v2 (name, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

  if (code == SQLITE_OK && configure (db, error) && store_tokenizer_register (db, error))
    return db;

  if (code != SQLITE_OK)
    store_error_set_sqlite (error, db, code, "The history cannot be opened");
  else if ((flags & SQLITE_OPEN_READWRITE) && sqlite3_db_readonly (db, "main") == 1)
    {
      /* SQLite got the file for reading only, and then stumbled over the WAL. */
      g_clear_error (error);
      store_error_set_read_only (error);
    }
  sqlite3_close (db);
  return NULL;
}

/* ---- Connections ------------------------------------------------------------------------------------------------ */

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

StoreConnection *
store_connection_new (const char *path)
{
  StoreConnection *self = g_new0 (StoreConnection, 1);

  self->path = g_strdup (path);
  self->lock_fd = -1;
  self->synchronous = -1;
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize_statement);
  self->changes = g_array_new (FALSE, FALSE, sizeof (StoreChange));
  return self;
}

StoreConnection *
store_connection_new_memory (GError **error)
{
  StoreConnection *self = store_connection_new (NULL);

  self->db = store_handle_open (":memory:", SQLITE_OPEN_READWRITE, error);
  if (!self->db)
    g_clear_pointer (&self, store_connection_close);
  return self;
}

void
store_connection_close_handle (StoreConnection *self)
{
  g_hash_table_remove_all (self->statements);
  g_clear_pointer (&self->db, sqlite3_close);
}

static void
remove_copy (StoreConnection *self)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  if (!self->copy_dir)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (self->copy_dir, "/chats.db", suffixes[i], NULL);

      g_unlink (name);
    }
  g_rmdir (self->copy_dir);
  g_clear_pointer (&self->copy_dir, g_free);
}

void
store_connection_close (StoreConnection *self)
{
  if (self->db && self->path && !self->read_only && !self->is_suspect)
    store_property_set (self, STORE_ACCESS_CHEAP, "clean", 1, NULL);
  store_connection_close_handle (self);
  remove_copy (self);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  g_hash_table_unref (self->statements);
  g_array_unref (self->changes);
  g_clear_error (&self->problem);
  g_free (self->path);
  g_free (self->recovery.path);
  g_free (self);
}
