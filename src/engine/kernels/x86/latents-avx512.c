/* latents-avx512.c: attention over latents that are bytes, AVX-512 VNNI
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scores: a vector holds four components of 16 keys, and meets the same four of each head.  Values: a vector holds 16
 * components of four keys, and meets the weights of those keys; it is made from the others for all heads.  The number of heads and of groups of keys is a constant wherever score_heads() and add_heads() are expanded.
 */
#include "kernels/packed-shape.h"
#include "kernels/simd/simd-avx512.h"
#include "kernels/x86/x86.h"

#define SEGMENT GLM_LATENT_SEGMENT
#define KEYS    GLM_LATENT_KEYS
#define GROUP   GLM_LATENT_GROUP
#define QUERIES GLM_LATENT_QUERIES
#define STRIP   64 /* components of the values together */
#define UNROLL  _Pragma ("GCC unroll 20")

/* As intrinsics they get copies of the accumulators. */
#define DOT4(acc, levels, bytes) __asm__("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(levels), "v"(bytes))
#define DOT2(acc, a, b)          __asm__("vpdpwssd %2, %1, %0" : "+v"(acc) : "v"(a), "v"(b))

/* ---- A block of keys -------------------------------------------------------------------------------------------- */

/* Halves compare as the integers of their bits: the largest of 32, and of 8 in a register that is done with. */
static ALWAYS_INLINE uint16_t
largest_half (__m512i v)
{
  __m256i a = _mm256_max_epu16 (_mm512_castsi512_si256 (v), _mm512_extracti64x4_epi64 (v, 1));
  __m128i b = _mm_max_epu16 (_mm256_castsi256_si128 (a), _mm256_extracti128_si256 (a, 1));

  return (uint16_t) ~_mm_extract_epi16 (_mm_minpos_epu16 (_mm_xor_si128 (b, _mm_set1_epi8 (-1))), 0);
}

/* Scales of 16 keys' segment from their largest halves, and their inverses. */
static ALWAYS_INLINE void
set_scales (const uint16_t *most, float levels, float *scales, float *inverse)
{
  __m512 size = _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) most));

  _mm512_storeu_ps (scales, _mm512_div_ps (size, _mm512_set1_ps (levels)));
  _mm512_storeu_ps (inverse, _mm512_maskz_div_ps (_mm512_cmp_ps_mask (size, _mm512_setzero_ps (), _CMP_GT_OQ),
                                                  _mm512_set1_ps (levels), size));
}

/* A query or the turned part of a key: so many halves, as bits without signs. */
static ALWAYS_INLINE __m512i
load_sizes (const uint16_t *p, int64_t n)
{
  __mmask32 lanes = n >= 32 ? UINT32_MAX : (1u << n) - 1;

  return _mm512_and_si512 (_mm512_maskz_loadu_epi16 (lanes, p), _mm512_set1_epi16 (0x7fff));
}

static ALWAYS_INLINE __m512i
quantise_halves (const uint16_t *p, __m512 inverse)
{
  return _mm512_cvtps_epi32 (_mm512_mul_ps (v_load_half (p), inverse));
}

/* 64 components of a key: four of them, 16 z + 4 l …, in place z of lane l. */
static ALWAYS_INLINE __m512i
quantise_strip (const uint16_t *p, __m512 inverse)
{
  return _mm512_packs_epi16 (_mm512_packs_epi32 (quantise_halves (p, inverse), quantise_halves (p + 16, inverse)),
                             _mm512_packs_epi32 (quantise_halves (p + 32, inverse), quantise_halves (p + 48, inverse)));
}

/* 64 components of 16 keys. */
static ALWAYS_INLINE void
pack_strip (const uint16_t *const *rows, int64_t c, const float *inverse, uint8_t *levels)
{
  __m512 turned[GROUP];

  UNROLL for (int j = 0; j < GROUP; j++) turned[j] = _mm512_castsi512_ps (
      _mm512_xor_si512 (quantise_strip (rows[j] + c, _mm512_set1_ps (inverse[j])), _mm512_set1_epi8 ((char) 0x80)));
  v_transpose (turned);
  UNROLL for (int i = 0; i < GROUP; i++)
      _mm512_storeu_si512 (levels + 64 * (i % 4 * 4 + i / 4), _mm512_castps_si512 (turned[i]));
}

