/* matrix.c: weight matrices and their products
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plain path, for every type and processor: rows are dequantised to float, a few at a time, and multiplied with float
 * activations.  Few rows of x: one dot product per weight row and row of x.  Many rows of x: panels of weight rows, small
 * enough for the cache, through OpenBLAS.  Each pool worker calls OpenBLAS for its own panels, and OpenBLAS is held to
 * one thread, so that two pools never fight for the processor.
 *
 * With no CPU flags at all (mask "c") everything is the C reference, without OpenBLAS.
 */
#include "matrix.h"

#include "error.h"
#include "kernels/kernels.h"

#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PANEL_ROWS  64        /* weight rows dequantised at a time for OpenBLAS */
#define MIN_BLAS_N  16        /* rows of x from which OpenBLAS wins over dot products */
#define GRAIN       16        /* rows of W that a worker takes at least */

struct GlmMatrix
{
  const GlmTypeTraits *traits;
  int64_t rows, cols;
  size_t row_bytes;
  const uint8_t *data;          /* borrowed */
  const GlmKernels *kernels;
  bool use_blas;
};

struct GlmScratch
{
  float *panels;                /* [n_workers, panel_floats] */
  size_t n_floats;
};

/* ---- Matrices ----------------------------------------------------------------------------------------------------- */

static void
hold_openblas_to_one_thread (void)
{
  openblas_set_num_threads (1);
}

bool
glm_matrix_new (GlmType     type,
                int64_t     rows,
                int64_t     cols,
                const void *data,
                GlmPool    *pool,
                GlmMatrix **ret_matrix,
                GlmError   *error)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  const GlmTypeTraits *traits = glm_type_traits (type);
  GlmMatrix *matrix;

  if (traits == NULL)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "Unknown tensor type %d", (int) type);
  if (rows <= 0 || cols <= 0 || cols % traits->block_size != 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "A matrix of %lld × %lld values cannot have type %s",
                          (long long) rows, (long long) cols, traits->name);
  if (rows > INT32_MAX || cols > INT32_MAX)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "A matrix of %lld × %lld values is too large",
                          (long long) rows, (long long) cols);

  matrix = calloc (1, sizeof *matrix);
  if (matrix == NULL)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "Not enough memory for a matrix");
  pthread_once (&once, hold_openblas_to_one_thread);
  matrix->traits = traits;
  matrix->rows = rows;
  matrix->cols = cols;
  matrix->row_bytes = (size_t) (cols / traits->block_size) * (size_t) traits->block_bytes;
  matrix->data = data;
  matrix->kernels = glm_kernels ();
  matrix->use_blas = glm_cpu_flags () != 0;
  *ret_matrix = matrix;
  return true;
}

void
glm_matrix_free (GlmMatrix *matrix)
{
  free (matrix);
}

GlmType
glm_matrix_type (const GlmMatrix *matrix)
{
  return matrix->traits->type;
}

int64_t
glm_matrix_rows (const GlmMatrix *matrix)
{
  return matrix->rows;
}

int64_t
glm_matrix_cols (const GlmMatrix *matrix)
{
  return matrix->cols;
}

bool
glm_matrix_is_packed (const GlmMatrix *matrix)
{
  return false;
}

size_t
glm_matrix_bytes (const GlmMatrix *matrix)
{
  return (size_t) matrix->rows * matrix->row_bytes;
}

void
glm_matrix_row (const GlmMatrix *matrix,
                int64_t          row,
                float           *y)
{
  matrix->traits->dequantise (matrix->data + (size_t) row * matrix->row_bytes, y, matrix->cols);
}

/* ---- Scratch ------------------------------------------------------------------------------------------------------ */

bool
glm_scratch_new (GlmScratch **ret_scratch,
                 GlmError    *error)
{
  GlmScratch *scratch = calloc (1, sizeof *scratch);

  if (scratch == NULL)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "Not enough memory for scratch buffers");
  *ret_scratch = scratch;
  return true;
}

void
glm_scratch_free (GlmScratch *scratch)
{
  if (scratch == NULL)
    return;
  free (scratch->panels);
  free (scratch);
}

static bool
reserve_panels (GlmScratch *scratch,
                size_t      n_floats,
                GlmError   *error)
{
  if (n_floats <= scratch->n_floats)
    return true;
  free (scratch->panels);
  scratch->n_floats = 0;
  scratch->panels = aligned_alloc (64, (n_floats * sizeof (float) + 63) / 64 * 64);
  if (scratch->panels == NULL)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "Not enough memory for a product");
  scratch->n_floats = n_floats;
  return true;
}

