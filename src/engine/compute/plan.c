/* plan.c: see plan.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "compute/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bandwidth.h"
#include "base/error.h"
#include "compute/backend.h"

/* ---- Lowering --------------------------------------------------------------------------------------------------- */

/* The heads of keys and values in a row that holds queries | keys | values. */
static void
place_stored (const GlmPlan *plan, GlmStep *step)
{
  int64_t at = glm_params_dim (&plan->params, GLM_DIM_Q);

  if (step->op->part == GLM_PART_LOW_VALUES)
    at = plan->params.q_rank;
  for (int i = 0; i < plan->kv.n_streams; i++)
    {
      const GlmKvStream *stream = &plan->kv.streams[i];

      step->stored[i] = (GlmHeads){ at, stream->n_heads, stream->width };
      at += (int64_t) stream->n_heads * stream->width;
    }
}

/* Latents are stored as one run. */
static GlmHeads
place_part (const GlmParams *p, GlmPart part, int64_t width)
{
  switch (part)
    {
    case GLM_PART_ALL: return (GlmHeads){ 0, 1, width };
    case GLM_PART_QUERY_HEADS: return (GlmHeads){ 0, p->n_heads, p->head_dim };
    case GLM_PART_KEY_HEADS: return (GlmHeads){ glm_params_dim (p, GLM_DIM_Q), p->n_kv_heads, p->head_dim };
    case GLM_PART_QK_HEADS: return (GlmHeads){ 0, p->n_heads + p->n_kv_heads, p->head_dim };
    case GLM_PART_LOW_QUERIES: return (GlmHeads){ 0, 1, p->q_rank };
    case GLM_PART_LOW_VALUES: return (GlmHeads){ p->q_rank, 1, p->kv_rank };
    case GLM_PART_LOW_KEY: return (GlmHeads){ p->q_rank + p->kv_rank, 1, p->n_rot };
    case GLM_PART_QUERY_TAILS: return (GlmHeads){ p->head_dim - p->n_rot, p->n_heads, p->head_dim };
    }
  return (GlmHeads){ 0 };
}

static void
lower_experts (const GlmParams *p, GlmStep *step)
{
  const GlmOp *op = step->op;
  int64_t rows = glm_params_dim (p, op->rows), cols = glm_params_dim (p, op->cols);

  step->n_matrices = 1;
  step->matrices[0] = (GlmStepMatrix){ p->n_experts, rows, cols };
  if (p->n_ff_shared == 0)
    return;
  while (step->n_shared < GLM_MAX_SHARED && op->shared[step->n_shared])
    {
      bool inner = op->rows != GLM_DIM_EMBD;

      step->shared[step->n_shared++] = (GlmStepMatrix){ 1, inner ? p->n_ff_shared : rows, inner ? cols : p->n_ff_shared };
    }
}

static void
lower_latent (const GlmParams *p, GlmStep *step)
{
  step->n_matrices = 2;
  step->matrices[0] = (GlmStepMatrix){ p->n_heads, p->kv_rank, p->head_dim - p->n_rot };
  step->matrices[1] = (GlmStepMatrix){ p->n_heads, p->value_dim, p->kv_rank };
  step->heads = (GlmHeads){ 0, p->n_heads, p->head_dim };
  step->width = p->kv_rank;
  step->scale = 1 / sqrtf ((float) p->head_dim);
}

