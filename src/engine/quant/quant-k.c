/* quant-k.c: the types with super-blocks of 256 values
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A super-block is cut into sub-blocks of 16 or 32 values, each with a small integer scale (and minimum) that a half
 * precision factor of the whole super-block multiplies.
 */
#include "quant/blocks.h"
#include "quant/quant.h"

#include <math.h>
#include <string.h>

void
glm_k4_scale_min (const uint8_t scales[12], int j, int *ret_scale, int *ret_min)
{
  if (j < 4)
    {
      *ret_scale = scales[j] & 63;
      *ret_min = scales[j + 4] & 63;
    }
  else
    {
      *ret_scale = (scales[j + 4] & 15) | (scales[j - 4] >> 6) << 4;
      *ret_min = scales[j + 4] >> 4 | (scales[j] >> 6) << 4;
    }
}

/* ---- Dequantising ----------------------------------------------------------------------------------------------- */

void
glm_dequantise_q2_k (const void *x, float *y, int64_t n)
{
  const GlmBlockQ2_K *block = x;

  for (; n > 0; n -= GLM_QKK, y += GLM_QKK, block++)
    {
      float d = glm_f16_to_f32 (block->d), dmin = glm_f16_to_f32 (block->dmin);

      for (int i = 0; i < GLM_QKK; i++)
        {
          int scale = block->scales[i / 16];
          int q = block->qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;

          y[i] = d * (float) (scale & 15) * (float) q - dmin * (float) (scale >> 4);
        }
    }
}

void
glm_dequantise_q3_k (const void *x, float *y, int64_t n)
{
  const GlmBlockQ3_K *block = x;

  for (; n > 0; n -= GLM_QKK, y += GLM_QKK, block++)
    {
      float d = glm_f16_to_f32 (block->d);

      for (int i = 0; i < GLM_QKK; i++)
        {
          int q = block->qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
          int high = block->hmask[i % 32] >> (i / 32) & 1;

          y[i] = d * (float) glm_q3k_scale (block->scales, i / 16) * (float) (q - (high != 0 ? 0 : 4));
        }
    }
}

void
glm_dequantise_q4_k (const void *x, float *y, int64_t n)
{
  const GlmBlockQ4_K *block = x;

  for (; n > 0; n -= GLM_QKK, y += GLM_QKK, block++)
    {
      float d = glm_f16_to_f32 (block->d), dmin = glm_f16_to_f32 (block->dmin);

      for (int j = 0; j < 8; j++)
        {
          int scale, min;

          glm_k4_scale_min (block->scales, j, &scale, &min);
          for (int l = 0; l < 32; l++)
            {
              int q = block->qs[j / 2 * 32 + l] >> (j % 2 * 4) & 15;

              y[j * 32 + l] = d * (float) scale * (float) q - dmin * (float) min;
            }
        }
    }
}

void
glm_dequantise_q5_k (const void *x, float *y, int64_t n)
{
  const GlmBlockQ5_K *block = x;

  for (; n > 0; n -= GLM_QKK, y += GLM_QKK, block++)
    {
      float d = glm_f16_to_f32 (block->d), dmin = glm_f16_to_f32 (block->dmin);

      for (int j = 0; j < 8; j++)
        {
          int scale, min;

          glm_k4_scale_min (block->scales, j, &scale, &min);
          for (int l = 0; l < 32; l++)
            {
              int q = (block->qs[j / 2 * 32 + l] >> (j % 2 * 4) & 15) | (block->qh[l] >> j & 1) << 4;

              y[j * 32 + l] = d * (float) scale * (float) q - dmin * (float) min;
            }
        }
    }
}

void
glm_dequantise_q6_k (const void *x, float *y, int64_t n)
{
  const GlmBlockQ6_K *block = x;

  for (; n > 0; n -= GLM_QKK, y += GLM_QKK, block++)
    {
      float d = glm_f16_to_f32 (block->d);

      for (int i = 0; i < GLM_QKK; i++)
        {
          int half = i / 128, quarter = i % 128 / 32, l = i % 32;
          int low = block->ql[half * 64 + quarter % 2 * 32 + l] >> (quarter / 2 * 4) & 15;
          int high = block->qh[half * 32 + l] >> (quarter * 2) & 3;

          y[i] = d * (float) block->scales[i / 16] * (float) ((low | high << 4) - 32);
        }
    }
}

