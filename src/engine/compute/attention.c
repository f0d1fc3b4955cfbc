/* attention.c: see attention.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The work is cut into items: (key/value head) × (tile of query vectors) × (range of columns).  Query vectors are numbered
 * row-major, vector v = row · group + head within the group, and a tile is 64 of them.  How a row is computed depends on
 * its own columns alone, not on the batch it came in: a token verified in a batch gives what it gives by itself.
 */
#include "compute/attention.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/aligned.h"

#define TILE           64  /* query vectors */
#define BLOCK          128 /* columns of one step */
#define SPLIT          512 /* columns of one item where the columns are split */
#define MAX_SPLIT_ROWS 16  /* batches of up to this many tokens have their columns split */

struct GlmAttention
{
  int n_heads, n_kv_heads, head_dim, group;
  int64_t worker_floats;
  float *work;  /* [n_threads][worker_floats] */
  float *parts; /* [split][row][head][head_dim + 2: sum, maximum, values] */
  int64_t max_splits;
};

typedef struct
{
  const GlmAttention *attention;
  const GlmAttentionTask *task;
  const GlmKvCache *cache;
  const GlmKernels *kernels;
  int64_t n_vectors; /* rows × group */
  int64_t n_tiles;
  int64_t n_splits;
  int64_t n_items;
  atomic_llong next;
} Job;

/* One worker's memory. */
typedef struct
{
  float *q;       /* [TILE][head_dim], scaled */
  float *values;  /* [TILE][head_dim] */
  float *scores;  /* [TILE][BLOCK] */
  float *maximum; /* [TILE] */
  float *sum;     /* [TILE] */
  float *block;   /* of a cache in 8 bits: a block as halves, and one row as floats */
} Work;

/* The keys or the values of a block. */
typedef struct
{
  const void *data; /* [n][head_dim] half or float, or with scales int8 */
  const float *scales;
  bool is_half;
} Rows;

static int64_t
block_floats (const GlmParams *params)
{
  return params->kv_element_bytes == 1 ? (BLOCK + 1) * (int64_t) params->head_dim : 0;
}

static int64_t
worker_floats (const GlmParams *params)
{
  return TILE * (2 * (int64_t) params->head_dim + BLOCK + 2) + block_floats (params);
}

static int64_t
count_splits (int64_t n_columns)
{
  return (n_columns + SPLIT - 1) / SPLIT;
}

size_t
glm_attention_bytes (const GlmParams *params, int n_threads, int64_t n_columns)
{
  int64_t parts = count_splits (n_columns) * MAX_SPLIT_ROWS * params->n_heads * (params->head_dim + 2);

  return (size_t) (parts + n_threads * worker_floats (params)) * sizeof (float);
}

bool
glm_attention_new (const GlmParams *params, int n_threads, int64_t n_columns, GlmAttention **ret_attention, GlmError *error)
{
  GlmAttention *attention = calloc (1, sizeof *attention);

  if (!attention)
    goto fail;
  attention->n_heads = params->n_heads;
  attention->n_kv_heads = params->n_kv_heads;
  attention->head_dim = params->head_dim;
  attention->group = params->n_heads / params->n_kv_heads;
  attention->worker_floats = worker_floats (params);
  attention->max_splits = count_splits (n_columns);
  attention->work = glm_alloc_aligned ((size_t) (n_threads * attention->worker_floats), sizeof (float));
  attention->parts =
      glm_alloc_aligned ((size_t) (attention->max_splits * MAX_SPLIT_ROWS * params->n_heads * (params->head_dim + 2)),
                         sizeof (float));
  if (!attention->work || !attention->parts)
    goto fail;
  *ret_attention = attention;
  return true;

fail:
  glm_attention_free (attention);
  return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the attention of %lld columns", (long long) n_columns);
}

void
glm_attention_free (GlmAttention *attention)
{
  if (!attention)
    return;
  free (attention->work);
  free (attention->parts);
  free (attention);
}

/* Columns that a row sees. */
static int64_t
visible (const GlmAttentionTask *task, int64_t row)
{
  int64_t n = task->first_column + row + 1;

  return n > task->n_context ? n : task->n_context;
}

/* Query vectors from `vector` on that one call of the scores takes: all of them, but in a small batch those of one token.
 * attend_scores() adds up in another order for few vectors than for many; so a token that is verified beside guessed ones
 * gets, to the bit, the scores that it would get alone (see draft.h). */
static int64_t
score_together (const Job *job, int64_t vector, int64_t n_q)
{
  int64_t left = job->attention->group - vector % job->attention->group;

  return job->task->n_rows > MAX_SPLIT_ROWS || left > n_q ? n_q : left;
}

