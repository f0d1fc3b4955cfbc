/* test-kernels-packed.c: packed weights: packing and products
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "test-kernels.h"

#include "quant/blocks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS GLM_PANEL_ROWS

/* ---- Weights ---------------------------------------------------------------------------------------------------- */

/* Any bytes are valid levels and small scales; half precision factors have to be finite.  Where they lie in a block: */
static const struct
{
  GlmType type;
  int at[2];
} halves[] = {
  { GLM_TYPE_Q4_1, { 0, 2 } },   { GLM_TYPE_Q5_1, { 0, 2 } },    { GLM_TYPE_Q4_K, { 0, 2 } },    { GLM_TYPE_Q5_K, { 0, 2 } },
  { GLM_TYPE_Q2_K, { 80, 82 } }, { GLM_TYPE_Q3_K, { 108, -1 } }, { GLM_TYPE_Q6_K, { 208, -1 } },
};

/* IQ1_M's bits of d lie above its scales. */
static void
set_fourths (uint8_t *block, float d)
{
  GlmBlockIQ1_M *iq1_m = (GlmBlockIQ1_M *) block;
  uint16_t h = glm_f32_to_f16 (d);

  for (int i = 0; i < 4; i++)
    iq1_m->scales[i] = (uint16_t) ((iq1_m->scales[i] & 0x0fff) | (h >> (4 * i) & 15) << 12);
}

static void
set_halves (GlmType type, uint8_t *block, float largest)
{
  int at[2] = { 0, -1 };

  if (type == GLM_TYPE_IQ1_M)
    {
      set_fourths (block, random_uniform () * largest);
      return;
    }
  if (type == GLM_TYPE_MXFP4) /* powers of two up to 2^−5 */
    {
      block[0] = largest == 0 ? 0 : (uint8_t) (96 + random_below (28));
      return;
    }
  for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++)
    if (halves[i].type == type)
      memcpy (at, halves[i].at, sizeof at);
  for (int i = 0; i < 2; i++)
    if (at[i] >= 0)
      {
        uint16_t h = glm_f32_to_f16 (random_uniform () * largest);

        memcpy (block + at[i], &h, 2);
      }
}

void
random_weights (const GlmTypeTraits *traits, uint8_t *data, int64_t n_values, int kind)
{
  int64_t n_bytes = n_values / traits->block_size * traits->block_bytes;

  if (kind == 0 && traits->quantise != NULL)
    {
      float *x = malloc ((size_t) n_values * sizeof *x);

      random_floats (x, n_values, 0);
      traits->quantise (x, data, n_values);
      free (x);
      return;
    }
  for (int64_t i = 0; i < n_bytes; i++)
    data[i] = kind != 2 ? (uint8_t) random_below (256) : random_below (2) != 0 ? 0xff : 0x80;
  for (int64_t i = 0; i < n_bytes; i += traits->block_bytes)
    set_halves (traits->type, data + i, kind == 3 ? 0 : 0.05f);
}

static void
test_packing (const GlmPackedTraits *packed, int64_t cols, int n_rows, int kind)
{
  const GlmTypeTraits *traits = glm_type_traits (packed->type);
  size_t row_bytes = (size_t) (cols / traits->block_size * traits->block_bytes);
  size_t data_bytes = row_bytes * (size_t) n_rows, panel_bytes = glm_packed_panel_bytes (packed, cols);
  uint8_t *data = guarded_new (data_bytes), *panel = guarded_new (panel_bytes);
  float *expected = malloc ((size_t) cols * sizeof (float)), *y = malloc ((size_t) cols * sizeof (float));

  random_weights (traits, data, cols * n_rows, kind);
  glm_packed_pack_panel (packed, data, row_bytes, n_rows, cols, panel);
  for (int r = 0; r < n_rows; r++)
    {
      traits->dequantise (data + row_bytes * (size_t) r, expected, cols);
      glm_packed_dequantise_row (packed, panel, r, cols, y);
      for (int64_t i = 0; i < cols; i++)
        if (y[i] != expected[i])
          {
            check (false, "%s packed: row %d, column %d: %g instead of %g", traits->name, r, (int) i, (double) y[i],
                   (double) expected[i]);
            break;
          }
    }
  check (true, "packing");
  free (expected);
  free (y);
  guarded_free (data, data_bytes);
  guarded_free (panel, panel_bytes);
}

/* ---- Kernels ---------------------------------------------------------------------------------------------------- */

