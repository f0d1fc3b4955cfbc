/* attention.c: see attention.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The work is cut into items: (key/value head) × (tile of query vectors) × (range of columns).  Query vectors are numbered
 * row-major, vector v = row · group + head within the group, and a tile is 64 of them.  How a row is computed depends on
 * its own columns alone, not on the batch it came in: a token verified in a batch gives what it gives by itself.
 */
#include "cpu/attention.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/aligned.h"

#define TILE           64  /* query vectors */
#define BLOCK          128 /* columns of one step */
#define SPLIT          512 /* columns of one item where the columns are split */
#define FINE_SPLIT     64 /* … of the first N_FINE where all heads share one key, or few columns would keep one worker busy */
#define N_FINE         16
#define MAX_SPLIT_ROWS 16 /* batches of up to this many tokens have their columns split */
#define MAX_RISE       8  /* of the largest score until what was summed is rescaled: weights stay below e⁸ */
#define HEAVY          16 /* a key of a larger part than this of its block's weight is not left to bytes */

struct GlmAttention
{
  const GlmKvCache *cache;
  const GlmKernels *kernels;
  int64_t worker_floats;
  bool has_bytes;    /* small batches meet latents as bytes */
  float *queries;    /* [MAX_SPLIT_ROWS][n_heads][key_width], scaled: of small batches */
  char *query_bytes; /* the same as bytes: [tile][tile_bytes], GlmLatentQueries */
  int64_t tile_bytes;
  char *latents; /* [layer][layer_bytes]: GlmLatentBlock of all columns */
  int64_t layer_bytes;
  int64_t *n_packed; /* [layer]: columns whose latents are up to date */
  float *work;       /* [n_threads][worker_floats] */
  float *parts;      /* [split][MAX_SPLIT_ROWS · n_heads][value_width]: in each, vectors as queries have them */
  float *sums;       /* [split][MAX_SPLIT_ROWS · n_heads][2]: their sum and maximum */
};

typedef struct
{
  const GlmAttention *attention;
  const GlmAttentionTask *task;
  const GlmKernels *kernels;
  int group;         /* query heads that share a key */
  int64_t n_vectors; /* rows × group */
  int64_t n_tiles;
  int64_t n_splits;
  int64_t n_items;
  bool has_bytes; /* by bytes */
  atomic_llong next;
} Job;

/* One worker's memory. */
typedef struct
{
  const float *q; /* [TILE][key_width], scaled: own_q, or all workers' */
  float *own_q;
  float *values; /* [TILE][value_width]: own_values, or the part's */
  float *own_values;
  float *scores;  /* [TILE][BLOCK] */
  float *maximum; /* [TILE] */
  float *sum;     /* [TILE] */
  float *block;   /* of a cache in 8 bits: a block as halves, and one row as floats */
  float *key;     /* one as floats */
} Work;

/* The keys or the values of a block. */
typedef struct
{
  GlmAttendBlock block; /* with scales: int8 */
  bool is_float;
} Rows;

/* ---- Memory ----------------------------------------------------------------------------------------------------- */

static bool
fits_bytes (const GlmKvShape *shape, const GlmAttentionLimits *limits)
{
  return glm_kernels ()->has_latents && shape->n_streams == 1 && shape->streams[0].n_heads == 1
         && shape->streams[0].element_bytes == sizeof (uint16_t)
         && glm_latents_fit (limits->value_width, limits->key_width - limits->value_width);
}

static int64_t
worker_floats (const GlmKvShape *shape, const GlmAttentionLimits *limits)
{
  int64_t block = fits_bytes (shape, limits) ? limits->key_width : 0;

  for (int i = 0; i < shape->n_streams; i++)
    if (shape->streams[i].element_bytes == 1 && (BLOCK + 1) * (int64_t) shape->streams[i].width > block)
      block = (BLOCK + 1) * (int64_t) shape->streams[i].width;
  return TILE * (limits->key_width + limits->value_width + BLOCK + 2) + block;
}

/* Where a split begins depends on nothing but its number, or a token would not give the same alone and among others. */
static int64_t
split_begin (const GlmKvShape *shape, int64_t split)
{
  if (shape->streams[0].n_heads > 1)
    return split * SPLIT;
  return split < N_FINE ? split * FINE_SPLIT : N_FINE * FINE_SPLIT + (split - N_FINE) * SPLIT;
}

