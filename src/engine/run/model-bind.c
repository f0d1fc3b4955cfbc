/* model-bind.c: from the tensors that an op table names to the weights of a plan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/aligned.h"
#include "base/available.h"
#include "base/error.h"
#include "cpu/forward.h"
#include "gpu/gpu.h"

typedef struct
{
  GlmModel *model;
  GlmPlan *plan; /* being bound */
  const GlmModelOptions *options;
  GlmPool *pool;
  GlmError *error;
  bool only_check; /* that the tensors are there and fit: nothing of them is read */
  bool in_place;   /* there is no memory for copies of them */
  int first_layer, end_layer;
  const GlmBackend *front; /* of layers that are cut; NULL: none is */
  int n_cut;
  const GlmPlan *lender;             /* whose weights are taken where it has them; NULL: nobody's */
  size_t weight_bytes, expert_bytes; /* of GlmModelInfo */
  size_t done_bytes;                 /* of the file, for progress */
  size_t total_bytes;
} Binder;

static bool
bad_file (Binder *binder, const char *tensor, const char *what)
{
  return glm_error_set (binder->error, GLM_ERROR_BAD_FILE, "%s: %s %s", glm_model_file_path (binder->model->file), tensor,
                        what);
}

static void
tensor_name (char *name, size_t size, int layer, const char *base, const char *suffix)
{
  if (layer >= 0)
    snprintf (name, size, "blk.%d.%s.%s", layer, base, suffix);
  else
    snprintf (name, size, "%s.%s", base, suffix);
}

static bool
check_shape (Binder *binder, const GlmTensor *tensor, int64_t ne0, int64_t ne1, int64_t ne2)
{
  char what[160];

  if (tensor->ne[0] == ne0 && tensor->ne[1] == ne1 && tensor->ne[2] == ne2 && tensor->ne[3] == 1)
    return true;
  if (ne2 == 1 && tensor->ne[2] == 1)
    snprintf (what, sizeof what, "has the shape [%" PRId64 ", %" PRId64 "] instead of [%" PRId64 ", %" PRId64 "]",
              tensor->ne[0], tensor->ne[1], ne0, ne1);
  else
    snprintf (what, sizeof what,
              "has the shape [%" PRId64 ", %" PRId64 ", %" PRId64 "] instead of [%" PRId64 ", %" PRId64 ", %" PRId64 "]",
              tensor->ne[0], tensor->ne[1], tensor->ne[2], ne0, ne1, ne2);
  return bad_file (binder, tensor->name, what);
}

/* Progress and cancelling, once a tensor. */
static bool
tick (Binder *binder, const GlmTensor *tensor)
{
  const GlmModelOptions *options = binder->options;

  binder->done_bytes += tensor->n_bytes;
  if (!options)
    return true;
  if (glm_cancel_is_set (options->cancel))
    return glm_error_set (binder->error, GLM_ERROR_CANCELLED, "loading was cancelled");
  if (options->progress && binder->total_bytes > 0)
    {
      double fraction = (double) binder->done_bytes / (double) binder->total_bytes;

      options->progress (fraction < 1 ? fraction : 1, options->progress_data);
    }
  return true;
}

/* A vector of any type as floats: n values.  Optional ones leave *ret_values alone. */
static bool
bind_vector (Binder *binder, const char *name, int64_t n, bool required, float **ret_values)
{
  const GlmTensor *tensor = glm_model_file_tensor (binder->model->file, name);
  const GlmTypeTraits *traits;
  float *values;

  if (!tensor)
    return required ? bad_file (binder, name, "is missing") : true;
  traits = glm_type_traits (tensor->type);
  if (!traits || n % traits->block_size != 0)
    return bad_file (binder, name, "has a type that does not fit it");
  if (!check_shape (binder, tensor, n, 1, 1))
    return false;
  if (binder->only_check)
    return true;
  values = glm_alloc_aligned ((size_t) n, sizeof (float));
  if (!values)
    return glm_error_set (binder->error, GLM_ERROR_NO_MEMORY, "no memory for %s", name);
  traits->dequantise (tensor->data, values, n);
  *ret_values = values;
  return tick (binder, tensor);
}

typedef enum
{
  USE_ALL,
  USE_ROWS,    /* single ones, as they lie in the file */
  USE_MEMBERS, /* a few at a time */
} Use;

