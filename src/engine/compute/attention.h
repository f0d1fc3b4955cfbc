/* attention.h: softmax (q · k / sqrt (d)) · v over the KV cache, in blocks
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
  /* The queries of n_rows tokens, q[row · ldq + head · head_dim], and where the result goes. */
  const float *q;
  int64_t ldq;
  float *out;
  int64_t ldout;
  int64_t n_rows;
  int n_heads;
  /* The first row is column first_column of the cache.  Row i sees the columns up to and including its own, and at least
   * the first n_context. */
  int64_t first_column;
  int64_t n_context;
  int layer;
} GlmAttentionTask;

typedef struct GlmAttention GlmAttention;

bool glm_attention_new (const GlmParams *params, int n_threads, int64_t n_columns, GlmAttention **ret_attention,
                        GlmError *error);
void glm_attention_free (GlmAttention *attention);
size_t glm_attention_bytes (const GlmParams *params, int n_threads, int64_t n_columns);

void glm_attention_run (GlmAttention *attention, const GlmAttentionTask *task, const GlmKvCache *cache, GlmPool *pool);

#endif
