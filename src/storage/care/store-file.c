/* store-file.c: a database file, opened by the one connection that writes and checkpoints, or to be read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Before SQLite 3.51.3 a database in WAL mode could be damaged when two connections wrote or checkpointed at the same
 * time.  Here only one can: in this process all statements run on the storage thread's connection, and of several
 * processes only the holder of PATH.lock (flock, released by the kernel however the process ends) opens the file for
 * writing.  The others read.
 *
 * A file that cannot be written is read in the first way that works: through its WAL as usual; as an immutable file when
 * it has no WAL; as a private copy of both.  SQLite needs to create PATH-shm for the first way, which a folder without
 * write permission does not allow.
 */
#include "care/store-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "care/store-aside.h"
#include "care/store-handle.h"
#include "care/store-schema.h"

#define LOCK_WAIT_MS            2000 /* for the instance that is just closing */
#define VERSION_WITH_PROPERTIES 2

/* ---- Reading only ----------------------------------------------------------------------------------------------- */

/* A handle counts as open when its schema could be read. */
static sqlite3 *
open_readable_as (const char *name, GError **error)
{
  sqlite3 *db = store_handle_open (name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, error);
  int version, application_id;

  if (db && !store_schema_read_version (db, &version, &application_id, error))
    g_clear_pointer (&db, sqlite3_close);
  return db;
}

static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);

  return g_file_copy (source, target, G_FILE_COPY_TARGET_DEFAULT_PERMS, NULL, NULL, NULL, error);
}

static sqlite3 *
open_copy (StoreConnection *self, const char *wal, GError **error)
{
  g_autofree char *copy = NULL;
  g_autofree char *copy_wal = NULL;
  g_autofree char *uri = NULL;

  self->copy_dir = g_dir_make_tmp ("myna-XXXXXX", error);
  if (!self->copy_dir)
    return NULL;
  copy = g_build_filename (self->copy_dir, "chats.db", NULL);
  copy_wal = g_strconcat (copy, "-wal", NULL);
  if (!copy_file (self->path, copy, error) || !copy_file (wal, copy_wal, error))
    return NULL;
  uri = g_filename_to_uri (copy, NULL, error);
  return uri ? open_readable_as (uri, error) : NULL;
}

/* is_shared: others may be writing, and what they write is to be seen. */
static gboolean
open_readable (StoreConnection *self, gboolean is_shared, GError **error)
{
  g_autofree char *uri = g_filename_to_uri (self->path, NULL, error);
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);
  GStatBuf status;

  if (!uri)
    return FALSE;

  self->read_only = TRUE;
  self->db = is_shared ? open_readable_as (uri, NULL) : NULL;
  if (self->db)
    return TRUE;

  if (g_stat (wal, &status) == 0 && status.st_size > 0)
    self->db = open_copy (self, wal, error);
  else
    {
      g_autofree char *immutable = g_strconcat (uri, "?immutable=1", NULL);

      self->db = open_readable_as (immutable, error);
    }
  return self->db != NULL;
}

/* No file and no way to make one: an empty history that cannot be written. */
static gboolean
open_nothing (StoreConnection *self, GError **error)
{
  self->db = store_handle_open (":memory:", SQLITE_OPEN_READWRITE, error);
  if (!self->db || !store_schema_migrate (self, 0, error))
    return FALSE;
  self->read_only = TRUE;
  return TRUE;
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static gboolean
set_unwritable (GError **error)
{
  int problem = errno;

  g_set_error (error, STORE_ERROR, problem == ENOSPC || problem == EDQUOT ? STORE_ERROR_FULL : STORE_ERROR_READ_ONLY,
               "The history cannot be written: %s", g_strerror (problem));
  return FALSE;
}

/* TRUE: this process may write, or locks do not exist here and SQLite's own have to do. */
static gboolean
take_lock (StoreConnection *self, GError **error)
{
  g_autofree char *name = g_strconcat (self->path, ".lock", NULL);

  self->lock_fd = g_open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->lock_fd < 0)
    return set_unwritable (error);

  for (int waited = 0; flock (self->lock_fd, LOCK_EX | LOCK_NB) != 0; waited += 50)
    {
      if (errno == EINTR)
        continue;
      if (errno != EWOULDBLOCK)
        return TRUE;
      if (waited >= LOCK_WAIT_MS)
        {
          g_set_error_literal (error, STORE_ERROR, STORE_ERROR_BUSY, "Another program is using the history");
          return FALSE;
        }
      g_usleep (50 * 1000);
    }
  return TRUE;
}

/* Makes the file, with no rights for others: SQLite gives the WAL the same. */
static gboolean
make_file (const char *path, GError **error)
{
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  return fd >= 0 ? close (fd) == 0 : set_unwritable (error);
}

