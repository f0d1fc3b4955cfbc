/* test-sandbox.c: what a program in the sandbox cannot do, what it can, and what happens when it ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: test-sandbox FILE      of attacks: sandbox-attacks.txt
 */
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox-child.h"

typedef struct
{
  char *name, *code;
  gboolean is_harmless, is_of_bubblewrap;
  guint seconds; /* 0: as people get */
} Attack;

static GPtrArray *attacks; /* Attack */
static char *secret, *given, *folder, *local, *abstract;
static guint port;
static GSocketService *service;
static char *missing; /* why there is no sandbox here; NULL: there is one */

/* ---- Attacks ---------------------------------------------------------------------------------------------------- */

static void
replace (GString *text, const char *from, const char *to)
{
  g_string_replace (text, from, to, 0);
}

static char *
fill (const char *code, gboolean inside)
{
  g_autoptr (GString) text = g_string_new (code);
  g_autofree char *secret_name = g_path_get_basename (secret);
  g_autofree char *secret_folder = g_path_get_dirname (secret);
  g_autofree char *given_name = g_path_get_basename (given);
  g_autofree char *number = g_strdup_printf ("%u", port);
  g_autofree char *address = g_strconcat ("\\0", abstract, NULL);

  if (!inside)
    {
      replace (text, "/mnt/data/given.csv", given);
      replace (text, "/mnt/data", folder);
    }
  replace (text, "@SECRET@", secret);
  replace (text, "@SECRET_NAME@", secret_name);
  replace (text, "@SECRET_FOLDER@", secret_folder);
  replace (text, "@GIVEN_NAME@", given_name);
  replace (text, "@PORT@", number);
  replace (text, "@LOCAL@", local);
  replace (text, "@ABSTRACT@", address);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "name | harmless | seconds 2", then the code. */
static void
read_attack (char *text)
{
  char *end = strchr (text, '\n');
  g_auto (GStrv) head = NULL;
  Attack *attack;

  g_assert_nonnull (end);
  *end = '\0';
  head = g_strsplit (text, " | ", -1);
  attack = g_new0 (Attack, 1);
  attack->name = g_strdup (head[0]);
  attack->code = g_strdup (end + 1);
  for (char **word = head + 1; *word; word++)
    {
      attack->is_harmless |= g_str_equal (*word, "harmless");
      attack->is_of_bubblewrap |= g_str_equal (*word, "bubblewrap");
      if (g_str_has_prefix (*word, "seconds "))
        attack->seconds = (guint) g_ascii_strtoull (*word + 8, NULL, 10);
    }
  g_ptr_array_add (attacks, attack);
}

static void
read_attacks (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) pieces = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  pieces = g_strsplit (text, "\n=== ", -1);
  for (char **piece = pieces + 1; *piece; piece++)
    read_attack (*piece);
  g_assert_cmpuint (attacks->len, >=, 57);
}

static gboolean
is_skipped (void)
{
  if (missing)
    g_test_skip (missing);
  return missing != NULL;
}

static void
test_attack (gconstpointer data)
{
  const Attack *attack = data;
  const ToolSandboxLimits limits = { .seconds = attack->seconds };
  g_autofree char *code = fill (attack->code, TRUE);
  g_autoptr (ToolSandbox) sandbox = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a,b\n1,2\n", 8);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  ToolCell *cell;

  if (is_skipped ())
    return;
  if (attack->is_of_bubblewrap && g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("in a Flatpak");
      return;
    }
  sandbox = sandbox_start (&limits, &error);
  g_assert_no_error (error);
  tool_sandbox_give (sandbox, "given.csv", bytes);
  cell = sandbox_run (sandbox, code);
  text = tool_cell_dup_text (cell, FALSE);
  line = g_strescape (strlen (text) > 90 ? text + strlen (text) - 90 : text, NULL);
  g_test_message ("%s: %s", attack->name, line);
  g_assert_null (strstr (cell->output, "ESCAPED"));
  g_assert_cmpuint (strlen (cell->output), <=, 1 << 20);
  for (guint i = 0; i < cell->made->len; i++)
    g_assert_cmpuint (((ToolMade *) g_ptr_array_index (cell->made, i))->width, ==, 0);
  g_assert_null (strchr (cell->output, '\033'));
  tool_cell_free (cell);
}

