/* trust.h: what is remembered of a device between runs of the program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A driver can compute nonsense, or end the program.  So before a device is first used with a driver and this version, every
 * shader is tested; and while it is opened, filled, and computes its first batch a marker lies in a folder: found at the start, it says that the
 * program ended in between, and the device is not used again until glm_gpu_forgive().  The compiled pipelines are kept there
 * too.  All of it may be deleted, damaged or from elsewhere: then it is as if it were not there.
 */
#ifndef GLM_GPU_TRUST_H
#define GLM_GPU_TRUST_H

#include "gpu/vulkan.h"

/* For glm_gpu_open(): reads what the folder knows, tests what it does not.  Where byte products fail, it is tried
 * without them.  GLM_ERROR_UNSUPPORTED: a shader fails, or the marker was found. */
bool glm_gpu_trust (GlmGpu *gpu, const char *folder, GlmError *error);
/* Everything lies on the device, and nothing runs: takes the marker away, for a program may end now for other reasons; before the
 * first batch it is put back. */
void glm_gpu_at_rest (GlmGpu *gpu);
void glm_gpu_at_risk (GlmGpu *gpu);
/* A batch was computed: takes the marker away, and saves the pipelines.  Cheap the second time. */
void glm_gpu_proved (GlmGpu *gpu);

#endif