/* written: how many values the last product into a register had. */
static void
lower (const GlmPlan *plan, const GlmOp *op, int64_t *written, GlmStep *step)
{
  const GlmParams *p = &plan->params;
  int64_t rows = glm_params_dim (p, op->rows), n = glm_params_dim (p, op->stack);

  *step = (GlmStep){ .code = op->code, .op = op, .out = op->out, .in = op->in, .scale = 1 };
  switch (op->code)
    {
    case GLM_OP_LINEAR:
      step->n_matrices = 1;
      step->matrices[0] = (GlmStepMatrix){ n > 0 ? n : 1, rows, glm_params_dim (p, op->cols) };
      written[op->out] = rows;
      break;
    case GLM_OP_RMS_NORM:
    case GLM_OP_LAYER_NORM:
      step->width = rows;
      step->heads = place_part (p, op->part, rows);
      step->eps = p->norm_eps;
      break;
    case GLM_OP_ROPE:
    case GLM_OP_ROPE_2D:
      step->heads = place_part (p, op->part == GLM_PART_ALL ? GLM_PART_QK_HEADS : op->part, p->head_dim);
      step->n_pairs = p->n_rot / 2;
      step->half_split = op->code == GLM_OP_ROPE_2D || p->half_split;
      break;
    case GLM_OP_STORE: place_stored (plan, step); break;
    case GLM_OP_ATTEND:
      step->heads = (GlmHeads){ 0, p->n_heads, plan->kv.streams[0].width };
      step->width = plan->kv.streams[plan->kv.n_streams - 1].width;
      step->scale = 1 / sqrtf ((float) p->head_dim);
      break;
    case GLM_OP_ATTEND_LATENT: lower_latent (p, step); break;
    case GLM_OP_ROUTE: step->width = rows; break;
    case GLM_OP_EXPERTS: lower_experts (p, step); break;
    case GLM_OP_MIX: step->width = plan->registers[op->out].width; break;
    case GLM_OP_SWIGLU: step->width = op->routes ? p->n_ff_expert : written[op->out] / 2; break;
    case GLM_OP_GELU: step->width = written[op->out]; break;
    case GLM_OP_ADD:
      step->width = plan->registers[op->out].width;
      step->scale = op->scale == GLM_SCALE_RESIDUAL ? p->residual_scale : 1;
      break;
    case GLM_OP_GATED: break;
    }
}

static void
find_attend (GlmPlanLayer *layer)
{
  layer->attend = 0;
  while (layer->attend < layer->n_steps && layer->steps[layer->attend].code != GLM_OP_ATTEND
         && layer->steps[layer->attend].code != GLM_OP_ATTEND_LATENT)
    layer->attend++;
}

static bool
lower_table (const GlmPlan *plan, const GlmOpTable *table, GlmPlanLayer *layer)
{
  int64_t written[GLM_MAX_REGISTERS] = { 0 };

  layer->steps = calloc ((size_t) table->n, sizeof *layer->steps);
  if (!layer->steps)
    return false;
  for (int i = 0; i < table->n; i++)
    if (table->ops[i].condition != GLM_IF_HEAD_NORMS || plan->params.has_head_norms)
      lower (plan, &table->ops[i], written, &layer->steps[layer->n_steps++]);
  find_attend (layer);
  return true;
}

static bool
adds_to_out (const GlmStep *step)
{
  return step->adds || step->code == GLM_OP_ADD || step->code == GLM_OP_MIX;
}

static bool
reads (const GlmStep *step, int reg)
{
  return step->in == reg || (step->out == reg && adds_to_out (step)) || (step->op->routes == reg && reg != GLM_REG_X);
}

/* Whether the register is read before it is written anew, from a step on. */
static bool
is_read (const GlmPlanLayer *layer, int begin, int reg)
{
  for (int i = begin; i < layer->n_steps; i++)
    {
      if (reads (&layer->steps[i], reg))
        return true;
      if (layer->steps[i].out == reg)
        return false;
    }
  return reg == GLM_REG_X; /* by the next layer */
}

static bool
is_written (const GlmPlanLayer *layer, int end, int reg)
{
  for (int i = 0; i < end; i++)
    if (layer->steps[i].out == reg)
      return true;
  return false;
}

static void
declare_registers (GlmPlan *plan)
{
  plan->n_registers = plan->arch->n_registers;
  for (int reg = 0; reg < plan->n_registers; reg++)
    plan->registers[reg] = (GlmPlanRegister){
      .name = plan->arch->registers[reg].name,
      .width = glm_params_dim (&plan->params, plan->arch->registers[reg].dim),
      .spans = reg == GLM_REG_X,
    };
}

