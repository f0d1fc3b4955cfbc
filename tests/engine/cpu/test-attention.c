/* test-attention.c: attention over streams of any width against a naive loop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: test-attention, or test-attention --bench: what a token's attention takes, a whole layer and its kernels alone
 */
#include <math.h>
#include <time.h>

#include "check.h"
#include "cpu/attention.h"

#define N_COLUMNS 640 /* more than one part of the columns */

typedef struct
{
  int n_heads, n_kv_heads, key_width, value_width;
  bool shared; /* one stream: a value is the first part of its key */
} Shape;

typedef struct
{
  Shape shape;
  GlmKvCache cache;
  float *rows[GLM_KV_STREAMS]; /* [head][column][width]: what is stored */
} Memory;

/* Begun anew for each case: which come before it depends on the processor. */
static uint32_t state = 1;

static float
some_value (void)
{
  state = state * 1664525u + 1013904223u;
  return (float) (state >> 8) / 8388608.0f - 1;
}

/* What element i of a stored row is worth. */
static float
stored_value (const GlmKvCache *cache, int stream, int head, int64_t column, int i)
{
  const GlmKvStream *s = &cache->shape.streams[stream];
  const void *rows = glm_kv_cache_rows (cache, 1, stream, head);
  int64_t at = column * s->width + i;

  switch (s->element_bytes)
    {
    case 4: return ((const float *) rows)[at];
    case 2: return glm_f16_to_f32 (((const uint16_t *) rows)[at]);
    default:
      return glm_kv_cache_scales (cache, 1, stream, head)[column * glm_kv_blocks (s) + i / GLM_KV_BLOCK]
             * (float) ((const int8_t *) rows)[at];
    }
}

static void
fill (Memory *memory, const GlmAttention *attention)
{
  float row[1024], worst = 0;

  for (int stream = 0; stream < memory->cache.shape.n_streams; stream++)
    {
      const GlmKvStream *s = &memory->cache.shape.streams[stream];
      float *out = malloc ((size_t) (s->n_heads * N_COLUMNS * s->width) * sizeof *out);

      REQUIRE (out, "no memory");
      free (memory->rows[stream]);
      memory->rows[stream] = out;
      for (int head = 0; head < s->n_heads; head++)
        for (int64_t column = 0; column < N_COLUMNS; column++, out += s->width)
          {
            for (int i = 0; i < s->width; i++)
              row[i] = some_value ();
            glm_attention_store (attention, 1, stream, head, column, row);
            for (int i = 0; i < s->width; i++)
              {
                out[i] = stored_value (&memory->cache, stream, head, column, i);
                worst = fmaxf (worst, fabsf (out[i] - row[i]));
              }
          }
    }
  CHECK (worst <= 0.005f, "a row is off by %g when stored", worst);
}

/* softmax (scale · q · k) · v of one query over the first n columns, in double precision. */
static void
naive (const Memory *memory, const float *q, int kv_head, float scale, int64_t n, double *out)
{
  const Shape *shape = &memory->shape;
  const float *keys = memory->rows[0] + (int64_t) kv_head * N_COLUMNS * shape->key_width;
  int stride = shape->shared ? shape->key_width : shape->value_width;
  const float *values = shape->shared ? keys : memory->rows[1] + (int64_t) kv_head * N_COLUMNS * stride;
  double weights[N_COLUMNS], maximum = -INFINITY, sum = 0;

  for (int64_t j = 0; j < n; j++)
    {
      weights[j] = 0;
      for (int i = 0; i < shape->key_width; i++)
        weights[j] += (double) scale * q[i] * keys[j * shape->key_width + i];
      maximum = fmax (maximum, weights[j]);
    }
  for (int64_t j = 0; j < n; j++)
    sum += weights[j] = exp (weights[j] - maximum);
  for (int i = 0; i < shape->value_width; i++)
    {
      out[i] = 0;
      for (int64_t j = 0; j < n; j++)
        out[i] += weights[j] / sum * values[j * stride + i];
    }
}

