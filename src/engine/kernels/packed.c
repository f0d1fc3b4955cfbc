/* packed.c: C references of the products with packed weights
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A block of a panel times a block of a tile is, for each row and token,
 *
 *   scale · d · (Σ level · q − offset · Σ q)  +  min · d · Σ q
 *
 * where the inner sum is exact in integers.  The tile carries −offset · Σq (or d · Σq) ready made.
 */
#include "kernels/isa.h"
#include "kernels/packed-shape.h"
#include "quant/quant.h"

#include <math.h>
#include <string.h>

#define ROWS GLM_PANEL_ROWS

/* ---- Activations ------------------------------------------------------------------------------------------------ */

static void
quantise_tile_c (const float *x, int64_t cols, GlmSumKind kind, uint8_t *tile, int width, int t)
{
  for (; cols > 0; cols -= 32, x += 32, tile += GLM_TILE_BYTES * width)
    {
      float largest = 0, d, inverse;
      int sum[2] = { 0, 0 };

      for (int k = 0; k < 32; k++)
        largest = fmaxf (largest, fabsf (x[k]));
      d = glm_packed_activation_scale (largest);
      inverse = 1 / d;
      for (int k = 0; k < 32; k++)
        {
          int q = (int) lrintf (fminf (fmaxf (x[k] * inverse, -127), 127));

          tile[32 * t + k] = (uint8_t) (int8_t) q;
          sum[k / 16] += q;
        }
      memcpy (tile + 32 * width + 4 * t, &d, sizeof d);
      glm_packed_store_sums (kind, d, sum[0], sum[1], tile, width, t);
    }
}

/* ---- Products --------------------------------------------------------------------------------------------------- */

typedef struct
{
  uint8_t level[32];
  float scale[2], min[2]; /* of columns 0–15 and 16–31 */
} RowBlock;

static inline float
read_half (const uint8_t *p, int r)
{
  uint16_t value;

  memcpy (&value, p + 2 * r, sizeof value);
  return glm_f16_to_f32 (value);
}

/* Column k of a block with levels of three bits, in byte `lane` of its three vectors. */
static inline int
three_bits (const uint8_t *block, int k, int lane)
{
  int part = k % 16 / 4, half = k / 16;

  if (part < 3)
    return block[64 * part + lane] >> (3 * half) & 7;
  return block[64 * half + lane] >> 6 | (block[128 + lane] >> (6 + half) & 1) << 2;
}

/* Row r of the block, as what is multiplied: indexes looked up. */
static void
read_levels (GlmPackedFormat format, const uint8_t *block, int r, uint8_t level[32])
{
  const uint8_t *high = block + 256;

  for (int k = 0; k < 32; k++)
    {
      int z = k / 4, lane = 4 * r + k % 4, value;

      if (format == GLM_PACKED_Q8_0)
        value = block[64 * z + lane];
      else if (glm_packed_has_crumbs (format))
        value = block[64 * (z / 4) + lane] >> (z % 4 * 2) & 3;
      else if (glm_packed_has_threes (format))
        value = three_bits (block, k, lane);
      else
        value = block[64 * (z % 4) + lane] >> (z / 4 * 4) & 15;
      if (glm_packed_is_q5 (format))
        value |= (high[lane] >> z & 1) << 4;
      else if (format == GLM_PACKED_Q6_K)
        value |= (high[64 * (z / 4) + lane] >> (z % 4 * 2) & 3) << 4;
      else if (glm_packed_has_values (format))
        value = glm_packed_values (format)[value] + 128;
      level[k] = (uint8_t) value;
    }
}

/* IQ1 to IQ3: unsigned scales of the units at the head. */
static void
read_unit_scales (GlmPackedFormat format, const uint8_t *head, const uint8_t *scales, int r, RowBlock *row)
{
  float unit;

  memcpy (&unit, head + 4 * r, sizeof unit);
  row->scale[0] = row->scale[1] = unit * (float) scales[r];
  if (glm_packed_has_halves (format))
    row->scale[1] = unit * (float) scales[ROWS + r];
  if (glm_packed_has_min (format))
    row->min[0] = row->min[1] = -unit * (float) scales[ROWS + r];
}

