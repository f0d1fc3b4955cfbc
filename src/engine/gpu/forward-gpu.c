/* forward-gpu.c: a batch through a plan on a card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The host's cache of keys and values stays the truth.  A run uploads the columns that the card lacks, and the rows' embeddings
 * and angles; submits layers, two submissions under way at a time; and reads back the logits and the batch's own columns.  After
 * a failure the host therefore has a cache that is whole up to the failed batch.
 */
#include "gpu/forward-gpu.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "compute/rope.h"
#include "gpu/columns.h"
#include "gpu/residence.h"
#include "gpu/slots.h"
#include "gpu/trust.h"

#define FIRST_ROWS        128 /* of a batch at once, until it is known how long layers take */
#define FIRST_ROWS_SHARED 32  /* … with a processor's graphics: more could take it a second */
#define MIN_ROWS          16
#define MOST_ROWS         512

typedef struct
{
  GlmForward base;
  GlmForward *rest; /* of the plan's rest; NULL: none */
  GlmGpu *gpu;
  const GlmPlan *plan;
  const GlmKvCache *cache;
  GlmGpuTenant tenant;
  GlmPool *threads; /* of the host */
  GlmGpuVectors vectors;
  GlmGpuColumns columns;
  GlmGpuWorkspace space;
  GlmGpuSlots slots;
  int64_t most_rows; /* of a batch at once */
  VkFence fences[2];
  double *frequencies;
  float magnitude;
} Forward;

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static void
fill_upload (Forward *f, const GlmBatch *batch)
{
  const GlmPlaces *places = &f->space.places;
  float *rows = f->space.upload.map;
  int64_t width = f->plan->registers[GLM_REG_X].width;
  GlmRun run = { (uint32_t) batch->first, batch->first < batch->n_context ? (uint32_t) batch->n_context : 0 };

  for (int64_t i = 0; i < batch->n; i++)
    glm_gpu_weights_row (glm_gpu_weights (&f->plan->embedding), batch->ids[i], rows + i * width);
  glm_rope_batch (f->plan, batch, f->frequencies, f->magnitude, glm_gpu_workspace_up (&f->space, places->cosines),
                  glm_gpu_workspace_up (&f->space, places->sines));
  memcpy (glm_gpu_workspace_up (&f->space, places->run), &run, sizeof run);
}

/* Submissions: two at a time under way. */
typedef struct
{
  int n, n_done;
} Flight;

static bool
land (Forward *f, Flight *flight, int n_under_way, GlmError *error)
{
  for (; flight->n - flight->n_done > n_under_way; flight->n_done++)
    if (!glm_gpu_wait (f->gpu, f->fences[flight->n_done % 2], error))
      return false;
  return true;
}

static bool
submit (Forward *f, Flight *flight, const VkCommandBuffer *parts, int n, GlmError *error)
{
  return land (f, flight, 1, error) && glm_gpu_submit (f->gpu, parts, (uint32_t) n, f->fences[flight->n++ % 2], error);
}

/* Whether the last layer of a part ends with steps of the rest. */
static bool
hands_over (const Forward *f, const GlmGpuSlot *slot, int part)
{
  return part > 0 && glm_plan_hands_over (f->plan, part * slot->span - 1);
}

/* The rest's part of a layer, once the residual is there, and what the card does meanwhile. */
static bool
run_layer_end (Forward *f, const GlmGpuSlot *slot, const GlmBatch *batch, int layer, Flight *flight, GlmError *error)
{
  const VkCommandBuffer *meanwhile = &slot->parts[f->plan->end_layer + 2 + layer];

  return (!*meanwhile || submit (f, flight, meanwhile, 1, error)) && land (f, flight, *meanwhile ? 1 : 0, error)
         && f->rest->backend->run_layer (f->rest, batch, layer, glm_gpu_workspace_out (&f->space), f->space.upload.map, error);
}

