/* import-plan.c: which tensors the new file gets, and where each comes from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table per naming scheme says which source tensor becomes which GGUF tensor and which shape it must have.  Everything in
 * the source must be known: a tensor that nobody asks for means a model that is not what it seems, and is refused.
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

/* A dimension by what it is. */
/* clang-format off */
typedef enum { DIM_NONE, DIM_EMBD, DIM_VOCAB, DIM_FF, DIM_FF2, DIM_QKV, DIM_Q, DIM_KV } Dim;

typedef enum { ROLE_VECTOR, ROLE_MATRIX, ROLE_EMBEDDING, ROLE_OUTPUT, ROLE_QKV, ROLE_VALUE, ROLE_DOWN } Role;
/* clang-format on */

typedef struct
{
  const char *from; /* in a layer: after the layer's prefix */
  const char *to;   /* in a layer: after "blk.N." */
  Dim columns;
  Dim rows; /* NONE: a vector */
  Role role;
  bool optional;
} Rule;

typedef struct
{
  const char *layer_prefix; /* before the layer's number */
  const Rule *global;
  size_t n_global;
  const Rule *layer;
  size_t n_layer;
} Scheme;

static const Rule chatglm1_global[] = {
  { "transformer.word_embeddings.weight", "token_embd.weight", DIM_EMBD, DIM_VOCAB, ROLE_EMBEDDING, false },
  { "transformer.final_layernorm.weight", "output_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "transformer.final_layernorm.bias", "output_norm.bias", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "lm_head.weight", "output.weight", DIM_EMBD, DIM_VOCAB, ROLE_OUTPUT, true },
};
static const Rule chatglm1_layer[] = {
  { "input_layernorm.weight", "attn_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "input_layernorm.bias", "attn_norm.bias", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "attention.query_key_value.weight", "attn_qkv.weight", DIM_EMBD, DIM_QKV, ROLE_QKV, false },
  { "attention.query_key_value.bias", "attn_qkv.bias", DIM_QKV, DIM_NONE, ROLE_VECTOR, false },
  { "attention.dense.weight", "attn_output.weight", DIM_Q, DIM_EMBD, ROLE_MATRIX, false },
  { "attention.dense.bias", "attn_output.bias", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "post_attention_layernorm.weight", "ffn_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "post_attention_layernorm.bias", "ffn_norm.bias", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "mlp.dense_h_to_4h.weight", "ffn_up.weight", DIM_EMBD, DIM_FF, ROLE_MATRIX, false },
  { "mlp.dense_h_to_4h.bias", "ffn_up.bias", DIM_FF, DIM_NONE, ROLE_VECTOR, false },
  { "mlp.dense_4h_to_h.weight", "ffn_down.weight", DIM_FF, DIM_EMBD, ROLE_DOWN, false },
  { "mlp.dense_4h_to_h.bias", "ffn_down.bias", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
};

static const Rule chatglm2_global[] = {
  { "transformer.embedding.word_embeddings.weight", "token_embd.weight", DIM_EMBD, DIM_VOCAB, ROLE_EMBEDDING, false },
  { "transformer.encoder.final_layernorm.weight", "output_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "transformer.output_layer.weight", "output.weight", DIM_EMBD, DIM_VOCAB, ROLE_OUTPUT, true },
};
static const Rule chatglm2_layer[] = {
  { "input_layernorm.weight", "attn_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "self_attention.query_key_value.weight", "attn_qkv.weight", DIM_EMBD, DIM_QKV, ROLE_QKV, false },
  { "self_attention.query_key_value.bias", "attn_qkv.bias", DIM_QKV, DIM_NONE, ROLE_VECTOR, true },
  { "self_attention.dense.weight", "attn_output.weight", DIM_Q, DIM_EMBD, ROLE_MATRIX, false },
  { "post_attention_layernorm.weight", "ffn_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "mlp.dense_h_to_4h.weight", "ffn_up.weight", DIM_EMBD, DIM_FF2, ROLE_MATRIX, false },
  { "mlp.dense_4h_to_h.weight", "ffn_down.weight", DIM_FF, DIM_EMBD, ROLE_DOWN, false },
};

static const Rule hf_global[] = {
  { "model.embed_tokens.weight", "token_embd.weight", DIM_EMBD, DIM_VOCAB, ROLE_EMBEDDING, false },
  { "model.norm.weight", "output_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "lm_head.weight", "output.weight", DIM_EMBD, DIM_VOCAB, ROLE_OUTPUT, true },
};
/* post_attention_layernorm stands before the MLP, despite its name. */
static const Rule hf_layer[] = {
  { "input_layernorm.weight", "attn_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "self_attn.q_proj.weight", "attn_q.weight", DIM_EMBD, DIM_Q, ROLE_MATRIX, false },
  { "self_attn.q_proj.bias", "attn_q.bias", DIM_Q, DIM_NONE, ROLE_VECTOR, true },
  { "self_attn.k_proj.weight", "attn_k.weight", DIM_EMBD, DIM_KV, ROLE_MATRIX, false },
  { "self_attn.k_proj.bias", "attn_k.bias", DIM_KV, DIM_NONE, ROLE_VECTOR, true },
  { "self_attn.v_proj.weight", "attn_v.weight", DIM_EMBD, DIM_KV, ROLE_VALUE, false },
  { "self_attn.v_proj.bias", "attn_v.bias", DIM_KV, DIM_NONE, ROLE_VECTOR, true },
  { "self_attn.o_proj.weight", "attn_output.weight", DIM_Q, DIM_EMBD, ROLE_MATRIX, false },
  { "post_attention_layernorm.weight", "ffn_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, false },
  { "mlp.gate_up_proj.weight", "ffn_up.weight", DIM_EMBD, DIM_FF2, ROLE_MATRIX, false },
  { "mlp.down_proj.weight", "ffn_down.weight", DIM_FF, DIM_EMBD, ROLE_DOWN, false },
  { "post_self_attn_layernorm.weight", "post_attention_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, true },
  { "post_mlp_layernorm.weight", "post_ffw_norm.weight", DIM_EMBD, DIM_NONE, ROLE_VECTOR, true },
};

#define RULES(array) array, sizeof array / sizeof *array

static const Scheme schemes[] = {
  [GLM_NAMES_CHATGLM1] = { "transformer.layers.", RULES (chatglm1_global), RULES (chatglm1_layer) },
  [GLM_NAMES_CHATGLM2] = { "transformer.encoder.layers.", RULES (chatglm2_global), RULES (chatglm2_layer) },
  [GLM_NAMES_HF] = { "model.layers.", RULES (hf_global), RULES (hf_layer) },
};

typedef struct
{
  const GlmSource *source;
  const GlmCheckpoint *checkpoint;
  GlmImportType type;
  GlmImportPlan *plan;
  bool tied; /* the output is the embedding */
  GlmError *error;
} Planner;

void
glm_import_plan_clear (GlmImportPlan *plan)
{
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
q4_k_m_type (Role role, int layer, int n_layers)
{
  switch (role)
    {
    case ROLE_OUTPUT: return GLM_TYPE_Q6_K;
    case ROLE_QKV: return GLM_TYPE_Q5_K;
    case ROLE_VALUE:
    case ROLE_DOWN: return gets_more_bits (layer, n_layers) ? GLM_TYPE_Q6_K : GLM_TYPE_Q4_K;
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
plain_type (GlmType type, Role role, int bits, int64_t n_columns)
{
  return fitting_type (role == ROLE_OUTPUT && bits == 0 ? GLM_TYPE_Q6_K : type, n_columns);
}

static GlmType
choose_type (GlmImportType type, Role role, const GlmTensor *source, int bits, int64_t n_columns, int layer, int n_layers)
{
  if (role == ROLE_VECTOR)
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
dim_size (const GlmCheckpoint *c, Dim dim)
{
  switch (dim)
    {
    case DIM_EMBD: return c->n_embd;
    case DIM_VOCAB: return c->n_vocab;
    case DIM_FF: return c->n_ff;
    case DIM_FF2: return 2 * (int64_t) c->n_ff;
    case DIM_Q: return (int64_t) c->n_heads * c->head_dim;
    case DIM_KV: return (int64_t) c->n_kv_heads * c->head_dim;
    case DIM_QKV: return ((int64_t) c->n_heads + 2 * c->n_kv_heads) * c->head_dim;
    default: return 1;
    }
}

/* The scales of an official INT4 or INT8 weight, NAME_scale, and from the shape how many bits it has. */
static bool
bind_scale (Planner *p, const char *name, int64_t columns, int64_t rows, GlmPlanTensor *tensor)
{
  char scale_name[GLM_MAX_TENSOR_NAME + 8];
  const GlmTensor *weight = tensor->source, *scale;

  snprintf (scale_name, sizeof scale_name, "%s_scale", name);
  scale = glm_source_tensor (p->source, scale_name);
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
check_shape (Planner *p, const char *name, const GlmPlanTensor *tensor, int64_t columns, int64_t rows)
{
  const GlmTensor *source = tensor->source;

  if (tensor->bits == 4)
    columns /= 2;
  if (source->ne[0] == columns && source->ne[1] == rows && source->ne[2] == 1 && source->ne[3] == 1)
    return true;
  return glm_error_set (p->error, GLM_ERROR_BAD_FILE, "tensor %s is %lld × %lld, the configuration needs %lld × %lld", name,
                        (long long) source->ne[1], (long long) source->ne[0], (long long) rows, (long long) columns);
}

static bool
plan_tensor (Planner *p, const Rule *rule, const char *name, int layer)
{
  const GlmCheckpoint *c = p->checkpoint;
  const GlmTensor *source = glm_source_tensor (p->source, name);
  int64_t columns = dim_size (c, rule->columns), rows = rule->rows == DIM_NONE ? 1 : dim_size (c, rule->rows);
  Role role = rule->role == ROLE_EMBEDDING && p->tied ? ROLE_OUTPUT : rule->role;
  GlmPlanTensor *tensor;

  if (!source)
    return rule->optional || glm_error_set (p->error, GLM_ERROR_BAD_FILE, "tensor %s is missing", name);
  tensor = append_tensor (p, rule->to, layer);
  if (!tensor)
    return false;
  tensor->source = source;
  if ((source->type == GLM_TYPE_I8 && !bind_scale (p, name, columns, rows, tensor))
      || !check_shape (p, name, tensor, columns, rows))
    return false;
  if (rule->rows == DIM_NONE && (source->type == GLM_TYPE_I8 || glm_type_traits (source->type)->block_size != 1))
    return glm_error_set (p->error, GLM_ERROR_UNSUPPORTED, "tensor %s is a quantised vector", name);
  if (rule->rows == DIM_VOCAB)
    {
      tensor->first_row = c->n_skipped_rows;
      rows -= c->n_skipped_rows;
    }
  if (strncmp (rule->to, "attn_qkv.", 9) == 0 && c->names == GLM_NAMES_CHATGLM1)
    {
      tensor->order = GLM_ROWS_QKV;
      tensor->head_dim = c->head_dim;
    }
  tensor->n_dims = rule->rows == DIM_NONE ? 1 : 2;
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
is_tied (Planner *p, const Scheme *scheme)
{
  const GlmTensor *embedding = NULL, *output = NULL;

  for (size_t i = 0; i < scheme->n_global; i++)
    if (scheme->global[i].role == ROLE_EMBEDDING)
      embedding = glm_source_tensor (p->source, scheme->global[i].from);
    else if (scheme->global[i].role == ROLE_OUTPUT)
      output = glm_source_tensor (p->source, scheme->global[i].from);
  if (!embedding || !output)
    return true;
  if (p->checkpoint->names != GLM_NAMES_CHATGLM1 && embedding->data != output->data)
    return false;
  return same_data (p->source, embedding, output, p->plan->compare_bytes);
}

/* Tensors that carry nothing: tables that are computed. */
static bool
is_ignored (const char *name)
{
  return strstr (name, "rotary_emb.inv_freq") || strstr (name, "rotary_pos_emb.inv_freq") || strstr (name, "prefix_encoder.")
         || strcmp (name, "past_key_values") == 0;
}

/* Whether the plan has a use for the tensor, directly or as the twin of the embedding. */
static bool
is_used (const Planner *p, const GlmTensor *tensor)
{
  for (size_t i = 0; i < p->plan->n_tensors; i++)
    if (p->plan->tensors[i].source == tensor || p->plan->tensors[i].scale == tensor)
      return true;
  return p->tied
         && (strcmp (tensor->name, "lm_head.weight") == 0 || strcmp (tensor->name, "lm_head.weight_scale") == 0
             || strcmp (tensor->name, "transformer.output_layer.weight") == 0);
}

static bool
check_all_used (Planner *p)
{
  const GlmTensorTable *tensors = &p->source->tensors;

  for (size_t i = 0; i < tensors->n; i++)
    if (!is_ignored (tensors->tensors[i].name) && !is_used (p, &tensors->tensors[i]))
      return glm_error_set (p->error, GLM_ERROR_UNSUPPORTED, "tensor %s is no part of a %s model", tensors->tensors[i].name,
                            glm_family_name (p->checkpoint->family));
  return true;
}

static bool
plan_weights (Planner *p)
{
  const Scheme *scheme = &schemes[p->checkpoint->names];
  char name[GLM_MAX_TENSOR_NAME + 1];

  p->tied = is_tied (p, scheme);
  for (size_t i = 0; i < scheme->n_global; i++)
    if (!(p->tied && scheme->global[i].role == ROLE_OUTPUT) && !plan_tensor (p, &scheme->global[i], scheme->global[i].from, -1))
      return false;
  for (int layer = 0; layer < p->checkpoint->n_layers; layer++)
    for (size_t i = 0; i < scheme->n_layer; i++)
      {
        snprintf (name, sizeof name, "%s%d.%s", scheme->layer_prefix, layer, scheme->layer[i].from);
        if (!plan_tensor (p, &scheme->layer[i], name, layer))
          return false;
      }
  return check_all_used (p);
}

/* ---- P-Tuning v2 ------------------------------------------------------------------------------------------------ */

static bool
plan_prefix_tensor (Planner *p, const GlmTensor *source, int layer, int value, int64_t length)
{
  const GlmCheckpoint *c = p->checkpoint;
  int64_t width = dim_size (c, DIM_KV);
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
  int64_t width = dim_size (c, DIM_KV), length;

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

static Role
role_of_name (const char *name, int n_dims, bool tied)
{
  static const struct
  {
    const char *part;
    Role role;
  } roles[] = {
    { "attn_prefix", ROLE_VECTOR },
    { "attn_qkv", ROLE_QKV },
    { "attn_v", ROLE_VALUE },
    { "ffn_down", ROLE_DOWN },
  };

  if (n_dims == 1)
    return ROLE_VECTOR;
  if (strcmp (name, "token_embd.weight") == 0)
    return tied ? ROLE_OUTPUT : ROLE_EMBEDDING;
  if (strcmp (name, "output.weight") == 0)
    return ROLE_OUTPUT;
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
    if (strstr (name, roles[i].part))
      return roles[i].role;
  return ROLE_MATRIX;
}

static bool
plan_gguf_tensor (Planner *p, const GlmTensor *source, int n_layers)
{
  Role role = role_of_name (source->name, source->n_dims, p->tied);
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
  tensor->type = role == ROLE_VECTOR ? source->type : choose_type (p->type, role, source, 0, source->ne[0], layer, n_layers);
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

static bool
choose_family (const GlmImportOptions *options, GlmCheckpoint *checkpoint, GlmError *error)
{
  if (!options->family)
    return true;
  for (int family = 0; family <= GLM_FAMILY_CODEGEEX2; family++)
    if (strcasecmp (glm_family_name ((GlmFamily) family), options->family) == 0)
      {
        checkpoint->family = (GlmFamily) family;
        return true;
      }
  return glm_error_set (error, GLM_ERROR_ARGUMENT, "there is no family \"%.40s\"", options->family);
}

bool
glm_import_plan_make (const GlmSource *source, const GlmSource *prefix, const GlmImportOptions *options, GlmImportPlan *plan,
                      GlmError *error)
{
  GlmCheckpoint checkpoint = { 0 };
  Planner planner = { .source = source, .checkpoint = &checkpoint, .type = options->type, .plan = plan, .error = error };
  bool ok;

  if (source->format == GLM_SOURCE_GGUF)
    ok = (!prefix || glm_error_set (error, GLM_ERROR_UNSUPPORTED, "a prefix cannot be added to a GGUF file"))
         && plan_gguf (&planner);
  else
    ok = glm_checkpoint_read (source, &checkpoint, error) && choose_family (options, &checkpoint, error)
         && plan_weights (&planner) && plan_prefix (&planner, prefix);
  plan->family = checkpoint.family;
  return ok && glm_import_metadata (source, &checkpoint, options, plan, &plan->metadata, error);
}
