/* test-kernels-packed.c: packed weights: packing, products, and whole matrices
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "test-kernels.h"

#include "matrix.h"
#include "quant/blocks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS GLM_PANEL_ROWS

/* ---- Weights ------------------------------------------------------------------------------------------------------ */

/* Any bytes are valid levels and small scales; half precision factors have to be finite.  Where they lie in a block: */
static const struct
{
  GlmType type;
  int at[2];
} halves[] = {
  { GLM_TYPE_Q4_1, { 0, 2 } }, { GLM_TYPE_Q5_1, { 0, 2 } },     { GLM_TYPE_Q4_K, { 0, 2 } },     { GLM_TYPE_Q5_K, { 0, 2 } },
  { GLM_TYPE_Q2_K, { 80, 82 } }, { GLM_TYPE_Q3_K, { 108, -1 } }, { GLM_TYPE_Q6_K, { 208, -1 } },
};

static void
set_halves (GlmType  type,
            uint8_t *block,
            float    largest)
{
  int at[2] = { 0, -1 };

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

/* kind 0: quantised random values, where the engine can; 1: random bytes; 2: all levels and scales at their ends; 3: zeros with
 * random levels. */
static void
random_weights (const GlmTypeTraits *traits,
                uint8_t             *data,
                int64_t              n_values,
                int                  kind)
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
test_packing (const GlmPackedTraits *packed,
              int64_t                cols,
              int                    n_rows,
              int                    kind)
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

/* ---- Kernels ------------------------------------------------------------------------------------------------------ */

static void
test_quantise_tile (const char       *name,
                    const GlmKernels *ref,
                    const GlmKernels *new_kernels,
                    int64_t           cols,
                    int               width,
                    int               kind)
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
test_activations (const GlmKernels *ref,
                  int               kind)
{
  enum { COLS = 64 };
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
          check (fabsf (x[32 * b + i] - d * q[i]) <= 0.5001f * d, "quantised %g to %d of %g", (double) x[32 * b + i], q[i], (double) d);
        }
      check (largest < 1e-16f || (d >= 0.99999f * largest / 127 && d <= 1.12501f * largest / 127), "step %g for %g", (double) d,
             (double) largest);
      check (fmodf (frexpf (d, &exponent) * 16, 1) == 0, "step %a has more than four significant bits", (double) d);
    }
}