static int64_t
count_splits (const GlmKvShape *shape, int64_t n_columns)
{
  int64_t fine = shape->streams[0].n_heads > 1 ? 0 : N_FINE * FINE_SPLIT;

  if (n_columns <= fine)
    return (n_columns + FINE_SPLIT - 1) / FINE_SPLIT;
  return fine / FINE_SPLIT + (n_columns - fine + SPLIT - 1) / SPLIT;
}

static int64_t
count_part_floats (const GlmKvShape *shape, const GlmAttentionLimits *limits, int64_t n_columns)
{
  return count_splits (shape, n_columns) * MAX_SPLIT_ROWS * limits->n_heads * limits->value_width;
}

static int64_t
count_sum_floats (const GlmKvShape *shape, const GlmAttentionLimits *limits, int64_t n_columns)
{
  return count_splits (shape, n_columns) * MAX_SPLIT_ROWS * limits->n_heads * 2;
}

static int64_t
layer_bytes (const GlmAttentionLimits *limits, int64_t n_columns)
{
  return (n_columns + GLM_LATENT_GROUP - 1) / GLM_LATENT_GROUP
         * glm_latent_group_bytes (limits->value_width, limits->key_width - limits->value_width);
}

/* Bytes of a tile's queries in 8 bits. */
static int64_t
tile_bytes (const GlmAttentionLimits *limits)
{
  return (glm_latent_queries_bytes (limits->value_width, limits->key_width - limits->value_width) + 63) / 64 * 64;
}

static size_t
count_query_bytes (const GlmAttentionLimits *limits)
{
  return (size_t) ((MAX_SPLIT_ROWS * limits->n_heads + TILE - 1) / TILE * tile_bytes (limits));
}

static size_t
count_bytes (const GlmKvShape *shape, const GlmAttentionLimits *limits, int64_t n_columns)
{
  size_t n_layers = (size_t) shape->n_layers;

  if (!fits_bytes (shape, limits))
    return 0;
  return count_query_bytes (limits) + n_layers * ((size_t) layer_bytes (limits, n_columns) + sizeof (int64_t));
}

/* Latents as bytes become resident as they are written, like the cache itself. */
static bool
alloc_bytes (GlmAttention *attention, const GlmAttentionLimits *limits)
{
  size_t n_layers = (size_t) attention->cache->shape.n_layers, n_bytes;

  attention->has_bytes = fits_bytes (&attention->cache->shape, limits);
  if (!attention->has_bytes)
    return true;
  attention->tile_bytes = tile_bytes (limits);
  attention->layer_bytes = layer_bytes (limits, attention->cache->n_columns);
  if (__builtin_mul_overflow (n_layers, (size_t) attention->layer_bytes, &n_bytes))
    return false;
  attention->query_bytes = glm_alloc_aligned (count_query_bytes (limits), 1);
  attention->latents = aligned_alloc (64, n_bytes);
  attention->n_packed = calloc (n_layers, sizeof *attention->n_packed);
  return attention->query_bytes && attention->latents && attention->n_packed;
}

static int64_t
count_query_floats (const GlmAttentionLimits *limits)
{
  return MAX_SPLIT_ROWS * limits->n_heads * limits->key_width;
}

size_t
glm_attention_bytes (const GlmKvShape *shape, const GlmAttentionLimits *limits, int n_threads, int64_t n_columns)
{
  return (size_t) (count_query_floats (limits) + count_part_floats (shape, limits, n_columns)
                   + count_sum_floats (shape, limits, n_columns) + n_threads * worker_floats (shape, limits))
             * sizeof (float)
         + count_bytes (shape, limits, n_columns);
}

