/* myna-folder.c: the files of a folder that somebody wants to ask about
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-folder.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/myna-attachment.h"

#define MAX_DEPTH 16
/* The first part of a model that is divided stands for all. */
#define GGUF       "\\.gguf$"
#define LATER_PART "-(?!00001)\\d{5}-of-\\d{5}\\.gguf$"
#define ATTRIBUTES                                                                                          \
  G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_IS_HIDDEN \
                                 "," G_FILE_ATTRIBUTE_STANDARD_IS_BACKUP

static int
compare_names (gconstpointer a, gconstpointer b)
{
  g_autofree char *one = g_file_get_parse_name (*(GFile *const *) a), *other = g_file_get_parse_name (*(GFile *const *) b);

  return g_utf8_collate (one, other);
}

GPtrArray *
myna_folder_dup_models (GFile *folder)
{
  g_autoptr (GFileEnumerator) enumerator = g_file_enumerate_children (folder, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, NULL, NULL);
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func (g_object_unref);
  GFileInfo *info;
  GFile *child;

  while (enumerator && g_file_enumerator_iterate (enumerator, &info, &child, NULL, NULL) && info)
    {
      const char *name = g_file_info_get_name (info);

      if (g_file_info_get_is_hidden (info))
        continue;
      if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR || !g_regex_match_simple (GGUF, name, G_REGEX_CASELESS, 0))
        return NULL;
      if (!g_regex_match_simple (LATER_PART, name, G_REGEX_CASELESS, 0))
        g_ptr_array_add (models, g_object_ref (child));
    }
  g_ptr_array_sort (models, compare_names);
  return models->len > 0 ? g_steal_pointer (&models) : NULL;
}

static gboolean
is_folder_of_model (GFile *folder)
{
  static const char *const parts[] = { "config.json", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                       "pytorch_model.bin.index.json" };
  g_autoptr (GPtrArray) models = myna_folder_dup_models (folder);
  gboolean is_model = models != NULL;

  for (guint i = 0; i < G_N_ELEMENTS (parts) && !is_model; i++)
    {
      g_autoptr (GFile) part = g_file_get_child (folder, parts[i]);

      is_model = g_file_query_exists (part, NULL);
    }
  return is_model;
}

gboolean
myna_file_is_model (GFile *file)
{
  static const char *const endings[] = { ".gguf", ".GGUF", ".bin", ".safetensors" };
  g_autofree char *name = g_file_get_basename (file);
  gboolean is_model = FALSE;

  if (g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_DIRECTORY)
    return is_folder_of_model (file);
  for (guint i = 0; name && i < G_N_ELEMENTS (endings) && !is_model; i++)
    is_model = g_str_has_suffix (name, endings[i]);
  return is_model;
}

gboolean
myna_word_is_file (const char *word, GFile *file)
{
  static const char *const beginnings[] = { "/", "./", "../", "file:" };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (g_str_has_prefix (word, beginnings[i]) && !strchr (word, ' '))
      return TRUE;
  return strpbrk (word, "/.") && g_file_query_exists (file, NULL);
}

/* A folder in it that cannot be read is as if it were empty; the one that was asked for is an error. */
static gboolean
add_files (GFile *folder, int depth, GPtrArray *files, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileEnumerator) enumerator =
      g_file_enumerate_children (folder, ATTRIBUTES, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable, error);
  GFileInfo *info;
  GFile *child;

  if (!enumerator)
    return FALSE;
  while (files->len < MYNA_FOLDER_MAX_FILES && g_file_enumerator_iterate (enumerator, &info, &child, cancellable, error)
         && info)
    {
      GFileType type = g_file_info_get_file_type (info);

      if (g_file_info_get_is_hidden (info) || g_file_info_get_is_backup (info))
        continue;
      if (type == G_FILE_TYPE_REGULAR)
        g_ptr_array_add (files, g_object_ref (child));
      else if (type == G_FILE_TYPE_DIRECTORY && depth < MAX_DEPTH)
        add_files (child, depth + 1, files, cancellable, NULL);
    }
  return TRUE;
}

static void
list_thread (GTask *task, gpointer source, gpointer folder, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  GError *error = NULL;

  if (!add_files (folder, 0, files, cancellable, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_ptr_array_sort (files, compare_names);
  g_task_return_pointer (task, g_steal_pointer (&files), (GDestroyNotify) g_ptr_array_unref);
}

void
myna_folder_list_async (GFile *folder, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, myna_folder_list_async);
  g_task_set_task_data (task, g_object_ref (folder), g_object_unref);
  g_task_run_in_thread (task, list_thread);
}

GPtrArray *
myna_folder_list_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Words ------------------------------------------------------------------------------------------------------ */

static char *
dup_name (GFile *folder)
{
  g_autofree char *base = g_file_get_basename (folder);

  return g_filename_display_name (base ? base : "");
}

char *
myna_folder_dup_problem (GFile *folder, GPtrArray *files)
{
  g_autofree char *name = dup_name (folder);

  if (!files)
    return g_strdup_printf (g_file_query_exists (folder, NULL) ? _ ("“%s” could not be read.") : _ ("“%s” was not found."),
                            name);
  if (files->len == 0)
    return g_strdup_printf (_ ("There are no files in “%s”."), name);
  if (files->len > MYNA_ATTACHMENTS_MAX)
    /* Translators: %s is the name of a folder, %d a number */
    return g_strdup_printf (_ ("“%s” has too many files: one message can have %d."), name, MYNA_ATTACHMENTS_MAX);
  return NULL;
}

char *
myna_folder_dup_question (GFile *folder, GPtrArray *files, char **ret_body)
{
  g_autofree char *name = dup_name (folder);
  guint n = files->len;

  *ret_body = g_strdup_printf (ngettext ("This folder and its subfolders contain %u file.",
                                         "This folder and its subfolders contain %u files.", n),
                               n);
  /* Translators: a question; %s is the name of a folder */
  return g_strdup_printf (_ ("Attach All Files of “%s”?"), name);
}