/* Σ |products| of one row and token: what rounding errors are measured by. */
static float
magnitude (const GlmPackedTraits *packed,
           const uint8_t         *panel,
           int                    r,
           int64_t                cols,
           const float           *x)
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
test_panel_product (const char            *name,
                    const GlmKernels      *ref,
                    const GlmKernels      *new_kernels,
                    const GlmPackedTraits *packed,
                    int64_t                cols,
                    int                    width,
                    int                    kind)
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
test_joint_product (const char            *name,
                    const GlmKernels      *kernels,
                    const GlmPackedTraits *packed,
                    int64_t                cols,
                    int                    width,
                    int                    n_tiles,
                    int                    kind)
{
  const GlmTypeTraits *traits = glm_type_traits (packed->type);
  size_t row_bytes = (size_t) (cols / traits->block_size * traits->block_bytes);
  size_t panel_bytes = glm_packed_panel_bytes (packed, cols), tile_bytes = (size_t) (cols / 32 * GLM_TILE_BYTES * width);
  size_t out_bytes = sizeof (float) * 2 * ROWS * (size_t) (width * n_tiles);
  uint8_t *data = malloc (row_bytes * 2 * ROWS), *panels = guarded_new (2 * panel_bytes);
  uint8_t *tiles = guarded_new (tile_bytes * (size_t) n_tiles);
  float *x = malloc ((size_t) cols * sizeof (float)), *out = guarded_new (out_bytes), expected[ROWS * GLM_MAX_TILE_WIDTH], bound = 0;

  random_weights (traits, data, cols * 2 * ROWS, kind);
  for (int t = 0; t < width * n_tiles; t++)
    {
      random_floats (x, cols, kind == 2 ? 2 : 0);
      kernels->quantise_tile (x, cols, packed->sum_kind, tiles + tile_bytes * (size_t) (t / width), width, t % width);
    }
  for (int p = 0; p < 2; p++)
    glm_packed_pack_panel (packed, data + row_bytes * ROWS * (size_t) p, row_bytes, ROWS, cols, panels + panel_bytes * (size_t) p);
  if (n_tiles == 1)
    kernels->pair_product[packed->format](panels, panel_bytes, cols / 32, tiles, width, panels, out);
  else
    kernels->tiles_product[packed->format](panels, panel_bytes, cols / 32, tiles, n_tiles, panels, out);
  for (int i = 0; i < 2 * n_tiles; i++)
    {
      kernels->panel_product[packed->format](panels + panel_bytes * (size_t) (i % 2), cols / 32, tiles + tile_bytes * (size_t) (i / 2),
                                             width, panels, expected);
      if (kind == 3 || packed->blocks_per_group > 1) /* kernels may take 2^−60 for a scale of 0 */
        bound = 1e-6f * kernels->largest (expected, ROWS * width) + 1e-10f;
      for (int k = 0; k < ROWS * width; k++)
        {
          float got = out[ROWS * width * i + k];

          check (fabsf (got - expected[k]) <= bound, "%s: %s pair, %d tiles, %d columns, data %d, panel %d: %g instead of %g", name,
                 traits->name, n_tiles, (int) cols, kind, i, (double) got, (double) expected[k]);
        }
    }
  free (data);
  free (x);
  guarded_free (panels, 2 * panel_bytes);
  guarded_free (tiles, tile_bytes * (size_t) n_tiles);
  guarded_free (out, out_bytes);
}

static void
test_joint_products (const char            *name,
                     const GlmKernels      *kernels,
                     const GlmPackedTraits *packed,
                     int                    width,
                     int                    kind)
{
  if (kernels->min_pair_width != 0 && width >= kernels->min_pair_width)
    test_joint_product (name, kernels, packed, 768, width, 1, kind);
  if (kernels->tiles_product[packed->format] == NULL || width < kernels->max_tile_width)
    return;
  test_joint_product (name, kernels, packed, 256, width, 2, kind);
  test_joint_product (name, kernels, packed, 1280, width, 3, kind); /* longer than what the kernels prepare at a time */
}

void
test_packed_kernels (const char       *name,
                     const GlmKernels *ref,
                     const GlmKernels *new_kernels)
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

/* ---- Matrices ----------------------------------------------------------------------------------------------------- */

/* How far a product may be from the exact one: rounding of the activations by half a step where they are quantised (see
 * test_activations()), and of single precision sums. */
static double
error_bound (const float *w,
             const float *x,
             int64_t      cols,
             bool         packed)
{
  double bound = 0;

  for (int64_t b = 0; b < cols; b += 32)
    {
      double largest = 0, weight = 0;

      for (int64_t i = b; i < b + 32 && i < cols; i++)
        {
          largest = fmax (largest, fabs ((double) x[i]));
          weight += fabs ((double) w[i]);
          bound += 1e-5 * fabs ((double) w[i] * x[i]);
        }
      if (packed)
        bound += weight * 1.125 * largest / 254;
    }
  return bound * 1.01 + 1e-9;
}

typedef struct
{
  GlmPool *pool;
  GlmScratch *scratch;
} Engine;