static void
test_quantise_tile (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels, int64_t cols, int width, int kind)
{
  size_t x_bytes = (size_t) cols * sizeof (float), tile_bytes = (size_t) (cols / 32 * GLM_TILE_BYTES * width);
  float *x = guarded_new (x_bytes);
  uint8_t *expected = guarded_new (tile_bytes), *tile = guarded_new (tile_bytes);

  for (int sum = 0; sum < GLM_N_SUMS; sum++)
    for (int t = 0; t < width; t++)
      {
        random_floats (x, cols, kind);
        memset (expected, 0, tile_bytes);
        memset (tile, 0, tile_bytes);
        ref->quantise_tile (x, cols, (GlmSumKind) sum, expected, width, t);
        new_kernels->quantise_tile (x, cols, (GlmSumKind) sum, tile, width, t);
        check (memcmp (tile, expected, tile_bytes) == 0, "%s: quantise_tile, sums %d, width %d, token %d, data %d", name, sum,
               width, t, kind);
      }
  guarded_free (x, x_bytes);
  guarded_free (expected, tile_bytes);
  guarded_free (tile, tile_bytes);
}

/* The reference itself: each value is at most half a step from what it became, and a step is a 127th of the largest, rounded up
 * to four significant bits. */
static void
test_activations (const GlmKernels *ref, int kind)
{
  enum
  {
    COLS = 64
  };
  float x[COLS];
  uint8_t tile[COLS / 32 * GLM_TILE_BYTES];

  random_floats (x, COLS, kind);
  ref->quantise_tile (x, COLS, GLM_SUM_8, tile, 1, 0);
  for (int b = 0; b < COLS / 32; b++)
    {
      const int8_t *q = (const int8_t *) tile + b * GLM_TILE_BYTES;
      float d, largest = 0;
      int exponent;

      memcpy (&d, q + 32, sizeof d);
      for (int i = 0; i < 32; i++)
        {
          largest = fmaxf (largest, fabsf (x[32 * b + i]));
          check (fabsf (x[32 * b + i] - d * q[i]) <= 0.5001f * d, "quantised %g to %d of %g", (double) x[32 * b + i], q[i],
                 (double) d);
        }
      check (largest < 1e-16f || (d >= 0.99999f * largest / 127 && d <= 1.12501f * largest / 127), "step %g for %g", (double) d,
             (double) largest);
      check (fmodf (frexpf (d, &exponent) * 16, 1) == 0, "step %a has more than four significant bits", (double) d);
    }
}

/* Σ |products| of one row and token: what rounding errors are measured by. */
static float
magnitude (const GlmPackedTraits *packed, const uint8_t *panel, int r, int64_t cols, const float *x)
{
  float *w = malloc ((size_t) cols * sizeof *w);
  double sum = 0;

  glm_packed_dequantise_row (packed, panel, r, cols, w);
  for (int64_t i = 0; i < cols; i++)
    sum += fabs ((double) w[i] * x[i]);
  free (w);
  return (float) sum;
}

static void
test_panel_product (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels, const GlmPackedTraits *packed,
                    int64_t cols, int width, int kind)
{
  const GlmTypeTraits *traits = glm_type_traits (packed->type);
  size_t row_bytes = (size_t) (cols / traits->block_size * traits->block_bytes);
  size_t panel_bytes = glm_packed_panel_bytes (packed, cols), tile_bytes = (size_t) (cols / 32 * GLM_TILE_BYTES * width);
  size_t out_bytes = sizeof (float) * ROWS * (size_t) width;
  uint8_t *data = malloc (row_bytes * ROWS), *panel = guarded_new (panel_bytes), *tile = guarded_new (tile_bytes);
  float *x = malloc ((size_t) (cols * width) * sizeof (float));
  float *expected = guarded_new (out_bytes), *out = guarded_new (out_bytes);

  random_weights (traits, data, cols * ROWS, kind);
  glm_packed_pack_panel (packed, data, row_bytes, ROWS, cols, panel);
  random_floats (x, cols * width, kind == 2 ? 2 : 0);
  for (int t = 0; t < width; t++)
    ref->quantise_tile (x + t * cols, cols, packed->sum_kind, tile, width, t);
  ref->panel_product[packed->format](panel, cols / 32, tile, width, panel, expected);
  new_kernels->panel_product[packed->format](panel, cols / 32, tile, width, panel, out);
  for (int t = 0; t < width; t++)
    for (int r = 0; r < ROWS; r++)
      {
        float miss = fabsf (out[t * ROWS + r] - expected[t * ROWS + r]);
        float bound = 4e-6f * magnitude (packed, panel, r, cols, x + t * cols) + 1e-12f;

        check (miss <= bound, "%s: %s panel, %d columns, width %d, data %d, row %d, token %d: %g instead of %g", name,
               traits->name, (int) cols, width, kind, r, t, (double) out[t * ROWS + r], (double) expected[t * ROWS + r]);
      }
  free (data);
  free (x);
  guarded_free (panel, panel_bytes);
  guarded_free (tile, tile_bytes);
  guarded_free (expected, out_bytes);
  guarded_free (out, out_bytes);
}

