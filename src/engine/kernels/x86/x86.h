/* x86.h: the kernels of each x86-64 instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each file here and in kernels/simd is compiled with the flags of its instruction set and must only be entered after the staircase in
 * init-x86.c has seen the processor's flags.
 */
#ifndef GLM_X86_H
#define GLM_X86_H

#include "kernels/kernels.h"

/* kernels/simd, compiled for each. */
void glm_kernels_set_vector_avx2 (GlmKernels *kernels);
void glm_kernels_set_vector_avx512 (GlmKernels *kernels);
void glm_kernels_set_attend_avx2 (GlmKernels *kernels);
void glm_kernels_set_attend_avx512 (GlmKernels *kernels);
void glm_kernels_set_attend_i8_avx2 (GlmKernels *kernels);
void glm_kernels_set_attend_i8_avx512 (GlmKernels *kernels);
/* packed-avx2.c is compiled twice: with and without AVX-VNNI. */
void glm_kernels_set_packed_avx2 (GlmKernels *kernels);
void glm_kernels_set_packed_avxvnni (GlmKernels *kernels);
void glm_kernels_set_packed_avx512 (GlmKernels *kernels);
void glm_kernels_set_latents_avx512 (GlmKernels *kernels);
/* Pairs of panels, and these times many tiles: faster where unpacking and adding do not take the ports of the products. */
void glm_kernels_set_packed_avx512_pairs (GlmKernels *kernels);

#endif
