/* packed-shape.h: sizes of the packed formats, for kernels that are expanded for each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the format is a compile-time constant these are too.
 */
#ifndef GLM_PACKED_SHAPE_H
#define GLM_PACKED_SHAPE_H

#include "quant/packed.h"

#define ALWAYS_INLINE inline __attribute__ ((always_inline))

/* Levels with a fifth bit. */
static ALWAYS_INLINE bool
glm_packed_is_q5 (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q5_0 || format == GLM_PACKED_Q5_1 || format == GLM_PACKED_Q5_K;
}

/* Values are scale · level + min. */
static ALWAYS_INLINE bool
glm_packed_has_min (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q4_1 || format == GLM_PACKED_Q5_1 || format == GLM_PACKED_Q4_K || format == GLM_PACKED_Q5_K;
}

/* Groups of eight blocks with a head, scales in bytes. */
static ALWAYS_INLINE bool
glm_packed_is_k (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q4_K || format == GLM_PACKED_Q5_K || format == GLM_PACKED_Q6_K;
}

/* Where the scales of a block start. */
static ALWAYS_INLINE int
glm_packed_level_bytes (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q8_0 ? 512 : format == GLM_PACKED_Q6_K ? 384 : glm_packed_is_q5 (format) ? 320 : 256;
}

static ALWAYS_INLINE int
glm_packed_block_bytes (GlmPackedFormat format)
{
  return glm_packed_level_bytes (format) + (glm_packed_has_min (format) && !glm_packed_is_k (format) ? 64 : 32);
}

static ALWAYS_INLINE int
glm_packed_head_bytes (GlmPackedFormat format)
{
  return !glm_packed_is_k (format) ? 0 : glm_packed_has_min (format) ? 64 : 32;
}

#endif
