/* packed-avx512-tiles.c: products of two panels with many tiles, AVX-512 VNNI
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A block of 32 columns of 16 rows times a token is eight vpdpbusd, one multiply-add, and the product of both scales, s · d;
 * only two of the processor's ports do these.  Here the product is looked up: d is (1 + m / 8) · 2^k, so that s · d is one of
 * eight multiples of s, with k added to its exponent, which other ports do (AMD's; Intel's two ports do everything).  The multiples of some blocks are computed once
 * for all tiles.  They are exact: the results are those of pair_product(), but for scales of 0.
 */
#include "kernels/x86/packed-avx512.h"

#define WIDTH    GLM_MAX_TILE_WIDTH
#define N_TOKENS 6 /* of a tile, whose accumulators and sums are in registers together */

/* Factors of one panel and the columns that share a scale. */
typedef struct
{
  __m512i multiples[8]; /* the bits of (1 + m / 8) · s, less those of 1 + m / 8: plus the bits of d they are s · d */
  __m512 min;
} Factors;

/* Factors of each panel that are computed at a time: 18 KiB, so that they, the levels and a tile's blocks are in the
 * first-level cache together. */
#define MAX_FACTORS 16

typedef Factors FactorsOfPair[2];

static ALWAYS_INLINE void
compute_factors (__m512 s, __m512 min, Factors *factors)
{
  const __m512 tiny = _mm512_set1_ps (0x1p-60f); /* the exponent of 0 cannot be added to */

  s = _mm512_mask_mov_ps (s, _mm512_cmp_ps_mask (s, _mm512_setzero_ps (), _CMP_EQ_OQ), tiny);
  for (int m = 0; m < 8; m++)
    {
      const __m512 multiplier = _mm512_set1_ps (1 + (float) m / 8);

      factors->multiples[m] =
          _mm512_sub_epi32 (_mm512_castps_si512 (_mm512_mul_ps (s, multiplier)), _mm512_castps_si512 (multiplier));
    }
  factors->min = min;
}

/* Computes the factors of one panel's blocks.  The first begins a group. */
static ALWAYS_INLINE void
compute_panel (GlmPackedFormat format, const uint8_t *panel, int64_t n_blocks, int p, FactorsOfPair *factors)
{
  const uint8_t *head = panel;

  for (int64_t b = 0; b < n_blocks; b++, panel += glm_packed_block_bytes (format))
    {
      BlockScales scales;

      if (glm_packed_is_k (format) && b % 8 == 0)
        {
          head = panel;
          panel += glm_packed_head_bytes (format);
        }
      scales = load_scales (format, head, panel + glm_packed_level_bytes (format));
      compute_factors (scales.scale, scales.min, &(*factors++)[p]);
      if (glm_packed_has_halves (format))
        compute_factors (scales.scale_high, scales.min_high, &(*factors++)[p]);
    }
}

/* sum[p][i] += s[p] · d_i · acc[p][i] */
static ALWAYS_INLINE void
add_scaled (FactorsOfPair *factors, const uint8_t *d, const __m512i acc[2][WIDTH], __m512 sum[2][WIDTH])
{
  UNROLL for (int i = 0; i < N_TOKENS; i++)
  {
    uint32_t bits = ((const uint32_t *) d)[i];
    __m512i d_i = _mm512_set1_epi32 ((int) bits);

    for (int p = 0; p < 2; p++)
      {
        __m512i scaled = _mm512_add_epi32 ((*factors)[p].multiples[bits >> 20 & 7], d_i);

        sum[p][i] = _mm512_fmadd_ps (_mm512_cvtepi32_ps (acc[p][i]), _mm512_castsi512_ps (scaled), sum[p][i]);
      }
  }
}

/* sum[p][i] += min[p] · word_i */
static ALWAYS_INLINE void
add_minima (FactorsOfPair *factors, const uint8_t *words, __m512 sum[2][WIDTH])
{
  for (int p = 0; p < 2; p++)
    UNROLL for (int i = 0; i < N_TOKENS; i++) sum[p][i] =
        _mm512_fmadd_ps ((*factors)[p].min, _mm512_set1_ps (((const float *) words)[i]), sum[p][i]);
}

