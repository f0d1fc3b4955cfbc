/* test-file-reader.c: files that are read one after the other, stopped, or not read at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>

#include "chat/file-reader.h"

typedef struct
{
  MynaFileReader *reader;
  GString *said; /* "+name: text" of what was read, "-problem" */
  char *folder;
} Fixture;

static void
read_cb (Fixture *f, const char *name, const char *text, guint n_pages)
{
  g_string_append_printf (f->said, "+%s: %s\n", name, text);
}

static void
problem_cb (Fixture *f, const char *text)
{
  g_string_append_printf (f->said, "-%s\n", text);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->reader = myna_file_reader_new ();
  f->said = g_string_new (NULL);
  f->folder = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  g_signal_connect_swapped (f->reader, "read", G_CALLBACK (read_cb), f);
  g_signal_connect_swapped (f->reader, "problem", G_CALLBACK (problem_cb), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (f->reader);
  g_string_free (f->said, TRUE);
  g_rmdir (f->folder);
  g_free (f->folder);
}

static void
add (Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (text)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  myna_file_reader_add (f->reader, file);
}

static void
finish (Fixture *f)
{
  while (myna_file_reader_is_reading (f->reader))
    g_main_context_iteration (NULL, TRUE);
}

static void
forget (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);

  g_unlink (path);
}

/* In the order in which they came; one that is not there keeps the others from nothing. */
static void
test_order (Fixture *f, gconstpointer data)
{
  add (f, "a.txt", "first");
  add (f, "gone.txt", NULL);
  add (f, "b.txt", "second");
  finish (f);
  g_assert_cmpstr (f->said->str, ==, "+a.txt: first\n-“gone.txt” was not found.\n+b.txt: second\n");
  forget (f, "a.txt");
  forget (f, "b.txt");
}

/* Wrong ones, an empty one, a folder, and one that goes before its turn: each is told by its name, and the others are read. */
static void
test_wrong (Fixture *f, gconstpointer data)
{
  static const char noise[] = "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0>\0";
  g_autofree char *wrong = g_build_filename (f->folder, "wrong.pdf", NULL), *folder = g_build_filename (f->folder, "in", NULL);

  g_assert_true (g_file_set_contents (wrong, noise, sizeof noise - 1, NULL));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  add (f, "wrong.pdf", NULL);
  add (f, "empty.txt", "");
  add (f, "in", NULL);
  add (f, "going.txt", "words");
  add (f, "b.txt", "second");
  forget (f, "going.txt");
  finish (f);
  g_assert_cmpstr (f->said->str, ==,
                   "-“wrong.pdf” is not a document that Myna can read.\n-“empty.txt” is empty.\n"
                   "-“in” could not be read.\n-“going.txt” was not found.\n+b.txt: second\n");
  forget (f, "wrong.pdf");
  forget (f, "empty.txt");
  forget (f, "b.txt");
  g_rmdir (folder);
}

/* Who takes the files gets those that were not read, the one that is being read among them, and hears no more of them. */
static void
test_take (Fixture *f, gconstpointer data)
{
  g_autofree char *program = g_build_filename (f->folder, "myna-read", NULL);
  g_autofree char *before = g_strdup (g_getenv ("MYNA_LIBEXEC_DIR"));
  g_autofree char *name = NULL;
  g_autoptr (GPtrArray) files = NULL;
  gboolean is_busy;

  g_assert_true (g_file_set_contents_full (program, "#!/bin/sh\nexec sleep 1000\n", -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("MYNA_LIBEXEC_DIR", f->folder, TRUE);
  add (f, "a.txt", "first");
  add (f, "b.txt", "second");
  name = myna_file_reader_describe (f->reader, &is_busy);
  g_assert_cmpstr (name, ==, "Reading “a.txt”…");
  g_assert_true (is_busy);
  files = myna_file_reader_take (f->reader);
  g_assert_cmpuint (files->len, ==, 2);
  g_assert_false (myna_file_reader_is_reading (f->reader));
  g_assert_null (myna_file_reader_describe (f->reader, &is_busy));
  g_assert_null (myna_file_reader_take (f->reader));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (f->said->str, ==, "");

  g_unlink (program);
  add (f, "a.txt", NULL);
  finish (f);
  g_assert_cmpstr (f->said->str, ==, "-“a.txt” could not be read: Myna’s document reader does not start.\n");
  g_setenv ("MYNA_LIBEXEC_DIR", before ? before : "", TRUE);
  forget (f, "a.txt");
  forget (f, "b.txt");
}

static void
password_cb (Fixture *f, const char *name, gboolean was_wrong)
{
  static const char *const answers[] = { "wrong", "open sesame" };
  gboolean is_busy;
  g_autofree char *words = myna_file_reader_describe (f->reader, &is_busy);
  g_autofree char *expected = g_strdup_printf ("Waiting for the password of “%s”", name);

  /* Nothing is done meanwhile, and nothing says that there is. */
  g_assert_cmpstr (words, ==, expected);
  g_assert_false (is_busy);
  g_string_append_printf (f->said, "?%s%s\n", name, was_wrong ? " again" : "");
  myna_file_reader_unlock (f->reader, g_str_has_prefix (name, "left") ? NULL : answers[was_wrong]);
}

/* In the place of the process that reads: it knows one password, which is in the pipe and not in its arguments. */
static const char reader[] =
    "#!/bin/sh\ncase $1 in *.pdf) ;; *) printf 'type 0 4\\ntexttext 0 4\\nfreeend 0 0\\n'; exit;; esac\n"
    "case \"$*\" in *sesame*) exit 1;; esac\n"
    "[ \"$2\" = --password ] && [ \"$(cat <&3)\" = 'open sesame' ]"
    " && printf 'type 0 3\\npdftext 0 6\\nsecretend 0 0\\n'"
    " || printf 'type 0 3\\npdferror 0 12\\npassword pdf'\n";

static void
test_password (Fixture *f, gconstpointer data)
{
  g_autofree char *before = g_strdup (g_getenv ("MYNA_LIBEXEC_DIR"));
  g_autofree char *program = g_build_filename (f->folder, "myna-read", NULL);

  g_assert_true (g_file_set_contents_full (program, reader, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("MYNA_LIBEXEC_DIR", f->folder, TRUE);
  g_signal_connect_swapped (f->reader, "password", G_CALLBACK (password_cb), f);
  add (f, "a.pdf", "x");
  add (f, "left.pdf", "x");
  add (f, "b.txt", "x");
  finish (f);
  g_assert_cmpstr (f->said->str, ==, "?a.pdf\n?a.pdf again\n+a.pdf: secret\n?left.pdf\n+b.txt: free\n");
  g_setenv ("MYNA_LIBEXEC_DIR", before ? before : "", TRUE);
  forget (f, "a.pdf");
  forget (f, "left.pdf");
  forget (f, "b.txt");
  g_unlink (program);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/file-reader/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/file-reader/wrong", Fixture, NULL, set_up, test_wrong, tear_down);
  g_test_add ("/file-reader/password", Fixture, NULL, set_up, test_password, tear_down);
  g_test_add ("/file-reader/take", Fixture, NULL, set_up, test_take, tear_down);

  return g_test_run ();
}