static bool
bind_weights (Binder *binder, const char *name, Use use, GlmStepMatrix *matrix)
{
  GlmModel *model = binder->model;
  const GlmBackend *backend = binder->plan->backend;
  const GlmTensor *tensor = glm_model_file_tensor (model->file, name);
  GlmTensorData data = {
    .n = matrix->n, .rows = matrix->rows, .cols = matrix->cols, .lookup = use == USE_ROWS, .by_use = use == USE_MEMBERS
  };

  if (!tensor)
    return bad_file (binder, name, "is missing");
  if (!check_shape (binder, tensor, matrix->cols, matrix->rows, matrix->n))
    return false;
  if (binder->only_check)
    return true;
  matrix->source = tensor->data;
  matrix->weights = binder->lender ? glm_plan_find_weights (binder->lender, tensor->data) : NULL;
  matrix->borrowed = matrix->weights != NULL;
  if (matrix->borrowed)
    return tick (binder, tensor);
  data.type = tensor->type;
  data.data = tensor->data;
  data.in_place = binder->in_place && use == USE_ALL;
  if (!backend->weights_new (backend, &data, binder->pool, &matrix->weights, binder->error))
    return glm_error_prefix (binder->error, "%s: %s", glm_model_file_path (model->file), name);
  if (backend->weights_copied (matrix->weights))
    glm_model_file_release_tensor (model->file, tensor);
  binder->weight_bytes += backend->weights_bytes (matrix->weights);
  if (use == USE_MEMBERS)
    binder->expert_bytes += backend->weights_bytes (matrix->weights);
  return tick (binder, tensor);
}

/* The embedding is only looked up, unless it is the output matrix too. */
static bool
bind_embedding (Binder *binder)
{
  const GlmPlan *plan = binder->plan;
  bool is_output = !glm_model_file_tensor (binder->model->file, "output.weight") && glm_plan_has_head (plan);

  if (plan->first_layer > 0 && !is_output)
    return true;
  return bind_weights (binder, "token_embd.weight", is_output ? USE_ALL : USE_ROWS, &binder->plan->embedding);
}

/* A matrix of a step, and its bias. */
static bool
bind_part (Binder *binder, const GlmOp *op, int layer, const char *base, GlmStepMatrix *matrix)
{
  char name[96];

  tensor_name (name, sizeof name, layer, base, "weight");
  if (!bind_weights (binder, name, op->code == GLM_OP_EXPERTS && matrix->n > 1 ? USE_MEMBERS : USE_ALL, matrix))
    return false;
  if (op->bias == GLM_BIAS_NONE)
    return true;
  tensor_name (name, sizeof name, layer, base, "bias");
  return bind_vector (binder, name, matrix->n * matrix->rows, op->bias == GLM_BIAS_REQUIRED, &matrix->bias);
}

/* The rows of one matrix, or of each of a stack, as separate tensors. */
static bool
bind_split (Binder *binder, GlmStep *step, int layer)
{
  const GlmOp *op = step->op;
  int64_t n = step->matrices[0].n, cols = step->matrices[0].cols;

  for (int i = 0; i < GLM_MAX_SPLIT && op->split[i]; i++)
    {
      step->matrices[i] = (GlmStepMatrix){ n, glm_params_dim (&binder->model->params, op->split_rows[i]), cols };
      step->n_matrices = i + 1;
      if (!bind_part (binder, op, layer, op->split[i], &step->matrices[i]))
        return false;
    }
  return true;
}

static bool
bind_linear (Binder *binder, GlmStep *step, int layer)
{
  const GlmOp *op = step->op;
  const GlmModel *model = binder->model;
  char name[96];

  tensor_name (name, sizeof name, layer, op->tensor, "weight");
  if (!glm_model_file_tensor (model->file, name))
    {
      if (op->tied)
        {
          step->matrices[0] = binder->plan->embedding;
          step->matrices[0].borrowed = true;
          return true;
        }
      if (op->split[0])
        return bind_split (binder, step, layer);
    }
  return bind_part (binder, op, layer, op->tensor, &step->matrices[0]);
}

static bool
bind_experts (Binder *binder, GlmStep *step, int layer)
{
  for (int i = 0; i < step->n_shared; i++)
    if (!bind_part (binder, step->op, layer, step->op->shared[i], &step->shared[i]))
      return false;
  return bind_linear (binder, step, layer);
}

