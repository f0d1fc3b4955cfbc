/* matrix-by-use.c: stacks whose members take memory when they are multiplied, and may give it back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model with many experts is opened at once: nothing is packed.  A member's panels are packed in their place, in memory that
 * was only reserved, before the first product with it.  Where the system has little memory left, the members that were not
 * used for the longest time are given up first; they are packed again from the file if they are wanted again.  So a model
 * larger than memory runs at the speed of its disk instead of driving other programs out.
 *
 * All stacks of the process compete for its memory, under one lock; what a call multiplies is held meanwhile.
 */
#include "cpu/matrix-private.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/available.h"
#include "base/error.h"
#include "base/pages.h"

/* What is left to other programs, and to the file's pages on their way. */
#define KEEP_FREE ((size_t) 1 << 30)

#define PAGE      ((size_t) 4096)

typedef struct
{
  bool packed;
  int holders;
  uint64_t used; /* by the clock below */
} Member;

struct GlmByUse
{
  GlmMatrix *matrix;
  const uint8_t *source; /* the file's rows */
  bool is_mapped;        /* they are a file's pages, which can be read again */
  Member *members;
  GlmByUse *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GlmByUse *stacks;
static uint64_t now;          /* calls so far */
static size_t n_packed_bytes; /* of all stacks */
static size_t limit = SIZE_MAX;

void
glm_matrix_limit_by_use (size_t n_bytes)
{
  pthread_mutex_lock (&lock);
  limit = n_bytes;
  pthread_mutex_unlock (&lock);
}

size_t
glm_matrix_bytes_by_use (void)
{
  size_t n_bytes;

  pthread_mutex_lock (&lock);
  n_bytes = n_packed_bytes;
  pthread_mutex_unlock (&lock);
  return n_bytes;
}

static size_t
member_bytes (const GlmMatrix *matrix)
{
  return (size_t) (matrix->member_rows / GLM_PANEL_ROWS) * matrix->panel_bytes;
}

/* ---- Giving up -------------------------------------------------------------------------------------------------- */

/* The pages that are wholly the member's leave memory; their contents are lost. */
static void
give_up (GlmByUse *stack, int64_t member)
{
  const GlmMatrix *matrix = stack->matrix;
  uintptr_t begin = (uintptr_t) matrix->panels + (size_t) member * member_bytes (matrix), end = begin + member_bytes (matrix);

  begin = (begin + PAGE - 1) & ~(PAGE - 1);
  end &= ~(PAGE - 1);
  if (end > begin)
    madvise ((void *) begin, end - begin, MADV_DONTNEED);
  stack->members[member].packed = false;
  n_packed_bytes -= member_bytes (matrix);
}

/* Evicts the least recently used copy that is not held; false: there is none. */
static bool
give_up_oldest (void)
{
  GlmByUse *oldest = NULL;
  int64_t which = 0;

  for (GlmByUse *stack = stacks; stack; stack = stack->next)
    for (int64_t i = 0; i < stack->matrix->n; i++)
      if (stack->members[i].packed && stack->members[i].holders == 0
          && (!oldest || stack->members[i].used < oldest->members[which].used))
        {
          oldest = stack;
          which = i;
        }
  if (oldest)
    give_up (oldest, which);
  return oldest != NULL;
}

static void
make_room (size_t n_bytes)
{
  size_t available = glm_available_bytes (), freed = 0, before;

  while (n_packed_bytes + n_bytes > limit || (available != SIZE_MAX && available + freed < KEEP_FREE + n_bytes))
    {
      before = n_packed_bytes;
      if (!give_up_oldest ())
        return;
      freed += before - n_packed_bytes;
    }
}

/* ---- Packing ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  const GlmProduct *products;
  int n_products;
  int64_t n_panels; /* of the members that are missing */
  _Alignas(64) atomic_llong next_panel;
} PackJob;

static bool
is_missing (const GlmProduct *product)
{
  return product->matrix->by_use && !product->matrix->by_use->members[product->member].packed;
}

/* Panel `panel` of those that the products lack; is_first: of those that a worker takes together. */
static void
pack_panel (const PackJob *job, int64_t panel, bool is_first)
{
  for (int i = 0; i < job->n_products; i++)
    {
      const GlmProduct *product = &job->products[i];
      const GlmMatrix *matrix = product->matrix;
      int64_t n_panels = matrix->member_rows / GLM_PANEL_ROWS, row = panel * GLM_PANEL_ROWS, left = matrix->rows - row;
      int64_t n_rows = GLM_POPULATE_PANELS * GLM_PANEL_ROWS;
      const uint8_t *source;

      if (!is_missing (product))
        continue;
      if (panel >= n_panels)
        {
          panel -= n_panels;
          continue;
        }
      source = matrix->by_use->source + (size_t) (product->member * matrix->rows + row) * matrix->row_bytes;
      if (matrix->by_use->is_mapped && (is_first || panel % GLM_POPULATE_PANELS == 0))
        glm_pages_populate (source, (size_t) (left < n_rows ? left : n_rows) * matrix->row_bytes);
      glm_packed_pack_panel (matrix->packed_traits, source, matrix->row_bytes,
                             left < GLM_PANEL_ROWS ? (int) left : GLM_PANEL_ROWS, matrix->cols,
                             (uint8_t *) matrix->panels + (size_t) (product->member * n_panels + panel) * matrix->panel_bytes);
      return;
    }
}

