/* replay.c: runs a fuzz target on the files named on the command line, and on every beginning of each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include <string.h>

int
main (int argc, char **argv)
{
  static uint8_t data[1 << 16];

  if (argc < 2)
    {
      fprintf (stderr, "no corpus\n");
      return 1;
    }
  for (int i = 1; i < argc; i++)
    {
      FILE *file = fopen (argv[i], "rb");
      size_t n;

      if (!file)
        {
          perror (argv[i]);
          return 1;
        }
      n = fread (data, 1, sizeof data, file);
      fclose (file);
      /* Small steps at the start, where the headers are. */
      for (size_t size = 0; size < n; size += size < 512 ? 7 : 211)
        {
          uint8_t *copy = malloc (size + 1);

          memcpy (copy, data, size);
          LLVMFuzzerTestOneInput (copy, size);
          free (copy);
        }
      LLVMFuzzerTestOneInput (data, n);
    }
  printf ("%d files\n", argc - 1);
  return 0;
}
