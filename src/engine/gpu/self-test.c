/* self-test.c: every shader against the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a driver makes of a shader is known only when it has run.  Each is run on small random data, in the shapes that models
 * have and in odd ones; outputs begin as no numbers, and what lies behind each buffer must stay as it was.  Errors are
 * ‖y − reference‖ / ‖reference‖, with sums in double precision and activations as the card has quantised them.
 */
#include "gpu/self-test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "gpu/dispatch.h"
#include "kernels/kernels.h"

#define ARENA   ((size_t) 24 << 20)
#define SCRATCH ((size_t) 8 << 20)
#define GUARD   256
#define PATTERN 0xA5

typedef struct
{
  GlmGpu *gpu;
  GlmGpuBuffer arena; /* which card and host see */
  size_t used;
  size_t guards[64];
  int n_guards;
  char *scratch; /* the host's own, for what is expected */
  size_t n_scratch;
  VkCommandPool pool;
  VkCommandBuffer commands;
  VkFence fence;
  GlmRecord record;
  uint64_t seed;
  GlmGpuTestFunc line;
  void *user_data;
  int n_failed;
  bool noting; /* nothing is run: it is noted which pipelines are needed */
  int tile;    /* see GlmRecord */
  uint32_t parts;
  GlmError *error;
} Test;

/* ---- Data ------------------------------------------------------------------------------------------------------- */

/* Uniform in [−1, 1). */
static float
random_float (Test *t)
{
  t->seed ^= t->seed << 13;
  t->seed ^= t->seed >> 7;
  t->seed ^= t->seed << 17;
  return (float) ((double) (t->seed >> 11) * 0x1p-52 - 1);
}

/* n bytes of the arena, all ones: no numbers; a guard lies behind them. */
static void *
take (Test *t, size_t n)
{
  unsigned char *p = (unsigned char *) t->arena.map + t->used;

  memset (p, 0xff, n);
  memset (p + n, PATTERN, GUARD);
  t->guards[t->n_guards++] = t->used + n;
  t->used += (n + GUARD + 255) / 256 * 256;
  return p;
}

/* n bytes that the card does not see, all zero. */
static void *
borrow (Test *t, size_t n)
{
  char *p = t->scratch + t->n_scratch;

  t->n_scratch += (n + 63) / 64 * 64;
  return memset (p, 0, n);
}

static float *
take_random (Test *t, int64_t n)
{
  float *x = take (t, (size_t) n * sizeof *x);

  for (int64_t i = 0; i < n; i++)
    x[i] = random_float (t);
  return x;
}

static uint64_t
address (const Test *t, const void *p)
{
  return p ? t->arena.address + (uint64_t) ((const unsigned char *) p - (const unsigned char *) t->arena.map) : 0;
}

static bool
begin (Test *t)
{
  t->used = 0;
  t->n_guards = 0;
  t->n_scratch = 0;
  t->record = (GlmRecord){ .gpu = t->gpu, .noting = t->noting, .tile = t->tile, .parts = t->parts, .error = t->error };
  if (t->noting)
    return true;
  if (!glm_gpu_commands_begin (t->gpu, t->pool, &t->commands, t->error))
    return false;
  t->record.commands = t->commands;
  return true;
}

static bool
run (Test *t)
{
  if (t->noting)
    return true;
  glm_gpu_barrier_all (t->gpu, t->commands);
  return glm_gpu_commands_end (t->gpu, t->commands, t->error) && glm_gpu_submit (t->gpu, &t->commands, 1, t->fence, t->error)
         && glm_gpu_wait (t->gpu, t->fence, t->error);
}

static void
report (Test *t, const char *what, double wrong, double right, double bound)
{
  double error = right > 0 ? sqrt (wrong / right) : sqrt (wrong);
  bool whole = true;
  char text[160];

  if (t->noting)
    return;
  for (int i = 0; i < t->n_guards; i++)
    for (int k = 0; k < GUARD; k++)
      whole = whole && ((unsigned char *) t->arena.map)[t->guards[i] + (size_t) k] == PATTERN;
  snprintf (text, sizeof text, "%s: error %.1e, at most %.0e%s", what, error, bound,
            whole ? "" : ", and wrote beyond its buffers");
  t->n_failed += !(error <= bound) || !whole;
  t->line (text, error <= bound && whole, t->user_data);
}

