/* packed-i8mm.c: products with packed weights, ARM's matrix multiply-accumulate on bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usmmla multiplies 2 rows × 8 columns of levels by 8 columns × 2 tokens: twice sdot's products.  A quarter of a panel has
 * four columns of four rows in a vector; zipping those of columns 8 g … 8 g + 3 and 8 g + 4 … 8 g + 7 by words makes rows
 * 0, 1 and rows 2, 3 with eight columns each.  It is done before the levels are taken out of their bytes, so that one zip
 * serves both nibbles.  The tokens' vectors are zipped once a block and stay in registers for all quarters; the sums do
 * not fit beside them and lie in memory.  A single token has no partner and is left to packed-dotprod.c.
 */
#include "kernels/arm/arm.h"
#include "kernels/arm/packed-neon.h"

#define MAX_WIDTH 8
#define MAX_PAIRS (MAX_WIDTH / 2) /* of tokens */
#define GROUPS    4               /* of eight columns in a block */

/* Of the quarter's rows 0, 1 (and rows 2, 3): [0] the even ones' words of a, b; [1] the same of the others. */
static ALWAYS_INLINE uint8x16x2_t
zip_words (uint8x16_t a, uint8x16_t b)
{
  uint32x4_t x = vreinterpretq_u32_u8 (a), y = vreinterpretq_u32_u8 (b);

  return (uint8x16x2_t){ { vreinterpretq_u8_u32 (vzip1q_u32 (x, y)), vreinterpretq_u8_u32 (vzip2q_u32 (x, y)) } };
}

/* Levels of columns 8 g … 8 g + 7 of rows 0, 1 and of rows 2, 3 of a quarter. */
static ALWAYS_INLINE uint8x16x2_t
load_row_pairs (GlmPackedFormat format, const uint8_t *block, int quarter, int g)
{
  /* Bits by which a level's place in its byte differs from that of four columns before. */
  int low_step = glm_packed_has_crumbs (format) ? 2 : 0, high_step = format == GLM_PACKED_Q6_K ? 2 : 1, z = 2 * g;
  uint8x16_t low[2] = { load_low_bits (format, block, quarter, z), load_low_bits (format, block, quarter, z + 1) };
  uint8x16_t high[2] = { load_high_bits (format, block, quarter, z), load_high_bits (format, block, quarter, z + 1) };
  uint8x16x2_t lows, highs;

  if (glm_packed_has_threes (format)) /* columns of either kind of place */
    return zip_words (join_bits (format, low[0], high[0], z), join_bits (format, low[1], high[1], z + 1));
  lows = zip_words (low[0], shift_right (low[1], low_step));
  highs = zip_words (high[0], shift_right (high[1], high_step));
  return (
      uint8x16x2_t){ { join_bits (format, lows.val[0], highs.val[0], z), join_bits (format, lows.val[1], highs.val[1], z) } };
}

/* What is multiplied by each quarter of a panel: a block of the tile, its tokens in pairs. */
typedef struct
{
  int8x16_t q[GROUPS][MAX_PAIRS]; /* eight columns of one token, then of the other */
  const float *d;                 /* [width] */
  const float *words[2];          /* a and b [width] */
} Tokens;

static ALWAYS_INLINE Tokens
load_tokens (int width, const uint8_t *tile)
{
  Tokens tokens = { .d = (const float *) tile + 8 * width,
                    .words = { (const float *) tile + 9 * width, (const float *) tile + 10 * width } };

  UNROLL for (int i = 0; i < width / 2; i++) UNROLL for (int half = 0; half < 2; half++)
  {
    int64x2_t even = vreinterpretq_s64_u8 (vld1q_u8 (tile + 64 * i + 16 * half));
    int64x2_t odd = vreinterpretq_s64_u8 (vld1q_u8 (tile + 64 * i + 32 + 16 * half));

    tokens.q[2 * half][i] = vreinterpretq_s8_s64 (vzip1q_s64 (even, odd));
    tokens.q[2 * half + 1][i] = vreinterpretq_s8_s64 (vzip2q_s64 (even, odd));
  }
  return tokens;
}

/* The two values at p, twice. */
static ALWAYS_INLINE float32x4_t
load_pair (const float *p)
{
  return vreinterpretq_f32_f64 (vld1q_dup_f64 ((const double *) p));
}

/* acc[r][i] += levels of rows 2 r, 2 r + 1 · tokens 2 i, 2 i + 1, columns 8 g … 8 g + 7. */
static ALWAYS_INLINE void
add_products (GlmPackedFormat format, int n_pairs, int32x4_t acc[2][MAX_PAIRS], uint8x16x2_t levels,
              const int8x16_t q[MAX_PAIRS])
{
  UNROLL for (int r = 0; r < 2; r++) UNROLL for (int i = 0; i < n_pairs; i++) if (glm_packed_has_values (format)) acc[r][i] =
      vmmlaq_s32 (acc[r][i], vreinterpretq_s8_u8 (levels.val[r]), q[i]);
  else acc[r][i] = vusmmlaq_s32 (acc[r][i], levels.val[r], q[i]);
}

/* sum[r][i] += scale · d · (first + Σ levels · q), over all columns or, where there are halves, those of one.  Each vector
 * holds two rows of two tokens. */
