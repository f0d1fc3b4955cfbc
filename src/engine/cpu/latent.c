/* latent.c: see latent.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker takes a head at a time and goes through the columns once, with a running maximum and sum for each row, as
 * attention.c does.
 */
#include "cpu/latent.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK 128 /* columns */

typedef struct
{
  const GlmLatentTask *task;
  float *work;
  size_t worker_floats;
  atomic_int next;
} Job;

/* One worker's memory. */
typedef struct
{
  float *key_weights;   /* [rank][plain] */
  float *value_weights; /* [value_width][rank] */
  float *latents;       /* [BLOCK][rank + turned] */
  float *keys;          /* [BLOCK][plain + turned] */
  float *values;        /* [BLOCK][value_width] */
  float *scores;        /* [row][BLOCK] */
  float *sums;          /* [row][value_width] */
  float *maximum, *sum; /* [row] */
} Work;

static size_t
round_up (int64_t n)
{
  return ((size_t) n + 15) / 16 * 16;
}

static float *
take (float **memory, int64_t n)
{
  float *part = *memory;

  *memory += round_up (n);
  return part;
}

/* The parts of a worker's memory, in the order that glm_latent_floats() adds up. */
static Work
divide (const GlmLatentTask *t, float **memory)
{
  return (Work){
    .key_weights = take (memory, t->rank * t->plain),
    .value_weights = take (memory, t->value_width * t->rank),
    .latents = take (memory, BLOCK * (t->rank + t->turned)),
    .keys = take (memory, BLOCK * (t->plain + t->turned)),
    .values = take (memory, BLOCK * t->value_width),
    .scores = take (memory, t->n_rows * BLOCK),
    .sums = take (memory, t->n_rows * t->value_width),
    .maximum = take (memory, t->n_rows),
    .sum = take (memory, t->n_rows),
  };
}

size_t
glm_latent_floats (const GlmLatentTask *t)
{
  return round_up (t->rank * t->plain) + round_up (t->value_width * t->rank) + round_up (BLOCK * (t->rank + t->turned))
         + round_up (BLOCK * (t->plain + t->turned)) + round_up (BLOCK * t->value_width) + round_up (t->n_rows * BLOCK)
         + round_up (t->n_rows * t->value_width) + 2 * round_up (t->n_rows);
}

static void
load_weights (const GlmLatentTask *t, const Work *work, int head)
{
  for (int64_t r = 0; r < t->rank; r++)
    glm_matrix_row (t->keys, glm_matrix_first_row (t->keys, head) + r, work->key_weights + r * t->plain);
  for (int64_t r = 0; r < t->value_width; r++)
    glm_matrix_row (t->values, glm_matrix_first_row (t->values, head) + r, work->value_weights + r * t->rank);
}

/* Columns [column, column + n) of the cache as floats. */
static void
load_latents (const GlmLatentTask *t, const Work *work, int64_t column, int64_t n)
{
  const GlmKvStream *stream = &t->cache->shape.streams[0];
  const char *rows = glm_kv_cache_rows (t->cache, t->layer, 0, 0);
  const float *scales = glm_kv_cache_scales (t->cache, t->layer, 0, 0);
  int64_t d = stream->width;

  rows += column * d * stream->element_bytes;
  if (stream->element_bytes == sizeof (float))
    memcpy (work->latents, rows, (size_t) (n * d) * sizeof (float));
  else if (stream->element_bytes == sizeof (uint16_t))
    t->kernels->f16_to_f32 (work->latents, (const uint16_t *) rows, n * d);
  else
    for (int64_t i = 0; i < n; i++)
      t->kernels->i8_to_f32 (work->latents + i * d, (const int8_t *) rows + i * d,
                             scales + (column + i) * glm_kv_blocks (stream), d);
}

static void
multiply (CBLAS_TRANSPOSE transpose, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda, const float *b,
          int64_t ldb, float beta, float *c, int64_t ldc)
{
  cblas_sgemm (CblasRowMajor, CblasNoTrans, transpose, (blasint) m, (blasint) n, (blasint) k, alpha, a, (blasint) lda, b,
               (blasint) ldb, beta, c, (blasint) ldc);
}

