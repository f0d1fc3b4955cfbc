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
#include "quant/blocks.h"

#include <arm_neon.h>

#define ROWS     GLM_PANEL_ROWS
#define QUARTERS 4
#define UNROLL   _Pragma ("GCC unroll 8")

/* x (name, format) for each. */
#define FOR_EACH_FORMAT(x)                                                                                    \
  x (q4_0, GLM_PACKED_Q4_0) x (q4_1, GLM_PACKED_Q4_1) x (q5_0, GLM_PACKED_Q5_0) x (q5_1, GLM_PACKED_Q5_1)     \
      x (q8_0, GLM_PACKED_Q8_0) x (q4_k, GLM_PACKED_Q4_K) x (q5_k, GLM_PACKED_Q5_K) x (q6_k, GLM_PACKED_Q6_K) \
          x (iq4_nl, GLM_PACKED_IQ4_NL) x (iq4_xs, GLM_PACKED_IQ4_XS) x (q3_k, GLM_PACKED_Q3_K) x (q2_k, GLM_PACKED_Q2_K)
/* A row of a table of them. */
#define PANEL_PRODUCT_ENTRY(name, format) [format] = panel_product_##name,

static ALWAYS_INLINE void
prefetch (const uint8_t *p, int n_bytes)
{
  for (int i = 0; i < n_bytes; i += 64)
    __builtin_prefetch (p + i);
}

/* Of each byte; bits that leave a byte are lost.  n may be negative. */
static ALWAYS_INLINE uint8x16_t
shift_right (uint8x16_t v, int n)
{
  return n > 0 ? v >> (uint8_t) n : n < 0 ? v << (uint8_t) -n : v;
}

/* The byte of each level of columns 4 z … 4 z + 3, z < 8, that has its low bits. */
static ALWAYS_INLINE uint8x16_t
load_low_bits (GlmPackedFormat format, const uint8_t *block, int quarter, int z)
{
  bool by_half = format == GLM_PACKED_Q2_K || (format == GLM_PACKED_Q3_K && z % 4 == 3);

  return vld1q_u8 (block + 16 * quarter + 64 * (format == GLM_PACKED_Q8_0 ? z : by_half ? z / 4 : z % 4));
}

/* The one that has the others; zeros where there is none. */
static ALWAYS_INLINE uint8x16_t
load_high_bits (GlmPackedFormat format, const uint8_t *block, int quarter, int z)
{
  if (format == GLM_PACKED_Q3_K && z % 4 == 3)
    return vld1q_u8 (block + 128 + 16 * quarter);
  if (glm_packed_is_q5 (format))
    return vld1q_u8 (block + 256 + 16 * quarter);
  if (format == GLM_PACKED_Q6_K)
    return vld1q_u8 (block + 256 + 16 * quarter + 64 * (z / 4));
  return vdupq_n_u8 (0);
}

/* Levels from the two; those of IQ4 as signed bytes, without the offset. */
static ALWAYS_INLINE uint8x16_t
join_bits (GlmPackedFormat format, uint8x16_t low, uint8x16_t high, int z)
{
  if (format == GLM_PACKED_Q8_0)
    return low;
  if (format == GLM_PACKED_Q2_K)
    return vandq_u8 (shift_right (low, z % 4 * 2), vdupq_n_u8 (0x03));
  if (format == GLM_PACKED_Q3_K && z % 4 < 3)
    return vandq_u8 (shift_right (low, z / 4 * 3), vdupq_n_u8 (0x07));
  if (format == GLM_PACKED_Q3_K)
    return vbslq_u8 (vdupq_n_u8 (0x04), shift_right (high, 4 + z / 4), shift_right (low, 6));
  low = z < 4 ? vandq_u8 (low, vdupq_n_u8 (0x0f)) : shift_right (low, 4);
  if (glm_packed_is_iq4 (format))
    return vqtbl1q_u8 (vld1q_u8 ((const uint8_t *) glm_iq4_values), low);
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
