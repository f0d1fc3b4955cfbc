/* self-test.c: every shader against the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a driver makes of a shader is known only when it has run.  Each is run on small random data, in the shapes that models have and in
 * odd ones (trial.h); references have sums in double precision, and activations as the card has quantised them.
 */
#include "gpu/self-test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "gpu/trial.h"
#include "kernels/kernels.h"

/* Parts of a product that are tried. */
#define TEST_PARTS 3

/* ---- Products --------------------------------------------------------------------------------------------------- */

/* [rows][cols] random weights of a type, their planes, and what these stand for. */
static float *
take_weights (GlmTrial *t, const GlmTypeTraits *traits, int64_t rows, int64_t cols, void *planes[3])
{
  GlmPlanes form = glm_planes_for_type (traits->type);
  size_t n = (size_t) (rows * cols), sizes[3];
  float *x = glm_trial_take_random (t, (int64_t) n);
  void *file = glm_trial_take (t, n / (size_t) traits->block_size * (size_t) traits->block_bytes);

  glm_planes_bytes (&form, (int64_t) n, &sizes[0], &sizes[1], &sizes[2]);
  for (int i = 0; i < 3; i++)
    planes[i] = sizes[i] > 0 ? glm_trial_take (t, sizes[i]) : NULL;
  for (size_t i = 0; i < n; i++)
    x[i] += i / 32 % 5 == 0 ? 0.3f : 0;
  traits->quantise (x, file, (int64_t) n);
  glm_planes_pack (traits->type, file, (int64_t) n, planes[0], planes[1], planes[2]);
  traits->dequantise (file, x, (int64_t) n);
  return x;
}

static bool
test_product (GlmTrial *t, const GlmTypeTraits *traits, int64_t rows, int64_t cols, int64_t tokens)
{
  GlmPlanes kind = glm_planes_for_type (traits->type);
  GlmGpuForm form = glm_record_form (t->record.gpu, tokens);
  bool adds = tokens % 2 == 1;
  float *weights, *x, *y, *before, *bias;
  double *row;
  void *planes[3];
  GlmTrialQuants q;

  if (!glm_trial_begin (t))
    return false;
  weights = take_weights (t, traits, rows, cols, planes);
  x = glm_trial_take_random (t, tokens * cols);
  q = glm_trial_take_quants (t, form, tokens, cols);
  bias = glm_trial_take_random (t, rows);
  y = glm_trial_take (t, (size_t) (tokens * rows * 4));
  before = glm_trial_take_random (t, tokens * rows);
  row = glm_trial_take (t, (size_t) cols * sizeof *row);
  if (adds)
    memcpy (y, before, (size_t) (tokens * rows * 4));
  GlmQuantisePush quantise = { glm_trial_address (t, x), glm_trial_address (t, q.q), glm_trial_address (t, q.scales),
                               (uint32_t) cols, (uint32_t) cols };
  GlmProductPush push = { .quants = glm_trial_address (t, planes[0]),
                          .scales = glm_trial_address (t, planes[1]),
                          .mins = glm_trial_address (t, planes[2]),
                          .x = quantise.q,
                          .x_scales = quantise.scales,
                          .bias = glm_trial_address (t, bias),
                          .y = glm_trial_address (t, y),
                          .parts = glm_trial_address (t, glm_trial_take (t, (size_t) (tokens * rows * 4) * TEST_PARTS)),
                          .rows = (uint32_t) rows,
                          .blocks = (uint32_t) (cols / 32),
                          .ldy = (uint32_t) rows,
                          .tokens = (uint32_t) tokens,
                          .has_bias = 1,
                          .adds = adds,
                          .scale = adds ? 0.5f : 1 };
  if (!glm_record_quantise (&t->record, &quantise, form, tokens) || !glm_record_product (&t->record, &push, &kind)
      || !glm_trial_run (t))
    return false;
  if (t->record.noting)
    return true;
  for (int64_t i = 0; i < tokens * rows; i++)
    {
      double sum = bias[i % rows];

      for (int64_t c = 0; i % rows == 0 && c < cols; c++)
        row[c] = glm_trial_quant (&q, i / rows, cols, c);
      for (int64_t c = 0; c < cols; c++)
        sum += weights[i % rows * cols + c] * row[c];
      glm_trial_compare (t, adds ? before[i] + 0.5 * sum : sum, y[i]);
    }
  /* Scales of super-blocks are rounded to half precision; matrices multiply halves. */
  glm_trial_report (t, traits->block_size > 32 || form == GLM_GPU_HALVES ? 1e-3 : 2e-5, "product, %s, %lld × %lld × %lld%s",
                    traits->name, (long long) rows, (long long) cols, (long long) tokens,
                    t->record.parts > 1 ? ", in parts" : "");
  glm_trial_report_quants (t, "activations", &q, x, cols, tokens, cols);
  return true;
}

