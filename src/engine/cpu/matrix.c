/* matrix.c: weight matrices and their products
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the processor multiplies bytes well, a matrix is packed when it is made (quant/packed.h) and its products run on
 * int8 activations (matrix-packed.c).  All else stays as it is in the file and is multiplied in float (matrix-plain.c).
 *
 * A call cuts its products into units of rows, in one sequence over all of them, which the pool's workers take one by
 * one.
 */
#include "cpu/matrix-private.h"

#include "base/aligned.h"
#include "base/error.h"
#include "base/pages.h"

#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t) 2 << 20)

/* Up to here the caller quantises x itself: a parallel region would take longer. */
#define MAX_SERIAL_N      4
#define MAX_SERIAL_VALUES 16384

/* ---- Packing ---------------------------------------------------------------------------------------------------- */

/* Anonymous memory of whole pages, in huge pages where a whole one is used. */
static uint8_t *
map_panels (size_t n_bytes)
{
  size_t reserved = n_bytes + HUGE_PAGE, whole = n_bytes / HUGE_PAGE * HUGE_PAGE, before;
  uint8_t *base = mmap (NULL, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (base == MAP_FAILED)
    return NULL;
  before = (HUGE_PAGE - (uintptr_t) base % HUGE_PAGE) % HUGE_PAGE;
  if (before > 0)
    munmap (base, before);
  if (reserved - before - n_bytes > 0)
    munmap (base + before + n_bytes, reserved - before - n_bytes);
  if (whole > 0)
    madvise (base + before, whole, MADV_HUGEPAGE); /* only makes it faster */
  return base + before;
}

typedef struct
{
  GlmMatrix *matrix;
  const uint8_t *data;
  uint8_t *panels;
} PackJob;

static int64_t
member_panels (const GlmMatrix *matrix)
{
  return (matrix->rows + GLM_PANEL_ROWS - 1) / GLM_PANEL_ROWS;
}

/* Where the file has the first row of a panel, and behind the last panel its end. */
static const uint8_t *
panel_source (const PackJob *job, int64_t panel)
{
  const GlmMatrix *matrix = job->matrix;
  int64_t n = member_panels (matrix), row = panel / n * matrix->rows + panel % n * GLM_PANEL_ROWS;

  return job->data + (size_t) row * matrix->row_bytes;
}

static void
pack_share (int worker, int n_workers, void *data)
{
  const PackJob *job = data;
  GlmMatrix *matrix = job->matrix;
  int64_t begin, end;

  glm_pool_share (worker, n_workers, matrix->n * member_panels (matrix), 1, &begin, &end);
  for (int64_t panel = begin; panel < end; panel++)
    {
      const uint8_t *source = panel_source (job, panel);
      int64_t left = matrix->rows - panel % member_panels (matrix) * GLM_PANEL_ROWS;

      if ((panel - begin) % GLM_POPULATE_PANELS == 0)
        glm_pages_populate (source,
                            (size_t) (panel_source (job, panel + GLM_POPULATE_PANELS < end ? panel + GLM_POPULATE_PANELS : end)
                                      - source));
      glm_packed_pack_panel (matrix->packed_traits, source, matrix->row_bytes,
                             left < GLM_PANEL_ROWS ? (int) left : GLM_PANEL_ROWS, matrix->cols,
                             job->panels + (size_t) panel * matrix->panel_bytes);
    }
}

/* Memory for the panels of all members, which is not there before something is written into it. */
static bool
reserve_panels (GlmMatrix *matrix, GlmError *error)
{
  size_t n_panels = (size_t) (matrix->n * member_panels (matrix));

  matrix->panel_bytes = glm_packed_panel_bytes (matrix->packed_traits, matrix->cols);
  matrix->panels_bytes = (n_panels * matrix->panel_bytes + 4095) / 4096 * 4096;
  matrix->panels = map_panels (matrix->panels_bytes);
  if (!matrix->panels)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a matrix of %zu MiB", matrix->panels_bytes >> 20);
  matrix->owns_panels = true;
  matrix->member_rows = member_panels (matrix) * GLM_PANEL_ROWS;
  return true;
}

static bool
pack (GlmMatrix *matrix, const void *data, GlmPool *pool, GlmError *error)
{
  PackJob job = { matrix, data, NULL };

  if (!reserve_panels (matrix, error))
    return false;
  job.panels = (uint8_t *) matrix->panels;
  glm_pool_run (pool, pack_share, &job);
  return true;
}

/* ---- Matrices --------------------------------------------------------------------------------------------------- */

static void
hold_openblas_to_one_thread (void)
{
  openblas_set_num_threads (1);
}

/* The file's data are panels already: they are used where they lie. */
static void
borrow_panels (GlmMatrix *matrix, const void *data)
{
  matrix->packed_traits = glm_packed_traits_of_file (matrix->traits->type);
  if (!matrix->packed_traits)
    return;
  matrix->panel_bytes = glm_packed_panel_bytes (matrix->packed_traits, matrix->cols);
  matrix->panels_bytes = (size_t) (matrix->n * matrix->rows / GLM_PANEL_ROWS) * matrix->panel_bytes;
  matrix->panels = data;
  matrix->data = NULL;
  matrix->multiplies_packed = matrix->kernels->has_packed;
}

static bool
new_unpacked (GlmType type, int64_t n, int64_t rows, int64_t cols, const void *data, GlmMatrix **ret_matrix, GlmError *error)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  const GlmTypeTraits *traits = glm_type_traits (type);
  GlmMatrix *matrix;

  if (!traits)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "Unknown tensor type %d", (int) type);
  if (glm_packed_traits_of_file (type) != NULL && rows % GLM_PANEL_ROWS != 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "A packed matrix of %lld rows has no whole panels", (long long) rows);
  if (n <= 0 || rows <= 0 || cols <= 0 || cols % traits->block_size != 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "A matrix of %lld × %lld values cannot have type %s", (long long) rows,
                          (long long) cols, traits->name);
  if (n > INT16_MAX || rows > INT32_MAX || cols > INT32_MAX)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "A matrix of %lld × %lld values is too large", (long long) rows,
                          (long long) cols);

  matrix = calloc (1, sizeof *matrix);
  if (!matrix)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a matrix");
  pthread_once (&once, hold_openblas_to_one_thread);
  matrix->traits = traits;
  matrix->n = n;
  matrix->rows = matrix->member_rows = rows;
  matrix->cols = cols;
  matrix->row_bytes = (size_t) (cols / traits->block_size) * (size_t) traits->block_bytes;
  matrix->data = data;
  matrix->kernels = glm_kernels ();
  matrix->use_blas = glm_cpu_flags () != 0;
  borrow_panels (matrix, data);
  *ret_matrix = matrix;
  return true;
}

