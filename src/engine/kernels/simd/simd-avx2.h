/* simd-avx2.h: float vectors of AVX2, with FMA and F16C
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_SIMD_AVX2_H
#define GLM_SIMD_AVX2_H

#include <immintrin.h>

#define LANES          8
#define SUFFIXED(name) name##_avx2
typedef __m256 Vec;

/* clang-format off */
static inline Vec v_load (const float *p) { return _mm256_loadu_ps (p); }
static inline void v_store (float *p, Vec v) { _mm256_storeu_ps (p, v); }
static inline Vec v_set (float f) { return _mm256_set1_ps (f); }
static inline Vec v_zero (void) { return _mm256_setzero_ps (); }
static inline Vec v_add (Vec a, Vec b) { return _mm256_add_ps (a, b); }
static inline Vec v_sub (Vec a, Vec b) { return _mm256_sub_ps (a, b); }
static inline Vec v_mul (Vec a, Vec b) { return _mm256_mul_ps (a, b); }
static inline Vec v_div (Vec a, Vec b) { return _mm256_div_ps (a, b); }
static inline Vec v_fma (Vec a, Vec b, Vec c) { return _mm256_fmadd_ps (a, b, c); }
static inline Vec v_nfma (Vec a, Vec b, Vec c) { return _mm256_fnmadd_ps (a, b, c); }
static inline Vec v_max (Vec a, Vec b) { return _mm256_max_ps (a, b); }
static inline Vec v_min (Vec a, Vec b) { return _mm256_min_ps (a, b); }
static inline Vec v_round (Vec v) { return _mm256_round_ps (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/* In two steps, so that results below 2⁻¹²⁶ are still right. */
static inline Vec v_scale2 (Vec v, Vec n)
{
  __m256i exponent = _mm256_cvtps_epi32 (n), half = _mm256_srai_epi32 (exponent, 1), bias = _mm256_set1_epi32 (127);
  __m256i first = _mm256_slli_epi32 (_mm256_add_epi32 (half, bias), 23);
  __m256i second = _mm256_slli_epi32 (_mm256_add_epi32 (_mm256_sub_epi32 (exponent, half), bias), 23);

  return _mm256_mul_ps (_mm256_mul_ps (v, _mm256_castsi256_ps (first)), _mm256_castsi256_ps (second));
}
static inline float v_sum (Vec v)
{
  __m128 s = _mm_add_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));

  s = _mm_add_ps (s, _mm_movehl_ps (s, s));
  return _mm_cvtss_f32 (_mm_add_ss (s, _mm_movehdup_ps (s)));
}
static inline float v_largest (Vec v)
{
  __m128 m = _mm_max_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));

  m = _mm_max_ps (m, _mm_movehl_ps (m, m));
  return _mm_cvtss_f32 (_mm_max_ss (m, _mm_movehdup_ps (m)));
}
/* LANES integers of 8 bits as floats. */
static inline Vec v_load_i8 (const int8_t *p) { return _mm256_cvtepi32_ps (_mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const __m128i *) p))); }
static inline Vec v_load_half (const uint16_t *p) { return _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) p)); }
static inline void v_store_half (uint16_t *p, Vec v)
{
  _mm_storeu_si128 ((__m128i *) p, _mm256_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT));
}

static inline __m256i first_lanes (int n)
{
  return _mm256_cmpgt_epi32 (_mm256_set1_epi32 (n), _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7));
}
static inline Vec v_load_part (const float *p, int n) { return _mm256_maskload_ps (p, first_lanes (n)); }
static inline void v_store_part (float *p, Vec v, int n) { _mm256_maskstore_ps (p, first_lanes (n), v); }
static inline Vec v_load_half_part (const uint16_t *p, int n)
{
  uint16_t halves[LANES] = { 0 };

  for (int i = 0; i < n; i++)
    halves[i] = p[i];
  return v_load_half (halves);
}
static inline void v_store_half_part (uint16_t *p, Vec v, int n)
{
  uint16_t halves[LANES];

  v_store_half (halves, v);
  for (int i = 0; i < n; i++)
    p[i] = halves[i];
}

static inline Vec v_load_doubled (const float *p)
{
  const __m256i pairs = _mm256_setr_epi32 (0, 0, 1, 1, 2, 2, 3, 3);

  return _mm256_permutevar8x32_ps (_mm256_castps128_ps256 (_mm_loadu_ps (p)), pairs);
}
static inline Vec v_swap_pairs (Vec v) { return _mm256_permute_ps (v, 0xb1); }
static inline Vec v_fmaddsub (Vec a, Vec b, Vec c) { return _mm256_fmaddsub_ps (a, b, c); }
static inline void v_transpose (Vec v[LANES])
{
  Vec t[LANES];

  for (int i = 0; i < LANES; i += 2)
    {
      t[i] = _mm256_unpacklo_ps (v[i], v[i + 1]);
      t[i + 1] = _mm256_unpackhi_ps (v[i], v[i + 1]);
    }
  for (int i = 0; i < LANES; i += 4)
    for (int j = 0; j < 2; j++)
      {
        __m256d a = _mm256_castps_pd (t[i + j]), b = _mm256_castps_pd (t[i + j + 2]);

        v[i + 2 * j] = _mm256_castpd_ps (_mm256_unpacklo_pd (a, b));
        v[i + 2 * j + 1] = _mm256_castpd_ps (_mm256_unpackhi_pd (a, b));
      }
  for (int j = 0; j < 4; j++)
    {
      t[j] = _mm256_permute2f128_ps (v[j], v[j + 4], 0x20);
      t[j + 4] = _mm256_permute2f128_ps (v[j], v[j + 4], 0x31);
    }
  for (int j = 0; j < LANES; j++)
    v[j] = t[j];
}
/* clang-format on */

#endif