static void
compare (double expected, double value, double *wrong, double *right)
{
  *wrong += (expected - value) * (expected - value);
  *right += expected * expected;
}

/* Parts of a product that are tried. */
#define TEST_PARTS 3

/* ---- Products --------------------------------------------------------------------------------------------------- */

/* Activations as products read them: [row][2][blocks][16] bytes with [row][blocks][2] floats, or [row][width] halves. */
typedef struct
{
  GlmGpuForm form;
  void *q;
  float *scales;
} Quants;

static Quants
take_quants (Test *t, GlmGpuForm form, int64_t n_rows, int64_t width)
{
  size_t n = (size_t) (n_rows * width);

  return (Quants){ form, take (t, form == GLM_GPU_HALVES ? 2 * n : n), take (t, n / 32 * 8) };
}

static double
quant_at (const Quants *x, int64_t row, int64_t width, int64_t c)
{
  int64_t n_blocks = width / 32, b = c / 32;
  int8_t q;

  if (x->form == GLM_GPU_HALVES)
    return glm_f16_to_f32 (((const uint16_t *) x->q)[row * width + c]);
  q = ((const int8_t *) x->q)[((row * 2 + c % 32 / 16) * n_blocks + b) * 16 + c % 16];
  return (double) x->scales[(row * n_blocks + b) * 2] * q;
}

/* Against the floats that they came from: half a step of each block's largest, or a half's last bit. */
static void
report_quants (Test *t, const char *what, const Quants *q, const float *x, int64_t ld, int64_t n_rows, int64_t width)
{
  double wrong = 0, right = 0;
  char text[96];

  for (int64_t row = 0; row < n_rows; row++)
    for (int64_t c = 0; c < width; c++)
      compare (x[row * ld + c], quant_at (q, row, width, c), &wrong, &right);
  snprintf (text, sizeof text, "%s, in %s", what, q->form == GLM_GPU_HALVES ? "half precision" : "int8");
  report (t, text, wrong, right, q->form == GLM_GPU_HALVES ? 5e-4 : 2e-2);
}

/* [rows][cols] random weights of a type in `file`, their planes, and what these stand for. */
static float *
make_weights (Test *t, const GlmTypeTraits *traits, int64_t rows, int64_t cols, void *planes[3])
{
  GlmPlanes form = glm_planes_for_type (traits->type);
  size_t n = (size_t) (rows * cols), sizes[3];
  float *x = borrow (t, n * sizeof *x);
  void *file = borrow (t, n / (size_t) traits->block_size * (size_t) traits->block_bytes);

  glm_planes_bytes (&form, (int64_t) n, &sizes[0], &sizes[1], &sizes[2]);
  for (int i = 0; i < 3; i++)
    planes[i] = sizes[i] > 0 ? take (t, sizes[i]) : NULL;
  for (size_t i = 0; i < n; i++)
    x[i] = random_float (t) + (i / 32 % 5 == 0 ? 0.3f : 0);
  traits->quantise (x, file, (int64_t) n);
  glm_planes_pack (traits->type, file, (int64_t) n, planes[0], planes[1], planes[2]);
  traits->dequantise (file, x, (int64_t) n);
  return x;
}