/* What attention over latents puts out may be there for a whole batch before the steps behind it run. */
static void
find_spans (GlmPlan *plan, const GlmPlanLayer *layer)
{
  if (layer->attend < layer->n_steps && layer->steps[layer->attend].code == GLM_OP_ATTEND_LATENT)
    plan->registers[layer->steps[layer->attend].out].spans = true;
  for (int reg = 0; reg < plan->n_registers; reg++)
    plan->registers[reg].spans |= is_written (layer, layer->attend, reg) && is_read (layer, layer->attend, reg);
}

bool
glm_plan_new (const GlmArch *arch, const GlmParams *params, const GlmBackend *backend, GlmPlan **ret_plan, GlmError *error)
{
  GlmPlan *plan = calloc (1, sizeof *plan);

  if (!plan)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a model");
  plan->arch = arch;
  plan->backend = backend;
  plan->params = *params;
  plan->end_layer = params->n_layers;
  plan->kv = glm_kv_shape (params);
  plan->embedding = (GlmStepMatrix){ 1, params->n_vocab, params->n_embd };
  declare_registers (plan);
  plan->layers = calloc ((size_t) params->n_layers, sizeof *plan->layers);
  for (int layer = 0; plan->layers && layer < params->n_layers; layer++)
    {
      if (!lower_table (plan, glm_arch_layer (arch, params, layer), &plan->layers[layer]))
        goto fail;
      find_spans (plan, &plan->layers[layer]);
    }
  if (!plan->layers || !lower_table (plan, &arch->head, &plan->head))
    goto fail;
  *ret_plan = plan;
  return true;

fail:
  glm_plan_free (plan);
  return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for %d layers", params->n_layers);
}

/* ---- Cutting ---------------------------------------------------------------------------------------------------- */

/* Whether nothing but the residual goes from the steps before `at` to those behind. */
static bool
is_residual_alone (const GlmPlan *plan, const GlmPlanLayer *layer, int at)
{
  for (int reg = 0; reg < plan->n_registers; reg++)
    if (reg != GLM_REG_X && is_written (layer, at, reg) && is_read (layer, at, reg))
      return false;
  return true;
}

static int
count_supported (const GlmPlanLayer *layer, const GlmBackend *backend)
{
  int n = 0;

  while (n < layer->n_steps && backend->supports (&layer->steps[n]))
    n++;
  return n;
}

static bool
check_supported (const GlmPlan *plan, const GlmPlanLayer *layer, const GlmBackend *backend, GlmError *error)
{
  int n = count_supported (layer, backend);
  char text[256];

  if (n == layer->n_steps)
    return true;
  glm_plan_describe (plan, &layer->steps[n], text, sizeof text);
  return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: not on the %s", text, backend->name);
}

/* The steps at the layer's beginning that the back end runs. */
static int
find_cut (const GlmPlan *plan, const GlmPlanLayer *layer, const GlmBackend *front)
{
  int n = count_supported (layer, front);

  while (n < layer->n_steps && !is_residual_alone (plan, layer, n))
    n--;
  return n;
}

static bool
is_used (const GlmPlan *plan, const GlmPlanLayer *layer, int reg)
{
  return is_written (layer, layer->n_steps, reg) || (reg != GLM_REG_X && is_read (layer, 0, reg));
}

/* What no step names takes no memory. */
static void
forget_registers (GlmPlan *plan)
{
  for (int reg = GLM_REG_OWN; reg < plan->n_registers; reg++)
    {
      bool used = is_used (plan, &plan->head, reg);

      for (int i = 0; i < plan->params.n_layers && !used; i++)
        used = is_used (plan, &plan->layers[i], reg);
      if (!used)
        plan->registers[reg].width = 0;
    }
}

/* Steps that are run while the rest runs its own: of the norm that has become the rest's, and the shared expert. */
static bool
append_shared (GlmPlan *plan, GlmPlanLayer *layer, int cut)
{
  GlmPlanLayer shared = { 0 };
  GlmStep *steps;
  GlmStep norm = layer->steps[cut];

  layer->n_steps = cut;
  if (plan->params.n_ff_shared == 0 || plan->arch->shared.n == 0)
    return true;
  if (!lower_table (plan, &plan->arch->shared, &shared))
    return false;
  steps = realloc (layer->steps, (size_t) (cut + 1 + shared.n_steps) * sizeof *steps);
  if (steps)
    {
      layer->steps = steps;
      norm.hands_over = true;
      steps[cut] = norm;
      memcpy (steps + cut + 1, shared.steps, (size_t) shared.n_steps * sizeof *steps);
      layer->n_steps = cut + 1 + shared.n_steps;
      plan->registers[steps[cut + 1].out].width = steps[cut + 1].matrices[0].rows;
    }
  free (shared.steps);
  return steps != NULL;
}

