/* text-helper.c: where Myna's own helper programs are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/text-helper.h"

char *
text_dup_helper (const char *name)
{
  const char *given = g_getenv ("MYNA_LIBEXEC_DIR");
  g_auto (GStrv) folders = NULL;
  char *path = NULL;

  if (!given || !*given)
    return g_build_filename (MYNA_LIBEXECDIR, name, NULL);
  folders = g_strsplit (given, G_SEARCHPATH_SEPARATOR_S, -1);
  for (guint i = 0; folders[i] && (!path || !g_file_test (path, G_FILE_TEST_IS_EXECUTABLE)); i++)
    {
      g_free (path);
      path = g_build_filename (folders[i], name, NULL);
    }
  return path;
}