/* Without a sandbox it succeeds: what is tried is worth trying. */
static void
test_control (gconstpointer data)
{
  const Attack *attack = data;
  g_autofree char *code = fill (attack->code, FALSE);
  g_autofree char *output = NULL;
  const char *const command[] = { "/usr/bin/python3", "-c", code, NULL };

  if (!g_file_test (command[0], G_FILE_TEST_EXISTS))
    {
      g_test_skip ("python3 is not installed");
      return;
    }
  g_assert_true (
      g_spawn_sync (NULL, (char **) command, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output, NULL, NULL, NULL));
  g_assert_nonnull (strstr (output, "ESCAPED"));
}

/* ---- Cells ------------------------------------------------------------------------------------------------------ */

/* What a cell gives, in a line: its text, how it ended, and what it made. */
static char *
try (ToolSandbox *sandbox, const char *code)
{
  ToolCell *cell = sandbox_run (sandbox, code);
  g_autofree char *text = tool_cell_dup_text (cell, TRUE);
  GString *line = g_string_new (text);

  if (cell->end != TOOL_CELL_ALIVE)
    g_string_append_printf (line, " !%d", (int) cell->end);
  for (guint i = 0; i < cell->made->len; i++)
    {
      const ToolMade *made = g_ptr_array_index (cell->made, i);

      g_string_append_printf (line, " <%s %ux%u %d>", made->name, made->width, made->height,
                              made->data ? (int) g_bytes_get_size (made->data) : -1);
    }
  tool_cell_free (cell);
  return g_string_free (line, FALSE);
}

#define CHECK(sandbox, code, expected)             \
  G_STMT_START                                     \
  {                                                \
    g_autofree char *gives_ = try (sandbox, code); \
    g_assert_cmpstr (gives_, ==, expected);        \
  }                                                \
  G_STMT_END

static ToolSandbox *
start (const ToolSandboxLimits *limits)
{
  g_autoptr (GError) error = NULL;
  ToolSandbox *sandbox = sandbox_start (limits, &error);

  g_assert_no_error (error);
  return sandbox;
}

static void
test_cells (void)
{
  g_autoptr (ToolSandbox) sandbox = NULL;

  if (is_skipped ())
    return;
  sandbox = start (NULL);
  CHECK (sandbox, "x = 6", "");
  CHECK (sandbox, "print('six')\nx * 7", "six\n42");
  CHECK (sandbox, "1 / 0", "line 1: ZeroDivisionError: division by zero");
  CHECK (sandbox, "print('before')\nif x:\n    raise KeyError('a\\nb')", "before\nline 3: KeyError: 'a\\nb'");
  CHECK (sandbox, "x +", "line 1: SyntaxError: invalid syntax");
  CHECK (sandbox, "%matplotlib inline\n'中文 ✓'", "'中文 ✓'");
  CHECK (sandbox, "import sys\nsys.exit(3)", "SystemExit: 3");
  CHECK (sandbox, "input()", "line 1: EOFError: EOF when reading a line");
  CHECK (sandbox, "x", "6");
  g_assert_true (tool_sandbox_is_alive (sandbox));
}