/* Refuses other programs' files and gives the schema's version. */
static gboolean
check_identity (StoreConnection *self, int *ret_version, GError **error)
{
  gint64 n_tables = 0;
  int application_id;

  if (!store_schema_read_version (self->db, ret_version, &application_id, error)
      || !store_query_int (self, 0, &n_tables, error, "SELECT count (*) FROM sqlite_schema", ""))
    return FALSE;
  if (application_id == STORE_APPLICATION_ID || (application_id == 0 && *ret_version == 0 && n_tables == 0))
    return TRUE;

  self->is_not_ours = TRUE;
  g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NOT_A_DATABASE, "The file belongs to another program");
  return FALSE;
}

static void
set_newer_version (GError **error)
{
  g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NEWER_VERSION, "The history was written by a newer version of Myna");
}

/* The last process did not close the file, or saw damage in it. */
static gboolean
check_after_crash (StoreConnection *self, int version, GError **error)
{
  gint64 is_clean = 0;

  if (version < VERSION_WITH_PROPERTIES)
    return TRUE;
  return store_property_get (self, "clean", &is_clean, error)
         && (is_clean || store_check (self, "PRAGMA quick_check (1)", error));
}

/* From here on the file counts as in use; what the last process wrote or ran when it ended is interrupted or lost. */
static gboolean
begin_use (StoreConnection *self, GError **error)
{
  gboolean success;

  if (!store_connection_begin (self, STORE_ACCESS_SYNCED, error))
    return FALSE;
  success = store_exec (self, NULL, error, "UPDATE message SET state = 2 WHERE state = 1", "")
            && store_exec (self, NULL, error, "UPDATE call SET state = 6 WHERE state = 1", "")
            && store_exec (self, NULL, error, "REPLACE INTO property VALUES ('clean', 0)", "");
  return store_connection_end (self, success, error);
}

gboolean
store_connection_prepare_file (StoreConnection *self, int version, GError **error)
{
  return store_exec_script (self->db,
                            "PRAGMA trusted_schema = OFF; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 1000;", error)
         && store_schema_migrate (self, version, error) && store_schema_trust (self, error) && begin_use (self, error);
}

gboolean
store_connection_open_writable (StoreConnection *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  int version;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return set_unwritable (error);
  if (self->lock_fd < 0 && !take_lock (self, error))
    return FALSE;
  store_aside_resume (self->path);
  if (!make_file (self->path, error))
    return FALSE;
  self->db = store_handle_open (self->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
  if (!self->db || !check_identity (self, &version, error))
    return FALSE;
  if (version > store_schema_version ())
    {
      set_newer_version (error);
      return FALSE;
    }
  if (sqlite3_db_readonly (self->db, "main") == 1)
    return store_error_set_read_only (error);
  return check_after_crash (self, version, error) && store_connection_prepare_file (self, version, error);
}

/* After open_writable() failed with `problem`: reads what can be read. */
gboolean
store_connection_fall_back (StoreConnection *self, GError *problem, GError **error)
{
  int version = 0;

  if (!g_error_matches (problem, STORE_ERROR, STORE_ERROR_NEWER_VERSION)
      && !g_error_matches (problem, STORE_ERROR, STORE_ERROR_READ_ONLY)
      && !g_error_matches (problem, STORE_ERROR, STORE_ERROR_BUSY) && !g_error_matches (problem, STORE_ERROR, STORE_ERROR_FULL))
    {
      g_propagate_error (error, g_error_copy (problem));
      return FALSE;
    }

  store_connection_close_handle (self);
  if (!g_file_test (self->path, G_FILE_TEST_EXISTS))
    return open_nothing (self, error);
  if (!open_readable (self, TRUE, error) || !check_identity (self, &version, error))
    return FALSE;
  if (version == 0)
    {
      store_connection_close_handle (self);
      return open_nothing (self, error);
    }
  if (version < store_schema_version ())
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_READ_ONLY,
                           "The history was written by an older version of Myna and cannot be brought up to date");
      return FALSE;
    }
  return TRUE;
}

StoreConnection *
store_connection_open_file (const char *path, GError **error)
{
  StoreConnection *self = store_connection_new (path);

  if (!store_connection_open_writable (self, error))
    g_clear_pointer (&self, store_connection_close);
  return self;
}

StoreConnection *
store_connection_open_foreign (const char *path, GError **error)
{
  StoreConnection *self = store_connection_new (path);
  gint64 n = 0;

  if (open_readable (self, FALSE, error) && store_query_int (self, 0, &n, error, "SELECT count (*) FROM sqlite_schema", ""))
    return self;
  store_connection_close (self);
  return NULL;
}
