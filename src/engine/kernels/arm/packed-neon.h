/* packed-neon.h: a block of a panel in Advanced SIMD's registers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What packed-dotprod.c and packed-i8mm.c share.  A quarter is four of the panel's 16 rows: one vector of a block's levels
 * holds four columns of them, four bytes a row.  `format` and `z` are constants wherever these are expanded.
 */
#ifndef GLM_PACKED_NEON_H
#define GLM_PACKED_NEON_H

#include "kernels/packed-shape.h"

#include <arm_neon.h>

#define ROWS     GLM_PANEL_ROWS
#define QUARTERS 4
#define UNROLL   _Pragma ("GCC unroll 8")

/* x (name, format) for each. */
#define FOR_EACH_FORMAT(x)                                                                                                \
  x (q4_0, GLM_PACKED_Q4_0) x (q4_1, GLM_PACKED_Q4_1) x (q5_0, GLM_PACKED_Q5_0) x (q5_1, GLM_PACKED_Q5_1)                 \
      x (q8_0, GLM_PACKED_Q8_0) x (q4_k, GLM_PACKED_Q4_K) x (q5_k, GLM_PACKED_Q5_K) x (q6_k, GLM_PACKED_Q6_K)             \
          x (iq4_nl, GLM_PACKED_IQ4_NL) x (iq4_xs, GLM_PACKED_IQ4_XS) x (q3_k, GLM_PACKED_Q3_K) x (q2_k, GLM_PACKED_Q2_K) \
              x (mxfp4, GLM_PACKED_MXFP4) x (iq1_s, GLM_PACKED_IQ1_S) x (iq1_m, GLM_PACKED_IQ1_M)                         \
                  x (iq2_xxs, GLM_PACKED_IQ2_XXS) x (iq2_xs, GLM_PACKED_IQ2_XS) x (iq3_xxs, GLM_PACKED_IQ3_XXS)           \
                      x (iq3_s, GLM_PACKED_IQ3_S)
/* A row of a table of them. */
#define PANEL_PRODUCT_ENTRY(name, format) [format] = panel_product_##name,
/* The table: IQ2_S is packed as IQ2_XS is. */
#define PANEL_PRODUCTS                                                                   \
  {                                                                                      \
    FOR_EACH_FORMAT (PANEL_PRODUCT_ENTRY) PANEL_PRODUCT_ENTRY (iq2_xs, GLM_PACKED_IQ2_S) \
  }

static ALWAYS_INLINE void
prefetch (const uint8_t *p, int n_bytes)
{
  for (int i = 0; i < n_bytes; i += 64)
    __builtin_prefetch (p + i);
}

/* Shifts each byte; bits do not carry into the next one.  n may be negative. */
static ALWAYS_INLINE uint8x16_t
shift_right (uint8x16_t v, int n)
{
  return n > 0 ? v >> (uint8_t) n : n < 0 ? v << (uint8_t) -n : v;
}

/* The byte of each level of columns 4 z … 4 z + 3, z < 8, that has its low bits. */
static ALWAYS_INLINE uint8x16_t
load_low_bits (GlmPackedFormat format, const uint8_t *block, int quarter, int z)
{
  bool by_half = glm_packed_has_crumbs (format) || (glm_packed_has_threes (format) && z % 4 == 3);

  return vld1q_u8 (block + 16 * quarter + 64 * (format == GLM_PACKED_Q8_0 ? z : by_half ? z / 4 : z % 4));
}

/* The one that has the others; zeros where there is none. */
static ALWAYS_INLINE uint8x16_t
load_high_bits (GlmPackedFormat format, const uint8_t *block, int quarter, int z)
{
  if (glm_packed_has_threes (format) && z % 4 == 3)
    return vld1q_u8 (block + 128 + 16 * quarter);
  if (glm_packed_is_q5 (format))
    return vld1q_u8 (block + 256 + 16 * quarter);
  if (format == GLM_PACKED_Q6_K)
    return vld1q_u8 (block + 256 + 16 * quarter + 64 * (z / 4));
  return vdupq_n_u8 (0);
}

/* Levels from the two; those that are looked up as signed bytes, without the offset. */
static ALWAYS_INLINE uint8x16_t
join_bits (GlmPackedFormat format, uint8x16_t low, uint8x16_t high, int z)
{
  if (format == GLM_PACKED_Q8_0)
    return low;
  if (glm_packed_has_crumbs (format))
    return vandq_u8 (shift_right (low, z % 4 * 2), vdupq_n_u8 (0x03));
  if (glm_packed_has_threes (format) && z % 4 < 3)
    low = vandq_u8 (shift_right (low, z / 4 * 3), vdupq_n_u8 (0x07));
  else if (glm_packed_has_threes (format))
    low = vbslq_u8 (vdupq_n_u8 (0x04), shift_right (high, 4 + z / 4), shift_right (low, 6));
  else
    low = z < 4 ? vandq_u8 (low, vdupq_n_u8 (0x0f)) : shift_right (low, 4);
  if (glm_packed_has_values (format))
    return vqtbl1q_u8 (vld1q_u8 ((const uint8_t *) glm_packed_values (format)), low);
  if (glm_packed_is_q5 (format))
    return vbslq_u8 (vdupq_n_u8 (0x10), shift_right (high, z - 4), low);
  if (format == GLM_PACKED_Q6_K)
    return vbslq_u8 (vdupq_n_u8 (0x30), shift_right (high, z % 4 * 2 - 4), low);
  return low;
}

