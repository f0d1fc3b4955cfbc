/* forward.c: the one forward pass of the processor: a loop over the steps of a plan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each layer runs in two passes over the batch's tiles: the steps up to STORE, then ATTEND and the rest.  With one tile,
 * which is what causal prompts are cut into and what a generated token is, that is simply the plan from top to bottom.
 * A bidirectional prompt needs all keys of a layer before any query may look, so its batch is the whole prompt; only the
 * registers that live across ATTEND then hold every row, and the wide inner ones stay one tile high.
 */
#include "cpu/forward.h"

#include <stdlib.h>
#include <string.h>

#include "base/aligned.h"
#include "base/error.h"
#include "compute/rope.h"
#include "cpu/attention.h"
#include "cpu/experts.h"
#include "cpu/latent.h"
#include "cpu/matrix.h"
#include "kernels/kernels.h"

/* Rows from which the operations on single rows are worth a parallel region. */
#define MIN_PARALLEL_ROWS 8

typedef struct
{
  GlmForward base;
  const GlmPlan *plan;
  const GlmKvCache *cache;
  GlmPool *pool;
  const GlmKernels *kernels; /* of the CPU mask under which the state was made */
  GlmScratch *scratch;
  GlmAttention *attention;
  GlmExperts *experts; /* NULL: the model has none */
  float *latent;       /* of latent attention: [row][head][absorbed query], then [row][head][sum of latents] */
  int64_t latent_rows; /* allocated */
  int32_t *by_head;    /* [head][row]: the rows of a head where the heads of all rows lie side by side */
  GlmProduct *head_products;
  float *expanded; /* of attention over expanded latents, for each worker */
  size_t expanded_floats;

  float *regs[GLM_MAX_REGISTERS];
  int64_t reg_rows[GLM_MAX_REGISTERS]; /* allocated */

  double *frequencies; /* [n_rot / 2] */
  float magnitude;
  int64_t n_angle_rows;   /* allocated */
  float *cosines, *sines; /* [batch row][axis][n_rot / 2] */
} Forward;

/* What a step works on: rows [row, row + n) of the batch. */
typedef struct
{
  Forward *forward;
  const GlmBatch *batch;
  const GlmStep *step;
  int layer;
  int64_t row, n;
  float *logits; /* where GLM_REG_LOGITS lies for this tile */
  GlmError *error;
} Tile;

/* The back end's weights are matrices. */
static GlmMatrix *
matrix_of (const GlmStepMatrix *matrix)
{
  return (GlmMatrix *) matrix->weights;
}

static int64_t
reg_width (const Tile *tile, int reg)
{
  return tile->forward->plan->registers[reg].width;
}

static float *
reg_rows (const Tile *tile, int reg)
{
  const Forward *f = tile->forward;

  if (reg == GLM_REG_LOGITS)
    return tile->logits;
  return f->regs[reg] + (f->plan->registers[reg].spans ? tile->row * f->plan->registers[reg].width : 0);
}

static float *
in_row (const Tile *tile, int64_t i)
{
  return reg_rows (tile, tile->step->in) + i * reg_width (tile, tile->step->in);
}

static float *
out_row (const Tile *tile, int64_t i)
{
  return reg_rows (tile, tile->step->out) + i * reg_width (tile, tile->step->out);
}

/* ---- Operations on single rows ---------------------------------------------------------------------------------- */

typedef void (*RowFunc) (const Tile *tile, int64_t i);

typedef struct
{
  const Tile *tile;
  RowFunc func;
} RowJob;

static void
row_worker (int worker, int n_workers, void *data)
{
  const RowJob *job = data;
  int64_t begin, end;

  glm_pool_share (worker, n_workers, job->tile->n, 1, &begin, &end);
  for (int64_t i = begin; i < end; i++)
    job->func (job->tile, i);
}

