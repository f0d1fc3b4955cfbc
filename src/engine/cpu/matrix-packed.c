/* matrix-packed.c: products of packed weights with quantised activations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of x ("tokens") are quantised once, into tiles as wide as the kernels keep in registers; the last tile is the
 * narrowest that holds what is left.  A unit of work is a run of panels that fits the second-level cache: all tiles go
 * over it before the next run, so that weights are read from memory once however many tokens there are.  During the first
 * of them the kernels prefetch the run that comes next: reading memory and arithmetic overlap.  Some kernels take all full
 * tiles at once, pair of panels by pair.
 */
#include "cpu/matrix-private.h"

#include <string.h>

#define ROWS GLM_PANEL_ROWS

/* What a run of panels may take of the second-level cache: the next run and the tile take the rest.  A single token passes
 * over it once, for which long runs are best. */
#define UNIT_BYTES        (128 * 1024)
#define SINGLE_UNIT_BYTES (512 * 1024)

/* Panels multiplied before their results are stored. */
#define MAX_STORE_PANELS 2

/* Units that each worker should find at least, or the last one makes the others wait: of several workers one is slow more
 * often, and the share that is lost is larger. */
#define MIN_UNITS_OF_TWO  6
#define MIN_UNITS_OF_MANY 30

int64_t
glm_packed_unit_rows (const GlmMatrix *matrix, int64_t n, int n_workers, int n_together)
{
  int64_t n_panels = (matrix->rows + ROWS - 1) / ROWS;
  int64_t fitting = (n == 1 ? SINGLE_UNIT_BYTES : UNIT_BYTES) / (int64_t) matrix->panel_bytes;
  int64_t fair = n_panels * n_together / (n_workers * (n_workers > 2 ? MIN_UNITS_OF_MANY : MIN_UNITS_OF_TWO));
  int64_t unit = n_workers > 1 && fair < fitting ? fair : fitting;

  /* A single token is multiplied with one panel at a time, others with pairs. */
  if (n == 1 && n_workers > 2)
    return ROWS * (unit > 0 ? unit : 1);
  return ROWS * (unit > 0 ? (unit + 1) / 2 * 2 : 2);
}

int
glm_packed_tile_width (const GlmRegion *region, int64_t i)
{
  int64_t left = region->n - i * region->kernels->max_tile_width;
  int max = region->kernels->max_tile_width;

  return region->kernels->tile_width[left < max ? left : max];
}

int64_t
glm_packed_count_tiles (const GlmRegion *region)
{
  return (region->n + region->kernels->max_tile_width - 1) / region->kernels->max_tile_width;
}

static inline size_t
tile_bytes (int64_t cols, int width)
{
  return (size_t) (cols / 32) * GLM_TILE_BYTES * (size_t) width;
}

size_t
glm_packed_tile_bytes (const GlmRegion *region, int64_t cols)
{
  return (size_t) glm_packed_count_tiles (region) * tile_bytes (cols, region->kernels->max_tile_width);
}

uint8_t *
glm_packed_tile (const GlmRegion *region, GlmSumKind kind, int64_t cols, int64_t i)
{
  return region->tiles[kind] + (size_t) i * tile_bytes (cols, region->kernels->max_tile_width);
}

/* Tokens [begin, end), for each kind of sum that the region needs.  What pads the last tile repeats the last token. */
void
glm_packed_quantise (const GlmRegion *region, int64_t cols, int64_t begin, int64_t end)
{
  int max = region->kernels->max_tile_width;

  for (int kind = 0; kind < GLM_N_SUMS; kind++)
    for (int64_t t = begin; region->tiles[kind] != NULL && t < end; t++)
      {
        int width = glm_packed_tile_width (region, t / max), last = t == region->n - 1 ? width - 1 : (int) (t % max);
        uint8_t *tile = glm_packed_tile (region, (GlmSumKind) kind, cols, t / max);

        for (int place = (int) (t % max); place <= last; place++)
          region->kernels->quantise_tile (glm_region_x (region, t), cols, (GlmSumKind) kind, tile, width, place);
      }
}

void
glm_packed_panels_by_tile (const GlmRegion *region, const GlmMatrix *matrix, int64_t row, int n_panels, int64_t i, int64_t next,
                           float *out)
{
  const GlmKernels *kernels = region->kernels;
  const GlmPackedTraits *traits = matrix->packed_traits;
  const uint8_t *panel = matrix->panels + (size_t) (row / ROWS) * matrix->panel_bytes;
  const uint8_t *tile = glm_packed_tile (region, traits->sum_kind, matrix->cols, i);
  ptrdiff_t ahead = next < 0 ? kernels->prefetch_bytes : (ptrdiff_t) matrix->panel_bytes * ((next - row) / ROWS);
  int64_t n_blocks = matrix->cols / 32;
  int width = glm_packed_tile_width (region, i), p = 0;

  if (kernels->min_pair_width != 0 && width >= kernels->min_pair_width)
    for (; p + 1 < n_panels; p += 2, panel += 2 * matrix->panel_bytes, out += 2 * ROWS * width)
      kernels->pair_product[traits->format](panel, matrix->panel_bytes, n_blocks, tile, width, panel + ahead, out);
  for (; p < n_panels; p++, panel += matrix->panel_bytes, out += ROWS * width)
    kernels->panel_product[traits->format](panel, n_blocks, tile, width, panel + ahead, out);
}

