/* packed-dotprod.c: products with packed weights, ARM's sdot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Four vectors of four rows make a panel; sdot multiplies each lane's four levels by four bytes of a token, picked by
 * lane from sixteen.  Levels stay below 64 and so are signed bytes too, but for those of Q8_0 and of what is looked up, which are made
 * signed again: the tile's offset is left out there.  `format` and `width` are constants wherever tile_product() is expanded.
 */
#include "kernels/arm/arm.h"
#include "kernels/arm/packed-neon.h"

#define MAX_WIDTH 8

/* Levels of columns 4 z … 4 z + 3, z < 8, of rows 4 quarter … 4 quarter + 3. */
static ALWAYS_INLINE int8x16_t
load_levels (GlmPackedFormat format, const uint8_t *block, int quarter, int z)
{
  uint8x16_t v = join_bits (format, load_low_bits (format, block, quarter, z), load_high_bits (format, block, quarter, z), z);

  return vreinterpretq_s8_u8 (format == GLM_PACKED_Q8_0 ? veorq_u8 (v, vdupq_n_u8 (0x80)) : v);
}

/* sum[i] += scale · d_i · (first_i + Σ levels of 16 columns, or of all 32, · q_i). */
static ALWAYS_INLINE void
multiply_columns (GlmPackedFormat format, int width, const uint8_t *block, const uint8_t *tile, int quarter, int z_begin,
                  int z_end, const uint8_t *words, float32x4_t scale, float32x4_t *sum)
{
  const float *d = (const float *) (tile + 32 * width);
  bool has_first = !glm_packed_has_min (format) && !glm_packed_is_wide (format);
  int32x4_t acc[MAX_WIDTH];

  UNROLL for (int i = 0; i < width; i++) acc[i] = has_first ? vld1q_dup_s32 ((const int32_t *) words + i) : vdupq_n_s32 (0);
  for (int half = z_begin; half < z_end; half += 4)
    {
      int8x16_t levels[4];

      UNROLL for (int z = 0; z < 4; z++) levels[z] = load_levels (format, block, quarter, half + z);
      UNROLL for (int i = 0; i < width; i++)
      {
        int8x16_t q = vld1q_s8 ((const int8_t *) tile + 32 * i + 4 * half);

        acc[i] = vdotq_laneq_s32 (acc[i], levels[0], q, 0);
        acc[i] = vdotq_laneq_s32 (acc[i], levels[1], q, 1);
        acc[i] = vdotq_laneq_s32 (acc[i], levels[2], q, 2);
        acc[i] = vdotq_laneq_s32 (acc[i], levels[3], q, 3);
      }
    }
  UNROLL for (int i = 0; i < width; i++) sum[i] = vfmaq_f32 (sum[i], vcvtq_f32_s32 (acc[i]), vmulq_n_f32 (scale, d[i]));
}

/* A block of a quarter times a block of the tile. */
static ALWAYS_INLINE void
multiply_quarter (GlmPackedFormat format, int width, const uint8_t *head, const uint8_t *block, const uint8_t *tile,
                  int quarter, float32x4_t *sum)
{
  const bool has_halves = glm_packed_has_halves (format);
  const uint8_t *words[2] = { tile + 36 * width, tile + 40 * width };
  QuarterScales s = load_scales (format, head, block + glm_packed_level_bytes (format), quarter);

  multiply_columns (format, width, block, tile, quarter, 0, has_halves ? 4 : 8, words[0], s.scale[0], sum);
  if (has_halves)
    multiply_columns (format, width, block, tile, quarter, 4, 8, words[1], s.scale[1], sum);
  for (int half = 0; glm_packed_has_min (format) && half < (has_halves ? 2 : 1); half++)
    UNROLL for (int i = 0; i < width; i++) sum[i] = vfmaq_n_f32 (sum[i], s.min[half], ((const float *) words[half])[i]);
}

