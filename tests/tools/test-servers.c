/* test-servers.c: servers of tools: both eras, what they do wrong, and that nothing is left of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "server-test.h"
#include "tools/program.h"

/* One that plays a transcript of a real one.  NULL: there is none here. */
static ToolServer *
new_replay (const char *transcript, const char *fault, const char *value)
{
  const char *shared = g_getenv ("MYNA_SHARED");
  g_autofree char *folder = g_build_filename (shared ? shared : "/nonexistent", "tools", "mcp", NULL);
  g_autofree char *script = g_build_filename (folder, "replay.py", NULL);
  g_autofree char *path = g_path_is_absolute (transcript) ? g_strdup (transcript) : g_build_filename (folder, transcript, NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("../shared has no transcripts of servers");
      return NULL;
    }
  return test_server_new ((const char *[]){ PYTHON, script, path, fault, fault ? value : NULL, NULL });
}

static gboolean
has_tool (ToolServer *server, const char *name)
{
  for (guint i = 0; i < tool_server_get_n_tools (server); i++)
    if (g_str_equal (tool_server_get_tool (server, i).name, name))
      return TRUE;
  return FALSE;
}

/* ---- Both eras -------------------------------------------------------------------------------------------------- */

static void
test_legacy (void)
{
  g_autoptr (ToolServer) server = new_replay ("legacy-everything.txt", NULL, NULL);
  g_autofree char *image = NULL;
  g_autofree char *links = NULL;

  if (!server)
    return;
  test_server_runs (server);
  g_assert_true (has_tool (server, "get-env"));
  assert_call (server, "echo", "{\"message\":\"你好\"}", "…");
  assert_call (server, "get-sum", "{\"a\":2,\"b\":3}", "The sum of 2 and 3 is 5.");
  /* isError. */
  assert_call (server, "get-sum", "{\"a\":\"x\"}", "! …");
  assert_call (server, "nope", "{}", "! …");
  image = test_server_call (server, "get-tiny-image", "{}", NULL);
  g_assert_cmpstr (image, ==, "…\n[Image: neither PNG nor JPEG]\n…");
  links = test_server_call (server, "get-resource-links", "{\"count\":2}", NULL);
  g_assert_nonnull (strstr (links, "Text Resource 2: demo://resource/dynamic/text/2"));
}

static void
test_filesystem (void)
{
  g_autoptr (ToolServer) server = new_replay ("legacy-filesystem.txt", NULL, NULL);

  if (!server)
    return;
  test_server_runs (server);
  g_assert_true (has_tool (server, "read_text_file") || has_tool (server, "list_directory"));
}

/* The transcript without the subscription at its end, to which the player would go on at once.  NULL: there is none here. */
static char *
dup_unsubscribed (void)
{
  const char *shared = g_getenv ("MYNA_SHARED");
  g_autofree char *path = g_build_filename (shared ? shared : "/nonexistent", "tools", "mcp", "modern-sdk.txt", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) kept = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  char *copy = NULL;
  int fd;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line; line++)
    if (!strstr (*line, "subscription"))
      g_string_append_printf (kept, "%s\n", *line);
  fd = g_file_open_tmp ("transcript-XXXXXX", &copy, NULL);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_assert_true (g_file_set_contents (copy, kept->str, -1, NULL));
  return copy;
}

static void
test_modern (void)
{
  g_autofree char *transcript = dup_unsubscribed ();
  g_autoptr (ToolServer) subscribed = new_replay ("modern-sdk.txt", NULL, NULL);
  g_autoptr (ToolServer) server = transcript ? new_replay (transcript, NULL, NULL) : NULL;

  if (!server)
    return;
  test_server_runs (subscribed);
  test_server_runs (server);
  g_unlink (transcript);
  g_assert_true (has_tool (server, "greet"));
  assert_call (server, "greet", "{\"name\":\"世界\"}", "Hello, 世界!");
  assert_call (server, "greet", "{\"nam\":\"x\"}", "! …");
  assert_call (server, "fail", "{}", "! it broke");
  assert_call (server, "nope", "{}", "! …");
}

