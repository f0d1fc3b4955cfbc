/* packed-avx2.c: products with packed weights, AVX2, with and without VNNI
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two vectors of eight rows make a panel.  With VNNI (GLM_AVXVNNI) four byte products are summed by one instruction into
 * 32 bits; without, pmaddubsw sums two into 16 bits, which saturate: as many as cannot overflow are added up there
 * (Q4: all 8 of a block, 15 · 127 · 2 · 8 = 30480; Q5: 4; Q6: 2) and then widened.  Levels of Q8_0 and of those
 * that are looked up are too wide for that, so their bytes are made signed again and the sign moves to the activations.
 *
 * `format` and `width` are constants wherever tile_product() is expanded.
 */
#include "kernels/packed-shape.h"
#include "kernels/x86/x86.h"

#include <immintrin.h>

#define ROWS      GLM_PANEL_ROWS
#define MAX_WIDTH 4
#define UNROLL    _Pragma ("GCC unroll 8")

#ifdef GLM_AVXVNNI
#define HAS_VNNI       true
#define SUFFIXED(name) name##_avxvnni
#else
#define HAS_VNNI       false
#define SUFFIXED(name) name##_avx2
#endif

typedef struct
{
  /* [half of the rows]; high: of columns 16–31, where there are halves */
  __m256 scale[2], scale_high[2], min[2], min_high[2];
} BlockScales;

/* Byte products that 16 bits can hold the sum of, in pairs. */
static ALWAYS_INLINE int
pairs_per_sum (GlmPackedFormat format)
{
  return glm_packed_is_wide (format) ? 1 : format == GLM_PACKED_Q6_K ? 2 : glm_packed_is_q5 (format) ? 4 : 8;
}

static ALWAYS_INLINE __m256i
load (const uint8_t *p)
{
  return _mm256_loadu_si256 ((const __m256i *) p);
}

static ALWAYS_INLINE __m256i
shift_right (__m256i v, int n)
{
  return n > 0 ? _mm256_srli_epi16 (v, n) : n < 0 ? _mm256_slli_epi16 (v, -n) : v;
}

/* glm_packed_values() twice, with VNNI plus 128. */
static ALWAYS_INLINE __m256i
load_values (GlmPackedFormat format)
{
  __m256i values = _mm256_broadcastsi128_si256 (_mm_loadu_si128 ((const __m128i *) glm_packed_values (format)));

  return HAS_VNNI ? _mm256_xor_si256 (values, _mm256_set1_epi8 ((char) 0x80)) : values;
}

/* Levels of columns 4 z … 4 z + 3, z < 8, of rows 8 half … 8 half + 7.  Wide ones without VNNI: signed. */
static ALWAYS_INLINE __m256i
load_levels (GlmPackedFormat format, const uint8_t *block, int half, int z)
{
  __m256i v;

  block += 32 * half;
  if (format == GLM_PACKED_Q8_0)
    return HAS_VNNI ? load (block + 64 * z) : _mm256_xor_si256 (load (block + 64 * z), _mm256_set1_epi8 ((char) 0x80));
  if (glm_packed_has_crumbs (format))
    return _mm256_and_si256 (shift_right (load (block + 64 * (z / 4)), z % 4 * 2), _mm256_set1_epi8 (0x03));
  if (glm_packed_has_threes (format) && z % 4 < 3)
    v = _mm256_and_si256 (shift_right (load (block + 64 * (z % 4)), z / 4 * 3), _mm256_set1_epi8 (0x07));
  else if (glm_packed_has_threes (format))
    v = _mm256_or_si256 (_mm256_and_si256 (shift_right (load (block + 64 * (z / 4)), 6), _mm256_set1_epi8 (0x03)),
                         _mm256_and_si256 (shift_right (load (block + 128), 4 + z / 4), _mm256_set1_epi8 (0x04)));
  else
    v = _mm256_and_si256 (shift_right (load (block + 64 * (z % 4)), z / 4 * 4), _mm256_set1_epi8 (0x0f));
  if (glm_packed_has_values (format))
    v = _mm256_shuffle_epi8 (load_values (format), v);
  else if (glm_packed_is_q5 (format))
    v = _mm256_or_si256 (v, _mm256_and_si256 (shift_right (load (block + 256), z - 4), _mm256_set1_epi8 (0x10)));
  else if (format == GLM_PACKED_Q6_K)
    v = _mm256_or_si256 (v, _mm256_and_si256 (shift_right (load (block + 256 + 64 * (z / 4)), z % 4 * 2 - 4),
                                              _mm256_set1_epi8 (0x30)));
  return v;
}

