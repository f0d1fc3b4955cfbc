/* sandbox-child.c: the sandbox, used and waited for, and a program that is killed while a cell of it runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sandbox-child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  GError *error;
  ToolCell *cell;
  gboolean done;
} Waiting;

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiting *waiting = user_data;

  tool_sandbox_start_finish (TOOL_SANDBOX (source), result, &waiting->error);
  waiting->done = TRUE;
}

ToolSandbox *
sandbox_start (const ToolSandboxLimits *limits, GError **error)
{
  g_autoptr (ToolSandbox) self = tool_sandbox_new (limits);
  Waiting waiting = { 0 };

  tool_sandbox_start_async (self, NULL, started_cb, &waiting);
  while (!waiting.done)
    g_main_context_iteration (NULL, TRUE);
  if (!waiting.error)
    return g_steal_pointer (&self);
  g_propagate_error (error, waiting.error);
  return NULL;
}

static void
ran_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiting *waiting = user_data;

  waiting->cell = tool_sandbox_run_finish (TOOL_SANDBOX (source), result, &waiting->error);
  g_assert_no_error (waiting->error);
  waiting->done = TRUE;
}

ToolCell *
sandbox_run (ToolSandbox *self, const char *code)
{
  Waiting waiting = { 0 };

  tool_sandbox_run_async (self, code, NULL, NULL, NULL, ran_cb, &waiting);
  while (!waiting.done)
    g_main_context_iteration (NULL, TRUE);
  return waiting.cell;
}

/* ---- Processes -------------------------------------------------------------------------------------------------- */

/* The fields of /proc/PID/stat behind the name; FALSE: there is no such process, or only what is left of one. */
static gboolean
read_process (const char *pid, gint64 *ret_parent, gint64 *ret_started)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *end;

  if (!g_file_get_contents (path, &text, NULL, NULL) || !(end = strrchr (text, ')')))
    return FALSE;
  fields = g_strsplit (end + 2, " ", -1);
  if (g_strv_length (fields) < 20 || *fields[0] == 'Z' || *fields[0] == 'X')
    return FALSE;
  *ret_parent = g_ascii_strtoll (fields[1], NULL, 10);
  *ret_started = g_ascii_strtoll (fields[19], NULL, 10);
  return TRUE;
}

guint
sandbox_min_processes (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) ? 1 : 3;
}

GHashTable *
sandbox_processes (GPid pid)
{
  GHashTable *found = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  gint64 root = pid;
  guint n_before;

  do
    {
      g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
      const char *name;

      n_before = g_hash_table_size (found);
      while ((name = g_dir_read_name (dir)))
        {
          gint64 id = g_ascii_strtoll (name, NULL, 10), parent, started;

          if (id > 0 && read_process (name, &parent, &started) && (parent == root || g_hash_table_contains (found, &parent)))
            g_hash_table_insert (found, g_memdup2 (&id, sizeof id), g_memdup2 (&started, sizeof started));
        }
    }
  while (g_hash_table_size (found) > n_before);
  return found;
}

static gboolean
is_any_left (GHashTable *processes)
{
  GHashTableIter iter;
  gint64 *id, *started;

  g_hash_table_iter_init (&iter, processes);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, (gpointer *) &started))
    {
      g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, *id);
      gint64 parent, now_started;

      if (read_process (name, &parent, &now_started) && now_started == *started)
        return TRUE;
    }
  return FALSE;
}

gboolean
sandbox_wait_gone (GHashTable *processes)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (is_any_left (processes))
    {
      if (g_get_monotonic_time () > end)
        return FALSE;
      g_usleep (500);
    }
  return TRUE;
}

/* ---- The program that is killed --------------------------------------------------------------------------------- */

static void
output_cb (const char *output, gpointer user_data)
{
  puts (output);
  fflush (stdout);
}

static void
ignored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
}

int
sandbox_child_main (void)
{
  static const char code[] = "import signal, threading, time\n"
                             "for n in range(1, 65):\n"
                             "    try: signal.signal(n, signal.SIG_IGN)\n"
                             "    except (OSError, ValueError): pass\n"
                             "for i in range(5): threading.Thread(target=time.sleep, args=(1e6,)).start()\n"
                             "print('up')\n"
                             "time.sleep(1e6)";
  g_autoptr (GError) error = NULL;
  g_autoptr (ToolSandbox) self = sandbox_start (NULL, &error);

  if (!self)
    {
      puts (error->message);
      return 1;
    }
  tool_sandbox_run_async (self, code, output_cb, NULL, NULL, ignored_cb, NULL);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

gboolean
sandbox_child_kill (guint *ret_n, double *ret_seconds)
{
  g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, "/proc/self/exe", "--hold", NULL);
  g_autoptr (GHashTable) processes = NULL;
  char answer[3] = { 0 };
  gint64 started;
  gboolean gone;
  GPid pid;

  g_assert_nonnull (child);
  g_input_stream_read_all (g_subprocess_get_stdout_pipe (child), answer, 2, NULL, NULL, NULL);
  g_assert_cmpstr (answer, ==, "up");
  pid = (GPid) g_ascii_strtoll (g_subprocess_get_identifier (child), NULL, 10);
  processes = sandbox_processes (pid);
  *ret_n = g_hash_table_size (processes);
  started = g_get_monotonic_time ();
  kill (pid, SIGKILL);
  gone = sandbox_wait_gone (processes);
  *ret_seconds = (g_get_monotonic_time () - started) / (double) G_USEC_PER_SEC;
  g_subprocess_wait (child, NULL, NULL);
  return gone;
}