/* A line that is no JSON, answers that take their time, an end without a word, an end that is ignored. */
static void
test_replay_faults (void)
{
  static const char *const transcripts[] = { "legacy-everything.txt", "modern-sdk.txt" };

  for (guint i = 0; i < G_N_ELEMENTS (transcripts); i++)
    {
      g_autoptr (ToolServer) noise = new_replay (transcripts[i], "--noise", NULL);
      g_autoptr (ToolServer) slow = new_replay (transcripts[i], "--slow", "0.3");
      g_autoptr (ToolServer) dies = new_replay (transcripts[i], "--die", i ? "3" : "5");
      g_autoptr (ToolServer) stays = new_replay (transcripts[i], "--ignore-end", NULL);
      const char *tool = i ? "greet" : "echo", *arguments = i ? "{\"name\":\"x\"}" : "{\"message\":\"x\"}";
      g_autofree char *text = NULL;

      if (!noise)
        return;
      test_server_runs (noise);
      g_assert_nonnull (strstr (tool_server_get_log (noise), "(no message) server: listening"));
      test_server_runs (slow);
      test_server_runs (dies);
      text = test_server_call (dies, tool, arguments, NULL);
      g_assert_cmpstr (text, ==, "! Fake has ended");
      g_assert_cmpint (tool_server_get_problem (dies), ==, TOOL_SERVER_ENDED);
      test_server_runs (stays);
    }
}

/* ---- Bad servers ------------------------------------------------------------------------------------------------ */

static void
assert_fails (const char *fault, ToolServerProblem problem)
{
  g_autoptr (ToolServer) server = test_server_fake (fault, NULL);

  if (problem == TOOL_SERVER_NO_ANSWER)
    tool_server_set_limits (server, 1000, 200);
  test_server_start (server);
  g_assert_cmpint (tool_server_get_state (server), ==, TOOL_SERVER_FAILED);
  g_assert_cmpint (tool_server_get_problem (server), ==, problem);
}

/* One line less than ends it: each is in the log. */
static void
test_noise (void)
{
  g_autoptr (ToolServer) server = test_server_fake ("some-noise", NULL);

  test_server_runs (server);
  for (guint i = 0; i < 19; i++)
    {
      g_autofree char *line = g_strdup_printf ("(no message) listening … %u\n", i);

      g_assert_nonnull (strstr (tool_server_get_log (server), line));
    }
  assert_call (server, "say", "{}", "{}");
}

static void
test_bad (void)
{
  g_autoptr (ToolServer) none = test_server_new ((const char *[]){ "/nonexistent/server", NULL });
  g_autoptr (ToolServer) folder = test_server_new ((const char *[]){ "/tmp", NULL });
  g_autoptr (ToolServer) ends = test_server_new ((const char *[]){ PYTHON, "-c", "import sys; sys.exit('no account')", NULL });

  assert_fails ("silent", TOOL_SERVER_NO_ANSWER);
  assert_fails ("noise", TOOL_SERVER_NO_SERVER);
  assert_fails ("long", TOOL_SERVER_TOO_LARGE);
  /* At once: what cannot be read will not be answered. */
  assert_fails ("deeper", TOOL_SERVER_TOO_LARGE);
  assert_fails ("old", TOOL_SERVER_VERSION);
  test_server_start (none);
  g_assert_cmpint (tool_server_get_problem (none), ==, TOOL_SERVER_NOT_FOUND);
  test_server_start (folder);
  g_assert_cmpint (tool_server_get_problem (folder), ==, TOOL_SERVER_NOT_FOUND);
  test_server_start (ends);
  g_assert_cmpint (tool_server_get_problem (ends), ==, TOOL_SERVER_ENDED);
  g_assert_cmpstr (tool_server_get_detail (ends), ==, "no account");
}

static void
test_lists (void)
{
  static const struct
  {
    const char *fault;
    guint n_tools;
    gboolean is_cut;
  } cases[] = {
    { "many", 512, TRUE }, { "circle", 4, TRUE }, { "endless", 50, TRUE }, { "names", 5, FALSE }, { "deep", 2, FALSE }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ToolServer) server = test_server_fake (cases[i].fault, NULL);

      test_server_runs (server);
      g_assert_cmpuint (tool_server_get_n_tools (server), ==, cases[i].n_tools);
      g_assert_cmpint (tool_server_is_cut (server), ==, cases[i].is_cut);
    }
}

