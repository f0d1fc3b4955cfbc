/* matrix.h: a weight matrix and its product with activations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GlmMatrix hides how weights lie in memory: as in the file (borrowed from the map), or packed for this processor's
 * kernels.  The forward pass only knows shapes: W is [rows, cols] (rows = out features), x is [n, cols], y is [n, rows].
 */
#ifndef GLM_MATRIX_H
#define GLM_MATRIX_H

#include "engine.h"
#include "base/pool.h"
#include "quant/quant.h"

typedef struct GlmMatrix GlmMatrix;

/* Makes a stack of n matrices of rows × cols values of `type`, which lie one after the other at `data` (row-major blocks).
 * data must outlive the stack unless the layout is packed (see glm_matrix_is_packed).  Packing runs on the pool. */
bool glm_matrix_new_stack (GlmType type, int64_t n, int64_t rows, int64_t cols, const void *data, GlmPool *pool,
                           GlmMatrix **ret_matrix, GlmError *error);
/* Packs each member when it is first multiplied.  Where memory is short, members that were not used for long are
 * given up, and packed anew from data, which must outlive the stack; is_mapped: data is a file's map. */
bool glm_matrix_new_by_use (GlmType type, int64_t n, int64_t rows, int64_t cols, const void *data, bool is_mapped,
                            GlmMatrix **ret_matrix, GlmError *error);
/* How many bytes all such stacks may take, whatever the system has (tests; SIZE_MAX: no limit), and how many they do. */
void glm_matrix_limit_by_use (size_t n_bytes);
size_t glm_matrix_bytes_by_use (void);
/* A stack of one. */
bool glm_matrix_new (GlmType type, int64_t rows, int64_t cols, const void *data, GlmPool *pool, GlmMatrix **ret_matrix,
                     GlmError *error);
/* One without packing, for a matrix whose single rows are looked up (embeddings that are not also the output):
 * only the rows that are used become resident.  Its products are correct, and slow. */
bool glm_matrix_new_for_lookup (GlmType type, int64_t rows, int64_t cols, const void *data, GlmMatrix **ret_matrix,
                                GlmError *error);
/* A stack without packing, where there is no memory for a copy. */
bool glm_matrix_new_in_place (GlmType type, int64_t n, int64_t rows, int64_t cols, const void *data, GlmMatrix **ret_matrix,
                              GlmError *error);
void glm_matrix_free (GlmMatrix *matrix);
/* Whether the matrix owns a packed copy, so that the bytes given to glm_matrix_new() may be released. */
bool glm_matrix_is_packed (const GlmMatrix *matrix);
size_t glm_matrix_bytes (const GlmMatrix *matrix);
/* Where these bytes lie; NULL for one whose members are packed by use. */
const void *glm_matrix_data (const GlmMatrix *matrix);

/* Where the rows of a member begin among all rows of the stack. */
int64_t glm_matrix_first_row (const GlmMatrix *matrix, int64_t member);
/* Row `row` of all as float, for embedding look-up: y [cols]. */
void glm_matrix_row (const GlmMatrix *matrix, int64_t row, float *y);

/* Scratch for products: activations quantised per block, f32 panels.  One per session; grows as needed. */
typedef struct GlmScratch GlmScratch;
bool glm_scratch_new (GlmScratch **ret_scratch, GlmError *error);
void glm_scratch_free (GlmScratch *scratch);

/* y[n, rows] = x[n, cols] · Wᵀ (+ bias[rows] unless NULL), for one matrix or several (QKV, experts) with the same x in one parallel
 * region.  ldx and ldy are the distances of rows in floats.  n = 1 takes the decode (GEMV) path, small n the small-batch
 * one, large n the GEMM. */
typedef struct
{
  const GlmMatrix *matrix;
  const float *bias;
  float *y;
  int64_t ldy;
  bool adds; /* y += scale · product (a sublayer that joins the residual) instead of y = product */
  float scale;
  int64_t member; /* of a stack */
  /* Which n_rows rows of x are multiplied, in any order and number: y has a row for each, in this order.  NULL: all n. */
  const int32_t *rows;
  int64_t n_rows;
} GlmProduct;
bool glm_matmul_many (const GlmProduct *products, int n_products, const float *x, int64_t ldx, int64_t n, GlmPool *pool,
                      GlmScratch *scratch, GlmError *error);

/* A gated feed-forward part without its inner activations in memory: down gets (silu (g) · u) · Wᵀ, where g | u are the
 * products of x with the upper and the lower half of the rows of gate_up.  The values are those of the single steps, to
 * the bit.  Only for matrices that glm_matrix_joins_swiglu() accepts. */
bool glm_matrix_joins_swiglu (const GlmMatrix *gate_up, const GlmMatrix *down);
bool glm_matmul_swiglu (const GlmMatrix *gate_up, const float *bias, const GlmProduct *down, const float *x, int64_t ldx,
                        int64_t n, GlmPool *pool, GlmScratch *scratch, GlmError *error);

#endif
