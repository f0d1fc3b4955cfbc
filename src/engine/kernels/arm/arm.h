/* arm.h: the kernels of each ARM instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_ARM_H
#define GLM_ARM_H

#include "kernels/kernels.h"

/* Advanced SIMD is part of AArch64: these always run. */
void glm_kernels_set_vector_neon (GlmKernels *kernels);
/* Needs FEAT_DotProd. */
void glm_kernels_set_packed_dotprod (GlmKernels *kernels);

#endif
