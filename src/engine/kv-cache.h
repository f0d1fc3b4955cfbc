/* kv-cache.h: keys and values of the tokens evaluated so far
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each head of each layer lies on its own, [layer][K, V][kv head][column][head size], so that attention streams the rows
 * of consecutive columns.  Elements are half precision, or single for models in single precision.  P-Tuning prefixes
 * occupy the first n_prefix columns.  The memory is mapped at once for the whole context, and becomes resident as columns
 * are written.
 */
#ifndef GLM_KV_CACHE_H
#define GLM_KV_CACHE_H

#include "arch/arch.h"
#include "engine.h"

typedef struct
{
  unsigned char *data;
  size_t n_bytes;
  int element_bytes;            /* 2 or 4 */
  int64_t n_columns;            /* capacity, with the prefix */
  int n_layers, n_kv_heads, head_dim;
} GlmKvCache;

bool glm_kv_cache_init (GlmKvCache *cache, const GlmParams *params, int64_t n_columns, GlmError *error);
void glm_kv_cache_clear (GlmKvCache *cache);

/* Bytes that one token takes in all layers. */
size_t glm_kv_cache_bytes_per_token (const GlmParams *params);

/* Rows of one head: [n_columns][head_dim] half or float. */
static inline void *
glm_kv_cache_rows (const GlmKvCache *cache, int layer, int is_value, int kv_head)
{
  int64_t index = ((int64_t) layer * 2 + is_value) * cache->n_kv_heads + kv_head;

  return cache->data + index * cache->n_columns * cache->head_dim * cache->element_bytes;
}

/* Fills the first n columns of one head with anything: what is measured does not depend on it. */
void glm_kv_cache_fill (const GlmKvCache *cache, int layer, int is_value, int kv_head, int64_t n);

#endif
