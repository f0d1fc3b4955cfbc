/* test-faults.c: crashes, full disks, damaged and foreign files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fault-child.h"
#include "store-test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
exec_sql (const char *path, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

/* ---- Crashes ---------------------------------------------------------------------------------------------------- */

static void
test_kill_reply (TestHistory *fixture, gconstpointer data)
{
  for (int i = 0; i < 50; i++)
    fault_run_reply (fixture->path, g_test_rand_int_range (30000, 500000));
}

/* A short version of the program fault-run. */
static void
test_kill (TestHistory *fixture, gconstpointer data)
{
  FaultRun *run = fault_run_new (fixture->path);

  for (int i = 0; i < 25; i++)
    {
      fault_run_child (run, g_test_rand_int (), FAULT_NONE, 0, 0, 0, g_test_rand_int_range (20000, 150000));
      fault_run_verify (run);
    }
  g_assert_cmpuint (run->n_acknowledged, >, 0);
  g_assert_cmpuint (run->n_lost, ==, 0);
  fault_run_free (run);
}

static void
test_power (TestHistory *fixture, gconstpointer data)
{
  FaultRun *run = fault_run_new (fixture->path);

  for (int i = 0; i < 25; i++)
    {
      fault_run_child (run, g_test_rand_int (), FAULT_POWER, g_test_rand_int_range (1, 800), 1, 400, 0);
      fault_run_verify (run);
    }
  g_assert_cmpuint (run->n_acknowledged, >, 0);
  g_assert_cmpuint (run->n_lost, ==, 0);
  fault_run_free (run);
}

static void
test_errors (TestHistory *fixture, gconstpointer data)
{
  FaultRun *run = fault_run_new (fixture->path);

  for (int i = 0; i < 30; i++)
    {
      Fault fault = FAULT_FULL + i % (FAULT_READ_ONLY - FAULT_FULL);

      fault_run_child (run, g_test_rand_int (), fault, g_test_rand_int_range (1, 300), g_test_rand_int_range (1, 20), 60, 0);
      fault_run_verify (run);
    }
  g_assert_cmpuint (run->n_errors, >, 0);
  g_assert_cmpuint (run->n_told + run->n_survived, ==, run->n_faults);
  g_assert_cmpuint (run->n_lost, ==, 0);
  fault_run_free (run);
}

/* ---- Files that are not as they should be ----------------------------------------------------------------------- */

static void
assert_open_fails (const char *path, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = test_open (path, &error);

  g_assert_null (db);
  g_assert_error (error, STORE_ERROR, code);
}

/* Opens with a warning, reads the conversation "kept", and refuses to write for the same reason. */
static void
assert_opens_for_reading (const char *path, int code, const char *expected_title)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) write_error = NULL;
  g_autoptr (StoreDb) db = test_open (path, &error);
  g_autoptr (GPtrArray) list = NULL;

  g_assert_error (error, STORE_ERROR, code);
  g_assert_nonnull (db);
  g_assert_true (store_is_read_only (db));
  list = test_list (db, STORE_LIST_ACTIVE);
  g_assert_cmpuint (list->len, ==, expected_title ? 1 : 0);
  if (expected_title)
    g_assert_cmpstr (((StoreConversation *) list->pdata[0])->title, ==, expected_title);
  g_assert_false (test_wait (TEST_CALL (db, store_rename_async, 1, "x", TRUE), &write_error));
  g_assert_error (write_error, STORE_ERROR, code);
}

static void
make_database (const char *path)
{
  g_autoptr (StoreDb) db = test_open (path, NULL);

  test_add_conversation (db, "kept");
}