bool
glm_attention_new (const GlmKvCache *cache, const GlmAttentionLimits *limits, int n_threads, GlmAttention **ret_attention,
                   GlmError *error)
{
  GlmAttention *attention = calloc (1, sizeof *attention);

  if (!attention)
    goto fail;
  attention->cache = cache;
  attention->kernels = glm_kernels ();
  attention->worker_floats = worker_floats (&cache->shape, limits);
  attention->work = glm_alloc_aligned ((size_t) (n_threads * attention->worker_floats), sizeof (float));
  attention->queries = glm_alloc_aligned ((size_t) count_query_floats (limits), sizeof (float));
  attention->parts = glm_alloc_aligned ((size_t) count_part_floats (&cache->shape, limits, cache->n_columns), sizeof (float));
  attention->sums = glm_alloc_aligned ((size_t) count_sum_floats (&cache->shape, limits, cache->n_columns), sizeof (float));
  if (!attention->queries || !attention->work || !attention->parts || !attention->sums || !alloc_bytes (attention, limits))
    goto fail;
  *ret_attention = attention;
  return true;

fail:
  glm_attention_free (attention);
  return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the attention of %lld columns",
                        (long long) cache->n_columns);
}

void
glm_attention_free (GlmAttention *attention)
{
  if (!attention)
    return;
  free (attention->queries);
  free (attention->query_bytes);
  free (attention->latents);
  free (attention->n_packed);
  free (attention->work);
  free (attention->parts);
  free (attention->sums);
  free (attention);
}

/* ---- Storing ---------------------------------------------------------------------------------------------------- */

static uint32_t
float_bits (float x)
{
  uint32_t bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
}

/* n ≤ GLM_KV_BLOCK values as scale · integer, the largest as ±127.  Written for the compiler to vectorise: sizes compare
 * as the integers of their bits, and adding 1.5 · 2²³ leaves the rounded integer in the low bits. */
static float
quantise_block (const float *x, int n, int8_t *out)
{
  int32_t largest = 0;
  float maximum, inverse;

  for (int i = 0; i < n; i++)
    {
      int32_t size = (int32_t) (float_bits (x[i]) & 0x7fffffff);

      largest = size > largest ? size : largest;
    }
  memcpy (&maximum, &largest, sizeof maximum);
  inverse = maximum > 0 ? 127 / maximum : 0;
  for (int i = 0; i < n; i++)
    out[i] = (int8_t) (float_bits (x[i] * inverse + 12582912.0f) & 0xff);
  return maximum / 127;
}

void
glm_attention_store (const GlmAttention *attention, int layer, int stream, int head, int64_t column, const float *row)
{
  const GlmKvCache *cache = attention->cache;
  void *rows = glm_kv_cache_rows (cache, layer, stream, head);
  float *scales = glm_kv_cache_scales (cache, layer, stream, head);
  int64_t d = cache->shape.streams[stream].width, offset = column * d;

  if (attention->has_bytes && attention->n_packed[layer] > column)
    attention->n_packed[layer] = column;

  switch (cache->shape.streams[stream].element_bytes)
    {
    case sizeof (float): memcpy ((float *) rows + offset, row, (size_t) d * sizeof (float)); break;
    case sizeof (uint16_t): attention->kernels->f32_to_f16 ((uint16_t *) rows + offset, row, d); break;
    default:
      scales += column * glm_kv_blocks (&cache->shape.streams[stream]);
      for (int64_t i = 0; i < d; i += GLM_KV_BLOCK)
        scales[i / GLM_KV_BLOCK] =
            quantise_block (row + i, d - i < GLM_KV_BLOCK ? (int) (d - i) : GLM_KV_BLOCK, (int8_t *) rows + offset + i);
    }
}

void
glm_attention_forget (const GlmAttention *attention, int64_t column)
{
  for (int layer = 0; attention->has_bytes && layer < attention->cache->shape.n_layers; layer++)
    if (attention->n_packed[layer] > column)
      attention->n_packed[layer] = column;
}

/* ---- Blocks ----------------------------------------------------------------------------------------------------- */

/* Columns that a row sees. */
static int64_t
visible (const GlmAttentionTask *task, int64_t row)
{
  int64_t n = task->first_column + row + 1;

  return n > task->n_context ? n : task->n_context;
}

/* How many query vectors to score in one call: all, except in small batches, which are scored token by token.
 * attend_scores() adds up in another order for few vectors than for many, and a token that is verified beside draft tokens
 * must get the very scores that it would get alone (see draft.h). */
static int64_t
score_together (const Job *job, int64_t vector, int64_t n_q)
{
  int64_t left = job->group - vector % job->group;

  return job->task->n_rows > MAX_SPLIT_ROWS || left > n_q ? n_q : left;
}

