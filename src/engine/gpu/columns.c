/* columns.c: see columns.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/columns.h"

#include <stdlib.h>

#include "base/error.h"

bool
glm_gpu_columns_new (GlmGpu *gpu, const GlmKvCache *cache, GlmGpuColumns *ret_columns, GlmError *error)
{
  *ret_columns = (GlmGpuColumns){ .cache = cache };
  return glm_gpu_buffer_new (gpu, cache->n_bytes, GLM_GPU_DEVICE, &ret_columns->buffer, error);
}

void
glm_gpu_columns_clear (GlmGpu *gpu, GlmGpuColumns *columns)
{
  glm_gpu_buffer_clear (gpu, &columns->buffer);
  columns->n_synced = 0;
}

typedef struct
{
  const GlmKvCache *cache;
  int64_t first, n;
} Piece;

static void
fill_piece (void *memory, void *data)
{
  const Piece *piece = data;

  glm_kv_cache_read (piece->cache, piece->first, piece->n, memory);
}

/* Where the columns that fill_piece() writes belong. */
static uint32_t
place_columns (const Piece *piece, VkBufferCopy *places)
{
  const GlmKvCache *cache = piece->cache;
  size_t from = 0, n = (size_t) piece->n, first = (size_t) piece->first;
  uint32_t count = 0;

  for (int layer = 0; layer < cache->shape.n_layers; layer++)
    for (int i = 0; i < cache->shape.n_streams; i++)
      for (int head = 0; head < cache->shape.streams[i].n_heads; head++)
        {
          const GlmKvStream *stream = &cache->shape.streams[i];
          const void *at[2] = { glm_kv_cache_rows (cache, layer, i, head), glm_kv_cache_scales (cache, layer, i, head) };
          size_t sizes[2] = { (size_t) (stream->width * stream->element_bytes), (size_t) glm_kv_blocks (stream) * 4 };

          for (int k = 0; k < 2 && sizes[k] > 0; from += n * sizes[k++])
            places[count++] =
                (VkBufferCopy){ from, (size_t) ((const unsigned char *) at[k] - cache->data) + first * sizes[k], n * sizes[k] };
        }
  return count;
}

bool
glm_gpu_columns_sync (GlmGpu *gpu, GlmGpuColumns *columns, int64_t end, GlmError *error)
{
  const GlmKvShape *shape = &columns->cache->shape;
  int64_t step = (int64_t) (GLM_GPU_PIECE / glm_kv_bytes_per_token (shape));
  VkBufferCopy *places;
  bool ok = true;

  if (columns->n_synced >= end)
    return true;
  places = calloc ((size_t) shape->n_layers * 4 * (size_t) shape->streams[0].n_heads, sizeof *places);
  if (!places || step < 1)
    {
      free (places);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for an upload");
    }
  for (Piece piece = { columns->cache, columns->n_synced, 0 }; ok && piece.first < end; piece.first += piece.n)
    {
      uint32_t n;

      piece.n = end - piece.first < step ? end - piece.first : step;
      n = place_columns (&piece, places);
      ok = glm_gpu_upload (gpu, columns->buffer.buffer, places, n, fill_piece, &piece, error);
    }
  ok = glm_gpu_upload_end (gpu, ok ? error : NULL) && ok;
  free (places);
  columns->n_synced = ok ? end : columns->n_synced;
  return ok;
}