bool
glm_matrix_new_in_place (GlmType type, int64_t n, int64_t rows, int64_t cols, const void *data, GlmMatrix **ret_matrix,
                         GlmError *error)
{
  return new_unpacked (type, n, rows, cols, data, ret_matrix, error);
}

bool
glm_matrix_new_for_lookup (GlmType type, int64_t rows, int64_t cols, const void *data, GlmMatrix **ret_matrix, GlmError *error)
{
  return new_unpacked (type, 1, rows, cols, data, ret_matrix, error);
}

bool
glm_matrix_new (GlmType type, int64_t rows, int64_t cols, const void *data, GlmPool *pool, GlmMatrix **ret_matrix,
                GlmError *error)
{
  return glm_matrix_new_stack (type, 1, rows, cols, data, pool, ret_matrix, error);
}

bool
glm_matrix_new_stack (GlmType type, int64_t n, int64_t rows, int64_t cols, const void *data, GlmPool *pool,
                      GlmMatrix **ret_matrix, GlmError *error)
{
  GlmMatrix *matrix = NULL;

  if (!new_unpacked (type, n, rows, cols, data, &matrix, error))
    return false;
  if (matrix->panels)
    glm_pages_read_ahead (data, matrix->panels_bytes);
  else if (matrix->kernels->has_packed && (matrix->packed_traits = glm_packed_traits_for_type (type)) != NULL)
    {
      if (!pack (matrix, data, pool, error))
        {
          glm_matrix_free (matrix);
          return false;
        }
      matrix->data = NULL;
      matrix->multiplies_packed = true;
    }
  *ret_matrix = matrix;
  return true;
}

bool
glm_matrix_new_by_use (GlmType type, int64_t n, int64_t rows, int64_t cols, const void *data, bool is_mapped,
                       GlmMatrix **ret_matrix, GlmError *error)
{
  GlmMatrix *matrix = NULL;

  if (!new_unpacked (type, n, rows, cols, data, &matrix, error))
    return false;
  if (!matrix->panels && matrix->kernels->has_packed && (matrix->packed_traits = glm_packed_traits_for_type (type)) != NULL)
    {
      if (!reserve_panels (matrix, error) || !glm_by_use_new (matrix, data, is_mapped, error))
        {
          glm_matrix_free (matrix);
          return false;
        }
      matrix->data = NULL;
      matrix->multiplies_packed = true;
    }
  *ret_matrix = matrix;
  return true;
}

