/* test-print.c: a conversation as a PDF file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

#include "exchange/myna-chat-print.h"
#include "store-test.h"

static void
printed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
print (StoreDb *store, gint64 id, GFile *file, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  myna_chat_print_async (NULL, store, id, file, NULL, printed_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);

  return myna_chat_print_finish (result, error);
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
  g_autoptr (GDir) dir = NULL;

  test_add_message (store, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "Mix **flour** and *milk*.");
  g_assert_true (print (store, id, file, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "%PDF-"));
  g_assert_true (g_file_set_contents (path, "before", -1, NULL));

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  small = (struct rlimit){ 2000, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (print (store, id, file, &error));
  setrlimit (RLIMIT_FSIZE, &before);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_clear_pointer (&text, g_free);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "before");
  g_remove (path);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
  g_rmdir (folder);
  store_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/print/full-disk", test_full_disk);

  return g_test_run ();
}
