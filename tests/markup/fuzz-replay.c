/* fuzz-replay.c: runs a fuzz target over every file of a folder, as an ordinary test
 *
 *   fuzz-replay FOLDER
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  GDir *folder = argc == 2 ? g_dir_open (argv[1], 0, &error) : NULL;
  const char *name;
  guint n = 0;

  if (folder == NULL)
    g_error ("%s", error ? error->message : "one folder, please");
  while ((name = g_dir_read_name (folder)))
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL), *contents = NULL;
      gsize length;

      if (!g_file_get_contents (path, &contents, &length, &error))
        g_error ("%s", error->message);
      LLVMFuzzerTestOneInput ((const uint8_t *) contents, length);
      n++;
    }
  g_dir_close (folder);
  g_print ("%u inputs\n", n);
  return n > 0 ? 0 : 1;
}
