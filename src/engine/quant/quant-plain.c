/* quant-plain.c: floats and the types with blocks of 32 values
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quantising follows the rules of ggml's reference (round half up by truncating q + 0.5 for the types with few bits), so
 * that files written here and there agree.
 */
#include "quant/blocks.h"
#include "quant/quant.h"

#include <math.h>
#include <string.h>

const int8_t glm_iq4_values[16] = { -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113 };
/* Twice what the nibbles are as floating-point numbers: a sign, two bits of exponent, one of mantissa. */
const int8_t glm_mxfp4_values[16] = { 0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12 };

static inline int
clamp_int (int value, int low, int high)
{
  return value < low ? low : value > high ? high : value;
}

/* safetensors and PyTorch files align nothing: an element may lie at an odd address. */
static inline uint16_t
load_u16 (const uint8_t *p)
{
  uint16_t value;

  memcpy (&value, p, sizeof value);
  return value;
}

void
glm_dequantise_f32 (const void *x, float *y, int64_t n)
{
  memcpy (y, x, (size_t) n * sizeof *y);
}

void
glm_quantise_f32 (const float *x, void *y, int64_t n)
{
  memcpy (y, x, (size_t) n * sizeof *x);
}

void
glm_dequantise_f16 (const void *x, float *y, int64_t n)
{
  const uint8_t *bytes = x;

  for (int64_t i = 0; i < n; i++)
    y[i] = glm_f16_to_f32 (load_u16 (bytes + 2 * i));
}

void
glm_quantise_f16 (const float *x, void *y, int64_t n)
{
  uint16_t *halves = y;

  for (int64_t i = 0; i < n; i++)
    halves[i] = glm_f32_to_f16 (x[i]);
}

void
glm_dequantise_bf16 (const void *x, float *y, int64_t n)
{
  const uint8_t *bytes = x;

  for (int64_t i = 0; i < n; i++)
    y[i] = glm_bf16_to_f32 (load_u16 (bytes + 2 * i));
}

void
glm_quantise_bf16 (const float *x, void *y, int64_t n)
{
  uint16_t *halves = y;

  for (int64_t i = 0; i < n; i++)
    halves[i] = glm_f32_to_bf16 (x[i]);
}

/* ---- Dequantising ----------------------------------------------------------------------------------------------- */

/* Value j of 32 nibbles. */
static inline int
nibble (const uint8_t qs[16], int j)
{
  return j < 16 ? qs[j] & 15 : qs[j - 16] >> 4;
}

static inline int
high_bit (const uint8_t qh[4], int j)
{
  return (qh[j / 8] >> (j % 8) & 1) << 4;
}

void
glm_dequantise_q4_0 (const void *x, float *y, int64_t n)
{
  const GlmBlockQ4_0 *block = x;

  for (; n > 0; n -= GLM_QK, y += GLM_QK, block++)
    {
      float d = glm_f16_to_f32 (block->d);

      for (int j = 0; j < GLM_QK; j++)
        y[j] = d * (float) (nibble (block->qs, j) - 8);
    }
}

void
glm_dequantise_q4_1 (const void *x, float *y, int64_t n)
{
  const GlmBlockQ4_1 *block = x;

  for (; n > 0; n -= GLM_QK, y += GLM_QK, block++)
    {
      float d = glm_f16_to_f32 (block->d), m = glm_f16_to_f32 (block->m);

      for (int j = 0; j < GLM_QK; j++)
        y[j] = d * (float) nibble (block->qs, j) + m;
    }
}

void
glm_dequantise_q5_0 (const void *x, float *y, int64_t n)
{
  const GlmBlockQ5_0 *block = x;

  for (; n > 0; n -= GLM_QK, y += GLM_QK, block++)
    {
      float d = glm_f16_to_f32 (block->d);

      for (int j = 0; j < GLM_QK; j++)
        y[j] = d * (float) ((nibble (block->qs, j) | high_bit (block->qh, j)) - 16);
    }
}

void
glm_dequantise_q5_1 (const void *x, float *y, int64_t n)
{
  const GlmBlockQ5_1 *block = x;

  for (; n > 0; n -= GLM_QK, y += GLM_QK, block++)
    {
      float d = glm_f16_to_f32 (block->d), m = glm_f16_to_f32 (block->m);

      for (int j = 0; j < GLM_QK; j++)
        y[j] = d * (float) (nibble (block->qs, j) | high_bit (block->qh, j)) + m;
    }
}

void
glm_dequantise_q8_0 (const void *x, float *y, int64_t n)
{
  const GlmBlockQ8_0 *block = x;

  for (; n > 0; n -= GLM_QK, y += GLM_QK, block++)
    {
      float d = glm_f16_to_f32 (block->d);

      for (int j = 0; j < GLM_QK; j++)
        y[j] = d * (float) block->qs[j];
    }
}

void
glm_dequantise_iq4_nl (const void *x, float *y, int64_t n)
{
  const GlmBlockIQ4_NL *block = x;

  for (; n > 0; n -= GLM_QK, y += GLM_QK, block++)
    {
      float d = glm_f16_to_f32 (block->d);

      for (int j = 0; j < GLM_QK; j++)
        y[j] = d * (float) glm_iq4_values[nibble (block->qs, j)];
    }
}

