/* vector-neon.c: the products of float vectors that the plain path and attention live on, for Advanced SIMD
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything else stays with the references, which the compiler turns into Advanced SIMD where that is easy.
 */
#include "kernels/arm/arm.h"

#include <arm_neon.h>

#define LANES 4

static inline float32x4_t
load_halves (const uint16_t *p)
{
  return vcvt_f32_f16 (vreinterpret_f16_u16 (vld1_u16 (p)));
}

static float
dot_f32 (const float *x,
         const float *y,
         int64_t      n)
{
  float32x4_t sum[4] = { vdupq_n_f32 (0), vdupq_n_f32 (0), vdupq_n_f32 (0), vdupq_n_f32 (0) };
  int64_t i = 0;
  float total;

  for (; i + 4 * LANES <= n; i += 4 * LANES)
    for (int k = 0; k < 4; k++)
      sum[k] = vfmaq_f32 (sum[k], vld1q_f32 (x + i + k * LANES), vld1q_f32 (y + i + k * LANES));
  total = vaddvq_f32 (vaddq_f32 (vaddq_f32 (sum[0], sum[1]), vaddq_f32 (sum[2], sum[3])));
  for (; i < n; i++)
    total += x[i] * y[i];
  return total;
}

static float
dot_f16 (const float    *x,
         const uint16_t *y,
         int64_t         n)
{
  float32x4_t sum[4] = { vdupq_n_f32 (0), vdupq_n_f32 (0), vdupq_n_f32 (0), vdupq_n_f32 (0) };
  int64_t i = 0;
  float total;

  for (; i + 4 * LANES <= n; i += 4 * LANES)
    for (int k = 0; k < 4; k++)
      sum[k] = vfmaq_f32 (sum[k], vld1q_f32 (x + i + k * LANES), load_halves (y + i + k * LANES));
  total = vaddvq_f32 (vaddq_f32 (vaddq_f32 (sum[0], sum[1]), vaddq_f32 (sum[2], sum[3])));
  for (; i < n; i++)
    total += x[i] * glm_f16_to_f32 (y[i]);
  return total;
}

static void
axpy_f16 (float          *y,
          float           a,
          const uint16_t *x,
          int64_t         n)
{
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    vst1q_f32 (y + i, vfmaq_n_f32 (vld1q_f32 (y + i), load_halves (x + i), a));
  for (; i < n; i++)
    y[i] += a * glm_f16_to_f32 (x[i]);
}

static void
f32_to_f16 (uint16_t    *y,
            const float *x,
            int64_t      n)
{
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    vst1_u16 (y + i, vreinterpret_u16_f16 (vcvt_f16_f32 (vld1q_f32 (x + i))));
  for (; i < n; i++)
    y[i] = glm_f32_to_f16 (x[i]);
}

static void
f16_to_f32 (float          *y,
            const uint16_t *x,
            int64_t         n)
{
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    vst1q_f32 (y + i, load_halves (x + i));
  for (; i < n; i++)
    y[i] = glm_f16_to_f32 (x[i]);
}

static void
attend_scores (float          *s,
               int64_t         lds,
               const float    *q,
               int64_t         ldq,
               int             n_q,
               const uint16_t *k,
               int64_t         ldk,
               int             n_k,
               int64_t         d)
{
  for (int j = 0; j < n_k; j++)
    for (int h = 0; h < n_q; h++)
      s[h * lds + j] = dot_f16 (q + h * ldq, k + j * ldk, d);
}

static void
attend_values (float          *o,
               int64_t         ldo,
               const float    *p,
               int64_t         ldp,
               int             n_q,
               const uint16_t *v,
               int64_t         ldv,
               int             n_k,
               int64_t         d)
{
  for (int j = 0; j < n_k; j++)
    for (int h = 0; h < n_q; h++)
      axpy_f16 (o + h * ldo, p[h * ldp + j], v + j * ldv, d);
}

void
glm_kernels_set_vector_neon (GlmKernels *kernels)
{
  kernels->dot_f32 = dot_f32;
  kernels->dot_f16 = dot_f16;
  kernels->axpy_f16 = axpy_f16;
  kernels->f32_to_f16 = f32_to_f16;
  kernels->f16_to_f32 = f16_to_f32;
  kernels->attend_scores = attend_scores;
  kernels->attend_values = attend_values;
}