/* The keys or the values of a block.  What is stored in 8 bits becomes halves first where many query vectors will use it. */
static Rows
block_rows (const Job *job, const Work *work, int is_value, int kv_head, int64_t column, int64_t n)
{
  const GlmKvCache *cache = job->cache;
  int64_t d = job->attention->head_dim;
  const char *data = glm_kv_cache_rows (cache, job->task->layer, is_value, kv_head);
  Rows rows = { data + column * d * cache->element_bytes, NULL, cache->element_bytes == sizeof (uint16_t) };
  float *row = work->block + BLOCK * d;

  if (cache->n_blocks == 0)
    return rows;
  rows.scales = glm_kv_cache_scales (cache, job->task->layer, is_value, kv_head) + column * cache->n_blocks;
  if (job->task->n_rows <= MAX_SPLIT_ROWS)
    return rows;
  for (int64_t i = 0; i < n; i++)
    {
      job->kernels->i8_to_f32 (row, (const int8_t *) rows.data + i * d, rows.scales + i * cache->n_blocks, d);
      job->kernels->f32_to_f16 ((uint16_t *) work->block + i * d, row, d);
    }
  return (Rows){ work->block, NULL, true };
}

/* s[i][j] = q_i · k_j for the vectors from `vector` on */
static void
block_scores (const Job *job, const Work *work, int64_t vector, int64_t n_q, Rows keys, int64_t n_keys)
{
  int64_t d = job->attention->head_dim, n;

  if (keys.scales)
    job->kernels->attend_scores_i8 (work->scores, BLOCK, work->q, d, (int) n_q, keys.data, keys.scales, (int) n_keys, d);
  else if (keys.is_half)
    for (int64_t i = 0; i < n_q; i += n)
      {
        n = score_together (job, vector + i, n_q - i);
        job->kernels->attend_scores (work->scores + i * BLOCK, BLOCK, work->q + i * d, d, (int) n, keys.data, d, (int) n_keys,
                                     d);
      }
  else
    for (int64_t i = 0; i < n_q; i++)
      for (int64_t j = 0; j < n_keys; j++)
        work->scores[i * BLOCK + j] = job->kernels->dot_f32 (work->q + i * d, (const float *) keys.data + j * d, d);
}

/* o_i += Σ_j p_ij · v_j */
static void
block_values (const Job *job, const Work *work, int64_t n_q, Rows values, int64_t n_values)
{
  int64_t d = job->attention->head_dim;

  if (values.scales)
    job->kernels->attend_values_i8 (work->values, d, work->scores, BLOCK, (int) n_q, values.data, values.scales, (int) n_values,
                                    d);
  else if (values.is_half)
    job->kernels->attend_values (work->values, d, work->scores, BLOCK, (int) n_q, values.data, d, (int) n_values, d);
  else
    for (int64_t i = 0; i < n_q; i++)
      for (int64_t j = 0; j < n_values; j++)
        job->kernels->add_scaled (work->values + i * d, (const float *) values.data + j * d, work->scores[i * BLOCK + j], d);
}

/* Turns the scores of vector i into weights exp (s − maximum), and rescales what was summed under an older maximum. */
static void
block_softmax (const Job *job, const Work *work, int64_t i, int64_t n_valid, int64_t n_keys)
{
  float *s = work->scores + i * BLOCK, *o = work->values + i * job->attention->head_dim;
  float maximum;

  if (n_valid < 0)
    n_valid = 0;
  maximum = fmaxf (work->maximum[i], job->kernels->largest (s, n_valid));
  if (maximum > work->maximum[i])
    {
      float factor = expf (work->maximum[i] - maximum);

      work->sum[i] *= factor;
      for (int64_t j = 0; j < job->attention->head_dim; j++)
        o[j] *= factor;
      work->maximum[i] = maximum;
    }
  work->sum[i] += job->kernels->exp_sum (s, 1, maximum, n_valid);
  for (int64_t j = n_valid; j < n_keys; j++)
    s[j] = 0;
}

static void
load_queries (const Job *job, const Work *work, int kv_head, int64_t vector, int64_t n_q)
{
  const GlmAttention *a = job->attention;
  float scale = 1 / sqrtf ((float) a->head_dim);

  for (int64_t i = 0; i < n_q; i++)
    {
      int64_t row = (vector + i) / a->group, head = kv_head * a->group + (vector + i) % a->group;
      const float *q = job->task->q + row * job->task->ldq + head * a->head_dim;

      for (int64_t j = 0; j < a->head_dim; j++)
        work->q[i * a->head_dim + j] = scale * q[j];
      work->maximum[i] = -INFINITY;
      work->sum[i] = 0;
    }
  memset (work->values, 0, (size_t) (n_q * a->head_dim) * sizeof (float));
}

