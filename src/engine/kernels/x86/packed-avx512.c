/* packed-avx512.c: products with packed weights, AVX-512 VNNI
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One vector holds four columns of the panel's 16 rows; vpdpbusd multiplies it by four bytes of one token, broadcast from
 * memory within the instruction.  A token costs one accumulator and one running sum, so that tiles of 12 tokens stay in
 * registers.  Pairs take two panels and 6 tokens at a time instead: half the loads, and twice the unpacking.
 * The Shape is a constant wherever tile_product() is expanded.
 */
#include "kernels/x86/packed-avx512.h"

/* sum[p][i] += scale[p] · d_i · acc[p][i] */
static ALWAYS_INLINE void
add_scaled (const Shape shape, const uint8_t *tile, const __m512 scale[2], const __m512i acc[2][GLM_MAX_TILE_WIDTH],
            __m512 sum[2][GLM_MAX_TILE_WIDTH])
{
  const float *d = (const float *) (tile + 32 * shape.width) + shape.first;

  for (int p = 0; p < shape.n_panels; p++)
    UNROLL for (int i = 0; i < shape.n_tokens; i++) sum[p][i] =
        _mm512_fmadd_ps (_mm512_cvtepi32_ps (acc[p][i]), _mm512_mul_ps (scale[p], _mm512_set1_ps (d[i])), sum[p][i]);
}

/* sum[p][i] += min[p] · word_i */
static ALWAYS_INLINE void
add_minima (const Shape shape, const uint8_t *words, const __m512 min[2], __m512 sum[2][GLM_MAX_TILE_WIDTH])
{
  const float *scaled = (const float *) words + shape.first;

  for (int p = 0; p < shape.n_panels; p++)
    UNROLL for (int i = 0; i < shape.n_tokens; i++) sum[p][i] = _mm512_fmadd_ps (min[p], _mm512_set1_ps (scaled[i]), sum[p][i]);
}

