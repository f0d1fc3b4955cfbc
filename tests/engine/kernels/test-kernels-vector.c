/* test-kernels-vector.c: the kernels on float vectors, and attention
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each buffer ends at an unreadable page.  A result may differ from the reference by a small multiple of the rounding
 * error of its terms, Σ |terms| · ε.
 */
#include "test-kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int sizes[] = { 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 100, 128, 255, 1000, 4096 };

#define N_SIZES ((int) (sizeof sizes / sizeof sizes[0]))

/* The buffers of one case. */
typedef struct
{
  const char *name; /* of the mask */
  const GlmKernels *ref, *new_kernels;
  int n, kind;
  float *x, *w, *b, *expected, *y; /* [n] */
  uint16_t *half, *expected_half, *y_half;
} Case;

static Case
case_new (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels, int n, int kind)
{
  Case c = { name, ref, new_kernels, n, kind };
  size_t bytes = (size_t) n * sizeof (float), half_bytes = (size_t) n * 2;

  c.x = guarded_new (bytes);
  c.w = guarded_new (bytes);
  c.b = guarded_new (bytes);
  c.expected = guarded_new (bytes);
  c.y = guarded_new (bytes);
  c.half = guarded_new (half_bytes);
  c.expected_half = guarded_new (half_bytes);
  c.y_half = guarded_new (half_bytes);
  random_floats (c.x, n, kind);
  random_floats (c.w, n, 0);
  random_floats (c.b, n, 0);
  for (int i = 0; i < n; i++)
    c.half[i] = glm_f32_to_f16 (random_uniform ());
  return c;
}

static void
case_free (Case *c)
{
  size_t bytes = (size_t) c->n * sizeof (float), half_bytes = (size_t) c->n * 2;

  guarded_free (c->x, bytes);
  guarded_free (c->w, bytes);
  guarded_free (c->b, bytes);
  guarded_free (c->expected, bytes);
  guarded_free (c->y, bytes);
  guarded_free (c->half, half_bytes);
  guarded_free (c->expected_half, half_bytes);
  guarded_free (c->y_half, half_bytes);
}

/* |y − expected| ≤ relative · |expected| + absolute, everywhere; two NaNs or two equal infinities agree. */
static void
check_close (const Case *c, const char *kernel, float relative, float absolute)
{
  for (int i = 0; i < c->n; i++)
    {
      float got = c->y[i], expected = c->expected[i];
      bool close = fabsf (got - expected) <= relative * fabsf (expected) + absolute;

      if (close || got == expected || (isnan (got) && isnan (expected)))
        continue;
      check (false, "%s: %s, n %d, data %d, [%d]: %.9g instead of %.9g", c->name, kernel, c->n, c->kind, i, (double) got,
             (double) expected);
      return;
    }
  check (true, "close");
}

static float
largest (const float *x, int n)
{
  float most = 0;

  for (int i = 0; i < n; i++)
    most = fmaxf (most, fabsf (x[i]));
  return most;
}

static void
copy (Case *c, const float *from)
{
  memcpy (c->expected, from, (size_t) c->n * sizeof (float));
  memcpy (c->y, from, (size_t) c->n * sizeof (float));
}

static void
test_norms (Case *c)
{
  c->ref->rms_norm (c->expected, c->x, c->w, c->n, 1e-5f);
  c->new_kernels->rms_norm (c->y, c->x, c->w, c->n, 1e-5f);
  check_close (c, "rms_norm", 3e-6f, 1e-30f);
  copy (c, c->x);
  c->ref->rms_norm (c->expected, c->expected, c->w, c->n, 1.5625e-7f);
  c->new_kernels->rms_norm (c->y, c->y, c->w, c->n, 1.5625e-7f);
  check_close (c, "rms_norm in place", 3e-6f, 1e-30f);
  c->ref->layer_norm (c->expected, c->x, c->w, c->b, c->n, 1e-5f);
  c->new_kernels->layer_norm (c->y, c->x, c->w, c->b, c->n, 1e-5f);
  /* The mean's rounding error, seen through the scale. */
  check_close (c, "layer_norm", 1e-5f, 1e-5f + 5e-6f * largest (c->expected, c->n));
}

