/* workspace.c: see workspace.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/workspace.h"

static size_t
larger (size_t a, size_t b)
{
  return a > b ? a : b;
}

/* ---- What the parts take ---------------------------------------------------------------------------------------- */

/* The rows of all splits of attention, for any batch of up to n_rows. */
static size_t
split_rows (const GlmGpu *gpu, const GlmPlaces *places, int64_t n_rows)
{
  const GlmPlanLayer *layer = &places->plan->layers[0];
  size_t most = 1;

  for (int64_t n = 1; layer->attend < layer->n_steps && n <= n_rows; n++)
    most = larger (most, (size_t) (n * glm_record_splits (gpu, places, &layer->steps[layer->attend], n)));
  return most;
}

/* Of any product of such a batch that is done in parts. */
static size_t
parts_bytes (const GlmGpu *gpu, const GlmPlanLayer *layer, int64_t n_rows)
{
  size_t most = 0;

  for (int i = 0; i < layer->n_steps; i++)
    for (int k = 0; k < layer->steps[i].n_matrices; k++)
      for (int64_t n = 0; n < n_rows;)
        {
          const GlmStepMatrix *matrix = &layer->steps[i].matrices[k];

          /* Tiles have multiples of 32 tokens: the most is where they are full. */
          n = n + 32 < n_rows ? n + 32 : n_rows;
          most = larger (most, glm_record_parts_bytes (gpu, matrix->rows, matrix->cols / 32, n));
        }
  return most;
}

/* Attention's parts or a product's, which are never there at the same time. */
static size_t
outs_bytes (const GlmGpu *gpu, const GlmPlan *plan, size_t n_splits, int64_t n_rows, int64_t n_logits)
{
  size_t most = larger (n_splits * (size_t) plan->params.n_heads * (size_t) plan->kv.streams[0].width * 4,
                        parts_bytes (gpu, &plan->head, n_logits));

  for (int i = 0; i < plan->end_layer; i++)
    most = larger (most, parts_bytes (gpu, &plan->layers[i], n_rows));
  return most;
}

/* ---- Where they lie --------------------------------------------------------------------------------------------- */

static uint64_t
place (uint64_t base, size_t *end, size_t n_bytes)
{
  uint64_t address = base + *end;

  *end += glm_gpu_align (n_bytes);
  return address;
}

/* What a product of a head reads is part of a query, or a latent. */
static void
lay_out_latents (const GlmGpu *gpu, GlmPlaces *p, uint64_t base, size_t n_heads, size_t *end)
{
  const GlmParams *params = &p->plan->params;
  size_t rank = (size_t) params->kv_rank, blocks = (larger (rank, (size_t) (params->head_dim - params->n_rot)) + 31) / 32;

  if (rank == 0)
    return;
  p->latents = place (base, end, n_heads * rank * 4);
  p->head_quants = place (base, end, n_heads * blocks * 32 * (gpu->has_matrix ? 2 : 1));
  p->head_scales = place (base, end, n_heads * blocks * 8);
}

/* From an address on; returns the bytes. */
static size_t
lay_out (const GlmGpu *gpu, GlmPlaces *p, uint64_t base, int64_t n_rows, int64_t n_logits)
{
  const GlmPlan *plan = p->plan;
  size_t n = (size_t) n_rows, angles = n * (size_t) glm_gpu_angles (plan) * 4, rows = split_rows (gpu, p, n_rows), end = 0;

  p->regs[GLM_REG_X] = place (base, &end, n * (size_t) plan->registers[GLM_REG_X].width * 4);
  p->cosines = place (base, &end, angles);
  p->sines = place (base, &end, angles);
  p->run = place (base, &end, sizeof (GlmRun));
  for (int reg = 0; reg < plan->n_registers; reg++)
    {
      size_t width = (size_t) plan->registers[reg].width;

      if (reg != GLM_REG_X)
        p->regs[reg] = place (base, &end, (reg == GLM_REG_LOGITS ? (size_t) n_logits : n) * width * 4);
      /* Whole blocks, which may be the first part of a row. */
      if (reg == GLM_REG_LOGITS || width < 32)
        continue;
      p->quants[reg] = place (base, &end, n * (width / 32) * 32 * (gpu->has_matrix ? 2 : 1));
      p->quant_scales[reg] = place (base, &end, n * (width / 32) * 8);
    }
  p->fresh = place (base, &end, n * glm_kv_bytes_per_token (&plan->kv));
  p->outs = place (base, &end, outs_bytes (gpu, plan, rows, n_rows, n_logits));
  p->sums = place (base, &end, rows * (size_t) plan->params.n_heads * 8);
  lay_out_latents (gpu, p, base, n * (size_t) plan->params.n_heads, &end);
  return end;
}

/* ---- Buffers ---------------------------------------------------------------------------------------------------- */

size_t
glm_gpu_workspace_bytes (const GlmGpu *gpu, const GlmGpuWorkspace *space, int64_t n_rows, int64_t n_logits)
{
  GlmPlaces places = space->places;

  return lay_out (gpu, &places, 0, n_rows, n_logits);
}

void
glm_gpu_workspace_clear (GlmGpu *gpu, GlmGpuWorkspace *space)
{
  space->n_rows = space->n_logits = 0;
  glm_gpu_buffer_clear (gpu, &space->work);
  glm_gpu_buffer_clear (gpu, &space->upload);
  glm_gpu_buffer_clear (gpu, &space->readback);
}

bool
glm_gpu_workspace_reserve (GlmGpu *gpu, GlmGpuWorkspace *space, int64_t n_rows, int64_t n_logits, GlmError *error)
{
  const GlmPlan *plan = space->places.plan;
  size_t rows, logits;

  if (n_rows <= space->n_rows && n_logits <= space->n_logits)
    return true;
  n_rows = (int64_t) larger ((size_t) n_rows, larger ((size_t) space->n_rows, GLM_BATCH_TILE));
  n_logits = (int64_t) larger ((size_t) n_logits, larger ((size_t) space->n_logits, 8));
  glm_gpu_workspace_clear (gpu, space);
  if (!glm_gpu_buffer_new (gpu, glm_gpu_workspace_bytes (gpu, space, n_rows, n_logits), GLM_GPU_DEVICE, &space->work, error))
    return false;
  lay_out (gpu, &space->places, space->work.address, n_rows, n_logits);
  rows = plan->rest ? (size_t) (n_rows * plan->registers[GLM_REG_X].width) * 4 : 0;
  logits = glm_plan_has_head (plan) ? (size_t) (n_logits * plan->params.n_vocab) * 4 : 0;
  space->out = glm_gpu_align ((size_t) n_rows * glm_kv_bytes_per_token (&plan->kv));
  space->version++;
  if (!glm_gpu_buffer_new (gpu, space->places.run + sizeof (GlmRun) - space->work.address, GLM_GPU_UPLOAD, &space->upload,
                           error)
      || !glm_gpu_buffer_new (gpu, space->out + larger (rows, logits), GLM_GPU_READBACK, &space->readback, error))
    {
      glm_gpu_workspace_clear (gpu, space);
      return false;
    }
  space->n_rows = n_rows;
  space->n_logits = n_logits;
  return true;
}