/* ---- Products ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  const GlmProduct *products;
  int n_products;
  const float *x;
  int64_t ldx, n;
  float *panels;
  size_t panel_floats;
} Region;

/* Rows [begin, end) by dot products. */
static void
multiply_rows (const Region     *region,
               const GlmProduct *product,
               int64_t           begin,
               int64_t           end,
               float            *buffer)
{
  const GlmMatrix *matrix = product->matrix;
  const GlmKernels *kernels = matrix->kernels;

  for (int64_t row = begin; row < end; row++)
    {
      const uint8_t *data = matrix->data + (size_t) row * matrix->row_bytes;
      const float *w = buffer;
      float bias = product->bias != NULL ? product->bias[row] : 0;

      if (matrix->traits->type == GLM_TYPE_F32)
        w = (const float *) data;
      else if (matrix->traits->type == GLM_TYPE_F16)
        kernels->f16_to_f32 (buffer, (const uint16_t *) data, matrix->cols);
      else
        matrix->traits->dequantise (data, buffer, matrix->cols);
      for (int64_t t = 0; t < region->n; t++)
        product->y[t * product->ldy + row] = kernels->dot_f32 (region->x + t * region->ldx, w, matrix->cols) + bias;
    }
}

/* Rows [begin, end), at most PANEL_ROWS, by OpenBLAS. */
static void
multiply_panel (const Region     *region,
                const GlmProduct *product,
                int64_t           begin,
                int64_t           end,
                float            *buffer)
{
  const GlmMatrix *matrix = product->matrix;
  int64_t cols = matrix->cols;
  float beta = product->bias != NULL ? 1 : 0;

  for (int64_t row = begin; row < end; row++)
    glm_matrix_row (matrix, row, buffer + (row - begin) * cols);
  for (int64_t t = 0; beta != 0 && t < region->n; t++)
    memcpy (product->y + t * product->ldy + begin, product->bias + begin, (size_t) (end - begin) * sizeof (float));
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint) region->n, (blasint) (end - begin), (blasint) cols, 1,
               region->x, (blasint) region->ldx, buffer, (blasint) cols, beta, product->y + begin,
               (blasint) product->ldy);
}

static void
run_share (int   worker,
           int   n_workers,
           void *data)
{
  const Region *region = data;
  float *buffer = region->panels + region->panel_floats * (size_t) worker;

  for (int i = 0; i < region->n_products; i++)
    {
      const GlmProduct *product = &region->products[i];
      int64_t begin, end;

      glm_pool_share (worker, n_workers, product->matrix->rows, GRAIN, &begin, &end);
      if (!product->matrix->use_blas || region->n < MIN_BLAS_N)
        multiply_rows (region, product, begin, end, buffer);
      else
        for (int64_t row = begin; row < end; row += PANEL_ROWS)
          multiply_panel (region, product, row, row + PANEL_ROWS < end ? row + PANEL_ROWS : end, buffer);
    }
}

bool
glm_matmul_many (const GlmProduct *products,
                 int               n_products,
                 const float      *x,
                 int64_t           ldx,
                 int64_t           n,
                 GlmPool          *pool,
                 GlmScratch       *scratch,
                 GlmError         *error)
{
  Region region = { products, n_products, x, ldx, n, NULL, 0 };
  int64_t max_cols = 0;

  if (n <= 0)
    return true;
  for (int i = 0; i < n_products; i++)
    max_cols = products[i].matrix->cols > max_cols ? products[i].matrix->cols : max_cols;
  region.panel_floats = (size_t) (max_cols + 15) / 16 * 16 * (n < MIN_BLAS_N ? 1 : PANEL_ROWS);
  if (!reserve_panels (scratch, region.panel_floats * (size_t) glm_pool_n_threads (pool), error))
    return false;
  region.panels = scratch->panels;
  glm_pool_run (pool, run_share, &region);
  return true;
}

bool
glm_matmul (const GlmMatrix *matrix,
            const float     *bias,
            const float     *x,
            int64_t          ldx,
            int64_t          n,
            float           *y,
            int64_t          ldy,
            GlmPool         *pool,
            GlmScratch      *scratch,
            GlmError        *error)
{
  const GlmProduct product = { matrix, bias, y, ldy };

  return glm_matmul_many (&product, 1, x, ldx, n, pool, scratch, error);
}
