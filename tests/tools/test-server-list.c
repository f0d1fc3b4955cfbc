/* test-server-list.c: the list of servers, the names of their tools, pictures that they return, and the sandbox around them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "server-test.h"
#include "tools/sandbox.h"
#include "tools/tool.h"

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
  /* Names that cannot be used are shown with the reason, the first 64 characters of them. */
  g_assert_cmpstr (tool_server_get_tool (get_server (servers, 1), 1).name, ==, "not a name");
  g_assert_nonnull (tool_server_get_tool (get_server (servers, 1), 1).refused);
  g_assert_cmpuint (strlen (tool_server_get_tool (get_server (servers, 1), 2).name), ==, 64);
  g_assert_null (tool_find (tool_server_get_tool (get_server (servers, 1), 2).name));
  g_assert_cmpstr (tool_server_get_tool (get_server (servers, 1), 4).name, ==, "?");
  add (servers, "three", "reference", NULL);
  switch_on (servers, 2);
  g_assert_null (tool_find ("far"));
  g_assert_cmpstr (tool_server_get_tool (get_server (servers, 2), 1).refused, ==, "It refers to elsewhere");
  first = get_server (servers, 0);
  g_assert_true (tool_servers_set_on (servers, first, FALSE, NULL));
  g_assert_null (tool_find ("say"));
}

