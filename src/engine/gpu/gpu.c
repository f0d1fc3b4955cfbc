/* gpu.c: see gpu.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/gpu.h"

#include "gpu/forward-gpu.h"
#include "gpu/self-test.h"
#include "gpu/trust.h"

bool
glm_gpu_open (const char *name, const char *folder, GlmGpu **ret_gpu, GlmError *error)
{
  GlmGpu *gpu;

  if (!glm_gpu_open_device (name, &gpu, error))
    return false;
  gpu->backend = glm_gpu_functions;
  if (folder && !glm_gpu_trust (gpu, folder, error))
    {
      glm_gpu_free (gpu);
      return false;
    }
  *ret_gpu = gpu;
  return true;
}

bool
glm_gpu_test (const char *name, GlmGpuTestFunc line, void *user_data, GlmError *error)
{
  GlmGpu *gpu;
  bool ok;

  if (!glm_gpu_open_device (name, &gpu, error))
    return false;
  ok = glm_gpu_test_device (gpu, line, user_data, error);
  glm_gpu_free (gpu);
  return ok;
}

const GlmGpuInfo *
glm_gpu_info (const GlmGpu *gpu)
{
  return &gpu->info;
}

const GlmBackend *
glm_gpu_backend (GlmGpu *gpu)
{
  return &gpu->backend;
}