static void
test_matrix (const char *name,
             Engine     *engine,
             GlmType     type,
             int64_t     rows,
             int64_t     cols,
             int64_t     n,
             bool        with_bias)
{
  const GlmTypeTraits *traits = glm_type_traits (type);
  int64_t ldx = cols + 5, ldy = rows + 3;
  size_t data_bytes = (size_t) (rows * cols / traits->block_size * traits->block_bytes);
  size_t y_bytes = (size_t) ((n - 1) * ldy + rows) * sizeof (float);
  size_t x_bytes = (size_t) ((n - 1) * ldx + cols) * sizeof (float);
  uint8_t *data = guarded_new (data_bytes);
  float *x = guarded_new (x_bytes), *y = guarded_new (y_bytes), *y2 = guarded_new (y_bytes);
  float *bias = malloc ((size_t) rows * sizeof (float)), *w = malloc ((size_t) cols * sizeof (float));
  GlmMatrix *matrix = NULL;

  random_weights (traits, data, rows * cols, 0);
  random_floats (x, (n - 1) * ldx + cols, 0);
  random_floats (bias, rows, 0);
  check (glm_matrix_new (type, rows, cols, data, engine->pool, &matrix, NULL), "%s: %s matrix", name, traits->name);
  if (glm_matrix_is_packed (matrix)) /* the file's bytes are no longer needed */
    memset (data, 0xff, data_bytes);

  const GlmProduct products[2] = { { matrix, with_bias ? bias : NULL, y, ldy }, { matrix, NULL, y2, ldy } };

  check (glm_matmul_many (products, 2, x, ldx, n, engine->pool, engine->scratch, NULL), "%s: product", name);
  for (int64_t row = 0; row < rows; row++)
    {
      glm_matrix_row (matrix, row, w);
      for (int64_t t = 0; t < n; t++)
        {
          double exact = 0, bound = error_bound (w, x + t * ldx, cols, glm_matrix_is_packed (matrix));
          float got = y[t * ldy + row], got2 = y2[t * ldy + row], b = with_bias ? bias[row] : 0;

          for (int64_t i = 0; i < cols; i++)
            exact += (double) w[i] * x[t * ldx + i];
          check (fabs (got - (exact + b)) <= bound + 1e-6 && fabs (got2 - exact) <= bound,
                 "%s: %s %dx%d, n %d, row %d, token %d: %g and %g instead of %g", name, traits->name, (int) rows, (int) cols,
                 (int) n, (int) row, (int) t, (double) (got - b), (double) got2, exact);
        }
    }
  for (int64_t t = 0; t + 1 < n; t++)
    for (int64_t i = rows; i < ldy; i++)
      check (((uint8_t *) &y[t * ldy + i])[3] == 0xa5, "%s: %s writes between rows of y", name, traits->name);

  glm_matrix_free (matrix);
  free (bias);
  free (w);
  guarded_free (data, data_bytes);
  guarded_free (x, x_bytes);
  guarded_free (y, y_bytes);
  guarded_free (y2, y_bytes);
}

static GlmMatrix *
new_random_matrix (Engine *engine, GlmType type, int64_t rows, int64_t cols)
{
  const GlmTypeTraits *traits = glm_type_traits (type);
  uint8_t *data = malloc ((size_t) (rows * cols / traits->block_size * traits->block_bytes));
  GlmMatrix *matrix = NULL;

  random_weights (traits, data, rows * cols, 0);
  check (glm_matrix_new (type, rows, cols, data, engine->pool, &matrix, NULL), "%s matrix", traits->name);
  if (!glm_matrix_is_packed (matrix))
    {
      glm_matrix_free (matrix);
      matrix = NULL;
    }
  free (data);
  return matrix;
}

/* The gated feed-forward part in one step, and a product that is added to what is there: to the bit what the single steps
 * give. */
