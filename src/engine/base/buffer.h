/* buffer.h: a growing run of bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_BUFFER_H
#define GLM_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  uint8_t *data; /* owned; always room for one more byte than n */
  size_t n;
  size_t capacity;
} GlmBuffer;

static inline void
glm_buffer_clear (GlmBuffer *buffer)
{
  free (buffer->data);
  *buffer = (GlmBuffer){ 0 };
}

/* False: no memory; the buffer is as before. */
static inline bool
glm_buffer_append (GlmBuffer *buffer, const void *bytes, size_t n)
{
  if (n >= buffer->capacity - buffer->n)
    {
      size_t capacity;
      uint8_t *data;

      if (__builtin_mul_overflow (buffer->n, (size_t) 2, &capacity) || __builtin_add_overflow (capacity, n, &capacity)
          || __builtin_add_overflow (capacity, (size_t) 64, &capacity))
        return false;
      data = realloc (buffer->data, capacity);
      if (!data)
        return false;
      buffer->data = data;
      buffer->capacity = capacity;
    }
  if (n > 0)
    memcpy (buffer->data + buffer->n, bytes, n);
  buffer->n += n;
  return true;
}

#endif