static bool
test_product (Test *t, const GlmTypeTraits *traits, int64_t rows, int64_t cols, int64_t tokens)
{
  GlmPlanes kind = glm_planes_for_type (traits->type);
  GlmGpuForm form = glm_record_form (t->gpu, tokens);
  bool adds = tokens % 2 == 1;
  float *weights, *x, *y, *before, *bias, *parts;
  void *planes[3];
  Quants q;
  double wrong = 0, right = 0;
  char what[96];

  if (!begin (t))
    return false;
  weights = make_weights (t, traits, rows, cols, planes);
  x = take_random (t, tokens * cols);
  q = take_quants (t, form, tokens, cols);
  bias = take_random (t, rows);
  y = take (t, (size_t) (tokens * rows * 4));
  parts = take (t, (size_t) (tokens * rows * 4) * TEST_PARTS);
  before = borrow (t, (size_t) (tokens * rows) * sizeof *before);
  for (int64_t i = 0; adds && i < tokens * rows; i++)
    y[i] = before[i] = random_float (t);
  GlmQuantisePush quantise = { address (t, x), address (t, q.q), address (t, q.scales), (uint32_t) cols, (uint32_t) cols };
  GlmProductPush push = { .quants = address (t, planes[0]),
                          .scales = address (t, planes[1]),
                          .mins = address (t, planes[2]),
                          .x = quantise.q,
                          .x_scales = quantise.scales,
                          .bias = address (t, bias),
                          .y = address (t, y),
                          .parts = address (t, parts),
                          .rows = (uint32_t) rows,
                          .blocks = (uint32_t) (cols / 32),
                          .ldy = (uint32_t) rows,
                          .tokens = (uint32_t) tokens,
                          .has_bias = 1,
                          .adds = adds,
                          .scale = adds ? 0.5f : 1 };
  if (!glm_record_quantise (&t->record, &quantise, form, tokens) || !glm_record_product (&t->record, &push, &kind) || !run (t))
    return false;
  for (int64_t i = 0; i < tokens; i++)
    for (int64_t r = 0; r < rows; r++)
      {
        double sum = bias[r];

        for (int64_t c = 0; c < cols; c++)
          sum += weights[r * cols + c] * quant_at (&q, i, cols, c);
        compare (adds ? before[i * rows + r] + 0.5 * sum : sum, y[i * rows + r], &wrong, &right);
      }
  snprintf (what, sizeof what, "product, %s, %lld × %lld × %lld%s", traits->name, (long long) rows, (long long) cols,
            (long long) tokens, t->parts > 1 ? ", in parts" : "");
  /* Scales of super-blocks are rounded to half precision; matrices multiply halves. */
  report (t, what, wrong, right, traits->block_size > 32 || form == GLM_GPU_HALVES ? 1e-3 : 2e-5);
  report_quants (t, "activations", &q, x, cols, tokens, cols);
  return true;
}

static bool
test_float (Test *t, GlmType type, int64_t rows, int64_t cols, int64_t tokens)
{
  const GlmTypeTraits *traits = glm_type_traits (type);
  float *weights, *x, *y;
  void *planes[3];
  double wrong = 0, right = 0;
  char what[96];

  if (!begin (t))
    return false;
  weights = make_weights (t, traits, rows, cols, planes);
  x = take_random (t, tokens * cols);
  y = take (t, (size_t) (tokens * rows * 4));
  GlmFloatPush push = { .weights = address (t, planes[0]),
                        .x = address (t, x),
                        .y = address (t, y),
                        .rows = (uint32_t) rows,
                        .cols = (uint32_t) cols,
                        .ldx = (uint32_t) cols,
                        .ldy = (uint32_t) rows,
                        .tokens = (uint32_t) tokens,
                        .scale = 1 };
  if (!glm_record_float (&t->record, &push, type == GLM_TYPE_F32) || !run (t))
    return false;
  for (int64_t i = 0; i < tokens; i++)
    for (int64_t r = 0; r < rows; r++)
      {
        double sum = 0;

        for (int64_t c = 0; c < cols; c++)
          sum += (double) weights[r * cols + c] * x[i * cols + c];
        compare (sum, y[i * rows + r], &wrong, &right);
      }
  snprintf (what, sizeof what, "product, %s × %lld", traits->name, (long long) tokens);
  report (t, what, wrong, right, 1e-5);
  return true;
}