/* ---- Latent attention ------------------------------------------------------------------------------------------- */

/* Weights that were made of a tensor, n matrices of `type` at `data`, which the step owns from now on. */
static bool
take_made (Binder *binder, const char *name, GlmType type, void *data, GlmStepMatrix *matrix)
{
  GlmModel *model = binder->model;
  const GlmBackend *backend = binder->plan->backend;
  GlmTensorData tensor = { .type = type, .n = matrix->n, .rows = matrix->rows, .cols = matrix->cols, .data = data };

  matrix->made = data;
  if (!backend->weights_new (backend, &tensor, binder->pool, &matrix->weights, binder->error))
    return glm_error_prefix (binder->error, "%s: %s", glm_model_file_path (model->file), name);
  binder->weight_bytes += backend->weights_bytes (matrix->weights);
  if (backend->weights_copied (matrix->weights))
    {
      free (matrix->made);
      matrix->made = NULL;
    }
  return true;
}

/* What the transposed keys are stored in: as exactly as they are in the file. */
static const GlmTypeTraits *
key_traits (GlmType type, int64_t cols)
{
  if (type == GLM_TYPE_F32)
    return glm_type_traits (type);
  return glm_type_traits (type == GLM_TYPE_F16 || type == GLM_TYPE_BF16 || cols % 32 != 0 ? GLM_TYPE_F16 : GLM_TYPE_Q8_0);
}

/* Head by head the first rows, transposed. */
static bool
transpose_keys (const GlmTensor *tensor, const GlmStep *step, const GlmTypeTraits *to, unsigned char *keys)
{
  int64_t rank = step->matrices[0].rows, n = step->matrices[0].cols, height = n + step->matrices[1].rows;
  const GlmTypeTraits *from = glm_type_traits (tensor->type);
  size_t row_bytes = (size_t) (rank / from->block_size) * (size_t) from->block_bytes;
  size_t head_bytes = (size_t) (rank * n / to->block_size) * (size_t) to->block_bytes;
  float *rows = malloc ((size_t) (n * rank) * sizeof *rows), *turned = malloc ((size_t) (n * rank) * sizeof *turned);
  bool ok = rows && turned;

  for (int64_t head = 0; ok && head < step->matrices[0].n; head++)
    {
      from->dequantise ((const unsigned char *) tensor->data + (size_t) (head * height) * row_bytes, rows, n * rank);
      for (int64_t r = 0; r < rank; r++)
        for (int64_t i = 0; i < n; i++)
          turned[r * n + i] = rows[i * rank + r];
      if (to->type == GLM_TYPE_F32)
        memcpy (keys + (size_t) head * head_bytes, turned, head_bytes);
      else
        to->quantise (turned, keys + (size_t) head * head_bytes, n * rank);
    }
  free (rows);
  free (turned);
  return ok;
}

/* Older files have keys and values in one matrix, head by head. */
static bool
bind_joined (Binder *binder, GlmStep *step, const char *name, const GlmTensor *tensor)
{
  GlmStepMatrix *keys = &step->matrices[0], *values = &step->matrices[1];
  const GlmTypeTraits *traits = glm_type_traits (tensor->type), *to = key_traits (tensor->type, keys->cols);
  size_t row_bytes, value_bytes;
  unsigned char *key_data, *value_data;

  if (!traits || !traits->dequantise || values->cols % traits->block_size != 0)
    return bad_file (binder, name, "has a type that does not fit it");
  if (!check_shape (binder, tensor, values->cols, keys->n * (keys->cols + values->rows), 1))
    return false;
  if (binder->only_check)
    return true;
  row_bytes = (size_t) (values->cols / traits->block_size) * (size_t) traits->block_bytes;
  value_bytes = (size_t) values->rows * row_bytes;
  key_data = glm_alloc_aligned ((size_t) (keys->n * keys->rows * keys->cols / to->block_size), (size_t) to->block_bytes);
  value_data = glm_alloc_aligned ((size_t) values->n, value_bytes);
  if (!key_data || !value_data || !transpose_keys (tensor, step, to, key_data))
    {
      free (key_data);
      free (value_data);
      return glm_error_set (binder->error, GLM_ERROR_NO_MEMORY, "no memory for %s", name);
    }
  for (int64_t head = 0; head < values->n; head++)
    memcpy (value_data + (size_t) head * value_bytes,
            (const unsigned char *) tensor->data + (size_t) (head * (keys->cols + values->rows) + keys->cols) * row_bytes,
            value_bytes);
  values->made = value_data;
  return take_made (binder, name, to->type, key_data, keys) && take_made (binder, name, tensor->type, value_data, values)
         && tick (binder, tensor);
}