static void
for_rows (const Tile *tile, RowFunc func)
{
  RowJob job = { tile, func };

  glm_pool_run (tile->n < MIN_PARALLEL_ROWS ? NULL : tile->forward->pool, row_worker, &job);
}

static void
rms_norm_row (const Tile *tile, int64_t i)
{
  const GlmStep *step = tile->step;
  const GlmHeads *heads = &step->heads;

  for (int64_t at = heads->at; at < heads->at + heads->n * heads->width; at += heads->width)
    tile->forward->kernels->rms_norm (out_row (tile, i) + at, in_row (tile, i) + at, step->weight, step->width, step->eps);
}

static void
layer_norm_row (const Tile *tile, int64_t i)
{
  const GlmStep *step = tile->step;

  tile->forward->kernels->layer_norm (out_row (tile, i), in_row (tile, i), step->weight, step->weight_bias, step->width,
                                      step->eps);
}

static void
rope_row (const Tile *tile, int64_t i)
{
  const Forward *f = tile->forward;
  const GlmStep *step = tile->step;
  int axes = f->plan->arch->rope_axes, n_pairs = step->n_pairs;
  int64_t angles = (tile->row + i) * axes * n_pairs;
  float *x = out_row (tile, i) + step->heads.at;

  for (int head = 0; head < step->heads.n; head++, x += step->heads.width)
    if (!step->half_split)
      f->kernels->rope_interleaved (x, f->cosines + angles, f->sines + angles, n_pairs);
    else
      for (int axis = 0; axis < axes; axis++)
        f->kernels->rope_half (x + axis * 2 * n_pairs, f->cosines + angles + axis * n_pairs, f->sines + angles + axis * n_pairs,
                               n_pairs);
}

static void
store_row (const Tile *tile, int64_t i)
{
  const Forward *f = tile->forward;
  int64_t column = f->plan->params.n_prefix + tile->batch->first + tile->row + i;

  for (int stream = 0; stream < f->plan->kv.n_streams; stream++)
    {
      const GlmHeads *stored = &tile->step->stored[stream];
      const float *x = in_row (tile, i) + stored->at;

      for (int head = 0; head < stored->n; head++, x += stored->width)
        glm_attention_store (f->attention, tile->layer, stream, head, column, x);
    }
}

static void
swiglu_row (const Tile *tile, int64_t i)
{
  float *x = out_row (tile, i);

  if (tile->step->op->routes)
    glm_experts_swiglu (tile->forward->experts, tile->forward->kernels, reg_rows (tile, tile->step->out), i);
  else
    tile->forward->kernels->swiglu (x, x, x + tile->step->width, tile->step->width);
}

static void
route_row (const Tile *tile, int64_t i)
{
  glm_route (&tile->forward->plan->params, in_row (tile, i), tile->step->weight, out_row (tile, i));
}

static void
mix_row (const Tile *tile, int64_t i)
{
  glm_experts_mix (tile->forward->experts, tile->forward->kernels, reg_rows (tile, tile->step->op->routes),
                   reg_rows (tile, tile->step->in), i, out_row (tile, i));
}

static void
gelu_row (const Tile *tile, int64_t i)
{
  float *x = out_row (tile, i);

  tile->forward->kernels->gelu (x, x, tile->step->width);
}

static void
add_row (const Tile *tile, int64_t i)
{
  tile->forward->kernels->add_scaled (out_row (tile, i), in_row (tile, i), tile->step->scale, tile->step->width);
}

/* ---- Operations on a tile --------------------------------------------------------------------------------------- */

/* The products into `out`, side by side. */
static void
make_products (const Tile *tile, GlmProduct *products)
{
  const GlmStep *step = tile->step;
  float *y = reg_rows (tile, step->out);

  for (int i = 0; i < step->n_matrices; y += step->matrices[i++].rows)
    products[i] = (GlmProduct){
      .matrix = matrix_of (&step->matrices[i]),
      .bias = step->matrices[i].bias,
      .y = y,
      .ldy = reg_width (tile, step->out),
      .adds = step->adds,
      .scale = step->scale,
    };
}

