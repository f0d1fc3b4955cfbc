/* test-read.c: documents are read through the process, and what goes wrong is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "documents/documents.h"
#include "documents/wire.h"

static GFile *
make_file (const char *name, const char *bytes, gsize n)
{
  g_autofree char *folder = g_dir_make_tmp ("document-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, n, NULL));
  return g_file_new_for_path (path);
}

static void
remove_file (GFile *file)
{
  g_autoptr (GFile) folder = g_file_get_parent (file);

  g_file_delete (file, NULL, NULL);
  g_file_delete (folder, NULL, NULL);
  g_object_unref (file);
}

static void
test_text (void)
{
  GFile *file = make_file ("-a b;c.txt", "words\n", 6);
  g_autoptr (GError) error = NULL;
  g_autoptr (Document) document = document_read (file, NULL, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (document->type, ==, "text");
  text = document_dup_text (document);
  g_assert_cmpstr (text, ==, "words\n");
  remove_file (file);
}

static void
test_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("document-XXXXXX", NULL), *path = g_build_filename (folder, "pipe", NULL);
  g_autoptr (GFile) missing = g_file_new_for_path ("/nonexistent/a.pdf"), directory = g_file_new_for_path (folder);
  g_autofree char *link_path = g_build_filename (folder, "link", NULL), *large_path = g_build_filename (folder, "large", NULL);
  g_autoptr (GFile) pipe = g_file_new_for_path (path), link = g_file_new_for_path (link_path);
  g_autoptr (GFile) large = g_file_new_for_path (large_path);
  g_autoptr (GError) too_large = NULL;
  GFile *files[] = { missing, directory, pipe, link };

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_cmpint (symlink ("pipe", link_path), ==, 0);
  g_assert_true (g_file_set_contents (large_path, "", 0, NULL));
  g_assert_cmpint (truncate (large_path, (off_t) DOCUMENT_MAX_FILE + 1), ==, 0);
  g_assert_null (document_read (large, NULL, NULL, &too_large));
  g_assert_error (too_large, DOCUMENT_ERROR, DOCUMENT_ERROR_LARGE);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (document_read (files[i], NULL, NULL, &error));
      g_assert_error (error, DOCUMENT_ERROR, DOCUMENT_ERROR_FILE);
    }
  g_unlink (path);
  g_unlink (link_path);
  g_unlink (large_path);
  g_rmdir (folder);
}

typedef struct
{
  GMainLoop *loop;
  GError *error;
} Result;

static void
read_cb (GObject *source, GAsyncResult *async, gpointer user_data)
{
  Result *result = user_data;
  g_autoptr (Document) document = document_read_finish (async, &result->error);

  g_main_loop_quit (result->loop);
}

/* Stop ends the process, too, however it hangs: this one never writes a word. */
static void
test_canceled (void)
{
  g_autofree char *folder = g_dir_make_tmp ("document-XXXXXX", NULL), *program = g_build_filename (folder, "myna-read", NULL);
  g_autofree char *mark = g_build_filename (folder, "started", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\necho $$ > %s.tmp; mv %s.tmp %s; exec sleep 1000\n", mark, mark, mark);
  g_autofree char *before = g_strdup (g_getenv ("MYNA_LIBEXEC_DIR")), *pid = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Result result = { g_main_loop_new (NULL, FALSE), NULL };
  GFile *file = make_file ("a.txt", "words", 5);

  g_assert_true (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("MYNA_LIBEXEC_DIR", folder, TRUE);
  document_read_async (file, NULL, cancellable, read_cb, &result);
  while (!g_file_get_contents (mark, &pid, NULL, NULL))
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  g_main_loop_run (result.loop);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (kill (g_ascii_strtoll (pid, NULL, 10), 0), ==, -1);
  g_setenv ("MYNA_LIBEXEC_DIR", before ? before : "", TRUE);
  g_clear_error (&result.error);
  g_main_loop_unref (result.loop);
  g_unlink (mark);
  g_unlink (program);
  g_rmdir (folder);
  remove_file (file);
}

/* A program that is not there, and one that says what it should not. */
static void
test_bad_reader (void)
{
  g_autofree char *before = g_strdup (g_getenv ("MYNA_LIBEXEC_DIR")), *folder = g_dir_make_tmp ("document-XXXXXX", NULL);
  g_autofree char *program = g_build_filename (folder, "myna-read", NULL);
  GFile *file = make_file ("a.txt", "words", 5);
  static const char *const scripts[] = { "#!/bin/sh\necho hello\n", "#!/bin/sh\nkill -SEGV $$\n",
                                         "#!/bin/sh\nexec cat /dev/zero\n", "#!/bin/sh\nkill -XCPU $$\n" };
  static const DocumentError codes[] = { DOCUMENT_ERROR_DAMAGED, DOCUMENT_ERROR_DAMAGED, DOCUMENT_ERROR_DAMAGED,
                                         DOCUMENT_ERROR_TIME };
  g_autoptr (GError) error = NULL;

  g_setenv ("MYNA_LIBEXEC_DIR", folder, TRUE);
  g_assert_null (document_read (file, NULL, NULL, &error));
  g_assert_error (error, DOCUMENT_ERROR, DOCUMENT_ERROR_NO_READER);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_clear_error (&error);
      g_assert_true (g_file_set_contents_full (program, scripts[i], -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
      g_assert_null (document_read (file, NULL, NULL, &error));
      g_assert_error (error, DOCUMENT_ERROR, (int) codes[i]);
    }
  g_setenv ("MYNA_LIBEXEC_DIR", before ? before : "", TRUE);
  g_unlink (program);
  g_rmdir (folder);
  remove_file (file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/read/text", test_text);
  g_test_add_func ("/read/files", test_files);
  g_test_add_func ("/read/canceled", test_canceled);
  g_test_add_func ("/read/bad-reader", test_bad_reader);
  return g_test_run ();
}
