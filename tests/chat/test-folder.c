/* test-folder.c: the files of a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <unistd.h>

#include "chat/myna-attachment.h"
#include "chat/myna-folder.h"
#include "store-test.h"

static void
write_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* The paths below the folder, with blanks between; the error's message where there is one. */
static char *
list (const char *path)
{
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) files = NULL;
  GString *names = g_string_new (NULL);

  myna_folder_list_async (folder, NULL, listed_cb, &result);
  wait_for (result);
  files = myna_folder_list_finish (result, NULL);
  if (!files)
    g_string_append (names, "error");
  for (guint i = 0; files && i < files->len; i++)
    {
      g_autofree char *name = g_file_get_relative_path (folder, files->pdata[i]);

      g_string_append_printf (names, "%s%s", i ? " " : "", name);
    }
  return g_string_free (names, FALSE);
}

static void
test_files (TestHistory *fixture, gconstpointer data)
{
  g_autofree char *link = g_build_filename (fixture->folder, "link", NULL), *names = NULL, *none = NULL;
  g_autofree char *missing = g_build_filename (fixture->folder, "missing", NULL);

  write_file (fixture->folder, "b.txt");
  write_file (fixture->folder, "a.pdf");
  write_file (fixture->folder, ".hidden");
  write_file (fixture->folder, "b.txt~");
  write_file (fixture->folder, "sub/c.md");
  write_file (fixture->folder, "sub/deep/d.md");
  write_file (fixture->folder, ".git/config");
  /* A circle. */
  g_assert_cmpint (symlink (fixture->folder, link), ==, 0);
  names = list (fixture->folder);
  g_assert_cmpstr (names, ==, "a.pdf b.txt sub/c.md sub/deep/d.md");
  none = list (missing);
  g_assert_cmpstr (none, ==, "error");
}

static void
test_many (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (GFile) folder = g_file_new_for_path (fixture->folder);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) files = NULL;

  for (int i = 0; i < MYNA_FOLDER_MAX_FILES + 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d/%d.txt", i % 7, i);

      write_file (fixture->folder, name);
    }
  myna_folder_list_async (folder, NULL, listed_cb, &result);
  wait_for (result);
  files = myna_folder_list_finish (result, NULL);
  g_assert_cmpuint (files->len, ==, MYNA_FOLDER_MAX_FILES);
}

/* What a person is told of a folder: its name, and what cannot be done. */
static void
test_words (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (GFile) folder = g_file_new_for_path ("/home/me/My Notes");
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  g_autofree char *unread = myna_folder_dup_problem (folder, NULL), *empty = myna_folder_dup_problem (folder, files);
  g_autofree char *few = NULL, *many = NULL, *heading = NULL, *body = NULL, *there = NULL;
  g_autoptr (GFile) locked = g_file_new_for_path (fixture->folder);

  there = myna_folder_dup_problem (locked, NULL);
  g_assert_true (g_str_has_suffix (there, "” could not be read."));
  g_assert_cmpstr (unread, ==, "“My Notes” was not found.");
  g_assert_cmpstr (empty, ==, "There are no files in “My Notes”.");
  for (int i = 0; i < MYNA_ATTACHMENTS_MAX; i++)
    g_ptr_array_add (files, folder);
  few = myna_folder_dup_problem (folder, files);
  g_assert_null (few);
  heading = myna_folder_dup_question (folder, files, &body);
  g_assert_cmpstr (heading, ==, "Attach All Files of “My Notes”?");
  g_assert_cmpstr (body, ==, "This folder and its subfolders contain 64 files.");
  g_ptr_array_add (files, folder);
  many = myna_folder_dup_problem (folder, files);
  g_assert_cmpstr (many, ==, "“My Notes” has too many files: one message can have 64.");
}

static void
test_model (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (GFile) folder = g_file_new_for_path (fixture->folder);

  g_assert_false (myna_file_is_model (folder));
  write_file (fixture->folder, "config.json");
  g_assert_true (myna_file_is_model (folder));
}

/* A folder of GGUF files is one of models; with anything else in it, it may be to be asked about. */
static void
test_models (TestHistory *fixture, gconstpointer data)
{
  static const char *const expected[] = { "a.gguf", "b.GGUF", "large-00001-of-00012.gguf" };
  g_autofree char *path = g_build_filename (fixture->folder, "models", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GPtrArray) models = NULL;

  g_assert_null (myna_folder_dup_models (folder));
  g_mkdir (path, 0700);
  g_assert_null (myna_folder_dup_models (folder));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    write_file (path, expected[i]);
  write_file (path, "large-00002-of-00012.gguf");
  write_file (path, "large-00012-of-00012.gguf");
  write_file (path, ".gitattributes");
  g_assert_true (myna_file_is_model (folder));
  models = myna_folder_dup_models (folder);
  g_assert_cmpuint (models->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < models->len; i++)
    {
      g_autofree char *name = g_file_get_basename (models->pdata[i]);

      g_assert_cmpstr (name, ==, expected[i]);
    }

  write_file (path, "letter.pdf");
  g_assert_null (myna_folder_dup_models (folder));
  g_assert_false (myna_file_is_model (folder));
}

/* What is given to the program: models are added, and what else there is, is asked about. */
static void
test_given (TestHistory *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    gboolean is_model;
  } files[] = { { "chat.gguf", TRUE },   { "CHAT.GGUF", TRUE }, { "ggml-model.bin", TRUE }, { "part.safetensors", TRUE },
                { "letter.pdf", FALSE }, { "notes", FALSE },    { "gguf", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, files[i].name, NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);

      g_assert_true (myna_word_is_file (path, file)); /* that it is not there is said of it */
      g_assert_false (myna_word_is_file (files[i].name, file));
      write_file (fixture->folder, files[i].name);
      g_assert_true (myna_word_is_file (path, file));
      g_assert_cmpint (myna_word_is_file (files[i].name, file), ==, strchr (files[i].name, '.') != NULL);
      g_assert_cmpint (myna_file_is_model (file), ==, files[i].is_model);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/folder/" name, TestHistory, NULL, test_history_set_up, function, test_history_tear_down)
  ADD ("list", test_files);
  ADD ("models", test_models);
  ADD ("given", test_given);
  ADD ("many", test_many);
  ADD ("words", test_words);
  ADD ("model", test_model);

  return g_test_run ();
}