static void
test_newer (TestHistory *fixture, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL;
  gsize n_before, n_after;

  make_database (fixture->path);
  exec_sql (fixture->path, "PRAGMA user_version = 1000");
  g_assert_true (g_file_get_contents (fixture->path, &before, &n_before, NULL));
  assert_opens_for_reading (fixture->path, STORE_ERROR_NEWER_VERSION, "kept");
  g_assert_true (g_file_get_contents (fixture->path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
}

static void
test_two (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) db = NULL;

  make_database (fixture->path);
  db = test_open (fixture->path, NULL);
  assert_opens_for_reading (fixture->path, STORE_ERROR_BUSY, "kept");
  test_do (db, store_rename_async, 1, "still mine", TRUE);
  assert_opens_for_reading (fixture->path, STORE_ERROR_BUSY, "still mine");
}

static void
test_two_processes (TestHistory *fixture, gconstpointer data)
{
  fault_run_second (fixture->path);
}

static void
test_not_ours (TestHistory *fixture, gconstpointer data)
{
  exec_sql (fixture->path, "CREATE TABLE other (x); INSERT INTO other VALUES (1)");
  assert_open_fails (fixture->path, STORE_ERROR_NOT_A_DATABASE);
  exec_sql (fixture->path, "DELETE FROM other");
}

/* A folder of that name, a file where the folder should be. */
static void
test_no_folder (TestHistory *fixture, gconstpointer data)
{
  g_autofree char *below = g_build_filename (fixture->path, "sub", "chats.db", NULL);

  g_assert_true (g_file_set_contents (fixture->path, "a file", -1, NULL));
  assert_opens_for_reading (below, STORE_ERROR_READ_ONLY, NULL);
}

static void
drop_privileges (const char *folder)
{
  if (geteuid () == 0)
    {
      g_assert_cmpint (chmod (folder, 0555), ==, 0);
      g_assert_cmpint (setgid (65534), ==, 0);
      g_assert_cmpint (setuid (65534), ==, 0);
    }
}

/* In a child without root's rights, which would ignore the folder's. */
static void
test_read_only_folder (TestHistory *fixture, gconstpointer data)
{
  gboolean with_wal = GPOINTER_TO_INT (data);
  g_autofree char *copy = g_build_filename (fixture->folder, "copy.db", NULL);

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  make_database (fixture->path);
  if (with_wal)
    {
      /* As after a crash: copies of the files while they are open. */
      g_autoptr (StoreDb) db = test_open (fixture->path, NULL);
      g_autofree char *wal = g_strconcat (fixture->path, "-wal", NULL);
      g_autofree char *copy_wal = g_strconcat (copy, "-wal", NULL);
      g_autofree char *text = NULL;
      gsize n_bytes;

      test_do (db, store_rename_async, 1, "in the WAL", TRUE);
      g_assert_true (g_file_get_contents (fixture->path, &text, &n_bytes, NULL));
      g_assert_true (g_file_set_contents (copy, text, n_bytes, NULL));
      g_free (g_steal_pointer (&text));
      g_assert_true (g_file_get_contents (wal, &text, &n_bytes, NULL));
      g_assert_cmpuint (n_bytes, >, 0);
      g_assert_true (g_file_set_contents (copy_wal, text, n_bytes, NULL));
      chmod (copy_wal, 0444);
      chmod (copy, 0444);
    }
  chmod (fixture->path, 0444);
  chmod (fixture->folder, 0555);
  drop_privileges (fixture->folder);
  assert_opens_for_reading (with_wal ? copy : fixture->path, STORE_ERROR_READ_ONLY, with_wal ? "in the WAL" : "kept");
}

static void
test_read_only_system (TestHistory *fixture, gconstpointer data)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  make_database (fixture->path);
  fault_vfs_install (1);
  fault_vfs_arm (FAULT_READ_ONLY, 0, 0);
  assert_opens_for_reading (fixture->path, STORE_ERROR_READ_ONLY, "kept");
}

/* The disk fills up under a running Myna, and then has room again. */
static void
test_full (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = NULL;
  g_autoptr (StoreConversation) conversation = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  fault_vfs_install (1);
  db = test_open (fixture->path, NULL);
  test_add_conversation (db, "kept");
  fault_vfs_arm (FAULT_FULL, 0, 0);
  g_assert_false (test_wait (TEST_CALL (db, store_rename_async, 1, "lost", TRUE), &error));
  g_assert_error (error, STORE_ERROR, STORE_ERROR_FULL);
  conversation = test_get_conversation (db, 1);
  g_assert_cmpstr (conversation->title, ==, "kept");
  fault_vfs_arm (FAULT_NONE, 0, 0);
  test_do (db, store_rename_async, 1, "room again", TRUE);

  /* Full when Myna starts, and a reply was running: what is there can be read. */
  test_add_message (db, 1, 0, STORE_ROLE_ASSISTANT, STORE_STATE_GENERATING, "half");
  g_clear_object (&db);
  fault_vfs_arm (FAULT_FULL, 0, 0);
  assert_opens_for_reading (fixture->path, STORE_ERROR_FULL, "room again");
}

int
main (int argc, char **argv)
{
  fault_child_check_arguments (argc, argv);
  g_test_init (&argc, &argv, NULL);

#define ADD(name, data, function) g_test_add (name, TestHistory, data, test_history_set_up, function, test_history_tear_down)
  ADD ("/faults/kill-reply", NULL, test_kill_reply);
  ADD ("/faults/kill", NULL, test_kill);
  ADD ("/faults/power", NULL, test_power);
  ADD ("/faults/errors", NULL, test_errors);
  ADD ("/faults/newer", NULL, test_newer);
  ADD ("/faults/two", NULL, test_two);
  ADD ("/faults/two-processes", NULL, test_two_processes);
  ADD ("/faults/not-ours", NULL, test_not_ours);
  ADD ("/faults/no-folder", NULL, test_no_folder);
  ADD ("/faults/read-only-folder", GINT_TO_POINTER (FALSE), test_read_only_folder);
  ADD ("/faults/read-only-folder-wal", GINT_TO_POINTER (TRUE), test_read_only_folder);
  ADD ("/faults/read-only-system", NULL, test_read_only_system);
  ADD ("/faults/full", NULL, test_full);

  return g_test_run ();
}
