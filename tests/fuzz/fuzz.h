/* fuzz.h: what the fuzz targets share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A target is fuzz_input().  oracle.c calls it and watches what it takes.  With -Dfuzz=true (clang) it is linked with libFuzzer;
 * in every other build with replay.c, which runs it on the files of its corpus as an ordinary test.
 */
#ifndef MYNA_FUZZ_H
#define MYNA_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_input (const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Ends the program in a way that libFuzzer takes for a crash. */
#define fail(...)                    \
  do                                 \
    {                                \
      fprintf (stderr, __VA_ARGS__); \
      fprintf (stderr, "\n");        \
      abort ();                      \
    }                                \
  while (0)

typedef struct
{
  int fd;
  char path[64];
} FuzzFile;

/* The input as a file in memory. */
static inline FuzzFile
fuzz_file (const uint8_t *data, size_t size)
{
  FuzzFile file = { .fd = memfd_create ("fuzz", MFD_CLOEXEC) };

  if (file.fd < 0 || write (file.fd, data, size) != (ssize_t) size)
    abort ();
  snprintf (file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
  return file;
}

/* Reads bytes that a reader says are there. */
static inline void
fuzz_touch (const void *data, size_t n)
{
  static volatile unsigned sink;
  const uint8_t *bytes = data;

  for (size_t i = 0; i < n; i += 997)
    sink += bytes[i];
  if (n > 0)
    sink += bytes[n - 1];
}

#endif