/* As many parts at a time as are a group, up to one that waits for the rest; those without layers go with others. */
static bool
submit_parts (Forward *f, const GlmGpuSlot *slot, const GlmBatch *batch, Flight *flight, GlmError *error)
{
  for (int begin = 0, end; begin <= slot->n_spans + 1; begin = end)
    {
      int first = begin > 0 ? begin : 1;

      if (batch->tick && !batch->tick ((double) ((first - 1) * slot->span) / f->plan->params.n_layers, batch->tick_data))
        return glm_error_set (error, GLM_ERROR_CANCELLED, "cancelled");
      end = first + 1;
      while (end <= slot->n_spans && end < first + slot->group && !hands_over (f, slot, end - 1))
        end++;
      end += end == slot->n_spans + 1 && !hands_over (f, slot, end - 1);
      if (!submit (f, flight, slot->parts + begin, end - begin, error)
          || (hands_over (f, slot, end - 1) && !run_layer_end (f, slot, batch, (end - 1) * slot->span - 1, flight, error)))
        return false;
    }
  return land (f, flight, 0, error);
}

static bool
submit_slot (Forward *f, const GlmGpuSlot *slot, const GlmBatch *batch, GlmError *error)
{
  Flight flight = { 0 };

  if (submit_parts (f, slot, batch, &flight, error))
    return true;
  /* Something may be under way. */
  glm_gpu_settle (f->gpu);
  if (!f->gpu->hung)
    f->gpu->vk.ResetFences (f->gpu->device, 2, f->fences);
  return false;
}

/* Whether batches of so many rows find room where those of now lie: one that finds none would leave the card for good. */
static bool
has_room (const Forward *f, int64_t n_rows)
{
  return glm_gpu_workspace_bytes (f->gpu, &f->space, n_rows, f->space.n_logits)
         <= f->space.work.size + glm_gpu_free_bytes (f->gpu);
}

/* Adapts the groups, and the rows of batches to come, to what the first layer took. */
static void
adapt (Forward *f, GlmGpuSlot *slot)
{
  double seconds;

  if (!glm_gpu_slots_adapt (f->gpu, &f->slots, slot, f->plan->end_layer, &seconds))
    return;
  if (seconds > 2 * GLM_GPU_SUBMISSION_SECONDS && slot->n > MIN_ROWS && slot->n <= f->most_rows)
    f->most_rows = slot->n / 2 > MIN_ROWS ? slot->n / 2 : MIN_ROWS;
  else if (slot->n == f->most_rows && 2 * seconds < GLM_GPU_SUBMISSION_SECONDS && f->most_rows < MOST_ROWS
           && has_room (f, 2 * f->most_rows))
    f->most_rows *= 2;
}

static bool
run_part (Forward *f, const GlmBatch *batch, int64_t n_logits, float *logits, GlmError *error)
{
  GlmGpuSlot *slot;
  GlmBatch behind = *batch;

  if (!glm_gpu_workspace_reserve (f->gpu, &f->space, batch->n, n_logits, error)
      || !glm_gpu_columns_sync (f->gpu, &f->columns, batch->first, error)
      || !glm_gpu_slots_find (f->gpu, &f->slots, &f->space, batch->n, n_logits, &slot, error))
    return false;
  glm_gpu_columns_changed (&f->columns, batch->first);
  fill_upload (f, batch);
  glm_gpu_at_risk (f->gpu);
  if (!submit_slot (f, slot, batch, error))
    return false;
  adapt (f, slot);
  glm_gpu_proved (f->gpu);
  glm_kv_cache_write (f->cache, batch->first, batch->n, f->space.readback.map);
  f->columns.n_synced = batch->first + batch->n;
  if (glm_plan_has_head (f->plan))
    {
      if (n_logits > 0)
        memcpy (logits, glm_gpu_workspace_out (&f->space), (size_t) (n_logits * f->plan->params.n_vocab) * sizeof *logits);
      return true;
    }
  behind.rows = glm_gpu_workspace_out (&f->space);
  return f->rest->backend->run (f->rest, &behind, n_logits, logits, error);
}

typedef struct
{
  const GlmBatch *whole;
  int64_t first, n; /* of the part */
} Part;