void
glm_matrix_free (GlmMatrix *matrix)
{
  if (!matrix)
    return;
  glm_by_use_free (matrix->by_use);
  if (matrix->owns_panels)
    munmap ((void *) matrix->panels, matrix->panels_bytes);
  free (matrix);
}

bool
glm_matrix_is_packed (const GlmMatrix *matrix)
{
  return matrix->owns_panels && !matrix->by_use;
}

size_t
glm_matrix_bytes (const GlmMatrix *matrix)
{
  return matrix->panels != NULL ? matrix->panels_bytes : (size_t) (matrix->n * matrix->rows) * matrix->row_bytes;
}

const void *
glm_matrix_data (const GlmMatrix *matrix)
{
  const uint8_t *data = matrix->panels != NULL ? matrix->panels : matrix->data;

  return matrix->by_use ? NULL : data;
}

/* ---- Scratch ---------------------------------------------------------------------------------------------------- */

bool
glm_scratch_new (GlmScratch **ret_scratch, GlmError *error)
{
  GlmScratch *scratch = calloc (1, sizeof *scratch);

  if (!scratch)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for scratch buffers");
  *ret_scratch = scratch;
  return true;
}

void
glm_scratch_free (GlmScratch *scratch)
{
  if (!scratch)
    return;
  free (scratch->rows);
  free (scratch->tiles);
  free (scratch);
}

/* Makes *buffer at least n_bytes long; what was in it is lost. */
static bool
reserve (void **buffer, size_t *buffer_bytes, size_t n_bytes, GlmError *error)
{
  if (n_bytes <= *buffer_bytes)
    return true;
  free (*buffer);
  *buffer_bytes = 0;
  *buffer = aligned_alloc (64, (n_bytes + 63) / 64 * 64);
  if (!*buffer)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a product");
  *buffer_bytes = n_bytes;
  return true;
}

bool
glm_scratch_reserve (GlmScratch *scratch, size_t rows_bytes, size_t tiles_bytes, GlmError *error)
{
  return reserve ((void **) &scratch->rows, &scratch->rows_bytes, rows_bytes, error)
         && reserve ((void **) &scratch->tiles, &scratch->tiles_bytes, tiles_bytes, error);
}

/* ---- Products --------------------------------------------------------------------------------------------------- */

static int64_t
unit_rows (const GlmRegion *region, const GlmMatrix *matrix, int n_workers)
{
  int n_together = region->n_together > 0 ? region->n_together : region->n_products;

  return matrix->multiplies_packed ? glm_packed_unit_rows (matrix, region->n, n_workers, n_together)
                                   : glm_plain_unit_rows (region, matrix);
}

static void
multiply_unit (const GlmRegion *region, int64_t unit, int n_workers, float *buffer)
{
  for (int i = 0; i < region->n_products; i++)
    {
      const GlmProduct *product = &region->products[i];
      int64_t rows = product->matrix->rows, step = unit_rows (region, product->matrix, n_workers);
      int64_t n_units = (rows + step - 1) / step, begin = unit * step, end = begin + step < rows ? begin + step : rows;

      if (unit >= n_units)
        {
          unit -= n_units;
          continue;
        }
      if (product->matrix->multiplies_packed)
        glm_packed_multiply (region, product, begin, end, unit + n_workers < n_units ? (unit + n_workers) * step : -1);
      else
        glm_plain_multiply (region, product, begin, end, buffer);
      return;
    }
}

static void
multiply_share (int worker, int n_workers, void *data)
{
  GlmRegion *region = data;
  float *buffer = region->rows_floats != 0 ? region->rows + region->rows_floats * (size_t) worker : NULL;
  int64_t unit;

  while ((unit = atomic_fetch_add_explicit (&region->next_unit, 1, memory_order_relaxed)) < region->n_units)
    multiply_unit (region, unit, n_workers, buffer);
}

static void
quantise_share (int worker, int n_workers, void *data)
{
  const GlmRegion *region = data;
  int64_t begin, end;

  glm_pool_share (worker, n_workers, region->n, 1, &begin, &end);
  glm_packed_quantise (region, region->products[0].matrix->cols, begin, end);
}

void
glm_region_quantise (GlmRegion *region, GlmPool *pool)
{
  if (region->n <= MAX_SERIAL_N)
    glm_packed_quantise (region, region->products[0].matrix->cols, 0, region->n);
  else
    glm_pool_run (pool, quantise_share, region);
}