static void
test_swiglu (const char *name,
             Engine     *engine,
             GlmType     type,
             int64_t     n_ff,
             int64_t     n)
{
  enum { COLS = 256, ROWS_OUT = 37 };
  GlmMatrix *gate_up = new_random_matrix (engine, type, 2 * n_ff, COLS);
  GlmMatrix *down = new_random_matrix (engine, type, ROWS_OUT, n_ff);
  float *x = malloc ((size_t) (n * COLS) * sizeof (float)), *ff = malloc ((size_t) (2 * n * n_ff) * sizeof (float));
  float *bias = malloc ((size_t) (2 * n_ff) * sizeof (float)), *product = malloc ((size_t) n * ROWS_OUT * sizeof (float));
  float *expected = malloc ((size_t) n * ROWS_OUT * sizeof (float)), *y = malloc ((size_t) n * ROWS_OUT * sizeof (float));

  if (gate_up != NULL && down != NULL)
    {
      const GlmProduct joined = { .matrix = down, .y = y, .ldy = ROWS_OUT, .adds = true, .scale = 0.75f };

      check (glm_matrix_joins_swiglu (gate_up, down) && !glm_matrix_joins_swiglu (down, gate_up), "%s: joins", name);
      random_floats (x, n * COLS, 0);
      random_floats (bias, 2 * n_ff, 0);
      random_floats (y, n * ROWS_OUT, 0);
      glm_matmul (gate_up, bias, x, COLS, n, ff, 2 * n_ff, engine->pool, engine->scratch, NULL);
      for (int64_t t = 0; t < n; t++)
        glm_kernels ()->swiglu (ff + 2 * t * n_ff, ff + 2 * t * n_ff, ff + (2 * t + 1) * n_ff, n_ff);
      glm_matmul (down, NULL, ff, 2 * n_ff, n, product, ROWS_OUT, engine->pool, engine->scratch, NULL);
      for (int64_t i = 0; i < n * ROWS_OUT; i++)
        expected[i] = y[i] + 0.75f * product[i];
      check (glm_matmul_swiglu (gate_up, bias, &joined, x, COLS, n, engine->pool, engine->scratch, NULL), "%s: swiglu", name);
      check (memcmp (expected, y, (size_t) n * ROWS_OUT * sizeof (float)) == 0, "%s: %s feed-forward of %d, %d tokens", name,
             glm_type_traits (type)->name, (int) n_ff, (int) n);
    }
  glm_matrix_free (gate_up);
  glm_matrix_free (down);
  free (x);
  free (ff);
  free (bias);
  free (product);
  free (expected);
  free (y);
}

/* Matrices of all types in one region, as a file of mixed types has them in its queries, keys and values: each gets the
 * kind of tile that it needs, and what it gives alone. */
static void
test_mixed_types (const char *name,
                  Engine     *engine,
                  int64_t     n)
{
  enum { MIXED_ROWS = 24, COLS = 512 };
  GlmProduct products[GLM_N_PACKED] = { 0 };
  GlmMatrix *matrices[GLM_N_PACKED] = { 0 };
  size_t y_floats = (size_t) n * MIXED_ROWS;
  float *x = malloc ((size_t) (n * COLS) * sizeof (float)), *alone = malloc (y_floats * sizeof (float));
  float *y = malloc (GLM_N_PACKED * y_floats * sizeof (float));

  random_floats (x, n * COLS, 0);
  for (int f = 0; f < GLM_N_PACKED; f++)
    {
      matrices[f] = new_random_matrix (engine, glm_packed_traits ((GlmPackedFormat) f)->type, MIXED_ROWS, COLS);
      check ((matrices[f] != NULL) == glm_kernels ()->has_packed, "%s: format %d is packed", name, f);
      products[f] = (GlmProduct) { matrices[f], NULL, y + (size_t) f * y_floats, MIXED_ROWS };
    }
  if (glm_kernels ()->has_packed)
    {
      check (glm_matmul_many (products, GLM_N_PACKED, x, COLS, n, engine->pool, engine->scratch, NULL), "%s: mixed types", name);
      for (int f = 0; f < GLM_N_PACKED; f++)
        {
          check (glm_matmul (matrices[f], NULL, x, COLS, n, alone, MIXED_ROWS, engine->pool, engine->scratch, NULL), "%s", name);
          check (memcmp (alone, products[f].y, y_floats * sizeof (float)) == 0, "%s: %s beside the others, %d tokens", name,
                 glm_type_traits (glm_packed_traits ((GlmPackedFormat) f)->type)->name, (int) n);
        }
    }
  for (int f = 0; f < GLM_N_PACKED; f++)
    glm_matrix_free (matrices[f]);
  free (x);
  free (alone);
  free (y);
}

