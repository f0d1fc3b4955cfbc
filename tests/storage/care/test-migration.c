/* test-migration.c: a history of an older version whose migration is killed, or finds the disk full
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A child migrates: test-migration PATH FAULT N.  Whatever becomes of it, the next start has every attached text.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "care/store-schema.h"
#include "fault-vfs.h"
#include "store-test.h"

#define N_MESSAGES 60

static char *program;

static char *
make_json (int i)
{
  GString *json = g_string_new ("[{\"name\":\"文件.txt\",\"text\":\"");

  /* Some are the same. */
  for (int n = 0; n < 2000; n++)
    g_string_append_printf (json, "line %d of %d\\n", n, i % 40);
  g_string_append (json, "\"}]");
  return g_string_free (json, FALSE);
}

/* A history of version 5. */
static void
make_old (const char *path)
{
  for (int v = 2; v <= 5; v++)
    {
      g_autofree char *name = g_strdup_printf ("fixtures/schema-%d.sql", v);
      g_autofree char *file = g_test_build_filename (G_TEST_DIST, name, NULL);
      g_autofree char *sql = NULL;

      g_assert_true (g_file_get_contents (file, &sql, NULL, NULL));
      test_exec_sql (path, sql);
    }
  for (int i = 0; i < N_MESSAGES; i++)
    {
      g_autofree char *json = make_json (i);
      g_autofree char *sql =
          g_strdup_printf ("INSERT INTO message (id, conversation_id, parent_id, role, state, created_at, n_bytes,"
                           " text, attachments) VALUES (%d, 1, NULL, 1, 0, 1, 0, '', '%s')",
                           100 + i, json);

      test_exec_sql (path, sql);
    }
}

static void
assert_all_there (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = test_open (path, &error);
  g_autoptr (StoreConnection) connection = NULL;

  g_assert_no_error (error);
  g_assert_null (store_get_recovery (db));
  for (int i = 0; i < N_MESSAGES; i++)
    {
      g_autoptr (StoreMessage) message = test_get_message (db, 100 + i);
      g_autofree char *json = make_json (i);

      g_assert_cmpstr (message->attachments, ==, json);
    }
  g_clear_object (&db);
  connection = test_open_connection (path);
  g_assert_cmpint (test_count (connection, "message WHERE attachments IS NOT NULL"), ==, 0);
  g_assert_cmpint (test_count (connection, "document"), ==, 41); /* and the fixture's */
  g_assert_cmpint (test_count (connection, "attachment"), ==, N_MESSAGES + 1);
}

/* Starts a child; kill_after_us 0: it ends by itself. */
static void
migrate (const char *path, Fault fault, int n, gulong kill_after_us)
{
  g_autofree char *fault_text = g_strdup_printf ("%d", fault), *n_text = g_strdup_printf ("%d", n);
  char *argv[] = { program, (char *) path, fault_text, n_text, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;
  int status;

  g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  if (kill_after_us)
    {
      g_usleep (kill_after_us);
      kill (pid, SIGKILL);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
}

static int
run_child (char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = NULL;

  fault_vfs_install (1);
  fault_vfs_arm (atoi (argv[2]), atoi (argv[3]), 0);
  db = test_open (argv[1], &error);
  /* What cannot be migrated is not opened for writing, nor half. */
  return error || !db ? 1 : 0;
}

static void
test_killed (TestHistory *fixture, gconstpointer data)
{
  for (int i = 0; i < 6; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s-%d", fixture->path, i);

      make_old (path);
      for (int k = 0; k < 4; k++)
        migrate (path, FAULT_NONE, 0, g_test_rand_int_range (2000, 400000));
      assert_all_there (path);
    }
}

static void
test_failed (TestHistory *fixture, gconstpointer data)
{
  Fault fault = GPOINTER_TO_INT (data);

  for (int i = 0; i < 6; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s-%d", fixture->path, i);

      make_old (path);
      migrate (path, fault, 1 + i * i * 40, 0);
      assert_all_there (path);
    }
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 4 && g_ascii_isdigit (argv[2][0]))
    return run_child (argv);
  g_test_init (&argc, &argv, NULL);

#define ADD(name, data, function) \
  g_test_add (name, TestHistory, GINT_TO_POINTER (data), test_history_set_up, function, test_history_tear_down)
  ADD ("/migration/killed", 0, test_killed);
  ADD ("/migration/full", FAULT_FULL, test_failed);
  ADD ("/migration/write", FAULT_WRITE, test_failed);
  ADD ("/migration/sync", FAULT_SYNC, test_failed);
  ADD ("/migration/power", FAULT_POWER, test_failed);

  return g_test_run ();
}
