/* available.c: how much memory the system can still give
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/available.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

size_t
glm_available_bytes (void)
{
  FILE *file = fopen ("/proc/meminfo", "re");
  unsigned long long kib = 0;
  char line[128];
  bool found = false;

  while (file && !found && fgets (line, sizeof line, file))
    found = sscanf (line, "MemAvailable: %llu", &kib) == 1;
  if (file)
    fclose (file);
  return found ? (size_t) kib * 1024 : SIZE_MAX;
}