static void
drop_front (GlmPlanLayer *layer, int cut)
{
  layer->n_steps -= cut;
  memmove (layer->steps, layer->steps + cut, (size_t) layer->n_steps * sizeof *layer->steps);
  for (int i = 0; i < layer->n_steps; i++)
    layer->steps[i].n_shared = 0;
}

bool
glm_plan_cut (GlmPlan *plan, int end, const GlmBackend *front, bool keeps_front, int *ret_n_cut, GlmError *error)
{
  *ret_n_cut = 0;
  for (int i = 0; i < end; i++)
    {
      GlmPlanLayer *layer = &plan->layers[i];
      int cut = find_cut (plan, layer, front);

      if (cut == 0)
        return check_supported (plan, layer, front, error);
      *ret_n_cut += cut < layer->n_steps;
      if (!keeps_front)
        drop_front (layer, cut);
      else if (cut < layer->n_steps && !append_shared (plan, layer, cut))
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a model");
      find_attend (layer);
    }
  if (*ret_n_cut > 0)
    forget_registers (plan);
  return true;
}

void
glm_plan_find_handing (const GlmPlanLayer *layer, int *ret_handed, int *ret_taken)
{
  int i = 0;

  while (i < layer->n_steps && !layer->steps[i].hands_over)
    i++;
  *ret_handed = i;
  while (i < layer->n_steps && layer->steps[i].out != GLM_REG_X)
    i++;
  *ret_taken = i;
}

/* ---- Freeing ---------------------------------------------------------------------------------------------------- */

static void
matrix_clear (const GlmPlan *plan, GlmStepMatrix *matrix)
{
  if (matrix->weights && !matrix->borrowed)
    plan->backend->weights_free (matrix->weights);
  free (matrix->bias);
  free (matrix->made);
}

static void
layer_clear (const GlmPlan *plan, GlmPlanLayer *layer)
{
  for (int i = 0; i < layer->n_steps; i++)
    {
      GlmStep *step = &layer->steps[i];

      for (int j = 0; j < GLM_MAX_SPLIT; j++)
        matrix_clear (plan, &step->matrices[j]);
      for (int j = 0; j < GLM_MAX_SHARED; j++)
        matrix_clear (plan, &step->shared[j]);
      matrix_clear (plan, &step->gate);
      free (step->weight);
      free (step->weight_bias);
    }
  free (layer->steps);
}

void
glm_plan_free (GlmPlan *plan)
{
  if (!plan)
    return;
  for (int i = 0; plan->layers && i < plan->params.n_layers; i++)
    layer_clear (plan, &plan->layers[i]);
  layer_clear (plan, &plan->head);
  matrix_clear (plan, &plan->embedding);
  glm_plan_free (plan->rest);
  free (plan->layers);
  free (plan->prefix);
  free (plan);
}

/* ---- Joining ---------------------------------------------------------------------------------------------------- */

/* The n steps from i on have become `joined`. */
static void
replace (GlmPlanLayer *layer, int i, int n, const GlmStep *joined)
{
  layer->steps[i] = *joined;
  memmove (&layer->steps[i + 1], &layer->steps[i + n], (size_t) (layer->n_steps - i - n) * sizeof *layer->steps);
  layer->n_steps -= n - 1;
}