/* Two panels at once, and those times many tiles, give what they give one by one. */
static void
test_joint_product (const char *name, const GlmKernels *kernels, const GlmPackedTraits *packed, int64_t cols, int width,
                    int n_tiles, int kind)
{
  const GlmTypeTraits *traits = glm_type_traits (packed->type);
  size_t row_bytes = (size_t) (cols / traits->block_size * traits->block_bytes);
  size_t panel_bytes = glm_packed_panel_bytes (packed, cols), tile_bytes = (size_t) (cols / 32 * GLM_TILE_BYTES * width);
  size_t out_bytes = sizeof (float) * 2 * ROWS * (size_t) (width * n_tiles);
  uint8_t *data = malloc (row_bytes * 2 * ROWS), *panels = guarded_new (2 * panel_bytes);
  uint8_t *tiles = guarded_new (tile_bytes * (size_t) n_tiles);
  float *x = malloc ((size_t) cols * sizeof (float)), *out = guarded_new (out_bytes), expected[ROWS * GLM_MAX_TILE_WIDTH],
        bound = 0;

  random_weights (traits, data, cols * 2 * ROWS, kind);
  for (int t = 0; t < width * n_tiles; t++)
    {
      random_floats (x, cols, kind == 2 ? 2 : 0);
      kernels->quantise_tile (x, cols, packed->sum_kind, tiles + tile_bytes * (size_t) (t / width), width, t % width);
    }
  for (int p = 0; p < 2; p++)
    glm_packed_pack_panel (packed, data + row_bytes * ROWS * (size_t) p, row_bytes, ROWS, cols,
                           panels + panel_bytes * (size_t) p);
  if (n_tiles == 1)
    kernels->pair_product[packed->format](panels, panel_bytes, cols / 32, tiles, width, panels, out);
  else
    kernels->tiles_product[packed->format](panels, panel_bytes, cols / 32, tiles, n_tiles, panels, out);
  for (int i = 0; i < 2 * n_tiles; i++)
    {
      kernels->panel_product[packed->format](panels + panel_bytes * (size_t) (i % 2), cols / 32,
                                             tiles + tile_bytes * (size_t) (i / 2), width, panels, expected);
      if (kind == 3 || packed->blocks_per_group > 1) /* kernels may take 2^−60 for a scale of 0 */
        bound = 1e-6f * kernels->largest (expected, ROWS * width) + 1e-10f;
      for (int k = 0; k < ROWS * width; k++)
        {
          float got = out[ROWS * width * i + k];

          check (fabsf (got - expected[k]) <= bound, "%s: %s pair, %d tiles, %d columns, data %d, panel %d: %g instead of %g",
                 name, traits->name, n_tiles, (int) cols, kind, i, (double) got, (double) expected[k]);
        }
    }
  free (data);
  free (x);
  guarded_free (panels, 2 * panel_bytes);
  guarded_free (tiles, tile_bytes * (size_t) n_tiles);
  guarded_free (out, out_bytes);
}

static void
test_joint_products (const char *name, const GlmKernels *kernels, const GlmPackedTraits *packed, int width, int kind)
{
  if (kernels->min_pair_width != 0 && width >= kernels->min_pair_width)
    test_joint_product (name, kernels, packed, 768, width, 1, kind);
  if (kernels->tiles_product[packed->format] == NULL || width < kernels->max_tile_width)
    return;
  test_joint_product (name, kernels, packed, 256, width, 2, kind);
  test_joint_product (name, kernels, packed, 1280, width, 3, kind); /* longer than what the kernels prepare at a time */
}