void
glm_dequantise_iq4_xs (const void *x, float *y, int64_t n)
{
  const GlmBlockIQ4_XS *block = x;

  for (; n > 0; n -= GLM_QKK, y += GLM_QKK, block++)
    {
      float d = glm_f16_to_f32 (block->d);

      for (int ib = 0; ib < 8; ib++)
        {
          int low = block->scales_l[ib / 2] >> (ib % 2 * 4) & 15, high = block->scales_h >> (2 * ib) & 3;
          float scale = d * (float) ((low | high << 4) - 32);

          for (int j = 0; j < 32; j++)
            y[ib * 32 + j] = scale * (float) glm_iq4_values[block->qs[ib * 16 + j % 16] >> (j / 16 * 4) & 15];
        }
    }
}

/* ---- Quantising: scale and minimum of a sub-block --------------------------------------------------------------- */

static inline int
round_clamp (float value, int low, int high)
{
  if (!(value > (float) low))
    return low;
  return value < (float) high ? (int) lrintf (value) : high;
}

/* Weighted least squares fit of x ≈ scale · q + min, q in [0, top], min ≤ 0 (the formats subtract a non-negative
 * minimum).  Starts from the range, tries a few narrower ones, and after each assignment of levels solves the two normal
 * equations; keeps what has the least error.  Large values matter more to a product, hence the weights |x| + mean. */
static void
fit_scale_min (const float *x, int n, int top, float *ret_scale, float *ret_min)
{
  float low = 0, high = x[0], mean = 0, best_error = INFINITY;

  for (int i = 0; i < n; i++)
    {
      low = fminf (low, x[i]);
      high = fmaxf (high, x[i]);
      mean += x[i] * x[i];
    }
  mean = sqrtf (mean / (float) n);
  *ret_scale = 0;
  *ret_min = low;
  if (!(high > low))
    return;

  for (int step = -8; step <= 8; step++)
    {
      float scale = (high - low) / ((float) top + 0.1f * (float) step), min = low;

      for (int pass = 0; pass < 2; pass++)
        {
          float sw = 0, sq = 0, sqq = 0, sx = 0, sxq = 0, error = 0, det;

          for (int i = 0; i < n; i++)
            {
              float w = fabsf (x[i]) + mean, q = (float) round_clamp ((x[i] - min) / scale, 0, top);
              float miss = scale * q + min - x[i];

              error += w * miss * miss;
              sw += w;
              sq += w * q;
              sqq += w * q * q;
              sx += w * x[i];
              sxq += w * x[i] * q;
            }
          if (error < best_error)
            {
              best_error = error;
              *ret_scale = scale;
              *ret_min = min;
            }
          det = sw * sqq - sq * sq;
          if (!(det > 0))
            break;
          min = fminf ((sqq * sx - sq * sxq) / det, 0);
          scale = (sxq - min * sq) / sqq;
          if (!(scale > 0))
            break;
        }
    }
}

/* Least squares fit of x ≈ scale · q, q in [−half, half − 1]; scale may be negative. */
static float
fit_scale (const float *x, int n, int half)
{
  float extreme = 0, best_scale = 0, best_gain = -1;

  for (int i = 0; i < n; i++)
    if (fabsf (x[i]) > fabsf (extreme))
      extreme = x[i];
  if (extreme == 0)
    return 0;

  for (int step = -9; step <= 9; step++)
    {
      float inverse = -((float) half + 0.1f * (float) step) / extreme, sxq = 0, sqq = 0;

      for (int i = 0; i < n; i++)
        {
          float w = x[i] * x[i], q = (float) round_clamp (x[i] * inverse, -half, half - 1);

          sxq += w * x[i] * q;
          sqq += w * q * q;
        }
      /* The error of the best scale for these levels is Σwx² − sxq²/sqq. */
      if (sqq > 0 && sxq * sxq / sqq > best_gain)
        {
          best_gain = sxq * sxq / sqq;
          best_scale = sxq / sqq;
        }
    }
  return best_scale;
}

/* ---- Quantising: super-blocks ----------------------------------------------------------------------------------- */

static void
pack_k4_scales (const uint8_t scale[8], const uint8_t min[8], uint8_t packed[12])
{
  for (int j = 0; j < 4; j++)
    {
      packed[j] = (uint8_t) (scale[j] | scale[j + 4] >> 4 << 6);
      packed[j + 4] = (uint8_t) (min[j] | min[j + 4] >> 4 << 6);
      packed[j + 8] = (uint8_t) ((scale[j + 4] & 15) | (min[j + 4] & 15) << 4);
    }
}