static void
test_elementwise (Case *c)
{
  copy (c, c->b);
  c->ref->add_scaled (c->expected, c->x, 0.37f, c->n);
  c->new_kernels->add_scaled (c->y, c->x, 0.37f, c->n);
  check_close (c, "add_scaled", 1e-6f, 1e-6f * (1 + largest (c->x, c->n)));
  c->ref->swiglu (c->expected, c->x, c->w, c->n);
  c->new_kernels->swiglu (c->y, c->x, c->w, c->n);
  check_close (c, "swiglu", 2e-6f, 1e-30f);
  c->ref->gelu (c->expected, c->x, c->n);
  c->new_kernels->gelu (c->y, c->x, c->n);
  /* 1 + tanh cancels where x is negative. */
  check_close (c, "gelu", 4e-6f, 5e-7f);
}

static void
test_exp_sum (Case *c)
{
  float expected, sum;

  copy (c, c->x);
  expected = c->ref->exp_sum (c->expected, 0.3f, 0.2f, c->n);
  sum = c->new_kernels->exp_sum (c->y, 0.3f, 0.2f, c->n);
  check_close (c, "exp_sum", 4e-6f + 3e-7f * largest (c->x, c->n), 1e-37f);
  check (sum == expected || fabsf (sum - expected) <= (1e-5f + 3e-7f * largest (c->x, c->n)) * expected,
         "%s: exp_sum, n %d: %g instead of %g", c->name, c->n, (double) sum, (double) expected);
  check (c->new_kernels->largest (c->x, c->n) == c->ref->largest (c->x, c->n), "%s: largest, n %d", c->name, c->n);
}

static void
test_rope (Case *c)
{
  copy (c, c->x);
  c->ref->rope_interleaved (c->expected, c->w, c->b, c->n / 2);
  c->new_kernels->rope_interleaved (c->y, c->w, c->b, c->n / 2);
  check_close (c, "rope_interleaved", 1e-6f, 1e-6f * largest (c->x, c->n));
  copy (c, c->x);
  c->ref->rope_half (c->expected, c->w, c->b, c->n / 2);
  c->new_kernels->rope_half (c->y, c->w, c->b, c->n / 2);
  check_close (c, "rope_half", 1e-6f, 1e-6f * largest (c->x, c->n));
}

static void
test_dots (Case *c)
{
  float expected = c->ref->dot_f32 (c->x, c->w, c->n), got = c->new_kernels->dot_f32 (c->x, c->w, c->n), terms = 0;

  for (int i = 0; i < c->n; i++)
    terms += fabsf (c->x[i] * c->w[i]);
  check (fabsf (got - expected) <= 2e-6f * terms, "%s: dot_f32, n %d", c->name, c->n);
}

static void
test_conversions (Case *c)
{
  c->ref->f32_to_f16 (c->expected_half, c->x, c->n);
  c->new_kernels->f32_to_f16 (c->y_half, c->x, c->n);
  check (memcmp (c->expected_half, c->y_half, (size_t) c->n * 2) == 0, "%s: f32_to_f16, n %d, data %d", c->name, c->n, c->kind);
  c->ref->f16_to_f32 (c->expected, c->half, c->n);
  c->new_kernels->f16_to_f32 (c->y, c->half, c->n);
  check_close (c, "f16_to_f32", 0, 0);
}

/* Arguments at and past the ends of e^x. */
static void
test_exp_extremes (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels)
{
  static const float extremes[] = { 0,       -0.0f, 88.7f,  89,    200,       -87.3f, -88, -95,
                                    -103.9f, -110,  -1e30f, 1e30f, -INFINITY, 1e-30f, NAN, 0.5f };
  enum
  {
    N = sizeof extremes / sizeof extremes[0]
  };
  Case c = case_new (name, ref, new_kernels, N, 0);

  copy (&c, extremes);
  ref->exp_sum (c.expected, 1, 0, N);
  new_kernels->exp_sum (c.y, 1, 0, N);
  check_close (&c, "exp_sum of extremes", 4e-6f, 1e-44f);
  memcpy (c.x, extremes, sizeof extremes);
  ref->swiglu (c.expected, c.x, c.w, N);
  new_kernels->swiglu (c.y, c.x, c.w, N);
  c.expected[12] = c.y[12] = 0; /* −∞ / ∞ */
  check_close (&c, "swiglu of extremes", 4e-6f, 1e-35f);
  case_free (&c);
}

/* ---- Attention -------------------------------------------------------------------------------------------------- */

typedef struct
{
  int n_q, n_k, d, pad;
  float *q, *s, *expected_s, *p, *o, *expected_o;
  uint16_t *kv;
} Attention;