static bool
bind_latent (Binder *binder, GlmStep *step, int layer)
{
  const GlmOp *op = step->op;
  const GlmTensor *joined;
  char name[96];

  tensor_name (name, sizeof name, layer, op->joined, "weight");
  joined = glm_model_file_tensor (binder->model->file, name);
  if (joined)
    return bind_joined (binder, step, name, joined);
  return bind_part (binder, op, layer, op->tensor, &step->matrices[0])
         && bind_part (binder, op, layer, op->second, &step->matrices[1]);
}

/* ---- Steps ------------------------------------------------------------------------------------------------------ */

static bool
bind_step (Binder *binder, GlmStep *step, int layer)
{
  const GlmOp *op = step->op;
  char name[96];

  switch (step->code)
    {
    case GLM_OP_LINEAR: return bind_linear (binder, step, layer);
    case GLM_OP_EXPERTS: return bind_experts (binder, step, layer);
    case GLM_OP_ATTEND_LATENT: return bind_latent (binder, step, layer);
    case GLM_OP_ROUTE:
      tensor_name (name, sizeof name, layer, op->tensor, "bias");
      return bind_vector (binder, name, step->width, true, &step->weight);
    case GLM_OP_LAYER_NORM:
      tensor_name (name, sizeof name, layer, op->tensor, "bias");
      if (!bind_vector (binder, name, step->width, op->bias == GLM_BIAS_REQUIRED, &step->weight_bias))
        return false;
      /* fall through */
    case GLM_OP_RMS_NORM:
      tensor_name (name, sizeof name, layer, op->tensor, "weight");
      return bind_vector (binder, name, step->width, true, &step->weight);
    default: return true;
    }
}

static bool
bind_layer (Binder *binder, GlmPlanLayer *steps, int layer)
{
  for (int i = 0; i < steps->n_steps; i++)
    if (!bind_step (binder, &steps->steps[i], layer))
      return false;
  return true;
}

/* P-Tuning v2: key and value rows that stand in front of each layer's cache, without rotary positions. */
static bool
bind_prefix (Binder *binder)
{
  GlmModel *model = binder->model;
  int64_t kv = glm_params_dim (&model->params, GLM_DIM_KV), n = kv * model->params.n_prefix;

  if (n == 0)
    return true;
  if (!binder->only_check)
    {
      binder->plan->prefix = glm_alloc_aligned ((size_t) n * 2 * (size_t) model->params.n_layers, sizeof (uint16_t));
      if (!binder->plan->prefix)
        return glm_error_set (binder->error, GLM_ERROR_NO_MEMORY, "no memory for the P-Tuning prefix");
    }
  for (int i = 0; i < 2 * model->params.n_layers; i++)
    {
      char name[96];
      const GlmTensor *tensor;

      tensor_name (name, sizeof name, i / 2, i % 2 ? "attn_prefix_v" : "attn_prefix_k", "weight");
      tensor = glm_model_file_tensor (model->file, name);
      if (!tensor || (tensor->type != GLM_TYPE_F16 && tensor->type != GLM_TYPE_F32))
        return bad_file (binder, name, "is missing or not F16 or F32");
      if (!check_shape (binder, tensor, kv, model->params.n_prefix, 1))
        return false;
      for (int64_t j = 0; j < n && !binder->only_check; j++)
        binder->plan->prefix[i * n + j] = tensor->type == GLM_TYPE_F16 ? ((const uint16_t *) tensor->data)[j]
                                                                       : glm_f32_to_f16 (((const float *) tensor->data)[j]);
    }
  return true;
}