static bool
tick_part (double fraction, void *user_data)
{
  const Part *part = user_data;

  return part->whole->tick (((double) part->first + fraction * (double) part->n) / (double) part->whole->n,
                            part->whole->tick_data);
}

static bool
run_parts (Forward *f, const GlmBatch *batch, int64_t n_logits, float *logits, GlmError *error)
{
  int64_t begin_logits = batch->n - n_logits;

  /* A bidirectional prompt is one batch, whatever it takes. */
  if (batch->n <= f->most_rows || batch->first < batch->n_context)
    return run_part (f, batch, n_logits, logits, error);
  for (Part part = { batch, 0, 0 }; part.first < batch->n; part.first += part.n)
    {
      GlmBatch rows = *batch;
      int64_t end, wanted;

      part.n = batch->n - part.first < f->most_rows ? batch->n - part.first : f->most_rows;
      end = part.first + part.n;
      wanted = end <= begin_logits ? 0 : end - begin_logits < part.n ? end - begin_logits : part.n;
      rows.ids += part.first;
      rows.n = part.n;
      rows.first += part.first;
      rows.tick = batch->tick ? tick_part : NULL;
      rows.tick_data = &part;
      if (!run_part (f, &rows, wanted, logits, error))
        return false;
      logits += wanted * f->plan->params.n_vocab;
    }
  return true;
}

static bool
gpu_run (GlmForward *forward, const GlmBatch *batch, int64_t n_logits, float *logits, GlmError *error)
{
  Forward *f = (Forward *) forward;
  bool ok;

  if (!glm_gpu_use_begin (f->gpu, f->threads, error))
    return false;
  ok = run_parts (f, batch, n_logits, logits, error);
  glm_gpu_at_rest (f->gpu);
  glm_gpu_use_end (f->gpu);
  return ok;
}

static void
gpu_rows_read (GlmForward *forward, int64_t first, int64_t n, void *data)
{
  glm_kv_cache_read (((const Forward *) forward)->cache, first, n, data);
}

static void
gpu_rows_write (GlmForward *forward, int64_t first, int64_t n, const void *data)
{
  Forward *f = (Forward *) forward;

  glm_kv_cache_write (f->cache, first, n, data);
  glm_gpu_columns_changed (&f->columns, first);
  if (f->rest)
    f->rest->backend->rows_write (f->rest, first, n, data);
}

/* ---- Memory that comes and goes -------------------------------------------------------------------------------- */

/* The pipelines of a token and of a prompt, where they are kept from one run of the program to the next: many at a time, not each
 * when it is first needed. */
static bool
make_pipelines (Forward *f, GlmPool *pool, GlmError *error)
{
  GlmRecord r = { .gpu = f->gpu, .noting = true, .error = error };

  if (!f->gpu->folder[0])
    return true;
  for (int64_t n = 1; n <= GLM_BATCH_TILE; n += GLM_BATCH_TILE - 1)
    for (int layer = glm_plan_has_head (f->plan) ? -1 : 0; layer < f->plan->end_layer; layer++)
      if (!glm_record_steps (&r, &f->space.places, layer, 0, INT_MAX, 0, layer < 0 ? 1 : n))
        return false;
  return glm_gpu_pipelines_make (f->gpu, pool, error);
}

static Forward *
forward_of (GlmGpuTenant *tenant)
{
  return (Forward *) (void *) ((char *) tenant - offsetof (Forward, tenant));
}

static void
leave (GlmGpuTenant *tenant)
{
  Forward *f = forward_of (tenant);

  glm_gpu_workspace_clear (f->gpu, &f->space);
  glm_gpu_vectors_clear (f->gpu, &f->vectors);
  glm_gpu_columns_clear (f->gpu, &f->columns);
}

