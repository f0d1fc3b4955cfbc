/* forward-gpu.c: a batch through a plan on a card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The host's cache of keys and values stays the truth.  A run uploads the columns that the card lacks, and the rows' embeddings
 * and angles; submits layers; and reads back the logits and the batch's own columns.  After a failure the host therefore has
 * a cache that is whole up to the failed batch.
 *
 * Layers are command buffers, recorded once for each number of rows; what changes from run to run lies in a buffer that shaders
 * read.  A card takes some microseconds from one to the next, so that layers of few rows share one.  How many go into one
 * submission follows from how long a layer took, so that none keeps the card from the desktop for long; two are under way at a
 * time.
 */
#include "gpu/forward-gpu.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "compute/rope.h"
#include "gpu/columns.h"
#include "gpu/record.h"
#include "gpu/residence.h"
#include "gpu/trust.h"

#define SUBMISSION_SECONDS 8e-3
#define N_SLOTS            12
#define FIRST_ROWS         128 /* of a batch at once, until it is known how long layers take */
#define FIRST_ROWS_SHARED  32  /* … with a processor's graphics: more could take it a second */
#define MIN_ROWS           16
#define MANY_ROWS          33 /* of which nothing is known before the first */
#define MOST_ROWS          512
#define ALIGN              256

/* The commands of batches of n rows. */
typedef struct
{
  int64_t n, n_logits; /* n 0: nothing is recorded */
  /* [n_layers + 2]: what comes before the layers; they, `span` each; what comes behind.  Then [n_layers]: what of a layer is
   * done while the rest does its own. */
  VkCommandBuffer *parts;
  int span, n_spans;
  int group;     /* of these in a submission */
  bool too_long; /* one of these */
  uint64_t last_used;
} Slot;

/* Where things lie in the buffers, in bytes. */
typedef struct
{
  size_t regs[GLM_MAX_REGISTERS], quants[GLM_MAX_REGISTERS], quant_scales[GLM_MAX_REGISTERS];
  size_t cosines, sines, run, fresh, outs, sums, latents, head_quants, head_scales, end; /* of the card's */
  size_t up_cosines, up_sines, up_run, up_end;                                           /* of what is uploaded: rows first */
  size_t down_out, down_end; /* of what is read back: columns first; rows for the rest, logits */
} Offsets;

typedef struct
{
  GlmForward base;
  GlmForward *rest; /* of the plan's rest; NULL: none */
  GlmGpu *gpu;
  const GlmPlan *plan;
  const GlmKvCache *cache;
  GlmPlaces places;
  GlmGpuTenant tenant;
  GlmPool *threads; /* of the host */
  GlmGpuVectors vectors;
  GlmGpuColumns columns;
  GlmGpuBuffer work, upload, readback;
  Offsets at;
  int64_t n_rows, n_logits; /* that the buffers hold */
  int64_t most_rows;        /* of a batch at once */
  VkCommandPool pool;
  VkFence fences[2];
  VkQueryPool queries;
  Slot slots[N_SLOTS];
  uint64_t clock;
  double *frequencies;
  float magnitude;
} Forward;

int
glm_gpu_layers_at_once (double layer_seconds, int n_layers)
{
  double n = layer_seconds > 0 ? SUBMISSION_SECONDS / layer_seconds : n_layers;

  return n < 1 ? 1 : n > n_layers ? n_layers : (int) n;
}

/* ---- Memory ----------------------------------------------------------------------------------------------------- */

static size_t
place (size_t *end, size_t n_bytes)
{
  size_t at = *end;

  *end = (at + n_bytes + ALIGN - 1) / ALIGN * ALIGN;
  return at;
}

static size_t
larger (size_t a, size_t b)
{
  return a > b ? a : b;
}

static int64_t
angles_of (const GlmPlan *plan)
{
  return plan->arch->rope_axes * (plan->params.n_rot / 2);
}

/* The rows of all splits of attention, for any batch of up to n_rows. */
static size_t
split_rows (const Forward *f, int64_t n_rows)
{
  const GlmPlanLayer *layer = &f->plan->layers[0];
  int64_t most = 1;

  for (int64_t n = 1; layer->attend < layer->n_steps && n <= n_rows; n++)
    {
      int64_t rows = n * glm_record_splits (f->gpu, &f->places, &layer->steps[layer->attend], n);

      most = rows > most ? rows : most;
    }
  return (size_t) most;
}

