/* init-x86.c: which kernels an x86-64 processor runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/isa.h"
#include "kernels/x86/x86.h"

void
glm_kernels_init_x86 (GlmKernels *kernels, unsigned flags)
{
  if (!(flags & GLM_CPU_AVX2))
    return;
  glm_kernels_set_vector_avx2 (kernels);
  glm_kernels_set_attend_avx2 (kernels);
  glm_kernels_set_attend_i8_avx2 (kernels);
  glm_kernels_set_packed_avx2 (kernels);

  if (flags & GLM_CPU_AVXVNNI) /* not every processor with AVX-512 has it */
    glm_kernels_set_packed_avxvnni (kernels);

  if (!(flags & GLM_CPU_AVX512))
    return;
  glm_kernels_set_vector_avx512 (kernels);
  glm_kernels_set_attend_avx512 (kernels);
  glm_kernels_set_attend_i8_avx512 (kernels);

  if (!(flags & GLM_CPU_VNNI512))
    return;
  glm_kernels_set_packed_avx512 (kernels);
  glm_kernels_set_latents_avx512 (kernels);
  if (flags & GLM_CPU_AMD512)
    glm_kernels_set_packed_avx512_pairs (kernels);
}