/* One block of each panel times one block of the tile.  heads: of the group that the block is in. */
static ALWAYS_INLINE void
multiply_block (const Shape shape, const uint8_t *heads[2], const uint8_t *blocks[2], const uint8_t *tile,
                __m512 sum[2][GLM_MAX_TILE_WIDTH])
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
tile_product (const Shape shape, const uint8_t *panel, size_t panel_bytes, int64_t n_blocks, const uint8_t *tile,
              const uint8_t *ahead, float *out)
{
  const uint8_t *blocks[2] = { panel, panel + panel_bytes }, *heads[2] = { panel, panel + panel_bytes };
  __m512 sum[2][GLM_MAX_TILE_WIDTH];

  for (int p = 0; p < shape.n_panels; p++)
    UNROLL for (int i = 0; i < shape.n_tokens; i++) sum[p][i] = _mm512_setzero_ps ();
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

#define PANEL_PRODUCT(name, format)                                                                                           \
  static void panel_product_##name##_avx512 (const uint8_t *panel, int64_t n_blocks, const uint8_t *tile, int width,          \
                                             const uint8_t *ahead, float *out)                                                \
  {                                                                                                                           \
    switch (width)                                                                                                            \
      {                                                                                                                       \
      case 1: tile_product ((Shape){ format, 1, 1, 0, 1, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                   \
      case 2: tile_product ((Shape){ format, 1, 2, 0, 2, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                   \
      case 3: tile_product ((Shape){ format, 1, 3, 0, 3, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                   \
      case 4: tile_product ((Shape){ format, 1, 4, 0, 4, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                   \
      case 6: tile_product ((Shape){ format, 1, 6, 0, 6, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                   \
      case 8: tile_product ((Shape){ format, 1, 8, 0, 8, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                   \
      default: tile_product ((Shape){ format, 1, 12, 0, 12, 1 }, panel, 0, n_blocks, tile, ahead, out); break;                \
      }                                                                                                                       \
  }                                                                                                                           \
  static void pair_product_##name##_avx512 (const uint8_t *panels, size_t panel_bytes, int64_t n_blocks, const uint8_t *tile, \
                                            int width, const uint8_t *ahead, float *out)                                      \
  {                                                                                                                           \
    switch (width)                                                                                                            \
      {                                                                                                                       \
      case 2: tile_product ((Shape){ format, 2, 2, 0, 2, 2 }, panels, panel_bytes, n_blocks, tile, ahead, out); break;        \
      case 3: tile_product ((Shape){ format, 2, 3, 0, 3, 2 }, panels, panel_bytes, n_blocks, tile, ahead, out); break;        \
      case 4: tile_product ((Shape){ format, 2, 4, 0, 4, 2 }, panels, panel_bytes, n_blocks, tile, ahead, out); break;        \
      case 6: tile_product ((Shape){ format, 2, 6, 0, 6, 2 }, panels, panel_bytes, n_blocks, tile, ahead, out); break;        \
      case 8:                                                                                                                 \
        tile_product ((Shape){ format, 2, 8, 0, 4, 1 }, panels, panel_bytes, n_blocks, tile, ahead, out);                     \
        ahead += panel_bytes;                                                                                                 \
        tile_product ((Shape){ format, 2, 8, 4, 4, 1 }, panels, panel_bytes, n_blocks, tile, ahead, out);                     \
        break;                                                                                                                \
      default:                                                                                                                \
        tile_product ((Shape){ format, 2, 12, 0, 6, 1 }, panels, panel_bytes, n_blocks, tile, ahead, out);                    \
        tile_product ((Shape){ format, 2, 12, 6, 6, 1 }, panels, panel_bytes, n_blocks, tile, ahead + panel_bytes, out);      \
        break;                                                                                                                \
      }                                                                                                                       \
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
PANEL_PRODUCT (mxfp4, GLM_PACKED_MXFP4)
PANEL_PRODUCT (iq1_s, GLM_PACKED_IQ1_S)
PANEL_PRODUCT (iq1_m, GLM_PACKED_IQ1_M)
PANEL_PRODUCT (iq2_xxs, GLM_PACKED_IQ2_XXS)
PANEL_PRODUCT (iq2_xs, GLM_PACKED_IQ2_XS)
PANEL_PRODUCT (iq3_xxs, GLM_PACKED_IQ3_XXS)
PANEL_PRODUCT (iq3_s, GLM_PACKED_IQ3_S)

/* ---- Activations ------------------------------------------------------------------------------------------------ */

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
quantise_tile_avx512 (const float *x, int64_t cols, GlmSumKind kind, uint8_t *tile, int width, int t)
{
  const __m128i zero = _mm_setzero_si128 (), ones = _mm_set1_epi8 (1);

  for (; cols > 0; cols -= 32, x += 32, tile += GLM_TILE_BYTES * width)
    {
      __m512 low = _mm512_loadu_ps (x), high = _mm512_loadu_ps (x + 16);
      float d = glm_packed_activation_scale (largest_lane (_mm512_max_ps (_mm512_abs_ps (low), _mm512_abs_ps (high))));
      __m512 inverse = _mm512_set1_ps (1 / d);
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
  kernels->prefetch_bytes = 8192;
  for (int n = 0; n <= GLM_MAX_TILE_WIDTH; n++)
    kernels->tile_width[n] = tile_width[n];
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
  kernels->panel_product[GLM_PACKED_MXFP4] = panel_product_mxfp4_avx512;
  kernels->pair_product[GLM_PACKED_MXFP4] = pair_product_mxfp4_avx512;
  kernels->panel_product[GLM_PACKED_IQ1_S] = panel_product_iq1_s_avx512;
  kernels->pair_product[GLM_PACKED_IQ1_S] = pair_product_iq1_s_avx512;
  kernels->panel_product[GLM_PACKED_IQ1_M] = panel_product_iq1_m_avx512;
  kernels->pair_product[GLM_PACKED_IQ1_M] = pair_product_iq1_m_avx512;
  kernels->panel_product[GLM_PACKED_IQ2_XXS] = panel_product_iq2_xxs_avx512;
  kernels->pair_product[GLM_PACKED_IQ2_XXS] = pair_product_iq2_xxs_avx512;
  kernels->panel_product[GLM_PACKED_IQ2_XS] = panel_product_iq2_xs_avx512;
  kernels->pair_product[GLM_PACKED_IQ2_XS] = pair_product_iq2_xs_avx512;
  kernels->panel_product[GLM_PACKED_IQ2_S] = panel_product_iq2_xs_avx512;
  kernels->pair_product[GLM_PACKED_IQ2_S] = pair_product_iq2_xs_avx512;
  kernels->panel_product[GLM_PACKED_IQ3_XXS] = panel_product_iq3_xxs_avx512;
  kernels->pair_product[GLM_PACKED_IQ3_XXS] = pair_product_iq3_xxs_avx512;
  kernels->panel_product[GLM_PACKED_IQ3_S] = panel_product_iq3_s_avx512;
  kernels->pair_product[GLM_PACKED_IQ3_S] = pair_product_iq3_s_avx512;
}
