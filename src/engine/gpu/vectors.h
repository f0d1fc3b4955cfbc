/* vectors.h: the vectors of a plan on a card: norms' weights and biases
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GPU_VECTORS_H
#define GLM_GPU_VECTORS_H

#include "compute/plan.h"
#include "gpu/vulkan.h"

/* A vector of the plan on the card. */
typedef struct
{
  const float *values;
  size_t n_bytes;
  uint64_t address;
} GlmGpuVector;

typedef struct
{
  GlmGpuVector *list;
  size_t n;
  GlmGpuBuffer buffer;
} GlmGpuVectors;

/* Finds and uploads them all; on failure there are none. */
bool glm_gpu_vectors_new (GlmGpu *gpu, const GlmPlan *plan, GlmGpuVectors *ret_vectors, GlmError *error);
void glm_gpu_vectors_clear (GlmGpu *gpu, GlmGpuVectors *vectors);

#endif
