/* kernels.c: the C references, and the choice of what runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The references are the specification: no intrinsics, no tricks.  Sums run in N_LANES partial sums, which is closer to
 * the exact value than one long chain and lets the compiler use whatever vectors the base architecture has.
 */
#include "kernels/kernels.h"

#include "kernels/isa.h"
#include "quant/quant.h"

#include <math.h>
#include <pthread.h>

#define N_LANES 16

static float
sum_lanes (const float lanes[N_LANES])
{
  float sum = 0;

  for (int l = 0; l < N_LANES; l++)
    sum += lanes[l];
  return sum;
}

static void
rms_norm_c (float *y, const float *x, const float *w, int64_t n, float eps)
{
  double sum = 0;
  float scale;

  for (int64_t i = 0; i < n; i++)
    sum += (double) x[i] * x[i];
  scale = 1 / sqrtf ((float) (sum / (double) n) + eps);
  for (int64_t i = 0; i < n; i++)
    y[i] = x[i] * scale * w[i];
}

static void
layer_norm_c (float *y, const float *x, const float *w, const float *b, int64_t n, float eps)
{
  double sum = 0, squares = 0;
  float mean, scale;

  for (int64_t i = 0; i < n; i++)
    sum += x[i];
  mean = (float) (sum / (double) n);
  for (int64_t i = 0; i < n; i++)
    squares += (double) (x[i] - mean) * (x[i] - mean);
  scale = 1 / sqrtf ((float) (squares / (double) n) + eps);
  for (int64_t i = 0; i < n; i++)
    y[i] = (x[i] - mean) * scale * w[i] + b[i];
}

static void
add_scaled_c (float *y, const float *x, float scale, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    y[i] += scale * x[i];
}

static void
swiglu_c (float *y, const float *gate, const float *up, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = gate[i] / (1 + expf (-gate[i])) * up[i];
}

static void
gelu_c (float *y, const float *x, int64_t n)
{
  const float sqrt_2_over_pi = 0.79788456080286535588f;

  for (int64_t i = 0; i < n; i++)
    y[i] = 0.5f * x[i] * (1 + tanhf (sqrt_2_over_pi * x[i] * (1 + 0.044715f * x[i] * x[i])));
}

static void
rope_interleaved_c (float *x, const float *cos, const float *sin, int64_t n_pairs)
{
  for (int64_t i = 0; i < n_pairs; i++)
    {
      float a = x[2 * i], b = x[2 * i + 1];

      x[2 * i] = a * cos[i] - b * sin[i];
      x[2 * i + 1] = b * cos[i] + a * sin[i];
    }
}

static void
rope_half_c (float *x, const float *cos, const float *sin, int64_t n_pairs)
{
  for (int64_t i = 0; i < n_pairs; i++)
    {
      float a = x[i], b = x[i + n_pairs];

      x[i] = a * cos[i] - b * sin[i];
      x[i + n_pairs] = b * cos[i] + a * sin[i];
    }
}

static float
dot_f32_c (const float *x, const float *y, int64_t n)
{
  float lanes[N_LANES] = { 0 };
  int64_t i = 0;

  for (; i + N_LANES <= n; i += N_LANES)
    for (int l = 0; l < N_LANES; l++)
      lanes[l] += x[i + l] * y[i + l];
  for (; i < n; i++)
    lanes[i % N_LANES] += x[i] * y[i];
  return sum_lanes (lanes);
}

static void
f32_to_f16_c (uint16_t *y, const float *x, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = glm_f32_to_f16 (x[i]);
}

static void
f16_to_f32_c (float *y, const uint16_t *x, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = glm_f16_to_f32 (x[i]);
}

static void
i8_to_f32_c (float *y, const int8_t *x, const float *scales, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = scales[i / 32] * (float) x[i];
}

static float
largest_c (const float *x, int64_t n)
{
  float result = -INFINITY;

  for (int64_t i = 0; i < n; i++)
    result = x[i] > result ? x[i] : result;
  return result;
}

static float
exp_sum_c (float *x, float scale, float shift, int64_t n)
{
  double sum = 0;

  for (int64_t i = 0; i < n; i++)
    {
      x[i] = expf (scale * x[i] - shift);
      sum += x[i];
    }
  return (float) sum;
}