/* One block of each panel times N_TOKENS tokens: q, d, a and b of the first one. */
static ALWAYS_INLINE void
multiply_block (GlmPackedFormat format, const uint8_t *blocks[2], const uint8_t *q, const uint8_t *d, FactorsOfPair *factors,
                __m512 sum[2][WIDTH])
{
  const Shape shape = { .format = format, .n_panels = 2, .width = WIDTH, .n_tokens = N_TOKENS };
  const bool has_halves = glm_packed_has_halves (format), has_min = glm_packed_has_min (format);
  const uint8_t *a = d + 4 * WIDTH, *b = a + 4 * WIDTH;
  __m512i acc[2][WIDTH];

  multiply_columns (shape, blocks, q, 0, has_halves ? 4 : 8, a, acc);
  add_scaled (factors, d, acc, sum);
  if (has_halves)
    {
      multiply_columns (shape, blocks, q, 4, 8, b, acc);
      add_scaled (factors + 1, d, acc, sum);
    }
  if (has_min)
    add_minima (factors, a, sum);
  if (has_min && has_halves)
    add_minima (factors + 1, b, sum);
}

/* n_blocks of each panel times tokens [first, first + N_TOKENS) of a tile's blocks.  out [2, WIDTH, 16]: holds what the blocks
 * before them gave, where is_next. */
static ALWAYS_INLINE void
multiply_blocks (GlmPackedFormat format, const uint8_t *panels, size_t panel_bytes, int64_t n_blocks, const uint8_t *tile,
                 int first, FactorsOfPair *factors, const uint8_t *ahead, bool is_next, float *out)
{
  const uint8_t *blocks[2] = { panels, panels + panel_bytes };
  __m512 sum[2][WIDTH];

  out += ROWS * first;
  for (int p = 0; p < 2; p++)
    UNROLL for (int i = 0; i < N_TOKENS; i++) sum[p][i] =
        is_next ? _mm512_loadu_ps (out + ROWS * (WIDTH * p + i)) : _mm512_setzero_ps ();
  for (int64_t n = 0; n < n_blocks; n++, tile += GLM_TILE_BYTES * WIDTH)
    {
      if (glm_packed_is_k (format) && n % 8 == 0)
        for (int p = 0; p < 2; p++)
          blocks[p] += glm_packed_head_bytes (format);
      for (int i = 0; i < glm_packed_block_bytes (format); i += 64)
        _mm_prefetch ((const char *) ahead + i, _MM_HINT_T0);
      ahead += glm_packed_block_bytes (format);
      multiply_block (format, blocks, tile + 32 * first, tile + 32 * WIDTH + 4 * first, factors, sum);
      factors += glm_packed_has_halves (format) ? 2 : 1;
      for (int p = 0; p < 2; p++)
        blocks[p] += glm_packed_block_bytes (format);
    }
  for (int p = 0; p < 2; p++)
    UNROLL for (int i = 0; i < N_TOKENS; i++) _mm512_storeu_ps (out + ROWS * (WIDTH * p + i), sum[p][i]);
}