void
test_packed_kernels (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels)
{
  for (int f = 0; new_kernels == ref && f < GLM_N_PACKED; f++)
    for (int kind = 0; kind < 3; kind++)
      {
        test_packing (glm_packed_traits ((GlmPackedFormat) f), 256, 16, kind);
        test_packing (glm_packed_traits ((GlmPackedFormat) f), 768, 5, kind);
      }
  for (int kind = 0; new_kernels == ref && kind < 4; kind++)
    test_activations (ref, kind);
  for (int n = 1; n <= new_kernels->max_tile_width; n++)
    {
      int width = new_kernels->tile_width[n];

      check (width >= n && width <= new_kernels->max_tile_width, "%s: tile widths", name);
      if (width != n)
        continue;
      for (int kind = 0; kind < 4; kind++)
        test_quantise_tile (name, ref, new_kernels, 96, width, kind);
      for (int f = 0; f < GLM_N_PACKED; f++)
        for (int kind = 0; kind < 4; kind++)
          {
            const GlmPackedTraits *packed = glm_packed_traits ((GlmPackedFormat) f);

            test_panel_product (name, ref, new_kernels, packed, 256, width, kind);
            test_joint_products (name, new_kernels, packed, width, kind);
            test_panel_product (name, ref, new_kernels, packed, packed->blocks_per_group == 1 ? 32 * 7 : 256 * 3, width, kind);
          }
    }
}

/* ---- Speed ------------------------------------------------------------------------------------------------------ */

#define BENCH_TILES 10

typedef struct
{
  const GlmKernels *kernels;
  const GlmPackedTraits *packed;
  const uint8_t *panel, *tile;
  int64_t cols;
  int width;
  float out[BENCH_TILES * 2 * ROWS * GLM_MAX_TILE_WIDTH];
} Bench;

static void
run_panel (void *data)
{
  Bench *bench = data;

  bench->kernels->panel_product[bench->packed->format](bench->panel, bench->cols / 32, bench->tile, bench->width, bench->panel,
                                                       bench->out);
}

static void
run_pair (void *data)
{
  Bench *bench = data;

  bench->kernels->pair_product[bench->packed->format](bench->panel, 0, bench->cols / 32, bench->tile, bench->width,
                                                      bench->panel, bench->out);
}

/* As a prompt of 120 tokens. */
static void
run_tiles (void *data)
{
  Bench *bench = data;

  bench->kernels->tiles_product[bench->packed->format](bench->panel, 0, bench->cols / 32, bench->tile, BENCH_TILES,
                                                       bench->panel, bench->out);
}

void
bench_packed_kernels (const char *name, const GlmKernels *kernels)
{
  enum
  {
    COLS = 4096
  };
  static const int widths[] = { 1, 2, 4, 8, 12 };

  printf ("%s: panel of 16 × %d, in cache: GB/s of weights at width 1; 10⁹ multiply-adds/s at each width\n", name, COLS);
  for (int f = 0; f < GLM_N_PACKED; f++)
    {
      Bench bench = { .kernels = kernels, .packed = glm_packed_traits ((GlmPackedFormat) f), .cols = COLS };
      size_t n_bytes = glm_packed_panel_bytes (bench.packed, COLS);
      uint8_t *panel = calloc (1, n_bytes), *tile = calloc (COLS / 32, BENCH_TILES * GLM_TILE_BYTES * GLM_MAX_TILE_WIDTH);

      bench.panel = panel;
      bench.tile = tile;
      printf ("  %-6s", glm_type_traits (bench.packed->type)->name);
      for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        {
          double seconds;

          if (widths[i] > kernels->max_tile_width)
            break;
          bench.width = widths[i];
          seconds = best_seconds (run_panel, &bench);
          if (i == 0)
            printf ("  %6.1f GB/s  ", (double) n_bytes / seconds * 1e-9);
          printf ("  %6.1f", (double) ROWS * COLS * widths[i] / seconds * 1e-9);
        }
      if (kernels->min_pair_width != 0)
        printf ("   pairs:");
      for (size_t i = 0; kernels->min_pair_width != 0 && i < sizeof widths / sizeof widths[0]; i++)
        if ((bench.width = widths[i]) >= kernels->min_pair_width)
          printf ("  %6.1f", 2.0 * ROWS * COLS * widths[i] / best_seconds (run_pair, &bench) * 1e-9);
      if (kernels->tiles_product[bench.packed->format] != NULL)
        printf ("   tiles:  %6.1f",
                2.0 * ROWS * COLS * GLM_MAX_TILE_WIDTH * BENCH_TILES / best_seconds (run_tiles, &bench) * 1e-9);
      printf ("\n");
      free (panel);
      free (tile);
    }
}