int64_t
glm_packed_count_joint_tiles (const GlmRegion *region, const GlmMatrix *matrix)
{
  const GlmKernels *kernels = region->kernels;
  int64_t n_tiles = glm_packed_count_tiles (region);

  if (glm_packed_tile_width (region, n_tiles - 1) < kernels->max_tile_width)
    n_tiles--;
  return kernels->tiles_product[matrix->packed_traits->format] != NULL && n_tiles >= kernels->min_tiles ? n_tiles : 0;
}

void
glm_packed_pair_by_tiles (const GlmRegion *region, const GlmMatrix *matrix, int64_t row, int64_t first, int64_t n_tiles,
                          int64_t next, float *out)
{
  const GlmPackedTraits *traits = matrix->packed_traits;
  const uint8_t *panels = matrix->panels + (size_t) (row / ROWS) * matrix->panel_bytes;
  const uint8_t *tiles = glm_packed_tile (region, traits->sum_kind, matrix->cols, first);
  ptrdiff_t ahead = next < 0 ? 0 : (ptrdiff_t) matrix->panel_bytes * ((next - row) / ROWS);

  region->kernels->tiles_product[traits->format](panels, matrix->panel_bytes, matrix->cols / 32, tiles, (int) n_tiles,
                                                 panels + ahead, out);
}

/* out [n_tokens, 16] to, or onto, n_rows columns of y. */
static void
store_panel (const GlmProduct *product, int64_t row, int64_t token, int64_t n_tokens, const float *out)
{
  int64_t left = product->matrix->rows - row, n_rows = left < ROWS ? left : ROWS;
  float bias[ROWS] = { 0 };

  if (product->bias)
    memcpy (bias, product->bias + row, (size_t) n_rows * sizeof (float));
  for (int64_t t = 0; t < n_tokens; t++, out += ROWS)
    {
      float *y = product->y + (token + t) * product->ldy + row;

      if (product->adds)
        for (int64_t r = 0; r < n_rows; r++)
          y[r] += product->scale * (out[r] + bias[r]);
      else
        for (int64_t r = 0; r < n_rows; r++)
          y[r] = out[r] + bias[r];
    }
}

/* Rows [begin, end) of W, whole pairs of panels, times the first n_joint tiles. */
static void
multiply_pairs (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end, int64_t n_joint, int64_t next)
{
  int64_t place = glm_matrix_first_row (product->matrix, product->member);
  int width = region->kernels->max_tile_width;
  _Alignas(64) float out[GLM_JOINT_TILES * 2 * ROWS * GLM_MAX_TILE_WIDTH];

  for (int64_t row = begin; row < end; row += 2 * ROWS)
    for (int64_t first = 0; first < n_joint; first += GLM_JOINT_TILES)
      {
        int64_t n_tiles = n_joint - first < GLM_JOINT_TILES ? n_joint - first : GLM_JOINT_TILES;

        glm_packed_pair_by_tiles (region, product->matrix, place + row, first, n_tiles,
                                  first == 0 && next >= 0 ? place + next + row - begin : -1, out);
        for (int64_t i = 0; i < 2 * n_tiles; i++)
          {
            int64_t token = (first + i / 2) * width, left = region->n - token;

            store_panel (product, row + i % 2 * ROWS, token, left < width ? left : width, out + i * ROWS * width);
          }
      }
}

/* Rows [begin, end) of W times the tiles from `first` on, one after the other. */
static void
multiply_tile_by_tile (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end, int64_t first,
                       int64_t next)
{
  int64_t place = glm_matrix_first_row (product->matrix, product->member);
  int max = region->kernels->max_tile_width;
  _Alignas(64) float out[MAX_STORE_PANELS * ROWS * GLM_MAX_TILE_WIDTH];

  for (int64_t i = first; i < glm_packed_count_tiles (region); i++)
    {
      int64_t n_tokens = region->n - i * max < max ? region->n - i * max : max;
      int width = glm_packed_tile_width (region, i);

      for (int64_t row = begin; row < end; row += MAX_STORE_PANELS * ROWS)
        {
          int64_t left = (end - row + ROWS - 1) / ROWS;
          int n_panels = left < MAX_STORE_PANELS ? (int) left : MAX_STORE_PANELS;

          glm_packed_panels_by_tile (region, product->matrix, place + row, n_panels, i,
                                     i == 0 && next >= 0 && region->n > 1 ? place + next + row - begin : -1, out);
          for (int p = 0; p < n_panels; p++)
            store_panel (product, row + p * ROWS, i * max, n_tokens, out + p * ROWS * width);
        }
    }
}

/* Rows [begin, end) of W, begin a multiple of 16. */
void
glm_packed_multiply (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end, int64_t next)
{
  int64_t n_joint = glm_packed_count_joint_tiles (region, product->matrix);
  int64_t n_pairs = n_joint == 0 ? 0 : (end - begin + ROWS - 1) / ROWS / 2, paired = begin + n_pairs * 2 * ROWS;

  multiply_pairs (region, product, begin, paired, n_joint, next);
  multiply_tile_by_tile (region, product, begin, paired, n_joint, -1);
  multiply_tile_by_tile (region, product, paired, end, 0, next < 0 ? -1 : next + paired - begin);
}