static ALWAYS_INLINE void
multiply_tiles (GlmPackedFormat format, const uint8_t *panels, size_t panel_bytes, int64_t n_blocks, const uint8_t *tiles,
                int n_tiles, const uint8_t *ahead, float *out)
{
  const int64_t step = glm_packed_has_halves (format) ? MAX_FACTORS / 2 : MAX_FACTORS;
  const size_t tile_bytes = (size_t) n_blocks * GLM_TILE_BYTES * WIDTH;
  FactorsOfPair factors[MAX_FACTORS];

  for (int64_t b = 0; b < n_blocks; b += step)
    {
      int64_t n = n_blocks - b < step ? n_blocks - b : step;
      size_t at = (size_t) (b * glm_packed_block_bytes (format) + b / 8 * glm_packed_head_bytes (format));

      for (int p = 0; p < 2; p++)
        compute_panel (format, panels + at + panel_bytes * (size_t) p, n, p, factors);
      for (int i = 0; i < n_tiles; i++)
        for (int first = 0; first < WIDTH; first += N_TOKENS)
          {
            /* While at the first tile, what comes after the panels; then these blocks, which is as good as nothing. */
            const uint8_t *then = i == 0 ? ahead + (first == 0 ? 0 : panel_bytes) : panels;

            multiply_blocks (format, panels + at, panel_bytes, n,
                             tiles + tile_bytes * (size_t) i + (size_t) b * GLM_TILE_BYTES * WIDTH, first, factors, then + at,
                             b > 0, out + (size_t) i * 2 * WIDTH * ROWS);
          }
    }
}

#define TILES_PRODUCT(name, format)                                                                               \
  static void tiles_product_##name##_avx512 (const uint8_t *panels, size_t panel_bytes, int64_t n_blocks,         \
                                             const uint8_t *tiles, int n_tiles, const uint8_t *ahead, float *out) \
  {                                                                                                               \
    multiply_tiles (format, panels, panel_bytes, n_blocks, tiles, n_tiles, ahead, out);                           \
  }

/* Not Q5_0, Q6_K, Q3_K and the others of three bits: unpacking their levels keeps the other ports busy, and it takes longer.
 * Not MXFP4, whose exponents have no room for an addition. */
TILES_PRODUCT (q4_0, GLM_PACKED_Q4_0)
TILES_PRODUCT (q4_1, GLM_PACKED_Q4_1)
TILES_PRODUCT (q5_1, GLM_PACKED_Q5_1)
TILES_PRODUCT (q8_0, GLM_PACKED_Q8_0)
TILES_PRODUCT (q4_k, GLM_PACKED_Q4_K)
TILES_PRODUCT (q5_k, GLM_PACKED_Q5_K)
TILES_PRODUCT (iq4_nl, GLM_PACKED_IQ4_NL)
TILES_PRODUCT (iq4_xs, GLM_PACKED_IQ4_XS)
TILES_PRODUCT (q2_k, GLM_PACKED_Q2_K)
TILES_PRODUCT (iq1_s, GLM_PACKED_IQ1_S)
TILES_PRODUCT (iq3_xxs, GLM_PACKED_IQ3_XXS)
TILES_PRODUCT (iq3_s, GLM_PACKED_IQ3_S)

void
glm_kernels_set_packed_avx512_pairs (GlmKernels *kernels)
{
  kernels->min_pair_width = 2;
  kernels->min_tiles = 3;
  kernels->tiles_product[GLM_PACKED_Q4_0] = tiles_product_q4_0_avx512;
  kernels->tiles_product[GLM_PACKED_Q4_1] = tiles_product_q4_1_avx512;
  kernels->tiles_product[GLM_PACKED_Q5_1] = tiles_product_q5_1_avx512;
  kernels->tiles_product[GLM_PACKED_Q8_0] = tiles_product_q8_0_avx512;
  kernels->tiles_product[GLM_PACKED_Q4_K] = tiles_product_q4_k_avx512;
  kernels->tiles_product[GLM_PACKED_Q5_K] = tiles_product_q5_k_avx512;
  kernels->tiles_product[GLM_PACKED_IQ4_NL] = tiles_product_iq4_nl_avx512;
  kernels->tiles_product[GLM_PACKED_IQ4_XS] = tiles_product_iq4_xs_avx512;
  kernels->tiles_product[GLM_PACKED_Q2_K] = tiles_product_q2_k_avx512;
  kernels->tiles_product[GLM_PACKED_IQ1_S] = tiles_product_iq1_s_avx512;
  kernels->tiles_product[GLM_PACKED_IQ3_XXS] = tiles_product_iq3_xxs_avx512;
  kernels->tiles_product[GLM_PACKED_IQ3_S] = tiles_product_iq3_s_avx512;
}