static bool
run_linear (const Tile *tile)
{
  Forward *f = tile->forward;
  GlmProduct products[GLM_MAX_SPLIT];

  make_products (tile, products);
  return glm_matmul_many (products, tile->step->n_matrices, reg_rows (tile, tile->step->in), reg_width (tile, tile->step->in),
                          tile->n, f->pool, f->scratch, tile->error);
}

static bool
run_gated (const Tile *tile)
{
  Forward *f = tile->forward;
  const GlmStep *step = tile->step;
  GlmProduct down;

  make_products (tile, &down);
  return glm_matmul_swiglu (matrix_of (&step->gate), step->gate.bias, &down, reg_rows (tile, step->in),
                            reg_width (tile, step->in), tile->n, f->pool, f->scratch, tile->error);
}

static void
run_attend (const Tile *tile)
{
  Forward *f = tile->forward;
  const GlmStep *step = tile->step;
  int64_t n_prefix = f->plan->params.n_prefix;
  GlmAttentionTask task = {
    .q = reg_rows (tile, step->in) + step->heads.at,
    .ldq = reg_width (tile, step->in),
    .out = reg_rows (tile, step->out),
    .ldout = reg_width (tile, step->out),
    .n_rows = tile->n,
    .n_heads = step->heads.n,
    .key_width = step->heads.width,
    .value_width = step->width,
    .scale = step->scale,
    .first_column = n_prefix + tile->batch->first + tile->row,
    .n_context = n_prefix,
    .layer = tile->layer,
  };

  /* A tile of a bidirectional prompt may reach beyond the context by rows that see more: split it there. */
  if (tile->batch->first + tile->row < tile->batch->n_context)
    {
      int64_t inside = tile->batch->n_context - (tile->batch->first + tile->row);

      task.n_context = n_prefix + tile->batch->n_context;
      if (inside < tile->n)
        {
          task.n_rows = inside;
          glm_attention_run (f->attention, &task, f->pool);
          task.q += inside * task.ldq;
          task.out += inside * task.ldout;
          task.first_column += inside;
          task.n_rows = tile->n - inside;
        }
    }
  glm_attention_run (f->attention, &task, f->pool);
}

/* ---- Latent attention ------------------------------------------------------------------------------------------- */

/* A product of each head's own matrix: y [row][head][rows of W] = x [row][head][ldx], the first columns. */
static bool
multiply_heads (const Tile *tile, const GlmStepMatrix *matrix, const float *x, int64_t ldx, float *y, int64_t ldy)
{
  Forward *f = tile->forward;
  int64_t n_heads = matrix->n;
  GlmProduct *products = f->head_products;

  for (int64_t head = 0; head < n_heads; head++)
    {
      int32_t *rows = f->by_head + head * tile->n;

      for (int64_t i = 0; i < tile->n; i++)
        rows[i] = (int32_t) (i * n_heads + head);
      products[head] = (GlmProduct){
        .matrix = matrix_of (matrix),
        .member = head,
        .y = y + head * ldy,
        .ldy = n_heads * ldy,
        .rows = rows,
        .n_rows = tile->n,
      };
    }
  return glm_matmul_many (products, (int) n_heads, x, ldx, tile->n, f->pool, f->scratch, tile->error);
}

/* Whether the batch's latents are expanded.  The reference does without OpenBLAS. */
static bool
expands (const Forward *f, const GlmBatch *batch)
{
  return f->by_head && batch->n >= GLM_LATENT_MIN_ROWS && glm_cpu_flags () != 0;
}

