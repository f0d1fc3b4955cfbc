/* vector.c: the kernels on float vectors, of any instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Loops take LANES values at a time; what is left goes through the `_part` functions once.
 */
#include "kernels/simd/simd.h"

#include <math.h>

static float
sum_of_squares (const float *x, float mean, int64_t n)
{
  Vec sum = v_zero (), sum2 = v_zero (), m = v_set (mean), v;
  int64_t i = 0;

  for (; i + 2 * LANES <= n; i += 2 * LANES)
    {
      v = v_sub (v_load (x + i), m);
      sum = v_fma (v, v, sum);
      v = v_sub (v_load (x + i + LANES), m);
      sum2 = v_fma (v, v, sum2);
    }
  float total = v_sum (v_add (sum, sum2));
  for (; i < n; i++)
    total += (x[i] - mean) * (x[i] - mean);
  return total;
}

static void
rms_norm (float *y, const float *x, const float *w, int64_t n, float eps)
{
  Vec scale = v_set (1 / sqrtf (sum_of_squares (x, 0, n) / (float) n + eps));
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    v_store (y + i, v_mul (v_mul (v_load (x + i), scale), v_load (w + i)));
  if (i < n)
    v_store_part (y + i, v_mul (v_mul (v_load_part (x + i, (int) (n - i)), scale), v_load_part (w + i, (int) (n - i))),
                  (int) (n - i));
}

static void
layer_norm (float *y, const float *x, const float *w, const float *b, int64_t n, float eps)
{
  Vec sum = v_zero (), mean, scale;
  int64_t i = 0;
  int left = (int) (n % LANES);
  float average;

  for (; i + LANES <= n; i += LANES)
    sum = v_add (sum, v_load (x + i));
  if (left != 0)
    sum = v_add (sum, v_load_part (x + i, left));
  average = v_sum (sum) / (float) n;
  mean = v_set (average);
  scale = v_set (1 / sqrtf (sum_of_squares (x, average, n) / (float) n + eps));
  for (i = 0; i + LANES <= n; i += LANES)
    v_store (y + i, v_fma (v_mul (v_sub (v_load (x + i), mean), scale), v_load (w + i), v_load (b + i)));
  if (left != 0)
    v_store_part (y + i,
                  v_fma (v_mul (v_sub (v_load_part (x + i, left), mean), scale), v_load_part (w + i, left),
                         v_load_part (b + i, left)),
                  left);
}

static void
add_scaled (float *y, const float *x, float scale, int64_t n)
{
  Vec s = v_set (scale);
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    v_store (y + i, v_fma (s, v_load (x + i), v_load (y + i)));
  if (i < n)
    v_store_part (y + i, v_fma (s, v_load_part (x + i, (int) (n - i)), v_load_part (y + i, (int) (n - i))), (int) (n - i));
}

static inline Vec
v_silu (Vec v)
{
  return v_div (v, v_add (v_set (1), v_exp (v_sub (v_zero (), v))));
}

static void
swiglu (float *y, const float *gate, const float *up, int64_t n)
{
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    v_store (y + i, v_mul (v_silu (v_load (gate + i)), v_load (up + i)));
  if (i < n)
    v_store_part (y + i, v_mul (v_silu (v_load_part (gate + i, (int) (n - i))), v_load_part (up + i, (int) (n - i))),
                  (int) (n - i));
}

/* ½ x (1 + tanh u) = x / (1 + e^−2u) */
static inline Vec
v_gelu (Vec x)
{
  const float minus_two_sqrt_2_over_pi = -1.59576912160573071176f;
  Vec inner = v_fma (v_mul (v_set (0.044715f), x), x, v_set (1));

  return v_div (x, v_add (v_set (1), v_exp (v_mul (v_mul (v_set (minus_two_sqrt_2_over_pi), x), inner))));
}

static void
gelu (float *y, const float *x, int64_t n)
{
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    v_store (y + i, v_gelu (v_load (x + i)));
  if (i < n)
    v_store_part (y + i, v_gelu (v_load_part (x + i, (int) (n - i))), (int) (n - i));
}

/* In this order a NaN is passed over, as in the reference. */
static float
largest (const float *x, int64_t n)
{
  Vec result = v_set (-INFINITY);
  int64_t i = 0;
  float total;

  for (; i + LANES <= n; i += LANES)
    result = v_max (v_load (x + i), result);
  total = v_largest (result);
  for (; i < n; i++)
    total = x[i] > total ? x[i] : total;
  return total;
}