/* Row r of the block, under the head of its group. */
static void
read_row_block (GlmPackedFormat format, const uint8_t *head, const uint8_t *block, int r, RowBlock *row)
{
  const uint8_t *scales = block + glm_packed_level_bytes (format);

  read_levels (format, block, r, row->level);
  row->min[0] = row->min[1] = 0;
  if (format == GLM_PACKED_MXFP4)
    row->scale[0] = row->scale[1] = glm_mxfp4_scale (scales[r]);
  else if (glm_packed_has_units (format))
    read_unit_scales (format, head, scales, r, row);
  else if (format == GLM_PACKED_Q2_K)
    for (int h = 0; h < 2; h++)
      {
        row->scale[h] = read_half (head, r) * (float) (scales[ROWS * h + r] & 15);
        row->min[h] = -read_half (head + 2 * ROWS, r) * (float) (scales[ROWS * h + r] >> 4);
      }
  else if (glm_packed_has_halves (format))
    for (int h = 0; h < 2; h++)
      row->scale[h] = read_half (head, r) * (float) (int8_t) scales[ROWS * h + r];
  else if (format == GLM_PACKED_IQ4_XS)
    row->scale[0] = row->scale[1] = read_half (head, r) * (float) (int8_t) scales[r];
  else if (glm_packed_is_k (format))
    {
      row->scale[0] = row->scale[1] = read_half (head, r) * (float) scales[r];
      row->min[0] = row->min[1] = -read_half (head + 2 * ROWS, r) * (float) scales[ROWS + r];
    }
  else
    {
      row->scale[0] = row->scale[1] = read_half (scales, r);
      if (glm_packed_has_min (format))
        row->min[0] = row->min[1] = read_half (scales + 2 * ROWS, r);
    }
}

/* One row of a block times one token of a block. */
static float
multiply_row_block (const RowBlock *row, GlmSumKind kind, const uint8_t *tile, int width, int t)
{
  const int8_t *q = (const int8_t *) tile + 32 * t;
  int32_t acc[2] = { 0, 0 }, sum[2];
  float d, scaled[2];

  memcpy (&d, tile + 32 * width + 4 * t, sizeof d);
  for (int h = 0; h < 2; h++)
    {
      memcpy (&sum[h], tile + (36 + 4 * h) * width + 4 * t, sizeof sum[h]);
      memcpy (&scaled[h], &sum[h], sizeof scaled[h]);
    }
  for (int k = 0; k < 32; k++)
    acc[k / 16] += row->level[k] * q[k];
  switch (kind)
    {
    case GLM_SUM_HALVES_4:
    case GLM_SUM_HALVES_32:
    case GLM_SUM_HALVES_128:
      return (float) (acc[0] + sum[0]) * (row->scale[0] * d) + (float) (acc[1] + sum[1]) * (row->scale[1] * d);
    case GLM_SUM_MIN: return (float) (acc[0] + acc[1]) * (row->scale[0] * d) + row->min[0] * scaled[0];
    case GLM_SUM_MIN_HALVES:
      return (float) acc[0] * (row->scale[0] * d) + row->min[0] * scaled[0]
             + ((float) acc[1] * (row->scale[1] * d) + row->min[1] * scaled[1]);
    default: return (float) (acc[0] + acc[1] + sum[0]) * (row->scale[0] * d);
    }
}

static void
panel_product_c (GlmPackedFormat format, const uint8_t *panel, int64_t n_blocks, const uint8_t *tile, int width, float *out)
{
  const GlmPackedTraits *traits = glm_packed_traits (format);
  const uint8_t *head = panel;

  memset (out, 0, sizeof (float) * ROWS * (size_t) width);
  for (int64_t b = 0; b < n_blocks; b++, tile += GLM_TILE_BYTES * width, panel += traits->block_bytes)
    {
      if (b % traits->blocks_per_group == 0)
        {
          head = panel;
          panel += traits->head_bytes;
        }
      for (int r = 0; r < ROWS; r++)
        {
          RowBlock row;

          read_row_block (format, head, panel, r, &row);
          for (int t = 0; t < width; t++)
            out[t * ROWS + r] += multiply_row_block (&row, traits->sum_kind, tile, width, t);
        }
    }
}

#define PANEL_PRODUCT_C(name, format)                                                                           \
  static void panel_product_##name##_c (const uint8_t *panel, int64_t n_blocks, const uint8_t *tile, int width, \
                                        const uint8_t *ahead, float *out)                                       \
  {                                                                                                             \
    panel_product_c (format, panel, n_blocks, tile, width, out);                                                \
  }