/* The sums of a single token stay in registers; those of more lie in memory, for want of 32 others. */
static ALWAYS_INLINE void
tile_product (GlmPackedFormat format, int width, const uint8_t *panel, int64_t n_blocks, const uint8_t *tile,
              const uint8_t *ahead, float *out)
{
  const uint8_t *head = panel;
  float32x4_t sum[QUARTERS][MAX_WIDTH];

  UNROLL for (int quarter = 0; quarter < QUARTERS; quarter++) UNROLL for (int i = 0; i < width; i++) sum[quarter][i] =
      vdupq_n_f32 (0);
  for (int64_t b = 0; b < n_blocks; b++, panel += glm_packed_block_bytes (format), tile += GLM_TILE_BYTES * width)
    {
      if (glm_packed_is_k (format) && b % 8 == 0)
        {
          head = panel;
          panel += glm_packed_head_bytes (format);
        }
      prefetch (ahead, glm_packed_block_bytes (format));
      ahead += glm_packed_block_bytes (format);
      if (width == 1)
        UNROLL for (int quarter = 0; quarter < QUARTERS; quarter++)
            multiply_quarter (format, width, head, panel, tile, quarter, sum[quarter]);
      else
        _Pragma ("GCC unroll 1") for (int quarter = 0; quarter < QUARTERS; quarter++)
            multiply_quarter (format, width, head, panel, tile, quarter, sum[quarter]);
    }
  UNROLL for (int i = 0; i < width; i++) UNROLL for (int quarter = 0; quarter < QUARTERS; quarter++)
      vst1q_f32 (out + ROWS * i + 4 * quarter, sum[quarter][i]);
}

#define PANEL_PRODUCT(name, format)                                                                         \
  static void panel_product_##name (const uint8_t *panel, int64_t n_blocks, const uint8_t *tile, int width, \
                                    const uint8_t *ahead, float *out)                                       \
  {                                                                                                         \
    switch (width)                                                                                          \
      {                                                                                                     \
      case 1: tile_product (format, 1, panel, n_blocks, tile, ahead, out); break;                           \
      case 2: tile_product (format, 2, panel, n_blocks, tile, ahead, out); break;                           \
      case 4: tile_product (format, 4, panel, n_blocks, tile, ahead, out); break;                           \
      case 6: tile_product (format, 6, panel, n_blocks, tile, ahead, out); break;                           \
      default: tile_product (format, MAX_WIDTH, panel, n_blocks, tile, ahead, out); break;                  \
      }                                                                                                     \
  }

FOR_EACH_FORMAT (PANEL_PRODUCT)

const GlmPanelProduct glm_panel_product_dotprod[GLM_N_PACKED] = PANEL_PRODUCTS;

/* ---- Activations ------------------------------------------------------------------------------------------------ */

/* 16 floats, each to the nearest whole multiple of 1 / inverse. */
static ALWAYS_INLINE int8x16_t
quantise (const float32x4_t x[4], float inverse)
{
  int16x4_t q[4];

  UNROLL for (int i = 0; i < 4; i++) q[i] = vqmovn_s32 (vcvtnq_s32_f32 (vmulq_n_f32 (x[i], inverse)));
  return vcombine_s8 (vqmovn_s16 (vcombine_s16 (q[0], q[1])), vqmovn_s16 (vcombine_s16 (q[2], q[3])));
}

static void
quantise_tile (const float *x, int64_t cols, GlmSumKind kind, uint8_t *tile, int width, int t)
{
  for (; cols > 0; cols -= 32, x += 32, tile += GLM_TILE_BYTES * width)
    {
      float32x4_t values[8], largest_of = vdupq_n_f32 (0);
      int8x16_t low, high;
      float d, inverse;

      UNROLL for (int i = 0; i < 8; i++)
      {
        values[i] = vld1q_f32 (x + 4 * i);
        largest_of = vmaxq_f32 (largest_of, vabsq_f32 (values[i]));
      }
      d = glm_packed_activation_scale (vmaxvq_f32 (largest_of));
      inverse = 1 / d;
      low = quantise (values, inverse);
      high = quantise (values + 4, inverse);

      vst1q_s8 ((int8_t *) tile + 32 * t, low);
      vst1q_s8 ((int8_t *) tile + 32 * t + 16, high);
      memcpy (tile + 32 * width + 4 * t, &d, sizeof d);
      glm_packed_store_sums (kind, d, vaddlvq_s8 (low), vaddlvq_s8 (high), tile, width, t);
    }
}

void
glm_kernels_set_packed_dotprod (GlmKernels *kernels)
{
  static const uint8_t tile_width[MAX_WIDTH + 1] = { 0, 1, 2, 4, 4, 6, 6, 8, 8 };

  kernels->has_packed = true;
  kernels->max_tile_width = MAX_WIDTH;
  memcpy (kernels->tile_width, tile_width, sizeof tile_width);
  kernels->quantise_tile = quantise_tile;
  memcpy (kernels->panel_product, glm_panel_product_dotprod, sizeof glm_panel_product_dotprod);
}