static ALWAYS_INLINE float32x4_t
load_halves (const uint8_t *p)
{
  return vcvt_f32_f16 (vreinterpret_f16_u8 (vld1_u8 (p)));
}

typedef enum
{
  BYTES_UNSIGNED,
  BYTES_SIGNED,
  BYTES_LOW, /* nibbles of each byte */
  BYTES_HIGH,
} ByteKind;

/* Four bytes at p. */
static ALWAYS_INLINE float32x4_t
load_bytes (const uint8_t *p, ByteKind kind)
{
  uint8x8_t bytes;
  uint32_t word;

  memcpy (&word, p, sizeof word);
  bytes = vcreate_u8 (word);
  if (kind == BYTES_SIGNED)
    return vcvtq_f32_s32 (vmovl_s16 (vget_low_s16 (vmovl_s8 (vreinterpret_s8_u8 (bytes)))));
  if (kind == BYTES_LOW)
    bytes = vand_u8 (bytes, vdup_n_u8 (0x0f));
  else if (kind == BYTES_HIGH)
    bytes = vshr_n_u8 (bytes, 4);
  return vcvtq_f32_u32 (vmovl_u16 (vget_low_u16 (vmovl_u8 (bytes))));
}

/* 2^(e − 128) of four bytes; 0 for the two smallest, which are below the normal numbers. */
static ALWAYS_INLINE float32x4_t
load_powers (const uint8_t *p)
{
  uint8x8_t exponents;
  uint32_t word;

  memcpy (&word, p, sizeof word);
  exponents = vqsub_u8 (vcreate_u8 (word), vdup_n_u8 (1));
  return vreinterpretq_f32_u32 (vshlq_n_u32 (vmovl_u16 (vget_low_u16 (vmovl_u8 (exponents))), 23));
}

typedef struct
{
  float32x4_t scale[2], min[2]; /* [1]: of columns 16–31, where there are halves */
} QuarterScales;

/* head: of the group; scales: of the block. */
static ALWAYS_INLINE QuarterScales
load_scales (GlmPackedFormat format, const uint8_t *head, const uint8_t *scales, int quarter)
{
  const float32x4_t zero = vdupq_n_f32 (0);
  QuarterScales result = { { zero, zero }, { zero, zero } };
  int n_parts = glm_packed_has_halves (format) ? 2 : 1;

  if (format == GLM_PACKED_MXFP4)
    {
      result.scale[0] = load_powers (scales + 4 * quarter);
      return result;
    }
  if (glm_packed_has_units (format))
    {
      float32x4_t unit = vld1q_f32 ((const float *) head + 4 * quarter);

      for (int h = 0; h < n_parts; h++)
        result.scale[h] = vmulq_f32 (unit, load_bytes (scales + ROWS * h + 4 * quarter, BYTES_UNSIGNED));
      if (glm_packed_has_min (format))
        result.min[0] = vnegq_f32 (vmulq_f32 (unit, load_bytes (scales + ROWS + 4 * quarter, BYTES_UNSIGNED)));
      return result;
    }
  if (!glm_packed_is_k (format))
    {
      result.scale[0] = load_halves (scales + 8 * quarter);
      if (glm_packed_has_min (format))
        result.min[0] = load_halves (scales + 2 * ROWS + 8 * quarter);
      return result;
    }
  for (int h = 0; h < n_parts; h++)
    {
      const uint8_t *bytes = scales + ROWS * h + 4 * quarter;
      ByteKind kind = !glm_packed_has_min (format) ? BYTES_SIGNED : n_parts == 2 ? BYTES_LOW : BYTES_UNSIGNED;

      result.scale[h] = vmulq_f32 (load_halves (head + 8 * quarter), load_bytes (bytes, kind));
      if (glm_packed_has_min (format))
        result.min[h] =
            vnegq_f32 (vmulq_f32 (load_halves (head + 2 * ROWS + 8 * quarter),
                                  n_parts == 2 ? load_bytes (bytes, BYTES_HIGH) : load_bytes (bytes + ROWS, BYTES_UNSIGNED)));
    }
  return result;
}

#endif
