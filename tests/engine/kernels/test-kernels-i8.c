/* test-kernels-i8.c: attention over keys and values in 8 bits, against the references
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "test-kernels.h"

/* Rows of integers with a scale for 32 of them; the last may lie at the end of memory. */
typedef struct
{
  int n, ld, n_blocks;
  int8_t *data;
  float *scales;
} Rows;

static Rows
rows_new (int n, int ld)
{
  Rows rows = { n, ld, (ld + 31) / 32 };

  rows.data = guarded_new ((size_t) (n * ld));
  rows.scales = guarded_new ((size_t) (n * rows.n_blocks) * sizeof (float));
  for (int i = 0; i < n * ld; i++)
    rows.data[i] = (int8_t) ((int) random_below (255) - 127);
  for (int i = 0; i < n * rows.n_blocks; i++)
    rows.scales[i] = (1 + random_uniform ()) / 254;
  return rows;
}

static void
rows_free (Rows *rows)
{
  guarded_free (rows->data, (size_t) (rows->n * rows->ld));
  guarded_free (rows->scales, (size_t) (rows->n * rows->n_blocks) * sizeof (float));
}

static float *
floats_new (int n)
{
  float *x = guarded_new ((size_t) n * sizeof *x);

  random_floats (x, n, 0);
  return x;
}

static void
floats_free (float *x, int n)
{
  guarded_free (x, (size_t) n * sizeof *x);
}

static bool
are_close (const float *x, const float *expected, int n, float bound)
{
  for (int i = 0; i < n; i++)
    if (!(fabsf (x[i] - expected[i]) <= bound))
      return false;
  return true;
}

static void
test_attend (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels, int n_q, int n_k, int d, int more)
{
  Rows rows = rows_new (n_k, d + more);
  const GlmAttendBlock block = { rows.data, rows.ld, rows.scales, rows.n_blocks, n_k, n_q, d };
  float *q = floats_new (n_q * d), *p = floats_new (n_q * n_k);
  float *s = floats_new (n_q * n_k), *expected_s = floats_new (n_q * n_k);
  float *o = floats_new (n_q * d), *expected_o = floats_new (n_q * d);

  ref->attend_scores_i8 (&block, q, d, expected_s, n_k);
  new_kernels->attend_scores_i8 (&block, q, d, s, n_k);
  check (are_close (s, expected_s, n_q * n_k, 1e-6f * (float) d), "%s: attend_scores_i8, %d heads, %d keys of %d", name, n_q,
         n_k, d);

  memcpy (o, expected_o, (size_t) (n_q * d) * sizeof *o);
  ref->attend_values_i8 (&block, p, n_k, expected_o, d);
  new_kernels->attend_values_i8 (&block, p, n_k, o, d);
  check (are_close (o, expected_o, n_q * d, 1e-6f * (float) n_k), "%s: attend_values_i8, %d heads, %d values of %d", name, n_q,
         n_k, d);

  floats_free (q, n_q * d);
  floats_free (p, n_q * n_k);
  floats_free (s, n_q * n_k);
  floats_free (expected_s, n_q * n_k);
  floats_free (o, n_q * d);
  floats_free (expected_o, n_q * d);
  rows_free (&rows);
}

static void
test_conversion (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels, int d)
{
  Rows rows = rows_new (1, d);
  float *y = floats_new (d), *expected = floats_new (d);

  ref->i8_to_f32 (expected, rows.data, rows.scales, d);
  new_kernels->i8_to_f32 (y, rows.data, rows.scales, d);
  check (memcmp (y, expected, (size_t) d * sizeof *y) == 0, "%s: i8_to_f32 of %d", name, d);
  floats_free (y, d);
  floats_free (expected, d);
  rows_free (&rows);
}

void
test_i8_kernels (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels)
{
  static const int n_heads[] = { 1, 2, 5 }, n_keys[] = { 1, 3, 128 }, dims[] = { 4, 20, 32, 64, 80, 100, 128, 256, 300 };

  for (size_t d = 0; d < sizeof dims / sizeof dims[0]; d++)
    {
      test_conversion (name, ref, new_kernels, dims[d]);
      for (size_t h = 0; h < sizeof n_heads / sizeof n_heads[0]; h++)
        for (size_t k = 0; k < sizeof n_keys / sizeof n_keys[0]; k++)
          test_attend (name, ref, new_kernels, n_heads[h], n_keys[k], dims[d], (int) (h + k + d) % 2 * 64);
    }
}