/* Workers take the panels whose rows are brought in together, until none is left. */
static void
pack_share (int worker, int n_workers, void *data)
{
  PackJob *job = data;
  int64_t begin;

  while ((begin = atomic_fetch_add_explicit (&job->next_panel, GLM_POPULATE_PANELS, memory_order_relaxed)) < job->n_panels)
    for (int64_t panel = begin; panel < job->n_panels && panel < begin + GLM_POPULATE_PANELS; panel++)
      pack_panel (job, panel, panel == begin);
}

static const uint8_t *
member_source (const GlmProduct *product)
{
  const GlmMatrix *matrix = product->matrix;

  return matrix->by_use->source + (size_t) (product->member * matrix->rows) * matrix->row_bytes;
}

/* The file's pages have been read and are not needed again soon. */
static void
release_source (const GlmProduct *product)
{
  const GlmMatrix *matrix = product->matrix;
  uintptr_t begin = (uintptr_t) member_source (product);
  uintptr_t end = begin + (size_t) matrix->rows * matrix->row_bytes;

  begin = (begin + PAGE - 1) & ~(PAGE - 1);
  end &= ~(PAGE - 1);
  if (end > begin && matrix->by_use->is_mapped)
    madvise ((void *) begin, end - begin, MADV_DONTNEED);
}

/* No two products of a call have the same member of a stack. */
static void
pack_missing (const GlmProduct *products, int n_products, GlmPool *pool)
{
  PackJob job = { .products = products, .n_products = n_products };
  size_t n_bytes = 0;

  for (int i = 0; i < n_products; i++)
    if (is_missing (&products[i]))
      {
        job.n_panels += products[i].matrix->member_rows / GLM_PANEL_ROWS;
        n_bytes += member_bytes (products[i].matrix);
      }
  if (n_bytes == 0)
    return;
  make_room (n_bytes);
  for (int i = 0; i < n_products; i++)
    if (is_missing (&products[i]) && products[i].matrix->by_use->is_mapped)
      glm_pages_read_ahead (member_source (&products[i]), (size_t) products[i].matrix->rows * products[i].matrix->row_bytes);
  glm_pool_run (pool, pack_share, &job);
  n_packed_bytes += n_bytes;
  for (int i = 0; i < n_products; i++)
    if (is_missing (&products[i]))
      {
        release_source (&products[i]);
        products[i].matrix->by_use->members[products[i].member].packed = true;
      }
}

bool
glm_by_use_hold (const GlmProduct *products, int n_products, GlmPool *pool)
{
  bool any = false;

  for (int i = 0; i < n_products && !any; i++)
    any = products[i].matrix->by_use != NULL;
  if (!any)
    return false;
  pthread_mutex_lock (&lock);
  now++;
  for (int i = 0; i < n_products; i++)
    if (products[i].matrix->by_use)
      {
        Member *member = &products[i].matrix->by_use->members[products[i].member];

        member->holders++;
        member->used = now;
      }
  pack_missing (products, n_products, pool);
  pthread_mutex_unlock (&lock);
  return true;
}

void
glm_by_use_release (const GlmProduct *products, int n_products)
{
  pthread_mutex_lock (&lock);
  for (int i = 0; i < n_products; i++)
    if (products[i].matrix->by_use)
      products[i].matrix->by_use->members[products[i].member].holders--;
  pthread_mutex_unlock (&lock);
}

/* ---- Stacks ----------------------------------------------------------------------------------------------------- */

bool
glm_by_use_new (GlmMatrix *matrix, const uint8_t *source, bool is_mapped, GlmError *error)
{
  GlmByUse *by_use = calloc (1, sizeof *by_use);

  if (by_use)
    by_use->members = calloc ((size_t) matrix->n, sizeof *by_use->members);
  if (!by_use || !by_use->members)
    {
      free (by_use);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a matrix");
    }
  by_use->matrix = matrix;
  by_use->source = source;
  by_use->is_mapped = is_mapped;
  matrix->by_use = by_use;
  pthread_mutex_lock (&lock);
  by_use->next = stacks;
  stacks = by_use;
  pthread_mutex_unlock (&lock);
  return true;
}

void
glm_by_use_free (GlmByUse *by_use)
{
  GlmByUse **place;

  if (!by_use)
    return;
  pthread_mutex_lock (&lock);
  for (place = &stacks; *place != by_use; place = &(*place)->next)
    ;
  *place = by_use->next;
  for (int64_t i = 0; i < by_use->matrix->n; i++)
    if (by_use->members[i].packed)
      n_packed_bytes -= member_bytes (by_use->matrix);
  pthread_mutex_unlock (&lock);
  free (by_use->members);
  free (by_use);
}
