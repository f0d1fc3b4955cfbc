/* matrix-packed.c: products of packed weights with quantised activations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of x ("tokens") are quantised once, into tiles as wide as the kernels keep in registers; the last tile is the
 * narrowest that holds what is left.  A unit of work is a run of panels that fits the second-level cache: all tiles go
 * over it before the next run, so that weights are read from memory once however many tokens there are.
 */
#include "matrix-private.h"

#define ROWS GLM_PANEL_ROWS

/* What a run of panels may take of the second-level cache, the tile takes the rest. */
#define UNIT_BYTES (256 * 1024)

/* Units that each worker should find at least, or the last one makes the others wait. */
#define MIN_UNITS_PER_WORKER 6

int64_t
glm_packed_unit_rows (const GlmRegion *region,
                      const GlmMatrix *matrix,
                      int              n_workers)
{
  int64_t n_panels = (matrix->rows + ROWS - 1) / ROWS;
  int64_t fitting = UNIT_BYTES / (int64_t) matrix->panel_bytes;
  int64_t fair = n_panels / (n_workers * MIN_UNITS_PER_WORKER);
  int64_t unit = n_workers > 1 && fair < fitting ? fair : fitting;

  return ROWS * (unit > 0 ? (unit + 1) / 2 * 2 : 2); /* whole pairs */
}

/* Tile i < n_tiles: its tokens begin at i · max_tile_width. */
static inline int
width_of_tile (const GlmRegion *region,
               int64_t          i)
{
  int64_t left = region->n - i * region->kernels->max_tile_width;
  int max = region->kernels->max_tile_width;

  return region->kernels->tile_width[left < max ? left : max];
}

static inline int64_t
count_tiles (const GlmRegion *region)
{
  return (region->n + region->kernels->max_tile_width - 1) / region->kernels->max_tile_width;
}

static inline size_t
tile_bytes (int64_t cols,
            int     width)
{
  return (size_t) (cols / 32) * GLM_TILE_BYTES * (size_t) width;
}

size_t
glm_packed_tile_bytes (const GlmRegion *region,
                       int64_t          cols)
{
  return (size_t) count_tiles (region) * tile_bytes (cols, region->kernels->max_tile_width);
}

/* Tokens [begin, end), for each kind of sum that the region needs.  What pads the last tile repeats the last token. */
void
glm_packed_quantise (const GlmRegion *region,
                     int64_t          cols,
                     int64_t          begin,
                     int64_t          end)
{
  int max = region->kernels->max_tile_width;

  for (int kind = 0; kind <= GLM_SUM_MIN; kind++)
    for (int64_t t = begin; region->tiles[kind] != NULL && t < end; t++)
      {
        int width = width_of_tile (region, t / max), last = t == region->n - 1 ? width - 1 : (int) (t % max);
        uint8_t *tile = region->tiles[kind] + (size_t) (t / max) * tile_bytes (cols, max);

        for (int place = (int) (t % max); place <= last; place++)
          region->kernels->quantise_tile (region->x + t * region->ldx, cols, (GlmSumKind) kind, tile, width, place);
      }
}

/* out [n_tokens, 16] to n_rows columns of y. */
static void
store_panel (const GlmProduct *product,
             int64_t           row,
             int64_t           token,
             int64_t           n_tokens,
             const float      *out)
{
  int64_t left = product->matrix->rows - row, n_rows = left < ROWS ? left : ROWS;

  for (int64_t t = 0; t < n_tokens; t++, out += ROWS)
    {
      float *y = product->y + (token + t) * product->ldy + row;

      if (product->bias != NULL)
        for (int64_t r = 0; r < n_rows; r++)
          y[r] = out[r] + product->bias[row + r];
      else
        for (int64_t r = 0; r < n_rows; r++)
          y[r] = out[r];
    }
}

/* Rows [begin, end) of W, begin a multiple of 16. */
void
glm_packed_multiply (const GlmRegion  *region,
                     const GlmProduct *product,
                     int64_t           begin,
                     int64_t           end)
{
  const GlmMatrix *matrix = product->matrix;
  const GlmKernels *kernels = region->kernels;
  GlmPackedFormat format = matrix->packed_traits->format;
  int64_t n_blocks = matrix->cols / 32;
  int max = kernels->max_tile_width;
  _Alignas (64) float out[2 * ROWS * GLM_MAX_TILE_WIDTH];

  for (int64_t i = 0; i < count_tiles (region); i++)
    {
      const uint8_t *tile = region->tiles[matrix->packed_traits->sum_kind] + (size_t) i * tile_bytes (matrix->cols, max);
      const uint8_t *panel = matrix->panels + (size_t) (begin / ROWS) * matrix->panel_bytes;
      int64_t n_tokens = region->n - i * max < max ? region->n - i * max : max, row = begin;
      int width = width_of_tile (region, i);

      if (kernels->min_pair_width != 0 && width >= kernels->min_pair_width)
        for (; row + ROWS < end; row += 2 * ROWS, panel += 2 * matrix->panel_bytes)
          {
            kernels->pair_product[format](panel, matrix->panel_bytes, n_blocks, tile, width, out);
            store_panel (product, row, i * max, n_tokens, out);
            store_panel (product, row + ROWS, i * max, n_tokens, out + ROWS * width);
          }
      for (; row < end; row += ROWS, panel += matrix->panel_bytes)
        {
          kernels->panel_product[format](panel, n_blocks, tile, width, out);
          store_panel (product, row, i * max, n_tokens, out);
        }
    }
}
