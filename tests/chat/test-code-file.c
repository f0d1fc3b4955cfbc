/* test-code-file.c: blocks of code as files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

#include "chat/code-file.h"

static void
test_names (void)
{
  g_assert_cmpstr (myna_code_get_file_name ("py"), ==, "code.py");
  g_assert_cmpstr (myna_code_get_file_name ("C++"), ==, "code.cpp");
  g_assert_cmpstr (myna_code_get_file_name ("HTML"), ==, "page.html");
  g_assert_cmpstr (myna_code_get_file_name ("../../etc/passwd"), ==, "code.txt");
  g_assert_cmpstr (myna_code_get_file_name (NULL), ==, "code.txt");
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
save (const char *path, const char *text, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;

  myna_code_save_async (text, file, done_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  return myna_code_save_finish (result, error);
}

static void
test_save (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "code.py", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_assert_true (save (path, "print ('你好')", &error));
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "print ('你好')\n");
}

/* There is no room for all of it: what was there stays, and nothing else is left behind. */
static void
test_no_room (void)
{
  const struct rlimit little = { 4096, RLIM_INFINITY };
  const struct rlimit much = { RLIM_INFINITY, RLIM_INFINITY };
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "full", NULL);
  g_autofree char *path = g_build_filename (folder, "code.py", NULL);
  g_autofree char *text = g_strnfill (100000, 'a');
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, "before", -1, NULL));
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &little), ==, 0);
  g_assert_false (save (path, text, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &much), ==, 0);
  g_assert_nonnull (error);
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "before");
  dir = g_dir_open (folder, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "code.py");
  g_assert_null (g_dir_read_name (dir));
}

static void
test_pages (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) html = NULL;
  g_autoptr (GFile) svg = NULL;
  g_autofree char *contents = NULL;
  GStatBuf status;

  g_assert_true (myna_code_is_page ("html") && myna_code_is_page ("SVG"));
  g_assert_false (myna_code_is_page ("mermaid") || myna_code_is_page ("xml") || myna_code_is_page (NULL));

  html = myna_code_write_page ("html", "<p>Hello", &error);
  g_assert_no_error (error);
  svg = myna_code_write_page ("svg", "<svg></svg>", &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (g_file_peek_path (html), g_get_user_cache_dir ()));
  g_assert_cmpint (g_stat (g_file_peek_path (html), &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_get_contents (g_file_peek_path (svg), &contents, NULL, NULL));
  g_assert_true (g_str_has_prefix (contents, "<!DOCTYPE html>") && g_str_has_suffix (contents, "<svg></svg>"));

  myna_code_clear_pages ();
  while (g_file_query_exists (html, NULL) || g_file_query_exists (svg, NULL))
    g_main_context_iteration (NULL, FALSE);
}

/* Where the cache folder cannot be written there is no page, and a reason. */
static void
test_no_folder (void)
{
  g_autofree char *parent = g_build_filename (g_get_user_cache_dir (), MYNA_APP_ID, NULL);
  g_autofree char *path = g_build_filename (parent, "pages", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = NULL;

  g_mkdir_with_parents (parent, 0700);
  g_rmdir (path);
  g_assert_true (g_file_set_contents (path, "a file in the place of the folder", -1, NULL));
  file = myna_code_write_page ("html", "<p>Hello", &error);
  g_assert_null (file);
  g_assert_nonnull (error);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/code-file/names", test_names);
  g_test_add_func ("/code-file/save", test_save);
  g_test_add_func ("/code-file/no-room", test_no_room);
  g_test_add_func ("/code-file/pages", test_pages);
  g_test_add_func ("/code-file/no-folder", test_no_folder);
  return g_test_run ();
}