/* One accumulator: 32-bit sums, and the 16-bit ones that are not yet in them. */
typedef struct
{
  __m256i sum, pairs;
} Accumulator;

/* step counts the calls for this accumulator in this block. */
static ALWAYS_INLINE void
add_products (GlmPackedFormat format, Accumulator *acc, __m256i levels, __m256i q, int step, int n_steps)
{
#ifdef GLM_AVXVNNI
  acc->sum = _mm256_dpbusd_avx_epi32 (acc->sum, levels, q);
#else
  int period = pairs_per_sum (format) < n_steps ? pairs_per_sum (format) : n_steps;
  __m256i products;

  if (glm_packed_is_wide (format))
    products = _mm256_maddubs_epi16 (_mm256_abs_epi8 (levels), _mm256_sign_epi8 (q, levels));
  else
    products = _mm256_maddubs_epi16 (levels, q);
  acc->pairs = step % period == 0 ? products : _mm256_add_epi16 (acc->pairs, products);
  /* GCC would add up in a tree, and keep all its leaves in memory. */
  __asm__("" : "+x"(acc->pairs));
  if (step % period == period - 1)
    {
      acc->sum = _mm256_add_epi32 (acc->sum, _mm256_madd_epi16 (acc->pairs, _mm256_set1_epi16 (1)));
      __asm__("" : "+x"(acc->sum));
    }
#endif
}

static ALWAYS_INLINE __m256
load_halves (const uint8_t *p)
{
  return _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) p));
}

static ALWAYS_INLINE __m256
load_bytes_unsigned (const uint8_t *p)
{
  return _mm256_cvtepi32_ps (_mm256_cvtepu8_epi32 (_mm_loadl_epi64 ((const __m128i *) p)));
}

static ALWAYS_INLINE __m256
load_bytes_signed (const uint8_t *p)
{
  return _mm256_cvtepi32_ps (_mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const __m128i *) p)));
}

/* The nibbles from bit `shift` on of eight bytes. */
static ALWAYS_INLINE __m256
load_nibbles (const uint8_t *p, int shift)
{
  __m256i v = _mm256_cvtepu8_epi32 (_mm_loadl_epi64 ((const __m128i *) p));

  return _mm256_cvtepi32_ps (shift == 0 ? _mm256_and_si256 (v, _mm256_set1_epi32 (15)) : _mm256_srli_epi32 (v, 4));
}

/* 2^(e − 128) of eight bytes; 0 for the two smallest, which are below the normal numbers. */
static ALWAYS_INLINE __m256
load_powers (const uint8_t *p)
{
  __m128i exponents = _mm_subs_epu8 (_mm_loadl_epi64 ((const __m128i *) p), _mm_set1_epi8 (1));

  return _mm256_castsi256_ps (_mm256_slli_epi32 (_mm256_cvtepu8_epi32 (exponents), 23));
}

/* IQ1 to IQ3. */
static ALWAYS_INLINE void
load_unit_scales (GlmPackedFormat format, const uint8_t *head, const uint8_t *scales, int half, BlockScales *result)
{
  __m256 unit = _mm256_loadu_ps ((const float *) head + 8 * half);

  result->scale[half] = _mm256_mul_ps (unit, load_bytes_unsigned (scales + 8 * half));
  if (glm_packed_has_halves (format))
    result->scale_high[half] = _mm256_mul_ps (unit, load_bytes_unsigned (scales + ROWS + 8 * half));
  if (glm_packed_has_min (format))
    result->min[half] =
        _mm256_mul_ps (_mm256_sub_ps (_mm256_setzero_ps (), unit), load_bytes_unsigned (scales + ROWS + 8 * half));
}

