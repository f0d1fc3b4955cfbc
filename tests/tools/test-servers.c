/* test-servers.c: servers of tools: both eras, what they do wrong, and that nothing is left of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tools/program.h"
#include "tools/sandbox.h"
#include "tools/servers.h"
#include "tools/tool.h"

#define PYTHON "/usr/bin/python3"

static ToolServer *
new_server (const char *const *command)
{
  const ToolServerConfig config = { .name = (char *) "Fake", .command = (char **) command };

  return tool_server_new (&config);
}

/* Our own server, with a fault or two. */
static ToolServer *
new_fake (const char *fault, const char *more)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tools", "fake-server.py", NULL);

  return new_server ((const char *[]){ PYTHON, script, fault, fault ? more : NULL, NULL });
}

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
  return new_server ((const char *[]){ PYTHON, script, path, fault, fault ? value : NULL, NULL });
}

static void
start (ToolServer *server)
{
  tool_server_start (server);
  while (tool_server_get_state (server) == TOOL_SERVER_STARTING)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_runs (ToolServer *server)
{
  start (server);
  if (tool_server_get_state (server) != TOOL_SERVER_RUNS)
    g_test_message ("problem %d, %s: %s", tool_server_get_problem (server), tool_server_get_detail (server),
                    tool_server_get_log (server));
  g_assert_cmpint (tool_server_get_state (server), ==, TOOL_SERVER_RUNS);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* The text of a call's result, or "! " and the error. */
static char *
call (ToolServer *server, const char *tool, const char *arguments, GCancellable *cancellable)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *text;

  tool_server_call_async (server, tool, NULL, arguments, cancellable, ended_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  text = tool_server_call_finish (server, result, &error);
  return text ? text : g_strdup_printf ("! %s", error->message);
}

#define assert_call(server, tool, arguments, expected)             \
  G_STMT_START                                                     \
  {                                                                \
    g_autofree char *text_ = call (server, tool, arguments, NULL); \
    g_assert_cmpstr (text_, ==, expected);                         \
  }                                                                \
  G_STMT_END

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
  assert_runs (server);
  g_assert_true (has_tool (server, "get-env"));
  assert_call (server, "echo", "{\"message\":\"你好\"}", "…");
  assert_call (server, "get-sum", "{\"a\":2,\"b\":3}", "The sum of 2 and 3 is 5.");
  /* isError. */
  assert_call (server, "get-sum", "{\"a\":\"x\"}", "! …");
  assert_call (server, "nope", "{}", "! …");
  image = call (server, "get-tiny-image", "{}", NULL);
  g_assert_cmpstr (image, ==, "…\n[Image: neither PNG nor JPEG]\n…");
  links = call (server, "get-resource-links", "{\"count\":2}", NULL);
  g_assert_nonnull (strstr (links, "Text Resource 2: demo://resource/dynamic/text/2"));
}

static void
test_filesystem (void)
{
  g_autoptr (ToolServer) server = new_replay ("legacy-filesystem.txt", NULL, NULL);

  if (!server)
    return;
  assert_runs (server);
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
  assert_runs (subscribed);
  assert_runs (server);
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
      assert_runs (noise);
      g_assert_nonnull (strstr (tool_server_get_log (noise), "(no message) server: listening"));
      assert_runs (slow);
      assert_runs (dies);
      text = call (dies, tool, arguments, NULL);
      g_assert_cmpstr (text, ==, "! Fake has ended");
      g_assert_cmpint (tool_server_get_problem (dies), ==, TOOL_SERVER_ENDED);
      assert_runs (stays);
    }
}

/* ---- Bad servers ------------------------------------------------------------------------------------------------ */

static void
assert_fails (const char *fault, ToolServerProblem problem)
{
  g_autoptr (ToolServer) server = new_fake (fault, NULL);

  if (problem == TOOL_SERVER_NO_ANSWER)
    tool_server_set_limits (server, 1000, 200);
  start (server);
  g_assert_cmpint (tool_server_get_state (server), ==, TOOL_SERVER_FAILED);
  g_assert_cmpint (tool_server_get_problem (server), ==, problem);
}

