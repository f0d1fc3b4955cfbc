/* forward.c: the one forward pass: a loop over the rows of an op table
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each layer runs in two passes over the batch's tiles: the rows up to STORE, then ATTEND and the rest.  With one tile,
 * which is what causal prompts are cut into and what a generated token is, that is simply the table from top to bottom.
 * A bidirectional prompt needs all keys of a layer before any query may look, so its batch is the whole prompt; only the
 * registers that live across ATTEND then hold every row, and the wide inner ones stay one tile high.
 */
#include "run/forward.h"

#include <stdlib.h>
#include <string.h>

#include "compute/attention.h"
#include "base/aligned.h"
#include "base/error.h"
#include "kernels/kernels.h"
#include "compute/rope.h"

/* Rows from which the operations on single rows are worth a parallel region. */
#define MIN_PARALLEL_ROWS 8

struct GlmForward
{
  const GlmModel *model;
  GlmPool *pool; /* the session's */
  const GlmKernels *kernels;
  GlmScratch *scratch;
  GlmAttention *attention;

  float *regs[GLM_N_REGS];
  int64_t widths[GLM_N_REGS];
  int64_t reg_rows[GLM_N_REGS]; /* allocated */
  bool spans[GLM_N_REGS];       /* holds the whole batch, not a tile */

  double *frequencies; /* [n_rot / 2] */
  float magnitude;
  int64_t n_angle_rows;   /* allocated */
  float *cosines, *sines; /* [batch row][axis][n_rot / 2] */
};

/* What an operation works on: rows [row, row + n) of the batch, which are one tile. */
typedef struct
{
  GlmForward *forward;
  const GlmBatch *batch;
  const GlmKvCache *cache;
  const GlmBoundOp *bound;
  int layer;
  int64_t row, n;
  float *logits; /* where GLM_REG_LOGITS lies for this tile */
  GlmError *error;
} Step;

static float *
reg_rows (const Step *step, GlmReg reg)
{
  const GlmForward *f = step->forward;

  if (reg == GLM_REG_LOGITS)
    return step->logits;
  return f->regs[reg] + (f->spans[reg] ? step->row * f->widths[reg] : 0);
}

/* ---- Operations on single rows ---------------------------------------------------------------------------------- */

typedef void (*RowFunc) (const Step *step, int64_t i);

typedef struct
{
  const Step *step;
  RowFunc func;
} RowJob;

static void
row_worker (int worker, int n_workers, void *data)
{
  const RowJob *job = data;
  int64_t begin, end;

  glm_pool_share (worker, n_workers, job->step->n, 1, &begin, &end);
  for (int64_t i = begin; i < end; i++)
    job->func (job->step, i);
}

static void
for_rows (const Step *step, RowFunc func)
{
  RowJob job = { step, func };

  glm_pool_run (step->n < MIN_PARALLEL_ROWS ? NULL : step->forward->pool, row_worker, &job);
}

static void
norm_row (const Step *step, int64_t i)
{
  const GlmForward *f = step->forward;
  const GlmOp *op = step->bound->op;
  int64_t n = f->widths[op->in];
  float *out = reg_rows (step, op->out) + i * n;
  const float *in = reg_rows (step, op->in) + i * n;

  if (op->code == GLM_OP_RMS_NORM)
    f->kernels->rms_norm (out, in, step->bound->weight, n, f->model->params.norm_eps);
  else
    f->kernels->layer_norm (out, in, step->bound->weight, step->bound->weight_bias, n, f->model->params.norm_eps);
}

static void
rope_row (const Step *step, int64_t i)
{
  const GlmForward *f = step->forward;
  const GlmParams *p = &f->model->params;
  int axes = f->model->arch->rope_axes;
  int64_t n_pairs = p->n_rot / 2, angles = (step->row + i) * axes * n_pairs;
  float *x = reg_rows (step, step->bound->op->out) + i * f->widths[step->bound->op->out];
  /* Queries and keys lie side by side: one run of heads. */
  int n_heads = p->n_heads + p->n_kv_heads;

  for (int head = 0; head < n_heads; head++, x += p->head_dim)
    if (step->bound->op->code == GLM_OP_ROPE)
      f->kernels->rope_interleaved (x, f->cosines + angles, f->sines + angles, n_pairs);
    else
      for (int axis = 0; axis < axes; axis++)
        f->kernels->rope_half (x + axis * p->n_rot, f->cosines + angles + axis * n_pairs, f->sines + angles + axis * n_pairs,
                               n_pairs);
}