static ALWAYS_INLINE BlockScales
load_scales (GlmPackedFormat format, const uint8_t *head, const uint8_t *scales)
{
  BlockScales result = { 0 };

  for (int half = 0; half < 2; half++)
    if (format == GLM_PACKED_MXFP4)
      result.scale[half] = load_powers (scales + 8 * half);
    else if (glm_packed_has_units (format))
      load_unit_scales (format, head, scales, half, &result);
    else if (format == GLM_PACKED_Q2_K)
      {
        __m256 d = load_halves (head + 16 * half);
        __m256 minus_dmin = _mm256_sub_ps (_mm256_setzero_ps (), load_halves (head + 2 * ROWS + 16 * half));

        result.scale[half] = _mm256_mul_ps (d, load_nibbles (scales + 8 * half, 0));
        result.scale_high[half] = _mm256_mul_ps (d, load_nibbles (scales + ROWS + 8 * half, 0));
        result.min[half] = _mm256_mul_ps (minus_dmin, load_nibbles (scales + 8 * half, 4));
        result.min_high[half] = _mm256_mul_ps (minus_dmin, load_nibbles (scales + ROWS + 8 * half, 4));
      }
    else if (glm_packed_has_halves (format) || format == GLM_PACKED_IQ4_XS)
      {
        __m256 d = load_halves (head + 16 * half);

        result.scale[half] = _mm256_mul_ps (d, load_bytes_signed (scales + 8 * half));
        if (glm_packed_has_halves (format))
          result.scale_high[half] = _mm256_mul_ps (d, load_bytes_signed (scales + ROWS + 8 * half));
      }
    else if (glm_packed_is_k (format))
      {
        __m256 minus_dmin = _mm256_sub_ps (_mm256_setzero_ps (), load_halves (head + 2 * ROWS + 16 * half));

        result.scale[half] = _mm256_mul_ps (load_halves (head + 16 * half), load_bytes_unsigned (scales + 8 * half));
        result.min[half] = _mm256_mul_ps (minus_dmin, load_bytes_unsigned (scales + ROWS + 8 * half));
      }
    else
      {
        result.scale[half] = load_halves (scales + 16 * half);
        if (glm_packed_has_min (format))
          result.min[half] = load_halves (scales + 2 * ROWS + 16 * half);
      }
  return result;
}

/* sum[i] += scale · d_i · (first_i + Σ levels z_begin … z_end − 1 · q_i). */
static ALWAYS_INLINE void
multiply_columns (GlmPackedFormat format, int width, const uint8_t *block, const uint8_t *tile, int z_begin, int z_end,
                  const uint8_t *first, const __m256 scale[2], __m256 sum[][2])
{
  const float *d = (const float *) (tile + 32 * width);
  /* Signed levels carry no offset. */
  bool has_first = !glm_packed_has_min (format) && (HAS_VNNI || !glm_packed_is_wide (format));
  Accumulator acc[MAX_WIDTH][2];

  UNROLL for (int i = 0; i < width; i++) acc[i][0].sum = acc[i][1].sum =
      has_first ? _mm256_set1_epi32 (((const int *) first)[i]) : _mm256_setzero_si256 ();
  UNROLL for (int z = z_begin; z < z_end; z++)
  {
    __m256i levels[2] = { load_levels (format, block, 0, z), load_levels (format, block, 1, z) };

    UNROLL for (int i = 0; i < width; i++)
    {
      __m256i q = _mm256_set1_epi32 (*(const int *) (tile + 32 * i + 4 * z));

      add_products (format, &acc[i][0], levels[0], q, z - z_begin, z_end - z_begin);
      add_products (format, &acc[i][1], levels[1], q, z - z_begin, z_end - z_begin);
    }
  }
  UNROLL for (int i = 0; i < width; i++)
  {
    __m256 factor = _mm256_set1_ps (d[i]);

    sum[i][0] = _mm256_fmadd_ps (_mm256_cvtepi32_ps (acc[i][0].sum), _mm256_mul_ps (scale[0], factor), sum[i][0]);
    sum[i][1] = _mm256_fmadd_ps (_mm256_cvtepi32_ps (acc[i][1].sum), _mm256_mul_ps (scale[1], factor), sum[i][1]);
  }
}