static void
test_bad (void)
{
  g_autoptr (ToolServer) none = new_server ((const char *[]){ "/nonexistent/server", NULL });
  g_autoptr (ToolServer) folder = new_server ((const char *[]){ "/tmp", NULL });
  g_autoptr (ToolServer) ends = new_server ((const char *[]){ PYTHON, "-c", "import sys; sys.exit('no account')", NULL });

  assert_fails ("silent", TOOL_SERVER_NO_ANSWER);
  assert_fails ("noise", TOOL_SERVER_NO_SERVER);
  assert_fails ("long", TOOL_SERVER_TOO_LARGE);
  assert_fails ("old", TOOL_SERVER_VERSION);
  start (none);
  g_assert_cmpint (tool_server_get_problem (none), ==, TOOL_SERVER_NOT_FOUND);
  start (folder);
  g_assert_cmpint (tool_server_get_problem (folder), ==, TOOL_SERVER_NOT_FOUND);
  start (ends);
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
    { "many", 512, TRUE }, { "circle", 4, TRUE }, { "endless", 50, TRUE }, { "names", 2, FALSE }, { "deep", 2, FALSE }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ToolServer) server = new_fake (cases[i].fault, NULL);

      assert_runs (server);
      g_assert_cmpuint (tool_server_get_n_tools (server), ==, cases[i].n_tools);
      g_assert_cmpint (tool_server_is_cut (server), ==, cases[i].is_cut);
    }
}

static void
test_answers (void)
{
  g_autoptr (ToolServer) twice = new_fake ("twice", NULL);
  g_autoptr (ToolServer) asks = new_fake ("asks", NULL);
  g_autofree char *answers = NULL;

  assert_runs (twice);
  assert_call (twice, "say", "{\"a\":1}", "{\"a\": 1}");
  assert_call (twice, "say", "{\"a\":2}", "{\"a\": 2}");
  assert_runs (asks);
  answers = call (asks, "say", "{}", NULL);
  g_assert_nonnull (strstr (answers, "\"result\": {}"));
  g_assert_nonnull (strstr (answers, "decline"));
  g_assert_nonnull (strstr (answers, "-32601"));
  g_assert_nonnull (strstr (answers, "\"id\": \"x\""));
}