/* LINEAR and the ADD right behind it that takes its result to the residual: the product is added there. */
static void
join_add (GlmPlanLayer *layer, int i)
{
  GlmStep joined = layer->steps[i];
  const GlmStep *add = &layer->steps[i + 1];

  if (i + 1 >= layer->n_steps || joined.code != GLM_OP_LINEAR || add->code != GLM_OP_ADD || add->in != joined.out
      || add->out == joined.out || is_read (layer, i + 2, joined.out))
    return;
  joined.out = add->out;
  joined.adds = true;
  joined.scale = add->scale;
  replace (layer, i, 2, &joined);
}

/* LINEAR, SWIGLU, LINEAR: the inner activations need not be stored. */
static void
join_gated (const GlmPlan *plan, GlmPlanLayer *layer, int i)
{
  const GlmStep *up = &layer->steps[i], *swiglu = up + 1, *down = up + 2;
  GlmStep joined;

  if (i + 2 >= layer->n_steps || up->code != GLM_OP_LINEAR || up->adds || swiglu->code != GLM_OP_SWIGLU
      || down->code != GLM_OP_LINEAR || swiglu->out != up->out || down->in != up->out || up->n_matrices != 1
      || down->n_matrices != 1 || (down->out != up->out && is_read (layer, i + 3, up->out)))
    return;
  joined = *down;
  joined.code = GLM_OP_GATED;
  joined.op = up->op;
  joined.in = up->in;
  joined.gate = up->matrices[0];
  if (plan->backend->supports (&joined))
    replace (layer, i, 3, &joined);
}

static bool
join_layer (const GlmPlan *plan, GlmPlanLayer *layer, GlmError *error)
{
  for (int i = 0; i < layer->n_steps; i++)
    join_add (layer, i);
  for (int i = 0; i < layer->n_steps; i++)
    join_gated (plan, layer, i);
  find_attend (layer);
  return check_supported (plan, layer, plan->backend, error);
}

bool
glm_plan_join (GlmPlan *plan, GlmError *error)
{
  for (int i = 0; i < plan->end_layer; i++)
    if (!join_layer (plan, &plan->layers[i], error))
      return false;
  return !glm_plan_has_head (plan) || join_layer (plan, &plan->head, error);
}

/* ---- Sizes ------------------------------------------------------------------------------------------------------ */

/* n_bytes: how much of its weights is read to evaluate one token. */
typedef void (*MatrixFunc) (const GlmStepMatrix *matrix, size_t n_bytes, void *data);

static void
visit_matrix (const GlmPlan *plan, const GlmStepMatrix *matrix, int n_members, int n_used, MatrixFunc func, void *data)
{
  if (matrix->weights)
    func (matrix, plan->backend->weights_bytes (matrix->weights) / (size_t) n_members * (size_t) n_used, data);
}

/* A stack of experts counts as those that one token uses. */
static void
visit_layer (const GlmPlan *plan, const GlmPlanLayer *layer, MatrixFunc func, void *data)
{
  for (const GlmStep *step = layer->steps; step < layer->steps + layer->n_steps; step++)
    {
      bool is_stack = step->code == GLM_OP_EXPERTS;

      visit_matrix (plan, &step->gate, 1, 1, func, data);
      for (int i = 0; i < step->n_matrices; i++)
        visit_matrix (plan, &step->matrices[i], is_stack ? plan->params.n_experts : 1, is_stack ? plan->params.n_used : 1, func,
                      data);
      for (int i = 0; i < step->n_shared; i++)
        visit_matrix (plan, &step->shared[i], 1, 1, func, data);
    }
}

static void
visit_weights (const GlmPlan *plan, MatrixFunc func, void *data)
{
  for (int i = 0; i < plan->params.n_layers; i++)
    visit_layer (plan, &plan->layers[i], func, data);
  visit_layer (plan, &plan->head, func, data);
}

static void
add_bytes (const GlmStepMatrix *matrix, size_t n_bytes, void *data)
{
  (void) matrix;
  *(size_t *) data += n_bytes;
}

typedef struct
{
  const void *source;
  GlmWeights *found;
} Search;

static void
match_source (const GlmStepMatrix *matrix, size_t n_bytes, void *data)
{
  Search *search = data;

  (void) n_bytes;
  if (matrix->source == search->source)
    search->found = matrix->weights;
}

