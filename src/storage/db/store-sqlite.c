/* store-sqlite.c: SQLite's errors as GError, statements that are prepared once, transactions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "db/store-sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

G_DEFINE_QUARK (store - error - quark, store_error)

/* Which of our errors an I/O error is: the errno behind it says more than SQLite's code. */
static int
code_of_io_error (int system_errno)
{
  switch (system_errno)
    {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return STORE_ERROR_FULL;
    case EROFS:
    case EACCES:
    case EPERM: return STORE_ERROR_READ_ONLY;
    default: return STORE_ERROR_FAILED;
    }
}

static int
code_of_sqlite (sqlite3 *db, int code)
{
  switch (code & 0xff)
    {
    case SQLITE_FULL: return STORE_ERROR_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM: return STORE_ERROR_READ_ONLY;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR: return db ? code_of_io_error (sqlite3_system_errno (db)) : STORE_ERROR_FAILED;
    case SQLITE_CORRUPT: return STORE_ERROR_CORRUPT;
    case SQLITE_NOTADB: return STORE_ERROR_NOT_A_DATABASE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return STORE_ERROR_BUSY;
    case SQLITE_CONSTRAINT: return code == SQLITE_CONSTRAINT_FOREIGNKEY ? STORE_ERROR_NOT_FOUND : STORE_ERROR_INVALID;
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH: return STORE_ERROR_INVALID;
    default: return STORE_ERROR_FAILED;
    }
}

gboolean
store_error_set_sqlite (GError **error, sqlite3 *db, int code, const char *what)
{
  const char *message = db ? sqlite3_errmsg (db) : sqlite3_errstr (code);

  if ((code & 0xff) == SQLITE_INTERRUPT)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
  else
    g_set_error (error, STORE_ERROR, code_of_sqlite (db, code), "%s: %s", what, message);
  return FALSE;
}

gboolean
store_error_set_read_only (GError **error)
{
  g_set_error_literal (error, STORE_ERROR, STORE_ERROR_READ_ONLY, "The history cannot be written");
  return FALSE;
}

/* ---- Statements ------------------------------------------------------------------------------------------------- */

gboolean
store_exec_script (sqlite3 *db, const char *sql, GError **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || store_error_set_sqlite (error, db, code, "The history cannot be changed");
}

static int
bind_one (sqlite3_stmt *statement, int index, char type, va_list *args)
{
  const char *text;
  const void *data;
  GBytes *bytes;
  gint64 number;
  gsize n = 0;

  switch (type)
    {
    case 'i': return sqlite3_bind_int (statement, index, va_arg (*args, int));
    case 'I': return sqlite3_bind_int64 (statement, index, va_arg (*args, gint64));
    case 'Z':
      number = va_arg (*args, gint64);
      return number ? sqlite3_bind_int64 (statement, index, number) : sqlite3_bind_null (statement, index);
    case 'd': return sqlite3_bind_double (statement, index, va_arg (*args, double));
    case 'b':
      bytes = va_arg (*args, GBytes *);
      data = bytes ? g_bytes_get_data (bytes, &n) : NULL;
      return !bytes   ? sqlite3_bind_null (statement, index)
             : n == 0 ? sqlite3_bind_zeroblob (statement, index, 0)
                      : sqlite3_bind_blob64 (statement, index, data, n, SQLITE_STATIC);
    case 't':
      text = va_arg (*args, const char *);
      return text ? sqlite3_bind_text64 (statement, index, text, strlen (text), SQLITE_STATIC, SQLITE_UTF8)
                  : sqlite3_bind_null (statement, index);
    default: g_assert_not_reached ();
    }
}

static sqlite3_stmt *
prepare_valist (StoreConnection *self, GError **error, const char *sql, const char *types, va_list *args)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  int code;

  if (!statement)
    {
      code = sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
      if (code != SQLITE_OK)
        {
          store_error_set_sqlite (error, self->db, code, "The history cannot be used");
          return NULL;
        }
      g_hash_table_insert (self->statements, g_strdup (sql), statement);
    }

  for (int i = 0; types[i]; i++)
    {
      code = bind_one (statement, i + 1, types[i], args);
      if (code != SQLITE_OK)
        {
          store_error_set_sqlite (error, self->db, code, "The history cannot take this");
          store_release (statement);
          return NULL;
        }
    }
  return statement;
}

sqlite3_stmt *
store_prepare (StoreConnection *self, GError **error, const char *sql, const char *types, ...)
{
  sqlite3_stmt *statement;
  va_list args;

  va_start (args, types);
  statement = prepare_valist (self, error, sql, types, &args);
  va_end (args);
  return statement;
}

