/* import-plan.c: which tensors the new file gets, and where each comes from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of a layout (families/layout.h) says which source tensor becomes which GGUF tensor and which shape it must
 * have.  Everything in the source must be known: a tensor that nobody asks for means a model that is not what it seems, and
 * is refused.
 *
 * GGUF architecture "chatglm1" (ChatGLM-6B), which no other program writes:
 *
 *   keys     chatglm1.context_length, embedding_length, feed_forward_length, block_count, attention.head_count,
 *            attention.head_count_kv (the same), attention.key_length, attention.layer_norm_epsilon,
 *            rope.dimension_count (of each half of a head), rope.freq_base, residual_scale (sqrt (56)), gmask_token_id,
 *            mask_token_id; tokenizer.ggml.bos_token_id is <sop>
 *   tensors  token_embd.weight, output.weight (absent: the embedding), output_norm.{weight,bias}; of each layer N:
 *            blk.N.{attn_norm,attn_qkv,attn_output,ffn_norm,ffn_up,ffn_down}.{weight,bias}
 *   attn_qkv is reordered to q of all heads, k of all heads, v of all heads, as in "chatglm": moving whole rows loses
 *   nothing in any type.
 *
 * P-Tuning v2 prefixes, of any architecture: blk.N.attn_prefix_k.weight and attn_prefix_v.weight, F16,
 * ne { heads × dim, length }: keys (without rotation) and values that stand in front of every text.
 */
#include "import/import-plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "quant/packed.h"

typedef struct
{
  const GlmSource *source;
  const GlmCheckpoint *checkpoint;
  GlmImportType type;
  GlmImportPlan *plan;
  bool tied;  /* the output is the embedding */
  bool *used; /* [tensors of the source]: something is made of it */
  GlmError *error;
} Planner;

void
glm_import_plan_clear (GlmImportPlan *plan)
{
  for (size_t i = 0; i < plan->n_tensors; i++)
    free (plan->tensors[i].members);
  free (plan->tensors);
  glm_prefix_projection_free (plan->projection);
  glm_metadata_clear (&plan->metadata);
  *plan = (GlmImportPlan){ 0 };
}

GlmGgufTensor *
glm_import_plan_tensors (const GlmImportPlan *plan)
{
  GlmGgufTensor *tensors = calloc (plan->n_tensors + 1, sizeof *tensors);

  for (size_t i = 0; tensors && i < plan->n_tensors; i++)
    {
      const GlmPlanTensor *from = &plan->tensors[i];

      tensors[i] = (GlmGgufTensor){ .name = from->name, .type = from->type, .n_dims = from->n_dims, .n_bytes = from->n_bytes };
      memcpy (tensors[i].ne, from->ne, sizeof tensors[i].ne);
    }
  return tensors;
}

/* ---- Types ------------------------------------------------------------------------------------------------------ */

/* llama.cpp's choice of layers whose ffn_down and attn_v get more bits in Q4_K_M: the first and last eighth, and every
 * third between. */
static bool
gets_more_bits (int layer, int n_layers)
{
  return layer < n_layers / 8 || layer >= 7 * n_layers / 8 || (layer - n_layers / 8) % 3 == 2;
}

static GlmType
q4_k_m_type (GlmTensorRole role, int layer, int n_layers)
{
  switch (role)
    {
    case GLM_TENSOR_OUTPUT: return GLM_TYPE_Q6_K;
    case GLM_TENSOR_QKV: return GLM_TYPE_Q5_K;
    case GLM_TENSOR_VALUE:
    case GLM_TENSOR_DOWN: return gets_more_bits (layer, n_layers) ? GLM_TYPE_Q6_K : GLM_TYPE_Q4_K;
    default: return GLM_TYPE_Q4_K;
    }
}

/* Where the rows are no whole super-blocks: the next better type of 32 (as llama.cpp does); no whole blocks: half floats. */
static GlmType
fitting_type (GlmType type, int64_t n_columns)
{
  if (n_columns % glm_type_traits (type)->block_size == 0)
    return type;
  if (n_columns % 32 != 0)
    return GLM_TYPE_F16;
  return type == GLM_TYPE_Q4_K ? GLM_TYPE_Q5_0 : type == GLM_TYPE_Q5_K ? GLM_TYPE_Q5_1 : GLM_TYPE_Q8_0;
}