static float
exp_sum (float *x, float scale, float shift, int64_t n)
{
  Vec sum = v_zero (), s = v_set (scale), minus_shift = v_set (-shift), v;
  int64_t i = 0;
  float total;

  for (; i + LANES <= n; i += LANES)
    {
      v = v_exp (v_fma (s, v_load (x + i), minus_shift));
      v_store (x + i, v);
      sum = v_add (sum, v);
    }
  total = v_sum (sum);
  if (i < n)
    {
      v_store_part (x + i, v_exp (v_fma (s, v_load_part (x + i, (int) (n - i)), minus_shift)), (int) (n - i));
      for (; i < n; i++)
        total += x[i];
    }
  return total;
}

static void
rope_interleaved (float *x, const float *cos, const float *sin, int64_t n_pairs)
{
  int64_t i = 0;

  for (; i + LANES / 2 <= n_pairs; i += LANES / 2)
    {
      Vec v = v_load (x + 2 * i);

      v_store (x + 2 * i, v_fmaddsub (v, v_load_doubled (cos + i), v_mul (v_swap_pairs (v), v_load_doubled (sin + i))));
    }
  for (; i < n_pairs; i++)
    {
      float a = x[2 * i], b = x[2 * i + 1];

      x[2 * i] = a * cos[i] - b * sin[i];
      x[2 * i + 1] = b * cos[i] + a * sin[i];
    }
}

static void
rope_half (float *x, const float *cos, const float *sin, int64_t n_pairs)
{
  float *second = x + n_pairs;
  int64_t i = 0;

  for (; i + LANES <= n_pairs; i += LANES)
    {
      Vec a = v_load (x + i), b = v_load (second + i), c = v_load (cos + i), s = v_load (sin + i);

      v_store (x + i, v_nfma (b, s, v_mul (a, c)));
      v_store (second + i, v_fma (a, s, v_mul (b, c)));
    }
  for (; i < n_pairs; i++)
    {
      float a = x[i], b = second[i];

      x[i] = a * cos[i] - b * sin[i];
      second[i] = b * cos[i] + a * sin[i];
    }
}

static float
dot_f32 (const float *x, const float *y, int64_t n)
{
  Vec sum[4] = { v_zero (), v_zero (), v_zero (), v_zero () };
  int64_t i = 0;

  for (; i + 4 * LANES <= n; i += 4 * LANES)
    for (int k = 0; k < 4; k++)
      sum[k] = v_fma (v_load (x + i + k * LANES), v_load (y + i + k * LANES), sum[k]);
  for (; i + LANES <= n; i += LANES)
    sum[0] = v_fma (v_load (x + i), v_load (y + i), sum[0]);
  if (i < n)
    sum[1] = v_fma (v_load_part (x + i, (int) (n - i)), v_load_part (y + i, (int) (n - i)), sum[1]);
  return v_sum (v_add (v_add (sum[0], sum[1]), v_add (sum[2], sum[3])));
}

static void
f32_to_f16 (uint16_t *y, const float *x, int64_t n)
{
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    v_store_half (y + i, v_load (x + i));
  if (i < n)
    v_store_half_part (y + i, v_load_part (x + i, (int) (n - i)), (int) (n - i));
}

static void
f16_to_f32 (float *y, const uint16_t *x, int64_t n)
{
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    v_store (y + i, v_load_half (x + i));
  if (i < n)
    v_store_part (y + i, v_load_half_part (x + i, (int) (n - i)), (int) (n - i));
}

static void
i8_to_f32 (float *y, const int8_t *x, const float *scales, int64_t n)
{
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    v_store (y + i, v_mul (v_set (scales[i / 32]), v_load_i8 (x + i)));
  for (; i < n; i++)
    y[i] = scales[i / 32] * (float) x[i];
}

void
SUFFIXED (glm_kernels_set_vector) (GlmKernels *kernels)
{
  kernels->rms_norm = rms_norm;
  kernels->layer_norm = layer_norm;
  kernels->add_scaled = add_scaled;
  kernels->swiglu = swiglu;
  kernels->gelu = gelu;
  kernels->rope_interleaved = rope_interleaved;
  kernels->rope_half = rope_half;
  kernels->dot_f32 = dot_f32;
  kernels->f32_to_f16 = f32_to_f16;
  kernels->f16_to_f32 = f16_to_f32;
  kernels->largest = largest;
  kernels->i8_to_f32 = i8_to_f32;
  kernels->exp_sum = exp_sum;
}