/* Behind the latents: pairs of components, 16 keys side by side. */
static void
pack_turned (const uint16_t *const *rows, int64_t n, const float *inverse, int16_t *levels)
{
  for (int64_t c = 0; c < n; c += 32)
    {
      __m512 turned[GROUP];

      UNROLL for (int j = 0; j < GROUP; j++)
      {
        int64_t left = n - c;
        __m512 scale = _mm512_set1_ps (inverse[j]);
        __m512 low = left >= 16 ? v_load_half (rows[j] + c) : v_load_half_part (rows[j] + c, (int) left);
        __m512 high = left >= 32   ? v_load_half (rows[j] + c + 16)
                      : left <= 16 ? _mm512_setzero_ps ()
                                   : v_load_half_part (rows[j] + c + 16, (int) left - 16);
        __m256i low_levels = _mm512_cvtepi32_epi16 (_mm512_cvtps_epi32 (_mm512_mul_ps (low, scale)));

        turned[j] = _mm512_castsi512_ps (
            _mm512_inserti64x4 (_mm512_castsi256_si512 (low_levels),
                                _mm512_cvtepi32_epi16 (_mm512_cvtps_epi32 (_mm512_mul_ps (high, scale))), 1));
      }
      v_transpose (turned);
      for (int i = 0; i < GROUP && c + 2 * i < n; i++)
        _mm512_storeu_ps (levels + (c / 2 + i) * 2 * GROUP, turned[i]);
    }
}

static void
find_scales (const uint16_t *const *rows, const GlmLatentBlock *block, int group, float inverse[][GROUP])
{
  int64_t n_segments = block->rank / SEGMENT;
  uint16_t most[GLM_LATENT_MAX_RANK / SEGMENT + 1][GROUP];

  for (int j = 0; j < GROUP; j++)
    for (int64_t i = 0; i <= n_segments; i++)
      {
        int64_t n = i < n_segments ? SEGMENT : block->turned;
        const uint16_t *p = rows[j] + i * SEGMENT;
        __m512i size = load_sizes (p, n);

        for (int64_t c = 32; c < n; c += 32)
          size = _mm512_max_epu16 (size, load_sizes (p + c, n - c));
        most[i][j] = largest_half (size);
      }
  for (int64_t i = 0; i <= n_segments; i++)
    set_scales (most[i], i < n_segments ? GLM_LATENT_MAX_LEVEL : GLM_LATENT_TURNED_MOST,
                glm_latent_scales (block, group) + i * GROUP, inverse[i]);
}

static void
latent_pack (const GlmAttendBlock *keys, const GlmLatentBlock *block)
{
  static const uint16_t zeros[GLM_LATENT_MAX_RANK + GLM_LATENT_MAX_TURNED];
  int64_t rank = block->rank;

  for (int group = 0; group < block->n / GROUP; group++)
    {
      float inverse[GLM_LATENT_MAX_RANK / SEGMENT + 1][GROUP];
      const uint16_t *rows[GROUP];

      for (int j = 0; j < GROUP; j++)
        rows[j] = group * GROUP + j < keys->n ? (const uint16_t *) keys->rows + (group * GROUP + j) * keys->ld : zeros;
      find_scales (rows, block, group, inverse);
      for (int64_t c = 0; c < rank; c += STRIP)
        pack_strip (rows, c, inverse[c / SEGMENT], glm_latent_levels (block, group) + c * GROUP);
      for (int j = 0; j < GROUP; j++)
        rows[j] += rank;
      pack_turned (rows, block->turned, inverse[rank / SEGMENT], glm_latent_turned (block, group));
    }
}

/* ---- Scores ----------------------------------------------------------------------------------------------------- */

/* total += scales · acc */
static ALWAYS_INLINE void
add_scaled_sums (int heads, int groups, const __m512i *acc, const float *q_scales, const float *k_scales, int64_t stride,
                 float *s, int64_t lds, bool first)
{
  UNROLL for (int h = 0; h < heads; h++) for (int g = 0; g < groups; g++)
  {
    __m512 scale = v_mul (v_set (q_scales[h]), v_load (k_scales + stride / (int64_t) sizeof (float) * g));
    __m512 sum = _mm512_cvtepi32_ps (acc[h * groups + g]);
    float *to = s + h * lds + GROUP * g;

    v_store (to, first ? v_mul (sum, scale) : v_fma (sum, scale, v_load (to)));
  }
}