static bool
test_products (Test *t)
{
  static const GlmType types[] = { GLM_TYPE_Q4_0, GLM_TYPE_Q4_K, GLM_TYPE_Q8_0, GLM_TYPE_Q5_K, GLM_TYPE_Q6_K };
  static const int64_t tokens[] = { 1, 2, 3, 15, 70 };

  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    for (size_t k = 0; k < sizeof tokens / sizeof *tokens; k++)
      if (!test_product (t, glm_type_traits (types[i]), 37, 512, tokens[k]))
        return false;
  for (t->tile = 1; glm_record_has_tile (t->gpu, t->tile); t->tile++)
    if (!test_product (t, glm_type_traits (GLM_TYPE_Q4_0), 150, 544, 70))
      return false;
  t->tile = 0;
  t->parts = TEST_PARTS;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (!test_product (t, glm_type_traits (types[i]), 70, 1536, 37))
      return false;
  t->parts = 0;
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
test_norm (Test *t, bool layer, GlmGpuForm form, int64_t n_heads, int64_t width)
{
  const GlmKernels *kernels = glm_kernels ();
  int64_t n = 3, ld = n_heads * width + 32;
  float *x, *y, *weight, *bias, *expected;
  Quants q = { 0 };
  double wrong = 0, right = 0;

  if (!begin (t))
    return false;
  expected = borrow (t, (size_t) width * sizeof *expected);
  x = take_random (t, n * ld);
  y = take (t, (size_t) (n * ld * 4));
  weight = take_random (t, width);
  bias = take_random (t, width);
  if (form != GLM_GPU_FLOATS)
    q = take_quants (t, form, n, width);
  GlmNormPush push = { .x = address (t, x),
                       .y = address (t, y),
                       .weight = address (t, weight),
                       .bias = address (t, bias),
                       .q = address (t, q.q),
                       .scales = address (t, q.scales),
                       .ldx = (uint32_t) ld,
                       .ldy = (uint32_t) ld,
                       .width = (uint32_t) width,
                       .eps = 1e-5f };
  if (!glm_record_norm (&t->record, &push, layer, form, n_heads, n) || !run (t))
    return false;
  for (int64_t i = 0; i < n * n_heads; i++)
    {
      int64_t at = i / n_heads * ld + i % n_heads * width;

      if (layer)
        kernels->layer_norm (expected, x + at, weight, bias, width, 1e-5f);
      else
        kernels->rms_norm (expected, x + at, weight, width, 1e-5f);
      for (int64_t c = 0; c < width; c++)
        compare (expected[c], y[at + c], &wrong, &right);
    }
  report (t, layer ? "LayerNorm" : n_heads > 1 ? "RMSNorm of heads" : "RMSNorm", wrong, right, 1e-5);
  if (form != GLM_GPU_FLOATS)
    report_quants (t, "norm", &q, y, ld, n, width);
  return true;
}

static bool
test_act (Test *t, bool gelu, GlmGpuForm form)
{
  const GlmKernels *kernels = glm_kernels ();
  int64_t n = 2, width = 352, ld = 2 * width;
  float *x, *before, *expected;
  Quants q;
  double wrong = 0, right = 0;

  if (!begin (t))
    return false;
  before = borrow (t, (size_t) (n * ld) * sizeof *before);
  expected = borrow (t, (size_t) width * sizeof *expected);
  x = take_random (t, n * ld);
  q = take_quants (t, form, n, width);
  for (int64_t i = 0; i < n * ld; i++)
    x[i] *= i % 7 == 0 ? 40 : 3;
  memcpy (before, x, (size_t) (n * ld) * sizeof *x);
  GlmQuantisePush push = { address (t, x), address (t, q.q), address (t, q.scales), (uint32_t) ld, (uint32_t) width };
  if (!glm_record_act (&t->record, &push, gelu, form, n) || !run (t))
    return false;
  for (int64_t i = 0; i < n; i++)
    {
      if (gelu)
        kernels->gelu (expected, before + i * ld, width);
      else
        kernels->swiglu (expected, before + i * ld, before + i * ld + width, width);
      for (int64_t c = 0; c < width; c++)
        compare (expected[c], x[i * ld + c], &wrong, &right);
    }
  report (t, gelu ? "GELU" : "SwiGLU", wrong, right, 1e-5);
  report_quants (t, gelu ? "GELU" : "SwiGLU", &q, x, ld, n, width);
  return true;
}

static bool
test_add (Test *t)
{
  int64_t n = 2, width = 100;
  float *x, *y, before[200];
  double wrong = 0, right = 0;

  if (!begin (t))
    return false;
  x = take_random (t, n * width);
  y = take_random (t, n * width);
  memcpy (before, y, sizeof before);
  GlmAddPush push = { address (t, x), address (t, y), (uint32_t) width, (uint32_t) width, (uint32_t) width, 7.5f };
  if (!glm_record_add (&t->record, &push, n) || !run (t))
    return false;
  for (int64_t i = 0; i < n * width; i++)
    compare (before[i] + 7.5 * x[i], y[i], &wrong, &right);
  report (t, "addition", wrong, right, 1e-6);
  return true;
}

/* ---- Attention -------------------------------------------------------------------------------------------------- */

static const char *
element_name (int bytes)
{
  return bytes == 4 ? "single precision" : bytes == 2 ? "half precision" : "8 bits";
}

/* Value c of a stored row. */
static double
stored_at (const void *rows, const float *scales, int bytes, int64_t width, int64_t row, int64_t c)
{
  int64_t i = row * width + c;

  if (bytes == 4)
    return ((const float *) rows)[i];
  if (bytes == 2)
    return glm_f16_to_f32 (((const uint16_t *) rows)[i]);
  return (double) scales[row * ((width + 31) / 32) + c / 32] * ((const int8_t *) rows)[i];
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
  int bytes, axes;
  bool half_split;
  float *x, *cosines, *sines, *scales[2];
  void *rows[2];
  unsigned char *fresh;
  size_t chunk; /* bytes of a stream in `fresh` */
  GlmRun *run;
  float before[ROPE_ROWS * ROPE_LD];
} Rope;

static void
take_rope (Test *t, Rope *r)
{
  r->chunk = (size_t) ROPE_ROWS * (ROPE_WIDTH * (size_t) r->bytes + (r->bytes == 1 ? 8 : 0));
  r->x = take_random (t, ROPE_ROWS * ROPE_LD);
  memcpy (r->before, r->x, sizeof r->before);
  r->cosines = take_random (t, ROPE_ROWS * r->axes * ROPE_PAIRS);
  r->sines = take_random (t, ROPE_ROWS * r->axes * ROPE_PAIRS);
  r->run = take (t, sizeof *r->run);
  *r->run = (GlmRun){ ROPE_FIRST, 0 };
  r->fresh = take (t, 2 * r->chunk);
  for (int i = 0; i < 2; i++)
    {
      r->rows[i] = take (t, (size_t) (ROPE_COLUMNS * ROPE_WIDTH * r->bytes));
      r->scales[i] = r->bytes == 1 ? take (t, ROPE_COLUMNS * 2 * 4) : NULL;
    }
}

/* What was turned, what was stored, and that the host's copy is the same to the bit. */
static void
check_rope (Rope *r, double *wrong, double *right)
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
        compare (row[c], r->x[i * ROPE_LD + c], wrong, right);
      for (int c = 0; c < 2 * ROPE_WIDTH; c++)
        {
          int k = c / ROPE_WIDTH;
          const unsigned char *fresh = r->fresh + (size_t) k * r->chunk;
          const float *fresh_scales = (const float *) (const void *) (fresh + (size_t) (ROPE_ROWS * ROPE_WIDTH * r->bytes));
          double value = stored_at (r->rows[k], r->scales[k], r->bytes, ROPE_WIDTH, ROPE_FIRST + i, c % ROPE_WIDTH);

          compare (row[2 * ROPE_WIDTH + c], value, wrong, right);
          *wrong += value != stored_at (fresh, fresh_scales, r->bytes, ROPE_WIDTH, i, c % ROPE_WIDTH);
        }
    }
}