/* As llama.cpp does, the output matrix of a model in 4 or 5 bits gets 6. */
static GlmType
plain_type (GlmType type, GlmTensorRole role, int bits, int64_t n_columns)
{
  return fitting_type (role == GLM_TENSOR_OUTPUT && bits == 0 ? GLM_TYPE_Q6_K : type, n_columns);
}

static GlmType
choose_type (GlmImportType type, GlmTensorRole role, const GlmTensor *source, int bits, int64_t n_columns, int layer,
             int n_layers)
{
  if (role == GLM_TENSOR_VECTOR || role == GLM_TENSOR_ROUTER)
    return GLM_TYPE_F32;
  switch (type)
    {
    case GLM_IMPORT_F32: return GLM_TYPE_F32;
    case GLM_IMPORT_F16: return GLM_TYPE_F16;
    case GLM_IMPORT_Q8_0: return fitting_type (GLM_TYPE_Q8_0, n_columns);
    case GLM_IMPORT_Q5_1: return plain_type (GLM_TYPE_Q5_1, role, bits, n_columns);
    case GLM_IMPORT_Q5_0: return plain_type (GLM_TYPE_Q5_0, role, bits, n_columns);
    case GLM_IMPORT_Q4_1: return plain_type (GLM_TYPE_Q4_1, role, bits, n_columns);
    case GLM_IMPORT_Q4_0: return plain_type (GLM_TYPE_Q4_0, role, bits, n_columns);
    case GLM_IMPORT_Q4_K_M: return fitting_type (q4_k_m_type (role, layer, n_layers), n_columns);
    default:
      return bits == 4   ? fitting_type (GLM_TYPE_Q4_0, n_columns)
             : bits == 8 ? fitting_type (GLM_TYPE_Q8_0, n_columns)
                         : source->type;
    }
}

/* ---- Tensors ---------------------------------------------------------------------------------------------------- */