static void
check_rows (const Memory *memory, GlmAttention *attention, int64_t first, int64_t n_rows, int64_t n_context, float scale,
            const char *what)
{
  const Shape *shape = &memory->shape;
  int64_t ldq = shape->n_heads * shape->key_width + 3, ldout = shape->n_heads * shape->value_width + 5;
  float *q = calloc ((size_t) (n_rows * ldq), sizeof *q), *out = calloc ((size_t) (n_rows * ldout), sizeof *out);
  GlmAttentionTask task = {
    .q = q,
    .ldq = ldq,
    .out = out,
    .ldout = ldout,
    .n_rows = n_rows,
    .n_heads = shape->n_heads,
    .key_width = shape->key_width,
    .value_width = shape->value_width,
    .scale = scale,
    .first_column = first,
    .n_context = n_context,
    .layer = 1,
  };
  double expected[1024], worst = 0, steep = fmax (1, scale / 0.3), rounding = steep * 2e-5;
  bool has_bytes = glm_kernels ()->has_latents && shape->shared && memory->cache.shape.streams[0].element_bytes == 2
                   && glm_latents_fit (shape->value_width, shape->key_width - shape->value_width);

  for (int64_t i = 0; i < n_rows * ldq; i++)
    q[i] = some_value ();
  glm_attention_run (attention, &task, NULL);
  for (int64_t row = 0; row < n_rows; row++)
    for (int head = 0; head < shape->n_heads; head++)
      {
        int64_t n = first + row + 1 > n_context ? first + row + 1 : n_context;

        naive (memory, q + row * ldq + head * shape->key_width, head / (shape->n_heads / shape->n_kv_heads), task.scale, n,
               expected);
        for (int i = 0; i < shape->value_width; i++)
          worst = fmax (worst, fabs (out[row * ldout + head * shape->value_width + i] - expected[i]));
      }
  /* 8 bits become half precision on the way where a batch is large.  Latents become bytes where it is small: 0.3 % a component, and
   * what is wrong with scores goes into the exponents of the weights. */
  CHECK (worst <= (memory->cache.scales && n_rows > 16 ? 2e-3
                   : has_bytes && n_rows <= 16         ? steep * 3e-3
                                                       : rounding),
         "%s, %d heads over %d, %d | %d, %d rows behind %d: off by %g", what, shape->n_heads, shape->n_kv_heads,
         shape->key_width, shape->value_width, (int) n_rows, (int) first, worst);
  free (q);
  free (out);
}

/* A token that is verified beside others gets what it gets alone. */
static void
check_same_in_batch (const Memory *memory, GlmAttention *attention, const char *what)
{
  const Shape *shape = &memory->shape;
  int64_t ldq = shape->n_heads * shape->key_width, ldout = shape->n_heads * shape->value_width;
  float *q = calloc ((size_t) (9 * ldq), sizeof *q), *out = calloc ((size_t) (9 * ldout), sizeof *out);
  float *alone = calloc ((size_t) ldout, sizeof *alone);
  GlmAttentionTask task = { .q = q,
                            .ldq = ldq,
                            .out = out,
                            .ldout = ldout,
                            .n_rows = 9,
                            .n_heads = shape->n_heads,
                            .key_width = shape->key_width,
                            .value_width = shape->value_width,
                            .scale = 0.3f,
                            .first_column = 620,
                            .layer = 1 };

  for (int64_t i = 0; i < 9 * ldq; i++)
    q[i] = some_value ();
  glm_attention_run (attention, &task, NULL);
  task.n_rows = 1;
  task.out = alone;
  for (int row = 0; row < 9; row++, task.q += ldq, task.first_column++)
    {
      glm_attention_run (attention, &task, NULL);
      CHECK (memcmp (alone, out + row * ldout, (size_t) ldout * sizeof *out) == 0, "%s, %d heads: row %d of 9 differs", what,
             shape->n_heads, row);
    }
  free (q);
  free (out);
  free (alone);
}

static void
test_shape (const Shape *shape, int key_bytes, int value_bytes, const char *mask)
{
  GlmKvShape kv = { 2,
                    shape->shared ? 1 : 2,
                    { { shape->n_kv_heads, shape->key_width, key_bytes },
                      { shape->n_kv_heads, shape->value_width, value_bytes } } };
  GlmAttentionLimits limits = { shape->n_heads, shape->key_width, shape->value_width };
  Memory memory = { .shape = *shape };
  GlmAttention *attention;
  GlmError error = { 0 };
  char what[64];

  state = 1;
  snprintf (what, sizeof what, "%s, %d and %d bytes", mask, key_bytes, value_bytes);
  REQUIRE (glm_kv_cache_init (&memory.cache, &kv, N_COLUMNS, &error), "%s", error.message);
  REQUIRE (glm_attention_new (&memory.cache, &limits, 1, &attention, &error), "%s", error.message);
  fill (&memory, attention);
  check_rows (&memory, attention, 0, 1, 0, 0.3f, what);
  check_rows (&memory, attention, 599, 1, 0, 0.3f, what);
  check_rows (&memory, attention, 530, 3, 0, 0.3f, what);
  check_rows (&memory, attention, 100, 19, 0, 0.3f, what);
  check_rows (&memory, attention, 2, 20, 30, 0.3f, what);
  /* Other columns in the same places; then nearly all weight on a few keys. */
  fill (&memory, attention);
  check_rows (&memory, attention, 599, 1, 0, 0.3f, what);
  check_rows (&memory, attention, 530, 3, 0, 6, what);
  check_same_in_batch (&memory, attention, what);
  glm_attention_free (attention);
  glm_kv_cache_clear (&memory.cache);
  free (memory.rows[0]);
  free (memory.rows[1]);
}

