/* test-calls-killed.c: kill −9 at any moment loses no call and repeats none
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: test-calls-killed [CHATS]: each is killed three times
 */
#include "calls-child.h"
#include <string.h>

#include "store-test.h"

/* What the history says of the calls: their numbers, a letter for the state each. */
static void
check (const char *path, const char *ran)
{
  g_autoptr (StoreDb) db = test_open (path, NULL);
  g_autoptr (GPtrArray) branch = test_branch (db, 1, 0);
  guint n_calls = 0, n_observed = 0, n_runs[10] = { 0 };

  for (const char *p = ran; *p; p++)
    n_runs[*p - '0']++;
  for (guint i = 0; i < branch->len; i++)
    {
      g_autoptr (StoreMessage) row = test_get_message (db, ((StoreMessage *) g_ptr_array_index (branch, i))->id);

      n_observed += row->role == STORE_ROLE_OBSERVATION;
      if (!row->call)
        continue;
      /* A result is the tool's, once; what was lost may have been run, once. */
      g_assert_true (row->call->state == STORE_CALL_DONE || row->call->state == STORE_CALL_LOST);
      g_assert_cmpuint (n_runs[n_calls], <=, 1);
      if (row->call->state == STORE_CALL_DONE)
        {
          g_autofree char *result = g_strdup_printf ("<%u>", n_calls);

          g_assert_cmpuint (n_runs[n_calls], ==, 1);
          g_assert_cmpstr (row->call->result, ==, result);
        }
      n_calls++;
    }
  g_assert_cmpuint (n_calls, ==, 3);
  g_assert_cmpuint (n_observed, ==, 3);
  g_assert_cmpstr (((StoreMessage *) g_ptr_array_index (branch, branch->len - 1))->model, ==, "Parrot");
  store_close (db);
}

static guint n_chats = 40;

static void
test_killed (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);
  guint n_killed = 0, n_whole = 0;

  for (guint round = 0; round < n_chats; round++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.db", fixture->folder, round);
      g_autofree char *log = g_strdup_printf ("%s/%u.log", fixture->folder, round);
      g_autofree char *ran = NULL;

      /* Killed again and again, at last left alone. */
      for (guint i = 0; i < 3; i++)
        if (!calls_child_run (path, log, (guint) g_rand_int_range (rand, 1, 60)))
          n_killed++;
      g_assert_true (calls_child_run (path, log, 0));
      g_assert_true (g_file_get_contents (log, &ran, NULL, NULL));
      check (path, ran);
      n_whole += strlen (ran) == 3;
    }
  g_test_message ("%u kills, %u chats of %u with each call run", n_killed, n_whole, n_chats);
  g_assert_cmpuint (n_killed, >, n_chats / 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  calls_child_init ();
  if (argc > 1)
    n_chats = (guint) g_ascii_strtoull (argv[1], NULL, 10);
  g_test_add ("/calls-killed", TestHistory, NULL, test_history_set_up, test_killed, test_history_tear_down);
  return g_test_run ();
}
