/* packed-shape.h: sizes of the packed formats, for kernels that are expanded for each, and the words of a tile
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the format is a compile-time constant these are too.
 */
#ifndef GLM_PACKED_SHAPE_H
#define GLM_PACKED_SHAPE_H

#include "quant/packed.h"

#include <string.h>

#define ALWAYS_INLINE inline __attribute__ ((always_inline))

/* Levels with a fifth bit. */
static ALWAYS_INLINE bool
glm_packed_is_q5 (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q5_0 || format == GLM_PACKED_Q5_1 || format == GLM_PACKED_Q5_K;
}

/* Levels are indexes of glm_packed_values(). */
static ALWAYS_INLINE bool
glm_packed_has_values (GlmPackedFormat format)
{
  return format == GLM_PACKED_IQ4_NL || format == GLM_PACKED_IQ4_XS
         || (format >= GLM_PACKED_MXFP4 && format != GLM_PACKED_IQ1_S);
}

/* Levels of two bits. */
static ALWAYS_INLINE bool
glm_packed_has_crumbs (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q2_K || format == GLM_PACKED_IQ1_S;
}

/* Levels of three bits. */
static ALWAYS_INLINE bool
glm_packed_has_threes (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q3_K || (format >= GLM_PACKED_IQ1_M && format <= GLM_PACKED_IQ2_S);
}

/* Levels of eight bits, offset by 128: too wide for instructions on signed bytes, which take them without the offset. */
static ALWAYS_INLINE bool
glm_packed_is_wide (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q8_0 || glm_packed_has_values (format);
}

/* Values are scale · level + min. */
static ALWAYS_INLINE bool
glm_packed_has_min (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q4_1 || format == GLM_PACKED_Q5_1 || format == GLM_PACKED_Q4_K || format == GLM_PACKED_Q5_K
         || format == GLM_PACKED_Q2_K || format == GLM_PACKED_IQ1_S;
}

/* The head of a group has units in single precision, which unsigned scales multiply. */
static ALWAYS_INLINE bool
glm_packed_has_units (GlmPackedFormat format)
{
  return format >= GLM_PACKED_IQ1_S && format <= GLM_PACKED_IQ3_S;
}

/* Groups of eight blocks with a head, scales in bytes. */
static ALWAYS_INLINE bool
glm_packed_is_k (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q4_K || format == GLM_PACKED_Q5_K || format == GLM_PACKED_IQ4_XS || glm_packed_has_halves (format)
         || glm_packed_has_units (format);
}

/* Where the scales of a block start. */
static ALWAYS_INLINE int
glm_packed_level_bytes (GlmPackedFormat format)
{
  if (glm_packed_has_crumbs (format))
    return 128;
  if (glm_packed_has_threes (format))
    return 192;
  return format == GLM_PACKED_Q8_0 ? 512 : format == GLM_PACKED_Q6_K ? 384 : glm_packed_is_q5 (format) ? 320 : 256;
}

/* One byte a row is all of a block's scales. */
static ALWAYS_INLINE bool
glm_packed_has_scale_bytes (GlmPackedFormat format)
{
  return format == GLM_PACKED_IQ4_XS || format == GLM_PACKED_MXFP4 || format == GLM_PACKED_IQ2_XXS
         || format == GLM_PACKED_IQ3_XXS || format == GLM_PACKED_IQ3_S;
}

static ALWAYS_INLINE int
glm_packed_block_bytes (GlmPackedFormat format)
{
  int scale_bytes = glm_packed_has_scale_bytes (format)                        ? 16
                    : glm_packed_has_min (format) && !glm_packed_is_k (format) ? 64
                                                                               : 32;

  return glm_packed_level_bytes (format) + scale_bytes;
}

static ALWAYS_INLINE int
glm_packed_head_bytes (GlmPackedFormat format)
{
  return !glm_packed_is_k (format) ? 0 : glm_packed_has_min (format) || glm_packed_has_units (format) ? 64 : 32;
}

/* The scale of 32 activations with the largest magnitude `largest`: a 127th of it, rounded up to four significant
 * bits.  So products with it can be looked up (packed-avx512-tiles.c), at the price of 4 % coarser steps on average.  1 where
 * they are zeros, or so small that their products with any weight are. */
static ALWAYS_INLINE float
glm_packed_activation_scale (float largest)
{
  float d = largest / 127;
  uint32_t bits;

  if (!(d >= 0x1p-64f))
    return 1;
  memcpy (&bits, &d, sizeof bits);
  bits = (bits + 0x000fffff) & 0xfff00000;
  memcpy (&d, &bits, sizeof d);
  return d;
}

/* a and b of the tile hold sums of 16 columns each. */
static ALWAYS_INLINE bool
glm_sum_has_halves (GlmSumKind kind)
{
  return kind == GLM_SUM_HALVES_4 || kind == GLM_SUM_HALVES_32 || kind == GLM_SUM_MIN_HALVES || kind == GLM_SUM_HALVES_128;
}

/* Writes a and b of token t into the block at `tile`, from the sums of q over columns 0–15 and 16–31.  Where the kind has
 * no halves the sums may be split in any way. */
static ALWAYS_INLINE void
glm_packed_store_sums (GlmSumKind kind, float d, int low, int high, uint8_t *tile, int width, int t)
{
  static const int offsets[GLM_N_SUMS] = {
    [GLM_SUM_8] = 8,        [GLM_SUM_16] = 16,        [GLM_SUM_128] = 128,
    [GLM_SUM_HALVES_4] = 4, [GLM_SUM_HALVES_32] = 32, [GLM_SUM_HALVES_128] = 128,
  };
  int sums[2] = { glm_sum_has_halves (kind) ? low : low + high, glm_sum_has_halves (kind) ? high : 0 };

  for (int i = 0; i < 2; i++)
    {
      int32_t word = -offsets[kind] * sums[i];
      float scaled = d * (float) sums[i];

      if (kind == GLM_SUM_MIN || kind == GLM_SUM_MIN_HALVES)
        memcpy (&word, &scaled, sizeof word);
      memcpy (tile + (36 + 4 * i) * width + 4 * t, &word, sizeof word);
    }
}

#endif