/* The keys or the values of a block.  What is stored in 8 bits becomes halves first where many query vectors will use it. */
static Rows
block_rows (const Job *job, const Work *work, bool values, int kv_head, int64_t column, int64_t n, int64_t n_q)
{
  const GlmKvCache *cache = job->attention->cache;
  int stream = values ? cache->shape.n_streams - 1 : 0;
  const GlmKvStream *s = &cache->shape.streams[stream];
  const char *data = glm_kv_cache_rows (cache, job->task->layer, stream, kv_head);
  int64_t d = values ? job->task->value_width : job->task->key_width;
  Rows rows = { { .rows = data + column * s->width * s->element_bytes, .ld = s->width, .n = (int) n, .n_q = (int) n_q, .d = d },
                s->element_bytes == sizeof (float) };
  float *row = work->block + BLOCK * d;

  if (s->element_bytes != 1)
    return rows;
  rows.block.ld_scales = glm_kv_blocks (s);
  rows.block.scales = glm_kv_cache_scales (cache, job->task->layer, stream, kv_head) + column * rows.block.ld_scales;
  if (job->task->n_rows <= MAX_SPLIT_ROWS)
    return rows;
  for (int64_t i = 0; i < n; i++)
    {
      job->kernels->i8_to_f32 (row, (const int8_t *) rows.block.rows + i * s->width,
                               rows.block.scales + i * rows.block.ld_scales, d);
      job->kernels->f32_to_f16 ((uint16_t *) work->block + i * d, row, d);
    }
  rows.block.rows = work->block;
  rows.block.ld = d;
  rows.block.scales = NULL;
  return rows;
}

/* s[i][j] = q_i · k_j for the vectors from `vector` on */
static void
block_scores (const Job *job, const Work *work, int64_t vector, Rows keys)
{
  GlmAttendBlock *block = &keys.block;
  int64_t d = block->d, n_q = block->n_q;

  if (block->scales)
    job->kernels->attend_scores_i8 (block, work->q, d, work->scores, BLOCK);
  else if (!keys.is_float)
    for (int64_t i = 0; i < n_q; i += block->n_q)
      {
        block->n_q = (int) score_together (job, vector + i, n_q - i);
        job->kernels->attend_scores (block, work->q + i * d, d, work->scores + i * BLOCK, BLOCK);
      }
  else
    for (int64_t i = 0; i < n_q; i++)
      for (int64_t j = 0; j < block->n; j++)
        work->scores[i * BLOCK + j] = job->kernels->dot_f32 (work->q + i * d, (const float *) block->rows + j * block->ld, d);
}

/* o_i += Σ_j p_ij · v_j */
static void
block_values (const Job *job, const Work *work, Rows values)
{
  const GlmAttendBlock *block = &values.block;
  int64_t d = block->d;

  if (block->scales)
    job->kernels->attend_values_i8 (block, work->scores, BLOCK, work->values, d);
  else if (!values.is_float)
    job->kernels->attend_values (block, work->scores, BLOCK, work->values, d);
  else
    for (int64_t i = 0; i < block->n_q; i++)
      for (int64_t j = 0; j < block->n; j++)
        job->kernels->add_scaled (work->values + i * d, (const float *) block->rows + j * block->ld,
                                  work->scores[i * BLOCK + j], d);
}

/* Turns the scores of vector i into weights exp (s − maximum), and rescales what was summed under an older maximum.  Returns
 * the sum of the weights. */
static float
block_softmax (const Job *job, const Work *work, int64_t i, int64_t n_valid, int64_t n_keys)
{
  int64_t d = job->task->value_width;
  float *s = work->scores + i * BLOCK, *o = work->values + i * d;
  float maximum, sum;

  if (n_valid < 0)
    n_valid = 0;
  maximum = fmaxf (work->maximum[i], job->kernels->largest (s, n_valid));
  if (maximum <= work->maximum[i] + MAX_RISE)
    maximum = work->maximum[i];
  else
    {
      float factor = expf (work->maximum[i] - maximum);

      work->sum[i] *= factor;
      for (int64_t j = 0; j < d; j++)
        o[j] *= factor;
      work->maximum[i] = maximum;
    }
  sum = job->kernels->exp_sum (s, 1, maximum, n_valid);
  work->sum[i] += sum;
  for (int64_t j = n_valid; j < n_keys; j++)
    s[j] = 0;
  return sum;
}