/* Of any product of such a batch that is done in parts. */
static size_t
parts_bytes (const Forward *f, const GlmPlanLayer *layer, int64_t n_rows)
{
  size_t most = 0;

  for (int i = 0; i < layer->n_steps; i++)
    for (int k = 0; k < layer->steps[i].n_matrices; k++)
      for (int64_t n = 0; n < n_rows;)
        {
          const GlmStepMatrix *matrix = &layer->steps[i].matrices[k];
          size_t bytes;

          /* Tiles have multiples of 32 tokens: the most is where they are full. */
          n = n + 32 < n_rows ? n + 32 : n_rows;
          bytes = glm_record_parts_bytes (f->gpu, matrix->rows, matrix->cols / 32, n);
          most = bytes > most ? bytes : most;
        }
  return most;
}

/* Attention's parts or a product's, which are never there at the same time. */
static size_t
outs_bytes (const Forward *f, int64_t n_rows, int64_t n_logits)
{
  const GlmPlan *plan = f->plan;
  size_t most = split_rows (f, n_rows) * (size_t) plan->params.n_heads * (size_t) plan->kv.streams[0].width * 4, bytes;

  for (int k = -1; k < plan->end_layer; k++)
    {
      bytes = k < 0 ? parts_bytes (f, &plan->head, n_logits) : parts_bytes (f, &plan->layers[k], n_rows);
      most = bytes > most ? bytes : most;
    }
  return most;
}

/* What a product of a head reads is part of a query, or a latent. */
static void
lay_out_latents (const Forward *f, size_t n_heads, Offsets *at)
{
  size_t rank = (size_t) f->plan->params.kv_rank, plain = (size_t) (f->plan->params.head_dim - f->plan->params.n_rot);
  size_t blocks = (larger (rank, plain) + 31) / 32;

  if (rank == 0)
    return;
  at->latents = place (&at->end, n_heads * rank * 4);
  at->head_quants = place (&at->end, n_heads * blocks * 32 * (f->gpu->has_matrix ? 2 : 1));
  at->head_scales = place (&at->end, n_heads * blocks * 8);
}

static void
lay_out (const Forward *f, int64_t n_rows, int64_t n_logits, Offsets *at)
{
  const GlmPlan *plan = f->plan;
  size_t n = (size_t) n_rows, angles = n * (size_t) angles_of (plan) * 4, rows = split_rows (f, n_rows);
  size_t fresh = n * glm_kv_bytes_per_token (&plan->kv), heads = (size_t) plan->params.n_heads;

  *at = (Offsets){ 0 };
  for (int reg = 0; reg < plan->n_registers; reg++)
    {
      size_t width = (size_t) plan->registers[reg].width;

      at->regs[reg] = place (&at->end, (reg == GLM_REG_LOGITS ? (size_t) n_logits : n) * width * 4);
      /* Whole blocks, which may be the first part of a row. */
      if (reg == GLM_REG_LOGITS || width < 32)
        continue;
      at->quants[reg] = place (&at->end, n * (width / 32) * 32 * (f->gpu->has_matrix ? 2 : 1));
      at->quant_scales[reg] = place (&at->end, n * (width / 32) * 8);
    }
  at->cosines = place (&at->end, angles);
  at->sines = place (&at->end, angles);
  at->run = place (&at->end, sizeof (GlmRun));
  at->fresh = place (&at->end, fresh);
  at->outs = place (&at->end, outs_bytes (f, n_rows, n_logits));
  at->sums = place (&at->end, rows * heads * 8);
  lay_out_latents (f, n * heads, at);

  place (&at->up_end, n * (size_t) plan->registers[GLM_REG_X].width * 4);
  at->up_cosines = place (&at->up_end, angles);
  at->up_sines = place (&at->up_end, angles);
  at->up_run = place (&at->up_end, sizeof (GlmRun));

  place (&at->down_end, fresh);
  at->down_out =
      place (&at->down_end, 4
                                * (larger (plan->rest ? n * (size_t) plan->registers[GLM_REG_X].width : 0,
                                           glm_plan_has_head (plan) ? (size_t) (n_logits * plan->params.n_vocab) : 0)));
}

