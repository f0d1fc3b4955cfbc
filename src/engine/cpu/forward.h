/* forward.h: the processor as a back end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CPU_FORWARD_H
#define GLM_CPU_FORWARD_H

#include "compute/backend.h"

extern const GlmBackend glm_backend_cpu;

#endif
