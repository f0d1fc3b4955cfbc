/* attention.h: softmax (scale · q · k) · v over the KV cache, in blocks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The query heads that share a key/value head are treated together, for one token or many: a tile of up to 64 query
 * vectors goes through the cache in blocks of columns, keeping a running maximum and sum for each vector (Milakov and
 * Gimelshein, "Online normalizer calculation for softmax", 2018; Dao et al., "FlashAttention", 2022).  Memory does not
 * grow with the context.  For a few tokens the columns are also split among the workers, and the parts are joined.
 */
#ifndef GLM_ATTENTION_H
#define GLM_ATTENTION_H

#include "engine.h"
#include "kernels/kernels.h"
#include "compute/kv-cache.h"
#include "base/pool.h"

typedef struct
{
  /* The queries of n_rows tokens, q[row · ldq + head · key_width], and where the result goes, value_width floats a head. */
  const float *q;
  int64_t ldq;
  float *out;
  int64_t ldout;
  int64_t n_rows;
  int n_heads;
  int64_t key_width, value_width;
  float scale;
  /* The first row is column first_column of the cache.  Row i sees the columns up to and including its own, and at least
   * the first n_context. */
  int64_t first_column;
  int64_t n_context;
  int layer;
} GlmAttentionTask;

/* The largest of the tasks that will be given. */
typedef struct
{
  int n_heads;
  int64_t key_width, value_width;
} GlmAttentionLimits;

typedef struct GlmAttention GlmAttention;

/* Over this cache, on a pool of n_threads, with the kernels of the current CPU mask. */
bool glm_attention_new (const GlmKvCache *cache, const GlmAttentionLimits *limits, int n_threads, GlmAttention **ret_attention,
                        GlmError *error);
void glm_attention_free (GlmAttention *attention);
size_t glm_attention_bytes (const GlmKvShape *shape, const GlmAttentionLimits *limits, int n_threads, int64_t n_columns);

/* Puts a row of floats into its place in the cache. */
void glm_attention_store (const GlmAttention *attention, int layer, int stream, int head, int64_t column, const float *row);
/* Columns from this one on were put into the cache by others, in all layers. */
void glm_attention_forget (const GlmAttention *attention, int64_t column);
/* The query heads are divided among the heads of the keys' stream; with one stream the values are the first value_width of
 * each key. */
void glm_attention_run (GlmAttention *attention, const GlmAttentionTask *task, GlmPool *pool);

#endif
