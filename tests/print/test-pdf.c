/* test-pdf.c: a conversation as a PDF file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

#include "print/chat-pdf.h"
#include "store-test.h"

static void
printed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
print (StoreDb *store, gint64 id, GFile *file, GError **error)
{
  const MynaSheet a4 = { 595, 842, 51 };
  g_autoptr (GAsyncResult) result = NULL;

  myna_chat_pdf_async (store, id, file, &a4, NULL, printed_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);

  return myna_chat_pdf_finish (result, error);
}

static int
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* Nothing is left of a file that was given up. */
static void
test_canceled (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-pdf-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "chat.pdf", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (StoreDb) store = test_open_memory ();
  const MynaSheet small = { 200, 200, 20 };
  gint64 id = test_add_conversation (store, "Long");
  g_autoptr (GString) long_text = g_string_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 2000; i++)
    g_string_append_printf (long_text, "Line %d\n\n", i);
  test_add_message (store, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, long_text->str);
  myna_chat_pdf_async (store, id, file, &small, cancellable, printed_cb, &result);
  while (count_files (folder) == 0) /* what is written has a hidden name until it is whole */
    g_main_context_iteration (NULL, TRUE);
  g_idle_add (cancel_cb, cancellable);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (myna_chat_pdf_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&result);
  g_assert_cmpint (count_files (folder), ==, 0);
  g_rmdir (folder);
  store_close (store);
}

/* Where the file system has no room, what was there before stays, and nothing else. */
static void
test_full_disk (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-print-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "chat.pdf", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (StoreDb) store = test_open_memory ();
  gint64 id = test_add_conversation (store, "Pancakes");
  struct rlimit before, small;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  test_add_message (store, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "Mix **flour** and *milk*.");
  g_assert_true (print (store, id, file, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "%PDF-"));
  g_assert_cmpint (count_files (folder), ==, 1);
  g_assert_true (g_file_set_contents (path, "before", -1, NULL));

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  small = (struct rlimit){ 2000, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (print (store, id, file, &error));
  setrlimit (RLIMIT_FSIZE, &before);
  g_assert_error (error, STORE_ERROR, STORE_ERROR_FAILED); /* EFBIG: a limit of this process, and no full disk */
  g_clear_pointer (&text, g_free);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "before");
  g_remove (path);
  g_assert_cmpint (count_files (folder), ==, 0);
  g_rmdir (folder);
  store_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pdf/full-disk", test_full_disk);

  g_test_add_func ("/pdf/canceled", test_canceled);

  return g_test_run ();
}