/* The whole batch at once. */
static bool
run_attend_expanded (Tile *tile)
{
  Forward *f = tile->forward;
  const GlmStep *step = tile->step;
  const GlmStepMatrix *keys = &step->matrices[0], *values = &step->matrices[1];
  GlmLatentTask task = {
    .cache = f->cache,
    .kernels = f->kernels,
    .keys = matrix_of (keys),
    .values = matrix_of (values),
    .n_heads = step->heads.n,
    .rank = keys->rows,
    .plain = keys->cols,
    .turned = step->heads.width - keys->cols,
    .value_width = values->rows,
    .q = reg_rows (tile, step->in),
    .ldq = reg_width (tile, step->in),
    .out = reg_rows (tile, step->out),
    .ldout = reg_width (tile, step->out),
    .n_rows = tile->batch->n,
    .first_column = tile->batch->first,
    .scale = step->scale,
    .layer = tile->layer,
  };
  size_t n_floats = glm_latent_floats (&task) * (size_t) glm_pool_n_threads (f->pool);

  if (n_floats > f->expanded_floats)
    {
      free (f->expanded);
      f->expanded = glm_alloc_aligned (n_floats, sizeof *f->expanded);
      f->expanded_floats = f->expanded ? n_floats : 0;
      if (!f->expanded)
        return glm_error_set (tile->error, GLM_ERROR_NO_MEMORY, "no memory for a batch of %lld tokens",
                              (long long) tile->batch->n);
    }
  glm_latent_run (&task, f->expanded, f->pool);
  return true;
}

/* Keys and values are never made: a head's query is multiplied by the matrix that would make its keys, and the sum of the
 * latents by the one that would make its values.  So all heads go through the cache together. */
static bool
run_attend_latent (const Tile *tile)
{
  Forward *f = tile->forward;
  const GlmStep *step = tile->step;
  const GlmStepMatrix *keys = &step->matrices[0], *values = &step->matrices[1];
  int64_t n_heads = step->heads.n, head = step->heads.width, rank = keys->rows, plain = keys->cols;
  int64_t width = rank + head - plain;
  const float *q = reg_rows (tile, step->in);
  float *absorbed = f->latent, *sums = f->latent + f->latent_rows * n_heads * width;
  GlmAttentionTask task = {
    .q = absorbed,
    .ldq = n_heads * width,
    .out = sums,
    .ldout = n_heads * rank,
    .n_rows = tile->n,
    .n_heads = (int) n_heads,
    .key_width = width,
    .value_width = rank,
    .scale = step->scale,
    .first_column = tile->batch->first + tile->row,
    .layer = tile->layer,
  };

  if (!multiply_heads (tile, keys, q, head, absorbed, width))
    return false;
  for (int64_t i = 0; i < tile->n * n_heads; i++)
    memcpy (absorbed + i * width + rank, q + i * head + plain, (size_t) (head - plain) * sizeof (float));
  glm_attention_run (f->attention, &task, f->pool);
  return multiply_heads (tile, values, sums, rank, reg_rows (tile, step->out), values->rows);
}

/* ---- Steps ------------------------------------------------------------------------------------------------------ */

static bool
run_route (const Tile *tile)
{
  for_rows (tile, route_row);
  glm_experts_place (tile->forward->experts, reg_rows (tile, tile->step->out), tile->n);
  return true;
}

static bool
run_experts (const Tile *tile)
{
  Forward *f = tile->forward;
  const GlmStep *step = tile->step;

  return glm_experts_multiply (f->experts, step, reg_rows (tile, step->in), reg_width (tile, step->in),
                               reg_rows (tile, step->out), f->pool, f->scratch, tile->error);
}