static bool
test_rope (Test *t, int bytes, bool half_split, int axes)
{
  Rope r = { .bytes = bytes, .axes = axes, .half_split = half_split };
  double wrong = 0, right = 0;
  char what[96];

  if (!begin (t))
    return false;
  take_rope (t, &r);
  GlmRopePush push = { .x = address (t, r.x),
                       .cosines = address (t, r.cosines),
                       .sines = address (t, r.sines),
                       .rows = { address (t, r.rows[0]), address (t, r.rows[1]) },
                       .scales = { address (t, r.scales[0]), address (t, r.scales[1]) },
                       .fresh = address (t, r.fresh),
                       .run = address (t, r.run),
                       .ld = ROPE_LD,
                       .width = ROPE_WIDTH,
                       .n_turned = 3,
                       .first_stored = 2,
                       .n_kv = 1,
                       .n_columns = ROPE_COLUMNS,
                       .n_pairs = ROPE_PAIRS,
                       .axes = (uint32_t) axes };
  if (!glm_record_rope (&t->record, &push, bytes, half_split, ROPE_HEADS, ROPE_ROWS) || !run (t))
    return false;
  check_rope (&r, &wrong, &right);
  snprintf (what, sizeof what, "rotation (%s) and storing in %s",
            axes == 2    ? "two axes"
            : half_split ? "halves"
                         : "neighbors",
            element_name (bytes));
  report (t, what, wrong, right, bytes == 4 ? 1e-6 : bytes == 2 ? 5e-4 : 1e-2);
  return true;
}

