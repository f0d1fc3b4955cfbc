/* isa.h: what fills the kernel table
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_ISA_H
#define GLM_ISA_H

#include "kernels/kernels.h"

/* References, then whatever `flags` (GlmCpuFlags) allow. */
void glm_kernels_init (GlmKernels *kernels, unsigned flags);

/* kernels/packed.c */
void glm_kernels_set_packed_c (GlmKernels *kernels);
/* kernels/latents.c */
void glm_kernels_set_latents_c (GlmKernels *kernels);

/* The staircases: x86/init-x86.c, arm/init-arm.c. */
void glm_kernels_init_x86 (GlmKernels *kernels, unsigned flags);
void glm_kernels_init_arm (GlmKernels *kernels, unsigned flags);

#endif