static bool
run_step (const Tile *tile)
{
  switch (tile->step->code)
    {
    case GLM_OP_LINEAR: return run_linear (tile);
    case GLM_OP_GATED: return run_gated (tile);
    case GLM_OP_RMS_NORM: for_rows (tile, rms_norm_row); break;
    case GLM_OP_LAYER_NORM: for_rows (tile, layer_norm_row); break;
    case GLM_OP_ROPE:
    case GLM_OP_ROPE_2D: for_rows (tile, rope_row); break;
    case GLM_OP_STORE: for_rows (tile, store_row); break;
    case GLM_OP_ATTEND: run_attend (tile); break;
    case GLM_OP_ATTEND_LATENT: return run_attend_latent (tile);
    case GLM_OP_ROUTE: return run_route (tile);
    case GLM_OP_EXPERTS: return run_experts (tile);
    case GLM_OP_MIX: for_rows (tile, mix_row); break;
    case GLM_OP_SWIGLU: for_rows (tile, swiglu_row); break;
    case GLM_OP_GELU: for_rows (tile, gelu_row); break;
    case GLM_OP_ADD: for_rows (tile, add_row); break;
    }
  return true;
}

static bool
cpu_supports (const GlmStep *step)
{
  for (int i = 0; i < step->n_matrices; i++)
    if (step->matrices[i].n != 1 && step->code != GLM_OP_EXPERTS && step->code != GLM_OP_ATTEND_LATENT)
      return false;
  return step->code != GLM_OP_GATED || glm_matrix_joins_swiglu (matrix_of (&step->gate), matrix_of (&step->matrices[0]));
}

/* ---- The batch -------------------------------------------------------------------------------------------------- */

static bool
run_steps (Tile *tile, const GlmPlanLayer *layer, int begin, int end)
{
  for (int i = begin; i < end; i++)
    {
      tile->step = &layer->steps[i];
      if (!run_step (tile))
        return false;
      if (tile->batch->watch)
        tile->batch->watch (tile->layer, tile->step, tile->row, tile->n, reg_rows (tile, tile->step->out),
                            reg_width (tile, tile->step->out), tile->batch->watch_data);
    }
  return true;
}

static bool
run_layer (Tile *tile)
{
  const GlmPlanLayer *layer = &tile->forward->plan->layers[tile->layer];
  bool expanded = layer->attend < layer->n_steps && expands (tile->forward, tile->batch);
  int begins[2] = { 0, layer->attend + expanded }, ends[2] = { layer->attend, layer->n_steps };

  for (int pass = 0; pass < 2; pass++)
    for (tile->row = 0; tile->row < tile->batch->n; tile->row += tile->n)
      {
        int64_t left = tile->batch->n - tile->row;

        tile->n = left < GLM_BATCH_TILE ? left : GLM_BATCH_TILE;
        if (pass == 1 && expanded && tile->row == 0)
          {
            tile->step = &layer->steps[layer->attend];
            if (!run_attend_expanded (tile))
              return false;
          }
        if (!run_steps (tile, layer, begins[pass], ends[pass]))
          return false;
      }
  return true;
}

static bool
run_head (Tile *tile, int64_t n_logits, float *logits)
{
  const GlmPlan *plan = tile->forward->plan;

  for (tile->row = tile->batch->n - n_logits; tile->row < tile->batch->n; tile->row += tile->n)
    {
      int64_t left = tile->batch->n - tile->row;

      tile->n = left < GLM_BATCH_TILE ? left : GLM_BATCH_TILE;
      tile->logits = logits + (tile->row - (tile->batch->n - n_logits)) * plan->params.n_vocab;
      if (!run_steps (tile, &plan->head, 0, plan->head.n_steps))
        return false;
    }
  return true;
}

/* Makes a buffer at least n_rows high; what it held is lost. */
static bool
grow (float **buffer, int64_t *n_allocated, int64_t n_rows, int64_t width)
{
  float *data;

  if (*n_allocated >= n_rows)
    return true;
  data = glm_alloc_aligned ((size_t) n_rows, (size_t) width * sizeof (float));
  if (!data)
    return false;
  free (*buffer);
  *buffer = data;
  *n_allocated = n_rows;
  return true;
}

