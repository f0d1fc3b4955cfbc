/* packed-avx512.h: levels, scales and products of a block of packed weights, AVX-512 VNNI
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One vector holds four columns of the panel's 16 rows; vpdpbusd multiplies it by four bytes of one token.  The Shape is a
 * constant wherever these are expanded.
 */
#ifndef GLM_PACKED_AVX512_H
#define GLM_PACKED_AVX512_H

#include "kernels/packed-shape.h"
#include "kernels/x86/x86.h"

#include <immintrin.h>

#define ROWS   GLM_PANEL_ROWS

#define UNROLL _Pragma ("GCC unroll 12")

/* acc += Σ4 levels · the four signed bytes at p, in each lane.  GCC does not fold the broadcast of the intrinsic. */
#define DOT4_BROADCAST(acc, levels, p) \
  __asm__("vpdpbusd %2%{1to16%}, %1, %0" : "+v"(acc) : "v"(levels), "m"(*(const int *) (p)))
/* The same of four bytes that are in every lane already.  (As an intrinsic it gets copies of the accumulators.) */
#define DOT4(acc, levels, bytes) __asm__("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(levels), "v"(bytes))

/* Keeps the compiler from loading from `pointer` before `value` is there: scales that are converted amid the products cost
 * them 3 %. */
#define LOAD_AFTER(pointer, value) __asm__("" : "+r"(pointer) : "v"(value))

typedef struct
{
  __m512 scale, scale_high, min, min_high; /* high: of columns 16–31, where there are halves */
} BlockScales;

static ALWAYS_INLINE __m512i
shift_right (__m512i v, int n)
{
  return n > 0 ? _mm512_srli_epi16 (v, (unsigned) n) : n < 0 ? _mm512_slli_epi16 (v, (unsigned) -n) : v;
}

/* glm_packed_values() plus 128, four times. */
static ALWAYS_INLINE __m512i
load_values (GlmPackedFormat format)
{
  return _mm512_xor_si512 (_mm512_broadcast_i32x4 (_mm_loadu_si128 ((const __m128i *) glm_packed_values (format))),
                           _mm512_set1_epi8 ((char) 0x80));
}

/* Levels of columns 4 z … 4 z + 3, z < 8, of the 16 rows. */
static ALWAYS_INLINE __m512i
load_levels (GlmPackedFormat format, const uint8_t *block, int z)
{
  __m512i v;

  if (format == GLM_PACKED_Q8_0)
    return _mm512_loadu_si512 (block + 64 * z);
  if (glm_packed_has_crumbs (format))
    return _mm512_and_si512 (shift_right (_mm512_loadu_si512 (block + 64 * (z / 4)), z % 4 * 2), _mm512_set1_epi8 (0x03));
  /* 0xf8: v | (high & mask) */
  if (glm_packed_has_threes (format) && z % 4 < 3)
    v = _mm512_and_si512 (shift_right (_mm512_loadu_si512 (block + 64 * (z % 4)), z / 4 * 3), _mm512_set1_epi8 (0x07));
  else if (glm_packed_has_threes (format))
    {
      v = _mm512_and_si512 (shift_right (_mm512_loadu_si512 (block + 64 * (z / 4)), 6), _mm512_set1_epi8 (0x03));
      v = _mm512_ternarylogic_epi32 (v, shift_right (_mm512_loadu_si512 (block + 128), 4 + z / 4), _mm512_set1_epi8 (0x04),
                                     0xf8);
    }
  else
    v = _mm512_and_si512 (shift_right (_mm512_loadu_si512 (block + 64 * (z % 4)), z / 4 * 4), _mm512_set1_epi8 (0x0f));
  if (glm_packed_has_values (format))
    v = _mm512_shuffle_epi8 (load_values (format), v);
  else if (glm_packed_is_q5 (format))
    v = _mm512_ternarylogic_epi32 (v, shift_right (_mm512_loadu_si512 (block + 256), z - 4), _mm512_set1_epi8 (0x10), 0xf8);
  else if (format == GLM_PACKED_Q6_K)
    v = _mm512_ternarylogic_epi32 (v, shift_right (_mm512_loadu_si512 (block + 256 + 64 * (z / 4)), z % 4 * 2 - 4),
                                   _mm512_set1_epi8 (0x30), 0xf8);
  return v;
}

static ALWAYS_INLINE __m512
load_halves (const uint8_t *p)
{
  return _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) p));
}

static ALWAYS_INLINE __m512
load_bytes_unsigned (const uint8_t *p)
{
  return _mm512_cvtepi32_ps (_mm512_cvtepu8_epi32 (_mm_loadu_si128 ((const __m128i *) p)));
}

static ALWAYS_INLINE __m512
load_bytes_signed (const uint8_t *p)
{
  return _mm512_cvtepi32_ps (_mm512_cvtepi8_epi32 (_mm_loadu_si128 ((const __m128i *) p)));
}

/* The nibbles from bit `shift` on of 16 bytes. */
static ALWAYS_INLINE __m512
load_nibbles (const uint8_t *p, int shift)
{
  __m512i v = _mm512_cvtepu8_epi32 (_mm_loadu_si128 ((const __m128i *) p));

  return _mm512_cvtepi32_ps (shift == 0 ? _mm512_and_si512 (v, _mm512_set1_epi32 (15)) : _mm512_srli_epi32 (v, 4));
}

