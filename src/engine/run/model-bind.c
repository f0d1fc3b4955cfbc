/* model-bind.c: from the tensors that an op table names to matrices and vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/aligned.h"
#include "base/error.h"

typedef struct
{
  GlmModel *model;
  const GlmModelOptions *options;
  GlmPool *pool;
  GlmError *error;
  size_t done_bytes; /* of the file, for progress */
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
check_shape (Binder *binder, const GlmTensor *tensor, int64_t ne0, int64_t ne1)
{
  char what[160];

  if (tensor->ne[0] == ne0 && tensor->ne[1] == ne1 && tensor->ne[2] == 1 && tensor->ne[3] == 1)
    return true;
  snprintf (what, sizeof what, "has the shape [%" PRId64 ", %" PRId64 "] instead of [%" PRId64 ", %" PRId64 "]", tensor->ne[0],
            tensor->ne[1], ne0, ne1);
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
  if (!check_shape (binder, tensor, n, 1))
    return false;
  values = glm_alloc_aligned ((size_t) n, sizeof (float));
  if (!values)
    return glm_error_set (binder->error, GLM_ERROR_NO_MEMORY, "no memory for %s", name);
  traits->dequantise (tensor->data, values, n);
  *ret_values = values;
  return tick (binder, tensor);
}

static bool
bind_matrix (Binder *binder, const char *name, int64_t rows, int64_t cols, GlmMatrix **ret_matrix)
{
  GlmModel *model = binder->model;
  const GlmTensor *tensor = glm_model_file_tensor (model->file, name);

  if (!tensor)
    return bad_file (binder, name, "is missing");
  if (!check_shape (binder, tensor, cols, rows))
    return false;
  if (!glm_matrix_new (tensor->type, rows, cols, tensor->data, binder->pool, ret_matrix, binder->error))
    return glm_error_prefix (binder->error, "%s: %s", glm_model_file_path (model->file), name);
  if (glm_matrix_is_packed (*ret_matrix))
    glm_model_file_release_tensor (model->file, tensor);
  model->info.weight_bytes += glm_matrix_bytes (*ret_matrix);
  return tick (binder, tensor);
}

/* The embedding stays as it lies in the file, unless it is the output matrix too. */
static bool
bind_embedding (Binder *binder)
{
  GlmModel *model = binder->model;
  const GlmTensor *tensor = glm_model_file_tensor (model->file, "token_embd.weight");
  int64_t rows = model->params.n_vocab, cols = model->params.n_embd;

  if (!tensor || !glm_model_file_tensor (model->file, "output.weight"))
    return bind_matrix (binder, "token_embd.weight", rows, cols, &model->embedding);
  if (!check_shape (binder, tensor, cols, rows))
    return false;
  if (!glm_matrix_new_for_lookup (tensor->type, rows, cols, tensor->data, &model->embedding, binder->error))
    return glm_error_prefix (binder->error, "%s: token_embd.weight", glm_model_file_path (model->file));
  model->info.weight_bytes += glm_matrix_bytes (model->embedding);
  return tick (binder, tensor);
}

static bool
bind_part (Binder *binder, GlmBoundOp *bound, int layer, const char *base, int64_t rows)
{
  const GlmOp *op = bound->op;
  int64_t cols = glm_params_dim (&binder->model->params, op->cols);
  char name[96];
  int i = bound->n_matrices;

  tensor_name (name, sizeof name, layer, base, "weight");
  if (!bind_matrix (binder, name, rows, cols, &bound->matrices[i]))
    return false;
  bound->n_matrices = i + 1;
  if (op->bias == GLM_BIAS_NONE)
    return true;
  tensor_name (name, sizeof name, layer, base, "bias");
  return bind_vector (binder, name, rows, op->bias == GLM_BIAS_REQUIRED, &bound->biases[i]);
}