float
glm_mxfp4_scale (uint8_t e)
{
  return ldexpf (1, e - 128);
}

void
glm_dequantise_mxfp4 (const void *x, float *y, int64_t n)
{
  const GlmBlockMXFP4 *block = x;

  for (; n > 0; n -= GLM_QK, y += GLM_QK, block++)
    for (int j = 0; j < GLM_QK; j++)
      y[j] = glm_mxfp4_scale (block->e) * (float) glm_mxfp4_values[nibble (block->qs, j)];
}

/* ---- Quantising ------------------------------------------------------------------------------------------------- */

/* The value of largest magnitude, with its sign: the symmetric types give it the end of their range. */
static float
signed_extreme (const float *x)
{
  float extreme = 0;

  for (int j = 0; j < GLM_QK; j++)
    if (fabsf (x[j]) > fabsf (extreme))
      extreme = x[j];
  return extreme;
}

static void
find_range (const float *x, float *ret_min, float *ret_max)
{
  *ret_min = *ret_max = x[0];
  for (int j = 1; j < GLM_QK; j++)
    {
      *ret_min = x[j] < *ret_min ? x[j] : *ret_min;
      *ret_max = x[j] > *ret_max ? x[j] : *ret_max;
    }
}

/* Levels of one block: q = trunc (x / d + offset), at most `top`. */
static void
find_levels (const float *x, float shift, float inverse, float offset, int top, uint8_t q[GLM_QK])
{
  for (int j = 0; j < GLM_QK; j++)
    {
      float level = (x[j] - shift) * inverse + offset;

      q[j] = (uint8_t) clamp_int (level > 0 ? (int) fminf (level, 255) : 0, 0, top);
    }
}

static void
pack_nibbles (const uint8_t q[GLM_QK], uint8_t qs[16])
{
  for (int j = 0; j < 16; j++)
    qs[j] = (uint8_t) ((q[j] & 15) | (q[j + 16] & 15) << 4);
}

static void
pack_high_bits (const uint8_t q[GLM_QK], uint8_t qh[4])
{
  memset (qh, 0, 4);
  for (int j = 0; j < GLM_QK; j++)
    qh[j / 8] |= (uint8_t) ((q[j] >> 4 & 1) << (j % 8));
}

void
glm_quantise_q8_0 (const float *x, void *y, int64_t n)
{
  GlmBlockQ8_0 *block = y;

  for (; n > 0; n -= GLM_QK, x += GLM_QK, block++)
    {
      float d = fabsf (signed_extreme (x)) / 127, inverse = d > 0 ? 1 / d : 0;

      block->d = glm_f32_to_f16 (d);
      for (int j = 0; j < GLM_QK; j++)
        block->qs[j] = (int8_t) clamp_int ((int) roundf (x[j] * inverse), -127, 127);
    }
}

void
glm_quantise_q4_0 (const float *x, void *y, int64_t n)
{
  GlmBlockQ4_0 *block = y;

  for (; n > 0; n -= GLM_QK, x += GLM_QK, block++)
    {
      float d = signed_extreme (x) / -8;
      uint8_t q[GLM_QK];

      block->d = glm_f32_to_f16 (d);
      find_levels (x, 0, d != 0 ? 1 / d : 0, 8.5f, 15, q);
      pack_nibbles (q, block->qs);
    }
}

void
glm_quantise_q4_1 (const float *x, void *y, int64_t n)
{
  GlmBlockQ4_1 *block = y;

  for (; n > 0; n -= GLM_QK, x += GLM_QK, block++)
    {
      float min, max, d;
      uint8_t q[GLM_QK];

      find_range (x, &min, &max);
      d = (max - min) / 15;
      block->d = glm_f32_to_f16 (d);
      block->m = glm_f32_to_f16 (min);
      find_levels (x, min, d != 0 ? 1 / d : 0, 0.5f, 15, q);
      pack_nibbles (q, block->qs);
    }
}

void
glm_quantise_q5_0 (const float *x, void *y, int64_t n)
{
  GlmBlockQ5_0 *block = y;

  for (; n > 0; n -= GLM_QK, x += GLM_QK, block++)
    {
      float d = signed_extreme (x) / -16;
      uint8_t q[GLM_QK];

      block->d = glm_f32_to_f16 (d);
      find_levels (x, 0, d != 0 ? 1 / d : 0, 16.5f, 31, q);
      pack_nibbles (q, block->qs);
      pack_high_bits (q, block->qh);
    }
}

void
glm_quantise_q5_1 (const float *x, void *y, int64_t n)
{
  GlmBlockQ5_1 *block = y;

  for (; n > 0; n -= GLM_QK, x += GLM_QK, block++)
    {
      float min, max, d;
      uint8_t q[GLM_QK];

      find_range (x, &min, &max);
      d = (max - min) / 31;
      block->d = glm_f32_to_f16 (d);
      block->m = glm_f32_to_f16 (min);
      find_levels (x, min, d != 0 ? 1 / d : 0, 0.5f, 31, q);
      pack_nibbles (q, block->qs);
      pack_high_bits (q, block->qh);
    }
}