static ALWAYS_INLINE void
multiply_columns (GlmPackedFormat format, int n_pairs, const uint8_t *block, int quarter, const Tokens *tokens, int half,
                  float32x4_t scale, float32x4_t sum[2][MAX_PAIRS])
{
  const bool has_halves = glm_packed_has_halves (format),
             has_first = !glm_packed_has_min (format) && !glm_packed_has_values (format);
  int32x4_t acc[2][MAX_PAIRS];

  UNROLL for (int r = 0; r < 2; r++) UNROLL for (int i = 0; i < n_pairs; i++) acc[r][i] =
      has_first ? vreinterpretq_s32_f32 (load_pair (tokens->words[half] + 2 * i)) : vdupq_n_s32 (0);
  UNROLL for (int k = 0; k < GROUPS; k++)
  {
    int g = k / 2 + k % 2 * 2; /* 0, 2, 1, 3: low and high nibbles of the same bytes one after the other */

    if (!has_halves || g / 2 == half)
      add_products (format, n_pairs, acc, load_row_pairs (format, block, quarter, g), tokens->q[g]);
  }
  UNROLL for (int r = 0; r < 2; r++)
  {
    float32x4_t s = r == 0 ? vzip1q_f32 (scale, scale) : vzip2q_f32 (scale, scale);

    UNROLL for (int i = 0; i < n_pairs; i++) sum[r][i] =
        vfmaq_f32 (sum[r][i], vcvtq_f32_s32 (acc[r][i]), vmulq_f32 (s, load_pair (tokens->d + 2 * i)));
  }
}

/* sum[r][i] += min · d Σ q, words at `scaled`. */
static ALWAYS_INLINE void
add_minima (int n_pairs, const float *scaled, float32x4_t min, float32x4_t sum[2][MAX_PAIRS])
{
  UNROLL for (int r = 0; r < 2; r++)
  {
    float32x4_t m = r == 0 ? vzip1q_f32 (min, min) : vzip2q_f32 (min, min);

    UNROLL for (int i = 0; i < n_pairs; i++) sum[r][i] = vfmaq_f32 (sum[r][i], m, load_pair (scaled + 2 * i));
  }
}

/* A block of a quarter times a block of the tile. */
static ALWAYS_INLINE void
multiply_quarter (GlmPackedFormat format, int n_pairs, const uint8_t *head, const uint8_t *block, int quarter,
                  const Tokens *tokens, float32x4_t sum[2][MAX_PAIRS])
{
  QuarterScales s = load_scales (format, head, block + glm_packed_level_bytes (format), quarter);
  int n_parts = glm_packed_has_halves (format) ? 2 : 1;

  UNROLL for (int half = 0; half < n_parts; half++)
      multiply_columns (format, n_pairs, block, quarter, tokens, half, s.scale[half], sum);
  for (int half = 0; glm_packed_has_min (format) && half < n_parts; half++)
    add_minima (n_pairs, tokens->words[half], s.min[half], sum);
}

static ALWAYS_INLINE void
tile_product (GlmPackedFormat format, int width, const uint8_t *panel, int64_t n_blocks, const uint8_t *tile,
              const uint8_t *ahead, float *out)
{
  const uint8_t *head = panel;
  float32x4_t sum[QUARTERS][2][MAX_PAIRS];

  memset (sum, 0, sizeof sum);
  for (int64_t b = 0; b < n_blocks; b++, panel += glm_packed_block_bytes (format), tile += GLM_TILE_BYTES * width)
    {
      const Tokens tokens = load_tokens (width, tile);

      if (glm_packed_is_k (format) && b % 8 == 0)
        {
          head = panel;
          panel += glm_packed_head_bytes (format);
        }
      prefetch (ahead, glm_packed_block_bytes (format));
      ahead += glm_packed_block_bytes (format);
      _Pragma ("GCC unroll 1") for (int quarter = 0; quarter < QUARTERS; quarter++)
          multiply_quarter (format, width / 2, head, panel, quarter, &tokens, sum[quarter]);
    }
  for (int quarter = 0; quarter < QUARTERS; quarter++)
    UNROLL for (int i = 0; i < width / 2; i++)
    {
      float32x4_t top = sum[quarter][0][i], bottom = sum[quarter][1][i];

      vst1q_f32 (out + ROWS * (2 * i) + 4 * quarter, vuzp1q_f32 (top, bottom));
      vst1q_f32 (out + ROWS * (2 * i + 1) + 4 * quarter, vuzp2q_f32 (top, bottom));
    }
}

#define PANEL_PRODUCT(name, format)                                                                         \
  static void panel_product_##name (const uint8_t *panel, int64_t n_blocks, const uint8_t *tile, int width, \
                                    const uint8_t *ahead, float *out)                                       \
  {                                                                                                         \
    switch (width)                                                                                          \
      {                                                                                                     \
      case 1: glm_panel_product_dotprod[format](panel, n_blocks, tile, width, ahead, out); break;           \
      case 2: tile_product (format, 2, panel, n_blocks, tile, ahead, out); break;                           \
      case 4: tile_product (format, 4, panel, n_blocks, tile, ahead, out); break;                           \
      case 6: tile_product (format, 6, panel, n_blocks, tile, ahead, out); break;                           \
      default: tile_product (format, MAX_WIDTH, panel, n_blocks, tile, ahead, out); break;                  \
      }                                                                                                     \
  }

FOR_EACH_FORMAT (PANEL_PRODUCT)

void
glm_kernels_set_packed_i8mm (GlmKernels *kernels)
{
  static const uint8_t tile_width[MAX_WIDTH + 1] = { 0, 1, 2, 4, 4, 6, 6, 8, 8 };
  static const GlmPanelProduct products[GLM_N_PACKED] = PANEL_PRODUCTS;

  kernels->max_tile_width = MAX_WIDTH;
  memcpy (kernels->tile_width, tile_width, sizeof tile_width);
  memcpy (kernels->panel_product, products, sizeof products);
}