static bool
test_float (GlmTrial *t, GlmType type, int64_t rows, int64_t cols, int64_t tokens)
{
  float *weights, *x, *y;
  void *planes[3];

  if (!glm_trial_begin (t))
    return false;
  weights = take_weights (t, glm_type_traits (type), rows, cols, planes);
  x = glm_trial_take_random (t, tokens * cols);
  y = glm_trial_take (t, (size_t) (tokens * rows * 4));
  GlmFloatPush push = { .weights = glm_trial_address (t, planes[0]),
                        .x = glm_trial_address (t, x),
                        .y = glm_trial_address (t, y),
                        .rows = (uint32_t) rows,
                        .cols = (uint32_t) cols,
                        .ldx = (uint32_t) cols,
                        .ldy = (uint32_t) rows,
                        .tokens = (uint32_t) tokens,
                        .scale = 1 };
  if (!glm_record_float (&t->record, &push, type == GLM_TYPE_F32) || !glm_trial_run (t))
    return false;
  if (t->record.noting)
    return true;
  for (int64_t i = 0; i < tokens * rows; i++)
    {
      double sum = 0;

      for (int64_t c = 0; c < cols; c++)
        sum += (double) weights[i % rows * cols + c] * x[i / rows * cols + c];
      glm_trial_compare (t, sum, y[i]);
    }
  glm_trial_report (t, 1e-5, "product, %s × %lld", glm_type_traits (type)->name, (long long) tokens);
  return true;
}

