/* init-arm.c: which kernels a 64-bit ARM processor runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/arm/arm.h"
#include "kernels/isa.h"

void
glm_kernels_init_arm (GlmKernels *kernels, unsigned flags)
{
  if (!(flags & GLM_CPU_NEON))
    return;
  glm_kernels_set_vector_neon (kernels);
  glm_kernels_set_attend_neon (kernels);
  glm_kernels_set_attend_i8_neon (kernels);

  if (!(flags & GLM_CPU_DOTPROD))
    return;
  glm_kernels_set_packed_dotprod (kernels);

  if (!(flags & GLM_CPU_I8MM))
    return;
  glm_kernels_set_packed_i8mm (kernels);
}
