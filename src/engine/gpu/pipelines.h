/* pipelines.h: the shaders of the binary, and their pipelines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GPU_PIPELINES_H
#define GLM_GPU_PIPELINES_H

#include "gpu/vulkan.h"

/* Of the same names in shaders/, with what they are compiled for. */
typedef enum
{
  GLM_GPU_ACT,
  GLM_GPU_ADD,
  GLM_GPU_ATTEND,
  GLM_GPU_ATTEND_LATENT,
  GLM_GPU_ATTEND_MATRIX,
  GLM_GPU_ATTEND_MERGE,
  GLM_GPU_MATMUL,
  GLM_GPU_MATMUL_DOT,
  GLM_GPU_MATMUL_MATRIX,
  GLM_GPU_MATMUL_SUM,
  GLM_GPU_MATVEC,
  GLM_GPU_MATVEC_DOT,
  GLM_GPU_MATVEC_FLOAT,
  GLM_GPU_MATVEC_ONE,
  GLM_GPU_MATVEC_ONE_DOT,
  GLM_GPU_NORM,
  GLM_GPU_QUANTISE,
  GLM_GPU_ROPE,
} GlmGpuShader;

#define GLM_GPU_MAX_CONSTANTS 8

/* A variant of a shader, and its workgroups. */
typedef struct
{
  GlmGpuShader shader;
  uint32_t constants[GLM_GPU_MAX_CONSTANTS];
  int n;
  uint32_t subgroup; /* 0: as the driver likes */
  uint32_t groups[3];
} GlmGpuDispatch;

/* What is being recorded. */
typedef struct
{
  GlmGpu *gpu;
  VkCommandBuffer commands;
  bool no_barrier; /* what follows does not need it */
  int tile;        /* of matmul-matrix.comp, from 1 on; 0: what suits the shape */
  uint32_t parts;  /* of a product; 0: what suits the shape */
  bool noting;     /* nothing is recorded: it is noted which pipelines are needed, for glm_gpu_pipelines_make() */
  GlmError *error;
} GlmRecord;

/* Finds or makes the pipeline of this variant, and records the dispatch and the barrier behind it; `push` are its constants. */
bool glm_gpu_dispatch (GlmRecord *r, const GlmGpuDispatch *d, const void *push, size_t n_bytes);

/* Makes all that were noted, on the pool's threads: drivers take some ten milliseconds for each, and at times much longer. */
bool glm_gpu_pipelines_make (GlmGpu *gpu, GlmPool *pool, GlmError *error);
void glm_gpu_pipelines_free (GlmGpu *gpu);

#endif
