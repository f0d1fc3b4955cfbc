/* weights.h: the matrices of a plan on a card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GPU_WEIGHTS_H
#define GLM_GPU_WEIGHTS_H

#include "gpu/planes.h"
#include "gpu/residence.h"
#include "gpu/vulkan.h"

/* What GlmWeights is here. */
typedef struct
{
  GlmGpu *gpu;
  GlmGpuTenant tenant;  /* but for rows that are only looked up */
  GlmTensorData source; /* stays in the file: single rows are read there */
  GlmPlanes planes;
  GlmGpuBuffer buffer;           /* empty: rows are only looked up, or nothing is there now */
  uint64_t values, scales, mins; /* addresses */
} GlmGpuWeights;

static inline const GlmGpuWeights *
glm_gpu_weights (const GlmStepMatrix *matrix)
{
  return (const GlmGpuWeights *) matrix->weights;
}

static inline bool
glm_gpu_is_quantised (const GlmGpuWeights *weights)
{
  return weights->planes.kind == GLM_PLANES_Q4 || weights->planes.kind == GLM_PLANES_Q8;
}

/* See GlmBackend. */
bool glm_gpu_weights_new (const GlmBackend *backend, const GlmTensorData *data, GlmPool *pool, GlmWeights **ret_weights,
                          GlmError *error);
void glm_gpu_weights_free (GlmWeights *weights);
size_t glm_gpu_weights_bytes (const GlmWeights *weights);
const void *glm_gpu_weights_data (const GlmWeights *weights);
bool glm_gpu_weights_copied (const GlmWeights *weights);
/* Row `row` as floats: y [cols]. */
void glm_gpu_weights_row (const GlmGpuWeights *weights, int64_t row, float *y);

#endif