/* The scores of so many heads and groups of keys.  The first heads prefetch the keys that come next. */
static ALWAYS_INLINE void
score_heads (int heads, int groups, const GlmLatentBlock *block, int group, const GlmLatentQueries *queries, int head, float *s,
             int64_t lds)
{
  int64_t n_scales = glm_latent_n_scales (block->rank), turned = block->turned, stride = block->group_bytes;
  const float *k_scales = glm_latent_scales (block, group), *q_scales = queries->scales + head;
  const uint8_t *k = glm_latent_levels (block, group), *ahead = (const uint8_t *) k_scales + groups * stride;
  __m512i acc[20];

  for (int64_t i = 0; i < n_scales - 1; i++, k_scales += GROUP, q_scales += QUERIES)
    {
      const int8_t *q = queries->levels + (i * QUERIES + head) * SEGMENT;

      UNROLL for (int h = 0; h < heads; h++) for (int g = 0; g < groups; g++) acc[h * groups + g] =
          _mm512_set1_epi32 (queries->offsets[i * QUERIES + head + h]);
      for (int c = 0; c < SEGMENT; c += 4, k += 64, ahead += 64 * groups)
        {
          __m512i key = _mm512_loadu_si512 (k), key2 = _mm512_loadu_si512 (k + (groups - 1) * stride);

          if (head == 0)
            for (int g = 0; g < groups; g++)
              _mm_prefetch ((const char *) ahead + 64 * g, _MM_HINT_T1);
          UNROLL for (int h = 0; h < heads; h++)
          {
            __m512i four = _mm512_set1_epi32 (*(const int *) (const void *) (q + h * SEGMENT + c));

            DOT4 (acc[h * groups], key, four);
            if (groups > 1)
              DOT4 (acc[h * groups + groups - 1], key2, four);
          }
        }
      add_scaled_sums (heads, groups, acc, q_scales, k_scales, stride, s, lds, i == 0);
    }
  UNROLL for (int i = 0; i < heads * groups; i++) acc[i] = _mm512_setzero_si512 ();
  for (int64_t c = 0; c < turned; c += 2, k += 64, ahead += 64 * groups)
    {
      __m512i key = _mm512_loadu_si512 (k), key2 = _mm512_loadu_si512 (k + (groups - 1) * stride);

      if (head == 0)
        for (int g = 0; g < groups; g++)
          _mm_prefetch ((const char *) ahead + 64 * g, _MM_HINT_T1);
      UNROLL for (int h = 0; h < heads; h++)
      {
        __m512i two = _mm512_set1_epi32 (*(const int *) (const void *) (queries->turned_levels + (head + h) * turned + c));

        DOT2 (acc[h * groups], key, two);
        if (groups > 1)
          DOT2 (acc[h * groups + groups - 1], key2, two);
      }
    }
  add_scaled_sums (heads, groups, acc, q_scales, k_scales, stride, s, lds, false);
}

static ALWAYS_INLINE void
score_groups (int groups, const GlmLatentBlock *block, int group, const GlmLatentQueries *queries, int n_q, float *s,
              int64_t lds)
{
  int h = 0;

  for (; h + 10 <= n_q; h += 10)
    score_heads (10, groups, block, group, queries, h, s + h * lds, lds);
  for (; h + 4 <= n_q; h += 4)
    score_heads (4, groups, block, group, queries, h, s + h * lds, lds);
  for (; h < n_q; h++)
    score_heads (1, groups, block, group, queries, h, s + h * lds, lds);
}

