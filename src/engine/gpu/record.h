/* record.h: the steps of a plan as commands for a card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GPU_RECORD_H
#define GLM_GPU_RECORD_H

#include "gpu/dispatch.h"
#include "gpu/vectors.h"
#include "gpu/weights.h"

/* Where everything lies that dispatches of a batch read and write: addresses. */
typedef struct
{
  const GlmPlan *plan;
  const GlmKvCache *cache;
  const GlmGpuVector *vectors;
  size_t n_vectors;
  uint64_t regs[GLM_MAX_REGISTERS]; /* [row][width] floats */
  uint64_t quants[GLM_MAX_REGISTERS],
      quant_scales[GLM_MAX_REGISTERS]; /* the same as GlmGpuForm says; 0: of a width that has none */
  uint64_t cosines, sines;             /* [row][axis][pair] */
  uint64_t columns;                    /* the cache as the host has it */
  uint64_t fresh;                      /* the batch's columns, as glm_kv_cache_write() takes them */
  uint64_t outs, sums;                 /* of attention's splits; the first also of products' parts */
  uint64_t run;                        /* GlmRun */
  uint64_t latents;                    /* of latent attention: queries and outputs, [row][head][latent] */
  uint64_t head_quants, head_scales;   /* … and what products of single heads read: [head] as quants */
} GlmPlaces;

/* How many parts the columns are divided into, so that the card has enough to do. */
int64_t glm_record_splits (const GlmGpu *gpu, const GlmPlaces *places, const GlmStep *step, int64_t n_rows);

/* Whether a step can be recorded: GlmBackend.supports. */
bool glm_record_supports (const GlmStep *step);

/* Steps [begin, end) of layer `index` (−1: of the head) for rows [row, row + n) of the batch; an end beyond the last is that. */
bool glm_record_steps (GlmRecord *r, const GlmPlaces *places, int index, int begin, int end, int64_t row, int64_t n);

#endif