void
store_release (sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

gboolean
store_step (sqlite3_stmt *statement, GError **error)
{
  sqlite3 *db = sqlite3_db_handle (statement);
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    store_error_set_sqlite (error, db, sqlite3_extended_errcode (db),
                            sqlite3_stmt_readonly (statement) && sqlite3_get_autocommit (db) ? "The history cannot be read"
                                                                                             : "The history cannot be saved");
  return FALSE;
}

gboolean
store_exec (StoreConnection *self, int *n_changed, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  GError *local_error = NULL;
  va_list args;

  va_start (args, types);
  statement = prepare_valist (self, error, sql, types, &args);
  va_end (args);
  if (!statement)
    return FALSE;

  store_step (statement, &local_error);
  if (local_error)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (n_changed)
    *n_changed = sqlite3_changes (self->db);
  return TRUE;
}

gboolean
store_query_int (StoreConnection *self, gint64 fallback, gint64 *ret_value, GError **error, const char *sql, const char *types,
                 ...)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  GError *local_error = NULL;
  gboolean row;
  va_list args;

  va_start (args, types);
  statement = prepare_valist (self, error, sql, types, &args);
  va_end (args);
  if (!statement)
    return FALSE;

  row = store_step (statement, &local_error);
  if (local_error)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  *ret_value = row && sqlite3_column_type (statement, 0) != SQLITE_NULL ? sqlite3_column_int64 (statement, 0) : fallback;
  return TRUE;
}

char *
store_column_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text ? g_utf8_make_valid (text, -1) : NULL;
}

char *
store_column_name (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text ? store_tame_name (text) : NULL;
}

char *
store_column_path (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

gboolean
store_check_length (const char *text, gsize max, const char *what, GError **error)
{
  if (!text || strlen (text) <= max)
    return TRUE;

  g_set_error (error, STORE_ERROR, STORE_ERROR_INVALID, "%s is longer than %" G_GSIZE_FORMAT " bytes", what, max);
  return FALSE;
}

gint64
store_now (void)
{
  return g_get_real_time () / 1000;
}

/* ---- Transactions ----------------------------------------------------------------------------------------------- */

gboolean
store_connection_begin (StoreConnection *self, StoreAccess access, GError **error)
{
  int synchronous = access == STORE_ACCESS_CHEAP ? 1 : 2;

  if (self->read_only && self->problem)
    {
      g_propagate_error (error, g_error_copy (self->problem));
      return FALSE;
    }
  if (self->read_only)
    return store_error_set_read_only (error);
  if (synchronous != self->synchronous)
    {
      if (!store_exec_script (self->db, synchronous == 2 ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", error))
        return FALSE;
      self->synchronous = synchronous;
    }
  g_array_set_size (self->changes, 0);
  return store_exec (self, NULL, error, "BEGIN IMMEDIATE", "");
}

gboolean
store_connection_end (StoreConnection *self, gboolean success, GError **error)
{
  if (success && store_exec (self, NULL, error, "COMMIT", ""))
    return TRUE;

  /* Some errors (disk full, I/O) have already rolled the transaction back. */
  if (!sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  g_array_set_size (self->changes, 0);
  return FALSE;
}

void
store_connection_changed (StoreConnection *self, StoreChangeKind kind, gint64 id, gint64 message_id)
{
  StoreChange change = { kind, id, message_id, NULL };

  g_array_append_val (self->changes, change);
}

gboolean
store_connection_is_cancelled (StoreConnection *self)
{
  return g_cancellable_is_cancelled (self->cancellables[0]) || g_cancellable_is_cancelled (self->cancellables[1])
         || (self->gives_way && self->n_waiting && g_atomic_int_get (self->n_waiting) > 0);
}

/* ---- The file as a whole ---------------------------------------------------------------------------------------- */

gboolean
store_property_get (StoreConnection *connection, const char *name, gint64 *ret_value, GError **error)
{
  return store_query_int (connection, 0, ret_value, error, "SELECT value FROM property WHERE name = ?1", "t", name);
}

gboolean
store_property_set (StoreConnection *connection, StoreAccess access, const char *name, gint64 value, GError **error)
{
  gboolean success;

  if (!store_connection_begin (connection, access, error))
    return FALSE;
  success = store_exec (connection, NULL, error, "REPLACE INTO property VALUES (?1, ?2)", "tI", name, value);
  return store_connection_end (connection, success, error);
}

gboolean
store_check (StoreConnection *connection, const char *sql, GError **error)
{
  g_autoptr (sqlite3_stmt) row = store_prepare (connection, error, sql, "");
  const char *text, *reason;

  if (!row || !store_step (row, error))
    return FALSE;
  text = (const char *) sqlite3_column_text (row, 0);
  if (g_strcmp0 (text, "ok") == 0)
    return TRUE;

  /* The check reports a page that could not be read like one that is wrong.  That is no reason to repair anything. */
  reason = text ? strstr (text, "error code=") : NULL;
  if (reason && (atoi (reason + strlen ("error code=")) & 0xff) != SQLITE_CORRUPT)
    {
      g_set_error (error, STORE_ERROR, STORE_ERROR_FAILED, "The history cannot be read: %s", text);
      return FALSE;
    }
  connection->is_suspect = TRUE;
  g_set_error (error, STORE_ERROR, STORE_ERROR_CORRUPT, "The history is damaged: %s", text);
  return FALSE;
}
