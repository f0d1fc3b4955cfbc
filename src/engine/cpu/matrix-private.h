/* matrix-private.h: what the paths of glm_matmul_many() share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_MATRIX_PRIVATE_H
#define GLM_MATRIX_PRIVATE_H

#include "kernels/kernels.h"
#include "cpu/matrix.h"
#include "quant/packed.h"

struct GlmScratch
{
  float *rows;
  uint8_t *tiles;
  size_t rows_bytes, tiles_bytes;
};

typedef struct GlmByUse GlmByUse;

struct GlmMatrix
{
  const GlmTypeTraits *traits;
  const GlmPackedTraits *packed_traits; /* NULL: not packed */
  bool owns_panels;                     /* false: they are the file's */
  bool multiplies_packed;               /* false on processors that are faster in float */
  const GlmKernels *kernels;            /* of the CPU mask under which the matrix was made */
  int64_t n, rows, cols;
  int64_t member_rows; /* from one of the stack to the next: the rows; packed, whole panels of them */
  const uint8_t *data; /* the file's rows, borrowed; NULL when packed */
  size_t row_bytes;
  const uint8_t *panels; /* n · member_rows / 16 of panel_bytes */
  size_t panel_bytes, panels_bytes;
  bool use_blas;
  GlmByUse *by_use; /* NULL: all members are packed, or none */
};

/* One call of glm_matmul_many(): workers take units, one after the other, until none is left, so that a worker that
 * loses its processor for a while does not hold up the others. */
typedef struct
{
  const GlmProduct *products;
  int n_products;
  int n_together; /* products of all regions that run at once; 0: these */
  const float *x;
  int64_t ldx, n;
  const int32_t *gather; /* which n rows of x; NULL: the first */
  const GlmKernels *kernels;
  float *rows; /* [n_workers, rows_floats]: dequantised rows of W */
  size_t rows_floats;
  uint8_t *tiles[GLM_N_SUMS]; /* quantised x, for each kind of sum that is needed */
  int64_t n_units;
  _Alignas(64) atomic_llong next_unit;
} GlmRegion;

static inline const float *
glm_region_x (const GlmRegion *region, int64_t t)
{
  return region->x + (region->gather ? region->gather[t] : t) * region->ldx;
}

/* matrix-plain.c: rows of W from the file, in float. */
int64_t glm_plain_unit_rows (const GlmRegion *region, const GlmMatrix *matrix);
size_t glm_plain_floats (const GlmRegion *region, const GlmMatrix *matrix);
void glm_plain_multiply (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end, float *buffer);

/* matrix-by-use.c.  hold() packs the members that the products need and keeps them until release(); false: none is used so. */
bool glm_by_use_new (GlmMatrix *matrix, const uint8_t *source, bool is_mapped, GlmError *error);
void glm_by_use_free (GlmByUse *by_use);
bool glm_by_use_hold (const GlmProduct *products, int n_products, GlmPool *pool);
void glm_by_use_release (const GlmProduct *products, int n_products);

/* Panels' rows of the file brought in at a time: about a megabyte. */
#define GLM_POPULATE_PANELS 16

/* matrix.c */
bool glm_scratch_reserve (GlmScratch *scratch, size_t rows_bytes, size_t tiles_bytes, GlmError *error);
/* x into the tiles; the products from tiles (or x) to y, with n_units not yet counted. */
void glm_region_quantise (GlmRegion *region, GlmPool *pool);
void glm_region_multiply (GlmRegion *region, GlmPool *pool);

/* matrix-packed.c: panels.  `next` is the row whose panels this worker will probably multiply after these: they are
 * prefetched meanwhile; −1: unknown. */
int64_t glm_packed_unit_rows (const GlmMatrix *matrix, int64_t n, int n_workers, int n_together);
size_t glm_packed_tile_bytes (const GlmRegion *region, int64_t cols);
void glm_packed_quantise (const GlmRegion *region, int64_t cols, int64_t begin, int64_t end);
void glm_packed_multiply (const GlmRegion *region, const GlmProduct *product, int64_t begin, int64_t end, int64_t next);

/* The same piece by piece.  Tile i of width glm_packed_tile_width() holds tokens from i · max_tile_width on. */
int64_t glm_packed_count_tiles (const GlmRegion *region);
int glm_packed_tile_width (const GlmRegion *region, int64_t i);
uint8_t *glm_packed_tile (const GlmRegion *region, GlmSumKind kind, int64_t cols, int64_t i);
/* out [n_panels, width of tile i, 16] = the panels from `row` on, times tile i.  next: as above, or −1. */
void glm_packed_panels_by_tile (const GlmRegion *region, const GlmMatrix *matrix, int64_t row, int n_panels, int64_t i,
                                int64_t next, float *out);
/* How many tiles, from the first on, are better multiplied with a pair of panels together; at most GLM_JOINT_TILES at a
 * time.  out [n_tiles, 2, max_tile_width, 16] = the two panels from `row` on, times tiles [first, first + n_tiles). */
#define GLM_JOINT_TILES 11
int64_t glm_packed_count_joint_tiles (const GlmRegion *region, const GlmMatrix *matrix);
void glm_packed_pair_by_tiles (const GlmRegion *region, const GlmMatrix *matrix, int64_t row, int64_t first, int64_t n_tiles,
                               int64_t next, float *out);

#endif
