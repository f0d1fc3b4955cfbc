/* kv-cache.c: see kv-cache.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "compute/kv-cache.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"
#include "kernels/kernels.h"

/* Of a row. */
static int
count_blocks (const GlmParams *params)
{
  return params->kv_element_bytes == 1 ? (params->head_dim + GLM_KV_BLOCK - 1) / GLM_KV_BLOCK : 0;
}

static size_t
rows_per_token (const GlmParams *params)
{
  return (size_t) params->n_layers * 2 * (size_t) params->n_kv_heads;
}

size_t
glm_kv_cache_bytes_per_token (const GlmParams *params)
{
  return rows_per_token (params)
         * ((size_t) params->head_dim * (size_t) params->kv_element_bytes + (size_t) count_blocks (params) * sizeof (float));
}

bool
glm_kv_cache_init (GlmKvCache *cache, const GlmParams *params, int64_t n_columns, GlmError *error)
{
  size_t n_bytes;
  unsigned char *data;

  if (__builtin_mul_overflow (glm_kv_cache_bytes_per_token (params), (size_t) n_columns, &n_bytes))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "a context of %lld tokens is too large", (long long) n_columns);
  data = mmap (NULL, n_bytes + sizeof (float), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED)
    return glm_error_set_errno (error, errno, "no memory for a context of %lld tokens (%zu MiB)", (long long) n_columns,
                                n_bytes >> 20);
  *cache = (GlmKvCache){
    .data = data,
    .n_bytes = n_bytes + sizeof (float),
    .element_bytes = params->kv_element_bytes,
    .n_blocks = count_blocks (params),
    .n_columns = n_columns,
    .n_layers = params->n_layers,
    .n_kv_heads = params->n_kv_heads,
    .head_dim = params->head_dim,
  };
  if (cache->n_blocks > 0)
    {
      size_t rows = rows_per_token (params) * (size_t) n_columns * (size_t) params->head_dim;

      cache->scales = (float *) (void *) (data + (rows + sizeof (float) - 1) / sizeof (float) * sizeof (float));
    }
  return true;
}

void
glm_kv_cache_clear (GlmKvCache *cache)
{
  if (cache->data)
    munmap (cache->data, cache->n_bytes);
  *cache = (GlmKvCache){ 0 };
}

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
glm_kv_cache_store (const GlmKvCache *cache, int layer, int is_value, int kv_head, int64_t column, const float *row)
{
  void *rows = glm_kv_cache_rows (cache, layer, is_value, kv_head);
  float *scales = glm_kv_cache_scales (cache, layer, is_value, kv_head);
  int64_t d = cache->head_dim, offset = column * d;

  switch (cache->element_bytes)
    {
    case sizeof (float): memcpy ((float *) rows + offset, row, (size_t) d * sizeof (float)); break;
    case sizeof (uint16_t): glm_kernels ()->f32_to_f16 ((uint16_t *) rows + offset, row, d); break;
    default:
      for (int64_t i = 0; i < d; i += GLM_KV_BLOCK)
        scales[column * cache->n_blocks + i / GLM_KV_BLOCK] =
            quantise_block (row + i, d - i < GLM_KV_BLOCK ? (int) (d - i) : GLM_KV_BLOCK, (int8_t *) rows + offset + i);
    }
}

void
glm_kv_cache_fill (const GlmKvCache *cache, int layer, int is_value, int kv_head, int64_t n)
{
  float *scales = glm_kv_cache_scales (cache, layer, is_value, kv_head);

  memset (glm_kv_cache_rows (cache, layer, is_value, kv_head), 0x2A,
          (size_t) n * (size_t) cache->head_dim * (size_t) cache->element_bytes);
  for (int64_t i = 0; scales && i < n * cache->n_blocks; i++)
    scales[i] = 1e-3f;
}