/* It ends while a call runs: started again with the next, but not for ever. */
static void
test_restarts (void)
{
  g_autoptr (ToolServer) server = new_fake (NULL, NULL);

  assert_runs (server);
  for (guint i = 0; i < 4; i++)
    {
      assert_call (server, "die", "{}", "! Fake has ended");
      g_assert_cmpstr (tool_server_get_detail (server), ==, "out of cheese");
    }
  assert_call (server, "say", "{}", "! Fake ended too often");
  g_assert_cmpint (tool_server_get_problem (server), ==, TOOL_SERVER_TOO_OFTEN);
  /* The person can. */
  assert_runs (server);
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
  g_autoptr (ToolServer) server = new_fake (NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *text = NULL;

  assert_runs (server);
  g_idle_add (cancel_cb, cancellable);
  text = call (server, "wait", "{}", cancellable);
  g_assert_cmpstr (text, ==, "! Operation was cancelled");
  assert_call (server, "say", "{}", "{}");
  /* It is off: nothing is started by a call. */
  tool_server_stop (server);
  assert_call (server, "say", "{}", "! Fake is off");
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
      g_autoptr (ToolServer) server = new_fake ("stubborn", NULL);
      g_autofree char *pids = NULL;

      assert_runs (server);
      pids = call (server, "leave", "{}", NULL);
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
  g_autoptr (ToolServer) server = new_fake ("stubborn", NULL);
  g_autofree char *pids = NULL;

  assert_runs (server);
  pids = call (server, "leave", "{}", NULL);
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

/* ---- The list --------------------------------------------------------------------------------------------------- */

static char *
check (const char *schema)
{
  return strstr (schema, "$ref") ? g_strdup ("It refers to elsewhere") : NULL;
}

static ToolServer *
get_server (ToolServers *servers, guint i)
{
  g_autoptr (ToolServer) server = g_list_model_get_item (tool_servers_get_list (servers), i);

  return server;
}

static void
add (ToolServers *servers, const char *name, const char *fault, const char *more)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tools", "fake-server.py", NULL);
  const char *command[] = { PYTHON, script, fault, fault ? more : NULL, NULL };
  const ToolServerConfig config = { (char *) name, (char **) command, NULL, NULL };
  g_autoptr (GError) error = NULL;

  tool_servers_add (servers, &config, &error);
  g_assert_no_error (error);
}

static void
switch_on (ToolServers *servers, guint i)
{
  g_assert_true (tool_servers_set_on (servers, get_server (servers, i), TRUE, NULL));
  while (tool_server_get_state (get_server (servers, i)) == TOOL_SERVER_STARTING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (tool_server_get_state (get_server (servers, i)), ==, TOOL_SERVER_RUNS);
}

typedef struct
{
  char *folder, *path;
} File;

static void
set_up (File *file, gconstpointer data)
{
  file->folder = g_dir_make_tmp ("servers-XXXXXX", NULL);
  file->path = g_build_filename (file->folder, "servers.json", NULL);
}

static void
tear_down (File *file, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (file->folder, 0, NULL);

  for (const char *name; (name = g_dir_read_name (dir));)
    {
      g_autofree char *path = g_build_filename (file->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (file->folder);
  g_free (file->folder);
  g_free (file->path);
}

static void
test_names (File *file, gconstpointer data)
{
  g_autoptr (ToolServers) servers = tool_servers_new (file->path, check);
  ToolServer *first;

  add (servers, "one", NULL, NULL);
  g_assert_null (tool_find ("say"));
  switch_on (servers, 0);
  g_assert_nonnull (tool_find ("say"));
  g_assert_cmpint (tool_get_class (tool_find ("say")), ==, TOOL_CLASS_OUTSIDE);
  g_assert_cmpstr (tool_get_server (tool_find ("say")), ==, "one");
  /* Two servers with the same tools. */
  add (servers, "the other", NULL, NULL);
  switch_on (servers, 1);
  g_assert_null (tool_find ("say"));
  g_assert_nonnull (tool_find ("one_say"));
  g_assert_nonnull (tool_find ("the_other_say"));
  g_assert_true (tool_servers_remove (servers, get_server (servers, 1), NULL));
  g_assert_null (tool_find ("one_say"));
  g_assert_nonnull (tool_find ("say"));
  /* What is built in keeps its name; a schema that refers to elsewhere is not offered. */
  add (servers, "two", "names", NULL);
  switch_on (servers, 1);
  g_assert_cmpint (tool_get_class (tool_find ("calculate")), ==, TOOL_CLASS_PURE);
  g_assert_nonnull (tool_find ("two_calculate"));
  add (servers, "three", "reference", NULL);
  switch_on (servers, 2);
  g_assert_null (tool_find ("far"));
  g_assert_cmpstr (tool_server_get_tool (get_server (servers, 2), 1).refused, ==, "It refers to elsewhere");
  first = get_server (servers, 0);
  g_assert_true (tool_servers_set_on (servers, first, FALSE, NULL));
  g_assert_null (tool_find ("say"));
}

static void
test_file (File *file, gconstpointer data)
{
  g_autoptr (ToolServers) servers = tool_servers_new (file->path, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *text = NULL;
  GStatBuf status;

  add (servers, "one", NULL, NULL);
  add (servers, "off", NULL, NULL);
  switch_on (servers, 0);
  g_clear_object (&servers);
  g_assert_null (tool_find ("say"));
  g_assert_cmpint (g_stat (file->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0077, ==, 0);

  /* The next run of the program: what was on is there, and nothing runs before the first call. */
  servers = tool_servers_new (file->path, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (tool_servers_get_list (servers)), ==, 2);
  g_assert_cmpint (tool_server_get_state (get_server (servers, 0)), ==, TOOL_SERVER_READY);
  g_assert_cmpint (tool_server_get_state (get_server (servers, 1)), ==, TOOL_SERVER_OFF);
  tool_call_async (tool_find ("say"), "{\"a\":1}", NULL, NULL, ended_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  text = tool_call_finish (result, NULL);
  g_assert_cmpstr (text, ==, "{\"a\": 1}");
  g_clear_object (&servers);

  /* A file that cannot be read is kept. */
  g_assert_true (g_file_set_contents (file->path, "{", -1, NULL));
  servers = tool_servers_new (file->path, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (tool_servers_get_list (servers)), ==, 0);
  g_free (text);
  text = g_strconcat (file->path, ".damaged", NULL);
  g_assert_true (g_file_test (text, G_FILE_TEST_EXISTS));
}

/* What was allowed is not what there is now: it is not run, has another fingerprint, and both versions can be shown. */
static void
test_changed (File *file, gconstpointer data)
{
  g_autoptr (ToolServers) servers = tool_servers_new (file->path, NULL);
  g_autofree char *flag = g_build_filename (file->folder, "flag", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *old = NULL;
  g_autofree char *new = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  add (servers, "one", "changes", flag);
  switch_on (servers, 0);
  before = tool_dup_fingerprint (tool_find ("say"));
  g_clear_object (&servers);
  g_assert_true (g_file_set_contents (flag, "", -1, NULL));
  servers = tool_servers_new (file->path, NULL);
  tool_call_async (tool_find ("say"), "{}", NULL, NULL, ended_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (tool_call_finish (result, &error));
  g_assert_error (error, TOOL_ERROR, TOOL_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "has changed this tool"));
  after = tool_dup_fingerprint (tool_find ("say"));
  g_assert_cmpstr (before, !=, after);
  old = tool_servers_dup_version (servers, before);
  new = tool_servers_dup_current (tool_find ("say"));
  g_assert_nonnull (strstr (old, "\nA tool\n"));
  g_assert_nonnull (strstr (new, "\nAfter\n"));
}

/* ---- Pictures --------------------------------------------------------------------------------------------------- */

/* What comes of a call of the tool "pictures": "text|3x2|file name". */
static char *
call_pictures (const char *const *kinds)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tools", "fake-server.py", NULL);
  g_autoptr (GPtrArray) command = g_ptr_array_new ();
  g_autoptr (ToolServers) servers = tool_servers_new (NULL, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  GPtrArray *made;
  GString *all;

  g_ptr_array_add (command, (char *) PYTHON);
  g_ptr_array_add (command, script);
  g_ptr_array_add (command, (char *) "pictures");
  for (guint i = 0; kinds[i]; i++)
    g_ptr_array_add (command, (char *) kinds[i]);
  g_ptr_array_add (command, NULL);
  g_assert_true (
      tool_servers_add (servers, &(ToolServerConfig){ .name = (char *) "one", .command = (char **) command->pdata }, NULL));
  switch_on (servers, 0);
  tool_call_async (tool_find ("pictures"), "{}", NULL, NULL, ended_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  made = tool_call_get_made (result);
  text = tool_call_finish (result, &error);
  g_assert_no_error (error);
  all = g_string_new (g_strdelimit (text, "\n", ' '));
  for (guint i = 0; made && i < made->len; i++)
    {
      const ToolMade *one = g_ptr_array_index (made, i);

      if (one->width > 0)
        {
          const guint8 *pixels = g_bytes_get_data (one->data, NULL);

          g_assert_cmpuint (g_bytes_get_size (one->data), ==, (gsize) one->width * one->height * 4);
          /* Red, but for what JPEG makes of it. */
          g_assert_cmpint (pixels[0], >=, 250);
          g_assert_cmpint (pixels[1], <=, 5);
          g_assert_cmpint (pixels[3], ==, 255);
          g_string_append_printf (all, "|%ux%u", one->width, one->height);
        }
      else
        g_string_append_printf (all, "|%s", one->name);
    }
  return g_string_free (all, FALSE);
}

/* Sound ones come as pixels; what is broken, of another kind or too large is named, and a larger one is made smaller. */
static void
test_pictures (void)
{
  static const struct
  {
    const char *kinds[8], *expected;
  } cases[] = {
    { { "5", "jpeg" }, "here: [Image] [Image]|5x5|3x2" },
    { { "broken", "5", "short" },
      "here: [Image] [Image] [Image] [Image 1 is broken, and not shown] [Image 3 is broken, and not shown]|5x5" },
    { { "svg", "huge" }, "here: [Image: neither PNG nor JPEG] [Image: 100000 × 100000, which is too large]" },
    { { "2000" }, "here: [Image]|1000x1000" },
    { { "1", "1", "1", "1", "1" },
      "here: [Image] [Image] [Image] [Image] [Image: left out, as there are more than 4]|1x1|1x1|1x1|1x1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *all = call_pictures (cases[i].kinds);

      if (strstr (all, "picture.png"))
        {
          g_test_skip ("this build reads no pictures");
          return;
        }
      g_assert_cmpstr (all, ==, cases[i].expected);
    }
}

/* Where nothing reads them, they are files to be saved. */
static void
test_picture_files (void)
{
  g_autofree char *before = g_strdup (g_getenv ("MYNA_LIBEXEC_DIR"));
  g_auto (GStrv) folders = g_strsplit (before, G_SEARCHPATH_SEPARATOR_S, -1);
  g_autofree char *all = NULL;

  /* Myna's other programs are there. */
  for (guint i = 0; folders[i]; i++)
    {
      g_autofree char *guard = g_build_filename (folders[i], "myna-guard", NULL);

      if (g_file_test (guard, G_FILE_TEST_EXISTS))
        g_setenv ("MYNA_LIBEXEC_DIR", folders[i], TRUE);
    }
  all = call_pictures ((const char *const[]){ "5", "jpeg", NULL });
  g_assert_cmpstr (all, ==, "here: [Image] [Image]|picture.png|picture.jpg");
  g_setenv ("MYNA_LIBEXEC_DIR", before, TRUE);
}

/* ---- The sandbox ------------------------------------------------------------------------------------------------ */

static gboolean
can_box (void)
{
  const char *const command[] = { "bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true", NULL };
  int status = 1;

  return g_spawn_sync (NULL, (char **) command, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                       &status, NULL)
         && g_spawn_check_wait_status (status, NULL);
}

static void
assert_looks (ToolServer *server, const char *path, const char *expected)
{
  g_autofree char *arguments = g_strdup_printf ("{\"path\":\"%s\"}", path);
  g_autofree char *text = call (server, "look", arguments, NULL);

  g_assert_cmpstr (text, ==, expected);
}

/* It sees what its command names, its own folder to read, and of the rest of the home nothing. */
static void
test_box (File *file, gconstpointer data)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tools", "fake-server.py", NULL);
  g_autofree char *secret = g_build_filename (g_get_home_dir (), "secret.txt", NULL);
  g_autofree char *named = g_build_filename (g_get_home_dir (), "named.txt", NULL);
  g_autofree char *copy = g_build_filename (file->folder, "server.py", NULL);
  g_autofree char *text = NULL;
  const char *command[] = { PYTHON, copy, "look", named, NULL };
  ToolServerConfig config = { .name = (char *) "one", .command = (char **) command, .in_box = TRUE, .no_network = TRUE };
  g_autoptr (ToolServer) server = NULL;

  if (!can_box ())
    {
      g_test_skip ("there is no bubblewrap, or there are no user namespaces");
      return;
    }
  g_assert_true (g_file_get_contents (script, &text, NULL, NULL) && g_file_set_contents (copy, text, -1, NULL)
                 && g_file_set_contents (secret, "secret", -1, NULL) && g_file_set_contents (named, "named", -1, NULL));
  server = tool_server_new (&config);
  assert_runs (server);
  assert_looks (server, secret, "FileNotFoundError");
  assert_looks (server, named, "named, written");
  assert_looks (server, file->path, "FileNotFoundError");
  assert_looks (server, g_get_home_dir (), "a folder, written");
  assert_looks (server, "/etc", "a folder, OSError");
  assert_looks (server, file->folder, "a folder, OSError");
  assert_looks (server, "/run", "FileNotFoundError");
  assert_looks (server, "/sys/class/net", "FileNotFoundError");
  g_free (text);
  g_assert_true (g_file_get_contents (named, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "namedwritten\n");
  g_free (text);
  text = g_build_filename (g_get_home_dir (), "new", NULL);
  g_assert_false (g_file_test (text, G_FILE_TEST_EXISTS));
  tool_server_stop (server);
  g_unlink (secret);
  g_unlink (named);
}

/* What the sandbox is like is kept, belongs to a permission, and starts what ran anew. */
static void
test_box_changed (File *file, gconstpointer data)
{
  g_autoptr (ToolServers) servers = tool_servers_new (file->path, NULL);
  g_autofree char *outside = NULL;
  g_autofree char *inside = NULL;

  if (!can_box ())
    {
      g_test_skip ("there is no bubblewrap, or there are no user namespaces");
      return;
    }
  add (servers, "one", NULL, NULL);
  switch_on (servers, 0);
  outside = tool_dup_fingerprint (tool_find ("say"));
  g_assert_true (tool_servers_set_box (servers, get_server (servers, 0), TRUE, TRUE, NULL));
  g_assert_cmpint (tool_server_get_state (get_server (servers, 0)), ==, TOOL_SERVER_STARTING);
  assert_runs (get_server (servers, 0));
  inside = tool_dup_fingerprint (tool_find ("say"));
  g_assert_cmpstr (inside, !=, outside);
  g_clear_object (&servers);
  servers = tool_servers_new (file->path, NULL);
  g_assert_true (tool_server_get_config (get_server (servers, 0))->in_box);
  g_assert_true (tool_server_get_config (get_server (servers, 0))->no_network);
  /* Nothing else is lost with it. */
  g_assert_true (tool_servers_set_box (servers, get_server (servers, 0), FALSE, FALSE, NULL));
  g_free (inside);
  inside = tool_dup_fingerprint (tool_find ("say"));
  g_assert_cmpstr (inside, ==, outside);
}

/* Without bubblewrap it does not run outside instead. */
static void
test_box_missing (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  const char *const command[] = { PYTHON, "-c", "", NULL };
  g_autoptr (ToolServer) server =
      tool_server_new (&(ToolServerConfig){ .name = (char *) "one", .command = (char **) command, .in_box = TRUE });

  g_setenv ("PATH", "/nonexistent", TRUE);
  start (server);
  g_setenv ("PATH", path, TRUE);
  g_assert_cmpint (tool_server_get_state (server), ==, TOOL_SERVER_FAILED);
  g_assert_cmpint (tool_server_get_problem (server), ==, TOOL_SERVER_NO_BOX);
  g_assert_cmpstr (tool_server_get_detail (server), ==, "bubblewrap is not installed");
}

static void
test_import (File *file, gconstpointer data)
{
  g_autoptr (GPtrArray) configs = NULL;
  g_autofree char *left_out = NULL;
  g_autoptr (GError) error = NULL;
  const ToolServerConfig *config;

  g_assert_true (g_file_set_contents (file->path,
                                      "{\"mcpServers\":{\"files\":{\"command\":\"npx\",\"args\":[\"-y\",\"server; rm -rf /\"],"
                                      "\"env\":{\"KEY\":\"a=b\"}},\"web\":{\"url\":\"http://localhost\"},"
                                      "\"odd\":{\"command\":\"x\",\"args\":[1]}}}",
                                      -1, NULL));
  configs = tool_servers_read_file (file->path, &left_out, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (configs->len, ==, 1);
  g_assert_cmpstr (left_out, ==, "web, odd");
  config = g_ptr_array_index (configs, 0);
  g_assert_true (config->in_box);
  g_assert_cmpstr (config->command[2], ==, "server; rm -rf /");
  g_assert_null (config->command[3]);
  g_assert_cmpstr (config->environment[0], ==, "KEY=a=b");
  g_assert_true (g_file_set_contents (file->path, "[]", -1, NULL));
  g_assert_null (tool_servers_read_file (file->path, &left_out, &error));
  g_assert_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS);
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = g_dir_make_tmp ("home-XXXXXX", NULL);
  int status;

  g_setenv ("HOME", home, TRUE);
  if (argc > 1 && g_str_equal (argv[1], "--child"))
    {
      g_test_init (&(int){ 1 }, &argv, NULL);
      run_child ();
      return 1;
    }
  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    n_rounds = (guint) g_ascii_strtoull (argv[1], NULL, 10);
  g_test_add_func ("/servers/legacy", test_legacy);
  g_test_add_func ("/servers/filesystem", test_filesystem);
  g_test_add_func ("/servers/modern", test_modern);
  g_test_add_func ("/servers/replay-faults", test_replay_faults);
  g_test_add_func ("/servers/bad", test_bad);
  g_test_add_func ("/servers/lists", test_lists);
  g_test_add_func ("/servers/answers", test_answers);
  g_test_add_func ("/servers/restarts", test_restarts);
  g_test_add_func ("/servers/cancel", test_cancel);
  g_test_add_func ("/servers/end", test_end);
  g_test_add_func ("/servers/gone", test_gone);
  g_test_add_func ("/servers/killed", test_killed);
  g_test_add_func ("/servers/pictures", test_pictures);
  g_test_add_func ("/servers/picture-files", test_picture_files);
  g_test_add_func ("/servers/box-missing", test_box_missing);
#define ADD(path, func) g_test_add ("/servers/" path, File, NULL, set_up, func, tear_down)
  ADD ("names", test_names);
  ADD ("file", test_file);
  ADD ("changed", test_changed);
  ADD ("box", test_box);
  ADD ("box-changed", test_box_changed);
  ADD ("import", test_import);
  status = g_test_run ();
  g_rmdir (home);
  return status;
}