/* Keys and values of the block that is loaded. */
static void
expand (const GlmLatentTask *t, const Work *work, int64_t n)
{
  int64_t width = t->rank + t->turned, head = t->plain + t->turned;

  multiply (CblasNoTrans, n, t->plain, t->rank, 1, work->latents, width, work->key_weights, t->plain, 0, work->keys, head);
  for (int64_t i = 0; i < n; i++)
    memcpy (work->keys + i * head + t->plain, work->latents + i * width + t->rank, (size_t) t->turned * sizeof (float));
  multiply (CblasTrans, n, t->value_width, t->rank, 1, work->latents, width, work->value_weights, t->rank, 0, work->values,
            t->value_width);
}

/* Scores become weights under the row's new maximum; what was summed under an older one is rescaled. */
static void
weigh (const GlmLatentTask *t, const Work *work, int64_t row, int64_t n_valid, int64_t n)
{
  float *scores = work->scores + row * BLOCK, *sums = work->sums + row * t->value_width;
  float maximum = fmaxf (work->maximum[row], t->kernels->largest (scores, n_valid));

  if (maximum > work->maximum[row])
    {
      float factor = expf (work->maximum[row] - maximum);

      work->sum[row] *= factor;
      for (int64_t j = 0; j < t->value_width; j++)
        sums[j] *= factor;
      work->maximum[row] = maximum;
    }
  work->sum[row] += t->kernels->exp_sum (scores, 1, maximum, n_valid);
  for (int64_t j = n_valid; j < n; j++)
    scores[j] = 0;
}

static void
attend_block (const GlmLatentTask *t, const Work *work, int head, int64_t column, int64_t n)
{
  int64_t first = column > t->first_column ? column - t->first_column : 0, width = t->plain + t->turned;
  int64_t n_rows = t->n_rows - first;

  load_latents (t, work, column, n);
  expand (t, work, n);
  multiply (CblasTrans, n_rows, n, width, t->scale, t->q + first * t->ldq + head * width, t->ldq, work->keys, width, 0,
            work->scores + first * BLOCK, BLOCK);
  for (int64_t row = first; row < t->n_rows; row++)
    {
      int64_t n_valid = t->first_column + row + 1 - column;

      weigh (t, work, row, n_valid < n ? n_valid : n, n);
    }
  multiply (CblasNoTrans, n_rows, t->value_width, n, 1, work->scores + first * BLOCK, BLOCK, work->values, t->value_width, 1,
            work->sums + first * t->value_width, t->value_width);
}

static void
run_head (const GlmLatentTask *t, const Work *work, int head)
{
  int64_t n_columns = t->first_column + t->n_rows;

  load_weights (t, work, head);
  memset (work->sums, 0, (size_t) (t->n_rows * t->value_width) * sizeof (float));
  for (int64_t row = 0; row < t->n_rows; row++)
    {
      work->maximum[row] = -INFINITY;
      work->sum[row] = 0;
    }
  for (int64_t column = 0; column < n_columns; column += BLOCK)
    attend_block (t, work, head, column, n_columns - column < BLOCK ? n_columns - column : BLOCK);
  for (int64_t row = 0; row < t->n_rows; row++)
    for (int64_t j = 0; j < t->value_width; j++)
      t->out[row * t->ldout + head * t->value_width + j] = work->sums[row * t->value_width + j] / work->sum[row];
}

static void
run_worker (int worker, int n_workers, void *data)
{
  Job *job = data;
  float *memory = job->work + (size_t) worker * job->worker_floats;
  Work work = divide (job->task, &memory);
  int head;

  while ((head = atomic_fetch_add_explicit (&job->next, 1, memory_order_relaxed)) < job->task->n_heads)
    run_head (job->task, &work, head);
}

void
glm_latent_run (const GlmLatentTask *task, float *work, GlmPool *pool)
{
  Job job = { .task = task, .work = work, .worker_floats = glm_latent_floats (task) };

  atomic_init (&job.next, 0);
  glm_pool_run (pool, run_worker, &job);
}