void
glm_region_multiply (GlmRegion *region, GlmPool *pool)
{
  for (int i = 0; i < region->n_products; i++)
    {
      int64_t step = unit_rows (region, region->products[i].matrix, glm_pool_n_threads (pool));

      region->n_units += (region->products[i].matrix->rows + step - 1) / step;
    }
  glm_pool_run (pool, multiply_share, region);
}

/* Which kinds of tiles the region needs, and how long the dequantised rows are; returns the bytes of all tiles. */
static size_t
count_tile_bytes (GlmRegion *region, bool needed[GLM_N_SUMS])
{
  size_t n_bytes = (glm_packed_tile_bytes (region, region->products[0].matrix->cols) + 63) / 64 * 64, n_kinds = 0;

  for (int i = 0; i < region->n_products; i++)
    {
      const GlmMatrix *matrix = region->products[i].matrix;

      if (matrix->multiplies_packed)
        needed[matrix->packed_traits->sum_kind] = true;
      else if (glm_plain_floats (region, matrix) > region->rows_floats)
        region->rows_floats = glm_plain_floats (region, matrix);
    }
  for (int kind = 0; kind < GLM_N_SUMS; kind++)
    n_kinds += needed[kind];
  return n_bytes * n_kinds;
}

/* Gives the region its tiles at `tiles`; returns where they end. */
static uint8_t *
place_tiles (GlmRegion *region, const bool needed[GLM_N_SUMS], uint8_t *tiles)
{
  size_t n_bytes = (glm_packed_tile_bytes (region, region->products[0].matrix->cols) + 63) / 64 * 64;

  for (int kind = 0; kind < GLM_N_SUMS; kind++)
    {
      region->tiles[kind] = needed[kind] ? tiles : NULL;
      if (needed[kind])
        tiles += n_bytes; /* there may be none at all: nothing is added to NULL */
    }
  return tiles;
}

/* ---- Products of chosen rows ------------------------------------------------------------------------------------ */

/* Products of the same rows are a region, with tiles of its own; the workers take the units of all, one after the other. */
typedef struct
{
  GlmRegion *regions;
  int n_regions;
  int64_t n_rows; /* of all regions */
  int64_t n_units;
  _Alignas(64) atomic_llong next_unit;
} Gathered;

/* Rows [begin, end) of all regions, counted through. */
static void
quantise_gathered (const Gathered *gathered, int64_t begin, int64_t end)
{
  for (int i = 0; i < gathered->n_regions && end > 0; i++)
    {
      const GlmRegion *region = &gathered->regions[i];

      if (begin < region->n)
        glm_packed_quantise (region, region->products[0].matrix->cols, begin > 0 ? begin : 0,
                             end < region->n ? end : region->n);
      begin -= region->n;
      end -= region->n;
    }
}

static void
quantise_gathered_share (int worker, int n_workers, void *data)
{
  const Gathered *gathered = data;
  int64_t begin, end;

  glm_pool_share (worker, n_workers, gathered->n_rows, 1, &begin, &end);
  quantise_gathered (gathered, begin, end);
}

static void
multiply_gathered_share (int worker, int n_workers, void *data)
{
  Gathered *gathered = data;
  int64_t unit;

  while ((unit = atomic_fetch_add_explicit (&gathered->next_unit, 1, memory_order_relaxed)) < gathered->n_units)
    {
      const GlmRegion *region = gathered->regions;

      for (; unit >= region->n_units; region++)
        unit -= region->n_units;
      multiply_unit (region, unit, n_workers, region->rows + region->rows_floats * (size_t) worker);
    }
}

static bool
place_gathered (Gathered *gathered, int n_workers, GlmScratch *scratch, GlmError *error)
{
  size_t tiles_bytes = 0, rows_floats = 0;
  uint8_t *tiles;

  for (int i = 0; i < gathered->n_regions; i++)
    {
      bool needed[GLM_N_SUMS] = { false };

      tiles_bytes += count_tile_bytes (&gathered->regions[i], needed);
      if (gathered->regions[i].rows_floats > rows_floats)
        rows_floats = gathered->regions[i].rows_floats;
    }
  if (!glm_scratch_reserve (scratch, rows_floats * sizeof (float) * (size_t) n_workers, tiles_bytes, error))
    return false;
  tiles = scratch->tiles;
  for (int i = 0; i < gathered->n_regions; i++)
    {
      bool needed[GLM_N_SUMS] = { false };

      count_tile_bytes (&gathered->regions[i], needed);
      tiles = place_tiles (&gathered->regions[i], needed, tiles);
      gathered->regions[i].rows = scratch->rows;
      gathered->regions[i].rows_floats = rows_floats;
    }
  return true;
}