static bool
test_products (GlmTrial *t)
{
  static const GlmType types[] = { GLM_TYPE_Q4_0, GLM_TYPE_Q4_K, GLM_TYPE_Q8_0, GLM_TYPE_Q5_K, GLM_TYPE_Q6_K };
  static const int64_t tokens[] = { 1, 2, 3, 15, 70 };

  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    for (size_t k = 0; k < sizeof tokens / sizeof *tokens; k++)
      if (!test_product (t, glm_type_traits (types[i]), 37, 512, tokens[k]))
        return false;
  for (t->record.tile = 1; glm_record_has_tile (t->record.gpu, t->record.tile); t->record.tile++)
    if (!test_product (t, glm_type_traits (GLM_TYPE_Q4_0), 150, 544, 70))
      return false;
  t->record.tile = 0;
  t->record.parts = TEST_PARTS;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (!test_product (t, glm_type_traits (types[i]), 70, 1536, 37))
      return false;
  t->record.parts = 0;
  /* Rows of many blocks, more than lanes have of a token's, and more than there are workgroups. */
  return test_product (t, glm_type_traits (GLM_TYPE_Q4_0), 131, 4096 + 512, 1)
         && test_product (t, glm_type_traits (GLM_TYPE_Q4_0), 9, 16384 + 32, 1)
         && test_product (t, glm_type_traits (GLM_TYPE_Q8_0), 5001, 64, 1)
         && test_product (t, glm_type_traits (GLM_TYPE_Q8_0), 131, 1056, 40) && test_float (t, GLM_TYPE_F32, 37, 68, 1)
         && test_float (t, GLM_TYPE_F32, 37, 512, 9) && test_float (t, GLM_TYPE_F16, 37, 512, 2)
         && test_float (t, GLM_TYPE_F16, 131, 96, 5);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static bool
test_norm (GlmTrial *t, bool layer, GlmGpuForm form, int64_t n_heads, int64_t width)
{
  const GlmKernels *kernels = glm_kernels ();
  int64_t n = 3, ld = n_heads * width + 32;
  float *x, *y, *weight, *bias, *expected;
  GlmTrialQuants q;

  if (!glm_trial_begin (t))
    return false;
  expected = glm_trial_take (t, (size_t) width * sizeof *expected);
  x = glm_trial_take_random (t, n * ld);
  y = glm_trial_take (t, (size_t) (n * ld * 4));
  weight = glm_trial_take_random (t, width);
  bias = glm_trial_take_random (t, width);
  q = glm_trial_take_quants (t, form, n, width);
  GlmNormPush push = { .x = glm_trial_address (t, x),
                       .y = glm_trial_address (t, y),
                       .weight = glm_trial_address (t, weight),
                       .bias = glm_trial_address (t, bias),
                       .q = glm_trial_address (t, q.q),
                       .scales = glm_trial_address (t, q.scales),
                       .ldx = (uint32_t) ld,
                       .ldy = (uint32_t) ld,
                       .width = (uint32_t) width,
                       .eps = 1e-5f };
  if (!glm_record_norm (&t->record, &push, layer, form, n_heads, n) || !glm_trial_run (t))
    return false;
  if (t->record.noting)
    return true;
  for (int64_t i = 0; i < n * n_heads; i++)
    {
      int64_t at = i / n_heads * ld + i % n_heads * width;

      if (layer)
        kernels->layer_norm (expected, x + at, weight, bias, width, 1e-5f);
      else
        kernels->rms_norm (expected, x + at, weight, width, 1e-5f);
      for (int64_t c = 0; c < width; c++)
        glm_trial_compare (t, expected[c], y[at + c]);
    }
  glm_trial_report (t, 1e-5, "%s", layer ? "LayerNorm" : n_heads > 1 ? "RMSNorm of heads" : "RMSNorm");
  glm_trial_report_quants (t, "norm", &q, y, ld, n, width);
  return true;
}

static bool
test_act (GlmTrial *t, bool gelu, GlmGpuForm form)
{
  const GlmKernels *kernels = glm_kernels ();
  int64_t n = 2, width = 352, ld = 2 * width;
  float *x, *before, *expected;
  GlmTrialQuants q;

  if (!glm_trial_begin (t))
    return false;
  before = glm_trial_take (t, (size_t) (n * ld) * sizeof *before);
  expected = glm_trial_take (t, (size_t) width * sizeof *expected);
  x = glm_trial_take_random (t, n * ld);
  q = glm_trial_take_quants (t, form, n, width);
  for (int64_t i = 0; i < n * ld; i++)
    x[i] *= i % 7 == 0 ? 40 : 3;
  memcpy (before, x, (size_t) (n * ld) * sizeof *x);
  GlmQuantisePush push = { glm_trial_address (t, x), glm_trial_address (t, q.q), glm_trial_address (t, q.scales), (uint32_t) ld,
                           (uint32_t) width };
  if (!glm_record_act (&t->record, &push, gelu, form, n) || !glm_trial_run (t))
    return false;
  if (t->record.noting)
    return true;
  for (int64_t i = 0; i < n; i++)
    {
      if (gelu)
        kernels->gelu (expected, before + i * ld, width);
      else
        kernels->swiglu (expected, before + i * ld, before + i * ld + width, width);
      for (int64_t c = 0; c < width; c++)
        glm_trial_compare (t, expected[c], x[i * ld + c]);
    }
  glm_trial_report (t, 1e-5, "%s", gelu ? "GELU" : "SwiGLU");
  glm_trial_report_quants (t, gelu ? "GELU" : "SwiGLU", &q, x, ld, n, width);
  return true;
}

static bool
test_add (GlmTrial *t)
{
  int64_t n = 2, width = 100;
  float *x, *y, before[200];

  if (!glm_trial_begin (t))
    return false;
  x = glm_trial_take_random (t, n * width);
  y = glm_trial_take_random (t, n * width);
  memcpy (before, y, sizeof before);
  GlmAddPush push = { glm_trial_address (t, x), glm_trial_address (t, y), (uint32_t) width,
                      (uint32_t) width,         (uint32_t) width,         7.5f };
  if (!glm_record_add (&t->record, &push, n) || !glm_trial_run (t))
    return false;
  if (t->record.noting)
    return true;
  for (int64_t i = 0; i < n * width; i++)
    glm_trial_compare (t, before[i] + 7.5 * x[i], y[i]);
  glm_trial_report (t, 1e-6, "%s", "addition");
  return true;
}

/* ---- Attention -------------------------------------------------------------------------------------------------- */

static const char *
element_name (int bytes)
{
  return bytes == 4 ? "single precision" : bytes == 2 ? "half precision" : "8 bits";
}

/* Rows of a stream of the cache, with elements of 4, 2 or 1 bytes. */
typedef struct
{
  int bytes;
  int64_t width;
  void *rows;
  float *scales; /* of each 32 values of one byte */
} Columns;

static Columns
take_columns (GlmTrial *t, int bytes, int64_t width, int64_t n, bool is_random)
{
  int64_t n_scales = bytes == 1 ? n * ((width + 31) / 32) : 0;
  void *rows = glm_trial_take (t, (size_t) (n * width * bytes));
  float *scales = n_scales > 0 ? glm_trial_take (t, (size_t) n_scales * sizeof *scales) : NULL;

  for (int64_t i = 0; i < n * width && is_random; i++)
    if (bytes == 4)
      ((float *) rows)[i] = glm_trial_random (t);
    else if (bytes == 2)
      ((uint16_t *) rows)[i] = glm_f32_to_f16 (glm_trial_random (t));
    else
      ((int8_t *) rows)[i] = (int8_t) (127 * glm_trial_random (t));
  for (int64_t i = 0; i < n_scales && is_random; i++)
    scales[i] = 1 / 127.f + glm_trial_random (t) / 512;
  return (Columns){ bytes, width, rows, scales };
}

/* Value c of a row. */
static double
stored_at (const Columns *columns, int64_t row, int64_t c)
{
  int64_t i = row * columns->width + c;

  if (columns->bytes == 4)
    return ((const float *) columns->rows)[i];
  if (columns->bytes == 2)
    return glm_f16_to_f32 (((const uint16_t *) columns->rows)[i]);
  return (double) columns->scales[row * ((columns->width + 31) / 32) + c / 32] * ((const int8_t *) columns->rows)[i];
}

/* Two query heads, one of keys, one of values; n rows behind `first` columns. */
enum
{
  ROPE_ROWS = 3,
  ROPE_WIDTH = 48,
  ROPE_PAIRS = 12,
  ROPE_COLUMNS = 9,
  ROPE_FIRST = 4,
  ROPE_HEADS = 4,
  ROPE_LD = ROPE_HEADS * ROPE_WIDTH,
};

typedef struct
{
  bool half_split;
  int axes;
  float *x, *cosines, *sines;
  Columns columns[2], fresh[2];
  float before[ROPE_ROWS * ROPE_LD];
} Rope;

/* What was turned, what was stored, and that the host's copy is the same to the bit. */
static void
check_rope (GlmTrial *t, Rope *r)
{
  const GlmKernels *kernels = glm_kernels ();

  for (int i = 0; i < ROPE_ROWS; i++)
    {
      float *row = r->before + i * ROPE_LD;

      for (int k = 0; k < 3 * r->axes; k++)
        {
          int64_t angle = (i * r->axes + k % r->axes) * ROPE_PAIRS;
          float *part = row + k / r->axes * ROPE_WIDTH + k % r->axes * 2 * ROPE_PAIRS;

          (r->half_split ? kernels->rope_half : kernels->rope_interleaved) (part, r->cosines + angle, r->sines + angle,
                                                                            ROPE_PAIRS);
        }
      for (int c = 0; c < ROPE_LD; c++)
        glm_trial_compare (t, row[c], r->x[i * ROPE_LD + c]);
      for (int c = 0; c < 2 * ROPE_WIDTH; c++)
        {
          double value = stored_at (&r->columns[c / ROPE_WIDTH], ROPE_FIRST + i, c % ROPE_WIDTH);

          glm_trial_compare (t, row[2 * ROPE_WIDTH + c], value);
          glm_trial_compare (t, 0, value != stored_at (&r->fresh[c / ROPE_WIDTH], i, c % ROPE_WIDTH));
        }
    }
}

static bool
test_rope (GlmTrial *t, int bytes, bool half_split, int axes)
{
  size_t rows_bytes = (size_t) (ROPE_ROWS * ROPE_WIDTH * bytes), chunk = rows_bytes + (bytes == 1 ? ROPE_ROWS * 8 : 0);
  const char *how = axes == 2 ? "two axes" : half_split ? "halves" : "neighbors";
  Rope r = { .half_split = half_split, .axes = axes };
  GlmRun *where;
  char *fresh;

  if (!glm_trial_begin (t))
    return false;
  r.x = glm_trial_take_random (t, ROPE_ROWS * ROPE_LD);
  memcpy (r.before, r.x, sizeof r.before);
  r.cosines = glm_trial_take_random (t, ROPE_ROWS * axes * ROPE_PAIRS);
  r.sines = glm_trial_take_random (t, ROPE_ROWS * axes * ROPE_PAIRS);
  where = glm_trial_take (t, sizeof *where);
  *where = (GlmRun){ ROPE_FIRST, 0 };
  fresh = glm_trial_take (t, 2 * chunk);
  for (size_t i = 0; i < 2; i++)
    {
      r.columns[i] = take_columns (t, bytes, ROPE_WIDTH, ROPE_COLUMNS, false);
      r.fresh[i] = (Columns){ bytes, ROPE_WIDTH, fresh + i * chunk, (float *) (void *) (fresh + i * chunk + rows_bytes) };
    }
  GlmRopePush push = { .x = glm_trial_address (t, r.x),
                       .cosines = glm_trial_address (t, r.cosines),
                       .sines = glm_trial_address (t, r.sines),
                       .rows = { glm_trial_address (t, r.columns[0].rows), glm_trial_address (t, r.columns[1].rows) },
                       .scales = { glm_trial_address (t, r.columns[0].scales), glm_trial_address (t, r.columns[1].scales) },
                       .fresh = glm_trial_address (t, fresh),
                       .run = glm_trial_address (t, where),
                       .ld = ROPE_LD,
                       .width = ROPE_WIDTH,
                       .n_turned = 3,
                       .first_stored = 2,
                       .n_kv = 1,
                       .n_columns = ROPE_COLUMNS,
                       .n_pairs = ROPE_PAIRS,
                       .axes = (uint32_t) axes };
  if (!glm_record_rope (&t->record, &push, bytes, half_split, ROPE_HEADS, ROPE_ROWS) || !glm_trial_run (t))
    return false;
  if (t->record.noting)
    return true;
  check_rope (t, &r);
  glm_trial_report (t,
                    bytes == 4   ? 1e-6
                    : bytes == 2 ? 5e-4
                                 : 1e-2,
                    "rotation (%s) and storing in %s", how, element_name (bytes));
  return true;
}

typedef struct
{
  int bytes;
  int64_t width, group, n_kv, n_rows, first, n_context, n_splits;
  int64_t tail; /* of latents: what keys have behind the values */
} Attention;

#define TAIL_DISTANCE 4 /* between the tails of two heads, beside them */

/* Of latents the values are the first part of the keys. */
static void
check_attention (GlmTrial *t, const Attention *a, int64_t capacity, const Columns *keys, const Columns *values, const float *q,
                 const float *tails, const float *y)
{
  int64_t n_heads = a->group * a->n_kv;
  double *p = glm_trial_take (t, (size_t) capacity * sizeof *p);

  for (int64_t i = 0; i < a->n_rows * n_heads; i++)
    {
      int64_t n = a->first + i / n_heads + 1, base = i % n_heads / a->group * capacity;
      double sum = 0;

      n = n < a->n_context ? a->n_context : n;
      for (int64_t j = 0; j < n; j++)
        {
          double score = 0;

          for (int64_t c = 0; c < keys->width; c++)
            score += (c < a->width ? q[i * a->width + c] : tails[i * (a->tail + TAIL_DISTANCE) + c - a->width])
                     * stored_at (keys, base + j, c);
          sum += p[j] = exp (0.25 * score);
        }
      for (int64_t c = 0; c < a->width; c++)
        {
          double value = 0;

          for (int64_t j = 0; j < n; j++)
            value += p[j] / sum * stored_at (values, base + j, c);
          glm_trial_compare (t, value, y[i * a->width + c]);
        }
    }
}

static bool
test_attention (GlmTrial *t, Attention a)
{
  GlmGpuForm form = a.width % 32 != 0 ? GLM_GPU_FLOATS : glm_record_form (t->record.gpu, a.n_rows);
  GlmAttendShape shape = { a.width + a.tail, a.width, a.group, a.bytes };
  int64_t queries = glm_record_attend_queries (t->record.gpu, &shape, a.n_rows), tail_width = a.tail + TAIL_DISTANCE;
  int64_t n_heads = a.group * a.n_kv, capacity = a.first + a.n_rows + 30, parts = a.n_splits * a.n_rows * n_heads;
  float *q, *tails, *y;
  Columns keys, values;
  GlmRun *where;
  GlmTrialQuants quants;

  if (!glm_trial_begin (t))
    return false;
  q = glm_trial_take_random (t, a.n_rows * n_heads * a.width);
  tails = a.tail > 0 ? glm_trial_take_random (t, a.n_rows * n_heads * tail_width) : NULL;
  y = glm_trial_take (t, (size_t) (a.n_rows * n_heads * a.width * 4));
  where = glm_trial_take (t, sizeof *where);
  *where = (GlmRun){ (uint32_t) a.first, (uint32_t) a.n_context };
  keys = take_columns (t, a.bytes, shape.key_width, a.n_kv * capacity, true);
  values = a.tail > 0 ? keys : take_columns (t, a.bytes, a.width, a.n_kv * capacity, true);
  quants = glm_trial_take_quants (t, form, a.n_rows, n_heads * a.width);
  GlmAttendPush push = { .q = glm_trial_address (t, q),
                         .keys = glm_trial_address (t, keys.rows),
                         .values = glm_trial_address (t, values.rows),
                         .key_scales = glm_trial_address (t, keys.scales),
                         .value_scales = glm_trial_address (t, values.scales),
                         .outs = glm_trial_address (t, glm_trial_take (t, (size_t) (parts * a.width * 4))),
                         .sums = glm_trial_address (t, glm_trial_take (t, (size_t) (parts * 8))),
                         .run = glm_trial_address (t, where),
                         .ldq = (uint32_t) (n_heads * a.width),
                         .n_columns = (uint32_t) capacity,
                         .n_rows = (uint32_t) a.n_rows,
                         .scale = 0.25f,
                         .tails = glm_trial_address (t, tails),
                         .ld_tails = (uint32_t) (n_heads * tail_width),
                         .tail_width = (uint32_t) tail_width };
  GlmMergePush merge = { .outs = push.outs,
                         .sums = push.sums,
                         .y = glm_trial_address (t, y),
                         .q = glm_trial_address (t, quants.q),
                         .scales = glm_trial_address (t, quants.scales),
                         .n_splits = (uint32_t) a.n_splits,
                         .ldy = push.ldq };
  if (!glm_record_attend (&t->record, &push, &shape, a.n_kv, a.n_splits)
      || !glm_record_merge (&t->record, &merge, a.width, form, n_heads, a.n_rows) || !glm_trial_run (t))
    return false;
  if (t->record.noting)
    return true;
  check_attention (t, &a, capacity, &keys, &values, q, tails, y);
  glm_trial_report (t, queries == GLM_ATTEND_MATRIX_QUERIES ? 1e-3 : 2e-5,
                    "attention%s, %s, %lld × %lld heads of %lld, %lld rows, %lld parts", a.tail > 0 ? " over latents" : "",
                    element_name (a.bytes), (long long) a.n_kv, (long long) a.group, (long long) a.width, (long long) a.n_rows,
                    (long long) a.n_splits);
  glm_trial_report_quants (t, "attention", &quants, y, n_heads * a.width, a.n_rows, n_heads * a.width);
  return true;
}

static bool
test_heads (GlmTrial *t)
{
  static const Attention cases[] = {
    { 2, 128, 16, 2, 1, 300, 0, 64 },
    { 2, 128, 16, 2, 5, 0, 0, 1 },
    { 4, 16, 2, 2, 20, 70, 0, 3 },
    { 1, 64, 1, 3, 21, 0, 40, 2 },
    { 2, 160, 3, 1, 2, 64, 0, 4 },
    { 1, 128, 1, 2, 1, 129, 0, 3 },
    /* with matrix units, where they are */
    { 2, 128, 16, 2, 37, 30, 0, 1 },
    { 2, 64, 2, 1, 40, 300, 0, 4 },
    { 1, 128, 3, 1, 65, 5, 0, 2 },
    { 1, 48, 2, 2, 34, 0, 60, 3 },
    /* over latents */
    { 2, 512, 20, 1, 1, 200, 0, 4, 64 },
    { 1, 512, 20, 1, 3, 0, 0, 1, 64 },
    { 4, 64, 3, 1, 21, 70, 0, 2, 16 },
    { 1, 64, 4, 1, 9, 130, 0, 3, 16 },
  };

  for (int bytes = 1; bytes <= 4; bytes *= 2)
    if (!test_rope (t, bytes, bytes == 2, bytes == 1 ? 2 : 1))
      return false;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (!test_attention (t, cases[i]))
      return false;
  return true;
}

/* ---- All -------------------------------------------------------------------------------------------------------- */

static bool
test_shaders (GlmTrial *t)
{
  for (GlmGpuForm form = GLM_GPU_BYTES; form <= GLM_GPU_HALVES; form++)
    if (!test_norm (t, false, form, 1, 4096) || !test_norm (t, true, form, 1, 96) || !test_act (t, false, form)
        || !test_act (t, true, form))
      return false;
  return test_products (t) && test_norm (t, false, GLM_GPU_FLOATS, 3, 36) && test_add (t) && test_heads (t);
}

/* All pipelines are made first, many at a time: that is what takes long. */
static bool
make_pipelines (GlmTrial *t)
{
  GlmPool *pool;
  bool ok;

  if (!glm_pool_new (glm_cpu_count (), &pool, t->record.error))
    return false;
  t->record.noting = true;
  ok = test_shaders (t) && glm_gpu_pipelines_make (t->record.gpu, pool, t->record.error);
  t->record.noting = false;
  glm_pool_free (pool);
  return ok;
}

bool
glm_gpu_test_device (GlmGpu *gpu, GlmGpuTestFunc line, void *user_data, GlmError *error)
{
  GlmTrial t;
  bool ok = glm_trial_new (gpu, line, user_data, &t, error) && make_pipelines (&t) && test_shaders (&t);

  glm_trial_clear (&t);
  return ok
         && (t.n_failed == 0
             || glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: %d tests failed", gpu->info.name, t.n_failed));
}