typedef struct
{
  int bytes;
  int64_t width, group, n_kv, n_rows, first, n_context, n_splits;
  int64_t tail; /* of latents: what keys have behind the values */
} Attention;

#define TAIL_DISTANCE 4 /* between the tails of two heads, beside them */

static void
fill_columns (Test *t, const Attention *a, int64_t n, void *rows, float *scales)
{
  int64_t width = a->width + a->tail;

  for (int64_t i = 0; i < n * width; i++)
    if (a->bytes == 4)
      ((float *) rows)[i] = random_float (t);
    else if (a->bytes == 2)
      ((uint16_t *) rows)[i] = glm_f32_to_f16 (random_float (t));
    else
      ((int8_t *) rows)[i] = (int8_t) (127 * random_float (t));
  for (int64_t i = 0; scales && i < n * ((width + 31) / 32); i++)
    scales[i] = 1 / 127.f + random_float (t) / 512;
}

static void
check_attention (Test *t, const Attention *a, int64_t capacity, void *const rows[2], float *const scales[2], const float *q,
                 const float *tails, const float *y, double *wrong, double *right)
{
  int64_t n_heads = a->group * a->n_kv, width = a->width + a->tail;
  double *p = borrow (t, (size_t) capacity * sizeof *p);

  for (int64_t i = 0; i < a->n_rows * n_heads; i++)
    {
      int64_t n = a->first + i / n_heads + 1, base = i % n_heads / a->group * capacity;
      double sum = 0;

      n = n < a->n_context ? a->n_context : n;
      for (int64_t j = 0; j < n; j++)
        {
          double score = 0;

          for (int64_t c = 0; c < width; c++)
            score += (c < a->width ? q[i * a->width + c] : tails[i * (a->tail + TAIL_DISTANCE) + c - a->width])
                     * stored_at (rows[0], scales[0], a->bytes, width, base + j, c);
          sum += p[j] = exp (0.25 * score);
        }
      for (int64_t c = 0; c < a->width; c++)
        {
          double value = 0;

          for (int64_t j = 0; j < n; j++)
            value += p[j] / sum * stored_at (rows[1], scales[1], a->bytes, width, base + j, c);
          compare (value, y[i * a->width + c], wrong, right);
        }
    }
}

static bool
test_attention (Test *t, Attention a)
{
  GlmGpuForm form = a.width % 32 != 0 ? GLM_GPU_FLOATS : glm_record_form (t->gpu, a.n_rows);
  GlmAttendShape shape = { a.width + a.tail, a.width, a.group, a.bytes };
  int64_t queries = glm_record_attend_queries (t->gpu, &shape, a.n_rows), tail_width = a.tail + TAIL_DISTANCE;
  int64_t n_heads = a.group * a.n_kv, capacity = a.first + a.n_rows + 30, parts = a.n_splits * a.n_rows * n_heads;
  float *q, *tails, *y, *outs, *sums, *scales[2] = { NULL };
  void *rows[2];
  GlmRun *where;
  Quants quants = { 0 };
  double wrong = 0, right = 0;
  char what[96];

  if (!begin (t))
    return false;
  q = take_random (t, a.n_rows * n_heads * a.width);
  tails = a.tail > 0 ? take_random (t, a.n_rows * n_heads * tail_width) : NULL;
  y = take (t, (size_t) (a.n_rows * n_heads * a.width * 4));
  outs = take (t, (size_t) (parts * a.width * 4));
  sums = take (t, (size_t) (parts * 8));
  where = take (t, sizeof *where);
  *where = (GlmRun){ (uint32_t) a.first, (uint32_t) a.n_context };
  for (int i = 0; i < (a.tail > 0 ? 1 : 2); i++)
    {
      rows[i] = take (t, (size_t) (a.n_kv * capacity * shape.key_width * a.bytes));
      scales[i] = a.bytes == 1 ? take (t, (size_t) (a.n_kv * capacity * ((shape.key_width + 31) / 32) * 4)) : NULL;
      fill_columns (t, &a, a.n_kv * capacity, rows[i], scales[i]);
    }
  if (a.tail > 0)
    {
      rows[1] = rows[0];
      scales[1] = scales[0];
    }
  if (form != GLM_GPU_FLOATS)
    quants = take_quants (t, form, a.n_rows, n_heads * a.width);
  GlmAttendPush push = { .q = address (t, q),
                         .keys = address (t, rows[0]),
                         .values = address (t, rows[1]),
                         .key_scales = address (t, scales[0]),
                         .value_scales = address (t, scales[1]),
                         .outs = address (t, outs),
                         .sums = address (t, sums),
                         .run = address (t, where),
                         .ldq = (uint32_t) (n_heads * a.width),
                         .n_columns = (uint32_t) capacity,
                         .n_rows = (uint32_t) a.n_rows,
                         .scale = 0.25f,
                         .tails = address (t, tails),
                         .ld_tails = (uint32_t) (n_heads * tail_width),
                         .tail_width = (uint32_t) tail_width };
  GlmMergePush merge = { .outs = push.outs,
                         .sums = push.sums,
                         .y = address (t, y),
                         .q = address (t, quants.q),
                         .scales = address (t, quants.scales),
                         .n_splits = (uint32_t) a.n_splits,
                         .ldy = push.ldq };
  if (!glm_record_attend (&t->record, &push, &shape, a.n_kv, a.n_splits)
      || !glm_record_merge (&t->record, &merge, a.width, form, n_heads, a.n_rows) || !run (t))
    return false;
  check_attention (t, &a, capacity, rows, scales, q, tails, y, &wrong, &right);
  snprintf (what, sizeof what, "attention%s, %s, %lld × %lld heads of %lld, %lld rows, %lld parts",
            a.tail > 0 ? " over latents" : "", element_name (a.bytes), (long long) a.n_kv, (long long) a.group,
            (long long) a.width, (long long) a.n_rows, (long long) a.n_splits);
  report (t, what, wrong, right, queries == GLM_ATTEND_MATRIX_QUERIES ? 1e-3 : 2e-5);
  if (form != GLM_GPU_FLOATS)
    report_quants (t, "attention", &quants, y, n_heads * a.width, a.n_rows, n_heads * a.width);
  return true;
}