static bool
has_same_rows (const GlmProduct *a, const GlmProduct *b)
{
  return a->rows == b->rows && (!a->rows || a->n_rows == b->n_rows);
}

static void
make_regions (Gathered *gathered, const GlmProduct *products, int n_products, const GlmRegion *all, int n_workers)
{
  for (int i = 0, n_together; i < n_products; i += n_together)
    {
      GlmRegion *region = &gathered->regions[gathered->n_regions];
      int64_t n = products[i].rows ? products[i].n_rows : all->n;

      for (n_together = 1; i + n_together < n_products && has_same_rows (&products[i], &products[i + n_together]);)
        n_together++;
      if (n <= 0)
        continue;
      *region = (GlmRegion){ .products = &products[i],
                             .n_products = n_together,
                             .n_together = n_products,
                             .x = all->x,
                             .ldx = all->ldx,
                             .n = n,
                             .gather = products[i].rows,
                             .kernels = all->kernels };
      for (int j = 0; j < n_together; j++)
        {
          int64_t step = unit_rows (region, products[i + j].matrix, n_workers);

          region->n_units += (products[i + j].matrix->rows + step - 1) / step;
        }
      gathered->n_rows += n;
      gathered->n_units += region->n_units;
      gathered->n_regions++;
    }
}

static bool
multiply_gathered (const GlmProduct *products, int n_products, const GlmRegion *all, GlmPool *pool, GlmScratch *scratch,
                   GlmError *error)
{
  Gathered gathered = { glm_alloc_aligned ((size_t) n_products, sizeof (GlmRegion)) };
  int n_workers = glm_pool_n_threads (pool);
  bool ok;

  if (!gathered.regions)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a product");
  make_regions (&gathered, products, n_products, all, n_workers);
  ok = place_gathered (&gathered, n_workers, scratch, error);
  if (ok)
    {
      if (gathered.n_rows * products[0].matrix->cols <= MAX_SERIAL_VALUES)
        quantise_gathered (&gathered, 0, gathered.n_rows);
      else
        glm_pool_run (pool, quantise_gathered_share, &gathered);
      glm_pool_run (pool, multiply_gathered_share, &gathered);
    }
  free (gathered.regions);
  return ok;
}

/* ---- Products of one x ------------------------------------------------------------------------------------------ */

static bool
has_tiles (const GlmRegion *region)
{
  for (int kind = 0; kind < GLM_N_SUMS; kind++)
    if (region->tiles[kind])
      return true;
  return false;
}

static bool
multiply_many (const GlmProduct *products, int n_products, const float *x, int64_t ldx, int64_t n, GlmPool *pool,
               GlmScratch *scratch, GlmError *error)
{
  GlmRegion region = { .products = products, .n_products = n_products, .x = x, .ldx = ldx, .n = n };
  bool needed[GLM_N_SUMS] = { false }, gathers = false;
  size_t tiles_bytes;

  region.kernels = products[0].matrix->kernels;
  for (int i = 0; i < n_products; i++)
    {
      gathers |= products[i].rows != NULL;
      if (products[i].matrix->cols != products[0].matrix->cols || products[i].matrix->kernels != region.kernels)
        return glm_error_set (error, GLM_ERROR_ARGUMENT, "Products of one x need matrices of the same width and processor");
    }
  if (gathers)
    return multiply_gathered (products, n_products, &region, pool, scratch, error);
  tiles_bytes = count_tile_bytes (&region, needed);
  if (!glm_scratch_reserve (scratch, region.rows_floats * sizeof (float) * (size_t) glm_pool_n_threads (pool), tiles_bytes,
                            error))
    return false;
  region.rows = scratch->rows;
  place_tiles (&region, needed, scratch->tiles);
  if (has_tiles (&region))
    glm_region_quantise (&region, pool);
  glm_region_multiply (&region, pool);
  return true;
}

bool
glm_matmul_many (const GlmProduct *products, int n_products, const float *x, int64_t ldx, int64_t n, GlmPool *pool,
                 GlmScratch *scratch, GlmError *error)
{
  bool ok, holds;

  if (n <= 0 || n_products <= 0)
    return true;
  holds = glm_by_use_hold (products, n_products, pool);
  ok = multiply_many (products, n_products, x, ldx, n, pool, scratch, error);
  if (holds)
    glm_by_use_release (products, n_products);
  return ok;
}