PANEL_PRODUCT_C (q4_0, GLM_PACKED_Q4_0)
PANEL_PRODUCT_C (q4_1, GLM_PACKED_Q4_1)
PANEL_PRODUCT_C (q5_0, GLM_PACKED_Q5_0)
PANEL_PRODUCT_C (q5_1, GLM_PACKED_Q5_1)
PANEL_PRODUCT_C (q8_0, GLM_PACKED_Q8_0)
PANEL_PRODUCT_C (q4_k, GLM_PACKED_Q4_K)
PANEL_PRODUCT_C (q5_k, GLM_PACKED_Q5_K)
PANEL_PRODUCT_C (q6_k, GLM_PACKED_Q6_K)
PANEL_PRODUCT_C (iq4_nl, GLM_PACKED_IQ4_NL)
PANEL_PRODUCT_C (iq4_xs, GLM_PACKED_IQ4_XS)
PANEL_PRODUCT_C (q3_k, GLM_PACKED_Q3_K)
PANEL_PRODUCT_C (q2_k, GLM_PACKED_Q2_K)
PANEL_PRODUCT_C (mxfp4, GLM_PACKED_MXFP4)
PANEL_PRODUCT_C (iq1_s, GLM_PACKED_IQ1_S)
PANEL_PRODUCT_C (iq1_m, GLM_PACKED_IQ1_M)
PANEL_PRODUCT_C (iq2_xxs, GLM_PACKED_IQ2_XXS)
PANEL_PRODUCT_C (iq2_xs, GLM_PACKED_IQ2_XS)
PANEL_PRODUCT_C (iq2_s, GLM_PACKED_IQ2_S)
PANEL_PRODUCT_C (iq3_xxs, GLM_PACKED_IQ3_XXS)
PANEL_PRODUCT_C (iq3_s, GLM_PACKED_IQ3_S)

void
glm_kernels_set_packed_c (GlmKernels *kernels)
{
  kernels->has_packed = false;
  kernels->max_tile_width = GLM_MAX_TILE_WIDTH;
  kernels->prefetch_bytes = 8192;
  for (int n = 1; n <= GLM_MAX_TILE_WIDTH; n++)
    kernels->tile_width[n] = (uint8_t) n;
  kernels->quantise_tile = quantise_tile_c;
  kernels->panel_product[GLM_PACKED_Q4_0] = panel_product_q4_0_c;
  kernels->panel_product[GLM_PACKED_Q4_1] = panel_product_q4_1_c;
  kernels->panel_product[GLM_PACKED_Q5_0] = panel_product_q5_0_c;
  kernels->panel_product[GLM_PACKED_Q5_1] = panel_product_q5_1_c;
  kernels->panel_product[GLM_PACKED_Q8_0] = panel_product_q8_0_c;
  kernels->panel_product[GLM_PACKED_Q4_K] = panel_product_q4_k_c;
  kernels->panel_product[GLM_PACKED_Q5_K] = panel_product_q5_k_c;
  kernels->panel_product[GLM_PACKED_Q6_K] = panel_product_q6_k_c;
  kernels->panel_product[GLM_PACKED_IQ4_NL] = panel_product_iq4_nl_c;
  kernels->panel_product[GLM_PACKED_IQ4_XS] = panel_product_iq4_xs_c;
  kernels->panel_product[GLM_PACKED_Q3_K] = panel_product_q3_k_c;
  kernels->panel_product[GLM_PACKED_Q2_K] = panel_product_q2_k_c;
  kernels->panel_product[GLM_PACKED_MXFP4] = panel_product_mxfp4_c;
  kernels->panel_product[GLM_PACKED_IQ1_S] = panel_product_iq1_s_c;
  kernels->panel_product[GLM_PACKED_IQ1_M] = panel_product_iq1_m_c;
  kernels->panel_product[GLM_PACKED_IQ2_XXS] = panel_product_iq2_xxs_c;
  kernels->panel_product[GLM_PACKED_IQ2_XS] = panel_product_iq2_xs_c;
  kernels->panel_product[GLM_PACKED_IQ2_S] = panel_product_iq2_s_c;
  kernels->panel_product[GLM_PACKED_IQ3_XXS] = panel_product_iq3_xxs_c;
  kernels->panel_product[GLM_PACKED_IQ3_S] = panel_product_iq3_s_c;
}
