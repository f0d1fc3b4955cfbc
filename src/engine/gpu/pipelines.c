/* pipelines.c: see pipelines.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pipelines are made when a batch is first recorded that needs them, or before, many at a time, and stay for as long as the
 * device is open.
 */
#include "gpu/pipelines.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#include "gpu-features.h"

#include "act-spv.h"
#include "add-spv.h"
#if HAVE_MATRIX
#include "attend-matrix-spv.h"
#endif
#include "attend-latent-spv.h"
#include "attend-merge-spv.h"
#include "attend-spv.h"
#include "matmul-dot-spv.h"
#if HAVE_MATRIX
#include "matmul-matrix-spv.h"
#endif
#include "matmul-spv.h"
#include "matmul-sum-spv.h"
#include "matvec-dot-spv.h"
#include "matvec-float-spv.h"
#include "matvec-one-dot-spv.h"
#include "matvec-one-spv.h"
#include "matvec-spv.h"
#include "norm-spv.h"
#include "quantise-spv.h"
#include "rope-spv.h"

static const struct
{
  const uint32_t *code;
  size_t n_bytes;
} modules[] = {
#define MODULE(name)  \
  {                   \
    name, sizeof name \
  }
  [GLM_GPU_ACT] = MODULE (glm_act_spv),
  [GLM_GPU_ADD] = MODULE (glm_add_spv),
  [GLM_GPU_ATTEND] = MODULE (glm_attend_spv),
  [GLM_GPU_ATTEND_LATENT] = MODULE (glm_attend_latent_spv),
  [GLM_GPU_ATTEND_MERGE] = MODULE (glm_attend_merge_spv),
  [GLM_GPU_MATMUL] = MODULE (glm_matmul_spv),
  [GLM_GPU_MATMUL_DOT] = MODULE (glm_matmul_dot_spv),
  [GLM_GPU_MATMUL_SUM] = MODULE (glm_matmul_sum_spv),
  [GLM_GPU_MATVEC] = MODULE (glm_matvec_spv),
  [GLM_GPU_MATVEC_DOT] = MODULE (glm_matvec_dot_spv),
  [GLM_GPU_NORM] = MODULE (glm_norm_spv),
  [GLM_GPU_MATVEC_FLOAT] = MODULE (glm_matvec_float_spv),
  [GLM_GPU_MATVEC_ONE] = MODULE (glm_matvec_one_spv),
  [GLM_GPU_MATVEC_ONE_DOT] = MODULE (glm_matvec_one_dot_spv),
  [GLM_GPU_QUANTISE] = MODULE (glm_quantise_spv),
  [GLM_GPU_ROPE] = MODULE (glm_rope_spv),
#if HAVE_MATRIX
  [GLM_GPU_ATTEND_MATRIX] = MODULE (glm_attend_matrix_spv),
  [GLM_GPU_MATMUL_MATRIX] = MODULE (glm_matmul_matrix_spv),
#endif
};

struct GlmGpuPipeline
{
  GlmGpuPipeline *next;
  VkPipeline pipeline;    /* guarded by the device's lock; none: it was only noted */
  GlmGpuDispatch variant; /* for the first that needed it */
};

/* Lanes that follow each other are in one subgroup: drivers may otherwise leave lanes out.  Workgroups are of 64 lanes, or of twice
 * as many and so on. */
static VkPipelineShaderStageCreateFlags
full_subgroups (const GlmGpu *gpu, const GlmGpuDispatch *d)
{
  bool fit = d->subgroup > 0 || (gpu->info.subgroup > 0 && 64 % gpu->info.subgroup == 0);

  return gpu->has_full_subgroups && fit ? VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT : 0;
}

static bool
make_pipeline (GlmGpu *gpu, const GlmGpuDispatch *d, VkPipeline *ret_pipeline, GlmError *error)
{
  VkSpecializationMapEntry entries[GLM_GPU_MAX_CONSTANTS];
  VkSpecializationInfo special = { (uint32_t) d->n, entries, (size_t) d->n * sizeof *d->constants, d->constants };
  VkPipelineShaderStageRequiredSubgroupSizeCreateInfo size = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO, .requiredSubgroupSize = d->subgroup
  };
  VkShaderModuleCreateInfo code = { .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                    .codeSize = modules[d->shader].n_bytes,
                                    .pCode = modules[d->shader].code };
  VkComputePipelineCreateInfo info = { .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                       .layout = gpu->layout,
                                       .stage = { .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                  .pNext = d->subgroup > 0 ? &size : NULL,
                                                  .flags = full_subgroups (gpu, d),
                                                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                                  .pName = "main",
                                                  .pSpecializationInfo = &special } };
  VkResult result = gpu->vk.CreateShaderModule (gpu->device, &code, NULL, &info.stage.module);

  if (result != VK_SUCCESS)
    return glm_gpu_failed (gpu, result, "a shader", error);
  for (int i = 0; i < d->n; i++)
    entries[i] = (VkSpecializationMapEntry){ (uint32_t) i, (uint32_t) i * sizeof *d->constants, sizeof *d->constants };
  result = gpu->vk.CreateComputePipelines (gpu->device, gpu->cache, 1, &info, NULL, ret_pipeline);
  gpu->vk.DestroyShaderModule (gpu->device, info.stage.module, NULL);
  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "a pipeline", error);
}