GlmWeights *
glm_plan_find_weights (const GlmPlan *plan, const void *source)
{
  Search search = { .source = source };

  visit_weights (plan, match_source, &search);
  return search.found;
}

size_t
glm_plan_weight_bytes (const GlmPlan *plan)
{
  size_t n_bytes = 0;

  visit_weights (plan, add_bytes, &n_bytes);
  return n_bytes + (plan->rest ? glm_plan_weight_bytes (plan->rest) : 0);
}

typedef struct
{
  const GlmBackend *backend;
  GlmPool *pool;
  bool is_whole;
} Reading;

static void
read_bytes (const GlmStepMatrix *matrix, size_t n_bytes, void *data)
{
  Reading *reading = data;
  const void *place = reading->backend->weights_data (matrix->weights);

  if (place)
    glm_read_memory (reading->pool, place, n_bytes);
  reading->is_whole &= place != NULL;
}

bool
glm_plan_read_weights (const GlmPlan *plan, GlmPool *pool)
{
  Reading reading = { .backend = plan->backend, .pool = pool, .is_whole = true };

  visit_weights (plan, read_bytes, &reading);
  return reading.is_whole;
}

size_t
glm_plan_register_bytes (const GlmPlan *plan, int64_t n_rows, int64_t n_tile)
{
  int64_t n_floats = 0;

  for (int reg = 0; reg < plan->n_registers; reg++)
    if (reg != GLM_REG_LOGITS)
      n_floats += plan->registers[reg].width * (plan->registers[reg].spans ? n_rows : n_tile);
  return (size_t) n_floats * sizeof (float);
}

/* ---- Describing ------------------------------------------------------------------------------------------------- */

static const char *
bias_text (const GlmStep *step)
{
  GlmBias bias = step->op->bias;

  if (step->matrices[0].weights)
    return step->matrices[0].bias ? " + bias" : "";
  return bias == GLM_BIAS_REQUIRED ? " + bias" : bias == GLM_BIAS_OPTIONAL ? " [+ bias]" : "";
}

/* "x =", "x +=" or "x += 7.5 ·" */
static void
describe_out (const GlmPlan *plan, const GlmStep *step, char *text, size_t size)
{
  const char *out = plan->registers[step->out].name;

  if (!adds_to_out (step))
    snprintf (text, size, "%s =", out);
  else if (step->scale == 1)
    snprintf (text, size, "%s +=", out);
  else
    snprintf (text, size, "%s += %g ·", out, step->scale);
}

static void
describe_linear (const GlmPlan *plan, const GlmStep *step, const char *to, char *text, size_t size)
{
  int64_t rows = 0;

  for (int i = 0; i < step->n_matrices; i++)
    rows += step->matrices[i].rows;
  if (step->code == GLM_OP_GATED)
    snprintf (text, size, "%s gated (%s, %s [%lld × %lld], [%lld × %lld])", to, plan->registers[step->in].name,
              step->op->tensor, (long long) step->gate.rows, (long long) step->gate.cols, (long long) rows,
              (long long) step->matrices[0].cols);
  else if (step->matrices[0].n > 1)
    snprintf (text, size, "%s linear (%s, %s [%lld × %lld × %lld]%s)", to, plan->registers[step->in].name, step->op->tensor,
              (long long) step->matrices[0].n, (long long) rows, (long long) step->matrices[0].cols, bias_text (step));
  else
    snprintf (text, size, "%s linear (%s, %s [%lld × %lld]%s)", to, plan->registers[step->in].name, step->op->tensor,
              (long long) rows, (long long) step->matrices[0].cols, bias_text (step));
}

/* The names of the matrices, " + " between them. */
static void
describe_names (const char *const *names, int n, char *text, size_t size)
{
  text[0] = '\0';
  for (int i = 0; i < n && names[i]; i++)
    snprintf (text + strlen (text), size - strlen (text), "%s%s", i ? " + " : "", names[i]);
}

