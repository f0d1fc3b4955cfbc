/* slots.c: see slots.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/slots.h"

#include <limits.h>
#include <stdlib.h>

#include "base/error.h"

#define MANY_ROWS 33 /* of which nothing is known before the first */

int
glm_gpu_layers_at_once (double layer_seconds, int n_layers)
{
  double n = layer_seconds > 0 ? GLM_GPU_SUBMISSION_SECONDS / layer_seconds : n_layers;

  return n < 1 ? 1 : n > n_layers ? n_layers : (int) n;
}

/* ---- Recording -------------------------------------------------------------------------------------------------- */

typedef struct
{
  GlmRecord r;
  const GlmGpuSlots *slots;
  const GlmGpuWorkspace *space;
  const GlmPlan *plan;
  int64_t n, n_logits;
  int span;
} Recording;

typedef bool (*RecordFunc) (Recording *rec, int k);

static bool
record (Recording *rec, VkCommandBuffer *commands, RecordFunc func, int k)
{
  bool ok;

  if (!glm_gpu_commands_begin (rec->r.gpu, rec->slots->pool, commands, rec->r.error))
    return false;
  rec->r.commands = *commands;
  ok = func (rec, k);
  return glm_gpu_commands_end (rec->r.gpu, *commands, rec->r.error) && ok;
}

static size_t
residual_bytes (const Recording *rec)
{
  return (size_t) (rec->n * rec->plan->registers[GLM_REG_X].width) * 4;
}

static void
copy_up (const Recording *rec, uint64_t to, size_t n)
{
  VkBufferCopy region = { to - rec->space->work.address, to - rec->space->work.address, n };

  rec->r.gpu->vk.CmdCopyBuffer (rec->r.commands, rec->space->upload.buffer, rec->space->work.buffer, 1, &region);
}

static void
copy_down (const Recording *rec, uint64_t from, size_t to, size_t n)
{
  VkBufferCopy region = { from - rec->space->work.address, to, n };

  rec->r.gpu->vk.CmdCopyBuffer (rec->r.commands, rec->space->work.buffer, rec->space->readback.buffer, 1, &region);
}

static void
stamp (const Recording *rec, uint32_t index)
{
  if (rec->slots->queries)
    rec->r.gpu->vk.CmdWriteTimestamp (rec->r.commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, rec->slots->queries, index);
}

static bool
record_begin (Recording *rec, int k)
{
  const GlmPlaces *places = &rec->space->places;
  size_t angles = (size_t) (rec->n * glm_gpu_angles (rec->plan)) * 4;

  if (rec->slots->queries)
    rec->r.gpu->vk.CmdResetQueryPool (rec->r.commands, rec->slots->queries, 0, 2);
  copy_up (rec, places->regs[GLM_REG_X], residual_bytes (rec));
  copy_up (rec, places->cosines, angles);
  copy_up (rec, places->sines, angles);
  copy_up (rec, places->run, sizeof (GlmRun));
  glm_gpu_barrier_all (rec->r.gpu, rec->r.commands);
  stamp (rec, 0);
  return true;
}

/* Takes the residual back from the rest, behind whatever was done meanwhile, and runs what is left of the layer. */
static bool
record_taking (Recording *rec, int layer)
{
  int handed, taken;

  if (layer < 0 || !glm_plan_hands_over (rec->plan, layer))
    return true;
  glm_plan_find_handing (&rec->plan->layers[layer], &handed, &taken);
  glm_gpu_barrier_all (rec->r.gpu, rec->r.commands);
  copy_up (rec, rec->space->places.regs[GLM_REG_X], residual_bytes (rec));
  glm_gpu_barrier_all (rec->r.gpu, rec->r.commands);
  return glm_record_steps (&rec->r, &rec->space->places, layer, taken, INT_MAX, 0, rec->n);
}

/* To where the rest has a part of it. */
static bool
record_layer (Recording *rec, int layer)
{
  int handed, taken;

  glm_plan_find_handing (&rec->plan->layers[layer], &handed, &taken);
  if (!record_taking (rec, layer - 1) || !glm_record_steps (&rec->r, &rec->space->places, layer, 0, handed, 0, rec->n))
    return false;
  if (glm_plan_hands_over (rec->plan, layer))
    {
      glm_gpu_barrier_all (rec->r.gpu, rec->r.commands);
      copy_down (rec, rec->space->places.regs[GLM_REG_X], rec->space->out, residual_bytes (rec));
      glm_gpu_barrier_all (rec->r.gpu, rec->r.commands);
    }
  if (layer == 0)
    stamp (rec, 1);
  return true;
}

static bool
record_span (Recording *rec, int k)
{
  bool ok = true;

  for (int layer = k * rec->span; ok && layer < (k + 1) * rec->span && layer < rec->plan->end_layer; layer++)
    ok = record_layer (rec, layer);
  return ok;
}

static bool
record_meanwhile (Recording *rec, int layer)
{
  int handed, taken;

  glm_plan_find_handing (&rec->plan->layers[layer], &handed, &taken);
  return glm_record_steps (&rec->r, &rec->space->places, layer, handed, taken, 0, rec->n);
}

