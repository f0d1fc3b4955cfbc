/* forward-gpu.h: a graphics card as a back end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_FORWARD_GPU_H
#define GLM_FORWARD_GPU_H

#include "compute/backend.h"

/* What the back end of each device begins as. */
extern const GlmBackend glm_gpu_functions;

#endif