void
test_matrices (const char *name)
{
  static const struct { int rows, cols, n; } shapes[] = {
    { 1, 256, 1 }, { 16, 256, 1 }, { 37, 512, 1 }, { 40, 256, 2 }, { 33, 256, 5 }, { 17, 512, 7 }, { 100, 256, 13 }, { 70, 256, 40 },
  };
  Engine engine = { NULL, NULL };
  GlmMatrix *matrix = NULL;
  float x = 0;

  check (glm_pool_new (3, &engine.pool, NULL) && glm_scratch_new (&engine.scratch, NULL), "pool and scratch");
  for (uint32_t type = 0; type < 40; type++)
    for (size_t i = 0; glm_type_traits (type) != NULL && i < sizeof shapes / sizeof shapes[0]; i++)
      test_matrix (name, &engine, (GlmType) type, shapes[i].rows, shapes[i].cols, shapes[i].n, i % 2 == 1);
  for (int f = 0; f < GLM_N_PACKED; f++)
    {
      GlmType type = glm_packed_traits ((GlmPackedFormat) f)->type;

      for (int n = 1; n < 40; n += n < 3 ? 1 : 12)
        test_swiglu (name, &engine, type, 256, n);
      test_swiglu (name, &engine, type, 1280, 13);
    }
  for (int n = 1; n < 40; n += 13)
    test_mixed_types (name, &engine, n);
  test_matrix (name, &engine, GLM_TYPE_F32, 5, 7, 3, true);
  test_matrix (name, &engine, GLM_TYPE_F16, 5, 33, 20, true);
  test_matrix (name, &engine, GLM_TYPE_Q8_0, 48, 96, 9, true);
  test_matrix (name, &engine, GLM_TYPE_Q4_0, 20, 32, 25, false);

  check (!glm_matrix_new (GLM_TYPE_Q4_K, 4, 128, &x, NULL, &matrix, NULL), "columns that are no whole blocks");
  check (!glm_matrix_new (GLM_TYPE_F32, 0, 128, &x, NULL, &matrix, NULL), "no rows");
  check (!glm_matrix_new ((GlmType) 99, 4, 128, &x, NULL, &matrix, NULL) && matrix == NULL, "an unknown type");
  glm_matrix_free (NULL);
  glm_scratch_free (engine.scratch);
  glm_pool_free (engine.pool);
}

/* ---- Speed -------------------------------------------------------------------------------------------------------- */

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

  bench->kernels->panel_product[bench->packed->format](bench->panel, bench->cols / 32, bench->tile, bench->width, bench->panel, bench->out);
}

static void
run_pair (void *data)
{
  Bench *bench = data;

  bench->kernels->pair_product[bench->packed->format](bench->panel, 0, bench->cols / 32, bench->tile, bench->width, bench->panel, bench->out);
}

/* As a prompt of 120 tokens. */
static void
run_tiles (void *data)
{
  Bench *bench = data;

  bench->kernels->tiles_product[bench->packed->format](bench->panel, 0, bench->cols / 32, bench->tile, BENCH_TILES, bench->panel,
                                                       bench->out);
}

void
bench_packed_kernels (const char       *name,
                      const GlmKernels *kernels)
{
  enum { COLS = 4096 };
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
        printf ("   tiles:  %6.1f", 2.0 * ROWS * COLS * GLM_MAX_TILE_WIDTH * BENCH_TILES / best_seconds (run_tiles, &bench) * 1e-9);
      printf ("\n");
      free (panel);
      free (tile);
    }
}
