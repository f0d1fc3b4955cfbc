/* replay.c: runs a fuzz target on the files named on the command line or in folders there, and on every beginning of each
 *
 * With MYNA_FUZZ_SECONDS in the environment it goes on with files that are changed here and there, for so long: what can be done
 * without clang.  An input that ends the program is in "crash-input" then.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define MAX_FILES 1024

static int n_files;
static struct
{
  uint8_t *data;
  size_t n;
} files[MAX_FILES];
static uint8_t data[1 << 20];
static volatile size_t n_data;

static void
replay_file (const char *path)
{
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
  if (n_files < MAX_FILES && (files[n_files].data = malloc (n + 1)))
    memcpy (files[n_files].data, data, files[n_files].n = n);
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

/* ---- Changed files ---------------------------------------------------------------------------------------------- */

static uint64_t state;

static size_t
draw (size_t n)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return n > 0 ? (size_t) (state % n) : 0;
}

/* Bytes changed, numbers at their limits, pieces repeated, removed, or taken from another file. */
static void
change (size_t *n)
{
  static const uint32_t limits[] = { 0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff };
  size_t at = draw (*n), length = draw (1 + draw (64)) + 1, from;
  int other = (int) draw ((size_t) (n_files < MAX_FILES ? n_files : MAX_FILES));

  switch (draw (6))
    {
    case 0: data[at] ^= (uint8_t) (1u << draw (8)); break;
    case 1: data[at] = (uint8_t) draw (256); break;
    case 2:
      if (at + 4 <= *n)
        memcpy (data + at, &limits[draw (8)], 4);
      break;
    case 3:
      length = at + length < *n ? length : *n - at;
      memmove (data + at, data + at + length, *n - at - length);
      *n -= length;
      break;
    case 4:
      if (at + length > *n || *n + length > sizeof data)
        break;
      memmove (data + at + length, data + at, *n - at);
      *n += length;
      break;
    default:
      from = draw (files[other].n);
      if (from + length <= files[other].n && at + length <= *n)
        memcpy (data + at, files[other].data + from, length);
    }
}

static void
keep_input (int signal_number)
{
  FILE *file = fopen ("crash-input", "wb");

  if (file)
    {
      fwrite (data, 1, n_data, file);
      fclose (file);
    }
  signal (signal_number, SIG_DFL);
  raise (signal_number);
}

static void
fuzz (double seconds)
{
  time_t end = time (NULL) + (time_t) seconds;
  size_t n_runs = 0;

  state = (uint64_t) time (NULL) * 2654435761u + 1;
  signal (SIGABRT, keep_input);
  signal (SIGSEGV, keep_input);
  signal (SIGFPE, keep_input);
  signal (SIGBUS, keep_input);
  for (; time (NULL) < end; n_runs++)
    {
      int i = (int) draw ((size_t) (n_files < MAX_FILES ? n_files : MAX_FILES));
      size_t n = files[i].n, n_changes = 1 + draw (8);
      uint8_t *copy;

      memcpy (data, files[i].data, n);
      for (; n > 0 && n_changes > 0; n_changes--)
        change (&n);
      n_data = n;
      copy = malloc (n + 1);
      memcpy (copy, data, n);
      LLVMFuzzerTestOneInput (copy, n);
      free (copy);
    }
  printf ("%zu changed files\n", n_runs);
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    replay (argv[i]);
  printf ("%d files\n", n_files);
  if (n_files > 0 && getenv ("MYNA_FUZZ_SECONDS"))
    fuzz (atof (getenv ("MYNA_FUZZ_SECONDS")));
  return n_files == 0;
}