static void
test_files (void)
{
  g_autoptr (ToolSandbox) sandbox = NULL;
  g_autoptr (GBytes) first = g_bytes_new_static ("a\n1\n", 4);
  g_autoptr (GBytes) second = g_bytes_new_static ("b\n", 2);

  if (is_skipped ())
    return;
  sandbox = start (NULL);
  tool_sandbox_give (sandbox, "data.csv", first);
  CHECK (sandbox, "open('/mnt/data/data.csv').read()", "'a\\n1\\n'");
  CHECK (sandbox, "open('out.txt', 'w').write('result')\nNone", " <out.txt 0x0 6>");
  CHECK (sandbox, "None", "");
  CHECK (sandbox, "open('out.txt', 'a').write('!')\nNone", " <out.txt 0x0 7>");
  CHECK (sandbox, "import os\nos.makedirs('sub')\nopen('sub/.hidden\\x1b[1m', 'w').close()", " <.hidden 0x0 0>");
  /* A link in its place is replaced, not followed. */
  CHECK (sandbox, "os.unlink('data.csv')\nos.symlink('/tmp/target', 'data.csv')\nopen('/tmp/target', 'w').close()", "");
  tool_sandbox_give (sandbox, "data.csv", second);
  CHECK (sandbox, "open('data.csv').read(), open('/tmp/target').read()", "('b\\n', '')");
  /* No link is handed out, nor what is too large. */
  CHECK (sandbox, "os.symlink('/etc/hostname', 'link')\nopen('large', 'wb').write(bytes(20 << 20))\nNone", " <large 0x0 -1>");
  CHECK (sandbox, "for i in range(20): open(f'{i:02}', 'w').close()",
         " <00 0x0 0> <01 0x0 0> <02 0x0 0> <03 0x0 0> <04 0x0 0> <05 0x0 0> <06 0x0 0> <07 0x0 0> <08 0x0 -1> <09 0x0 -1>"
         " <10 0x0 -1> <11 0x0 -1> <12 0x0 -1> <13 0x0 -1> <14 0x0 -1> <15 0x0 -1> <16 0x0 -1> <17 0x0 -1> <18 0x0 -1>"
         " <19 0x0 -1>");
}

/* The part of matplotlib that the worker asks for, with a picture of this size. */
static const char FAKE_PLOT[] = "import sys, types\n"
                                "class Canvas:\n"
                                "    def draw(self): pass\n"
                                "    def get_width_height(self): return W, H\n"
                                "    def buffer_rgba(self): return bytes([255, 0, 0, 255]) * (W * H)\n"
                                "class Figure:\n"
                                "    canvas = Canvas()\n"
                                "    def get_size_inches(self): return 6, 4\n"
                                "    def get_dpi(self): return 100\n"
                                "    def set_dpi(self, dpi): pass\n"
                                "plot = types.ModuleType('matplotlib.pyplot')\n"
                                "plot.get_fignums = lambda: list(range(N))\n"
                                "plot.figure = lambda n: Figure()\n"
                                "plot.close = lambda what: globals().update(N=0)\n"
                                "sys.modules['matplotlib.pyplot'] = plot\n"
                                "W, H, N = 3, 2, 1";

static void
test_pictures (void)
{
  g_autoptr (ToolSandbox) sandbox = NULL;

  if (is_skipped ())
    return;
  sandbox = start (NULL);
  CHECK (sandbox, FAKE_PLOT, "[Image] < 3x2 24>");
  CHECK (sandbox, "print('no plot')", "no plot");
  CHECK (sandbox, "N = 9", "[Image]\n[Image]\n[Image]\n[Image] < 3x2 24> < 3x2 24> < 3x2 24> < 3x2 24>");
  CHECK (sandbox, "W, N = 5000, 1", "");
  /* Forged: a fifth one, one with no size. */
  CHECK (sandbox,
         "import os\nfor i in range(5): os.write(3, b'{\"image\": [1, 1], \"bytes\": 4}\\nabcd')\n"
         "os.write(3, b'{\"image\": 7, \"bytes\": 0}\\n{\"image\": [0, 0], \"bytes\": 0}\\n')\nNone",
         "[Image]\n[Image]\n[Image]\n[Image] < 1x1 4> < 1x1 4> < 1x1 4> < 1x1 4>");
  g_assert_true (tool_sandbox_is_alive (sandbox));
}