/* Columns that were read into another cache are the same there. */
static void
test_columns (void)
{
  GlmKvShape kv = { 2, 2, { { 2, 48, 1 }, { 1, 20, 2 } } };
  GlmKvCache a, b;
  size_t n = 5 * glm_kv_bytes_per_token (&kv);
  unsigned char *data = malloc (n), *again = malloc (n);
  GlmError error = { 0 };

  REQUIRE (data && again && glm_kv_cache_init (&a, &kv, 30, &error) && glm_kv_cache_init (&b, &kv, 9, &error), "%s",
           error.message);
  CHECK (n == 5 * 2 * (2 * (48 + 2 * 4) + 20 * 2), "%zu bytes", n);
  for (size_t i = 0; i < a.n_bytes; i++)
    a.data[i] = (unsigned char) (i * 7);
  glm_kv_cache_read (&a, 20, 5, data);
  glm_kv_cache_write (&b, 4, 5, data);
  glm_kv_cache_read (&b, 4, 5, again);
  CHECK (memcmp (data, again, n) == 0, "columns change on the way");
  CHECK (memcmp ((char *) glm_kv_cache_rows (&b, 1, 1, 0) + 4 * 40, (char *) glm_kv_cache_rows (&a, 1, 1, 0) + 20 * 40, 5 * 40)
             == 0,
         "values in another place");
  free (data);
  free (again);
  glm_kv_cache_clear (&a);
  glm_kv_cache_clear (&b);
}

/* ---- How fast it is --------------------------------------------------------------------------------------------- */

#define BENCH_COLUMNS 8192
#define BENCH_BYTES   (256 << 20) /* of all layers together: no cache holds them */

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* A token at n columns in one layer after the other, as a reply reads them: seconds of processor time a layer, the best of
 * five. */
static double
time_layers (GlmAttention *attention, GlmAttentionTask *task, int n_layers)
{
  double best = 1e9;

  for (int k = 0; k < 5; k++)
    {
      double begin = now (), end;

      for (task->layer = 0; task->layer < n_layers; task->layer++)
        glm_attention_run (attention, task, NULL);
      end = now ();
      best = fmin (best, (end - begin) / n_layers);
    }
  return best;
}

static void
fill_layers (GlmAttention *attention, const GlmKvShape *kv)
{
  float row[1024];

  for (int layer = 0; layer < kv->n_layers; layer++)
    for (int stream = 0; stream < kv->n_streams; stream++)
      for (int head = 0; head < kv->streams[stream].n_heads; head++)
        for (int64_t column = 0; column < BENCH_COLUMNS; column++)
          {
            for (int i = 0; i < kv->streams[stream].width; i++)
              row[i] = column % 16 == 0 || i % 32 == 0 ? some_value () : row[i];
            glm_attention_store (attention, layer, stream, head, column, row);
          }
}

/* 10⁹ multiply-adds a second of the kernels alone, over a block that is in the cache. */
static void
print_kernels (const Shape *shape, const GlmKvCache *cache)
{
  const GlmKernels *kernels = glm_kernels ();
  int n_q = shape->n_heads / shape->n_kv_heads, n_streams = cache->shape.n_streams;
  GlmAttendBlock keys = {
    .rows = glm_kv_cache_rows (cache, 0, 0, 0), .ld = shape->key_width, .n = 128, .n_q = n_q, .d = shape->key_width
  };
  GlmAttendBlock values = { .rows = glm_kv_cache_rows (cache, 0, n_streams - 1, 0),
                            .ld = shape->shared ? shape->key_width : shape->value_width,
                            .n = 128,
                            .n_q = n_q,
                            .d = shape->value_width };
  float *q = calloc ((size_t) (n_q * shape->key_width), sizeof *q),
        *o = calloc ((size_t) (n_q * shape->value_width), sizeof *o);
  float *s = calloc ((size_t) (n_q * 128), sizeof *s);
  double score = 1e9, value = 1e9;

  keys.scales = glm_kv_cache_scales (cache, 0, 0, 0);
  keys.ld_scales = glm_kv_blocks (&cache->shape.streams[0]);
  values.scales = glm_kv_cache_scales (cache, 0, n_streams - 1, 0);
  values.ld_scales = glm_kv_blocks (&cache->shape.streams[n_streams - 1]);
  for (int k = 0; k < 20; k++)
    {
      double begin = now ();

      for (int i = 0; i < 20; i++)
        (keys.scales ? kernels->attend_scores_i8 : kernels->attend_scores) (&keys, q, shape->key_width, s, 128);
      score = fmin (score, (now () - begin) / 20);
      begin = now ();
      for (int i = 0; i < 20; i++)
        (keys.scales ? kernels->attend_values_i8 : kernels->attend_values) (&values, s, 128, o, shape->value_width);
      value = fmin (value, (now () - begin) / 20);
    }
  printf (", in the cache scores %.0f, values %.0f", 1e-9 * n_q * 128 * shape->key_width / score,
          1e-9 * n_q * 128 * shape->value_width / value);
  free (q);
  free (o);
  free (s);
}

