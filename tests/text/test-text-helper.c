/* test-text-helper.c: helper programs are found in the build, in a folder of a test, and where they are installed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>

#include "text/text-helper.h"

static char *
make_program (const char *folder, const char *name)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents_full (path, "#!/bin/sh\n", -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  return path;
}

static void
assert_helper (const char *list, const char *name, const char *expected)
{
  g_autofree char *path = NULL;

  if (list)
    g_setenv ("MYNA_LIBEXEC_DIR", list, TRUE);
  else
    g_unsetenv ("MYNA_LIBEXEC_DIR");
  path = text_dup_helper (name);
  g_assert_cmpstr (path, ==, expected);
}

static void
test_helper (void)
{
  g_autofree char *one = g_dir_make_tmp ("text-XXXXXX", NULL), *two = g_dir_make_tmp ("text-XXXXXX", NULL);
  g_autofree char *both = g_strjoin (G_SEARCHPATH_SEPARATOR_S, one, two, NULL);
  g_autofree char *guard = make_program (one, "myna-guard"), *reader = make_program (two, "myna-read");
  g_autofree char *missing = g_build_filename (two, "myna-remote", NULL);
  g_autofree char *only = g_build_filename (one, "myna-read", NULL);
  g_autofree char *installed = g_build_filename (MYNA_LIBEXECDIR, "myna-read", NULL);

  assert_helper (both, "myna-guard", guard);
  assert_helper (both, "myna-read", reader);
  /* What is in no folder of the list is not looked for elsewhere: an installed one may be another version. */
  assert_helper (both, "myna-remote", missing);
  assert_helper (one, "myna-read", only);
  assert_helper (NULL, "myna-read", installed);
  assert_helper ("", "myna-read", installed);
  g_unlink (guard);
  g_unlink (reader);
  g_rmdir (one);
  g_rmdir (two);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-helper", test_helper);

  return g_test_run ();
}