/* Its place, with the lock held; NULL: no memory. */
static GlmGpuPipeline *
find_place (GlmGpu *gpu, const GlmGpuDispatch *d, GlmError *error)
{
  GlmGpuPipeline *p = gpu->pipelines;

  while (p && (p->variant.shader != d->shader || memcmp (p->variant.constants, d->constants, sizeof d->constants) != 0))
    p = p->next;
  if (p)
    return p;
  p = calloc (1, sizeof *p);
  if (!p)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a pipeline");
      return NULL;
    }
  *p = (GlmGpuPipeline){ .next = gpu->pipelines, .variant = *d };
  gpu->pipelines = p;
  return p;
}

static bool
find_pipeline (GlmGpu *gpu, const GlmGpuDispatch *d, bool noting, VkPipeline *ret_pipeline, GlmError *error)
{
  GlmGpuPipeline *p;
  bool ok;

  pthread_mutex_lock (&gpu->lock);
  p = find_place (gpu, d, error);
  ok = p && (noting || p->pipeline || make_pipeline (gpu, d, &p->pipeline, error));
  if (ok)
    *ret_pipeline = p->pipeline;
  pthread_mutex_unlock (&gpu->lock);
  return ok;
}

/* ---- Many at a time --------------------------------------------------------------------------------------------- */

typedef struct
{
  GlmGpu *gpu;
  GlmGpuPipeline *next; /* guarded by the device's lock, as all */
  bool failed;
  GlmError error;
} Making;

static GlmGpuPipeline *
take_next (Making *making)
{
  GlmGpuPipeline *p;

  pthread_mutex_lock (&making->gpu->lock);
  for (p = making->failed ? NULL : making->next; p && p->pipeline;)
    p = p->next;
  making->next = p ? p->next : NULL;
  pthread_mutex_unlock (&making->gpu->lock);
  return p;
}

/* Each takes the next as long as there are some. */
static void
make_share (int worker, int n_workers, void *user_data)
{
  Making *making = user_data;
  GlmGpu *gpu = making->gpu;
  GlmGpuPipeline *p;

  while ((p = take_next (making)))
    {
      VkPipeline made = VK_NULL_HANDLE;
      GlmError error = { 0 };
      bool ok = make_pipeline (gpu, &p->variant, &made, &error);

      pthread_mutex_lock (&gpu->lock);
      if (!ok && !making->failed)
        making->error = error;
      making->failed = making->failed || !ok;
      /* A batch may have needed it meanwhile. */
      if (ok && !p->pipeline)
        {
          p->pipeline = made;
          made = VK_NULL_HANDLE;
        }
      pthread_mutex_unlock (&gpu->lock);
      if (made)
        gpu->vk.DestroyPipeline (gpu->device, made, NULL);
    }
}

bool
glm_gpu_pipelines_make (GlmGpu *gpu, GlmPool *pool, GlmError *error)
{
  Making making = { .gpu = gpu };

  pthread_mutex_lock (&gpu->lock);
  making.next = gpu->pipelines;
  pthread_mutex_unlock (&gpu->lock);
  glm_pool_run (pool, make_share, &making);
  return !making.failed || glm_error_set (error, making.error.code, "%s", making.error.message);
}

void
glm_gpu_pipelines_free (GlmGpu *gpu)
{
  while (gpu->pipelines)
    {
      GlmGpuPipeline *p = gpu->pipelines;

      gpu->pipelines = p->next;
      gpu->vk.DestroyPipeline (gpu->device, p->pipeline, NULL);
      free (p);
    }
}

bool
glm_gpu_dispatch (GlmRecord *r, const GlmGpuDispatch *d, const void *push, size_t n_bytes)
{
  GlmGpu *gpu = r->gpu;
  VkPipeline pipeline;

  if (!find_pipeline (gpu, d, r->noting, &pipeline, r->error))
    return false;
  if (r->noting)
    return true;
  gpu->vk.CmdBindPipeline (r->commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  gpu->vk.CmdPushConstants (r->commands, gpu->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, (uint32_t) n_bytes, push);
  gpu->vk.CmdDispatch (r->commands, d->groups[0], d->groups[1], d->groups[2]);
  if (!r->no_barrier)
    glm_gpu_barrier (gpu, r->commands);
  return true;
}
