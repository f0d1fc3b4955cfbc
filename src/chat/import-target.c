/* import-target.c: where a model goes that is made of what was published in another form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/import-target.h"

#include <gio/gio.h>
#include <string.h>

char *
myna_import_target_dup_folder (void)
{
  char *folder = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "models", NULL);

  g_mkdir_with_parents (folder, 0700);

  return folder;
}

char *
myna_import_target_make (const char *source, const char *suffix)
{
  g_autofree char *folder = myna_import_target_dup_folder ();
  g_autofree char *base = g_path_get_basename (source);

  if (g_str_has_suffix (base, ".bin"))
    base[strlen (base) - strlen (".bin")] = '\0';
  for (int i = 1; i < 1000; i++)
    {
      g_autofree char *name =
          i == 1 ? g_strdup_printf ("%s-%s.gguf", base, suffix) : g_strdup_printf ("%s-%s-%d.gguf", base, suffix, i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }

  return NULL;
}

guint64
myna_import_target_get_space (void)
{
  g_autofree char *folder = myna_import_target_dup_folder ();
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info (file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);

  return info ? g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) : 0;
}