static bool
bind_linear (Binder *binder, GlmBoundOp *bound, int layer)
{
  const GlmOp *op = bound->op;
  const GlmModel *model = binder->model;
  char name[96];

  tensor_name (name, sizeof name, layer, op->tensor, "weight");
  if (!glm_model_file_tensor (model->file, name))
    {
      if (op->tied)
        {
          bound->matrices[0] = model->embedding;
          bound->n_matrices = 1;
          bound->borrowed = true;
          return true;
        }
      tensor_name (name, sizeof name, layer, op->split[0] ? op->split[0] : op->tensor, "weight");
      if (op->split[0] && glm_model_file_tensor (model->file, name))
        {
          for (int i = 0; i < GLM_MAX_SPLIT && op->split[i]; i++)
            if (!bind_part (binder, bound, layer, op->split[i], glm_params_dim (&model->params, op->split_rows[i])))
              return false;
          return true;
        }
    }
  return bind_part (binder, bound, layer, op->tensor, glm_params_dim (&model->params, op->rows));
}

static bool
bind_op (Binder *binder, GlmBoundOp *bound, const GlmOp *op, int layer)
{
  int64_t n = glm_params_dim (&binder->model->params, op->rows);
  char name[96];

  bound->op = op;
  switch (op->code)
    {
    case GLM_OP_LINEAR: return bind_linear (binder, bound, layer);
    case GLM_OP_LAYER_NORM:
      tensor_name (name, sizeof name, layer, op->tensor, "bias");
      if (!bind_vector (binder, name, n, op->bias == GLM_BIAS_REQUIRED, &bound->weight_bias))
        return false;
      /* fall through */
    case GLM_OP_RMS_NORM:
      tensor_name (name, sizeof name, layer, op->tensor, "weight");
      return bind_vector (binder, name, n, true, &bound->weight);
    default: return true;
    }
}

/* P-Tuning v2: key and value rows that stand in front of each layer's cache, without rotary positions. */
static bool
bind_prefix (Binder *binder)
{
  GlmModel *model = binder->model;
  int64_t kv = glm_params_dim (&model->params, GLM_DIM_KV), n = kv * model->params.n_prefix;

  if (n == 0)
    return true;
  model->prefix = glm_alloc_aligned ((size_t) n * 2 * (size_t) model->params.n_layers, sizeof (uint16_t));
  if (!model->prefix)
    return glm_error_set (binder->error, GLM_ERROR_NO_MEMORY, "no memory for the P-Tuning prefix");
  for (int i = 0; i < 2 * model->params.n_layers; i++)
    {
      char name[96];
      const GlmTensor *tensor;

      tensor_name (name, sizeof name, i / 2, i % 2 ? "attn_prefix_v" : "attn_prefix_k", "weight");
      tensor = glm_model_file_tensor (model->file, name);
      if (!tensor || (tensor->type != GLM_TYPE_F16 && tensor->type != GLM_TYPE_F32))
        return bad_file (binder, name, "is missing or not F16 or F32");
      if (!check_shape (binder, tensor, kv, model->params.n_prefix))
        return false;
      for (int64_t j = 0; j < n; j++)
        model->prefix[i * n + j] = tensor->type == GLM_TYPE_F16 ? ((const uint16_t *) tensor->data)[j]
                                                                : glm_f32_to_f16 (((const float *) tensor->data)[j]);
    }
  return true;
}

bool
glm_model_bind (GlmModel *model, const GlmModelOptions *options, GlmPool *pool, GlmError *error)
{
  const GlmArch *arch = model->arch;
  Binder binder = { model, options, pool, error };

  for (size_t i = 0; i < glm_model_file_n_tensors (model->file); i++)
    binder.total_bytes += glm_model_file_tensor_at (model->file, i)->n_bytes;

  if (!bind_embedding (&binder))
    return false;
  model->layers = calloc ((size_t) model->params.n_layers * (size_t) arch->n_layer, sizeof *model->layers);
  if (!model->layers)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for %d layers", model->params.n_layers);
  for (int layer = 0; layer < model->params.n_layers; layer++)
    for (int i = 0; i < arch->n_layer; i++)
      if (!bind_op (&binder, &model->layers[layer * arch->n_layer + i], &arch->layer[i], layer))
        return false;
  for (int i = 0; i < arch->n_head; i++)
    if (!bind_op (&binder, &model->head[i], &arch->head[i], -1))
      return false;
  return bind_prefix (&binder) && glm_model_file_check (model->file, error);
}
