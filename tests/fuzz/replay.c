/* replay.c: runs a fuzz target on the files named on the command line or in folders there, and on every beginning of each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

static int n_files;

static void
replay_file (const char *path)
{
  static uint8_t data[1 << 20];
  FILE *file = fopen (path, "rb");
  size_t n;

  if (!file)
    fail ("%s cannot be read", path);
  n = fread (data, 1, sizeof data, file);
  fclose (file);
  LLVMFuzzerTestOneInput (data, n);
  /* Small steps at the start, where the headers are; some hundred in a large file. */
  for (size_t size = 0; size < n; size += size < 512 ? 7 : n < 64 * 1024 ? 211 : n / 300)
    {
      uint8_t *copy = malloc (size + 1);

      memcpy (copy, data, size);
      LLVMFuzzerTestOneInput (copy, size);
      free (copy);
    }
  n_files++;
}

static void
replay (const char *path)
{
  DIR *folder = opendir (path);
  struct dirent *entry;
  char inside[4096];

  if (!folder)
    {
      replay_file (path);
      return;
    }
  while ((entry = readdir (folder)))
    if (entry->d_name[0] != '.')
      {
        snprintf (inside, sizeof inside, "%s/%s", path, entry->d_name);
        replay (inside);
      }
  closedir (folder);
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    replay (argv[i]);
  printf ("%d files\n", n_files);
  return n_files == 0;
}
