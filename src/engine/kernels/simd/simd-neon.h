/* simd-neon.h: float vectors of Advanced SIMD
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_SIMD_NEON_H
#define GLM_SIMD_NEON_H

#include <arm_neon.h>

#define LANES          4
#define SUFFIXED(name) name##_neon
typedef float32x4_t Vec;

/* clang-format off */
static inline Vec v_load (const float *p) { return vld1q_f32 (p); }
static inline void v_store (float *p, Vec v) { vst1q_f32 (p, v); }
static inline Vec v_set (float f) { return vdupq_n_f32 (f); }
static inline Vec v_zero (void) { return vdupq_n_f32 (0); }
static inline Vec v_add (Vec a, Vec b) { return vaddq_f32 (a, b); }
static inline Vec v_sub (Vec a, Vec b) { return vsubq_f32 (a, b); }
static inline Vec v_mul (Vec a, Vec b) { return vmulq_f32 (a, b); }
static inline Vec v_div (Vec a, Vec b) { return vdivq_f32 (a, b); }
static inline Vec v_fma (Vec a, Vec b, Vec c) { return vfmaq_f32 (c, a, b); }
static inline Vec v_nfma (Vec a, Vec b, Vec c) { return vfmsq_f32 (c, a, b); }
/* b where one is a NaN, as on x86; neither of the instructions of these names does that. */
static inline Vec v_max (Vec a, Vec b) { return vbslq_f32 (vcgtq_f32 (a, b), a, b); }
static inline Vec v_min (Vec a, Vec b) { return vbslq_f32 (vcltq_f32 (a, b), a, b); }
static inline Vec v_round (Vec v) { return vrndnq_f32 (v); }
/* In two steps, so that results below 2⁻¹²⁶ are still right. */
static inline Vec v_scale2 (Vec v, Vec n)
{
  int32x4_t exponent = vcvtq_s32_f32 (n), half = vshrq_n_s32 (exponent, 1), bias = vdupq_n_s32 (127);
  int32x4_t first = vshlq_n_s32 (vaddq_s32 (half, bias), 23);
  int32x4_t second = vshlq_n_s32 (vaddq_s32 (vsubq_s32 (exponent, half), bias), 23);

  return vmulq_f32 (vmulq_f32 (v, vreinterpretq_f32_s32 (first)), vreinterpretq_f32_s32 (second));
}
static inline float v_sum (Vec v) { return vaddvq_f32 (v); }
static inline float v_largest (Vec v) { return vmaxvq_f32 (v); }
static inline Vec v_load_i8 (const int8_t *p)
{
  uint32_t word;

  memcpy (&word, p, sizeof word);
  return vcvtq_f32_s32 (vmovl_s16 (vget_low_s16 (vmovl_s8 (vcreate_s8 (word)))));
}
static inline Vec v_load_half (const uint16_t *p) { return vcvt_f32_f16 (vreinterpret_f16_u16 (vld1_u16 (p))); }
static inline void v_store_half (uint16_t *p, Vec v) { vst1_u16 (p, vreinterpret_u16_f16 (vcvt_f16_f32 (v))); }

static inline Vec v_load_part (const float *p, int n)
{
  float values[LANES] = { 0 };

  for (int i = 0; i < n; i++)
    values[i] = p[i];
  return v_load (values);
}
static inline void v_store_part (float *p, Vec v, int n)
{
  float values[LANES];

  v_store (values, v);
  for (int i = 0; i < n; i++)
    p[i] = values[i];
}
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
  float32x2_t pair = vld1_f32 (p);

  return vcombine_f32 (vdup_lane_f32 (pair, 0), vdup_lane_f32 (pair, 1));
}
static inline Vec v_swap_pairs (Vec v) { return vrev64q_f32 (v); }
static inline Vec v_fmaddsub (Vec a, Vec b, Vec c)
{
  const uint64x2_t even_signs = vdupq_n_u64 (0x80000000);

  return vfmaq_f32 (vreinterpretq_f32_u64 (veorq_u64 (vreinterpretq_u64_f32 (c), even_signs)), a, b);
}
static inline void v_transpose (Vec v[LANES])
{
  float32x4x2_t top = vtrnq_f32 (v[0], v[1]), bottom = vtrnq_f32 (v[2], v[3]);

  for (int j = 0; j < 2; j++)
    {
      v[j] = vcombine_f32 (vget_low_f32 (top.val[j]), vget_low_f32 (bottom.val[j]));
      v[j + 2] = vcombine_f32 (vget_high_f32 (top.val[j]), vget_high_f32 (bottom.val[j]));
    }
}
/* clang-format on */

#endif