static void
store_row (const Step *step, int64_t i)
{
  const GlmForward *f = step->forward;
  const GlmParams *p = &f->model->params;
  int64_t column = p->n_prefix + step->batch->first + step->row + i;
  const float *x = reg_rows (step, step->bound->op->in) + i * f->widths[step->bound->op->in];

  x += (int64_t) p->n_heads * p->head_dim;
  for (int is_value = 0; is_value < 2; is_value++)
    for (int head = 0; head < p->n_kv_heads; head++, x += p->head_dim)
      glm_kv_cache_store (step->cache, step->layer, is_value, head, column, x);
}

static void
swiglu_row (const Step *step, int64_t i)
{
  int64_t n = step->forward->model->params.n_ff;
  float *x = reg_rows (step, step->bound->op->out) + i * step->forward->widths[step->bound->op->out];

  step->forward->kernels->swiglu (x, x, x + n, n);
}

static void
gelu_row (const Step *step, int64_t i)
{
  int64_t n = step->forward->model->params.n_ff;
  float *x = reg_rows (step, step->bound->op->out) + i * step->forward->widths[step->bound->op->out];

  step->forward->kernels->gelu (x, x, n);
}

static float
residual_scale (const Step *step, const GlmOp *add)
{
  return add->scale == GLM_SCALE_RESIDUAL ? step->forward->model->params.residual_scale : 1;
}

static void
add_row (const Step *step, int64_t i)
{
  const GlmForward *f = step->forward;
  const GlmOp *op = step->bound->op;
  int64_t n = f->widths[op->out];

  f->kernels->add_scaled (reg_rows (step, op->out) + i * n, reg_rows (step, op->in) + i * n, residual_scale (step, op), n);
}

/* ---- Operations on a tile --------------------------------------------------------------------------------------- */

/* A product, and the addition right behind it that takes its result to the residual: then the product is added there. */
typedef struct
{
  GlmProduct products[GLM_MAX_SPLIT];
  int n_ops; /* of the table: 1 or 2 */
} Linear;

static void
plan_linear (const Step *step, const GlmBoundOp *ops, int n_ops, Linear *ret_linear)
{
  const GlmForward *f = step->forward;
  const GlmOp *op = ops[0].op;
  bool adds = n_ops > 1 && ops[1].op->code == GLM_OP_ADD && ops[1].op->in == op->out;
  GlmReg out = adds ? ops[1].op->out : op->out;
  float *y = reg_rows (step, out);

  ret_linear->n_ops = adds ? 2 : 1;
  for (int i = 0; i < ops[0].n_matrices; i++)
    {
      ret_linear->products[i] = (GlmProduct){
        .matrix = ops[0].matrices[i],
        .bias = ops[0].biases[i],
        .y = y,
        .ldy = f->widths[out],
        .adds = adds,
        .scale = adds ? residual_scale (step, ops[1].op) : 1,
      };
      y += glm_matrix_rows (ops[0].matrices[i]);
    }
}

/* Returns how many operations of the table were run; 0 on failure. */
static int
run_linear (const Step *step, const GlmBoundOp *ops, int n_ops)
{
  GlmForward *f = step->forward;
  const GlmOp *op = ops[0].op;
  Linear linear;

  plan_linear (step, ops, n_ops, &linear);
  if (!glm_matmul_many (linear.products, ops[0].n_matrices, reg_rows (step, op->in), f->widths[op->in], step->n, f->pool,
                        f->scratch, step->error))
    return 0;
  return linear.n_ops;
}

/* LINEAR, SWIGLU, LINEAR: the inner activations need not be stored. */
static bool
is_gated (const GlmBoundOp *ops, int n_ops)
{
  return n_ops >= 3 && ops[0].op->code == GLM_OP_LINEAR && ops[1].op->code == GLM_OP_SWIGLU && ops[2].op->code == GLM_OP_LINEAR
         && ops[1].op->out == ops[0].op->out && ops[2].op->in == ops[0].op->out && ops[0].n_matrices == 1
         && ops[2].n_matrices == 1 && glm_matrix_joins_swiglu (ops[0].matrices[0], ops[2].matrices[0]);
}

static int
run_gated (const Step *step, const GlmBoundOp *ops, int n_ops)
{
  GlmForward *f = step->forward;
  const GlmOp *op = ops[0].op;
  Linear down;

  plan_linear (step, ops + 2, n_ops - 2, &down);
  if (!glm_matmul_swiglu (ops[0].matrices[0], ops[0].biases[0], down.products, reg_rows (step, op->in), f->widths[op->in],
                          step->n, f->pool, f->scratch, step->error))
    return 0;
  return 2 + down.n_ops;
}

