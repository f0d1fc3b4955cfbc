/* attend-i8.c: attention over keys and values in 8 bits, on vectors of any instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For few query vectors: each reads the integers by itself, and nothing is written but the result.  Many are better served
 * by making floats of a block once (attention.c).
 */
#include "kernels/simd/simd.h"

#define UNROLL _Pragma ("GCC unroll 16")

#define BLOCK  32              /* values that share a scale */
#define VECS   (BLOCK / LANES) /* of a block */

static float
score (const float *q, const int8_t *k, const float *scales, int64_t d)
{
  Vec sum = v_zero ();
  float rest = 0;
  int64_t c = 0;

  for (; c + BLOCK <= d; c += BLOCK)
    {
      Vec part = v_zero ();

      UNROLL for (int i = 0; i < VECS; i++) part = v_fma (v_load_i8 (k + c + i * LANES), v_load (q + c + i * LANES), part);
      sum = v_fma (v_set (scales[c / BLOCK]), part, sum);
    }
  for (; c < d; c++)
    rest += scales[c / BLOCK] * (float) k[c] * q[c];
  return v_sum (sum) + rest;
}

static void
attend_scores_i8 (const GlmAttendBlock *keys, const float *q, int64_t ldq, float *s, int64_t lds)
{
  const int8_t *k = keys->rows;

  for (int i = 0; i < keys->n_q; i++)
    for (int j = 0; j < keys->n; j++)
      s[i * lds + j] = score (q + i * ldq, k + j * keys->ld, keys->scales + j * keys->ld_scales, keys->d);
}

/* o[n · BLOCK] += Σ_j p[j] · v_j, n a constant: what is summed stays in registers. */
static inline __attribute__ ((always_inline)) void
add_blocks (int n, float *o, const float *p, const int8_t *v, int64_t ldv, const float *scales, int64_t lds, int n_k)
{
  Vec sum[4 * VECS];

  UNROLL for (int i = 0; i < n * VECS; i++) sum[i] = v_load (o + i * LANES);
  for (int j = 0; j < n_k; j++)
    UNROLL for (int b = 0; b < n; b++)
    {
      Vec factor = v_set (p[j] * scales[j * lds + b]);

      UNROLL for (int i = b * VECS; i < (b + 1) * VECS; i++) sum[i] =
          v_fma (factor, v_load_i8 (v + j * ldv + i * LANES), sum[i]);
    }
  UNROLL for (int i = 0; i < n * VECS; i++) v_store (o + i * LANES, sum[i]);
}

static void
attend_values_i8 (const GlmAttendBlock *values, const float *p, int64_t ldp, float *o, int64_t ldo)
{
  enum
  {
    STRIP = LANES == 16 ? 4 : 2
  }; /* blocks */
  const int8_t *v = values->rows;
  const float *scales = values->scales;
  int64_t ld = values->ld, ld_scales = values->ld_scales, d = values->d;
  int n_k = values->n;

  for (int i = 0; i < values->n_q; i++)
    {
      float *out = o + i * ldo;
      const float *factors = p + i * ldp;
      int64_t c = 0;

      for (; c + STRIP * BLOCK <= d; c += STRIP * BLOCK)
        add_blocks (STRIP, out + c, factors, v + c, ld, scales + c / BLOCK, ld_scales, n_k);
      for (; c + BLOCK <= d; c += BLOCK)
        add_blocks (1, out + c, factors, v + c, ld, scales + c / BLOCK, ld_scales, n_k);
      for (; c < d; c++)
        for (int j = 0; j < n_k; j++)
          out[c] += factors[j] * scales[j * ld_scales + c / BLOCK] * (float) v[j * ld + c];
    }
}

void
SUFFIXED (glm_kernels_set_attend_i8) (GlmKernels *kernels)
{
  kernels->attend_scores_i8 = attend_scores_i8;
  kernels->attend_values_i8 = attend_values_i8;
}