/* Floats of a row of Forward.latent; 0: the model has no latent attention. */
static int64_t
latent_width (const GlmPlan *plan)
{
  const GlmParams *p = &plan->params;

  return p->kv_rank > 0 ? (int64_t) p->n_heads * (2 * p->kv_rank + p->n_rot) : 0;
}

static bool
reserve (Forward *f, int64_t n)
{
  int64_t angles = f->plan->arch->rope_axes * (f->plan->params.n_rot / 2), allocated = f->n_angle_rows;

  for (int reg = 0; reg < f->plan->n_registers; reg++)
    {
      const GlmPlanRegister *r = &f->plan->registers[reg];

      if (reg != GLM_REG_LOGITS && r->width > 0
          && !grow (&f->regs[reg], &f->reg_rows[reg], r->spans || n < GLM_BATCH_TILE ? n : GLM_BATCH_TILE, r->width))
        return false;
    }
  if (f->by_head && !grow (&f->latent, &f->latent_rows, n < GLM_BATCH_TILE ? n : GLM_BATCH_TILE, latent_width (f->plan)))
    return false;
  return grow (&f->cosines, &allocated, n, angles) && grow (&f->sines, &f->n_angle_rows, n, angles);
}

static bool
cpu_run (GlmForward *forward, const GlmBatch *batch, int64_t n_logits, float *logits, GlmError *error)
{
  Forward *f = (Forward *) forward;
  const GlmPlan *plan = f->plan;
  Tile tile = { .forward = f, .batch = batch, .error = error };
  int64_t width;

  if (!reserve (f, batch->n))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a batch of %lld tokens", (long long) batch->n);
  glm_rope_batch (plan, batch, f->frequencies, f->magnitude, f->cosines, f->sines);
  width = plan->registers[GLM_REG_X].width;
  for (int64_t i = 0; i < batch->n && !batch->rows; i++)
    glm_matrix_row (matrix_of (&plan->embedding), batch->ids[i], f->regs[GLM_REG_X] + i * width);
  if (batch->rows)
    memcpy (f->regs[GLM_REG_X], batch->rows, (size_t) (batch->n * width) * sizeof *batch->rows);

  for (tile.layer = plan->first_layer; tile.layer < plan->end_layer; tile.layer++)
    {
      if (batch->tick && !batch->tick ((double) tile.layer / plan->params.n_layers, batch->tick_data))
        return glm_error_set (error, GLM_ERROR_CANCELLED, "cancelled");
      if (!run_layer (&tile))
        return false;
    }
  return !glm_plan_has_head (plan) || run_head (&tile, n_logits, logits);
}

static bool
cpu_run_layer (GlmForward *forward, const GlmBatch *batch, int layer, const float *x, float *y, GlmError *error)
{
  Forward *f = (Forward *) forward;
  Tile tile = { .forward = f, .batch = batch, .layer = layer, .error = error };
  size_t n_bytes = (size_t) (batch->n * f->plan->registers[GLM_REG_X].width) * sizeof *x;

  if (!reserve (f, batch->n))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a batch of %lld tokens", (long long) batch->n);
  memcpy (f->regs[GLM_REG_X], x, n_bytes);
  if (!run_layer (&tile))
    return false;
  memcpy (y, f->regs[GLM_REG_X], n_bytes);
  return true;
}

/* The host's cache is where the rows lie. */
static void
cpu_rows_read (GlmForward *forward, int64_t first, int64_t n, void *data)
{
  const Forward *f = (const Forward *) forward;

  glm_kv_cache_read (f->cache, f->plan->params.n_prefix + first, n, data);
}

static void
cpu_rows_write (GlmForward *forward, int64_t first, int64_t n, const void *data)
{
  const Forward *f = (const Forward *) forward;

  glm_kv_cache_write (f->cache, f->plan->params.n_prefix + first, n, data);
  glm_attention_forget (f->attention, f->plan->params.n_prefix + first);
}

/* ---- Weights ---------------------------------------------------------------------------------------------------- */