static void
scale_query (const GlmAttentionTask *task, int64_t row, int64_t head, float *ret_q)
{
  const float *q = task->q + row * task->ldq + head * task->key_width;

  for (int64_t j = 0; j < task->key_width; j++)
    ret_q[j] = task->scale * q[j];
}

/* Query vectors of a small batch lie in the order of their numbers in each head of keys: all workers take the same ones. */
static float *
shared_query (const Job *job, int kv_head, int64_t vector)
{
  return job->attention->queries + (kv_head * job->n_vectors + vector) * job->task->key_width;
}

/* Where the part's vector is, of all parts. */
static int64_t
part_place (const Job *job, int64_t split, int kv_head, int64_t vector)
{
  return split * MAX_SPLIT_ROWS * job->task->n_heads + kv_head * job->n_vectors + vector;
}

static void
load_queries (const Job *job, Work *work, int kv_head, int64_t vector, int64_t n_q, int64_t split)
{
  const GlmAttentionTask *task = job->task;

  work->values = work->own_values;
  if (job->n_splits > 1)
    work->values = job->attention->parts + part_place (job, split, kv_head, vector) * task->value_width;
  work->q = job->n_splits > 1 || job->has_bytes ? shared_query (job, kv_head, vector) : work->own_q;
  for (int64_t i = 0; i < n_q; i++)
    {
      if (job->n_splits == 1 && !job->has_bytes)
        scale_query (task, (vector + i) / job->group, kv_head * job->group + (vector + i) % job->group,
                     work->own_q + i * task->key_width);
      work->maximum[i] = -INFINITY;
      work->sum[i] = 0;
    }
  memset (work->values, 0, (size_t) (n_q * task->value_width) * sizeof (float));
}

static void
store_result (const Job *job, const Work *work, int kv_head, int64_t vector, int64_t n_q, int64_t split)
{
  int64_t d = job->task->value_width;

  for (int64_t i = 0; i < n_q; i++)
    {
      int64_t row = (vector + i) / job->group, head = kv_head * job->group + (vector + i) % job->group;
      const float *o = work->values + i * d;

      if (job->n_splits > 1)
        {
          float *sum = job->attention->sums + 2 * part_place (job, split, kv_head, vector + i);

          sum[0] = work->sum[i];
          sum[1] = work->maximum[i];
        }
      else
        {
          float *out = job->task->out + row * job->task->ldout + head * d, factor = 1 / work->sum[i];

          for (int64_t j = 0; j < d; j++)
            out[j] = o[j] * factor;
        }
    }
}

/* Keys that have much of a block's weight alone are scored and added in floats: what bytes are off by is then a mean over many
 * keys, and weights as bytes have more than 16 levels for the mean of a block. */
static void
add_heavy_keys (const Job *job, const Work *work, int64_t i, int64_t column, int64_t n, float sum)
{
  const GlmKernels *kernels = job->kernels;
  int64_t width = job->task->key_width;
  const uint16_t *keys = glm_kv_cache_rows (job->attention->cache, job->task->layer, 0, 0);
  float *s = work->scores + i * BLOCK;

  if (kernels->largest (s, n) * HEAVY <= sum)
    return;
  for (int64_t j = 0; j < n; j++)
    if (s[j] * HEAVY > sum)
      {
        float weight;

        kernels->f16_to_f32 (work->key, keys + (column + j) * width, width);
        weight = expf (kernels->dot_f32 (work->q + i * width, work->key, width) - work->maximum[i]);
        work->sum[i] += weight - s[j];
        s[j] = 0;
        kernels->add_scaled (work->values + i * job->task->value_width, work->key, weight, job->task->value_width);
      }
}

static GlmLatentBlock
latent_block (const Job *job, int64_t column, int64_t n)
{
  const GlmAttention *attention = job->attention;
  int64_t rank = job->task->value_width;

  return glm_latent_block_in (rank, job->task->key_width - rank, column, n,
                              attention->latents + job->task->layer * attention->layer_bytes);
}