static void
latent_scores (const GlmLatentBlock *block, const GlmLatentQueries *queries, int n_q, float *s, int64_t lds)
{
  int group = 0;

  for (; group + 2 <= block->n / GROUP; group += 2)
    score_groups (2, block, group, queries, n_q, s + group * GROUP, lds);
  if (group < block->n / GROUP)
    score_groups (1, block, group, queries, n_q, s + group * GROUP, lds);
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

/* 64 components of all keys as [n / 4][64][4]: signed bytes, four keys side by side. */
static ALWAYS_INLINE void
turn_values (const GlmLatentBlock *block, int64_t c, int8_t *values)
{
  const __m512i columns = _mm512_broadcast_i32x4 (_mm_setr_epi8 (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));

  for (int group = 0; group < block->n / GROUP; group++, values += GROUP * STRIP)
    for (int part = 0; part < 4; part++)
      {
        const uint8_t *levels = glm_latent_levels (block, group) + (c + 16 * part) * GROUP;
        __m512i v[4], low, high, low2, high2;

        /* v[i]: components 4 i … of four keys in each lane; then lanes become vectors. */
        UNROLL for (int i = 0; i < 4; i++) v[i] =
            _mm512_shuffle_epi8 (_mm512_xor_si512 (_mm512_loadu_si512 (levels + 64 * i), _mm512_set1_epi8 ((char) 0x80)),
                                 columns);
        low = _mm512_shuffle_i32x4 (v[0], v[1], 0x44);
        low2 = _mm512_shuffle_i32x4 (v[2], v[3], 0x44);
        high = _mm512_shuffle_i32x4 (v[0], v[1], 0xee);
        high2 = _mm512_shuffle_i32x4 (v[2], v[3], 0xee);
        _mm512_storeu_si512 (values + 64 * part, _mm512_shuffle_i32x4 (low, low2, 0x88));
        _mm512_storeu_si512 (values + 4 * STRIP + 64 * part, _mm512_shuffle_i32x4 (low, low2, 0xdd));
        _mm512_storeu_si512 (values + 8 * STRIP + 64 * part, _mm512_shuffle_i32x4 (high, high2, 0x88));
        _mm512_storeu_si512 (values + 12 * STRIP + 64 * part, _mm512_shuffle_i32x4 (high, high2, 0xdd));
      }
}

/* Weights of a segment's values, their keys' scales multiplied in, as bytes; returns the weights' scale. */
static ALWAYS_INLINE float
quantise_weights (const float *p, const GlmLatentBlock *block, int64_t segment, uint8_t *levels)
{
  __m512 weights[KEYS / GROUP], most = _mm512_setzero_ps (), inverse;
  float largest;

  for (int j = 0; j < block->n / GROUP; j++)
    {
      weights[j] = v_mul (v_load (p + j * GROUP), v_load (glm_latent_scales (block, j) + segment * GROUP));
      most = v_max (most, weights[j]);
    }
  largest = v_largest (most);
  inverse = v_set (largest > 0 ? GLM_LATENT_MAX_WEIGHT / largest : 0);
  for (int j = 0; j < block->n / GROUP; j++)
    _mm_storeu_si128 ((__m128i *) (levels + j * GROUP),
                      _mm512_cvtepi32_epi8 (_mm512_cvtps_epi32 (v_mul (weights[j], inverse))));
  return largest / GLM_LATENT_MAX_WEIGHT;
}

/* o += weights · values, of 64 components and so many heads. */
static ALWAYS_INLINE void
add_heads (int heads, const int8_t *values, int n, const uint8_t *levels, const float *scales, float *o, int64_t ldo)
{
  __m512i acc[20];

  UNROLL for (int i = 0; i < heads * 4; i++) acc[i] = _mm512_setzero_si512 ();
  for (int j = 0; j < n; j += 4, values += 4 * STRIP)
    {
      __m512i value[4];

      UNROLL for (int c = 0; c < 4; c++) value[c] = _mm512_loadu_si512 (values + 64 * c);
      UNROLL for (int h = 0; h < heads; h++)
      {
        __m512i four = _mm512_set1_epi32 (*(const int *) (const void *) (levels + h * KEYS + j));

        UNROLL for (int c = 0; c < 4; c++) DOT4 (acc[4 * h + c], four, value[c]);
      }
    }
  UNROLL for (int h = 0; h < heads; h++) for (int c = 0; c < 4; c++)
  {
    float *to = o + h * ldo + GROUP * c;

    v_store (to, v_fma (_mm512_cvtepi32_ps (acc[4 * h + c]), v_set (scales[h]), v_load (to)));
  }
}

static void
latent_values (const GlmLatentBlock *block, const float *p, int64_t ldp, int n_q, float *o, int64_t ldo)
{
  _Alignas(64) uint8_t levels[QUERIES * KEYS];
  _Alignas(64) int8_t values[STRIP * KEYS];
  float scales[QUERIES];

  for (int64_t c = 0; c < block->rank; c += STRIP)
    {
      int h = 0;

      for (int i = 0; c % SEGMENT == 0 && i < n_q; i++)
        scales[i] = quantise_weights (p + i * ldp, block, c / SEGMENT, levels + i * KEYS);
      turn_values (block, c, values);
      for (; h + 5 <= n_q; h += 5)
        add_heads (5, values, block->n, levels + h * KEYS, scales + h, o + h * ldo + c, ldo);
      for (; h < n_q; h++)
        add_heads (1, values, block->n, levels + h * KEYS, scales + h, o + h * ldo + c, ldo);
    }
}

void
glm_kernels_set_latents_avx512 (GlmKernels *kernels)
{
  kernels->has_latents = true;
  kernels->latent_pack = latent_pack;
  kernels->latent_scores = latent_scores;
  kernels->latent_values = latent_values;
}
