/* packed-avx512.c: products with packed weights, AVX-512 VNNI
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One vector holds four columns of the panel's 16 rows; vpdpbusd multiplies it by four bytes of one token, broadcast from
 * memory within the instruction.  A token costs one accumulator and one running sum, so that tiles of 12 tokens stay in
 * registers.  Prompts take two panels and 6 tokens at a time instead: half the loads.
 * The Shape is a constant wherever tile_product() is expanded.
 */
#include "kernels/packed-shape.h"
#include "kernels/x86/x86.h"
#include "quant/blocks.h"

#include <immintrin.h>

#define ROWS GLM_PANEL_ROWS

#define UNROLL _Pragma ("GCC unroll 12")

/* acc += Σ4 levels · the four signed bytes at p, in each lane.  GCC does not fold the broadcast of the intrinsic. */
#define DOT4_BROADCAST(acc, levels, p)                                                                                       \
  __asm__ ("vpdpbusd %2%{1to16%}, %1, %0" : "+v"(acc) : "v"(levels), "m"(*(const int *) (p)))
/* The same of four bytes that are in every lane already.  (As an intrinsic it gets copies of the accumulators.) */
#define DOT4(acc, levels, bytes) __asm__ ("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(levels), "v"(bytes))

/* Keeps the compiler from loading from `pointer` before `value` is there: scales that are converted amid the products cost
 * them 3 %. */
#define LOAD_AFTER(pointer, value) __asm__ ("" : "+r"(pointer) : "v"(value))

typedef struct
{
  __m512 scale, scale_high, min, min_high; /* high: of columns 16–31, where there are halves */
} BlockScales;

static ALWAYS_INLINE __m512i
shift_right (__m512i v,
             int     n)
{
  return n > 0 ? _mm512_srli_epi16 (v, (unsigned) n) : n < 0 ? _mm512_slli_epi16 (v, (unsigned) -n) : v;
}

/* glm_iq4_values[] plus 128, four times. */
static ALWAYS_INLINE __m512i
iq4_table (void)
{
  return _mm512_xor_si512 (_mm512_broadcast_i32x4 (_mm_loadu_si128 ((const __m128i *) glm_iq4_values)),
                           _mm512_set1_epi8 ((char) 0x80));
}