/* Words in Chinese, in fonts that other systems have: no word about them, and glyphs. */
static void
test_plot (void)
{
  g_autoptr (ToolSandbox) sandbox = NULL;
  g_autofree char *told = NULL;

  if (is_skipped ())
    return;
  sandbox = start (NULL);
  if (!tool_sandbox_has_module (sandbox, "matplotlib"))
    {
      g_test_skip ("matplotlib is not installed");
      return;
    }
  told = try (sandbox, "import matplotlib.pyplot as plt\n"
                       "import matplotlib.font_manager as fm\n"
                       "'SimHei' in {font.name for font in fm.fontManager.ttflist}");
  if (g_str_equal (told, "False"))
    {
      g_test_skip ("there is no font for Chinese");
      return;
    }
  CHECK (sandbox, "plt.title('麻雀')\nplt.bar(['一', '二'], [-1, 2])\nplt.show()", "[Image] < 640x480 1228800>");
  CHECK (sandbox,
         "plt.rcParams['font.sans-serif'] = ['SimHei']\nplt.rcParams['font.family'] = 'Microsoft YaHei'\n"
         "plt.title('麻雀', fontname='SimSun')\nplt.xlabel('鸟', fontweight='bold')\nplt.show()",
         "[Image] < 640x480 1228800>");
}

static void
check_end (const ToolSandboxLimits *limits, const char *code, ToolCellEnd end)
{
  g_autoptr (ToolSandbox) sandbox = start (limits);
  ToolCell *cell = sandbox_run (sandbox, code);

  g_assert_cmpint (cell->end, ==, end);
  g_assert_false (tool_sandbox_is_alive (sandbox));
  tool_cell_free (cell);
  /* What follows is told, not run. */
  cell = sandbox_run (sandbox, "1");
  g_assert_cmpint (cell->end, ==, TOOL_CELL_CRASHED);
  tool_cell_free (cell);
}

static void
test_ends (void)
{
  if (is_skipped ())
    return;
  check_end (&(ToolSandboxLimits){ .cpu_seconds = 1 }, "while True: pass", TOOL_CELL_TOOK_TOO_MUCH_CPU);
  check_end (&(ToolSandboxLimits){ .seconds = 1 }, "import time\ntime.sleep(100)", TOOL_CELL_TOOK_TOO_LONG);
  check_end (NULL,
             "import time\ntry:\n    for i in range(1000): open(f'/tmp/{i}', 'wb').write(bytes(1 << 20))\n"
             "except OSError: pass\ntime.sleep(100)",
             TOOL_CELL_FILES_TOO_LARGE);
  check_end (NULL, "while True: print('x' * 100000)", TOOL_CELL_TOO_MUCH_OUTPUT);
  check_end (NULL, "import os\nos.write(3, b'{' * 100000)", TOOL_CELL_CRASHED);
  check_end (NULL, "import os\nos.write(3, b'[' * 4000 + b'\\n')", TOOL_CELL_CRASHED);
  check_end (NULL, "import os\nos.write(3, b'{\"bytes\": -1}\\n')", TOOL_CELL_CRASHED);
  /* However fast it ends: the guard has nothing to say of it. */
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (ToolSandbox) sandbox = start (NULL);

      CHECK (sandbox, "import os\nos._exit(11)", "The interpreter ended. Its variables are lost. !5");
    }
  check_end (NULL, "import os\nos.close(3)\nimport time\ntime.sleep(100)", TOOL_CELL_CRASHED);
}

static void
output_cb (const char *output, gpointer user_data)
{
  if (g_str_equal (output, "begun\n"))
    g_cancellable_cancel (user_data);
}

