/* test-reported.c: texts that people reported of programs like this one, and more of each kind, as HTML
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tests/markup/reported has each as NAME.md and, read through by a person, NAME.html.  With MYNA_WRITE=1 the latter are
 * written anew, to be read through again.
 */
#include "markup/myna-chat-html.h"

#include <string.h>

static void
test_text (gconstpointer data)
{
  const char *path = data;
  g_autofree char *stem = g_strndup (path, strlen (path) - strlen (".md"));
  g_autofree char *html_path = g_strconcat (stem, ".html", NULL);
  g_autofree char *markdown = NULL, *html = NULL, *expected = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &markdown, NULL, &error);
  g_assert_no_error (error);
  html = myna_chat_html_render (markdown, NULL);
  if (g_getenv ("MYNA_WRITE"))
    {
      g_file_set_contents (html_path, html, -1, &error);
      g_assert_no_error (error);
      return;
    }
  g_file_get_contents (html_path, &expected, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (html, ==, expected);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  GDir *dir;
  guint n = 0;

  g_test_init (&argc, &argv, NULL);
  myna_chat_html_init ();
  folder = g_test_build_filename (G_TEST_DIST, "markup", "reported", NULL);
  dir = g_dir_open (folder, 0, &error);
  g_assert_no_error (error);
  for (const char *name; (name = g_dir_read_name (dir));)
    if (g_str_has_suffix (name, ".md"))
      {
        g_autofree char *test = g_strdup_printf ("/reported/%.*s", (int) strlen (name) - 3, name);

        g_test_add_data_func_full (test, g_build_filename (folder, name, NULL), test_text, g_free);
        n++;
      }
  g_dir_close (dir);
  g_assert_cmpuint (n, >, 0);
  return g_test_run ();
}