/* A tool that says nothing: the call ends with its time, the server is told, and goes on. */
static void
test_silent (File *file, gconstpointer data)
{
  g_autoptr (ToolServers) servers = tool_servers_new (file->path, NULL);
  const ToolCallOptions options = { .seconds = 1 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  add (servers, "one", NULL, NULL);
  switch_on (servers, 0);
  tool_call_async (tool_find ("wait"), "{}", &options, NULL, test_server_ended_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (tool_call_finish (result, &error));
  g_assert_error (error, TOOL_ERROR, TOOL_ERROR_TIMED_OUT);
  g_assert_cmpstr (error->message, ==, "wait took longer than 1 s");
  while (!strstr (tool_server_get_log (get_server (servers, 0)), "cancelled"))
    g_main_context_iteration (NULL, TRUE);
  assert_call (get_server (servers, 0), "say", "{}", "{}");
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
  tool_call_async (tool_find ("say"), "{\"a\":1}", NULL, NULL, test_server_ended_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  text = tool_call_finish (result, NULL);
  g_assert_cmpstr (text, ==, "{\"a\": 1}");
  g_clear_object (&servers);

  g_free (text);
  text = g_strconcat (file->path, ".damaged", NULL);
  g_assert_false (g_file_test (text, G_FILE_TEST_EXISTS));
}

/* A file that cannot be read stays where it is until there is something to save, and is kept then, as are earlier ones. */
static void
test_damaged (File *file, gconstpointer data)
{
  g_autofree char *first = g_strconcat (file->path, ".damaged", NULL);
  g_autofree char *second = g_strconcat (file->path, ".damaged-2", NULL);
  const char *kept[] = { first, second };

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autofree char *wrong = g_strdup_printf ("{%u", i);
      g_autofree char *text = NULL;
      ToolServers *servers;

      g_assert_true (g_file_set_contents (file->path, wrong, -1, NULL));
      servers = tool_servers_new (file->path, NULL);
      g_assert_true (tool_servers_are_unreadable (servers));
      g_assert_cmpuint (g_list_model_get_n_items (tool_servers_get_list (servers)), ==, 0);
      g_object_unref (servers);
      servers = tool_servers_new (file->path, NULL);
      g_assert_true (tool_servers_are_unreadable (servers));
      add (servers, "one", NULL, NULL);
      g_assert_false (tool_servers_are_unreadable (servers));
      g_object_unref (servers);
      g_assert_true (g_file_get_contents (kept[i], &text, NULL, NULL));
      g_assert_cmpstr (text, ==, wrong);
    }
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
  tool_call_async (tool_find ("say"), "{}", NULL, NULL, test_server_ended_cb, &result);
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
  tool_call_async (tool_find ("pictures"), "{}", NULL, NULL, test_server_ended_cb, &result);
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
  g_autofree char *text = test_server_call (server, "look", arguments, NULL);

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
  g_autofree char *state = g_build_filename (g_get_home_dir (), "state", NULL);
  g_autofree char *memory = g_build_filename (state, "memory.json", NULL);
  g_autofree char *variable = g_strconcat ("MEMORY=", memory, NULL);
  const char *command[] = { PYTHON, copy, "look", named, state, NULL };
  char *environment[] = { variable, NULL };
  ToolServerConfig config = {
    .name = (char *) "one", .command = (char **) command, .environment = environment, .in_box = TRUE, .no_network = TRUE
  };
  g_autoptr (ToolServer) server = NULL;

  if (!can_box ())
    {
      g_test_skip ("there is no bubblewrap, or there are no user namespaces");
      return;
    }
  g_assert_true (g_file_get_contents (script, &text, NULL, NULL) && g_file_set_contents (copy, text, -1, NULL)
                 && g_file_set_contents (secret, "secret", -1, NULL) && g_file_set_contents (named, "named", -1, NULL)
                 && g_mkdir (state, 0700) == 0 && g_file_set_contents (memory, "old", -1, NULL));
  server = tool_server_new (&config);
  test_server_runs (server);
  assert_looks (server, secret, "FileNotFoundError");
  assert_looks (server, named, "named, written");
  assert_looks (server, file->path, "FileNotFoundError");
  assert_looks (server, g_get_home_dir (), "a folder, written");
  assert_looks (server, "/etc", "a folder, OSError");
  assert_looks (server, file->folder, "a folder, OSError");
  /* A file in a folder that is named, too: it can be written beside. */
  assert_looks (server, state, "a folder, written");
  assert_looks (server, memory, "old, written");
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
  g_unlink (memory);
  g_free (text);
  text = g_build_filename (state, "new", NULL);
  g_unlink (text);
  g_rmdir (state);
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
  test_server_runs (get_server (servers, 0));
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
  test_server_start (server);
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
  guint line = 0;

  g_assert_true (
      g_file_set_contents (file->path,
                           "{\"mcpServers\":{\"files\":{\"command\":\"npx\",\"args\":[\"-y\",\"server; rm -rf /\"],"
                           "\"env\":{\"KEY\":\"a=b\",\"PORT\":3000,\"DEBUG\":true}},\"web\":{\"url\":\"http://localhost\"},"
                           "\"odd\":{\"command\":\"x\",\"args\":[1]},\"strange\":{\"command\":\"x\",\"env\":{\"A\":[]}}}}",
                           -1, NULL));
  configs = tool_servers_read_file (file->path, &left_out, &line, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (configs->len, ==, 1);
  g_assert_cmpstr (left_out, ==, "web, odd, strange");
  config = g_ptr_array_index (configs, 0);
  g_assert_true (config->in_box);
  g_assert_cmpstr (config->command[2], ==, "server; rm -rf /");
  g_assert_null (config->command[3]);
  g_assert_cmpstr (config->environment[0], ==, "KEY=a=b");
  g_assert_cmpstr (config->environment[1], ==, "PORT=3000");
  g_assert_cmpstr (config->environment[2], ==, "DEBUG=true");
  g_assert_true (g_file_set_contents (file->path, "[]", -1, NULL));
  g_assert_null (tool_servers_read_file (file->path, &left_out, &line, &error));
  g_assert_error (error, TOOL_ERROR, TOOL_ERROR_FAILED);
}

/* What is no JSON is found by its line, as far as there is one. */
static void
test_import_damaged (File *file, gconstpointer data)
{
  static const struct
  {
    const char *text;
    gsize n_bytes;
    guint line;
  } cases[] = {
    { "{\n  \"mcpServers\": {\n    \"a\": { \"command\" \"x\" }\n  }\n}\n", 0, 3 },
    { "{\n\n\n\xff}", 0, 4 },
    { "{\n\0}", 4, 2 },
    { "{\n// mine\n}", 0, 0 },
    { "", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *left_out = NULL;
      g_autoptr (GError) error = NULL;
      guint line = 0;

      g_assert_true (g_file_set_contents (file->path, cases[i].text, cases[i].n_bytes ? (gssize) cases[i].n_bytes : -1, NULL));
      g_assert_null (tool_servers_read_file (file->path, &left_out, &line, &error));
      g_assert_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS);
      g_assert_cmpuint (line, ==, cases[i].line);
    }
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = g_dir_make_tmp ("home-XXXXXX", NULL);
  int status;

  g_setenv ("HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server-list/pictures", test_pictures);
  g_test_add_func ("/server-list/picture-files", test_picture_files);
  g_test_add_func ("/server-list/box-missing", test_box_missing);
#define ADD(path, func) g_test_add ("/server-list/" path, File, NULL, set_up, func, tear_down)
  ADD ("names", test_names);
  ADD ("silent", test_silent);
  ADD ("file", test_file);
  ADD ("damaged", test_damaged);
  ADD ("changed", test_changed);
  ADD ("box", test_box);
  ADD ("box-changed", test_box_changed);
  ADD ("import", test_import);
  ADD ("import-damaged", test_import_damaged);
  status = g_test_run ();
  g_rmdir (home);
  return status;
}
