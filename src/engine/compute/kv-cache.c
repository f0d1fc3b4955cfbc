/* kv-cache.c: see kv-cache.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "compute/kv-cache.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"

GlmKvShape
glm_kv_shape (const GlmParams *params)
{
  GlmKvStream stream = { params->n_kv_heads, params->head_dim, params->kv_element_bytes };

  /* Latents, whose first part the values are made of. */
  if (params->kv_rank > 0)
    return (GlmKvShape){ params->n_layers, 1, { { 1, params->kv_rank + params->n_rot, params->kv_element_bytes } } };
  return (GlmKvShape){ params->n_layers, 2, { stream, stream } };
}

static size_t
row_bytes (const GlmKvStream *stream)
{
  return (size_t) stream->width * (size_t) stream->element_bytes;
}

static size_t
row_scale_bytes (const GlmKvStream *stream)
{
  return (size_t) glm_kv_blocks (stream) * sizeof (float);
}

size_t
glm_kv_bytes_per_token (const GlmKvShape *shape)
{
  size_t n_bytes = 0;

  for (int i = 0; i < shape->n_streams; i++)
    n_bytes += (size_t) shape->streams[i].n_heads * (row_bytes (&shape->streams[i]) + row_scale_bytes (&shape->streams[i]));
  return n_bytes * (size_t) shape->n_layers;
}

/* Sizes and places of the streams; the memory holds them all. */
static void
place_streams (GlmKvCache *cache)
{
  size_t rows;

  for (int i = 0; i < cache->shape.n_streams; i++)
    {
      const GlmKvStream *stream = &cache->shape.streams[i];
      size_t n_rows = (size_t) stream->n_heads * (size_t) cache->n_columns;

      cache->stream_at[i] = cache->layer_bytes;
      cache->layer_bytes += n_rows * row_bytes (stream);
      cache->scales_at[i] = cache->layer_scales;
      cache->layer_scales += n_rows * (size_t) glm_kv_blocks (stream);
    }
  rows = cache->layer_bytes * (size_t) cache->shape.n_layers;
  if (cache->layer_scales > 0)
    cache->scales = (float *) (void *) (cache->data + (rows + sizeof (float) - 1) / sizeof (float) * sizeof (float));
}

bool
glm_kv_cache_init (GlmKvCache *cache, const GlmKvShape *shape, int64_t n_columns, GlmError *error)
{
  size_t n_bytes;
  unsigned char *data;

  if (__builtin_mul_overflow (glm_kv_bytes_per_token (shape), (size_t) n_columns, &n_bytes))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a context of %lld tokens", (long long) n_columns);
  data = mmap (NULL, n_bytes + sizeof (float), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED)
    return glm_error_set_errno (error, errno, "no memory for a context of %lld tokens (%zu MiB)", (long long) n_columns,
                                n_bytes >> 20);
  *cache = (GlmKvCache){ .shape = *shape, .n_columns = n_columns, .data = data, .n_bytes = n_bytes + sizeof (float) };
  place_streams (cache);
  return true;
}

void
glm_kv_cache_clear (GlmKvCache *cache)
{
  if (cache->data)
    munmap (cache->data, cache->n_bytes);
  *cache = (GlmKvCache){ 0 };
}

/* n columns of `row` bytes each, in the cache at `rows`, to or from *data, which moves on. */
static void
copy_part (unsigned char *rows, int64_t first, int64_t n, size_t row, bool into_cache, unsigned char **data)
{
  rows += (size_t) first * row;
  memcpy (into_cache ? rows : *data, into_cache ? *data : rows, (size_t) n * row);
  *data += (size_t) n * row;
}

static void
copy_columns (const GlmKvCache *cache, int64_t first, int64_t n, bool into_cache, unsigned char *data)
{
  for (int layer = 0; layer < cache->shape.n_layers; layer++)
    for (int i = 0; i < cache->shape.n_streams; i++)
      for (int head = 0; head < cache->shape.streams[i].n_heads; head++)
        {
          const GlmKvStream *stream = &cache->shape.streams[i];

          copy_part (glm_kv_cache_rows (cache, layer, i, head), first, n, row_bytes (stream), into_cache, &data);
          if (stream->element_bytes == 1)
            copy_part ((unsigned char *) glm_kv_cache_scales (cache, layer, i, head), first, n, row_scale_bytes (stream),
                       into_cache, &data);
        }
}

void
glm_kv_cache_read (const GlmKvCache *cache, int64_t first, int64_t n, void *data)
{
  copy_columns (cache, first, n, false, data);
}

void
glm_kv_cache_write (const GlmKvCache *cache, int64_t first, int64_t n, const void *data)
{
  copy_columns (cache, first, n, true, (unsigned char *) data);
}
