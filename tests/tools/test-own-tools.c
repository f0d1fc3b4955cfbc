/* test-own-tools.c: tools that the person describes: what is read of the files, and what runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/own-tools.h"
#include "tools/tool.h"

typedef struct
{
  char *home, *folder;
} Own;

static void
set_up (Own *f, gconstpointer data)
{
  f->home = g_strdup (g_get_home_dir ());
  f->folder = g_dir_make_tmp ("own-XXXXXX", NULL);
}

static void
clear (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name; dir && (name = g_dir_read_name (dir));)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
}

static void
tear_down (Own *f, gconstpointer data)
{
  clear (f->folder);
  clear (f->home);
  tool_own_read (f->folder, NULL);
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->home);
}

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
can_box (void)
{
  const char *const command[] = { "bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true", NULL };
  int status = 1;

  if (g_spawn_sync (NULL, (char **) command, NULL,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                    &status, NULL)
      && g_spawn_check_wait_status (status, NULL))
    return TRUE;
  g_test_skip ("there is no bubblewrap, or there are no user namespaces");
  return FALSE;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* The result, or "! " and the error. */
static char *
call (const char *name, const char *arguments, guint seconds, GCancellable *cancellable)
{
  const ToolCallOptions options = { .seconds = seconds };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *text;

  g_assert_nonnull (tool_find (name));
  tool_call_async (tool_find (name), arguments, &options, cancellable, ended_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  text = tool_call_finish (result, &error);
  return text ? text : g_strdup_printf ("! %s", error->message);
}

#define assert_call(name, arguments, expected)                \
  G_STMT_START                                                \
  {                                                           \
    g_autofree char *text_ = call (name, arguments, 0, NULL); \
    g_assert_cmpstr (text_, ==, expected);                    \
  }                                                           \
  G_STMT_END

static char *
check (const char *schema)
{
  return strstr (schema, "$ref") ? g_strdup ("It refers to elsewhere") : NULL;
}

/* ---- Descriptions ----------------------------------------------------------------------------------------------- */

/* Each bad description says what is wrong with it; the good ones beside it are there. */
static void
test_bad (Own *f, gconstpointer data)
{
  static const struct
  {
    const char *text;
    ToolOwnProblem problem;
    const char *detail;
  } cases[] = {
    { "{", TOOL_OWN_NO_JSON, NULL },
    { "[]", TOOL_OWN_NO_JSON, NULL },
    { "{}", TOOL_OWN_MISSING, "name" },
    { "{\"name\":5,\"description\":\"d\",\"command\":[\"/bin/cat\"]}", TOOL_OWN_MISSING, "name" },
    { "{\"name\":\"a\",\"command\":[\"/bin/cat\"]}", TOOL_OWN_MISSING, "description" },
    { "{\"name\":\"a\",\"description\":\"d\"}", TOOL_OWN_MISSING, "command" },
    { "{\"name\":\"a\",\"description\":\"d\",\"command\":\"/bin/cat\"}", TOOL_OWN_MISSING, "command" },
    { "{\"name\":\"a\",\"description\":\"d\",\"command\":[\"/bin/cat\",1]}", TOOL_OWN_MISSING, "command" },
    { "{\"name\":\"a\",\"description\":\"d\",\"command\":[\"/bin/cat\"],\"reads\":\"~\"}", TOOL_OWN_MISSING, "reads" },
    { "{\"name\":\"a\",\"description\":\"d\",\"command\":[\"/bin/cat\"],\"network\":1}", TOOL_OWN_MISSING, "network" },
    { "{\"name\":\"a\",\"description\":\"d\",\"command\":[\"/bin/cat\"],\"shell\":true}", TOOL_OWN_UNKNOWN, "shell" },
    { "{\"name\":\"a b\",\"description\":\"d\",\"command\":[\"/bin/cat\"]}", TOOL_OWN_NAME, "a b" },
    { "{\"name\":\"calculate\",\"description\":\"d\",\"command\":[\"/bin/cat\"]}", TOOL_OWN_TAKEN, "calculate" },
    { "{\"name\":\"a\",\"description\":\"d\",\"command\":[\"/bin/cat\"],\"parameters\":{\"$ref\":\"x\"}}", TOOL_OWN_SCHEMA,
      "It refers to elsewhere" },
    { "{\"name\":\"a\",\"description\":\"d\",\"command\":[\"/bin/cat\",\"{file}\"]}", TOOL_OWN_PLACEHOLDER, "file" },
    { "{\"name\":\"a\",\"description\":\"d\",\"command\":[\"/bin/cat\"],\"stdin\":\"x {text}\"}", TOOL_OWN_PLACEHOLDER,
      "text" },
    { "{\"name\":\"a\",\"description\":\"d\",\"command\":[\"no-such-program\"]}", TOOL_OWN_NOT_FOUND, "no-such-program" },
  };
  g_autofree char *path = NULL;

  write_file (f->folder, "zz.json",
              "{\"name\":\"good\",\"description\":\"d\",\"command\":[\"/bin/cat\",\"{print}\", \"{}\", \"{1}\"],"
              "\"parameters\":{\"type\":\"object\",\"properties\":{\"print\":{}}}}");
  write_file (f->folder, "notes.txt", "no description");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const ToolOwn *own;

      g_test_message ("%s", cases[i].text);
      write_file (f->folder, "a.json", cases[i].text);
      tool_own_read (f->folder, check);
      g_assert_cmpuint (tool_own_get_all ()->len, ==, 2);
      own = g_ptr_array_index (tool_own_get_all (), 0);
      g_assert_cmpstr (own->file, ==, "a.json");
      g_assert_cmpint (own->problem, ==, cases[i].problem);
      g_assert_cmpstr (own->detail, ==, cases[i].detail);
      g_assert_null (tool_find ("a"));
      g_assert_nonnull (tool_find ("good"));
    }
  /* A pipe is not waited for. */
  clear (f->folder);
  path = g_build_filename (f->folder, "a.json", NULL);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  tool_own_read (f->folder, check);
  g_assert_cmpint (((const ToolOwn *) g_ptr_array_index (tool_own_get_all (), 0))->problem, ==, TOOL_OWN_NO_JSON);
  clear (f->folder);
  write_file (f->folder, "zz.json", "{\"name\":\"good\",\"description\":\"d\",\"command\":[\"/bin/cat\"]}");
  tool_own_read (f->folder, check);
  g_assert_null (tool_own_find (tool_find ("calculate")));
  g_assert_cmpstr (tool_own_find (tool_find ("good"))->file, ==, "zz.json");
}

