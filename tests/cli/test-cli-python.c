/* test-cli-python.c: a program that is asked about in the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli-python.h"

static char *folder;
static char *ran; /* the latest program, where it was changed */
static GlmCancel interrupt;

/* What the model is told where the person says `words`; *ret_shown: what the person sees. */
static char *
ask (CliPython *python, const char *program, size_t budget, const char *words, char **ret_shown)
{
  size_t n_shown;
  FILE *in = *words ? fmemopen ((char *) words, strlen (words), "r") : fopen ("/dev/null", "r");
  FILE *out = open_memstream (ret_shown, &n_shown);
  char *arguments, *text = cli_python_run (python, program, budget, &interrupt, in, out, &arguments);

  g_free (ran);
  ran = g_strdup (arguments);
  free (arguments);
  fclose (in);
  fclose (out);
  return text;
}

static void
assert_told (CliPython *python, const char *program, const char *words, const char *told, const char *shown)
{
  char *seen, *text = ask (python, program, 100, words, &seen);

  g_assert_cmpstr (text, ==, told);
  g_assert_nonnull (strstr (seen, shown));
  free (text);
  free (seen);
}

/* NULL: there is no sandbox, and the test is skipped. */
static CliPython *
start (const char *in)
{
  GlmError error = { 0 };
  CliPython *python = cli_python_new (in, &error);

  if (!python)
    {
      g_assert_cmpint (error.code, ==, GLM_ERROR_UNSUPPORTED);
      g_test_skip (error.message);
    }
  return python;
}

static void
test_answers (void)
{
  CliPython *python = start (NULL);
  g_autofree char *long_text = g_strnfill (100, 'x');
  g_autofree char *cut = g_strconcat (long_text, " [TRUNCATED]", NULL);

  if (!python)
    return;
  assert_told (python, "x = 6", "y\n", "(no output)", "y = yes");
  assert_told (python, "print('six')\nx * 7", "\nwhat\nYes\n", "six\n42", "six\n42\n");
  assert_told (python, "print('never')", "n\n", "The person refused.", "y = yes");
  assert_told (python, "print('never')", "", "The person refused.", "y = yes");
  assert_told (python, "1 / 0", "y\n", "line 1: ZeroDivisionError: division by zero", "division by zero");
  assert_told (python, "print('x' * 500)", "y\n", cut, "xxx");
  assert_told (python, "open('a.txt', 'w').close()", "y\n", "(no output)", "[a.txt: not kept; --out FOLDER");
  cli_python_free (python);
}

/* An interpreter that was stopped, or ended itself, is started again. */
static void
test_stop (void)
{
  CliPython *python = start (NULL);

  if (!python)
    return;
  glm_cancel_set (&interrupt);
  assert_told (python, "import time\ntime.sleep(1000)", "y\n", "Error: The person stopped it.", "y = yes");
  atomic_store (&interrupt.cancelled, false);
  assert_told (python, "1 + 1", "y\n", "2", "2\n");
  assert_told (python, "import os\nos._exit(1)", "y\n", "The interpreter ended. Its variables are lost.", "ended");
  assert_told (python, "1 + 2", "y\n", "3", "3\n");
  cli_python_free (python);
}

static void
set_editor (const char *script)
{
  g_autofree char *path = g_build_filename (folder, "editor", NULL);
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, "\n", NULL);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0700, NULL));
}

/* What the editor leaves is shown and asked about, runs, and is told; one that fails changes nothing. */
static void
test_edit (void)
{
  CliPython *python = start (NULL);
  g_autofree char *path = g_build_filename (folder, "editor", NULL);
  g_autofree char *editor = g_strconcat (path, " --wait", NULL);

  if (!python)
    return;
  g_setenv ("VISUAL", editor, TRUE);
  set_editor ("test \"$1\" = --wait && grep -q its \"$2\" && echo 'print(\"mine\")' > \"$2\"");
  assert_told (python, "print('its')", "e\ny\n", "mine", "print(\"mine\")\n");
  g_assert_cmpstr (ran, ==, "{\"code\": \"print(\\\"mine\\\")\"}");
  assert_told (python, "print('its')", "e\nn\n", "The person refused.", "mine");
  g_assert_null (ran);
  assert_told (python, "print('its')", "y\n", "its", "its");
  g_assert_null (ran);
  set_editor ("echo broken > \"$2\"; exit 1");
  assert_told (python, "print('its')", "e\ny\n", "its", "It was not changed: ");
  set_editor ("printf '\\377' > \"$2\"");
  assert_told (python, "print('its')", "e\ny\n", "its", "It was not changed: it is no text");
  g_assert_null (ran);
  g_unsetenv ("VISUAL");
  g_unlink (path);
  cli_python_free (python);
}

/* No file is written over. */
static void
test_saved (void)
{
  CliPython *python = start (folder);
  g_autofree char *old = g_build_filename (folder, "a.txt", NULL);
  g_autofree char *new = g_build_filename (folder, "1-a.txt", NULL);
  g_autofree char *text = NULL;

  if (!python)
    return;
  g_assert_true (g_file_set_contents (old, "old", -1, NULL));
  assert_told (python, "open('a.txt', 'w').write('new')\nNone", "y\n", "(no output)", new);
  g_assert_true (g_file_get_contents (new, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "new");
  g_unlink (old);
  g_unlink (new);
  cli_python_free (python);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("cli-python-XXXXXX", NULL);
  g_test_add_func ("/cli-python/answers", test_answers);
  g_test_add_func ("/cli-python/stop", test_stop);
  g_test_add_func ("/cli-python/edit", test_edit);
  g_test_add_func ("/cli-python/saved", test_saved);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  g_free (ran);
  return status;
}