static bool
bind_all (Binder *binder, const GlmBackend *backend)
{
  GlmModel *model = binder->model;

  if (!glm_plan_new (model->arch, &model->params, backend, &binder->plan, binder->error))
    return false;
  binder->plan->first_layer = binder->first_layer;
  if (binder->end_layer > 0)
    binder->plan->end_layer = binder->end_layer;
  if (binder->front
      && !glm_plan_cut (binder->plan, backend == binder->front ? binder->end_layer : binder->first_layer, binder->front,
                        backend == binder->front, &binder->n_cut, binder->error))
    return false;
  if (!bind_embedding (binder))
    return false;
  for (int layer = 0; layer < binder->plan->end_layer; layer++)
    if (!bind_layer (binder, &binder->plan->layers[layer], layer))
      return false;
  return (!glm_plan_has_head (binder->plan) || bind_layer (binder, &binder->plan->head, -1)) && bind_prefix (binder);
}

/* A plan with all weights, or nothing. */
static bool
make_plan (Binder *binder, const GlmBackend *backend, GlmPlan **ret_plan)
{
  GlmModel *model = binder->model;

  binder->plan = NULL;
  binder->total_bytes = 0;
  if (binder->first_layer == 0)
    binder->done_bytes = 0;
  for (size_t i = 0; i < glm_model_file_n_tensors (model->file); i++)
    binder->total_bytes += glm_model_file_tensor_at (model->file, i)->n_bytes;
  if (!bind_all (binder, backend) || !glm_plan_join (binder->plan, binder->error)
      || !glm_model_file_check (model->file, binder->error))
    {
      glm_plan_free (binder->plan);
      return false;
    }
  *ret_plan = binder->plan;
  return true;
}

/* Whether what every token reads would not fit beside what other programs hold.  Of experts only what is used is copied, as far as there
 * is room. */
static bool
is_memory_short (const GlmModel *model, const GlmModelOptions *options)
{
  size_t memory = options && options->memory > 0 ? options->memory : glm_available_bytes (), needed = 0;

  for (size_t i = 0; i < glm_model_file_n_tensors (model->file); i++)
    if (!strstr (glm_model_file_tensor_at (model->file, i)->name, "_exps.weight"))
      needed += glm_model_file_tensor_at (model->file, i)->n_bytes;
  return needed > memory;
}

/* Bytes that a tensor of a layer (−1: of any, or the head) takes on a card: experts stay with the processor. */
static size_t
card_bytes (const GlmModel *model, const GlmTensor *tensor, int layer)
{
  int of = -1;

  sscanf (tensor->name, "blk.%d.", &of);
  if (of >= model->params.n_layers || (layer >= 0 && of != layer) || strstr (tensor->name, "_exps.weight"))
    return 0;
  return glm_gpu_values_bytes (tensor->type, tensor->ne[0] * tensor->ne[1] * tensor->ne[2]);
}

/* Bytes of one layer there. */
static size_t
layer_bytes (const GlmModel *model, int layer)
{
  size_t n_bytes = 0;

  for (size_t i = 0; i < glm_model_file_n_tensors (model->file); i++)
    n_bytes += card_bytes (model, glm_model_file_tensor_at (model->file, i), layer);
  return n_bytes;
}

/* What must be free on a card beside the weights and the columns: registers, and what others may take meanwhile. */
#define CARD_RESERVE ((size_t) 128 << 20)
/* Columns that are counted on; a session with more, for which there is no memory then, computes on the processor. */
#define CARD_COLUMNS 8192

/* How many layers fit: all of them together with the head, or the first ones, without the last, beside which the head would be;
 * fewer than a quarter are not worth the way. */
static bool
divide (const Binder *binder, GlmGpu *gpu, int *ret_layers, GlmError *error)
{
  const GlmModel *model = binder->model;
  const GlmParams *p = &model->params;
  GlmKvShape kv = glm_kv_shape (p);
  size_t columns =
      (size_t) (p->context_length < CARD_COLUMNS ? p->context_length : CARD_COLUMNS) * glm_kv_bytes_per_token (&kv);
  size_t n_free = binder->options->device_memory > 0 ? binder->options->device_memory : glm_gpu_free_bytes (gpu);
  size_t needed = CARD_RESERVE + columns, all = needed;
  int n = 0;

  for (size_t i = 0; i < glm_model_file_n_tensors (model->file); i++)
    if (strcmp (glm_model_file_tensor_at (model->file, i)->name, "token_embd.weight") != 0
        || !glm_model_file_tensor (model->file, "output.weight"))
      all += card_bytes (model, glm_model_file_tensor_at (model->file, i), -1);
  for (; all > n_free && n < p->n_layers - 1; n++)
    {
      needed += layer_bytes (model, n);
      if (needed > n_free)
        break;
    }
  *ret_layers = all <= n_free ? p->n_layers : n;
  return *ret_layers * 4 >= p->n_layers
         || glm_error_set (error, GLM_ERROR_NO_MEMORY, "%s has %zu MiB free, and the model needs %zu", glm_gpu_info (gpu)->name,
                           n_free >> 20, all >> 20);
}