static bool
enter (GlmGpuTenant *tenant, GlmPool *pool, GlmError *error)
{
  Forward *f = forward_of (tenant);

  if (!glm_gpu_vectors_new (f->gpu, f->plan, &f->vectors, error) || !glm_gpu_columns_new (f->gpu, f->cache, &f->columns, error))
    goto fail;
  f->space.places.vectors = f->vectors.list;
  f->space.places.n_vectors = f->vectors.n;
  f->space.places.columns = f->columns.buffer.address;
  if (glm_gpu_workspace_reserve (f->gpu, &f->space, 1, 1, error) && make_pipelines (f, pool, error))
    {
      glm_gpu_at_rest (f->gpu);
      return true;
    }

fail:
  leave (tenant);
  return false;
}

/* ---- Making one ------------------------------------------------------------------------------------------------- */

static void
gpu_forward_free (GlmForward *forward)
{
  Forward *f = (Forward *) forward;
  GlmGpu *gpu = f->gpu;

  glm_gpu_settle (gpu);
  glm_gpu_tenant_remove (gpu, &f->tenant);
  for (int i = 0; i < 2 && !gpu->hung; i++)
    gpu->vk.DestroyFence (gpu->device, f->fences[i], NULL);
  glm_gpu_slots_clear (gpu, &f->slots);
  glm_forward_free (f->rest);
  free (f->frequencies);
  free (f);
}

static bool
gpu_forward_new (const GlmPlan *plan, const GlmKvCache *cache, GlmPool *pool, GlmForward **ret_forward, GlmError *error)
{
  Forward *f;

  if (plan->prefix)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "prefixes are not on the card");
  f = calloc (1, sizeof *f);
  if (!f)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
  *f = (Forward){ .base = { plan->backend },
                  .gpu = (GlmGpu *) (void *) plan->backend,
                  .tenant = { .enter = enter, .leave = leave },
                  .threads = pool,
                  .plan = plan,
                  .cache = cache,
                  .space.places = { .plan = plan, .cache = cache } };
  f->most_rows = f->gpu->info.kind == GLM_GPU_INTEGRATED ? FIRST_ROWS_SHARED : FIRST_ROWS;
  f->frequencies = calloc ((size_t) plan->params.n_rot / 2 + 1, sizeof *f->frequencies);
  if (!f->frequencies)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
      goto fail;
    }
  f->magnitude = glm_rope_frequencies (&plan->params, f->frequencies);
  if ((plan->rest && !plan->rest->backend->forward_new (plan->rest, cache, pool, &f->rest, error))
      || !glm_gpu_fence_new (f->gpu, &f->fences[0], error) || !glm_gpu_fence_new (f->gpu, &f->fences[1], error)
      || !glm_gpu_slots_new (f->gpu, &f->slots, error) || !glm_gpu_tenant_add (f->gpu, &f->tenant, pool, error))
    goto fail;
  *ret_forward = &f->base;
  return true;

fail:
  gpu_forward_free (&f->base);
  return false;
}

/* Beside the weights and the cache on the card: buffers of the host and of the card, and what the rest of the plan takes. */
static size_t
gpu_memory (const GlmPlan *plan, int64_t n_columns)
{
  size_t token = glm_kv_bytes_per_token (&plan->kv);

  return (size_t) n_columns * token + GLM_BATCH_TILE * token
         + (plan->rest ? plan->rest->backend->memory (plan->rest, n_columns) : 0)
         + glm_plan_register_bytes (plan, GLM_BATCH_TILE, GLM_BATCH_TILE) * 3 / 2;
}

const GlmBackend glm_gpu_functions = {
  .name = "card",
  .batch_rows = MOST_ROWS,
  .supports = glm_record_supports,
  .weights_new = glm_gpu_weights_new,
  .weights_free = glm_gpu_weights_free,
  .weights_bytes = glm_gpu_weights_bytes,
  .weights_data = glm_gpu_weights_data,
  .weights_copied = glm_gpu_weights_copied,
  .forward_new = gpu_forward_new,
  .forward_free = gpu_forward_free,
  .run = gpu_run,
  .rows_read = gpu_rows_read,
  .rows_write = gpu_rows_write,
  .memory = gpu_memory,
};
