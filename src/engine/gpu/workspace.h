/* workspace.h: where batches are computed on a card, and what goes up and down
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Registers, their other forms, and what dispatches pass on to each other, for batches of so many rows.  What is uploaded, the rows,
 * their angles and GlmRun, lies at the beginning, and in `upload` as far from it.
 */
#ifndef GLM_GPU_WORKSPACE_H
#define GLM_GPU_WORKSPACE_H

#include "gpu/record.h"

typedef struct
{
  GlmPlaces places;                    /* plan, cache, vectors and columns are set by the owner */
  GlmGpuBuffer work, upload, readback; /* the last: columns first */
  size_t out;                          /* where in it are rows for the plan's rest, or logits */
  int64_t n_rows, n_logits;            /* that they hold; 0: there are none */
  uint64_t version;                    /* another for each time that they were made: addresses are void then */
} GlmGpuWorkspace;

/* What batches of so many rows take of the card's memory. */
size_t glm_gpu_workspace_bytes (const GlmGpu *gpu, const GlmGpuWorkspace *space, int64_t n_rows, int64_t n_logits);
/* Makes it large enough, if it is not.  On failure there is none. */
bool glm_gpu_workspace_reserve (GlmGpu *gpu, GlmGpuWorkspace *space, int64_t n_rows, int64_t n_logits, GlmError *error);
void glm_gpu_workspace_clear (GlmGpu *gpu, GlmGpuWorkspace *space);

/* Floats of a row: cosines, and as many sines. */
static inline int64_t
glm_gpu_angles (const GlmPlan *plan)
{
  return plan->arch->rope_axes * (plan->params.n_rot / 2);
}

/* What lies at an address of the card's part lies there in `upload`. */
static inline void *
glm_gpu_workspace_up (const GlmGpuWorkspace *space, uint64_t address)
{
  return (unsigned char *) space->upload.map + (address - space->work.address);
}

/* Rows for the plan's rest, or logits. */
static inline float *
glm_gpu_workspace_out (const GlmGpuWorkspace *space)
{
  return (float *) (void *) ((unsigned char *) space->readback.map + space->out);
}

#endif
