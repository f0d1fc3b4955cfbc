/* gpu-absent.c: a build without Vulkan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/gpu.h"

#include "base/error.h"

static bool
refuse (GlmError *error)
{
  return glm_error_set (error, GLM_ERROR_NOT_FOUND, "this program was built without Vulkan");
}

bool
glm_gpu_list (GlmGpuInfo **ret_infos, size_t *ret_n, GlmError *error)
{
  return refuse (error);
}

bool
glm_gpu_test (const char *name, GlmGpuTestFunc line, void *user_data, GlmError *error)
{
  return refuse (error);
}

bool
glm_gpu_open (const char *name, const char *folder, GlmGpu **ret_gpu, GlmError *error)
{
  return refuse (error);
}

bool
glm_gpu_is_blamed (const char *folder)
{
  return false;
}

void
glm_gpu_forgive (const char *folder)
{
}

void
glm_gpu_free (GlmGpu *gpu)
{
}

const GlmGpuInfo *
glm_gpu_info (const GlmGpu *gpu)
{
  return NULL;
}

const GlmBackend *
glm_gpu_backend (GlmGpu *gpu)
{
  return NULL;
}

size_t
glm_gpu_free_bytes (GlmGpu *gpu)
{
  return 0;
}

size_t
glm_gpu_values_bytes (GlmType type, int64_t n_values)
{
  return 0;
}

bool
glm_gpu_rest (GlmGpu *gpu, double seconds)
{
  return false;
}