static GlmLatentQueries
latent_queries (const Job *job, int64_t vector)
{
  const GlmAttention *attention = job->attention;
  int64_t rank = job->task->value_width;

  return glm_latent_queries_in (rank, job->task->key_width - rank,
                                attention->query_bytes + vector / TILE * attention->tile_bytes);
}

/* Columns [begin, end) for a tile's vectors, by bytes. */
static void
attend_latents (const Job *job, const Work *work, int64_t vector, int64_t n_q, int64_t begin, int64_t end)
{
  GlmLatentQueries queries = latent_queries (job, vector);

  for (int64_t column = begin; column < end; column += BLOCK)
    {
      int64_t n_keys = end - column < BLOCK ? end - column : BLOCK;
      GlmLatentBlock block = latent_block (job, column, n_keys);

      job->kernels->latent_scores (&block, &queries, (int) n_q, work->scores, BLOCK);
      for (int64_t i = 0; i < n_q; i++)
        {
          int64_t n_valid = visible (job->task, (vector + i) / job->group) - column;
          float sum = block_softmax (job, work, i, n_valid < n_keys ? n_valid : n_keys, block.n);

          add_heavy_keys (job, work, i, column, n_keys, sum);
        }
      job->kernels->latent_values (&block, work->scores, BLOCK, (int) n_q, work->values, job->task->value_width);
    }
}

static void
attend_columns (const Job *job, const Work *work, int kv_head, int64_t vector, int64_t n_q, int64_t begin, int64_t end)
{
  for (int64_t column = begin; column < end; column += BLOCK)
    {
      int64_t n_keys = end - column < BLOCK ? end - column : BLOCK;

      block_scores (job, work, vector, block_rows (job, work, false, kv_head, column, n_keys, n_q));
      for (int64_t i = 0; i < n_q; i++)
        {
          int64_t n_valid = visible (job->task, (vector + i) / job->group) - column;

          block_softmax (job, work, i, n_valid < n_keys ? n_valid : n_keys, n_keys);
        }
      block_values (job, work, block_rows (job, work, true, kv_head, column, n_keys, n_q));
    }
}

static void
run_item (const Job *job, Work *work, int64_t item)
{
  int64_t split = item % job->n_splits, tile = item / job->n_splits % job->n_tiles;
  int kv_head = (int) (item / job->n_splits / job->n_tiles);
  int64_t vector = tile * TILE, n_q = job->n_vectors - vector < TILE ? job->n_vectors - vector : TILE;
  const GlmKvShape *shape = &job->attention->cache->shape;
  int64_t begin = job->n_splits > 1 ? split_begin (shape, split) : 0;
  int64_t end = visible (job->task, (vector + n_q - 1) / job->group);

  if (job->n_splits > 1 && end > split_begin (shape, split + 1))
    end = split_begin (shape, split + 1);
  load_queries (job, work, kv_head, vector, n_q, split);
  if (job->has_bytes)
    attend_latents (job, work, vector, n_q, begin, end);
  else
    attend_columns (job, work, kv_head, vector, n_q, begin, end);
  store_result (job, work, kv_head, vector, n_q, split);
}

