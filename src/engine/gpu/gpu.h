/* gpu.h: graphics cards as a back end: list, describe, open, test
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only header of this folder that others include.  libvulkan is opened when a card is asked for, and never linked:
 * without it, without a driver or in a build without Vulkan the list is empty, and opening says why.
 */
#ifndef GLM_GPU_H
#define GLM_GPU_H

#include "compute/backend.h"

typedef struct GlmGpu GlmGpu;

/* Opens the device whose name contains `name` in any case, or whose UUID begins with it; "auto": the discrete one with most
 * memory, or else an integrated one.  Programs that pose as a device are opened by name alone.  In the folder, which must exist, it
 * is remembered how the device was found (GlmModelOptions.device_folder); NULL: it is taken as it is. */
bool glm_gpu_open (const char *name, const char *folder, GlmGpu **ret_gpu, GlmError *error);
/* After all weights and states of it. */
void glm_gpu_free (GlmGpu *gpu);
const GlmGpuInfo *glm_gpu_info (const GlmGpu *gpu);
/* Belongs to the device.  Its states take no prefix; weights that no shader takes as they are become half precision. */
const GlmBackend *glm_gpu_backend (GlmGpu *gpu);
/* Bytes of its own memory that are free for us now; where the driver does not say, all that it has. */
size_t glm_gpu_free_bytes (GlmGpu *gpu);
/* What weights take there: types without a form of their own there become larger ones. */
size_t glm_gpu_values_bytes (GlmType type, int64_t n_values);
/* As glm_model_rest(). */
bool glm_gpu_rest (GlmGpu *gpu, double seconds);

#endif