/* The part that Q4_K and Q5_K share: scales, minima, and the levels under the rounded ones. */
static void
quantise_k4 (const float *x, int top, uint16_t *ret_d, uint16_t *ret_dmin, uint8_t packed[12], uint8_t q[GLM_QKK])
{
  float scales[8], mins[8], max_scale = 0, max_min = 0, d, dmin;
  uint8_t scale[8], min[8];

  for (int j = 0; j < 8; j++)
    {
      fit_scale_min (x + 32 * j, 32, top, &scales[j], &mins[j]);
      max_scale = fmaxf (max_scale, scales[j]);
      max_min = fmaxf (max_min, -mins[j]);
    }
  *ret_d = glm_f32_to_f16 (max_scale / 63);
  *ret_dmin = glm_f32_to_f16 (max_min / 63);
  d = glm_f16_to_f32 (*ret_d);
  dmin = glm_f16_to_f32 (*ret_dmin);
  for (int j = 0; j < 8; j++)
    {
      float step, shift;

      scale[j] = (uint8_t) (d > 0 ? round_clamp (scales[j] / d, 0, 63) : 0);
      min[j] = (uint8_t) (dmin > 0 ? round_clamp (-mins[j] / dmin, 0, 63) : 0);
      step = d * scale[j];
      shift = dmin * min[j];
      for (int l = 0; l < 32; l++)
        q[32 * j + l] = (uint8_t) (step > 0 ? round_clamp ((x[32 * j + l] + shift) / step, 0, top) : 0);
    }
  pack_k4_scales (scale, min, packed);
}

static void
pack_k4_nibbles (const uint8_t q[GLM_QKK], uint8_t qs[128])
{
  for (int i = 0; i < 128; i++)
    {
      int low = i / 32 * 64 + i % 32;

      qs[i] = (uint8_t) ((q[low] & 15) | (q[low + 32] & 15) << 4);
    }
}

void
glm_quantise_q4_k (const float *x, void *y, int64_t n)
{
  GlmBlockQ4_K *block = y;

  for (; n > 0; n -= GLM_QKK, x += GLM_QKK, block++)
    {
      uint8_t q[GLM_QKK];

      quantise_k4 (x, 15, &block->d, &block->dmin, block->scales, q);
      pack_k4_nibbles (q, block->qs);
    }
}

void
glm_quantise_q5_k (const float *x, void *y, int64_t n)
{
  GlmBlockQ5_K *block = y;

  for (; n > 0; n -= GLM_QKK, x += GLM_QKK, block++)
    {
      uint8_t q[GLM_QKK];

      quantise_k4 (x, 31, &block->d, &block->dmin, block->scales, q);
      pack_k4_nibbles (q, block->qs);
      memset (block->qh, 0, sizeof block->qh);
      for (int i = 0; i < GLM_QKK; i++)
        block->qh[i % 32] |= (uint8_t) ((q[i] >> 4) << (i / 32));
    }
}

/* Fills the scales and d, and the levels q − 32 + 32 in [0, 63]. */
static void
find_q6_levels (const float *x, GlmBlockQ6_K *block, uint8_t q[GLM_QKK])
{
  float scales[16], extreme = 0, d;

  for (int j = 0; j < 16; j++)
    {
      scales[j] = fit_scale (x + 16 * j, 16, 32);
      if (fabsf (scales[j]) > fabsf (extreme))
        extreme = scales[j];
    }
  block->d = glm_f32_to_f16 (extreme / -128);
  d = glm_f16_to_f32 (block->d);
  for (int j = 0; j < 16; j++)
    {
      float step;

      block->scales[j] = (int8_t) (d != 0 ? round_clamp (scales[j] / d, -128, 127) : 0);
      step = d * (float) block->scales[j];
      for (int l = 0; l < 16; l++)
        q[16 * j + l] = (uint8_t) (step != 0 ? round_clamp (x[16 * j + l] / step, -32, 31) + 32 : 32);
    }
}

void
glm_quantise_q6_k (const float *x, void *y, int64_t n)
{
  GlmBlockQ6_K *block = y;

  for (; n > 0; n -= GLM_QKK, x += GLM_QKK, block++)
    {
      uint8_t q[GLM_QKK];

      find_q6_levels (x, block, q);
      memset (block->ql, 0, sizeof block->ql);
      memset (block->qh, 0, sizeof block->qh);
      for (int i = 0; i < GLM_QKK; i++)
        {
          int half = i / 128, quarter = i % 128 / 32, l = i % 32;

          block->ql[half * 64 + quarter % 2 * 32 + l] |= (uint8_t) ((q[i] & 15) << (quarter / 2 * 4));
          block->qh[half * 32 + l] |= (uint8_t) ((q[i] >> 4) << (quarter * 2));
        }
    }
}