static void
find_places (Forward *f)
{
  uint64_t base = f->work.address;

  for (int reg = 0; reg < f->plan->n_registers; reg++)
    {
      f->places.regs[reg] = base + f->at.regs[reg];
      f->places.quants[reg] = f->at.quants[reg] ? base + f->at.quants[reg] : 0;
      f->places.quant_scales[reg] = base + f->at.quant_scales[reg];
    }
  f->places.cosines = base + f->at.cosines;
  f->places.sines = base + f->at.sines;
  f->places.run = base + f->at.run;
  f->places.fresh = base + f->at.fresh;
  f->places.outs = base + f->at.outs;
  f->places.sums = base + f->at.sums;
  f->places.latents = base + f->at.latents;
  f->places.head_quants = base + f->at.head_quants;
  f->places.head_scales = base + f->at.head_scales;
}

static void
forget_buffers (Forward *f)
{
  for (int i = 0; i < N_SLOTS; i++)
    f->slots[i].n = 0;
  f->n_rows = f->n_logits = 0;
  glm_gpu_buffer_clear (f->gpu, &f->work);
  glm_gpu_buffer_clear (f->gpu, &f->upload);
  glm_gpu_buffer_clear (f->gpu, &f->readback);
}

/* Makes the buffers large enough; what was recorded for smaller ones is void. */
static bool
reserve (Forward *f, int64_t n_rows, int64_t n_logits, GlmError *error)
{
  if (n_rows <= f->n_rows && n_logits <= f->n_logits)
    return true;
  n_rows = n_rows > f->n_rows ? n_rows : f->n_rows;
  n_logits = n_logits > f->n_logits ? n_logits : f->n_logits;
  n_rows = n_rows < GLM_BATCH_TILE ? GLM_BATCH_TILE : n_rows;
  n_logits = n_logits < 8 ? 8 : n_logits;
  forget_buffers (f);
  lay_out (f, n_rows, n_logits, &f->at);
  if (!glm_gpu_buffer_new (f->gpu, f->at.end, GLM_GPU_DEVICE, &f->work, error)
      || !glm_gpu_buffer_new (f->gpu, f->at.up_end, GLM_GPU_UPLOAD, &f->upload, error)
      || !glm_gpu_buffer_new (f->gpu, f->at.down_end, GLM_GPU_READBACK, &f->readback, error))
    return false;
  find_places (f);
  f->n_rows = n_rows;
  f->n_logits = n_logits;
  return true;
}

/* ---- Recording -------------------------------------------------------------------------------------------------- */

static void
copy (const Forward *f, VkCommandBuffer commands, const GlmGpuBuffer *from, size_t from_at, const GlmGpuBuffer *to,
      size_t to_at, size_t n)
{
  VkBufferCopy region = { from_at, to_at, n };

  f->gpu->vk.CmdCopyBuffer (commands, from->buffer, to->buffer, 1, &region);
}

static void
stamp (const Forward *f, VkCommandBuffer commands, uint32_t index)
{
  if (f->queries)
    f->gpu->vk.CmdWriteTimestamp (commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, f->queries, index);
}

static void
record_begin (const Forward *f, VkCommandBuffer commands, int64_t n)
{
  size_t angles = (size_t) (n * angles_of (f->plan)) * 4;

  if (f->queries)
    f->gpu->vk.CmdResetQueryPool (commands, f->queries, 0, 2);
  copy (f, commands, &f->upload, 0, &f->work, f->at.regs[GLM_REG_X], (size_t) (n * f->plan->registers[GLM_REG_X].width) * 4);
  copy (f, commands, &f->upload, f->at.up_cosines, &f->work, f->at.cosines, angles);
  copy (f, commands, &f->upload, f->at.up_sines, &f->work, f->at.sines, angles);
  copy (f, commands, &f->upload, f->at.up_run, &f->work, f->at.run, sizeof (GlmRun));
  glm_gpu_barrier_all (f->gpu, commands);
  stamp (f, commands, 0);
}

