/* simd.h: float vectors of the instruction set that a file is compiled for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * vector.c, attend.c and attend-i8.c are written once against these and compiled for AVX2, AVX-512 and Advanced SIMD (NEON).
 * LANES values are a vector.  v_fma (a, b, c) is a b + c, v_nfma c − a b, v_max and v_min b where one is a NaN.  v_scale2 is
 * v · 2ⁿ for whole n, v_fmaddsub a b − c in even lanes and a b + c in odd ones; v_load_i8 makes floats of LANES bytes,
 * v_load_doubled takes each of LANES / 2 values twice; v_transpose makes columns of LANES rows.  The `_part` functions
 * touch only the first n < LANES values and read zeros for the others.
 */
#ifndef GLM_SIMD_H
#define GLM_SIMD_H

#include <stdint.h>
#include <string.h>

#include "kernels/kernels.h"

#if defined(__AVX512F__)
#include "kernels/simd/simd-avx512.h"
#elif defined(__AVX2__)
#include "kernels/simd/simd-avx2.h"
#else
#include "kernels/simd/simd-neon.h"
#endif

void SUFFIXED (glm_kernels_set_vector) (GlmKernels *kernels);
void SUFFIXED (glm_kernels_set_attend) (GlmKernels *kernels);
void SUFFIXED (glm_kernels_set_attend_i8) (GlmKernels *kernels);

/* e^v: v = n ln 2 + r with |r| ≤ ln 2 / 2, a polynomial of degree 6 for e^r (its minimax coefficients are Cephes'), within
 * 2 units in the last place.  Below −104 the result is 0, above 88.7 infinity. */
static inline Vec
v_exp (Vec v)
{
  Vec n, r, p;

  v = v_min (v_set (89), v_max (v_set (-105), v)); /* in this order a NaN stays one */
  n = v_round (v_mul (v, v_set (1.44269504088896341f)));
  r = v_nfma (n, v_set (-2.12194440e-4f), v_nfma (n, v_set (0.693359375f), v));
  p = v_set (1.9875691500e-4f);
  p = v_fma (p, r, v_set (1.3981999507e-3f));
  p = v_fma (p, r, v_set (8.3334519073e-3f));
  p = v_fma (p, r, v_set (4.1665795894e-2f));
  p = v_fma (p, r, v_set (1.6666665459e-1f));
  p = v_fma (p, r, v_set (5.0000001201e-1f));
  p = v_fma (p, v_mul (r, r), v_add (r, v_set (1)));
  return v_scale2 (p, n);
}

#endif