static size_t
rows_bytes (int n, int ld, int last, size_t size)
{
  return ((size_t) (n - 1) * (size_t) ld + (size_t) last) * size;
}

static Attention
attention_new (int n_q, int n_k, int d, int pad)
{
  Attention a = { n_q, n_k, d, pad };

  a.q = guarded_new (rows_bytes (n_q, d + pad, d, 4));
  a.kv = guarded_new (rows_bytes (n_k, d + pad, d, 2));
  a.s = guarded_new (rows_bytes (n_q, n_k + pad, n_k, 4));
  a.expected_s = guarded_new (rows_bytes (n_q, n_k + pad, n_k, 4));
  a.p = guarded_new (rows_bytes (n_q, n_k + pad, n_k, 4));
  a.o = guarded_new (rows_bytes (n_q, d + pad, d, 4));
  a.expected_o = guarded_new (rows_bytes (n_q, d + pad, d, 4));
  random_floats (a.q, (n_q - 1) * (d + pad) + d, 0);
  random_floats (a.p, (n_q - 1) * (n_k + pad) + n_k, 0);
  random_floats (a.o, (n_q - 1) * (d + pad) + d, 0);
  memcpy (a.expected_o, a.o, rows_bytes (n_q, d + pad, d, 4));
  for (int i = 0; i < (n_k - 1) * (d + pad) + d; i++)
    a.kv[i] = glm_f32_to_f16 (random_uniform ());
  return a;
}

static void
attention_free (Attention *a)
{
  guarded_free (a->q, rows_bytes (a->n_q, a->d + a->pad, a->d, 4));
  guarded_free (a->kv, rows_bytes (a->n_k, a->d + a->pad, a->d, 2));
  guarded_free (a->s, rows_bytes (a->n_q, a->n_k + a->pad, a->n_k, 4));
  guarded_free (a->expected_s, rows_bytes (a->n_q, a->n_k + a->pad, a->n_k, 4));
  guarded_free (a->p, rows_bytes (a->n_q, a->n_k + a->pad, a->n_k, 4));
  guarded_free (a->o, rows_bytes (a->n_q, a->d + a->pad, a->d, 4));
  guarded_free (a->expected_o, rows_bytes (a->n_q, a->d + a->pad, a->d, 4));
}

static void
test_attention (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels, int n_q, int n_k, int d, int pad)
{
  Attention a = attention_new (n_q, n_k, d, pad);
  int lds = n_k + pad, ldq = d + pad;
  const GlmAttendBlock block = { .rows = a.kv, .ld = ldq, .n = n_k, .n_q = n_q, .d = d };
  bool good = true;

  ref->attend_scores (&block, a.q, ldq, a.expected_s, lds);
  new_kernels->attend_scores (&block, a.q, ldq, a.s, lds);
  for (int i = 0; i < n_q; i++)
    for (int j = 0; j < lds && i * lds + j < (n_q - 1) * lds + n_k; j++)
      good = good
             && (j < n_k ? fabsf (a.s[i * lds + j] - a.expected_s[i * lds + j]) <= 1e-6f * (float) d
                         : memcmp (&a.s[i * lds + j], &a.expected_s[i * lds + j], 4) == 0);
  check (good, "%s: attend_scores, %d heads, %d keys of %d", name, n_q, n_k, d);

  ref->attend_values (&block, a.p, lds, a.expected_o, ldq);
  new_kernels->attend_values (&block, a.p, lds, a.o, ldq);
  good = true;
  for (int i = 0; i < n_q; i++)
    for (int c = 0; c < ldq && i * ldq + c < (n_q - 1) * ldq + d; c++)
      good = good && fabsf (a.o[i * ldq + c] - a.expected_o[i * ldq + c]) <= (c < d ? 1e-6f * (float) n_k : 0);
  check (good, "%s: attend_values, %d heads, %d values of %d", name, n_q, n_k, d);
  attention_free (&a);
}

/* ---- All -------------------------------------------------------------------------------------------------------- */