/* Takes the residual back from the rest, behind whatever was done meanwhile, and runs what is left of the layer. */
static bool
record_taking (const Forward *f, GlmRecord *r, int layer, int64_t n)
{
  int handed, taken;

  if (layer < 0 || !glm_plan_hands_over (f->plan, layer))
    return true;
  glm_plan_find_handing (&f->plan->layers[layer], &handed, &taken);
  glm_gpu_barrier_all (f->gpu, r->commands);
  copy (f, r->commands, &f->upload, 0, &f->work, f->at.regs[GLM_REG_X], (size_t) (n * f->plan->registers[GLM_REG_X].width) * 4);
  glm_gpu_barrier_all (f->gpu, r->commands);
  return glm_record_steps (r, &f->places, layer, taken, INT_MAX, 0, n);
}

/* To where the rest has a part of it. */
static bool
record_layer (const Forward *f, GlmRecord *r, int layer, int64_t n)
{
  int handed, taken;

  glm_plan_find_handing (&f->plan->layers[layer], &handed, &taken);
  if (!record_taking (f, r, layer - 1, n) || !glm_record_steps (r, &f->places, layer, 0, handed, 0, n))
    return false;
  if (!glm_plan_hands_over (f->plan, layer))
    return true;
  glm_gpu_barrier_all (f->gpu, r->commands);
  copy (f, r->commands, &f->work, f->at.regs[GLM_REG_X], &f->readback, f->at.down_out,
        (size_t) (n * f->plan->registers[GLM_REG_X].width) * 4);
  glm_gpu_barrier_all (f->gpu, r->commands);
  return true;
}

static bool
record_end (const Forward *f, GlmRecord *r, int64_t n, int64_t n_logits)
{
  bool is_last = glm_plan_has_head (f->plan);

  if (!record_taking (f, r, f->plan->end_layer - 1, n)
      || (is_last && n_logits > 0 && !glm_record_steps (r, &f->places, -1, 0, INT_MAX, n - n_logits, n_logits)))
    return false;
  glm_gpu_barrier_all (f->gpu, r->commands);
  copy (f, r->commands, &f->work, f->at.fresh, &f->readback, 0, (size_t) n * glm_kv_bytes_per_token (&f->plan->kv));
  if (!is_last)
    copy (f, r->commands, &f->work, f->at.regs[GLM_REG_X], &f->readback, f->at.down_out,
          (size_t) (n * f->plan->registers[GLM_REG_X].width) * 4);
  else if (n_logits > 0)
    copy (f, r->commands, &f->work, f->at.regs[GLM_REG_LOGITS], &f->readback, f->at.down_out,
          (size_t) (n_logits * f->plan->params.n_vocab) * 4);
  glm_gpu_barrier_all (f->gpu, r->commands);
  return true;
}

static VkCommandBuffer *
meanwhile (const Forward *f, const Slot *slot, int layer)
{
  return &slot->parts[f->plan->end_layer + 2 + layer];
}

/* Part k of a slot. */
static bool
record_part (Forward *f, const Slot *slot, int k, int64_t n, int64_t n_logits, GlmError *error)
{
  GlmRecord r = { .gpu = f->gpu, .error = error };
  bool ok = glm_gpu_commands_begin (f->gpu, f->pool, &slot->parts[k], error);

  if (!ok)
    return false;
  r.commands = slot->parts[k];
  if (k == 0)
    record_begin (f, r.commands, n);
  else if (k > slot->n_spans)
    ok = record_end (f, &r, n, n_logits);
  else
    for (int layer = (k - 1) * slot->span; ok && layer < k * slot->span && layer < f->plan->end_layer; layer++)
      {
        ok = record_layer (f, &r, layer, n);
        if (layer == 0)
          stamp (f, r.commands, 1);
      }
  return glm_gpu_commands_end (f->gpu, r.commands, error) && ok;
}

/* What of a layer is done while the rest does its own; nothing is recorded if that is nothing. */
static bool
record_meanwhile (Forward *f, const Slot *slot, int layer, int64_t n, GlmError *error)
{
  GlmRecord r = { .gpu = f->gpu, .error = error };
  VkCommandBuffer *commands = meanwhile (f, slot, layer);
  int handed, taken;

  glm_plan_find_handing (&f->plan->layers[layer], &handed, &taken);
  if (handed == taken)
    return true;
  if (!glm_gpu_commands_begin (f->gpu, f->pool, commands, error))
    return false;
  r.commands = *commands;
  return glm_record_steps (&r, &f->places, layer, handed, taken, 0, n) && glm_gpu_commands_end (f->gpu, r.commands, error);
}