/* The first layers on the card, but for steps that it cannot run at their ends; on the processor these, and the other layers. */
static bool
make_divided (Binder *binder, GlmGpu *gpu, GlmPlan **ret_plan)
{
  GlmPlan *plan, *rest = NULL;
  int n_layers = 0;
  bool ok;

  if (!divide (binder, gpu, &n_layers, binder->error))
    return false;
  binder->front = glm_gpu_backend (gpu);
  binder->end_layer = n_layers;
  ok = make_plan (binder, binder->front, &plan);
  binder->first_layer = n_layers;
  binder->end_layer = 0;
  if (ok && (n_layers < binder->model->params.n_layers || binder->n_cut > 0) && !make_plan (binder, &glm_backend_cpu, &rest))
    {
      glm_plan_free (plan);
      ok = false;
    }
  binder->first_layer = 0;
  binder->front = NULL;
  if (!ok)
    return false;
  plan->rest = rest;
  binder->model->info.device_layers = n_layers;
  *ret_plan = plan;
  return true;
}

/* On a card.  False without a plan: on the processor, then; info says why.  False with the error set: not at all. */
static bool
bind_card (Binder *binder, const char *device, const char *folder)
{
  GlmModel *model = binder->model;
  GlmError *error = binder->error, problem = { 0 };

  binder->error = &problem;
  if (glm_gpu_open (device, folder, &model->gpu, &problem) && make_divided (binder, model->gpu, &model->plan))
    snprintf (model->info.device, sizeof model->info.device, "%s", glm_gpu_info (model->gpu)->name);
  binder->error = error;
  if (model->plan)
    return true;
  glm_gpu_free (model->gpu);
  model->gpu = NULL;
  binder->weight_bytes = binder->expert_bytes = 0;
  if (problem.code == GLM_ERROR_CANCELLED)
    return glm_error_set (error, problem.code, "%s", problem.message);
  snprintf (model->info.device_problem, sizeof model->info.device_problem, "%s", problem.message);
  model->info.device_code = problem.code;
  return false;
}

bool
glm_model_bind (GlmModel *model, const GlmModelOptions *options, GlmPool *pool, GlmError *error)
{
  Binder binder = {
    .model = model, .options = options, .pool = pool, .error = error, .in_place = is_memory_short (model, options)
  };

  if (!(options && options->device && bind_card (&binder, options->device, options->device_folder)))
    {
      if (options && glm_cancel_is_set (options->cancel))
        return glm_error_set (error, GLM_ERROR_CANCELLED, "loading was cancelled");
      if (!make_plan (&binder, &glm_backend_cpu, &model->plan))
        return false;
    }
  model->info.weight_bytes = binder.weight_bytes;
  model->info.expert_bytes = binder.expert_bytes;
  return true;
}

bool
glm_model_processor_plan (GlmModel *model, GlmPool *pool, const GlmPlan **ret_plan, GlmError *error)
{
  bool ok = true;

  pthread_mutex_lock (&model->pools_lock);
  if (!model->gpu)
    *ret_plan = model->plan;
  else
    {
      /* What the rest of a divided plan has need not be there twice. */
      Binder binder = {
        .model = model, .pool = pool, .error = error, .in_place = is_memory_short (model, NULL), .lender = model->plan->rest
      };

      ok = model->fallback || make_plan (&binder, &glm_backend_cpu, &model->fallback);
      if (ok)
        *ret_plan = model->fallback;
    }
  pthread_mutex_unlock (&model->pools_lock);
  return ok;
}

bool
glm_model_check (GlmModel *model, GlmError *error)
{
  Binder binder = { .model = model, .error = error, .only_check = true };
  bool ok = bind_all (&binder, &glm_backend_cpu) && glm_model_file_check (model->file, error);

  glm_plan_free (model->plan);
  model->plan = binder.plan;
  return ok;
}
