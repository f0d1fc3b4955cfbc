/* test-export.c: formats to read, exports of some conversations, cancelled ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_text_formats (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *markdown = NULL, *text = NULL, *html = NULL;

  test_make_history (fixture->db);
  markdown = test_export_text (fixture, fixture->db, STORE_FORMAT_MARKDOWN);
  g_assert_true (g_str_has_prefix (markdown, "# a <title> & \"more\" 模型\n"));
  g_assert_nonnull (strstr (markdown, "\n## You\n\na \"b\".txt:\n\n```\n<x> & `code`\n```\n\nQuestion <b>"));
  g_assert_nonnull (strstr (markdown, "\n## GLM-4\n\n"));
  g_assert_nonnull (strstr (markdown, "second\r\nanswer\n"));
  g_assert_null (strstr (markdown, "first 😀"));

  text = test_export_text (fixture, fixture->db, STORE_FORMAT_TEXT);
  g_assert_nonnull (strstr (text, "\nYou:\n[a \"b\".txt]\n<x> & `code`\n\nQuestion <b>"));

  html = test_export_text (fixture, fixture->db, STORE_FORMAT_HTML);
  g_assert_true (g_str_has_prefix (html, "<!DOCTYPE html>"));
  g_assert_nonnull (strstr (html, "<h1>a &lt;title&gt; &amp; &quot;more&quot; 模型</h1>"));
  g_assert_nonnull (strstr (html, "Question &lt;b&gt;&amp; `&lt;/script&gt;`"));
  g_assert_null (strstr (html, "<b>"));
  g_assert_null (strstr (html, "</script>"));
  g_assert_true (g_str_has_suffix (html, "</html>\n"));
}

static char *
render (const char *markdown, gpointer data)
{
  return g_strdup_printf ("<p>%u bytes</p>", (guint) strlen (markdown));
}

static void
test_some (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "some.html", NULL);
  g_autofree char *nowhere = g_build_filename (fixture->folder, "no", "such", "folder", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) bad = g_file_new_for_path (nowhere);
  gint64 ids[] = { 1, 99 };
  StoreExport request = { .file = file, .format = STORE_FORMAT_HTML, .ids = ids, .n_ids = 2, .render = render };
  g_autoptr (GError) error = NULL;
  g_autofree char *html = NULL;

  test_make_history (fixture->db);
  test_wait_id (TEST_CALL (fixture->db, store_export_async, &request), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &html, NULL, NULL));
  g_assert_nonnull (strstr (html, "<p>14 bytes</p>"));

  request.file = bad;
  test_wait_id (TEST_CALL (fixture->db, store_export_async, &request), &error);
  g_assert_error (error, STORE_ERROR, STORE_ERROR_FAILED);
}

static guint
count_files (TestExchange *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

/* Wherever it is cancelled, the file is whole or not there, and nothing else is. */
static void
test_cancelled (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "all.md", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  StoreExport request = { .file = file, .format = STORE_FORMAT_MARKDOWN };
  guint n_before, n_cancelled = 0;

  for (int i = 0; i < 40; i++)
    test_add_conversation (fixture->db, "Pancakes");
  n_before = count_files (fixture);
  for (int delay = 0; delay < 40; delay++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      TestWait wait = { NULL, fixture->db };
      TestWait *pointer = g_memdup2 (&wait, sizeof wait);
      gint64 n;

      store_export_async (fixture->db, &request, cancellable, test_ready, pointer);
      g_usleep ((gulong) delay * 100);
      g_cancellable_cancel (cancellable);
      n = test_wait_id (pointer, &error);
      n_cancelled += error != NULL;
      if (error)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_cmpint (n, ==, 40);
      /* The store tidies up on its own thread. */
      g_ptr_array_unref (test_list (fixture->db, STORE_LIST_ACTIVE));
      g_assert_cmpuint (count_files (fixture), ==, n_before + g_file_test (path, G_FILE_TEST_EXISTS));
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_autofree char *text = NULL;
          g_auto (GStrv) parts = NULL;

          g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
          parts = g_strsplit (text, "# Pancakes", -1);
          g_assert_cmpuint (g_strv_length (parts), ==, 41);
          g_file_delete (file, NULL, NULL);
        }
    }
  g_assert_cmpuint (n_cancelled, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add (name, TestExchange, NULL, test_exchange_set_up, function, test_exchange_tear_down)
  ADD ("/export/text-formats", test_text_formats);
  ADD ("/export/some", test_some);
  ADD ("/export/cancelled", test_cancelled);

  return g_test_run ();
}