static void
attend_scores_c (const GlmAttendBlock *keys, const float *q, int64_t ldq, float *s, int64_t lds)
{
  const uint16_t *k = keys->rows;

  for (int j = 0; j < keys->n; j++, k += keys->ld)
    for (int i = 0; i < keys->n_q; i++)
      {
        float lanes[N_LANES] = { 0 };

        for (int64_t c = 0; c < keys->d; c++)
          lanes[c % N_LANES] += q[i * ldq + c] * glm_f16_to_f32 (k[c]);
        s[i * lds + j] = sum_lanes (lanes);
      }
}

static void
attend_values_c (const GlmAttendBlock *values, const float *p, int64_t ldp, float *o, int64_t ldo)
{
  const uint16_t *v = values->rows;

  for (int j = 0; j < values->n; j++, v += values->ld)
    for (int i = 0; i < values->n_q; i++)
      for (int64_t c = 0; c < values->d; c++)
        o[i * ldo + c] += p[i * ldp + j] * glm_f16_to_f32 (v[c]);
}

static void
attend_scores_i8_c (const GlmAttendBlock *keys, const float *q, int64_t ldq, float *s, int64_t lds)
{
  const int8_t *k = keys->rows;
  const float *scales = keys->scales;

  for (int j = 0; j < keys->n; j++, k += keys->ld, scales += keys->ld_scales)
    for (int i = 0; i < keys->n_q; i++)
      {
        double sum = 0;

        for (int64_t c = 0; c < keys->d; c++)
          sum += scales[c / 32] * (float) k[c] * q[i * ldq + c];
        s[i * lds + j] = (float) sum;
      }
}

static void
attend_values_i8_c (const GlmAttendBlock *values, const float *p, int64_t ldp, float *o, int64_t ldo)
{
  const int8_t *v = values->rows;
  const float *scales = values->scales;

  for (int j = 0; j < values->n; j++, v += values->ld, scales += values->ld_scales)
    for (int i = 0; i < values->n_q; i++)
      for (int64_t c = 0; c < values->d; c++)
        o[i * ldo + c] += p[i * ldp + j] * scales[c / 32] * (float) v[c];
}

/* ---- The table -------------------------------------------------------------------------------------------------- */

void
glm_kernels_init (GlmKernels *kernels, unsigned flags)
{
  *kernels = (GlmKernels){
    .rms_norm = rms_norm_c,
    .layer_norm = layer_norm_c,
    .add_scaled = add_scaled_c,
    .swiglu = swiglu_c,
    .gelu = gelu_c,
    .rope_interleaved = rope_interleaved_c,
    .rope_half = rope_half_c,
    .dot_f32 = dot_f32_c,
    .f32_to_f16 = f32_to_f16_c,
    .f16_to_f32 = f16_to_f32_c,
    .largest = largest_c,
    .i8_to_f32 = i8_to_f32_c,
    .exp_sum = exp_sum_c,
    .attend_scores = attend_scores_c,
    .attend_values = attend_values_c,
    .attend_scores_i8 = attend_scores_i8_c,
    .attend_values_i8 = attend_values_i8_c,
  };
  glm_kernels_set_packed_c (kernels);
  glm_kernels_set_latents_c (kernels);
#if defined(__x86_64__)
  glm_kernels_init_x86 (kernels, flags);
#elif defined(__aarch64__)
  glm_kernels_init_arm (kernels, flags);
#endif
}

/* One table per set of flags that a mask can leave; never freed, never changed once filled. */
const GlmKernels *
glm_kernels (void)
{
  enum
  {
    MAX_TABLES = 16
  };
  static struct
  {
    unsigned flags;
    GlmKernels kernels;
  } tables[MAX_TABLES];
  static int n_tables;
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  unsigned flags = glm_cpu_flags ();
  int i;

  pthread_mutex_lock (&lock);
  for (i = 0; i < n_tables && tables[i].flags != flags; i++)
    ;
  if (i == n_tables && n_tables < MAX_TABLES)
    {
      tables[i].flags = flags;
      glm_kernels_init (&tables[i].kernels, flags);
      n_tables++;
    }
  pthread_mutex_unlock (&lock);
  return &tables[i < MAX_TABLES ? i : 0].kernels;
}