static void
run_worker (int worker, int n_workers, void *data)
{
  Job *job = data;
  int64_t keys = TILE * job->task->key_width, values = TILE * job->task->value_width;
  float *memory = job->attention->work + worker * job->attention->worker_floats;
  Work work = {
    .own_q = memory,
    .own_values = memory + keys,
    .scores = memory + keys + values,
    .maximum = memory + keys + values + TILE * BLOCK,
    .sum = memory + keys + values + TILE * (BLOCK + 1),
    .block = memory + keys + values + TILE * (BLOCK + 2),
    .key = memory + keys + values + TILE * (BLOCK + 2),
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

/* Joins the parts of one vector: each is a sum of values under its own maximum. */
static void
join_parts (const Job *job, int kv_head, int64_t vector)
{
  const GlmAttention *attention = job->attention;
  int64_t d = job->task->value_width, row = vector / job->group, head = kv_head * job->group + vector % job->group;
  float *out = job->task->out + row * job->task->ldout + head * d;
  float maximum = -INFINITY, sum = 0;

  for (int64_t i = 0; i < job->n_splits; i++)
    maximum = fmaxf (maximum, attention->sums[2 * part_place (job, i, kv_head, vector) + 1]);
  memset (out, 0, (size_t) d * sizeof (float));
  for (int64_t i = 0; i < job->n_splits; i++)
    {
      int64_t place = part_place (job, i, kv_head, vector);
      float factor = expf (attention->sums[2 * place + 1] - maximum);

      sum += factor * attention->sums[2 * place];
      job->kernels->add_scaled (out, attention->parts + place * d, factor, d);
    }
  for (int64_t j = 0; j < d; j++)
    out[j] *= 1 / sum;
}

/* The queries of a small batch, scaled and, for latents, as bytes. */
static void
share_queries (const Job *job, int n_kv_heads)
{
  const GlmAttentionTask *task = job->task;

  for (int64_t i = 0; i < n_kv_heads * job->n_vectors; i++)
    {
      int64_t vector = i % job->n_vectors;
      int kv_head = (int) (i / job->n_vectors);
      float *q = shared_query (job, kv_head, vector);

      scale_query (task, vector / job->group, kv_head * job->group + vector % job->group, q);
      if (job->has_bytes)
        {
          GlmLatentQueries queries = latent_queries (job, vector);

          glm_latent_query (&queries, (int) (vector % TILE), q);
        }
    }
}

/* Groups of columns that are not bytes yet, or no longer all of them. */
static void
pack_worker (int worker, int n_workers, void *data)
{
  Job *job = data;
  const GlmAttention *attention = job->attention;
  const uint16_t *rows = glm_kv_cache_rows (attention->cache, job->task->layer, 0, 0);
  int64_t width = job->task->key_width, n = visible (job->task, job->task->n_rows - 1), column;

  while ((column = GLM_LATENT_GROUP * atomic_fetch_add_explicit (&job->next, 1, memory_order_relaxed)) < n)
    {
      int64_t n_keys = n - column < GLM_LATENT_GROUP ? n - column : GLM_LATENT_GROUP;
      GlmAttendBlock keys = { .rows = rows + column * width, .ld = width, .n = (int) n_keys, .d = width };
      GlmLatentBlock block = latent_block (job, column, n_keys);

      job->kernels->latent_pack (&keys, &block);
    }
}

/* What was stored since the last time: a group or two for a reply, all columns behind a long prompt. */
static void
pack_columns (Job *job, GlmPool *pool)
{
  int64_t *n_packed = &job->attention->n_packed[job->task->layer], n = visible (job->task, job->task->n_rows - 1);

  if (*n_packed >= n)
    return;
  atomic_init (&job->next, *n_packed / GLM_LATENT_GROUP);
  if (n - *n_packed > BLOCK)
    glm_pool_run (pool, pack_worker, job);
  else
    pack_worker (0, 1, job);
  *n_packed = n;
}

void
glm_attention_run (GlmAttention *attention, const GlmAttentionTask *task, GlmPool *pool)
{
  int n_kv_heads = attention->cache->shape.streams[0].n_heads, group = task->n_heads / n_kv_heads;
  Job job = {
    .attention = attention,
    .task = task,
    .kernels = attention->kernels,
    .group = group,
    .n_vectors = task->n_rows * group,
    .n_splits = task->n_rows <= MAX_SPLIT_ROWS ? count_splits (&attention->cache->shape, visible (task, task->n_rows - 1)) : 1,
  };

  job.has_bytes = attention->has_bytes && task->n_rows <= MAX_SPLIT_ROWS;
  job.n_tiles = (job.n_vectors + TILE - 1) / TILE;
  job.n_items = n_kv_heads * job.n_tiles * job.n_splits;
  if (job.n_splits > 1 || job.has_bytes)
    share_queries (&job, n_kv_heads);
  if (job.has_bytes)
    pack_columns (&job, pool);
  atomic_init (&job.next, 0);
  glm_pool_run (pool, run_worker, &job);
  if (job.n_splits > 1)
    for (int64_t i = 0; i < n_kv_heads * job.n_vectors; i++)
      join_parts (&job, (int) (i / job.n_vectors), i % job.n_vectors);
}
