/* latent.h: attention over latents that are expanded to keys and values first, for long prompts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Absorbed attention (forward.c) multiplies and adds 2 · (rank + turned) + … numbers for each query, head and column, twice
 * what keys and values of a head would cost; making those costs as much as some 400 queries save.  So batches of more rows
 * than that have each head's keys and values made from the cache, block of columns by block, and used for all of their rows
 * while they are in the processor's cache.
 */
#ifndef GLM_LATENT_H
#define GLM_LATENT_H

#include "base/pool.h"
#include "compute/kv-cache.h"
#include "cpu/matrix.h"
#include "kernels/kernels.h"

/* Rows from which it is faster. */
#define GLM_LATENT_MIN_ROWS 400

typedef struct
{
  const GlmKvCache *cache;
  const GlmKernels *kernels;
  const GlmMatrix *keys, *values; /* stacks, a matrix a head: keys [rank, plain] transposed, values [value_width, rank] */
  int n_heads;
  int64_t rank, plain, turned, value_width;
  /* Queries of a head are [plain | turned], side by side in a row; so are the results' value_width. */
  const float *q;
  int64_t ldq;
  float *out;
  int64_t ldout;
  int64_t n_rows;
  int64_t first_column; /* of the first row; each row sees the columns up to its own */
  float scale;
  int layer;
} GlmLatentTask;

/* Floats of memory that each worker needs for a task with these widths and so many rows. */
size_t glm_latent_floats (const GlmLatentTask *task);
/* work: that for each worker of the pool. */
void glm_latent_run (const GlmLatentTask *task, float *work, GlmPool *pool);

#endif