static void
describe_experts (const GlmPlan *plan, const GlmStep *step, const char *to, char *text, size_t size)
{
  const GlmOp *op = step->op;
  char names[96], shared[64];
  const GlmStepMatrix *m = &step->matrices[0];

  describe_names (op->split[0] ? op->split : &op->tensor, op->split[0] ? GLM_MAX_SPLIT : 1, names, sizeof names);
  describe_names (op->shared, step->n_shared, shared, sizeof shared);
  snprintf (text, size, "%s experts (%s, %d of %s [%lld × %lld × %lld]%s%s)", to, plan->registers[step->in].name,
            plan->params.n_used, names, (long long) plan->params.n_experts,
            (long long) glm_params_dim (&plan->params, op->rows), (long long) m->cols, step->n_shared ? " and " : "", shared);
}

/* Norms and rotations of a part of a row. */
static void
describe_part (const GlmStep *step, const char *in, char *text, size_t size)
{
  if (step->op->part == GLM_PART_ALL)
    snprintf (text, size, "%s", in);
  else if (step->heads.n == 1)
    snprintf (text, size, "%s [%lld…%lld]", in, (long long) step->heads.at,
              (long long) (step->heads.at + step->heads.width - 1));
  else
    snprintf (text, size, "%s [%lld…] by head", in, (long long) step->heads.at);
}

static void
describe_routes (const GlmPlan *plan, const GlmStep *step, const char *to, char *text, size_t size)
{
  const GlmParams *p = &plan->params;

  snprintf (text, size, "%s route (%s, %s, %d of %d experts%s%s, · %g)", to, plan->registers[step->in].name, step->op->tensor,
            p->n_used, p->n_experts, p->softmax_routes ? ", softmax" : ", sigmoid", p->norm_routes ? ", normalized" : "",
            p->route_scale);
}

void
glm_plan_describe (const GlmPlan *plan, const GlmStep *step, char *text, size_t size)
{
  const char *out = plan->registers[step->out].name, *in = plan->registers[step->in].name;
  const GlmParams *p = &plan->params;
  char to[64], part[64];

  describe_out (plan, step, to, sizeof to);
  describe_part (step, in, part, sizeof part);
  switch (step->code)
    {
    case GLM_OP_RMS_NORM: snprintf (text, size, "%s rms_norm (%s, %s, eps %g)", to, part, step->op->tensor, step->eps); break;
    case GLM_OP_LAYER_NORM: snprintf (text, size, "%s layer_norm (%s, %s, eps %g)", to, in, step->op->tensor, step->eps); break;
    case GLM_OP_LINEAR:
    case GLM_OP_GATED: describe_linear (plan, step, to, text, size); break;
    case GLM_OP_ROPE:
      snprintf (text, size, "rope (%s, %d of %lld dimensions, base %g, %s)", part, 2 * step->n_pairs,
                (long long) step->heads.width, p->rope_base, step->half_split ? "half-split" : "interleaved");
      break;
    case GLM_OP_ROPE_2D:
      snprintf (text, size, "rope_2d (%s, 2 × %d dimensions, base %g, half-split)", out, 2 * step->n_pairs, p->rope_base);
      break;
    case GLM_OP_STORE: snprintf (text, size, "store keys and values of %s", in); break;
    case GLM_OP_ATTEND:
      snprintf (text, size, "%s attend (%s, %d heads over %d)", to, in, step->heads.n, plan->kv.streams[0].n_heads);
      break;
    case GLM_OP_ATTEND_LATENT:
      snprintf (text, size, "%s attend (%s, %s, %s, %d heads over 1 latent of %lld)", to, in, step->op->tensor,
                step->op->second, step->heads.n, (long long) step->width);
      break;
    case GLM_OP_ROUTE: describe_routes (plan, step, to, text, size); break;
    case GLM_OP_EXPERTS: describe_experts (plan, step, to, text, size); break;
    case GLM_OP_MIX: snprintf (text, size, "%s mix (%s, %s)", to, in, plan->registers[step->op->routes].name); break;
    case GLM_OP_SWIGLU: snprintf (text, size, "swiglu (%s)", out); break;
    case GLM_OP_GELU: snprintf (text, size, "gelu (%s)", out); break;
    case GLM_OP_ADD: snprintf (text, size, "%s %s", to, in); break;
    }
}