/* 2^(e − 128) of 16 bytes; 0 for the two smallest, which are below the normal numbers. */
static ALWAYS_INLINE __m512
load_powers (const uint8_t *p)
{
  __m128i exponents = _mm_subs_epu8 (_mm_loadu_si128 ((const __m128i *) p), _mm_set1_epi8 (1));

  return _mm512_castsi512_ps (_mm512_slli_epi32 (_mm512_cvtepu8_epi32 (exponents), 23));
}

static ALWAYS_INLINE BlockScales
load_scales (GlmPackedFormat format, const uint8_t *head, const uint8_t *scales)
{
  const __m512 zero = _mm512_setzero_ps ();
  BlockScales result = { zero, zero, zero, zero };

  if (format == GLM_PACKED_MXFP4)
    result.scale = load_powers (scales);
  else if (glm_packed_has_units (format))
    {
      __m512 unit = _mm512_loadu_ps (head);

      result.scale = _mm512_mul_ps (unit, load_bytes_unsigned (scales));
      if (glm_packed_has_halves (format))
        result.scale_high = _mm512_mul_ps (unit, load_bytes_unsigned (scales + ROWS));
      if (glm_packed_has_min (format))
        result.min = _mm512_mul_ps (_mm512_sub_ps (zero, unit), load_bytes_unsigned (scales + ROWS));
    }
  else if (format == GLM_PACKED_Q2_K)
    {
      __m512 d = load_halves (head), minus_dmin = _mm512_sub_ps (zero, load_halves (head + 2 * ROWS));

      result.scale = _mm512_mul_ps (d, load_nibbles (scales, 0));
      result.scale_high = _mm512_mul_ps (d, load_nibbles (scales + ROWS, 0));
      result.min = _mm512_mul_ps (minus_dmin, load_nibbles (scales, 4));
      result.min_high = _mm512_mul_ps (minus_dmin, load_nibbles (scales + ROWS, 4));
    }
  else if (glm_packed_has_halves (format))
    {
      result.scale = _mm512_mul_ps (load_halves (head), load_bytes_signed (scales));
      result.scale_high = _mm512_mul_ps (load_halves (head), load_bytes_signed (scales + ROWS));
    }
  else if (format == GLM_PACKED_IQ4_XS)
    result.scale = _mm512_mul_ps (load_halves (head), load_bytes_signed (scales));
  else if (glm_packed_is_k (format))
    {
      __m512 minus_dmin = _mm512_sub_ps (zero, load_halves (head + 2 * ROWS));

      result.scale = _mm512_mul_ps (load_halves (head), load_bytes_unsigned (scales));
      result.min = _mm512_mul_ps (minus_dmin, load_bytes_unsigned (scales + ROWS));
    }
  else
    {
      result.scale = load_halves (scales);
      if (glm_packed_has_min (format))
        result.min = load_halves (scales + 2 * ROWS);
    }
  return result;
}

/* What a product works on: constants. */
typedef struct
{
  GlmPackedFormat format;
  int n_panels;        /* 1 or 2 */
  int width;           /* of the tile */
  int first, n_tokens; /* of the tile, that are multiplied */
  int n_ahead;         /* panels to prefetch */
} Shape;

/* acc[p][i] += Σ4 levels[p] · the four bytes of token i at q.  One panel: the bytes are broadcast within the instruction,
 * which saves a register for a wider tile.  Two: one broadcast serves both, which saves every second load. */
static ALWAYS_INLINE void
add_products (const Shape shape, __m512i acc[2][GLM_MAX_TILE_WIDTH], const __m512i levels[2], const uint8_t *q)
{
  UNROLL for (int i = 0; i < shape.n_tokens; i++) if (shape.n_panels == 1)
      DOT4_BROADCAST (acc[0][i], levels[0], q + 32 * (shape.first + i));
  else
  {
    __m512i bytes = _mm512_set1_epi32 (*(const int *) (q + 32 * (shape.first + i)));

    DOT4 (acc[0][i], levels[0], bytes);
    DOT4 (acc[1][i], levels[1], bytes);
  }
}

/* acc[p][i] = first_i + Σ levels z_begin … z_end − 1 · q_i, first_i the words at `words`. */
static ALWAYS_INLINE void
multiply_columns (const Shape shape, const uint8_t *blocks[2], const uint8_t *tile, int z_begin, int z_end,
                  const uint8_t *words, __m512i acc[2][GLM_MAX_TILE_WIDTH])
{
  const int *first = (const int *) words + shape.first;

  for (int p = 0; p < shape.n_panels; p++)
    UNROLL for (int i = 0; i < shape.n_tokens; i++) acc[p][i] =
        glm_packed_has_min (shape.format) ? _mm512_setzero_si512 () : _mm512_set1_epi32 (first[i]);
  UNROLL for (int z = z_begin; z < z_end; z++)
  {
    __m512i levels[2];

    for (int p = 0; p < shape.n_panels; p++)
      levels[p] = load_levels (shape.format, blocks[p], z);
    add_products (shape, acc, levels, tile + 4 * z);
  }
}

#endif