static void
store_result (const Job *job, const Work *work, int kv_head, int64_t vector, int64_t n_q, int64_t split)
{
  const GlmAttention *a = job->attention;

  for (int64_t i = 0; i < n_q; i++)
    {
      int64_t row = (vector + i) / a->group, head = kv_head * a->group + (vector + i) % a->group;
      const float *o = work->values + i * a->head_dim;

      if (job->n_splits > 1)
        {
          float *part = a->parts + ((split * MAX_SPLIT_ROWS + row) * a->n_heads + head) * (a->head_dim + 2);

          part[0] = work->sum[i];
          part[1] = work->maximum[i];
          memcpy (part + 2, o, (size_t) a->head_dim * sizeof (float));
        }
      else
        {
          float *out = job->task->out + row * job->task->ldout + head * a->head_dim, factor = 1 / work->sum[i];

          for (int64_t j = 0; j < a->head_dim; j++)
            out[j] = o[j] * factor;
        }
    }
}

static void
run_item (const Job *job, const Work *work, int64_t item)
{
  const GlmAttention *a = job->attention;
  int64_t split = item % job->n_splits, tile = item / job->n_splits % job->n_tiles;
  int kv_head = (int) (item / job->n_splits / job->n_tiles);
  int64_t vector = tile * TILE, n_q = job->n_vectors - vector < TILE ? job->n_vectors - vector : TILE;
  int64_t begin = job->n_splits > 1 ? split * SPLIT : 0;
  int64_t end = visible (job->task, (vector + n_q - 1) / a->group);

  if (job->n_splits > 1 && end > begin + SPLIT)
    end = begin + SPLIT;
  load_queries (job, work, kv_head, vector, n_q);
  for (int64_t column = begin; column < end; column += BLOCK)
    {
      int64_t n_keys = end - column < BLOCK ? end - column : BLOCK;

      block_scores (job, work, vector, n_q, block_rows (job, work, 0, kv_head, column, n_keys), n_keys);
      for (int64_t i = 0; i < n_q; i++)
        {
          int64_t n_valid = visible (job->task, (vector + i) / a->group) - column;

          block_softmax (job, work, i, n_valid < n_keys ? n_valid : n_keys, n_keys);
        }
      block_values (job, work, n_q, block_rows (job, work, 1, kv_head, column, n_keys), n_keys);
    }
  store_result (job, work, kv_head, vector, n_q, split);
}

static void
run_worker (int worker, int n_workers, void *data)
{
  Job *job = data;
  int64_t d = job->attention->head_dim;
  float *memory = job->attention->work + worker * job->attention->worker_floats;
  Work work = {
    .q = memory,
    .values = memory + TILE * d,
    .scores = memory + TILE * d * 2,
    .maximum = memory + TILE * (d * 2 + BLOCK),
    .sum = memory + TILE * (d * 2 + BLOCK + 1),
    .block = memory + TILE * (d * 2 + BLOCK + 2),
  };

  for (;;)
    {
      long long item = atomic_fetch_add_explicit (&job->next, 1, memory_order_relaxed);

      if (item >= job->n_items)
        return;
      /* Later tiles see more columns: take them first, so that no worker is left with a long one at the end. */
      run_item (job, &work, job->n_items - 1 - item);
    }
}

/* Joins the parts of one head of one row: each is a sum of values under its own maximum. */
static void
join_parts (const Job *job, int64_t row, int64_t head)
{
  const GlmAttention *a = job->attention;
  int64_t stride = (int64_t) MAX_SPLIT_ROWS * a->n_heads * (a->head_dim + 2);
  const float *first = a->parts + (row * a->n_heads + head) * (a->head_dim + 2);
  float *out = job->task->out + row * job->task->ldout + head * a->head_dim;
  float maximum = -INFINITY, sum = 0;

  for (int64_t i = 0; i < job->n_splits; i++)
    maximum = first[i * stride + 1] > maximum ? first[i * stride + 1] : maximum;
  memset (out, 0, (size_t) a->head_dim * sizeof (float));
  for (int64_t i = 0; i < job->n_splits; i++)
    {
      const float *part = first + i * stride;
      float factor = expf (part[1] - maximum);

      sum += factor * part[0];
      job->kernels->add_scaled (out, part + 2, factor, a->head_dim);
    }
  for (int64_t j = 0; j < a->head_dim; j++)
    out[j] *= 1 / sum;
}

void
glm_attention_run (GlmAttention *attention, const GlmAttentionTask *task, const GlmKvCache *cache, GlmPool *pool)
{
  Job job = {
    .attention = attention,
    .task = task,
    .cache = cache,
    .kernels = glm_kernels (),
    .n_vectors = task->n_rows * attention->group,
    .n_splits = task->n_rows <= MAX_SPLIT_ROWS ? count_splits (visible (task, task->n_rows - 1)) : 1,
  };

  job.n_tiles = (job.n_vectors + TILE - 1) / TILE;
  job.n_items = attention->n_kv_heads * job.n_tiles * job.n_splits;
  atomic_init (&job.next, 0);
  glm_pool_run (pool, run_worker, &job);
  if (job.n_splits > 1)
    for (int64_t row = 0; row < task->n_rows; row++)
      for (int64_t head = 0; head < attention->n_heads; head++)
        join_parts (&job, row, head);
}
