/* byte-reader.h: a bounded cursor over little-endian bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every reader of a binary format goes through this one cursor, so that there is one place where a length is compared
 * with what is left.  The comparisons are written as `n > size - pos` (never `pos + n > size`): they cannot overflow.
 * A read that does not fit returns false and leaves the cursor where it was.
 */
#ifndef GLM_BYTE_READER_H
#define GLM_BYTE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "model files hold little-endian tensors that are used in place: this engine needs a little-endian processor"
#endif

typedef struct
{
  const uint8_t *data;
  size_t size;
  size_t pos; /* ≤ size */
} GlmByteReader;

static inline size_t
glm_byte_reader_left (const GlmByteReader *reader)
{
  return reader->size - reader->pos;
}

/* The next n bytes, borrowed. */
static inline bool
glm_byte_reader_take (GlmByteReader *reader, uint64_t n, const uint8_t **ret_bytes)
{
  if (n > glm_byte_reader_left (reader))
    return false;
  *ret_bytes = reader->data + reader->pos;
  reader->pos += (size_t) n;
  return true;
}

static inline bool
glm_byte_reader_copy (GlmByteReader *reader, void *ret_value, size_t n)
{
  const uint8_t *bytes;

  if (!glm_byte_reader_take (reader, n, &bytes))
    return false;
  memcpy (ret_value, bytes, n);
  return true;
}

static inline bool
glm_byte_reader_u8 (GlmByteReader *reader, uint8_t *ret_value)
{
  return glm_byte_reader_copy (reader, ret_value, 1);
}

static inline bool
glm_byte_reader_u32 (GlmByteReader *reader, uint32_t *ret_value)
{
  return glm_byte_reader_copy (reader, ret_value, 4);
}

static inline bool
glm_byte_reader_i32 (GlmByteReader *reader, int32_t *ret_value)
{
  return glm_byte_reader_copy (reader, ret_value, 4);
}

static inline bool
glm_byte_reader_u64 (GlmByteReader *reader, uint64_t *ret_value)
{
  return glm_byte_reader_copy (reader, ret_value, 8);
}

static inline bool
glm_byte_reader_f32 (GlmByteReader *reader, float *ret_value)
{
  return glm_byte_reader_copy (reader, ret_value, 4);
}

#endif