static void
cancelled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tool_sandbox_run_finish (TOOL_SANDBOX (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  *(gboolean *) user_data = TRUE;
}

/* Output comes while the cell runs, and Stop leaves nothing. */
static void
test_stop (void)
{
  g_autoptr (ToolSandbox) sandbox = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GHashTable) processes = NULL;
  gboolean done = FALSE;

  if (is_skipped ())
    return;
  sandbox = start (NULL);
  processes = sandbox_processes (getpid ());
  g_assert_cmpuint (g_hash_table_size (processes), >=, sandbox_min_processes ());
  tool_sandbox_run_async (sandbox, "import time\nprint('begun')\ntime.sleep(100)", output_cb, cancellable, cancellable,
                          cancelled_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (tool_sandbox_is_alive (sandbox));
  g_assert_true (sandbox_wait_gone (processes));
}

/* One that nobody wants any more, idle or not. */
static void
test_dropped (void)
{
  ToolSandbox *sandbox;
  g_autoptr (GHashTable) processes = NULL;

  if (is_skipped ())
    return;
  sandbox = start (NULL);
  processes = sandbox_processes (getpid ());
  g_object_unref (sandbox);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (sandbox_wait_gone (processes));
}

static void
test_killed (void)
{
  if (is_skipped ())
    return;
  for (guint i = 0; i < 3; i++)
    {
      double seconds;
      guint n;

      g_assert_true (sandbox_child_kill (&n, &seconds));
      g_assert_cmpuint (n, >=, sandbox_min_processes ());
    }
}

/* ---- What is missing -------------------------------------------------------------------------------------------- */

static void
check_missing (const char *script, ToolSandboxError code)
{
  g_autofree char *path = g_build_filename (folder, "launcher", NULL);
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, "\n", NULL);
  g_autoptr (ToolSandbox) sandbox = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  sandbox = sandbox_start (&(ToolSandboxLimits){ .launcher = path }, &error);
  g_assert_null (sandbox);
  g_assert_error (error, TOOL_SANDBOX_ERROR, (int) code);
}

static void
test_missing (void)
{
  g_autoptr (ToolSandbox) sandbox = NULL;
  g_autoptr (GError) error = NULL;

  sandbox = sandbox_start (&(ToolSandboxLimits){ .launcher = "/nonexistent" }, &error);
  g_assert_null (sandbox);
  g_assert_error (error, TOOL_SANDBOX_ERROR, TOOL_SANDBOX_ERROR_NO_BUBBLEWRAP);
  if (!g_file_test ("/usr/bin/python3", G_FILE_TEST_EXISTS))
    return;
  check_missing ("echo 'bwrap: No permissions to create new namespace, likely because …' >&2; exit 1",
                 TOOL_SANDBOX_ERROR_NO_NAMESPACES);
  check_missing ("echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1", TOOL_SANDBOX_ERROR_NO_NAMESPACES);
  check_missing ("echo \"bwrap: Can't mount proc on /newroot/proc: Operation not permitted\" >&2; exit 1",
                 TOOL_SANDBOX_ERROR_NO_NAMESPACES);
  check_missing ("echo 'Portal call failed: org.freedesktop.portal.Error' >&2; exit 1", TOOL_SANDBOX_ERROR_NO_PORTAL);
  check_missing ("exit 1", TOOL_SANDBOX_ERROR_FAILED);
  check_missing ("echo '{\"ready\": false, \"lacks\": \"_ctypes\", \"bytes\": 0}' >&3", TOOL_SANDBOX_ERROR_NO_MODULE);
  check_missing ("echo '{\"ready\": true, \"landlock\": 0, \"seccomp\": 80, \"bytes\": 0}' >&3; exec sleep 100",
                 TOOL_SANDBOX_ERROR_NO_LOCKS);
  check_missing ("echo '{\"ready\": true, \"landlock\": 4, \"seccomp\": 0, \"bytes\": 0}' >&3; exec sleep 100",
                 TOOL_SANDBOX_ERROR_NO_LOCKS);
  check_missing ("echo '{\"ready\": true, \"bytes\": 0}' >&3; exec sleep 100", TOOL_SANDBOX_ERROR_NO_LOCKS);
  check_missing ("echo nonsense >&3; exec sleep 100", TOOL_SANDBOX_ERROR_FAILED);
}

/* ---- Pictures as files ------------------------------------------------------------------------------------------ */

