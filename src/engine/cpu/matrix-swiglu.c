/* matrix-swiglu.c: a gated feed-forward part, whose inner activations never leave the cache
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gate and up are the upper and the lower half of one matrix.  A unit of the first region is a run of columns of
 * a = silu (g) · u: its panels of the gate half, those of the up half, and what becomes of their products, 32 columns of a
 * for each token, which is one block of the tiles that the second product multiplies.  So a is quantised where it was
 * computed.  A prompt of 128 tokens would otherwise write and read some 30 MB in each layer of a 6B model.
 */
#include "cpu/matrix-private.h"

#include <string.h>

#define ROWS    GLM_PANEL_ROWS
#define COLUMNS 32 /* of a: one block of a tile, two panels */

/* Panels of each half whose products are kept until both are there. */
#define MAX_PANELS 16

typedef struct
{
  GlmRegion gate_up;       /* tiles of x */
  GlmRegion down;          /* tiles of a */
  const GlmMatrix *matrix; /* gate_up */
  const float *bias;       /* [rows] or NULL */
  int64_t n_columns;       /* of a: half of the rows */
  int64_t unit_columns;
  int64_t n_units;
  _Alignas(64) atomic_llong next_unit;
} Swiglu;

bool
glm_matrix_joins_swiglu (const GlmMatrix *gate_up, const GlmMatrix *down)
{
  return gate_up->multiplies_packed && down->multiplies_packed && gate_up->kernels == down->kernels
         && gate_up->rows == 2 * down->cols && down->cols % COLUMNS == 0;
}

/* values [COLUMNS / ROWS, width, 16] += bias [COLUMNS] */
static void
add_bias (float *values, int width, const float *bias)
{
  for (int p = 0; p < COLUMNS / ROWS; p++)
    for (int t = 0; t < width; t++)
      for (int r = 0; r < ROWS; r++)
        values[(p * width + t) * ROWS + r] += bias[p * ROWS + r];
}

/* The columns from `column` on of tile i of a, from products [n_panels, width, 16] that are overwritten.  Its padding
 * repeats the last token, because that of x does. */
static void
store_columns (const Swiglu *job, int64_t column, int n_panels, int64_t i, float *gate, float *up)
{
  const GlmMatrix *down = job->down.products[0].matrix;
  GlmSumKind kind = down->packed_traits->sum_kind;
  int width = glm_packed_tile_width (&job->down, i);
  uint8_t *block =
      glm_packed_tile (&job->down, kind, down->cols, i) + (size_t) (column / COLUMNS) * GLM_TILE_BYTES * (size_t) width;
  const GlmKernels *kernels = job->down.kernels;
  _Alignas(64) float run[COLUMNS];

  for (int p = 0; p < n_panels; p += COLUMNS / ROWS, column += COLUMNS, block += GLM_TILE_BYTES * width)
    {
      float *g = gate + p * ROWS * width, *u = up + p * ROWS * width;

      if (job->bias)
        {
          add_bias (g, width, job->bias + column);
          add_bias (u, width, job->bias + job->n_columns + column);
        }
      kernels->swiglu (g, g, u, COLUMNS * width); /* value by value: any order will do */
      for (int t = 0; t < width; t++)
        {
          for (int half = 0; half < COLUMNS / ROWS; half++)
            memcpy (run + half * ROWS, g + (half * width + t) * ROWS, ROWS * sizeof (float));
          kernels->quantise_tile (run, COLUMNS, kind, block, width, t);
        }
    }
}

/* Columns [begin, end) of the first n_joint tiles of a.  next: the first column that this worker is likely to compute next,
 * for prefetching; −1: unknown. */
static void
multiply_joint_tiles (const Swiglu *job, int64_t begin, int64_t end, int64_t n_joint, int64_t next)
{
  enum
  {
    PAIR = COLUMNS * GLM_MAX_TILE_WIDTH
  };
  _Alignas(64) float gate[GLM_JOINT_TILES * PAIR], up[GLM_JOINT_TILES * PAIR];

  for (int64_t column = begin; column < end; column += COLUMNS)
    for (int64_t first = 0; first < n_joint; first += GLM_JOINT_TILES)
      {
        int64_t n_tiles = n_joint - first < GLM_JOINT_TILES ? n_joint - first : GLM_JOINT_TILES;
        int64_t then = first == 0 && next >= 0 ? next + column - begin : -1;

        glm_packed_pair_by_tiles (&job->gate_up, job->matrix, column, first, n_tiles, then, gate);
        glm_packed_pair_by_tiles (&job->gate_up, job->matrix, job->n_columns + column, first, n_tiles,
                                  then < 0 ? -1 : job->n_columns + then, up);
        for (int64_t i = 0; i < n_tiles; i++)
          store_columns (job, column, COLUMNS / ROWS, first + i, gate + i * PAIR, up + i * PAIR);
      }
}