/* What may be run is another tool whenever a word of the description is: a permission ends. */
static void
test_fingerprint (Own *f, gconstpointer data)
{
  static const char *const ends[] = {
    "]", ",\"-n\"]", "],\"network\":true", "],\"reads\":[\"~/x\"]", "],\"writes\":[\"~/x\"]", "],\"stdin\":\"\""
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const Tool *first;

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"name\":\"a\",\"description\":\"d\",\"command\":[\"/bin/cat\"%s}", ends[i]);

      write_file (f->folder, "a.json", text);
      tool_own_read (f->folder, NULL);
      g_assert_cmpint (tool_get_class (tool_find ("a")), ==, TOOL_CLASS_OUTSIDE);
      g_assert_true (g_hash_table_add (seen, tool_dup_fingerprint (tool_find ("a"))));
    }
  /* The same again is the same. */
  first = tool_find ("a");
  tool_own_read (f->folder, NULL);
  g_assert_true (tool_find ("a") == first);
  clear (f->folder);
  tool_own_read (f->folder, NULL);
  g_assert_null (tool_find ("a"));
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

#define TEXT_PARAMETERS \
  "\"parameters\":{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"},\"n\":{\"type\":\"integer\"}}}"

static void
test_words (Own *f, gconstpointer data)
{
  if (!can_box ())
    return;
  write_file (f->folder, "a.json",
              "{\"name\":\"show\",\"description\":\"d\",\"command\":[\"/usr/bin/printf\",\"<%s>\",\"{text}\",\"--n={n}\","
              "\"{}\",\"; id\",\"$HOME\"]," TEXT_PARAMETERS "}");
  write_file (f->folder, "b.json", "{\"name\":\"input\",\"description\":\"d\",\"command\":[\"cat\"]," TEXT_PARAMETERS "}");
  write_file (f->folder, "c.json",
              "{\"name\":\"text\",\"description\":\"d\",\"command\":[\"cat\"],\"stdin\":\"<{text}>\"," TEXT_PARAMETERS "}");
  write_file (
      f->folder, "d.json",
      "{\"name\":\"dashes\",\"description\":\"d\",\"command\":[\"/usr/bin/printf\",\"<%s>\",\"--\",\"{text}\"]," TEXT_PARAMETERS
      "}");
  tool_own_read (f->folder, NULL);
  /* One argument is one word, whatever is in it; one that is not given leaves its word out. */
  assert_call ("show", "{\"text\":\"a b'; $(id)\\n{n}\",\"n\":5}", "<a b'; $(id)\n{n}><--n=5><{}><; id><$HOME>");
  assert_call ("show", "{\"text\":\"\"}", "<><{}><; id><$HOME>");
  assert_call ("show", "{}", "<{}><; id><$HOME>");
  assert_call ("show", "{\"text\":\"-x\"}", "! text must not begin with a minus");
  assert_call ("dashes", "{\"text\":\"-x\"}", "<--><-x>");
  assert_call ("input", "{\"text\":\"a\",\"n\":5}", "{\"text\":\"a\",\"n\":5}");
  assert_call ("text", "{\"text\":\"你\\n好\"}", "<你\n好>");
}