/* Levels of columns 4 z … 4 z + 3, z < 8, of the 16 rows. */
static ALWAYS_INLINE __m512i
load_levels (GlmPackedFormat format,
             const uint8_t  *block,
             int             z)
{
  __m512i v;

  if (format == GLM_PACKED_Q8_0)
    return _mm512_loadu_si512 (block + 64 * z);
  if (format == GLM_PACKED_Q2_K)
    return _mm512_and_si512 (shift_right (_mm512_loadu_si512 (block + 64 * (z / 4)), z % 4 * 2), _mm512_set1_epi8 (0x03));
  if (format == GLM_PACKED_Q3_K && z % 4 < 3)
    return _mm512_and_si512 (shift_right (_mm512_loadu_si512 (block + 64 * (z % 4)), z / 4 * 3), _mm512_set1_epi8 (0x07));
  /* 0xf8: v | (high & mask) */
  if (format == GLM_PACKED_Q3_K)
    {
      v = _mm512_and_si512 (shift_right (_mm512_loadu_si512 (block + 64 * (z / 4)), 6), _mm512_set1_epi8 (0x03));
      return _mm512_ternarylogic_epi32 (v, shift_right (_mm512_loadu_si512 (block + 128), 4 + z / 4), _mm512_set1_epi8 (0x04),
                                        0xf8);
    }
  v = _mm512_and_si512 (shift_right (_mm512_loadu_si512 (block + 64 * (z % 4)), z / 4 * 4), _mm512_set1_epi8 (0x0f));
  if (glm_packed_is_iq4 (format))
    v = _mm512_shuffle_epi8 (iq4_table (), v);
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
load_nibbles (const uint8_t *p,
              int            shift)
{
  __m512i v = _mm512_cvtepu8_epi32 (_mm_loadu_si128 ((const __m128i *) p));

  return _mm512_cvtepi32_ps (shift == 0 ? _mm512_and_si512 (v, _mm512_set1_epi32 (15)) : _mm512_srli_epi32 (v, 4));
}

static ALWAYS_INLINE BlockScales
load_scales (GlmPackedFormat format,
             const uint8_t  *head,
             const uint8_t  *scales)
{
  const __m512 zero = _mm512_setzero_ps ();
  BlockScales result = { zero, zero, zero, zero };

  if (format == GLM_PACKED_Q2_K)
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

/* What tile_product() works on: constants but for the pointers. */
typedef struct
{
  GlmPackedFormat format;
  int n_panels;                 /* 1 or 2 */
  int width;                    /* of the tile */
  int first, n_tokens;          /* of the tile, that are multiplied */
  int n_ahead;                  /* panels to prefetch */
} Shape;

/* acc[p][i] += Σ4 levels[p] · the four bytes of token i at q.  One panel: the bytes are broadcast within the instruction,
 * which saves a register for a wider tile.  Two: one broadcast serves both, which saves every second load. */
static ALWAYS_INLINE void
add_products (const Shape    shape,
              __m512i        acc[2][GLM_MAX_TILE_WIDTH],
              const __m512i  levels[2],
              const uint8_t *q)
{
  UNROLL for (int i = 0; i < shape.n_tokens; i++)
    if (shape.n_panels == 1)
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
multiply_columns (const Shape    shape,
                  const uint8_t *blocks[2],
                  const uint8_t *tile,
                  int            z_begin,
                  int            z_end,
                  const uint8_t *words,
                  __m512i        acc[2][GLM_MAX_TILE_WIDTH])
{
  const int *first = (const int *) words + shape.first;

  for (int p = 0; p < shape.n_panels; p++)
    UNROLL for (int i = 0; i < shape.n_tokens; i++)
      acc[p][i] = glm_packed_has_min (shape.format) ? _mm512_setzero_si512 () : _mm512_set1_epi32 (first[i]);
  UNROLL for (int z = z_begin; z < z_end; z++)
    {
      __m512i levels[2];

      for (int p = 0; p < shape.n_panels; p++)
        levels[p] = load_levels (shape.format, blocks[p], z);
      add_products (shape, acc, levels, tile + 4 * z);
    }
}

/* sum[p][i] += scale[p] · d_i · acc[p][i] */
static ALWAYS_INLINE void
add_scaled (const Shape    shape,
            const uint8_t *tile,
            const __m512   scale[2],
            const __m512i  acc[2][GLM_MAX_TILE_WIDTH],
            __m512         sum[2][GLM_MAX_TILE_WIDTH])
{
  const float *d = (const float *) (tile + 32 * shape.width) + shape.first;

  for (int p = 0; p < shape.n_panels; p++)
    UNROLL for (int i = 0; i < shape.n_tokens; i++)
      sum[p][i] = _mm512_fmadd_ps (_mm512_cvtepi32_ps (acc[p][i]), _mm512_mul_ps (scale[p], _mm512_set1_ps (d[i])), sum[p][i]);
}

/* sum[p][i] += min[p] · word_i */
static ALWAYS_INLINE void
add_minima (const Shape    shape,
            const uint8_t *words,
            const __m512   min[2],
            __m512         sum[2][GLM_MAX_TILE_WIDTH])
{
  const float *scaled = (const float *) words + shape.first;

  for (int p = 0; p < shape.n_panels; p++)
    UNROLL for (int i = 0; i < shape.n_tokens; i++)
      sum[p][i] = _mm512_fmadd_ps (min[p], _mm512_set1_ps (scaled[i]), sum[p][i]);
}

/* One block of each panel times one block of the tile.  heads: of the group that the block is in. */
static ALWAYS_INLINE void
multiply_block (const Shape    shape,
                const uint8_t *heads[2],
                const uint8_t *blocks[2],
                const uint8_t *tile,
                __m512         sum[2][GLM_MAX_TILE_WIDTH])
{
  const uint8_t *a = tile + 36 * shape.width, *b = tile + 40 * shape.width;
  bool has_halves = glm_packed_has_halves (shape.format), has_min = glm_packed_has_min (shape.format);
  __m512 scale[2], scale_high[2], min[2], min_high[2];
  __m512i acc[2][GLM_MAX_TILE_WIDTH];

  multiply_columns (shape, blocks, tile, 0, has_halves ? 4 : 8, a, acc);
  for (int p = 0; p < shape.n_panels; p++)
    {
      const uint8_t *after = blocks[p] + glm_packed_level_bytes (shape.format);
      BlockScales scales;

      LOAD_AFTER (after, acc[p][0]);
      scales = load_scales (shape.format, heads[p], after);
      scale[p] = scales.scale;
      scale_high[p] = scales.scale_high;
      min[p] = scales.min;
      min_high[p] = scales.min_high;
    }
  add_scaled (shape, tile, scale, acc, sum);
  if (has_halves)
    {
      multiply_columns (shape, blocks, tile, 4, 8, b, acc);
      add_scaled (shape, tile, scale_high, acc, sum);
    }
  if (has_min)
    add_minima (shape, a, min, sum);
  if (has_min && has_halves)
    add_minima (shape, b, min_high, sum);
}

/* out [n_panels, width, 16] */
static ALWAYS_INLINE void
tile_product (const Shape    shape,
              const uint8_t *panel,
              size_t         panel_bytes,
              int64_t        n_blocks,
              const uint8_t *tile,
              const uint8_t *ahead,
              float         *out)
{
  const uint8_t *blocks[2] = { panel, panel + panel_bytes }, *heads[2] = { panel, panel + panel_bytes };
  __m512 sum[2][GLM_MAX_TILE_WIDTH];

  for (int p = 0; p < shape.n_panels; p++)
    UNROLL for (int i = 0; i < shape.n_tokens; i++)
      sum[p][i] = _mm512_setzero_ps ();
  for (int64_t b = 0; b < n_blocks; b++, tile += GLM_TILE_BYTES * shape.width)
    {
      for (int p = 0; p < shape.n_panels && glm_packed_is_k (shape.format) && b % 8 == 0; p++)
        {
          heads[p] = blocks[p];
          blocks[p] += glm_packed_head_bytes (shape.format);
        }
      for (int p = 0; p < shape.n_ahead; p++)
        for (int i = 0; i < glm_packed_block_bytes (shape.format); i += 64)
          _mm_prefetch ((const char *) ahead + p * panel_bytes + i, _MM_HINT_T0);
      ahead += glm_packed_block_bytes (shape.format);
      multiply_block (shape, heads, blocks, tile, sum);
      for (int p = 0; p < shape.n_panels; p++)
        blocks[p] += glm_packed_block_bytes (shape.format);
    }
  for (int p = 0; p < shape.n_panels; p++)
    UNROLL for (int i = 0; i < shape.n_tokens; i++)
      _mm512_storeu_ps (out + ROWS * (shape.width * p + shape.first + i), sum[p][i]);
}

static const uint8_t tile_width[GLM_MAX_TILE_WIDTH + 1] = { 0, 1, 2, 3, 4, 6, 6, 8, 8, 12, 12, 12, 12 };

#define PANEL_PRODUCT(name, format)                                                                                          \
  static void panel_product_##name##_avx512 (const uint8_t *panel, int64_t n_blocks, const uint8_t *tile, int width,         \
                                             const uint8_t *ahead, float *out)                                               \
  {                                                                                                                          \
    switch (width)                                                                                                           \
      {                                                                                                                      \
      case 1: tile_product ((Shape) { format, 1, 1, 0, 1, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                 \
      case 2: tile_product ((Shape) { format, 1, 2, 0, 2, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                 \
      case 3: tile_product ((Shape) { format, 1, 3, 0, 3, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                 \
      case 4: tile_product ((Shape) { format, 1, 4, 0, 4, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                 \
      case 6: tile_product ((Shape) { format, 1, 6, 0, 6, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                 \
      case 8: tile_product ((Shape) { format, 1, 8, 0, 8, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                 \
      default: tile_product ((Shape) { format, 1, 12, 0, 12, 1 }, panel, 0, n_blocks, tile, ahead, out); break;              \
      }                                                                                                                      \
  }                                                                                                                          \
  static void pair_product_##name##_avx512 (const uint8_t *panels, size_t panel_bytes, int64_t n_blocks,                     \
                                            const uint8_t *tile, int width, const uint8_t *ahead, float *out)                \
  {                                                                                                                          \
    switch (width)                                                                                                           \
      {                                                                                                                      \
      case 2: tile_product ((Shape) { format, 2, 2, 0, 2, 2 }, panels, panel_bytes, n_blocks, tile, ahead, out); break;      \
      case 3: tile_product ((Shape) { format, 2, 3, 0, 3, 2 }, panels, panel_bytes, n_blocks, tile, ahead, out); break;      \
      case 4: tile_product ((Shape) { format, 2, 4, 0, 4, 2 }, panels, panel_bytes, n_blocks, tile, ahead, out); break;      \
      case 6: tile_product ((Shape) { format, 2, 6, 0, 6, 2 }, panels, panel_bytes, n_blocks, tile, ahead, out); break;      \
      case 8:                                                                                                                \
        tile_product ((Shape) { format, 2, 8, 0, 4, 1 }, panels, panel_bytes, n_blocks, tile, ahead, out);                   \
        ahead += panel_bytes;                                                                                                \
        tile_product ((Shape) { format, 2, 8, 4, 4, 1 }, panels, panel_bytes, n_blocks, tile, ahead, out);                   \
        break;                                                                                                               \
      default:                                                                                                               \
        tile_product ((Shape) { format, 2, 12, 0, 6, 1 }, panels, panel_bytes, n_blocks, tile, ahead, out);                  \
        tile_product ((Shape) { format, 2, 12, 6, 6, 1 }, panels, panel_bytes, n_blocks, tile, ahead + panel_bytes, out);    \
        break;                                                                                                               \
      }                                                                                                                      \
  }

PANEL_PRODUCT (q4_0, GLM_PACKED_Q4_0)
PANEL_PRODUCT (q4_1, GLM_PACKED_Q4_1)
PANEL_PRODUCT (q5_0, GLM_PACKED_Q5_0)
PANEL_PRODUCT (q5_1, GLM_PACKED_Q5_1)
PANEL_PRODUCT (q8_0, GLM_PACKED_Q8_0)
PANEL_PRODUCT (q4_k, GLM_PACKED_Q4_K)
PANEL_PRODUCT (q5_k, GLM_PACKED_Q5_K)
PANEL_PRODUCT (q6_k, GLM_PACKED_Q6_K)
PANEL_PRODUCT (iq4_nl, GLM_PACKED_IQ4_NL)
PANEL_PRODUCT (iq4_xs, GLM_PACKED_IQ4_XS)
PANEL_PRODUCT (q3_k, GLM_PACKED_Q3_K)
PANEL_PRODUCT (q2_k, GLM_PACKED_Q2_K)

/* ---- Activations -------------------------------------------------------------------------------------------------- */

static ALWAYS_INLINE int
sum_lanes (__m128i v)
{
  v = _mm_add_epi32 (v, _mm_shuffle_epi32 (v, 0x4e));
  return _mm_cvtsi128_si32 (_mm_add_epi32 (v, _mm_shuffle_epi32 (v, 0xb1)));
}

static ALWAYS_INLINE float
largest_lane (__m512 v)
{
  __m256 half = _mm256_max_ps (_mm512_castps512_ps256 (v), _mm512_extractf32x8_ps (v, 1));
  __m128 m = _mm_max_ps (_mm256_castps256_ps128 (half), _mm256_extractf128_ps (half, 1));

  m = _mm_max_ps (m, _mm_movehl_ps (m, m));
  return _mm_cvtss_f32 (_mm_max_ss (m, _mm_movehdup_ps (m)));
}

static void
quantise_tile_avx512 (const float *x,
                      int64_t      cols,
                      GlmSumKind   kind,
                      uint8_t     *tile,
                      int          width,
                      int          t)
{
  const __m128i zero = _mm_setzero_si128 (), ones = _mm_set1_epi8 (1);

  for (; cols > 0; cols -= 32, x += 32, tile += GLM_TILE_BYTES * width)
    {
      __m512 low = _mm512_loadu_ps (x), high = _mm512_loadu_ps (x + 16);
      float largest = largest_lane (_mm512_max_ps (_mm512_abs_ps (low), _mm512_abs_ps (high))), d = largest / 127;
      __m512 inverse = _mm512_set1_ps (largest > 0 ? 127 / largest : 0);
      __m128i q_low = _mm512_cvtsepi32_epi8 (_mm512_cvtps_epi32 (_mm512_mul_ps (low, inverse)));
      __m128i q_high = _mm512_cvtsepi32_epi8 (_mm512_cvtps_epi32 (_mm512_mul_ps (high, inverse)));
      __m128i sums = _mm_dpbusd_epi32 (zero, ones, q_low);

      _mm_storeu_si128 ((__m128i *) (tile + 32 * t), q_low);
      _mm_storeu_si128 ((__m128i *) (tile + 32 * t + 16), q_high);
      ((float *) (tile + 32 * width))[t] = d;
      if (glm_sum_has_halves (kind))
        glm_packed_store_sums (kind, d, sum_lanes (sums), sum_lanes (_mm_dpbusd_epi32 (zero, ones, q_high)), tile, width, t);
      else
        glm_packed_store_sums (kind, d, sum_lanes (_mm_dpbusd_epi32 (sums, ones, q_high)), 0, tile, width, t);
    }
}

void
glm_kernels_set_packed_avx512 (GlmKernels *kernels)
{
  kernels->has_packed = true;
  kernels->max_tile_width = GLM_MAX_TILE_WIDTH;
  for (int n = 0; n <= GLM_MAX_TILE_WIDTH; n++)
    kernels->tile_width[n] = tile_width[n];
  kernels->min_pair_width = 2;
  kernels->quantise_tile = quantise_tile_avx512;
  kernels->panel_product[GLM_PACKED_Q4_0] = panel_product_q4_0_avx512;
  kernels->pair_product[GLM_PACKED_Q4_0] = pair_product_q4_0_avx512;
  kernels->panel_product[GLM_PACKED_Q4_1] = panel_product_q4_1_avx512;
  kernels->pair_product[GLM_PACKED_Q4_1] = pair_product_q4_1_avx512;
  kernels->panel_product[GLM_PACKED_Q5_0] = panel_product_q5_0_avx512;
  kernels->pair_product[GLM_PACKED_Q5_0] = pair_product_q5_0_avx512;
  kernels->panel_product[GLM_PACKED_Q5_1] = panel_product_q5_1_avx512;
  kernels->pair_product[GLM_PACKED_Q5_1] = pair_product_q5_1_avx512;
  kernels->panel_product[GLM_PACKED_Q8_0] = panel_product_q8_0_avx512;
  kernels->pair_product[GLM_PACKED_Q8_0] = pair_product_q8_0_avx512;
  kernels->panel_product[GLM_PACKED_Q4_K] = panel_product_q4_k_avx512;
  kernels->pair_product[GLM_PACKED_Q4_K] = pair_product_q4_k_avx512;
  kernels->panel_product[GLM_PACKED_Q5_K] = panel_product_q5_k_avx512;
  kernels->pair_product[GLM_PACKED_Q5_K] = pair_product_q5_k_avx512;
  kernels->panel_product[GLM_PACKED_Q6_K] = panel_product_q6_k_avx512;
  kernels->pair_product[GLM_PACKED_Q6_K] = pair_product_q6_k_avx512;
  kernels->panel_product[GLM_PACKED_IQ4_NL] = panel_product_iq4_nl_avx512;
  kernels->pair_product[GLM_PACKED_IQ4_NL] = pair_product_iq4_nl_avx512;
  kernels->panel_product[GLM_PACKED_IQ4_XS] = panel_product_iq4_xs_avx512;
  kernels->pair_product[GLM_PACKED_IQ4_XS] = pair_product_iq4_xs_avx512;
  kernels->panel_product[GLM_PACKED_Q3_K] = panel_product_q3_k_avx512;
  kernels->pair_product[GLM_PACKED_Q3_K] = pair_product_q3_k_avx512;
  kernels->panel_product[GLM_PACKED_Q2_K] = panel_product_q2_k_avx512;
  kernels->pair_product[GLM_PACKED_Q2_K] = pair_product_q2_k_avx512;
}