/* The same of the tiles from `first` on, one after the other. */
static void
multiply_tile_by_tile (const Swiglu *job, int64_t begin, int64_t end, int64_t first, int64_t next)
{
  _Alignas(64) float gate[MAX_PANELS * ROWS * GLM_MAX_TILE_WIDTH], up[MAX_PANELS * ROWS * GLM_MAX_TILE_WIDTH];

  for (int64_t i = first; i < glm_packed_count_tiles (&job->gate_up); i++)
    for (int64_t column = begin; column < end; column += MAX_PANELS * ROWS)
      {
        int64_t n_columns = end - column < MAX_PANELS * ROWS ? end - column : MAX_PANELS * ROWS;
        int64_t then = i == 0 && next >= 0 && job->gate_up.n > 1 ? next + column - begin : -1;
        int n_panels = (int) (n_columns / ROWS);

        glm_packed_panels_by_tile (&job->gate_up, job->matrix, column, n_panels, i, then, gate);
        glm_packed_panels_by_tile (&job->gate_up, job->matrix, job->n_columns + column, n_panels, i,
                                   then < 0 ? -1 : job->n_columns + then, up);
        store_columns (job, column, n_panels, i, gate, up);
      }
}

static void
multiply_unit (const Swiglu *job, int64_t begin, int64_t end, int64_t next)
{
  int64_t n_joint = glm_packed_count_joint_tiles (&job->gate_up, job->matrix);

  multiply_joint_tiles (job, begin, end, n_joint, next);
  multiply_tile_by_tile (job, begin, end, n_joint, next);
}

static void
multiply_share (int worker, int n_workers, void *data)
{
  Swiglu *job = data;
  int64_t unit;

  while ((unit = atomic_fetch_add_explicit (&job->next_unit, 1, memory_order_relaxed)) < job->n_units)
    {
      int64_t begin = unit * job->unit_columns, end = begin + job->unit_columns;

      multiply_unit (job, begin, end < job->n_columns ? end : job->n_columns,
                     unit + n_workers < job->n_units ? begin + n_workers * job->unit_columns : -1);
    }
}

/* Half of a unit's panels are the gate's. */
static void
plan_units (Swiglu *job, int n_workers)
{
  int64_t half = glm_packed_unit_rows (job->matrix, job->gate_up.n, n_workers, 1) / 2 / COLUMNS * COLUMNS;

  job->n_columns = job->matrix->rows / 2;
  job->unit_columns = half > COLUMNS ? half : COLUMNS;
  job->n_units = (job->n_columns + job->unit_columns - 1) / job->unit_columns;
}

bool
glm_matmul_swiglu (const GlmMatrix *gate_up, const float *bias, const GlmProduct *down, const float *x, int64_t ldx, int64_t n,
                   GlmPool *pool, GlmScratch *scratch, GlmError *error)
{
  const GlmProduct first = { .matrix = gate_up };
  Swiglu job = {
    .gate_up = { .products = &first, .n_products = 1, .x = x, .ldx = ldx, .n = n, .kernels = gate_up->kernels },
    .down = { .products = down, .n_products = 1, .n = n, .kernels = gate_up->kernels },
    .matrix = gate_up,
    .bias = bias,
  };
  size_t x_bytes = (glm_packed_tile_bytes (&job.gate_up, gate_up->cols) + 63) / 64 * 64;

  if (n <= 0)
    return true;
  if (!glm_scratch_reserve (scratch, 0, x_bytes + glm_packed_tile_bytes (&job.down, down->matrix->cols), error))
    return false;
  job.gate_up.tiles[gate_up->packed_traits->sum_kind] = scratch->tiles;
  job.down.tiles[down->matrix->packed_traits->sum_kind] = scratch->tiles + x_bytes;
  plan_units (&job, glm_pool_n_threads (pool));

  glm_region_quantise (&job.gate_up, pool);
  glm_pool_run (pool, multiply_share, &job);
  glm_region_multiply (&job.down, pool);
  return true;
}
