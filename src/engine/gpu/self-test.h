/* self-test.h: every shader on an open device
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GPU_SELF_TEST_H
#define GLM_GPU_SELF_TEST_H

#include "gpu/vulkan.h"

/* As glm_gpu_test(). */
bool glm_gpu_test_device (GlmGpu *gpu, GlmGpuTestFunc line, void *user_data, GlmError *error);

#endif
