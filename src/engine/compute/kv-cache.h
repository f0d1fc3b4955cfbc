/* kv-cache.h: keys and values of the tokens evaluated so far
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A layer has a stream of keys and a stream of values, which may differ in width; or one stream, whose rows are keys and
 * whose rows' first part are the values.  Each head of each stream lies on its own, [layer][stream][head][column][width],
 * so that attention streams the rows of consecutive columns.  Elements are half precision; single for models in single
 * precision; 8 bits where a token would take much memory, with a scale for each GLM_KV_BLOCK elements of a row, which lie
 * behind all rows in the same order.  P-Tuning prefixes occupy the first columns.  The memory is mapped at once for the
 * whole context, and becomes resident as columns are written.
 */
#ifndef GLM_KV_CACHE_H
#define GLM_KV_CACHE_H

#include "families/arch.h"
#include "engine.h"

#define GLM_KV_BLOCK   32
#define GLM_KV_STREAMS 2

typedef struct
{
  int n_heads;
  int width;         /* elements of a row */
  int element_bytes; /* 1, 2 or 4 */
} GlmKvStream;

typedef struct
{
  int n_layers;
  int n_streams;                       /* 1 or 2 */
  GlmKvStream streams[GLM_KV_STREAMS]; /* keys; values */
} GlmKvShape;

typedef struct
{
  GlmKvShape shape;
  int64_t n_columns; /* capacity, with the prefix */
  unsigned char *data;
  size_t n_bytes;
  float *scales; /* of 8 bits; else NULL */
  /* Bytes of a layer's rows, and where each stream's begin; the same of scales, in floats. */
  size_t layer_bytes, stream_at[GLM_KV_STREAMS];
  size_t layer_scales, scales_at[GLM_KV_STREAMS];
} GlmKvCache;

/* Shape of the cache of a model with these parameters. */
GlmKvShape glm_kv_shape (const GlmParams *params);
/* Bytes that one token takes in all layers. */
size_t glm_kv_bytes_per_token (const GlmKvShape *shape);

bool glm_kv_cache_init (GlmKvCache *cache, const GlmKvShape *shape, int64_t n_columns, GlmError *error);
void glm_kv_cache_clear (GlmKvCache *cache);

/* Scales of a row; 0: none. */
static inline int64_t
glm_kv_blocks (const GlmKvStream *stream)
{
  return stream->element_bytes == 1 ? (stream->width + GLM_KV_BLOCK - 1) / GLM_KV_BLOCK : 0;
}

/* Rows of one head: [n_columns][width] int8, half or float. */
static inline void *
glm_kv_cache_rows (const GlmKvCache *cache, int layer, int stream, int head)
{
  const GlmKvStream *s = &cache->shape.streams[stream];

  return cache->data + (size_t) layer * cache->layer_bytes + cache->stream_at[stream]
         + (size_t) head * (size_t) cache->n_columns * (size_t) s->width * (size_t) s->element_bytes;
}

/* Their scales: [n_columns][glm_kv_blocks]; NULL: none. */
static inline float *
glm_kv_cache_scales (const GlmKvCache *cache, int layer, int stream, int head)
{
  int64_t n_blocks = glm_kv_blocks (&cache->shape.streams[stream]);

  return n_blocks ? cache->scales + (size_t) layer * cache->layer_scales + cache->scales_at[stream]
                        + (int64_t) head * cache->n_columns * n_blocks
                  : NULL;
}

/* Copies columns [first, first + n) to or from `data`, as session files have them: for each layer, stream and head the rows,
 * and in 8 bits their scales; n · glm_kv_bytes_per_token() bytes. */
void glm_kv_cache_read (const GlmKvCache *cache, int64_t first, int64_t n, void *data);
void glm_kv_cache_write (const GlmKvCache *cache, int64_t first, int64_t n, const void *data);

#endif
