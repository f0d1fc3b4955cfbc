/* matrix-plain.c: rows of W, and products in float, for every type and processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of W are dequantised a few at a time.  Few rows of x: one dot product per row of W and row of x.  Many: panels of
 * W, small enough for the cache, through OpenBLAS, which each worker calls for its own panels and which is held to one
 * thread, so that two pools never fight for the processor.  Without any CPU flags (mask "c") there is no OpenBLAS either:
 * that is the reference.
 */
#include "cpu/matrix-private.h"

#include <cblas.h>
#include <string.h>

#define UNIT_ROWS  64 /* rows of W that a worker takes at a time */
#define MIN_UNITS  16 /* that small matrices have for few rows of x: a router's is read by all workers */
#define MIN_BLAS_N 16 /* rows of x from which OpenBLAS wins over dot products */

int64_t
glm_matrix_first_row (const GlmMatrix *matrix, int64_t member)
{
  return member * matrix->member_rows;
}

void
glm_matrix_row (const GlmMatrix *matrix, int64_t row, float *y)
{
  if (matrix->panels)
    glm_packed_dequantise_row (matrix->packed_traits, matrix->panels + (size_t) (row / GLM_PANEL_ROWS) * matrix->panel_bytes,
                               (int) (row % GLM_PANEL_ROWS), matrix->cols, y);
  else
    matrix->traits->dequantise (matrix->data + (size_t) row * matrix->row_bytes, y, matrix->cols);
}

static bool
use_blas (const GlmRegion *region, const GlmMatrix *matrix)
{
  return matrix->use_blas && region->n >= MIN_BLAS_N && !region->gather;
}

int64_t
glm_plain_unit_rows (const GlmRegion *region, const GlmMatrix *matrix)
{
  int64_t fair = matrix->rows / MIN_UNITS;

  return use_blas (region, matrix) || fair > UNIT_ROWS ? UNIT_ROWS : fair > 4 ? fair : 4;
}

size_t
glm_plain_floats (const GlmRegion *region, const GlmMatrix *matrix)
{
  return (size_t) (matrix->cols + 15) / 16 * 16 * (use_blas (region, matrix) ? UNIT_ROWS : 1);
}

/* Row `row` as float: in the file, or in `buffer`. */
static const float *
row_values (const GlmMatrix *matrix, int64_t row, float *buffer)
{
  const uint8_t *data = matrix->data != NULL ? matrix->data + (size_t) row * matrix->row_bytes : NULL;

  switch (matrix->traits->type)
    {
    case GLM_TYPE_F32: return (const float *) data;
    case GLM_TYPE_F16: matrix->kernels->f16_to_f32 (buffer, (const uint16_t *) data, matrix->cols); return buffer;
    default: glm_matrix_row (matrix, row, buffer); return buffer;
    }
}

static void
multiply_by_dots (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end, float *buffer)
{
  const GlmMatrix *matrix = product->matrix;
  int64_t first = glm_matrix_first_row (matrix, product->member);

  for (int64_t row = begin; row < end; row++)
    {
      const float *w = row_values (matrix, first + row, buffer);
      float bias = product->bias != NULL ? product->bias[row] : 0;

      for (int64_t t = 0; t < region->n; t++)
        {
          float *y = product->y + t * product->ldy + row;
          float value = matrix->kernels->dot_f32 (glm_region_x (region, t), w, matrix->cols) + bias;

          *y = product->adds ? *y + product->scale * value : value;
        }
    }
}

static void
multiply_by_blas (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end, float *buffer)
{
  const GlmMatrix *matrix = product->matrix;
  const float *w = buffer;
  int64_t cols = matrix->cols, first = glm_matrix_first_row (matrix, product->member);
  float alpha = product->adds ? product->scale : 1, beta = product->adds || product->bias != NULL ? 1 : 0;

  if (matrix->traits->type == GLM_TYPE_F32)
    w = (const float *) matrix->data + (first + begin) * cols;
  else
    for (int64_t row = begin; row < end; row++)
      row_values (matrix, first + row, buffer + (row - begin) * cols);
  for (int64_t t = 0; product->bias != NULL && t < region->n; t++)
    for (int64_t row = begin; row < end; row++)
      {
        float *y = product->y + t * product->ldy + row;

        *y = (product->adds ? *y : 0) + alpha * product->bias[row];
      }
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint) region->n, (blasint) (end - begin), (blasint) cols, alpha,
               region->x, (blasint) region->ldx, w, (blasint) cols, beta, product->y + begin, (blasint) product->ldy);
}

void
glm_plain_multiply (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end, float *buffer)
{
  if (use_blas (region, product->matrix))
    multiply_by_blas (region, product, begin, end, buffer);
  else
    multiply_by_dots (region, product, begin, end, buffer);
}
