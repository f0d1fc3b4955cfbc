/* test-folder.h: files in a test's folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MYNA_TEST_FOLDER_H
#define MYNA_TEST_FOLDER_H

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"

/* Set by main(). */
static char folder[512];

/* folder/name; the last 16 stay valid. */
static inline const char *
path_in (const char *name)
{
  static char paths[16][1024];
  static int next;
  char *path = paths[next++ % 16];

  snprintf (path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static inline void
write_file (const char *path, const void *data, size_t n)
{
  FILE *file = fopen (path, "wb");

  if (!file || fwrite (data, 1, n, file) != n || fclose (file) != 0)
    exit (1);
}

static inline GlmBuffer
read_file (const char *path)
{
  GlmBuffer buffer = { 0 };
  char block[4096];
  FILE *file = fopen (path, "rb");
  size_t n;

  while (file && (n = fread (block, 1, sizeof block, file)) > 0)
    glm_buffer_append (&buffer, block, n);
  if (file)
    fclose (file);
  return buffer;
}

#endif
