/* init-x86.c: which kernels an x86-64 processor runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/isa.h"

void
glm_kernels_init_x86 (GlmKernels *kernels,
                      unsigned    flags)
{
}
