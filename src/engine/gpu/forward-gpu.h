/* forward-gpu.h: a graphics card as a back end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_FORWARD_GPU_H
#define GLM_FORWARD_GPU_H

#include "compute/backend.h"

/* What the back end of each device begins as. */
extern const GlmBackend glm_gpu_functions;

/* How many layers of so many seconds go into one submission, so that the desktop gets its turn: at least one. */
int glm_gpu_layers_at_once (double layer_seconds, int n_layers);

#endif