static void
run_attend (const Step *step)
{
  GlmForward *f = step->forward;
  const GlmOp *op = step->bound->op;
  int64_t n_prefix = f->model->params.n_prefix;
  GlmAttentionTask task = {
    .q = reg_rows (step, op->in),
    .ldq = f->widths[op->in],
    .out = reg_rows (step, op->out),
    .ldout = f->widths[op->out],
    .n_rows = step->n,
    .n_heads = f->model->params.n_heads,
    .first_column = n_prefix + step->batch->first + step->row,
    .n_context = n_prefix,
    .layer = step->layer,
  };

  /* A tile of a bidirectional prompt may reach beyond the context by rows that see more: split it there. */
  if (step->batch->first + step->row < step->batch->n_context)
    {
      int64_t inside = step->batch->n_context - (step->batch->first + step->row);

      task.n_context = n_prefix + step->batch->n_context;
      if (inside < step->n)
        {
          task.n_rows = inside;
          glm_attention_run (f->attention, &task, step->cache, f->pool);
          task.q += inside * task.ldq;
          task.out += inside * task.ldout;
          task.first_column += inside;
          task.n_rows = step->n - inside;
        }
    }
  glm_attention_run (f->attention, &task, step->cache, f->pool);
}

/* Runs the first of the operations, with those behind it that it takes along; returns how many, 0 on failure. */
static int
run_ops (Step *step, const GlmBoundOp *ops, int n_ops)
{
  step->bound = ops;
  switch (ops[0].op->code)
    {
    case GLM_OP_LINEAR: return is_gated (ops, n_ops) ? run_gated (step, ops, n_ops) : run_linear (step, ops, n_ops);
    case GLM_OP_RMS_NORM:
    case GLM_OP_LAYER_NORM: for_rows (step, norm_row); return 1;
    case GLM_OP_ROPE:
    case GLM_OP_ROPE_2D: for_rows (step, rope_row); return 1;
    case GLM_OP_STORE: for_rows (step, store_row); return 1;
    case GLM_OP_ATTEND: run_attend (step); return 1;
    case GLM_OP_SWIGLU: for_rows (step, swiglu_row); return 1;
    case GLM_OP_GELU: for_rows (step, gelu_row); return 1;
    case GLM_OP_ADD: for_rows (step, add_row); return 1;
    case GLM_N_OPS: break;
    }
  glm_error_set (step->error, GLM_ERROR_UNSUPPORTED, "an unknown operation in the table");
  return 0;
}

/* ---- The batch -------------------------------------------------------------------------------------------------- */

static bool
run_rows (Step *step, const GlmBoundOp *ops, int begin, int end)
{
  int n;

  for (int i = begin; i < end; i += n)
    {
      n = run_ops (step, ops + i, end - i);
      if (n == 0)
        return false;
    }
  return true;
}

static bool
run_layer (Step *step)
{
  const GlmModel *model = step->forward->model;
  const GlmBoundOp *ops = model->layers + step->layer * model->arch->n_layer;
  int attend = glm_arch_attend_row (model->arch), bounds[3] = { 0, attend, model->arch->n_layer };

  for (int pass = 0; pass < 2; pass++)
    for (step->row = 0; step->row < step->batch->n; step->row += step->n)
      {
        int64_t left = step->batch->n - step->row;

        step->n = left < GLM_FORWARD_TILE ? left : GLM_FORWARD_TILE;
        if (!run_rows (step, ops, bounds[pass], bounds[pass + 1]))
          return false;
      }
  return true;
}

static bool
run_head (Step *step, int64_t n_logits, float *logits)
{
  const GlmModel *model = step->forward->model;

  for (step->row = step->batch->n - n_logits; step->row < step->batch->n; step->row += step->n)
    {
      int64_t left = step->batch->n - step->row;

      step->n = left < GLM_FORWARD_TILE ? left : GLM_FORWARD_TILE;
      step->logits = logits + (step->row - (step->batch->n - n_logits)) * model->params.n_vocab;
      if (!run_rows (step, model->head, 0, model->arch->n_head))
        return false;
    }
  return true;
}