static bool
record_end (Recording *rec, int k)
{
  const GlmPlaces *places = &rec->space->places;
  bool has_head = glm_plan_has_head (rec->plan);

  if (!record_taking (rec, rec->plan->end_layer - 1)
      || (has_head && rec->n_logits > 0
          && !glm_record_steps (&rec->r, places, -1, 0, INT_MAX, rec->n - rec->n_logits, rec->n_logits)))
    return false;
  glm_gpu_barrier_all (rec->r.gpu, rec->r.commands);
  copy_down (rec, places->fresh, 0, (size_t) rec->n * glm_kv_bytes_per_token (&rec->plan->kv));
  if (!has_head)
    copy_down (rec, places->regs[GLM_REG_X], rec->space->out, residual_bytes (rec));
  else if (rec->n_logits > 0)
    copy_down (rec, places->regs[GLM_REG_LOGITS], rec->space->out, (size_t) (rec->n_logits * rec->plan->params.n_vocab) * 4);
  glm_gpu_barrier_all (rec->r.gpu, rec->r.commands);
  return true;
}

static bool
record_slot (Recording *rec, GlmGpuSlot *slot)
{
  int n_layers = rec->plan->end_layer, n_spans = (n_layers + rec->span - 1) / rec->span;
  VkCommandBuffer *parts = slot->parts ? slot->parts : calloc (2 * (size_t) n_layers + 2, sizeof *parts);
  bool ok;

  slot->n = 0;
  slot->parts = parts;
  if (!parts)
    return glm_error_set (rec->r.error, GLM_ERROR_NO_MEMORY, "no memory for the card's commands");
  ok = record (rec, &parts[0], record_begin, 0);
  for (int k = 0; ok && k < n_spans; k++)
    ok = record (rec, &parts[k + 1], record_span, k);
  ok = ok && record (rec, &parts[n_spans + 1], record_end, 0);
  for (int layer = 0, handed, taken; ok && layer < n_layers; layer++)
    {
      glm_plan_find_handing (&rec->plan->layers[layer], &handed, &taken);
      ok = handed == taken || record (rec, &parts[n_layers + 2 + layer], record_meanwhile, layer);
    }
  if (ok)
    *slot = (GlmGpuSlot){ .n = rec->n,
                          .n_logits = rec->n_logits,
                          .version = rec->space->version,
                          .parts = parts,
                          .span = rec->span,
                          .n_spans = n_spans,
                          .group = 1,
                          .last_used = slot->last_used };
  return ok;
}

/* ---- Slots ------------------------------------------------------------------------------------------------------ */

bool
glm_gpu_slots_find (GlmGpu *gpu, GlmGpuSlots *slots, const GlmGpuWorkspace *space, int64_t n, int64_t n_logits,
                    GlmGpuSlot **ret_slot, GlmError *error)
{
  const GlmPlan *plan = space->places.plan;
  Recording rec = { { .gpu = gpu, .error = error }, slots, space, plan, n, n_logits, 0 };
  GlmGpuSlot *slot = NULL, *oldest = &slots->list[0];

  for (GlmGpuSlot *s = slots->list; s < slots->list + GLM_GPU_SLOTS; s++)
    {
      if (s->n == n && s->n_logits == n_logits && s->version == space->version)
        slot = s;
      oldest = s->last_used < oldest->last_used ? s : oldest;
    }
  /* Nothing is known yet of long batches; and layers whose ends are the rest's are submitted one by one. */
  rec.span = !slot && n < MANY_ROWS ? (plan->end_layer + 3) / 4 : 1;
  for (int layer = 0; layer < plan->end_layer; layer++)
    rec.span = glm_plan_hands_over (plan, layer) ? 1 : rec.span;
  *ret_slot = slot ? slot : oldest;
  (*ret_slot)->last_used = ++slots->clock;
  return (slot && !slot->too_long) || record_slot (&rec, *ret_slot);
}

bool
glm_gpu_slots_adapt (GlmGpu *gpu, const GlmGpuSlots *slots, GlmGpuSlot *slot, int n_layers, double *ret_seconds)
{
  uint64_t times[2], mask = gpu->timestamp_bits < 64 ? (UINT64_C (1) << gpu->timestamp_bits) - 1 : UINT64_MAX;
  int layers;

  if (!slots->queries
      || gpu->vk.GetQueryPoolResults (gpu->device, slots->queries, 0, 2, sizeof times, times, sizeof times[0],
                                      VK_QUERY_RESULT_64_BIT)
             != VK_SUCCESS)
    return false;
  *ret_seconds = (double) ((times[1] - times[0]) & mask) * gpu->timestamp_seconds;
  layers = glm_gpu_layers_at_once (*ret_seconds, n_layers);
  slot->group = layers > slot->span ? layers / slot->span : 1;
  /* Too slow for so many: each is recorded by itself the next time. */
  slot->too_long = slot->too_long || layers < slot->span;
  return true;
}

bool
glm_gpu_slots_new (GlmGpu *gpu, GlmGpuSlots *slots, GlmError *error)
{
  VkQueryPoolCreateInfo queries = { .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                    .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                    .queryCount = 2 };
  VkResult result = VK_SUCCESS;

  if (gpu->timestamp_bits > 0)
    result = gpu->vk.CreateQueryPool (gpu->device, &queries, NULL, &slots->queries);
  if (result != VK_SUCCESS)
    return glm_gpu_failed (gpu, result, "a session", error);
  return glm_gpu_pool_new (gpu, &slots->pool, error);
}

void
glm_gpu_slots_clear (GlmGpu *gpu, GlmGpuSlots *slots)
{
  if (!gpu->hung)
    {
      gpu->vk.DestroyQueryPool (gpu->device, slots->queries, NULL);
      gpu->vk.DestroyCommandPool (gpu->device, slots->pool, NULL);
    }
  for (int i = 0; i < GLM_GPU_SLOTS; i++)
    free (slots->list[i].parts);
  *slots = (GlmGpuSlots){ 0 };
}