static void
test_answers (void)
{
  g_autoptr (ToolServer) twice = test_server_fake ("twice", NULL);
  g_autoptr (ToolServer) asks = test_server_fake ("asks", NULL);
  g_autoptr (ToolServer) half = test_server_fake ("half", NULL);
  g_autofree char *answers = NULL;

  test_server_runs (half);
  assert_call (half, "say", "{}", "caf\357\277\275 \357\277\275");
  test_server_runs (twice);
  assert_call (twice, "say", "{\"a\":1}", "{\"a\": 1}");
  assert_call (twice, "say", "{\"a\":2}", "{\"a\": 2}");
  test_server_runs (asks);
  answers = test_server_call (asks, "say", "{}", NULL);
  g_assert_nonnull (strstr (answers, "\"result\": {}"));
  g_assert_nonnull (strstr (answers, "decline"));
  g_assert_nonnull (strstr (answers, "-32601"));
  g_assert_nonnull (strstr (answers, "\"id\": \"x\""));
}

/* It ends while a call runs: started again with the next, but not for ever. */
static void
test_restarts (void)
{
  g_autoptr (ToolServer) server = test_server_fake (NULL, NULL);

  test_server_runs (server);
  for (guint i = 0; i < 4; i++)
    {
      assert_call (server, "die", "{}", "! Fake has ended");
      g_assert_cmpstr (tool_server_get_detail (server), ==, "out of cheese");
    }
  assert_call (server, "say", "{}", "! Fake ended too often");
  g_assert_cmpint (tool_server_get_problem (server), ==, TOOL_SERVER_TOO_OFTEN);
  /* The person can. */
  test_server_runs (server);
  assert_call (server, "say", "{}", "{}");
  assert_call (server, "big", "{}", "! Fake has ended");
  g_assert_cmpint (tool_server_get_problem (server), ==, TOOL_SERVER_TOO_LARGE);
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_cancel (void)
{
  g_autoptr (ToolServer) server = test_server_fake (NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *text = NULL;

  test_server_runs (server);
  g_idle_add (cancel_cb, cancellable);
  text = test_server_call (server, "wait", "{}", cancellable);
  g_assert_cmpstr (text, ==, "! Operation was cancelled");
  assert_call (server, "say", "{}", "{}");
  /* It is off: nothing is started by a call. */
  tool_server_stop (server);
  assert_call (server, "say", "{}", "! Fake is off");
}

/* ---- Finding commands ------------------------------------------------------------------------------------------- */

/* What a login shell says, among other things that it says: the folder, and a program that only it knows of. */
static char *
make_shell (const char *home)
{
  g_autofree char *folder = g_build_filename (home, "only here", NULL);
  g_autofree char *program = g_build_filename (folder, "python-of-mine", NULL);
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\necho Welcome\necho oops >&2\nPATH=\"%s:$PATH\"\neval \"$4\"\n", folder);
  char *shell = g_build_filename (home, "shell", NULL);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (PYTHON, program), ==, 0);
  g_assert_true (g_file_set_contents_full (shell, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  return shell;
}

static void
remove_home (const char *home)
{
  static const char *const names[] = { "only here/python-of-mine", "only here", "shell", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (home, names[i], NULL);

      g_remove (path);
    }
}

/* As the person's shell finds it; what is not there either is said, with where it was looked for. */
static void
test_path (void)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tools", "fake-server.py", NULL);
  g_autoptr (ToolServer) server = test_server_new ((const char *[]){ "python-of-mine", script, NULL });
  g_autoptr (ToolServer) none = test_server_new ((const char *[]){ "no-such-program", NULL });
  g_autofree char *folder = g_build_filename (g_get_home_dir (), "only here:", NULL);

  test_server_runs (server);
  test_server_start (none);
  g_assert_cmpint (tool_server_get_problem (none), ==, TOOL_SERVER_NOT_FOUND);
  g_assert_true (g_str_has_prefix (tool_server_get_detail (none), folder));
}

/* ---- The end ---------------------------------------------------------------------------------------------------- */

/* How often each end is tried: ./dev bench servers-end. */
static guint n_rounds = 1;

/* Till neither runs: who ignores TERM and who left the group.  *ret_longest: the most ms that this ever took. */
static void
wait_gone (const char *pids, double *ret_longest)
{
  gint64 start = g_get_monotonic_time ();
  int server_pid, child_pid;

  g_assert_cmpint (sscanf (pids, "%d %d", &server_pid, &child_pid), ==, 2);
  while (kill (server_pid, 0) == 0 || kill (child_pid, 0) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
  *ret_longest = MAX (*ret_longest, (double) (g_get_monotonic_time () - start) / 1e3);
}

/* Stopped, or dropped. */
static void
test_end (void)
{
  double longest = 0;

  for (guint i = 0; i < MAX (2, n_rounds); i++)
    {
      g_autoptr (ToolServer) server = test_server_fake ("stubborn", NULL);
      g_autofree char *pids = NULL;

      test_server_runs (server);
      pids = test_server_call (server, "leave", "{}", NULL);
      if (i % 2 == 0)
        tool_server_stop (server);
      else
        g_clear_object (&server);
      wait_gone (pids, &longest);
    }
  g_test_message ("nothing is left %.0f ms after Stop, at the latest", longest);
}

static void
gone_cb (ToolProgramEnd end, int status, gpointer user_data)
{
  g_assert_cmpint (status, ==, 0);
  *(gboolean *) user_data = TRUE;
}

/* A program that ends while it is written to ends nothing else. */
static void
test_gone (void)
{
  static const ToolProgramFuncs funcs = { .ended = gone_cb };
  static const char *const command[] = { "/bin/true", NULL };
  g_auto (GStrv) environment = tool_program_environment ("/usr/bin:/bin", NULL);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (ToolProgram) program = NULL;
      g_autoptr (GError) error = NULL;
      gboolean gone = FALSE;

      program = tool_program_start (command, (const char *const *) environment, NULL, &funcs, &gone, &error);
      g_assert_no_error (error);
      while (!gone)
        {
          tool_program_send (program, "{}");
          g_main_context_iteration (NULL, FALSE);
        }
    }
}

static void
run_child (void)
{
  g_autoptr (ToolServer) server = test_server_fake ("stubborn", NULL);
  g_autofree char *pids = NULL;

  test_server_runs (server);
  pids = test_server_call (server, "leave", "{}", NULL);
  g_print ("pids %s\n", pids);
  kill (getpid (), SIGKILL);
}

/* The program that started it is killed. */
static void
test_killed (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char *arguments[] = { self, "--child", NULL };
  double longest = 0;

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autofree char *out = NULL;
      const char *pids;

      g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL, NULL));
      pids = strstr (out, "pids ");
      g_assert_nonnull (pids);
      wait_gone (pids + strlen ("pids "), &longest);
    }
  g_test_message ("nothing is left %.0f ms after kill -9, at the latest", longest);
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = g_dir_make_tmp ("home-XXXXXX", NULL);
  g_autofree char *shell = NULL;
  int status;

  g_setenv ("HOME", home, TRUE);
  if (argc > 1 && g_str_equal (argv[1], "--child"))
    {
      g_test_init (&(int){ 1 }, &argv, NULL);
      run_child ();
      return 1;
    }
  g_test_init (&argc, &argv, NULL);
  shell = make_shell (home);
  g_setenv ("SHELL", shell, TRUE);
  if (argc > 1)
    n_rounds = (guint) g_ascii_strtoull (argv[1], NULL, 10);
  g_test_add_func ("/servers/legacy", test_legacy);
  g_test_add_func ("/servers/filesystem", test_filesystem);
  g_test_add_func ("/servers/modern", test_modern);
  g_test_add_func ("/servers/replay-faults", test_replay_faults);
  g_test_add_func ("/servers/bad", test_bad);
  g_test_add_func ("/servers/noise", test_noise);
  g_test_add_func ("/servers/path", test_path);
  g_test_add_func ("/servers/lists", test_lists);
  g_test_add_func ("/servers/answers", test_answers);
  g_test_add_func ("/servers/restarts", test_restarts);
  g_test_add_func ("/servers/cancel", test_cancel);
  g_test_add_func ("/servers/end", test_end);
  g_test_add_func ("/servers/gone", test_gone);
  g_test_add_func ("/servers/killed", test_killed);
  status = g_test_run ();
  remove_home (home);
  return status;
}
