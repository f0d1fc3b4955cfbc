/* residence.h: what lies in a card's memory: given back when it is not used, written again when it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The matrices and the states of sessions are tenants of a card.  While the computer sleeps a card may lose what it holds, and a
 * program that is not used should not keep others out; both are the same here: all tenants leave, and enter again before the
 * next batch.
 */
#ifndef GLM_GPU_RESIDENCE_H
#define GLM_GPU_RESIDENCE_H

#include "gpu/vulkan.h"

struct GlmGpuTenant
{
  /* Takes memory and writes it; on failure it has none. */
  bool (*enter) (GlmGpuTenant *tenant, GlmPool *pool, GlmError *error);
  /* Gives it back; where there is none, does nothing. */
  void (*leave) (GlmGpuTenant *tenant);
  GlmGpuTenant *next;
};

/* Enters now, if the others are there. */
bool glm_gpu_tenant_add (GlmGpu *gpu, GlmGpuTenant *tenant, GlmPool *pool, GlmError *error);
/* Leaves; one that was not added does nothing. */
void glm_gpu_tenant_remove (GlmGpu *gpu, GlmGpuTenant *tenant);

/* Around a batch: all tenants are there, as they were written.  True: glm_gpu_use_end() must follow. */
bool glm_gpu_use_begin (GlmGpu *gpu, GlmPool *pool, GlmError *error);
void glm_gpu_use_end (GlmGpu *gpu);

#endif