/* With `span` layers in a command buffer. */
static bool
record_slot (Forward *f, Slot *slot, int span, int64_t n, int64_t n_logits, GlmError *error)
{
  int n_layers = f->plan->end_layer;

  slot->n = 0;
  if (!slot->parts)
    slot->parts = calloc (2 * (size_t) n_layers + 2, sizeof *slot->parts);
  if (!slot->parts)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the card's commands");
  slot->span = span;
  slot->n_spans = (n_layers + span - 1) / span;
  for (int k = 0; k < slot->n_spans + 2; k++)
    if (!record_part (f, slot, k, n, n_logits, error))
      return false;
  for (int layer = 0; layer < n_layers; layer++)
    if (!record_meanwhile (f, slot, layer, n, error))
      return false;
  slot->group = 1;
  slot->too_long = false;
  slot->n = n;
  slot->n_logits = n_logits;
  return true;
}

static bool
has_handing (const GlmPlan *plan)
{
  for (int layer = 0; layer < plan->end_layer; layer++)
    if (glm_plan_hands_over (plan, layer))
      return true;
  return false;
}

static bool
find_slot (Forward *f, int64_t n, int64_t n_logits, Slot **ret_slot, GlmError *error)
{
  Slot *oldest = &f->slots[0];
  int n_layers = f->plan->end_layer;

  f->clock++;
  for (int i = 0; i < N_SLOTS; i++)
    {
      Slot *slot = &f->slots[i];

      if (slot->n == n && slot->n_logits == n_logits)
        {
          slot->last_used = f->clock;
          *ret_slot = slot;
          return !slot->too_long || record_slot (f, slot, 1, n, n_logits, error);
        }
      if (slot->last_used < oldest->last_used)
        oldest = slot;
    }
  oldest->last_used = f->clock;
  *ret_slot = oldest;
  /* Nothing is known yet of long batches; and layers whose ends are the rest's are submitted one by one. */
  return record_slot (f, oldest, n < MANY_ROWS && !has_handing (f->plan) ? (n_layers + 3) / 4 : 1, n, n_logits, error);
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static void
fill_upload (Forward *f, const GlmBatch *batch)
{
  unsigned char *up = f->upload.map;
  float *rows = f->upload.map;
  int64_t width = f->plan->registers[GLM_REG_X].width;
  GlmRun run = { (uint32_t) batch->first, batch->first < batch->n_context ? (uint32_t) batch->n_context : 0 };

  for (int64_t i = 0; i < batch->n; i++)
    glm_gpu_weights_row (glm_gpu_weights (&f->plan->embedding), batch->ids[i], rows + i * width);
  glm_rope_batch (f->plan, batch, f->frequencies, f->magnitude, (float *) (void *) (up + f->at.up_cosines),
                  (float *) (void *) (up + f->at.up_sines));
  memcpy (up + f->at.up_run, &run, sizeof run);
}

/* Waits for what is under way, after an error. */
static void
settle (Forward *f)
{
  glm_gpu_settle (f->gpu);
  if (!f->gpu->hung)
    f->gpu->vk.ResetFences (f->gpu->device, 2, f->fences);
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

/* The rest's part of a layer, once the residual is there, and what the card does meanwhile. */
static bool
run_layer_end (Forward *f, const Slot *slot, const GlmBatch *batch, int layer, Flight *flight, GlmError *error)
{
  const float *x = (const float *) (const void *) ((unsigned char *) f->readback.map + f->at.down_out);
  const VkCommandBuffer *commands = meanwhile (f, slot, layer);
  bool alone = !*commands;

  if ((!alone && !submit (f, flight, commands, 1, error)) || !land (f, flight, alone ? 0 : 1, error))
    return false;
  return f->rest->backend->run_layer (f->rest, batch, layer, x, f->upload.map, error);
}

/* How many parts from that of `span` on go together. */
static int
group_from (const Forward *f, const Slot *slot, int span)
{
  int most = slot->group < slot->n_spans - span ? slot->group : slot->n_spans - span, n = 1;

  while (n < most && !glm_plan_hands_over (f->plan, (span + n) * slot->span - 1))
    n++;
  return n;
}

/* All but the end, if that waits for the rest. */
static bool
submit_spans (Forward *f, const Slot *slot, const GlmBatch *batch, Flight *flight, GlmError *error)
{
  int n = slot->n_spans;

  for (int span = 0, count; span < n; span += count)
    {
      bool is_first = span == 0, hands_over;
      int layer;

      count = group_from (f, slot, span);
      layer = (span + count) * slot->span - 1;
      hands_over = glm_plan_hands_over (f->plan, layer);
      if (batch->tick && !batch->tick ((double) (span * slot->span) / f->plan->params.n_layers, batch->tick_data))
        return glm_error_set (error, GLM_ERROR_CANCELLED, "cancelled");
      if (!submit (f, flight, slot->parts + (is_first ? 0 : span + 1), count + is_first + (span + count == n && !hands_over),
                   error)
          || (hands_over && !run_layer_end (f, slot, batch, layer, flight, error)))
        return false;
    }
  return true;
}

static bool
submit_slot (Forward *f, const Slot *slot, const GlmBatch *batch, GlmError *error)
{
  Flight flight = { 0 };
  bool waits = glm_plan_hands_over (f->plan, f->plan->end_layer - 1);

  if (submit_spans (f, slot, batch, &flight, error)
      && (!waits || submit (f, &flight, slot->parts + slot->n_spans + 1, 1, error)) && land (f, &flight, 0, error))
    return true;
  settle (f);
  return false;
}

/* Whether batches of so many rows find room where those of now lie: one that finds none would leave the card for good. */
static bool
has_room (const Forward *f, int64_t n_rows)
{
  Offsets at;

  lay_out (f, n_rows, f->n_logits, &at);
  return at.end <= f->work.size + glm_gpu_free_bytes (f->gpu);
}

/* Adapts the groups, and the rows of batches to come, to what the first layer took. */
static void
adapt (Forward *f, Slot *slot)
{
  uint64_t times[2], mask = f->gpu->timestamp_bits < 64 ? (UINT64_C (1) << f->gpu->timestamp_bits) - 1 : UINT64_MAX;
  double seconds;
  int layers;

  if (!f->queries
      || f->gpu->vk.GetQueryPoolResults (f->gpu->device, f->queries, 0, 2, sizeof times, times, sizeof times[0],
                                         VK_QUERY_RESULT_64_BIT)
             != VK_SUCCESS)
    return;
  seconds = (double) ((times[1] - times[0]) & mask) * f->gpu->timestamp_seconds;
  layers = glm_gpu_layers_at_once (seconds, f->plan->end_layer);
  slot->group = layers > slot->span ? layers / slot->span : 1;
  /* Too slow for so many: each is recorded by itself the next time. */
  if (layers < slot->span)
    slot->too_long = true;
  if (seconds > 2 * SUBMISSION_SECONDS && slot->n > MIN_ROWS && slot->n <= f->most_rows)
    f->most_rows = slot->n / 2 > MIN_ROWS ? slot->n / 2 : MIN_ROWS;
  else if (slot->n == f->most_rows && 2 * seconds < SUBMISSION_SECONDS && f->most_rows < MOST_ROWS
           && has_room (f, 2 * f->most_rows))
    f->most_rows *= 2;
}

static bool
run_part (Forward *f, const GlmBatch *batch, int64_t n_logits, float *logits, GlmError *error)
{
  Slot *slot;

  if (!reserve (f, batch->n, n_logits, error) || !glm_gpu_columns_sync (f->gpu, &f->columns, batch->first, error)
      || !find_slot (f, batch->n, n_logits, &slot, error))
    return false;
  glm_gpu_columns_changed (&f->columns, batch->first);
  fill_upload (f, batch);
  glm_gpu_at_risk (f->gpu);
  if (!submit_slot (f, slot, batch, error))
    return false;
  adapt (f, slot);
  glm_gpu_proved (f->gpu);
  glm_kv_cache_write (f->cache, batch->first, batch->n, f->readback.map);
  f->columns.n_synced = batch->first + batch->n;
  if (!glm_plan_has_head (f->plan))
    {
      GlmBatch behind = *batch;

      behind.rows = (const float *) (const void *) ((unsigned char *) f->readback.map + f->at.down_out);
      return f->rest->backend->run (f->rest, &behind, n_logits, logits, error);
    }
  if (n_logits > 0)
    memcpy (logits, (unsigned char *) f->readback.map + f->at.down_out,
            (size_t) (n_logits * f->plan->params.n_vocab) * sizeof *logits);
  return true;
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
  for (int64_t first = 0, n; first < batch->n; first += n)
    {
      GlmBatch part = *batch;
      Part ticks = { batch, first, 0 };
      int64_t wanted;

      n = batch->n - first < f->most_rows ? batch->n - first : f->most_rows;
      ticks.n = n;
      part.ids += first;
      part.n = n;
      part.first += first;
      part.tick = batch->tick ? tick_part : NULL;
      part.tick_data = &ticks;
      wanted = first + n > begin_logits ? first + n - (first > begin_logits ? first : begin_logits) : 0;
      if (!run_part (f, &part, wanted, logits, error))
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
      if (!glm_record_steps (&r, &f->places, layer, 0, INT_MAX, 0, layer < 0 ? 1 : n))
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

  forget_buffers (f);
  glm_gpu_vectors_clear (f->gpu, &f->vectors);
  glm_gpu_columns_clear (f->gpu, &f->columns);
}

static bool
enter (GlmGpuTenant *tenant, GlmPool *pool, GlmError *error)
{
  Forward *f = forward_of (tenant);

  if (!glm_gpu_vectors_new (f->gpu, f->plan, &f->vectors, error) || !glm_gpu_columns_new (f->gpu, f->cache, &f->columns, error))
    goto fail;
  f->places.vectors = f->vectors.list;
  f->places.n_vectors = f->vectors.n;
  f->places.columns = f->columns.buffer.address;
  if (reserve (f, 1, 1, error) && make_pipelines (f, pool, error))
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
  if (!gpu->hung)
    {
      for (int i = 0; i < 2; i++)
        gpu->vk.DestroyFence (gpu->device, f->fences[i], NULL);
      gpu->vk.DestroyQueryPool (gpu->device, f->queries, NULL);
      gpu->vk.DestroyCommandPool (gpu->device, f->pool, NULL);
    }
  for (int i = 0; i < N_SLOTS; i++)
    free (f->slots[i].parts);
  glm_forward_free (f->rest);
  free (f->frequencies);
  free (f);
}

static bool
new_objects (Forward *f, GlmError *error)
{
  GlmGpu *gpu = f->gpu;
  VkFenceCreateInfo fence = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO };
  VkQueryPoolCreateInfo queries = { .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                    .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                    .queryCount = 2 };
  VkResult result = VK_SUCCESS;

  for (int i = 0; i < 2 && result == VK_SUCCESS; i++)
    result = gpu->vk.CreateFence (gpu->device, &fence, NULL, &f->fences[i]);
  if (result == VK_SUCCESS && gpu->timestamp_bits > 0)
    result = gpu->vk.CreateQueryPool (gpu->device, &queries, NULL, &f->queries);
  if (result != VK_SUCCESS)
    return glm_gpu_failed (gpu, result, "a session", error);
  return glm_gpu_pool_new (gpu, &f->pool, error);
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
                  .most_rows = FIRST_ROWS };
  if (f->gpu->info.kind == GLM_GPU_INTEGRATED)
    f->most_rows = FIRST_ROWS_SHARED;
  f->places = (GlmPlaces){ .plan = plan, .cache = cache };
  f->frequencies = calloc ((size_t) plan->params.n_rot / 2 + 1, sizeof *f->frequencies);
  if (!f->frequencies)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
      goto fail;
    }
  f->magnitude = glm_rope_frequencies (&plan->params, f->frequencies);
  if ((plan->rest && !plan->rest->backend->forward_new (plan->rest, cache, pool, &f->rest, error)) || !new_objects (f, error)
      || !glm_gpu_tenant_add (f->gpu, &f->tenant, pool, error))
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