static bool
cpu_weights_new (const GlmBackend *backend, const GlmTensorData *data, GlmPool *pool, GlmWeights **ret_weights, GlmError *error)
{
  GlmMatrix *matrix;

  if (!(data->lookup     ? glm_matrix_new_for_lookup (data->type, data->rows, data->cols, data->data, &matrix, error)
        : data->in_place ? glm_matrix_new_in_place (data->type, data->n, data->rows, data->cols, data->data, &matrix, error)
        : data->by_use   ? glm_matrix_new_by_use (data->type, data->n, data->rows, data->cols, data->data, true, &matrix, error)
                       : glm_matrix_new_stack (data->type, data->n, data->rows, data->cols, data->data, pool, &matrix, error)))
    return false;
  *ret_weights = (GlmWeights *) matrix;
  return true;
}

static void
cpu_weights_free (GlmWeights *weights)
{
  glm_matrix_free ((GlmMatrix *) weights);
}

static size_t
cpu_weights_bytes (const GlmWeights *weights)
{
  return glm_matrix_bytes ((const GlmMatrix *) weights);
}

static const void *
cpu_weights_data (const GlmWeights *weights)
{
  return glm_matrix_data ((const GlmMatrix *) weights);
}

static bool
cpu_weights_copied (const GlmWeights *weights)
{
  return glm_matrix_is_packed ((const GlmMatrix *) weights);
}

/* ---- Making one ------------------------------------------------------------------------------------------------- */

static void
find_limits (const GlmPlan *plan, GlmAttentionLimits *limits)
{
  *limits = (GlmAttentionLimits){ 0 };
  for (int i = 0; i < plan->params.n_layers; i++)
    if (plan->layers[i].attend < plan->layers[i].n_steps)
      {
        const GlmStep *step = &plan->layers[i].steps[plan->layers[i].attend];

        int64_t key_width = plan->kv.streams[0].width;

        limits->n_heads = step->heads.n > limits->n_heads ? step->heads.n : limits->n_heads;
        limits->key_width = key_width > limits->key_width ? key_width : limits->key_width;
        limits->value_width = step->width > limits->value_width ? step->width : limits->value_width;
      }
}

/* For the longest batches of latent attention. */
static size_t
expanded_bytes (const GlmPlan *plan, int64_t n_rows)
{
  const GlmParams *p = &plan->params;
  GlmLatentTask task = {
    .rank = p->kv_rank, .plain = p->head_dim - p->n_rot, .turned = p->n_rot, .value_width = p->value_dim, .n_rows = n_rows
  };

  return p->kv_rank > 0 && n_rows >= GLM_LATENT_MIN_ROWS
             ? glm_latent_floats (&task) * (size_t) glm_cpu_count () * sizeof (float)
             : 0;
}

static size_t
cpu_memory (const GlmPlan *plan, int64_t n_columns)
{
  int64_t n_rows = plan->arch->bidirectional_prompt ? n_columns : glm_plan_chunk (plan, n_columns), widest = 0;
  GlmAttentionLimits limits;

  find_limits (plan, &limits);
  for (int layer = 0; layer < plan->params.n_layers; layer++)
    for (int i = 0; i < plan->layers[layer].n_steps; i++)
      if (plan->layers[layer].steps[i].matrices[0].cols > widest)
        widest = plan->layers[layer].steps[i].matrices[0].cols;
  /* The widest input of a product, in 8 bits with scales. */
  return (size_t) (GLM_BATCH_TILE * widest * 9 / 8) + glm_plan_register_bytes (plan, n_rows, GLM_BATCH_TILE)
         + glm_attention_bytes (&plan->kv, &limits, glm_cpu_count (), n_columns)
         + (size_t) (GLM_BATCH_TILE * latent_width (plan)) * sizeof (float) + expanded_bytes (plan, n_rows)
         + (plan->params.n_experts > 0 ? glm_experts_bytes (&plan->params, GLM_BATCH_TILE) : 0)
         + (size_t) plan->params.n_vocab * sizeof (float);
}