/* sum[i] += min · word_i */
static ALWAYS_INLINE void
add_minima (int width, const uint8_t *words, const __m256 min[2], __m256 sum[][2])
{
  const float *scaled = (const float *) words;

  UNROLL for (int i = 0; i < width; i++)
  {
    sum[i][0] = _mm256_fmadd_ps (min[0], _mm256_set1_ps (scaled[i]), sum[i][0]);
    sum[i][1] = _mm256_fmadd_ps (min[1], _mm256_set1_ps (scaled[i]), sum[i][1]);
  }
}

static ALWAYS_INLINE void
multiply_block (GlmPackedFormat format, int width, const uint8_t *head, const uint8_t *block, const uint8_t *tile,
                __m256 sum[][2])
{
  const uint8_t *a = tile + 36 * width, *b = tile + 40 * width;
  bool has_halves = glm_packed_has_halves (format), has_min = glm_packed_has_min (format);
  BlockScales scales = load_scales (format, head, block + glm_packed_level_bytes (format));

  multiply_columns (format, width, block, tile, 0, has_halves ? 4 : 8, a, scales.scale, sum);
  if (has_halves)
    multiply_columns (format, width, block, tile, 4, 8, b, scales.scale_high, sum);
  if (has_min)
    add_minima (width, a, scales.min, sum);
  if (has_min && has_halves)
    add_minima (width, b, scales.min_high, sum);
}

static ALWAYS_INLINE void
tile_product (GlmPackedFormat format, int width, const uint8_t *panel, int64_t n_blocks, const uint8_t *tile,
              const uint8_t *ahead, float *out)
{
  const uint8_t *head = panel;
  __m256 sum[MAX_WIDTH][2];

  UNROLL for (int i = 0; i < width; i++) sum[i][0] = sum[i][1] = _mm256_setzero_ps ();
  for (int64_t b = 0; b < n_blocks; b++, panel += glm_packed_block_bytes (format), tile += GLM_TILE_BYTES * width)
    {
      if (glm_packed_is_k (format) && b % 8 == 0)
        {
          head = panel;
          panel += glm_packed_head_bytes (format);
        }
      for (int i = 0; i < glm_packed_block_bytes (format); i += 64)
        _mm_prefetch ((const char *) ahead + i, _MM_HINT_T1);
      ahead += glm_packed_block_bytes (format);
      multiply_block (format, width, head, panel, tile, sum);
    }
  UNROLL for (int i = 0; i < width; i++)
  {
    _mm256_storeu_ps (out + ROWS * i, sum[i][0]);
    _mm256_storeu_ps (out + ROWS * i + 8, sum[i][1]);
  }
}

#define PANEL_PRODUCT(name, format)                                                                         \
  static void panel_product_##name (const uint8_t *panel, int64_t n_blocks, const uint8_t *tile, int width, \
                                    const uint8_t *ahead, float *out)                                       \
  {                                                                                                         \
    switch (width)                                                                                          \
      {                                                                                                     \
      case 1: tile_product (format, 1, panel, n_blocks, tile, ahead, out); break;                           \
      case 2: tile_product (format, 2, panel, n_blocks, tile, ahead, out); break;                           \
      default: tile_product (format, MAX_WIDTH, panel, n_blocks, tile, ahead, out); break;                  \
      }                                                                                                     \
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

static ALWAYS_INLINE float
largest_lane (__m256 v)
{
  __m128 m = _mm_max_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));

  m = _mm_max_ps (m, _mm_movehl_ps (m, m));
  return _mm_cvtss_f32 (_mm_max_ss (m, _mm_movehdup_ps (m)));
}

static ALWAYS_INLINE int
sum_lanes (__m256i v)
{
  __m128i s = _mm_add_epi32 (_mm256_castsi256_si128 (v), _mm256_extracti128_si256 (v, 1));

  s = _mm_add_epi32 (s, _mm_shuffle_epi32 (s, 0x4e));
  return _mm_cvtsi128_si32 (_mm_add_epi32 (s, _mm_shuffle_epi32 (s, 0xb1)));
}

