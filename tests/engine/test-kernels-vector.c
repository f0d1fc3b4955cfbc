/* test-kernels-vector.c: the kernels on float vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "test-kernels.h"

void
test_vector_kernels (const char       *name,
                     const GlmKernels *ref,
                     const GlmKernels *new_kernels)
{
}

void
bench_vector_kernels (const char       *name,
                      const GlmKernels *kernels)
{
}
