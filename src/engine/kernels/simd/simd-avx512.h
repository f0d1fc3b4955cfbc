/* simd-avx512.h: float vectors of AVX-512
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_SIMD_AVX512_H
#define GLM_SIMD_AVX512_H

#include <immintrin.h>

#define LANES          16
#define SUFFIXED(name) name##_avx512
typedef __m512 Vec;

/* clang-format off */
static inline Vec v_load (const float *p) { return _mm512_loadu_ps (p); }
static inline void v_store (float *p, Vec v) { _mm512_storeu_ps (p, v); }
static inline Vec v_set (float f) { return _mm512_set1_ps (f); }
static inline Vec v_zero (void) { return _mm512_setzero_ps (); }
static inline Vec v_add (Vec a, Vec b) { return _mm512_add_ps (a, b); }
static inline Vec v_sub (Vec a, Vec b) { return _mm512_sub_ps (a, b); }
static inline Vec v_mul (Vec a, Vec b) { return _mm512_mul_ps (a, b); }
static inline Vec v_div (Vec a, Vec b) { return _mm512_div_ps (a, b); }
static inline Vec v_fma (Vec a, Vec b, Vec c) { return _mm512_fmadd_ps (a, b, c); }     /* a b + c */
static inline Vec v_nfma (Vec a, Vec b, Vec c) { return _mm512_fnmadd_ps (a, b, c); }   /* c − a b */
static inline Vec v_max (Vec a, Vec b) { return _mm512_max_ps (a, b); }
static inline Vec v_min (Vec a, Vec b) { return _mm512_min_ps (a, b); }
static inline Vec v_round (Vec v) { return _mm512_roundscale_ps (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/* v · 2ⁿ, n whole */
static inline Vec v_scale2 (Vec v, Vec n) { return _mm512_scalef_ps (v, n); }
static inline float v_sum (Vec v) { return _mm512_reduce_add_ps (v); }
static inline float v_largest (Vec v) { return _mm512_reduce_max_ps (v); }
/* LANES integers of 8 bits as floats. */
static inline Vec v_load_i8 (const int8_t *p) { return _mm512_cvtepi32_ps (_mm512_cvtepi8_epi32 (_mm_loadu_si128 ((const __m128i *) p))); }
static inline Vec v_load_half (const uint16_t *p) { return _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) p)); }
static inline void v_store_half (uint16_t *p, Vec v)
{
  _mm256_storeu_si256 ((__m256i *) p, _mm512_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

static inline __mmask16 first_lanes (int n) { return (__mmask16) ((1u << n) - 1); }
static inline Vec v_load_part (const float *p, int n) { return _mm512_maskz_loadu_ps (first_lanes (n), p); }
static inline void v_store_part (float *p, Vec v, int n) { _mm512_mask_storeu_ps (p, first_lanes (n), v); }
static inline Vec v_load_half_part (const uint16_t *p, int n) { return _mm512_cvtph_ps (_mm256_maskz_loadu_epi16 (first_lanes (n), p)); }
static inline void v_store_half_part (uint16_t *p, Vec v, int n)
{
  _mm256_mask_storeu_epi16 (p, first_lanes (n), _mm512_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

/* Each of the LANES / 2 floats at p twice. */
static inline Vec v_load_doubled (const float *p)
{
  const __m512i pairs = _mm512_setr_epi32 (0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);

  return _mm512_permutexvar_ps (pairs, _mm512_castps256_ps512 (_mm256_loadu_ps (p)));
}
static inline Vec v_swap_pairs (Vec v) { return _mm512_permute_ps (v, 0xb1); }
/* a b − c in even lanes, a b + c in odd ones */
static inline Vec v_fmaddsub (Vec a, Vec b, Vec c) { return _mm512_fmaddsub_ps (a, b, c); }

/* Rows become columns. */
static inline void v_transpose (Vec v[LANES])
{
  Vec t[LANES];

  for (int i = 0; i < LANES; i += 2)
    {
      t[i] = _mm512_unpacklo_ps (v[i], v[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps (v[i], v[i + 1]);
    }
  for (int i = 0; i < LANES; i += 4)
    for (int j = 0; j < 2; j++)
      {
        __m512d a = _mm512_castps_pd (t[i + j]), b = _mm512_castps_pd (t[i + j + 2]);

        v[i + 2 * j] = _mm512_castpd_ps (_mm512_unpacklo_pd (a, b));
        v[i + 2 * j + 1] = _mm512_castpd_ps (_mm512_unpackhi_pd (a, b));
      }
  /* v[4 i + j]: column 4 l + j of rows 4 i … 4 i + 3 in quarter l */
  for (int i = 0; i < LANES; i += 8)
    for (int j = 0; j < 4; j++)
      {
        t[i + j] = _mm512_shuffle_f32x4 (v[i + j], v[i + j + 4], 0x88);
        t[i + j + 4] = _mm512_shuffle_f32x4 (v[i + j], v[i + j + 4], 0xdd);
      }
  for (int j = 0; j < 4; j++)
    {
      v[j] = _mm512_shuffle_f32x4 (t[j], t[j + 8], 0x88);
      v[j + 8] = _mm512_shuffle_f32x4 (t[j], t[j + 8], 0xdd);
      v[j + 4] = _mm512_shuffle_f32x4 (t[j + 4], t[j + 12], 0x88);
      v[j + 12] = _mm512_shuffle_f32x4 (t[j + 4], t[j + 12], 0xdd);
    }
}
/* clang-format on */

#endif