static void
print_speed (const char *name, const Shape *shape, int bytes)
{
  GlmKvShape kv = { 1,
                    shape->shared ? 1 : 2,
                    { { shape->n_kv_heads, shape->key_width, bytes }, { shape->n_kv_heads, shape->value_width, bytes } } };
  GlmAttentionLimits limits = { shape->n_heads, shape->key_width, shape->value_width };
  GlmAttention *attention;
  GlmKvCache cache;
  float *q = calloc ((size_t) (shape->n_heads * shape->key_width), sizeof *q);
  float *out = calloc ((size_t) (shape->n_heads * shape->value_width), sizeof *out);
  GlmAttentionTask task = { .q = q,
                            .ldq = shape->n_heads * shape->key_width,
                            .out = out,
                            .ldout = shape->n_heads * shape->value_width,
                            .n_rows = 1,
                            .n_heads = shape->n_heads,
                            .key_width = shape->key_width,
                            .value_width = shape->value_width,
                            .scale = 0.06f };

  REQUIRE (q && out, "no memory");
  kv.n_layers = (int) ((int64_t) BENCH_BYTES / ((int64_t) glm_kv_bytes_per_token (&kv) * BENCH_COLUMNS)) + 1;
  REQUIRE (glm_kv_cache_init (&cache, &kv, BENCH_COLUMNS, NULL) && glm_attention_new (&cache, &limits, 1, &attention, NULL),
           "no memory");
  fill_layers (attention, &kv);
  for (int i = 0; i < shape->n_heads * shape->key_width; i++)
    q[i] = some_value ();
  printf ("%s, %d bits: 10⁹ multiply-adds a second", name, 8 * bytes);
  for (int n = 1024; n <= BENCH_COLUMNS; n *= n == 1024 ? 4 : 2)
    {
      double seconds;

      task.first_column = n - 1;
      seconds = time_layers (attention, &task, kv.n_layers);
      printf (", %d columns %.1f (%.0f µs)", n, 1e-9 * shape->n_heads * (shape->key_width + shape->value_width) * n / seconds,
              1e6 * seconds);
    }
  print_kernels (shape, &cache);
  printf ("\n");
  glm_attention_free (attention);
  glm_kv_cache_clear (&cache);
  free (q);
  free (out);
}

static void
print_speeds (void)
{
  static const struct
  {
    const char *name;
    Shape shape;
  } models[] = {
    { "GLM-4.7-Flash", { 20, 1, 576, 512, true } },
    { "ChatGLM3-6B", { 32, 2, 128, 128, false } },
    { "ChatGLM-6B", { 32, 32, 128, 128, false } },
  };

  for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
    for (int bytes = 2; bytes >= 1; bytes--)
      print_speed (models[i].name, &models[i].shape, bytes);
}

int
main (int argc, char **argv)
{
  static const char *const masks[] = { "c", "sse", "avx2", "avxvnni", "avx512", "all" };
  static const Shape shapes[] = {
    { 4, 2, 16, 16, false },   { 6, 2, 48, 32, false }, { 8, 1, 20, 100, false },
    { 20, 1, 576, 512, true }, { 3, 1, 40, 32, true },
  };
  unsigned tested = UINT32_MAX;

  if (argc > 1 && strcmp (argv[1], "--bench") == 0)
    {
      for (size_t i = 2; i < sizeof masks / sizeof masks[0]; i++)
        {
          unsigned mask = 0;

          REQUIRE (glm_cpu_mask_parse (masks[i], &mask), "%s", masks[i]);
          glm_cpu_set_mask (mask);
          if (glm_cpu_flags () == tested)
            continue;
          tested = glm_cpu_flags ();
          printf ("%s\n", masks[i]);
          print_speeds ();
        }
      check_n_done++;
      return check_exit ();
    }
  test_columns ();
  for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++)
    {
      unsigned mask = 0;

      REQUIRE (glm_cpu_mask_parse (masks[i], &mask), "%s", masks[i]);
      glm_cpu_set_mask (mask);
      if (glm_cpu_flags () == tested)
        continue;
      tested = glm_cpu_flags ();
      for (size_t j = 0; j < sizeof shapes / sizeof shapes[0]; j++)
        for (int bytes = 1; bytes <= 4; bytes *= 2)
          test_shape (&shapes[j], bytes, bytes, masks[i]);
      test_shape (&shapes[1], 2, 1, masks[i]);
      test_shape (&shapes[1], 1, 4, masks[i]);
    }
  return check_exit ();
}