static bool
test_heads (Test *t)
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
test_shaders (Test *t)
{
  for (GlmGpuForm form = GLM_GPU_BYTES; form <= GLM_GPU_HALVES; form++)
    if (!test_norm (t, false, form, 1, 4096) || !test_norm (t, true, form, 1, 96) || !test_act (t, false, form)
        || !test_act (t, true, form))
      return false;
  return test_products (t) && test_norm (t, false, GLM_GPU_FLOATS, 3, 36) && test_add (t) && test_heads (t);
}

/* All pipelines are made first, many at a time: that is what takes long. */
static bool
test_all (Test *t)
{
  GlmPool *pool;
  bool ok;
  VkFenceCreateInfo fence = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO };
  VkResult result = t->gpu->vk.CreateFence (t->gpu->device, &fence, NULL, &t->fence);

  if (result != VK_SUCCESS)
    return glm_gpu_failed (t->gpu, result, "a fence", t->error);
  if (!glm_gpu_pool_new (t->gpu, &t->pool, t->error)
      || !glm_gpu_buffer_new (t->gpu, ARENA, GLM_GPU_READBACK, &t->arena, t->error)
      || !glm_pool_new (glm_cpu_count (), &pool, t->error))
    return false;
  t->noting = true;
  ok = test_shaders (t) && glm_gpu_pipelines_make (t->gpu, pool, t->error);
  t->noting = false;
  glm_pool_free (pool);
  return ok && test_shaders (t);
}

bool
glm_gpu_test_device (GlmGpu *gpu, GlmGpuTestFunc line, void *user_data, GlmError *error)
{
  Test t = { .gpu = gpu, .seed = UINT64_C (0x9e3779b97f4a7c15), .line = line, .user_data = user_data, .error = error };
  bool ok;

  t.scratch = malloc (SCRATCH);
  ok = t.scratch ? test_all (&t) : glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the test of a card");
  free (t.scratch);
  if (!gpu->hung)
    {
      gpu->vk.DeviceWaitIdle (gpu->device);
      gpu->vk.DestroyFence (gpu->device, t.fence, NULL);
      gpu->vk.DestroyCommandPool (gpu->device, t.pool, NULL);
    }
  glm_gpu_buffer_clear (gpu, &t.arena);
  if (ok && t.n_failed > 0)
    ok = glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: %d tests failed", gpu->info.name, t.n_failed);
  return ok;
}