static void
quantise_tile (const float *x, int64_t cols, GlmSumKind kind, uint8_t *tile, int width, int t)
{
  const __m256 sign = _mm256_set1_ps (-0.0f);
  const __m256i in_order = _mm256_setr_epi32 (0, 4, 1, 5, 2, 6, 3, 7); /* after the two packs, which work by lane */

  for (; cols > 0; cols -= 32, x += 32, tile += GLM_TILE_BYTES * width)
    {
      __m256 largest_of = _mm256_setzero_ps (), inverse;
      __m256i q[4], bytes;
      float largest, d;
      int sum_low, sum_high;

      UNROLL for (int i = 0; i < 4; i++) largest_of =
          _mm256_max_ps (largest_of, _mm256_andnot_ps (sign, _mm256_loadu_ps (x + 8 * i)));
      largest = largest_lane (largest_of);
      d = glm_packed_activation_scale (largest);
      inverse = _mm256_set1_ps (1 / d);
      UNROLL for (int i = 0; i < 4; i++) q[i] = _mm256_cvtps_epi32 (_mm256_mul_ps (_mm256_loadu_ps (x + 8 * i), inverse));
      sum_low = sum_lanes (_mm256_add_epi32 (q[0], q[1]));
      sum_high = sum_lanes (_mm256_add_epi32 (q[2], q[3]));
      bytes = _mm256_packs_epi16 (_mm256_packs_epi32 (q[0], q[1]), _mm256_packs_epi32 (q[2], q[3]));
      _mm256_storeu_si256 ((__m256i *) (tile + 32 * t), _mm256_permutevar8x32_epi32 (bytes, in_order));

      ((float *) (tile + 32 * width))[t] = d;
      glm_packed_store_sums (kind, d, sum_low, sum_high, tile, width, t);
    }
}

void
SUFFIXED (glm_kernels_set_packed) (GlmKernels *kernels)
{
  static const uint8_t tile_width[MAX_WIDTH + 1] = { 0, 1, 2, 4, 4 };

  kernels->has_packed = true;
  kernels->max_tile_width = MAX_WIDTH;
  kernels->prefetch_bytes = HAS_VNNI ? 8192 : 6656;
  for (int n = 0; n <= MAX_WIDTH; n++)
    kernels->tile_width[n] = tile_width[n];
  kernels->quantise_tile = quantise_tile;
  kernels->panel_product[GLM_PACKED_Q4_0] = panel_product_q4_0;
  kernels->panel_product[GLM_PACKED_Q4_1] = panel_product_q4_1;
  kernels->panel_product[GLM_PACKED_Q5_0] = panel_product_q5_0;
  kernels->panel_product[GLM_PACKED_Q5_1] = panel_product_q5_1;
  kernels->panel_product[GLM_PACKED_Q8_0] = panel_product_q8_0;
  kernels->panel_product[GLM_PACKED_Q4_K] = panel_product_q4_k;
  kernels->panel_product[GLM_PACKED_Q5_K] = panel_product_q5_k;
  kernels->panel_product[GLM_PACKED_Q6_K] = panel_product_q6_k;
  kernels->panel_product[GLM_PACKED_IQ4_NL] = panel_product_iq4_nl;
  kernels->panel_product[GLM_PACKED_IQ4_XS] = panel_product_iq4_xs;
  kernels->panel_product[GLM_PACKED_Q3_K] = panel_product_q3_k;
  kernels->panel_product[GLM_PACKED_Q2_K] = panel_product_q2_k;
  kernels->panel_product[GLM_PACKED_MXFP4] = panel_product_mxfp4;
  kernels->panel_product[GLM_PACKED_IQ1_S] = panel_product_iq1_s;
  kernels->panel_product[GLM_PACKED_IQ1_M] = panel_product_iq1_m;
  kernels->panel_product[GLM_PACKED_IQ2_XXS] = panel_product_iq2_xxs;
  kernels->panel_product[GLM_PACKED_IQ2_XS] = panel_product_iq2_xs;
  kernels->panel_product[GLM_PACKED_IQ2_S] = panel_product_iq2_xs;
  kernels->panel_product[GLM_PACKED_IQ3_XXS] = panel_product_iq3_xxs;
  kernels->panel_product[GLM_PACKED_IQ3_S] = panel_product_iq3_s;
}
