/* test-kernels-matrix.c: whole matrices times any number of tokens, on every path
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "test-kernels.h"

#include "cpu/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How far a product may be from the exact one: rounding of the activations by half a step where they are quantised (see
 * test_activations()), and of single precision sums. */
static double
error_bound (const float *w, const float *x, int64_t cols, bool packed)
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
test_matrix (const char *name, Engine *engine, GlmType type, int64_t rows, int64_t cols, int64_t n, bool with_bias)
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
test_swiglu (const char *name, Engine *engine, GlmType type, int64_t n_ff, int64_t n)
{
  enum
  {
    COLS = 256,
    ROWS_OUT = 37
  };
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
      glm_matmul_many (&(GlmProduct){ gate_up, bias, ff, 2 * n_ff }, 1, x, COLS, n, engine->pool, engine->scratch, NULL);
      for (int64_t t = 0; t < n; t++)
        glm_kernels ()->swiglu (ff + 2 * t * n_ff, ff + 2 * t * n_ff, ff + (2 * t + 1) * n_ff, n_ff);
      glm_matmul_many (&(GlmProduct){ down, NULL, product, ROWS_OUT }, 1, ff, 2 * n_ff, n, engine->pool, engine->scratch, NULL);
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
test_mixed_types (const char *name, Engine *engine, int64_t n)
{
  enum
  {
    MIXED_ROWS = 24,
    COLS = 512
  };
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
      products[f] = (GlmProduct){ matrices[f], NULL, y + (size_t) f * y_floats, MIXED_ROWS };
    }
  if (glm_kernels ()->has_packed)
    {
      check (glm_matmul_many (products, GLM_N_PACKED, x, COLS, n, engine->pool, engine->scratch, NULL), "%s: mixed types",
             name);
      for (int f = 0; f < GLM_N_PACKED; f++)
        {
          check (glm_matmul_many (&(GlmProduct){ matrices[f], NULL, alone, MIXED_ROWS }, 1, x, COLS, n, engine->pool,
                                  engine->scratch, NULL),
                 "%s", name);
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

/* A stack times rows that each product chooses, against the product of each member with those rows copied out. */
static void
test_stack (const char *name, Engine *engine, GlmType type, int64_t rows, int64_t cols)
{
  enum
  {
    N_MEMBERS = 5,
    N_X = 50
  };
  static const int n_chosen[N_MEMBERS] = { 13, 0, 1, 40, 3 };
  const GlmTypeTraits *traits = glm_type_traits (type);
  size_t member_bytes = (size_t) (rows * cols / traits->block_size * traits->block_bytes);
  size_t y_bytes = (size_t) (40 * rows) * sizeof (float), x_bytes = (size_t) (N_X * cols) * sizeof (float);
  uint8_t *data = guarded_new (N_MEMBERS * member_bytes);
  float *x = guarded_new (x_bytes), *copy = malloc (x_bytes), *bias = malloc ((size_t) rows * sizeof *bias), *y[N_MEMBERS];
  float *expected = malloc (y_bytes);
  int32_t chosen[N_MEMBERS][40];
  GlmProduct products[N_MEMBERS];
  GlmMatrix *stack = NULL;

  random_weights (traits, data, N_MEMBERS * rows * cols, 0);
  random_floats (x, N_X * cols, 0);
  random_floats (bias, rows, 0);
  check (glm_matrix_new_stack (type, N_MEMBERS, rows, cols, data, engine->pool, &stack, NULL), "%s: a stack", name);
  for (int i = 0; i < N_MEMBERS; i++)
    {
      y[i] = guarded_new ((size_t) (n_chosen[i] * rows) * sizeof (float));
      random_floats (y[i], n_chosen[i] * rows, 3);
      for (int t = 0; t < n_chosen[i]; t++)
        chosen[i][t] = (int32_t) random_below (N_X);
      products[i] = (GlmProduct){ stack, i % 2 ? NULL : bias, y[i], rows, i == 4, 0.5f, i, chosen[i], n_chosen[i] };
    }
  memset (y[4], 0, (size_t) (n_chosen[4] * rows) * sizeof (float)); /* what is added to */
  check (glm_matmul_many (products, N_MEMBERS, x, cols, N_X, engine->pool, engine->scratch, NULL), "%s: chosen rows", name);
  for (int i = 0; i < N_MEMBERS; i++)
    {
      GlmProduct alone = products[i];
      double worst = 0, largest = 1;

      for (int t = 0; t < n_chosen[i]; t++)
        memcpy (copy + t * cols, x + chosen[i][t] * cols, (size_t) cols * sizeof *x);
      check (glm_matrix_new (type, rows, cols, data + (size_t) i * member_bytes, NULL, (GlmMatrix **) &alone.matrix, NULL),
             "%s: a member", name);
      memset (expected, 0, y_bytes);
      alone.y = expected;
      alone.member = 0;
      alone.rows = NULL;
      glm_matmul_many (&alone, 1, copy, cols, n_chosen[i], engine->pool, engine->scratch, NULL);
      for (int64_t j = 0; j < n_chosen[i] * rows; j++)
        {
          worst = fmax (worst, fabs ((double) (y[i][j] - expected[j])));
          largest = fmax (largest, fabs ((double) expected[j]));
        }
      /* Many whole rows in float go through OpenBLAS, which adds in another order. */
      check (worst <= (glm_matrix_is_packed (stack) ? 0 : 1e-5 * largest), "%s: %s, member %d of a stack of %d × %d: off by %g",
             name, traits->name, i, (int) rows, (int) cols, worst);
      glm_matrix_free ((GlmMatrix *) alone.matrix);
      guarded_free (y[i], (size_t) (n_chosen[i] * rows) * sizeof (float));
    }
  glm_matrix_free (stack);
  free (copy);
  free (bias);
  free (expected);
  guarded_free (x, x_bytes);
  guarded_free (data, N_MEMBERS * member_bytes);
}

void
test_matrices (const char *name)
{
  static const struct
  {
    int rows, cols, n;
  } shapes[] = {
    { 1, 256, 1 },  { 16, 256, 1 }, { 37, 512, 1 },   { 40, 256, 2 },
    { 33, 256, 5 }, { 17, 512, 7 }, { 100, 256, 13 }, { 70, 256, 40 },
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
  for (uint32_t type = 0; type < 40; type++)
    for (int64_t rows = 37; glm_type_traits (type) && rows <= 96; rows += 59)
      test_stack (name, &engine, (GlmType) type, rows, 256);
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
