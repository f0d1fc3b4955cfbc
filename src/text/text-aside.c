/* text-aside.c: a file that cannot be read makes room for the next one, and is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/text-aside.h"

#include <errno.h>
#include <glib/gstdio.h>

gboolean
text_put_aside (const char *path, GError **error)
{
  g_autofree char *kept = g_strconcat (path, ".damaged", NULL);
  int problem;

  for (guint i = 2; g_file_test (kept, G_FILE_TEST_EXISTS); i++)
    {
      g_free (kept);
      kept = g_strdup_printf ("%s.damaged-%u", path, i);
    }
  if (g_rename (path, kept) == 0)
    return TRUE;
  problem = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (problem), "%s: %s", path, g_strerror (problem));
  return FALSE;
}