static void
fill_angles (GlmForward *f, const GlmBatch *batch)
{
  int axes = f->model->arch->rope_axes, n_pairs = f->model->params.n_rot / 2;

  for (int64_t i = 0; i < batch->n; i++)
    {
      int64_t index = batch->first + i, offset = i * axes * n_pairs;
      bool inside = axes == 1 || batch->n_context == 0 || index < batch->n_context;

      glm_rope_angles (f->frequencies, n_pairs, inside ? index : batch->origin, f->magnitude, f->cosines + offset,
                       f->sines + offset);
      if (axes == 2)
        glm_rope_angles (f->frequencies, n_pairs, inside ? 0 : index - batch->n_context + 1, f->magnitude,
                         f->cosines + offset + n_pairs, f->sines + offset + n_pairs);
    }
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

static bool
reserve (GlmForward *f, int64_t n)
{
  int64_t angles = f->model->arch->rope_axes * (f->model->params.n_rot / 2), allocated = f->n_angle_rows;

  for (int reg = 0; reg < GLM_N_REGS; reg++)
    if (reg != GLM_REG_LOGITS && f->widths[reg] > 0
        && !grow (&f->regs[reg], &f->reg_rows[reg], f->spans[reg] || n < GLM_FORWARD_TILE ? n : GLM_FORWARD_TILE,
                  f->widths[reg]))
      return false;
  return grow (&f->cosines, &allocated, n, angles) && grow (&f->sines, &f->n_angle_rows, n, angles);
}

bool
glm_forward_run (GlmForward *forward, const GlmBatch *batch, const GlmKvCache *cache, int64_t n_logits, float *logits,
                 GlmError *error)
{
  const GlmModel *model = forward->model;
  Step step = { .forward = forward, .batch = batch, .cache = cache, .error = error };

  if (!reserve (forward, batch->n))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a batch of %lld tokens", (long long) batch->n);
  forward->kernels = glm_kernels ();
  fill_angles (forward, batch);
  for (int64_t i = 0; i < batch->n; i++)
    glm_matrix_row (model->embedding, batch->ids[i], forward->regs[GLM_REG_X] + i * forward->widths[GLM_REG_X]);

  for (step.layer = 0; step.layer < model->params.n_layers; step.layer++)
    {
      if (batch->tick && !batch->tick ((double) step.layer / model->params.n_layers, batch->tick_data))
        return glm_error_set (error, GLM_ERROR_CANCELLED, "cancelled");
      if (!run_layer (&step))
        return false;
    }
  return run_head (&step, n_logits, logits);
}

/* ---- Making one ------------------------------------------------------------------------------------------------- */

size_t
glm_forward_bytes (const GlmArch *arch, const GlmParams *params, int64_t context_length)
{
  int64_t n_rows = arch->bidirectional_prompt ? context_length : GLM_FORWARD_TILE;
  /* The widest input of a product, in 8 bits with scales. */
  int64_t quantised = GLM_FORWARD_TILE * (params->n_ff > params->n_embd ? params->n_ff : params->n_embd) * 9 / 8;

  return (size_t) quantised + glm_arch_scratch_bytes (arch, params, n_rows, GLM_FORWARD_TILE)
         + glm_attention_bytes (params, glm_cpu_count (), context_length) + (size_t) params->n_vocab * sizeof (float);
}

bool
glm_forward_new (const GlmModel *model, int64_t n_columns, GlmPool *pool, GlmForward **ret_forward, GlmError *error)
{
  GlmForward *f = calloc (1, sizeof *f);

  if (!f)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
  f->model = model;
  f->pool = pool;
  for (int reg = 0; reg < GLM_N_REGS; reg++)
    {
      f->widths[reg] = glm_arch_reg_width (model->arch, &model->params, reg);
      f->spans[reg] = glm_arch_reg_spans_attend (model->arch, reg);
    }
  f->frequencies = calloc ((size_t) model->params.n_rot / 2, sizeof *f->frequencies);
  if (!f->frequencies)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
      goto fail;
    }
  f->magnitude = glm_rope_frequencies (&model->params, f->frequencies);
  if (!glm_scratch_new (&f->scratch, error)
      || !glm_attention_new (&model->params, glm_pool_n_threads (pool), n_columns, &f->attention, error))
    goto fail;
  *ret_forward = f;
  return true;

fail:
  glm_forward_free (f);
  return false;
}

void
glm_forward_free (GlmForward *forward)
{
  if (!forward)
    return;
  for (int reg = 0; reg < GLM_N_REGS; reg++)
    free (forward->regs[reg]);
  free (forward->cosines);
  free (forward->sines);
  free (forward->frequencies);
  glm_attention_free (forward->attention);
  glm_scratch_free (forward->scratch);
  free (forward);
}
