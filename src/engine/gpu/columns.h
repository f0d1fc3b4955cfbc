/* columns.h: a card's copy of a session's cache
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The host's cache is the truth.  The card has the same bytes in the same places, and it is known how many columns are equal.
 */
#ifndef GLM_GPU_COLUMNS_H
#define GLM_GPU_COLUMNS_H

#include "compute/kv-cache.h"
#include "gpu/vulkan.h"

typedef struct
{
  const GlmKvCache *cache;
  GlmGpuBuffer buffer;
  int64_t n_synced; /* columns that are on the card as they are here */
} GlmGpuColumns;

bool glm_gpu_columns_new (GlmGpu *gpu, const GlmKvCache *cache, GlmGpuColumns *ret_columns, GlmError *error);
void glm_gpu_columns_clear (GlmGpu *gpu, GlmGpuColumns *columns);
/* Brings the columns before `end` to the card. */
bool glm_gpu_columns_sync (GlmGpu *gpu, GlmGpuColumns *columns, int64_t end, GlmError *error);

/* The columns from `first` on have changed. */
static inline void
glm_gpu_columns_changed (GlmGpuColumns *columns, int64_t first)
{
  columns->n_synced = first < columns->n_synced ? first : columns->n_synced;
}

#endif