void
test_vector_kernels (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels)
{
  static const int n_heads[] = { 1, 2, 3, 4, 5, 8, 11, 16, 17, 20, 27 }, n_keys[] = { 1, 3, 8, 13, 40, 256 },
                   dims[] = { 4, 20, 64, 100, 128, 300, 576 };

  for (int i = 0; i < N_SIZES; i++)
    for (int kind = 0; kind < 4; kind++)
      {
        Case c = case_new (name, ref, new_kernels, sizes[i], kind);

        test_norms (&c);
        test_elementwise (&c);
        test_exp_sum (&c);
        test_rope (&c);
        test_dots (&c);
        test_conversions (&c);
        case_free (&c);
      }
  test_exp_extremes (name, ref, new_kernels);
  for (size_t h = 0; h < sizeof n_heads / sizeof n_heads[0]; h++)
    for (size_t k = 0; k < sizeof n_keys / sizeof n_keys[0]; k++)
      for (size_t d = 0; d < sizeof dims / sizeof dims[0]; d++)
        test_attention (name, ref, new_kernels, n_heads[h], n_keys[k], dims[d], (int) (h + k + d) % 2 * 3);
}

/* ---- Speed ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  const GlmKernels *kernels;
  Case c;
  Attention a;
} Bench;

static void
bench_rms_norm (void *data)
{
  Bench *b = data;
  b->kernels->rms_norm (b->c.y, b->c.x, b->c.w, b->c.n, 1e-5f);
}
static void
bench_swiglu (void *data)
{
  Bench *b = data;
  b->kernels->swiglu (b->c.y, b->c.x, b->c.w, b->c.n);
}
static void
bench_gelu (void *data)
{
  Bench *b = data;
  b->kernels->gelu (b->c.y, b->c.x, b->c.n);
}
static void
bench_rope (void *data)
{
  Bench *b = data;
  b->kernels->rope_interleaved (b->c.y, b->c.w, b->c.b, b->c.n / 2);
}
static void
bench_dot_f32 (void *data)
{
  Bench *b = data;
  b->c.y[0] = b->kernels->dot_f32 (b->c.x, b->c.w, b->c.n);
}
static void
bench_f32_to_f16 (void *data)
{
  Bench *b = data;
  b->kernels->f32_to_f16 (b->c.y_half, b->c.x, b->c.n);
}

static GlmAttendBlock
bench_block (const Attention *a)
{
  return (GlmAttendBlock){ .rows = a->kv, .ld = a->d, .n = a->n_k, .n_q = a->n_q, .d = a->d };
}

static void
bench_scores (void *data)
{
  Bench *b = data;
  GlmAttendBlock block = bench_block (&b->a);

  b->kernels->attend_scores (&block, b->a.q, b->a.d, b->a.s, b->a.n_k);
}

static void
bench_values (void *data)
{
  Bench *b = data;
  GlmAttendBlock block = bench_block (&b->a);

  b->kernels->attend_values (&block, b->a.p, b->a.n_k, b->a.o, b->a.d);
}

void
bench_vector_kernels (const char *name, const GlmKernels *kernels)
{
  /* clang-format off */
  static const struct { const char *name; void (*call) (void *data); } benches[] = {
    { "rms_norm", bench_rms_norm }, { "swiglu", bench_swiglu },   { "gelu", bench_gelu },
    { "rope", bench_rope },         { "dot_f32", bench_dot_f32 }, { "f32_to_f16", bench_f32_to_f16 },
  };
  static const struct { int heads, dim; } groups[] = { { 1, 128 }, { 2, 128 }, { 4, 128 }, { 8, 128 }, { 16, 128 }, { 20, 576 } };
  /* clang-format on */
  Bench bench = { kernels, case_new (name, kernels, kernels, 4096, 0) };

  memcpy (bench.c.y, bench.c.x, 4096 * sizeof (float));
  printf ("%s: 10⁹ values/s, n = 4096:", name);
  for (size_t i = 0; i < sizeof benches / sizeof benches[0]; i++)
    printf (" %s %.1f", benches[i].name, 4.096e-6 / best_seconds (benches[i].call, &bench));
  printf ("\n%s: attention, 256 keys, 10⁹ multiply-adds/s (heads of values: scores, values):", name);
  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
    {
      double work = 256e-9 * groups[i].dim * groups[i].heads;

      bench.a = attention_new (groups[i].heads, 256, groups[i].dim, 0);
      printf (" (%d of %d: %.1f, %.1f)", groups[i].heads, groups[i].dim, work / best_seconds (bench_scores, &bench),
              work / best_seconds (bench_values, &bench));
      attention_free (&bench.a);
    }
  printf ("\n");
  case_free (&bench.c);
}