static void
test_png (void)
{
  guint8 pixels[5 * 3 * 4];
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GBytes) png = NULL;
  g_autoptr (GBytes) again = NULL;
  guint width = 0, height = 0;
  gsize n;
  const guint8 *data;

  for (guint i = 0; i < sizeof pixels; i++)
    pixels[i] = (guint8) (i * 7);
  raw = g_bytes_new (pixels, sizeof pixels);
  g_assert_null (tool_picture_write (5, 4, raw));
  g_assert_null (tool_picture_write (0, 3, raw));
  png = tool_picture_write (5, 3, raw);
  again = tool_picture_read (png, &width, &height);
  g_assert_true (again && g_bytes_equal (raw, again));
  g_assert_cmpuint (width * 10 + height, ==, 53);
  /* No other file is read: any byte of the head, any length. */
  data = g_bytes_get_data (png, &n);
  for (gsize i = 0; i < n; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, n);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GBytes) cut = g_bytes_new (data, i);
      g_autoptr (GBytes) read = NULL;

      copy[i] ^= 0x41;
      changed = g_bytes_new (copy, n);
      read = tool_picture_read (changed, &width, &height);
      if (i < 29 || (i >= 33 && i < 41))
        g_assert_null (read);
      g_assert_null (tool_picture_read (cut, &width, &height));
    }
}

/* ---- Main ------------------------------------------------------------------------------------------------------- */

static void
make_file (char **path, const char *in, const char *name, const char *text)
{
  *path = g_build_filename (in, name, NULL);
  g_assert_true (g_file_set_contents (*path, text, -1, NULL));
}

static void
set_up (void)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketAddress) hidden = NULL;
  g_autofree char *name = g_strdup_printf (".sandbox-secret-%d", (int) getpid ());
  const char *home = g_access (g_get_home_dir (), W_OK) == 0 ? g_get_home_dir () : "/var/tmp";
  g_autoptr (GError) error = NULL;
  g_autoptr (ToolSandbox) sandbox = NULL;

  folder = g_dir_make_tmp ("sandbox-XXXXXX", NULL);
  make_file (&secret, home, name, "the secret\n");
  make_file (&given, folder, "given.csv", "a,b\n1,2\n");
  local = g_build_filename (folder, "socket", NULL);
  abstract = g_strdup_printf ("sandbox-%d", (int) getpid ());
  service = g_socket_service_new ();
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  address = g_unix_socket_address_new (local);
  hidden = g_unix_socket_address_new_with_type (abstract, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
                                 NULL, NULL);
  g_socket_listener_add_address (G_SOCKET_LISTENER (service), hidden, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
                                 NULL, NULL);
  sandbox = sandbox_start (NULL, &error);
  /* Not for any other reason: then it is broken. */
  if (error && error->code != TOOL_SANDBOX_ERROR_FAILED)
    missing = g_strdup (error->message);
  else
    g_assert_no_error (error);
}

static void
clean_up (void)
{
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *launcher = g_build_filename (folder, "launcher", NULL);
  const char *const paths[] = { secret, given, local, link, launcher };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    g_unlink (paths[i]);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  if (argc > 1 && g_str_equal (argv[1], "--hold"))
    return sandbox_child_main ();
  g_test_init (&argc, &argv, NULL);
  /* All that does not hold is told, not the first of it. */
  g_test_set_nonfatal_assertions ();
  attacks = g_ptr_array_new ();
  read_attacks (argv[1]);
  set_up ();
  for (guint i = 0; i < attacks->len; i++)
    {
      const Attack *attack = g_ptr_array_index (attacks, i);
      g_autofree char *clean = g_strdelimit (g_strdup (attack->name), "/", '|');
      g_autofree char *path = g_strconcat ("/sandbox/attack/", clean, NULL);
      g_autofree char *control = g_strconcat ("/sandbox/control/", clean, NULL);

      g_test_add_data_func (path, attack, test_attack);
      if (attack->is_harmless)
        g_test_add_data_func (control, attack, test_control);
    }
  g_test_add_func ("/sandbox/cells", test_cells);
  g_test_add_func ("/sandbox/files", test_files);
  g_test_add_func ("/sandbox/pictures", test_pictures);
  g_test_add_func ("/sandbox/plot", test_plot);
  g_test_add_func ("/sandbox/ends", test_ends);
  g_test_add_func ("/sandbox/stop", test_stop);
  g_test_add_func ("/sandbox/dropped", test_dropped);
  g_test_add_func ("/sandbox/killed", test_killed);
  g_test_add_func ("/sandbox/missing", test_missing);
  g_test_add_func ("/sandbox/png", test_png);
  status = g_test_run ();
  clean_up ();
  return status;
}
