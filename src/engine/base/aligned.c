/* aligned.c: memory for vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/aligned.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *
glm_alloc_aligned (size_t n, size_t element_size)
{
  size_t bytes;
  void *data;

  if (__builtin_mul_overflow (n, element_size, &bytes) || bytes > SIZE_MAX - 64)
    return NULL;
  bytes = (bytes + 63) & ~(size_t) 63;
  data = aligned_alloc (64, bytes ? bytes : 64);
  if (data)
    memset (data, 0, bytes);
  return data;
}
