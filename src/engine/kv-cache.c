/* kv-cache.c: see kv-cache.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kv-cache.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "error.h"

size_t
glm_kv_cache_bytes_per_token (const GlmParams *params)
{
  return (size_t) params->n_layers * 2 * (size_t) params->n_kv_heads * (size_t) params->head_dim
         * (size_t) params->kv_element_bytes;
}

bool
glm_kv_cache_init (GlmKvCache *cache, const GlmParams *params, int64_t n_columns, GlmError *error)
{
  size_t n_bytes;
  void *data;

  if (__builtin_mul_overflow (glm_kv_cache_bytes_per_token (params), (size_t) n_columns, &n_bytes))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "a context of %lld tokens is too large", (long long) n_columns);
  data = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED)
    return glm_error_set_errno (error, errno, "no memory for a context of %lld tokens (%zu MiB)", (long long) n_columns,
                                n_bytes >> 20);
  *cache = (GlmKvCache) {
    .data = data,
    .n_bytes = n_bytes,
    .element_bytes = params->kv_element_bytes,
    .n_columns = n_columns,
    .n_layers = params->n_layers,
    .n_kv_heads = params->n_kv_heads,
    .head_dim = params->head_dim,
  };
  return true;
}

void
glm_kv_cache_clear (GlmKvCache *cache)
{
  if (cache->data)
    munmap (cache->data, cache->n_bytes);
  *cache = (GlmKvCache) { 0 };
}

void
glm_kv_cache_fill (const GlmKvCache *cache, int layer, int is_value, int kv_head, int64_t n)
{
  memset (glm_kv_cache_rows (cache, layer, is_value, kv_head), 0x2A,
          (size_t) n * (size_t) cache->head_dim * (size_t) cache->element_bytes);
}