/* The P-Tuning rows in front of the cache. */
static bool
fill_prefix (Forward *f, GlmError *error)
{
  const GlmPlan *plan = f->plan;
  const uint16_t *source = plan->prefix;

  for (int i = 0; source && i < plan->params.n_layers * plan->kv.n_streams; i++)
    {
      int stream = i % plan->kv.n_streams;
      int64_t d = plan->kv.streams[stream].width;
      float *values = glm_alloc_aligned ((size_t) d, sizeof *values);

      if (!values)
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prefix");
      for (int64_t row = 0; row < plan->params.n_prefix; row++)
        for (int head = 0; head < plan->kv.streams[stream].n_heads; head++, source += d)
          {
            f->kernels->f16_to_f32 (values, source, d);
            glm_attention_store (f->attention, i / plan->kv.n_streams, stream, head, row, values);
          }
      free (values);
    }
  return true;
}

static void
cpu_forward_free (GlmForward *forward)
{
  Forward *f = (Forward *) forward;

  for (int reg = 0; reg < f->plan->n_registers; reg++)
    free (f->regs[reg]);
  free (f->cosines);
  free (f->sines);
  free (f->frequencies);
  free (f->latent);
  free (f->expanded);
  free (f->by_head);
  free (f->head_products);
  glm_experts_free (f->experts);
  glm_attention_free (f->attention);
  glm_scratch_free (f->scratch);
  free (f);
}

/* What experts and latent attention need. */
static bool
new_parts (Forward *f, GlmError *error)
{
  const GlmParams *p = &f->plan->params;

  if (p->n_experts > 0 && !glm_experts_new (p, GLM_BATCH_TILE, &f->experts, error))
    return false;
  if (p->kv_rank == 0)
    return true;
  f->by_head = calloc ((size_t) p->n_heads * GLM_BATCH_TILE, sizeof *f->by_head);
  f->head_products = calloc ((size_t) p->n_heads, sizeof *f->head_products);
  return (f->by_head && f->head_products) || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
}

static bool
cpu_forward_new (const GlmPlan *plan, const GlmKvCache *cache, GlmPool *pool, GlmForward **ret_forward, GlmError *error)
{
  Forward *f = calloc (1, sizeof *f);
  GlmAttentionLimits limits;

  if (!f)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
  *f = (Forward){ .base = { &glm_backend_cpu }, .plan = plan, .cache = cache, .pool = pool, .kernels = glm_kernels () };
  f->frequencies = calloc ((size_t) plan->params.n_rot / 2, sizeof *f->frequencies);
  if (!f->frequencies)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
      goto fail;
    }
  f->magnitude = glm_rope_frequencies (&plan->params, f->frequencies);
  find_limits (plan, &limits);
  if (!glm_scratch_new (&f->scratch, error) || !new_parts (f, error)
      || !glm_attention_new (cache, &limits, glm_pool_n_threads (pool), &f->attention, error) || !fill_prefix (f, error))
    goto fail;
  *ret_forward = &f->base;
  return true;

fail:
  cpu_forward_free (&f->base);
  return false;
}

const GlmBackend glm_backend_cpu = {
  .name = "processor",
  .batch_rows = GLM_BATCH_TILE,
  .supports = cpu_supports,
  .weights_new = cpu_weights_new,
  .weights_free = cpu_weights_free,
  .weights_bytes = cpu_weights_bytes,
  .weights_data = cpu_weights_data,
  .weights_copied = cpu_weights_copied,
  .forward_new = cpu_forward_new,
  .forward_free = cpu_forward_free,
  .run = cpu_run,
  .run_layer = cpu_run_layer,
  .rows_read = cpu_rows_read,
  .rows_write = cpu_rows_write,
  .memory = cpu_memory,
};
