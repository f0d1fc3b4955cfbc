/* matrix-private.h: what the paths of glm_matmul() share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_MATRIX_PRIVATE_H
#define GLM_MATRIX_PRIVATE_H

#include "kernels/kernels.h"
#include "matrix.h"
#include "quant/packed.h"

struct GlmMatrix
{
  const GlmTypeTraits *traits;
  const GlmPackedTraits *packed_traits; /* NULL: not packed */
  bool owns_panels;                     /* false: they are the file's */
  bool multiplies_packed;               /* false on processors that are faster in float */
  const GlmKernels *kernels;            /* of the CPU mask under which the matrix was made */
  int64_t rows, cols;
  const uint8_t *data;                  /* the file's rows, borrowed; NULL when packed */
  size_t row_bytes;
  const uint8_t *panels;                /* n_panels · panel_bytes */
  size_t panel_bytes, panels_bytes;
  bool use_blas;
};

/* One call of glm_matmul_many(): workers take units, one after the other, until none is left, so that a worker that
 * loses its processor for a while does not hold up the others. */
typedef struct
{
  const GlmProduct *products;
  int n_products;
  const float *x;
  int64_t ldx, n;
  const GlmKernels *kernels;
  float *rows;                          /* [n_workers, rows_floats]: dequantised rows of W */
  size_t rows_floats;
  uint8_t *tiles[GLM_SUM_MIN + 1];      /* quantised x, for each kind of sum that is needed */
  int64_t n_units;
  _Alignas (64) atomic_llong next_unit;
} GlmRegion;

/* matrix-plain.c: rows of W from the file, in float. */
int64_t glm_plain_unit_rows (const GlmRegion *region, const GlmMatrix *matrix);
size_t  glm_plain_floats    (const GlmRegion *region, const GlmMatrix *matrix);
void    glm_plain_multiply  (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end, float *buffer);

/* matrix-packed.c: panels. */
int64_t glm_packed_unit_rows (const GlmRegion *region, const GlmMatrix *matrix, int n_workers);
size_t  glm_packed_tile_bytes (const GlmRegion *region, int64_t cols);
void    glm_packed_quantise  (const GlmRegion *region, int64_t cols, int64_t begin, int64_t end);
void    glm_packed_multiply  (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end);

#endif
