/* arm.h: the kernels of each ARM instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_ARM_H
#define GLM_ARM_H

#include "kernels/kernels.h"

/* kernels/simd; Advanced SIMD is part of AArch64: these always run. */
void glm_kernels_set_vector_neon (GlmKernels *kernels);
void glm_kernels_set_attend_neon (GlmKernels *kernels);
void glm_kernels_set_attend_i8_neon (GlmKernels *kernels);
/* Needs FEAT_DotProd. */
void glm_kernels_set_packed_dotprod (GlmKernels *kernels);
/* Needs FEAT_I8MM too; after the one before. */
void glm_kernels_set_packed_i8mm (GlmKernels *kernels);

/* As GlmKernels.panel_product. */
typedef void (*GlmPanelProduct) (const uint8_t *panel, int64_t n_blocks, const uint8_t *tile, int width, const uint8_t *ahead,
                                 float *out);
extern const GlmPanelProduct glm_panel_product_dotprod[GLM_N_PACKED];

#endif
