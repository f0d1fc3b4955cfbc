/* kv-cache.h: keys and values of the tokens evaluated so far
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each head of each layer lies on its own, [layer][K, V][kv head][column][head size], so that attention streams the rows
 * of consecutive columns.  Elements are half precision; single for models in single precision; 8 bits where a token would
 * take much memory, with a scale for each GLM_KV_BLOCK elements of a row, which lie behind all rows in the same order.
 * P-Tuning prefixes occupy the first n_prefix columns.  The memory is mapped at once for the whole context, and becomes
 * resident as columns are written.
 */
#ifndef GLM_KV_CACHE_H
#define GLM_KV_CACHE_H

#include "families/arch.h"
#include "engine.h"

#define GLM_KV_BLOCK 32

typedef struct
{
  unsigned char *data;
  size_t n_bytes;
  float *scales;     /* of 8 bits; else NULL */
  int element_bytes; /* 1, 2 or 4 */
  int n_blocks;      /* scales a row; 0: none */
  int64_t n_columns; /* capacity, with the prefix */
  int n_layers, n_kv_heads, head_dim;
} GlmKvCache;

bool glm_kv_cache_init (GlmKvCache *cache, const GlmParams *params, int64_t n_columns, GlmError *error);
void glm_kv_cache_clear (GlmKvCache *cache);

/* Bytes that one token takes in all layers. */
size_t glm_kv_cache_bytes_per_token (const GlmParams *params);

/* Puts a row of head_dim floats into its place. */
void glm_kv_cache_store (const GlmKvCache *cache, int layer, int is_value, int kv_head, int64_t column, const float *row);

static inline int64_t
glm_kv_cache_index (const GlmKvCache *cache, int layer, int is_value, int kv_head)
{
  return (((int64_t) layer * 2 + is_value) * cache->n_kv_heads + kv_head) * cache->n_columns;
}

/* Rows of one head: [n_columns][head_dim] int8, half or float. */
static inline void *
glm_kv_cache_rows (const GlmKvCache *cache, int layer, int is_value, int kv_head)
{
  return cache->data + glm_kv_cache_index (cache, layer, is_value, kv_head) * cache->head_dim * cache->element_bytes;
}

/* Their scales: [n_columns][n_blocks]; NULL: none. */
static inline float *
glm_kv_cache_scales (const GlmKvCache *cache, int layer, int is_value, int kv_head)
{
  return cache->scales ? cache->scales + glm_kv_cache_index (cache, layer, is_value, kv_head) * cache->n_blocks : NULL;
}

/* Fills the first n columns of one head with anything: what is measured does not depend on it. */
void glm_kv_cache_fill (const GlmKvCache *cache, int layer, int is_value, int kv_head, int64_t n);

#endif