static GlmPlanTensor *
append_tensor (Planner *p, const char *name, int layer)
{
  GlmImportPlan *plan = p->plan;
  GlmPlanTensor *tensor;

  if (plan->n_tensors == plan->capacity)
    {
      size_t capacity = plan->capacity ? plan->capacity * 2 : 256;
      GlmPlanTensor *tensors = realloc (plan->tensors, capacity * sizeof *tensors);

      if (!tensors)
        {
          glm_error_set (p->error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors");
          return NULL;
        }
      plan->tensors = tensors;
      plan->capacity = capacity;
    }
  tensor = &plan->tensors[plan->n_tensors++];
  *tensor = (GlmPlanTensor){ .n_dims = 1, .ne = { 1, 1, 1, 1 } };
  if (layer >= 0)
    snprintf (tensor->name, sizeof tensor->name, "blk.%d.%s", layer, name);
  else
    snprintf (tensor->name, sizeof tensor->name, "%s", name);
  return tensor;
}

static int64_t
dim_size (const GlmCheckpoint *c, GlmDim dim)
{
  const GlmParams params = {
    .n_embd = c->n_embd,
    .n_ff = c->n_ff,
    .n_heads = c->n_heads,
    .n_kv_heads = c->n_kv_heads,
    .head_dim = c->head_dim,
    .n_vocab = c->n_vocab,
    .n_rot = c->n_rot,
    .n_experts = c->n_experts,
    .n_ff_expert = c->n_ff_expert,
    .n_ff_shared = c->n_shared * c->n_ff_expert,
    .q_rank = c->q_rank,
    .kv_rank = c->kv_rank,
    .value_dim = c->value_dim,
  };

  return glm_params_dim (&params, dim);
}

/* A tensor of the source that something is made of; NULL: it has none of this name. */
static const GlmTensor *
use_tensor (Planner *p, const char *name)
{
  const GlmTensor *tensor = glm_source_tensor (p->source, name);

  if (tensor)
    p->used[tensor - p->source->tensors.tensors] = true;
  return tensor;
}

/* The scales of an official INT4 or INT8 weight, NAME_scale, and from the shape how many bits it has. */
static bool
bind_scale (Planner *p, const char *name, int64_t columns, int64_t rows, GlmPlanTensor *tensor)
{
  char scale_name[GLM_MAX_TENSOR_NAME + 8];
  const GlmTensor *weight = tensor->source, *scale;

  snprintf (scale_name, sizeof scale_name, "%s_scale", name);
  scale = use_tensor (p, scale_name);
  if (!scale || (scale->type != GLM_TYPE_F16 && scale->type != GLM_TYPE_F32) || scale->ne[0] * scale->ne[1] != rows)
    return glm_error_set (p->error, GLM_ERROR_BAD_FILE,
                          "tensor %s, the scales of an INT4 or INT8 weight, is missing or has "
                          "another shape",
                          scale_name);
  tensor->scale = scale;
  tensor->bits = weight->ne[0] == columns ? 8 : weight->ne[0] * 2 == columns ? 4 : 0;
  if (tensor->bits == 0 || (p->checkpoint->quantised_bits != 0 && p->checkpoint->quantised_bits != tensor->bits))
    return glm_error_set (p->error, GLM_ERROR_BAD_FILE, "tensor %s does not have the shape that quantization_bit says", name);
  return true;
}

static bool
check_shape (Planner *p, const GlmTensor *source, int64_t columns, int64_t rows, int64_t n)
{
  if (source->ne[0] == columns && source->ne[1] == rows && source->ne[2] == n && source->ne[3] == 1)
    return true;
  if (n > 1 || source->ne[2] > 1)
    return glm_error_set (p->error, GLM_ERROR_BAD_FILE,
                          "tensor %s is %lld × %lld × %lld, the configuration needs %lld × %lld × %lld", source->name,
                          (long long) source->ne[2], (long long) source->ne[1], (long long) source->ne[0], (long long) n,
                          (long long) rows, (long long) columns);
  return glm_error_set (p->error, GLM_ERROR_BAD_FILE, "tensor %s is %lld × %lld, the configuration needs %lld × %lld",
                        source->name, (long long) source->ne[1], (long long) source->ne[0], (long long) rows,
                        (long long) columns);
}

static bool
is_missing (Planner *p, const char *name)
{
  return glm_error_set (p->error, GLM_ERROR_BAD_FILE, "tensor %s is missing", name);
}

/* Only floats are stacked: no published model's experts are integers with scales. */
static bool
check_floats (Planner *p, const GlmTensor *source)
{
  if (source->type != GLM_TYPE_I8 && glm_type_traits (source->type)->block_size == 1)
    return true;
  return glm_error_set (p->error, GLM_ERROR_UNSUPPORTED, "tensor %s is quantised", source->name);
}

/* The matrix of each expert, from a tensor of its own. */
static bool
bind_members (Planner *p, const GlmTensorRule *rule, int layer, GlmPlanTensor *tensor)
{
  const char *number = strchr (rule->from, '%'); /* "%d" */
  char name[GLM_MAX_TENSOR_NAME + 1];

  tensor->members = calloc ((size_t) tensor->ne[2], sizeof *tensor->members);
  if (!tensor->members)
    return glm_error_set (p->error, GLM_ERROR_NO_MEMORY, "no memory for the list of experts");
  for (int e = 0; e < (int) tensor->ne[2]; e++)
    {
      snprintf (name, sizeof name, "%s%d.%.*s%d%s", p->checkpoint->layout->layer_prefix, layer, (int) (number - rule->from),
                rule->from, e, number + 2);
      tensor->members[e] = use_tensor (p, name);
      if (!tensor->members[e])
        return is_missing (p, name);
      if (!check_shape (p, tensor->members[e], tensor->ne[0], tensor->ne[1], 1) || !check_floats (p, tensor->members[e]))
        return false;
    }
  tensor->source = tensor->members[0];
  return true;
}

/* Where the matrices of a stack lie in the source. */
static bool
bind_stack (Planner *p, const GlmTensorRule *rule, const char *name, int layer, GlmPlanTensor *tensor)
{
  const GlmCheckpoint *c = p->checkpoint;
  int64_t n_keys = dim_size (c, GLM_DIM_PLAIN), columns = tensor->ne[0], rows = tensor->ne[1];
  char fused[GLM_MAX_TENSOR_NAME + 1];

  tensor->order = rule->form == GLM_FORM_KEY_HEADS ? GLM_ROWS_TURNED : GLM_ROWS_STACK;
  if (rule->form != GLM_FORM_EXPERTS)
    {
      tensor->source = use_tensor (p, name);
      tensor->stride = n_keys + c->value_dim;
      tensor->first_row = rule->form == GLM_FORM_VALUE_HEADS ? n_keys : 0;
      return tensor->source ? check_shape (p, tensor->source, c->kv_rank, tensor->stride * tensor->ne[2], 1)
                            : is_missing (p, name);
    }
  snprintf (fused, sizeof fused, "%s%d.%s", c->layout->layer_prefix, layer, rule->fused);
  tensor->source = use_tensor (p, fused);
  if (!tensor->source)
    return bind_members (p, rule, layer, tensor);
  tensor->stride = rule->n_parts * rows;
  tensor->first_row = rule->part * rows;
  return check_shape (p, tensor->source, columns, tensor->stride, tensor->ne[2]);
}

static bool
plan_stack (Planner *p, const GlmTensorRule *rule, const char *name, int layer)
{
  const GlmCheckpoint *c = p->checkpoint;
  GlmPlanTensor *tensor = append_tensor (p, rule->to, layer);

  if (!tensor)
    return false;
  tensor->n_dims = 3;
  tensor->ne[0] = dim_size (c, rule->columns);
  tensor->ne[1] = dim_size (c, rule->rows);
  tensor->ne[2] = rule->form == GLM_FORM_EXPERTS ? c->n_experts : c->n_heads;
  if (!bind_stack (p, rule, name, layer, tensor) || !check_floats (p, tensor->source))
    return false;
  tensor->type = choose_type (p->type, rule->role, tensor->source, 0, tensor->ne[0], layer, c->n_layers);
  p->plan->n_params += (uint64_t) (tensor->ne[0] * tensor->ne[1] * tensor->ne[2]);
  return glm_tensor_bytes (tensor->name, tensor->type, tensor->n_dims, tensor->ne, &tensor->n_bytes, p->error);
}

static bool
plan_tensor (Planner *p, const GlmTensorRule *rule, const char *name, int layer)
{
  const GlmCheckpoint *c = p->checkpoint;
  const GlmTensor *source = use_tensor (p, name);
  int64_t columns = dim_size (c, rule->columns), rows = rule->rows == GLM_DIM_NONE ? 1 : dim_size (c, rule->rows);
  GlmTensorRole role = rule->role == GLM_TENSOR_EMBEDDING && p->tied ? GLM_TENSOR_OUTPUT : rule->role;
  GlmPlanTensor *tensor;

  if (!source)
    return rule->optional || is_missing (p, name);
  tensor = append_tensor (p, rule->to, layer);
  if (!tensor)
    return false;
  tensor->source = source;
  if ((source->type == GLM_TYPE_I8 && !bind_scale (p, name, columns, rows, tensor))
      || !check_shape (p, source, tensor->bits == 4 ? columns / 2 : columns, rows, 1))
    return false;
  if (rule->rows == GLM_DIM_NONE && (source->type == GLM_TYPE_I8 || glm_type_traits (source->type)->block_size != 1))
    return glm_error_set (p->error, GLM_ERROR_UNSUPPORTED, "tensor %s is a quantised vector", name);
  if (rule->rows == GLM_DIM_VOCAB)
    {
      tensor->first_row = c->n_skipped_rows;
      rows -= c->n_skipped_rows;
    }
  if (strncmp (rule->to, "attn_qkv.", 9) == 0 && c->layout->interleaved_qkv)
    {
      tensor->order = GLM_ROWS_QKV;
      tensor->head_dim = c->head_dim;
    }
  tensor->n_dims = rule->rows == GLM_DIM_NONE ? 1 : 2;
  tensor->ne[0] = columns;
  tensor->ne[1] = rows;
  tensor->type = choose_type (p->type, role, source, tensor->bits, columns, layer, c->n_layers);
  p->plan->n_params += (uint64_t) (columns * rows);
  return glm_tensor_bytes (tensor->name, tensor->type, tensor->n_dims, tensor->ne, &tensor->n_bytes, p->error);
}

/* Whether two tensors hold the same bytes; pages that were read go away again. */
static bool
same_data (const GlmSource *source, const GlmTensor *a, const GlmTensor *b, size_t limit)
{
  const size_t step = (size_t) 16 << 20;
  size_t n_bytes = limit > 0 && limit < a->n_bytes ? limit : a->n_bytes;

  if (a->type != b->type || a->n_bytes != b->n_bytes || memcmp (a->ne, b->ne, sizeof a->ne) != 0)
    return false;
  for (size_t i = 0; a->data != b->data && i < n_bytes; i += step)
    {
      const uint8_t *x = (const uint8_t *) a->data + i, *y = (const uint8_t *) b->data + i;
      size_t n = n_bytes - i < step ? n_bytes - i : step;
      bool same = memcmp (x, y, n) == 0;

      glm_mapped_file_release (source->files[0], x, n);
      glm_mapped_file_release (source->files[0], y, n);
      if (!same)
        return false;
    }
  return true;
}

/* Whether the output layer is the embedding: not there, or the same numbers stored again (ChatGLM-6B). */
static bool
is_tied (Planner *p, const GlmLayout *layout)
{
  const GlmTensor *embedding = NULL, *output = NULL;

  for (size_t i = 0; i < layout->n_global; i++)
    if (layout->global[i].role == GLM_TENSOR_EMBEDDING)
      embedding = glm_source_tensor (p->source, layout->global[i].from);
    else if (layout->global[i].role == GLM_TENSOR_OUTPUT)
      output = glm_source_tensor (p->source, layout->global[i].from);
  if (!embedding || !output)
    return true;
  if (!layout->repeats_embedding && embedding->data != output->data)
    return false;
  return same_data (p->source, embedding, output, p->plan->compare_bytes);
}

/* Whether the tensor belongs to a layer past the last, which only predicts draft tokens (MTP). */
static bool
is_left_out (const GlmCheckpoint *c, const char *name)
{
  size_t n = strlen (c->layout->layer_prefix);
  int layer;

  return strncmp (name, c->layout->layer_prefix, n) == 0 && sscanf (name + n, "%5d.", &layer) == 1 && layer >= c->n_layers
         && layer < c->n_layers + c->n_left_out;
}

/* Tensors without a row in the layout: unused ones, and the prefix, which plan_prefix() reads. */
static bool
is_ignored (const Planner *p, const char *name)
{
  return glm_layout_ignores (name) || is_left_out (p->checkpoint, name) || strstr (name, "prefix_encoder.")
         || strcmp (name, "past_key_values") == 0;
}

/* Whether it is the output matrix, or the scales of one. */
static bool
is_output (const GlmLayout *layout, const char *name)
{
  for (size_t i = 0; i < layout->n_global; i++)
    {
      size_t n = strlen (layout->global[i].from);

      if (layout->global[i].role == GLM_TENSOR_OUTPUT && strncmp (name, layout->global[i].from, n) == 0
          && (!name[n] || strcmp (name + n, "_scale") == 0))
        return true;
    }
  return false;
}

static bool
check_all_used (Planner *p)
{
  const GlmTensorTable *tensors = &p->source->tensors;

  for (size_t i = 0; i < tensors->n; i++)
    if (!p->used[i] && !is_ignored (p, tensors->tensors[i].name)
        && !(p->tied && is_output (p->checkpoint->layout, tensors->tensors[i].name)))
      return glm_error_set (p->error, GLM_ERROR_UNSUPPORTED, "tensor %s is no part of a %s model", tensors->tensors[i].name,
                            p->plan->family->name);
  return true;
}

static bool
is_wanted (const GlmCheckpoint *c, const GlmTensorRule *rule, int layer)
{
  switch (rule->when)
    {
    case GLM_WHEN_DENSE: return layer < c->n_dense;
    case GLM_WHEN_EXPERTS: return layer >= c->n_dense;
    case GLM_WHEN_SHARED: return layer >= c->n_dense && c->n_shared > 0;
    case GLM_WHEN_HEAD_NORMS: return c->has_head_norms;
    default: return true;
    }
}

static bool
plan_layer (Planner *p, const GlmTensorRule *rule, int layer)
{
  char name[GLM_MAX_TENSOR_NAME + 1];

  if (!is_wanted (p->checkpoint, rule, layer))
    return true;
  snprintf (name, sizeof name, "%s%d.%s", p->checkpoint->layout->layer_prefix, layer, rule->from);
  return rule->form == GLM_FORM_ONE ? plan_tensor (p, rule, name, layer) : plan_stack (p, rule, name, layer);
}

static bool
plan_weights (Planner *p)
{
  const GlmLayout *layout = p->checkpoint->layout;

  p->tied = is_tied (p, layout);
  for (size_t i = 0; i < layout->n_global; i++)
    if (!(p->tied && layout->global[i].role == GLM_TENSOR_OUTPUT)
        && !plan_tensor (p, &layout->global[i], layout->global[i].from, -1))
      return false;
  for (int layer = 0; layer < p->checkpoint->n_layers; layer++)
    for (size_t i = 0; i < layout->n_layer; i++)
      if (!plan_layer (p, &layout->layer[i], layer))
        return false;
  return check_all_used (p);
}

/* ---- P-Tuning v2 ------------------------------------------------------------------------------------------------ */

static bool
plan_prefix_tensor (Planner *p, const GlmTensor *source, int layer, int value, int64_t length)
{
  const GlmCheckpoint *c = p->checkpoint;
  int64_t width = dim_size (c, GLM_DIM_KV);
  GlmPlanTensor *tensor = append_tensor (p, value ? "attn_prefix_v.weight" : "attn_prefix_k.weight", layer);

  if (!tensor)
    return false;
  tensor->source = source;
  tensor->type = GLM_TYPE_F16;
  tensor->n_dims = 2;
  tensor->ne[0] = width;
  tensor->ne[1] = length;
  tensor->head_dim = c->head_dim;
  if (source->n_dims == 4)
    {
      tensor->order = GLM_ROWS_HEADS;
      tensor->first_row = (int64_t) (2 * layer + value) * c->n_kv_heads * length;
    }
  else
    {
      tensor->order = GLM_ROWS_WINDOW;
      tensor->first_column = (int64_t) (2 * layer + value) * width;
    }
  return glm_tensor_bytes (tensor->name, tensor->type, 2, tensor->ne, &tensor->n_bytes, p->error);
}

/* The embedding of the prefix encoder, [length, layers × 2 × heads × dim], or chatglm.cpp's past_key_values,
 * [layers × 2, heads, length, dim]. */
static bool
plan_prefix (Planner *p, const GlmSource *prefix)
{
  const GlmCheckpoint *c = p->checkpoint;
  const GlmSource *holder = prefix ? prefix : p->source;
  const GlmTensor *source = glm_source_tensor (holder, "transformer.prefix_encoder.embedding.weight");
  int64_t width = dim_size (c, GLM_DIM_KV), length;

  source = source ? source : glm_source_tensor (holder, "prefix_encoder.embedding.weight");
  source = source ? source : glm_source_tensor (holder, "past_key_values");
  if (!source)
    return !prefix
           || glm_error_set (p->error, GLM_ERROR_BAD_FILE, "%s holds no prefix_encoder.embedding.weight",
                             glm_path_name (prefix->path));
  if (!glm_prefix_projection_find (holder, &p->plan->projection, p->error))
    return false;
  if (p->plan->projection)
    source = &p->plan->projection->result;
  else if (c->prefix_projection && source->n_dims == 2)
    return glm_error_set (p->error, GLM_ERROR_BAD_FILE, "the prefix encoder's network (trans.0, trans.2) is missing");
  length = source->ne[1];
  if (source->n_dims == 4 ? source->ne[0] != c->head_dim || source->ne[2] != c->n_kv_heads || source->ne[3] != 2 * c->n_layers
                          : source->n_dims != 2 || source->ne[0] != 2 * c->n_layers * width)
    return glm_error_set (p->error, GLM_ERROR_BAD_FILE, "tensor %s does not have the shape of the model's prefix",
                          source->name);
  if (source->type != GLM_TYPE_F16 && source->type != GLM_TYPE_F32 && source->type != GLM_TYPE_BF16)
    return glm_error_set (p->error, GLM_ERROR_UNSUPPORTED, "tensor %s is quantised", source->name);
  for (int layer = 0; layer < c->n_layers; layer++)
    if (!plan_prefix_tensor (p, source, layer, 0, length) || !plan_prefix_tensor (p, source, layer, 1, length))
      return false;
  return true;
}

/* ---- From GGUF -------------------------------------------------------------------------------------------------- */

static GlmTensorRole
role_of_name (const char *name, int n_dims, bool tied)
{
  static const struct
  {
    const char *part;
    GlmTensorRole role;
  } roles[] = {
    { "attn_prefix", GLM_TENSOR_VECTOR }, { "attn_qkv", GLM_TENSOR_QKV },  { "attn_v_b", GLM_TENSOR_MATRIX },
    { "attn_v", GLM_TENSOR_VALUE },       { "ffn_down", GLM_TENSOR_DOWN }, { "ffn_gate_inp", GLM_TENSOR_ROUTER },
  };

  if (n_dims == 1)
    return GLM_TENSOR_VECTOR;
  if (strcmp (name, "token_embd.weight") == 0)
    return tied ? GLM_TENSOR_OUTPUT : GLM_TENSOR_EMBEDDING;
  if (strcmp (name, "output.weight") == 0)
    return GLM_TENSOR_OUTPUT;
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
    if (strstr (name, roles[i].part))
      return roles[i].role;
  return GLM_TENSOR_MATRIX;
}

static bool
plan_gguf_tensor (Planner *p, const GlmTensor *source, int n_layers)
{
  GlmTensorRole role = role_of_name (source->name, source->n_dims, p->tied);
  GlmPlanTensor *tensor = append_tensor (p, source->name, -1);
  int layer = 0;

  if (glm_packed_traits_of_file (source->type))
    return glm_error_set (p->error, GLM_ERROR_UNSUPPORTED,
                          "the file is packed for the engine: import the file that it was made from");
  if (!tensor)
    return false;
  if (strlen (source->name) >= sizeof tensor->name)
    return glm_error_set (p->error, GLM_ERROR_UNSUPPORTED, "the name of tensor %s is too long", source->name);
  sscanf (source->name, "blk.%5d.", &layer);
  tensor->source = source;
  tensor->n_dims = source->n_dims;
  memcpy (tensor->ne, source->ne, sizeof tensor->ne);
  tensor->type =
      role == GLM_TENSOR_VECTOR ? source->type : choose_type (p->type, role, source, 0, source->ne[0], layer, n_layers);
  p->plan->n_params += (uint64_t) (source->ne[0] * source->ne[1] * source->ne[2] * source->ne[3]);
  return glm_tensor_bytes (tensor->name, tensor->type, tensor->n_dims, tensor->ne, &tensor->n_bytes, p->error);
}

static bool
plan_gguf (Planner *p)
{
  const GlmModelFile *model = p->source->model;
  int n_layers = 0, layer;

  p->tied = glm_model_file_tensor (model, "output.weight") == NULL;
  for (size_t i = 0; i < glm_model_file_n_tensors (model); i++)
    if (sscanf (glm_model_file_tensor_at (model, i)->name, "blk.%5d.", &layer) == 1 && layer >= n_layers)
      n_layers = layer + 1;
  for (size_t i = 0; i < glm_model_file_n_tensors (model); i++)
    if (!plan_gguf_tensor (p, glm_model_file_tensor_at (model, i), n_layers))
      return false;
  return true;
}

/* The family that the caller names, or else the source. */
static bool
choose_family (const GlmImportOptions *options, const GlmCheckpoint *checkpoint, GlmImportPlan *plan, GlmError *error)
{
  plan->family = options->family ? glm_family_by_name (options->family) : glm_family_of_checkpoint (checkpoint);
  return plan->family || glm_error_set (error, GLM_ERROR_ARGUMENT, "there is no family \"%.40s\"", options->family);
}

/* A GGUF file says everything itself: what else the caller asks for would not be done. */
static bool
check_gguf_options (const GlmSource *prefix, const GlmImportOptions *options, GlmError *error)
{
  if (prefix)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "a prefix cannot be added to a GGUF file");
  if (options->family || options->tokenizer_path)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "a GGUF file keeps its %s", options->family ? "family" : "tokenizer");
  return true;
}

bool
glm_import_plan_make (const GlmSource *source, const GlmSource *prefix, const GlmImportOptions *options, GlmImportPlan *plan,
                      GlmError *error)
{
  GlmCheckpoint checkpoint = { 0 };
  Planner planner = { .source = source, .checkpoint = &checkpoint, .type = options->type, .plan = plan, .error = error };
  bool ok;

  if (source->format == GLM_SOURCE_GGUF)
    ok = check_gguf_options (prefix, options, error) && plan_gguf (&planner);
  else
    {
      planner.used = calloc (source->tensors.n + 1, sizeof *planner.used);
      ok = (planner.used || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors"))
           && glm_checkpoint_read (source, &checkpoint, error) && choose_family (options, &checkpoint, plan, error)
           && plan_weights (&planner) && plan_prefix (&planner, prefix);
      free (planner.used);
    }
  return ok && glm_import_metadata (source, &checkpoint, options, plan, &plan->metadata, error);
}