/* Newer programs of the system leave out their folder where they say their name. */
static void
assert_fails (const char *tool, const char *arguments, const char *why)
{
  g_autofree char *text = call (tool, arguments, 0, NULL);

  g_assert_true (g_str_has_prefix (text, "! ") && g_str_has_suffix (text, why));
}

static void
test_sandbox (Own *f, gconstpointer data)
{
  g_autofree char *arguments = g_strdup_printf ("{\"text\":\"%s/secret.txt\"}", f->home);
  g_autofree char *named = g_strdup_printf ("{\"text\":\"%s/named.txt\"}", f->home);
  g_autofree char *append = g_strdup_printf ("{\"name\":\"append\",\"description\":\"d\",\"command\":[\"/usr/bin/tee\",\"-a\","
                                             "\"%s/log.txt\"],\"stdin\":\"x\",\"writes\":[\"~\"]}",
                                             f->home);

  if (!can_box ())
    return;
  /* What is fixed in the command is read, unless it may be written. */
  write_file (f->home, "log.txt", "old");
  write_file (f->folder, "e.json", append);
  write_file (f->home, "secret.txt", "secret");
  write_file (f->home, "named.txt", "named");
  write_file (
      f->folder, "a.json",
      "{\"name\":\"read\",\"description\":\"d\",\"command\":[\"/bin/cat\",\"{text}\"],\"reads\":[\"~/named.txt\"]," TEXT_PARAMETERS
      "}");
  write_file (f->folder, "b.json",
              "{\"name\":\"change\",\"description\":\"d\",\"command\":[\"/usr/bin/tee\",\"{text}\"],\"stdin\":\"x\","
              "\"reads\":[\"~/named.txt\"]," TEXT_PARAMETERS "}");
  write_file (f->folder, "c.json",
              "{\"name\":\"write\",\"description\":\"d\",\"command\":[\"/usr/bin/tee\",\"{text}\"],\"stdin\":\"x\","
              "\"writes\":[\"~/named.txt\"]," TEXT_PARAMETERS "}");
  write_file (f->folder, "d.json",
              "{\"name\":\"links\",\"description\":\"d\",\"command\":[\"/bin/grep\",\"-c\",\":\",\"/proc/net/dev\"]}");
  tool_own_read (f->folder, NULL);
  assert_fails ("read", arguments, "secret.txt: No such file or directory");
  assert_call ("read", named, "named");
  assert_fails ("change", named, "named.txt: Read-only file system");
  assert_call ("write", named, "x");
  assert_call ("read", named, "x");
  assert_call ("append", "{}", "x");
  /* No network: the loopback alone. */
  assert_call ("links", "{}", "1");
}

/* A link in a folder that is seen, as pipx and others install commands. */
static void
test_link (Own *f, gconstpointer data)
{
  g_autofree char *bin = g_build_filename (f->home, "bin", NULL), *link = g_build_filename (bin, "tool", NULL);
  g_autofree char *program = g_build_filename (f->home, "installed", NULL);
  g_autofree char *text = g_strdup_printf ("{\"name\":\"tool\",\"description\":\"d\",\"command\":[\"sh\",\"%s\"]}", link);

  if (!can_box ())
    return;
  g_assert_true (g_file_set_contents_full (program, "#!/bin/sh\necho here", -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_assert_cmpint (g_mkdir (bin, 0700), ==, 0);
  g_assert_cmpint (symlink ("../installed", link), ==, 0);
  write_file (f->folder, "a.json", text);
  tool_own_read (f->folder, NULL);
  assert_call ("tool", "{}", "here");
  clear (bin);
  g_rmdir (bin);
}

/* Whether a process has these words for its command line. */
static gboolean
is_running (const char *words)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  gboolean found = FALSE;

  for (const char *name; !found && (name = g_dir_read_name (dir));)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *line = NULL;
      gsize n = 0;

      if (!g_ascii_isdigit (*name) || !g_file_get_contents (path, &line, &n, NULL))
        continue;
      for (gsize i = 0; i + 1 < n; i++)
        line[i] = line[i] ? line[i] : ' ';
      found = g_str_equal (line, words);
    }
  return found;
}

/* By a signal, with a status, without a word, without an end, late, stopped. */
static void
test_ends (Own *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *text = NULL;

  if (!can_box ())
    return;
  write_file (f->folder, "a.json",
              "{\"name\":\"sh\",\"description\":\"d\",\"command\":[\"/bin/sh\"],\"stdin\":\"{text}\"," TEXT_PARAMETERS "}");
  tool_own_read (f->folder, NULL);
  assert_call ("sh", "{\"text\":\"echo a; echo one >&2; echo two >&2; exit 3\"}", "! sh failed (3): two");
  assert_call ("sh", "{\"text\":\"echo why >&2\"}", "! sh wrote nothing: why");
  assert_call ("sh", "{\"text\":\"\"}", "! sh wrote nothing");
  assert_call ("sh", "{\"text\":\"echo last >&2; kill -9 $$\"}", "! sh was ended by signal 9: last");
  text = call ("sh", "{\"text\":\"while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done\"}", 0, NULL);
  g_assert_cmpuint (strlen (text), >=, TOOL_MAX_RESULT_BYTES / 2);
  g_assert_cmpuint (strlen (text), <=, TOOL_MAX_RESULT_BYTES + 100);
  g_free (text);
  assert_call ("sh", "{\"text\":\"head -c 100000000 /dev/zero | tr '\\\\0' x\"}", "! sh wrote a line without an end");
  /* With what it started, however that left it. */
  text = call ("sh", "{\"text\":\"setsid sleep 86399 & sleep 86399\"}", 1, NULL);
  g_assert_cmpstr (text, ==, "! sh took longer than 1 s");
  while (is_running ("sleep 86399"))
    g_main_context_iteration (NULL, FALSE);
  g_free (text);
  g_cancellable_cancel (cancellable);
  text = call ("sh", "{\"text\":\"sleep 1000\"}", 0, cancellable);
  g_assert_cmpstr (text, ==, "! Operation was cancelled");
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = g_dir_make_tmp ("home-XXXXXX", NULL);
  int status;

  g_setenv ("HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/own-tools/" path, Own, NULL, set_up, func, tear_down)
  ADD ("bad", test_bad);
  ADD ("fingerprint", test_fingerprint);
  ADD ("words", test_words);
  ADD ("sandbox", test_sandbox);
  ADD ("link", test_link);
  ADD ("ends", test_ends);
  status = g_test_run ();
  g_rmdir (home);
  return status;
}
