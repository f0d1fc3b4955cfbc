/* hf-layout.c: checkpoints in the transformers library's own form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GLM-Edge and GLM-4-9B ("glm"), GLM-4-0414 and GLM-Z1 ("glm4"); GLM-4.5 to 4.7 ("glm4_moe") and GLM-4.7-Flash ("glm4_moe_lite"),
 * whose experts are tensors of their own in what was published, and one tensor of all where transformers saved it.
 */
#include <string.h>

#include "base/error.h"
#include "families/layout.h"

static bool
is_config (const GlmConfig *config)
{
  return strcmp (config->model_type, "glm") == 0 || strcmp (config->model_type, "glm4") == 0;
}

/* rope_theta and scaling, in the old place or in rope_parameters. */
static bool
read_rope (const GlmConfig *config, GlmCheckpoint *c)
{
  const GlmJsonValue *rope = glm_json_get (config->root, "rope_parameters");
  const GlmJsonValue *scaling = rope && rope->type == GLM_JSON_OBJECT ? rope : glm_json_get (config->root, "rope_scaling");
  const char *type = "default";
  double factor, rotary, context;

  if (!rope || rope->type != GLM_JSON_OBJECT)
    rope = config->root;
  if (!glm_config_number (config, rope, "rope_theta", 1, 1e12, 10000, &c->rope_base)
      || !glm_config_number (config, config->root, "partial_rotary_factor", 0.01, 1, 0.5, &rotary)
      || !glm_config_number (config, rope, "partial_rotary_factor", 0.01, 1, rotary, &rotary))
    return false;
  c->n_rot = (int) (c->head_dim * rotary);
  if (!glm_json_get_string (scaling, "rope_type", &type))
    glm_json_get_string (scaling, "type", &type);
  if (strcmp (type, "default") == 0)
    return true;
  if (strcmp (type, "yarn") != 0)
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED, "config.json: rope_type is %.40s", type);
  if (!glm_config_number (config, scaling, "factor", 1, 1024, 0, &factor)
      || !glm_config_number (config, scaling, "original_max_position_embeddings", 1, 1 << 24, c->context_length, &context)
      || !glm_config_number (config, scaling, "attention_factor", 0, 1024, 0, &c->yarn_attention_factor)
      || !glm_config_number (config, scaling, "beta_fast", 0, 1e6, 0, &c->yarn_beta_fast)
      || !glm_config_number (config, scaling, "beta_slow", 0, 1e6, 0, &c->yarn_beta_slow))
    return false;
  c->yarn_factor = factor;
  c->yarn_context = (int) context;
  return true;
}

/* What is the same in all of them. */
static bool
read_sizes (const GlmConfig *config, GlmCheckpoint *c)
{
  const char *activation = "silu";

  if (!glm_config_int (config, "vocab_size", 1, 1 << 20, 0, &c->n_vocab)
      || !glm_config_int (config, "hidden_size", 1, 1 << 16, 0, &c->n_embd)
      || !glm_config_int (config, "num_hidden_layers", 1, 512, 0, &c->n_layers)
      || !glm_config_int (config, "num_attention_heads", 1, 1024, 0, &c->n_heads)
      || !glm_config_int (config, "num_key_value_heads", 1, c->n_heads, c->n_heads, &c->n_kv_heads)
      || !glm_config_int (config, "head_dim", 1, 1024, c->n_embd / c->n_heads, &c->head_dim)
      || !glm_config_int (config, "intermediate_size", 1, 1 << 18, 0, &c->n_ff)
      || !glm_config_int (config, "max_position_embeddings", 1, 1 << 24, 0, &c->context_length)
      || !glm_config_number (config, config->root, "rms_norm_eps", 1e-12, 1, 1e-5, &c->norm_eps)
      || !glm_config_common (config, c))
    return false;
  glm_json_get_string (config->root, "hidden_act", &activation);
  if (strcmp (activation, "silu") != 0 || c->quantised_bits != 0)
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED,
                          "config.json: hidden_act %.40s or a quantisation that no "
                          "published model has",
                          activation);
  return true;
}

static bool
read_config (const GlmConfig *config, GlmCheckpoint *c)
{
  c->arch = strcmp (config->model_type, "glm4") == 0 ? &glm_arch_glm4 : &glm_arch_chatglm;
  return read_sizes (config, c) && read_rope (config, c);
}

/* A word that the configuration may leave out, and that must be this one. */
static bool
check_word (const GlmConfig *config, const char *key, const char *expected)
{
  const char *value = expected;

  glm_json_get_string (config->root, key, &value);
  return strcmp (value, expected) == 0
         || glm_error_set (config->error, GLM_ERROR_UNSUPPORTED, "config.json: %s is %.40s instead of %s", key, value,
                           expected);
}

/* A flag that the configuration may leave out; then it is set. */
static bool
read_set_flag (const GlmConfig *config, const char *key)
{
  bool value;

  return !glm_json_get_bool (config->root, key, &value) || value;
}

static bool
read_experts (const GlmConfig *config, GlmCheckpoint *c)
{
  if (!glm_config_int (config, "n_routed_experts", 1, 4096, 0, &c->n_experts)
      || !glm_config_int (config, "num_experts_per_tok", 1, c->n_experts < 64 ? c->n_experts : 64, 0, &c->n_used)
      || !glm_config_int (config, "moe_intermediate_size", 1, 1 << 18, 0, &c->n_ff_expert)
      || !glm_config_int (config, "n_shared_experts", 0, 64, 0, &c->n_shared)
      || !glm_config_int (config, "first_k_dense_replace", 0, c->n_layers, 0, &c->n_dense)
      || !glm_config_int (config, "n_group", 1, c->n_experts, 1, &c->n_groups)
      || !glm_config_int (config, "topk_group", 1, c->n_groups, 1, &c->n_groups_used)
      || !glm_config_int (config, "num_nextn_predict_layers", 0, 16, 0, &c->n_left_out)
      || !glm_config_number (config, config->root, "routed_scaling_factor", 1e-6, 1e6, 1, &c->route_scale))
    return false;
  if (c->n_experts % c->n_groups != 0)
    return glm_error_set (config->error, GLM_ERROR_BAD_FILE, "config.json: n_group is %d for %d experts", c->n_groups,
                          c->n_experts);
  c->norm_routes = read_set_flag (config, "norm_topk_prob");
  return check_word (config, "scoring_func", "sigmoid") && check_word (config, "topk_method", "noaux_tc");
}

static bool
is_moe_config (const GlmConfig *config)
{
  return strcmp (config->model_type, "glm4_moe") == 0;
}

static bool
read_moe_config (const GlmConfig *config, GlmCheckpoint *c)
{
  c->arch = &glm_arch_glm4moe;
  c->has_head_norms = glm_config_flag (config, "use_qk_norm");
  return read_sizes (config, c) && read_rope (config, c) && read_experts (config, c);
}

static bool
is_flash_config (const GlmConfig *config)
{
  return strcmp (config->model_type, "glm4_moe_lite") == 0;
}

/* The part of a head that is turned is a size of its own, and all of it is. */
static bool
read_flash_config (const GlmConfig *config, GlmCheckpoint *c)
{
  int n_plain;

  c->arch = &glm_arch_deepseek2;
  if (!read_sizes (config, c) || !read_experts (config, c) || !glm_config_int (config, "q_lora_rank", 1, 1 << 16, 0, &c->q_rank)
      || !glm_config_int (config, "kv_lora_rank", 1, 1 << 16, 0, &c->kv_rank)
      || !glm_config_int (config, "qk_nope_head_dim", 1, 1024, 0, &n_plain)
      || !glm_config_int (config, "qk_rope_head_dim", 2, 1024, 0, &c->n_rot)
      || !glm_config_int (config, "v_head_dim", 1, 1024, 0, &c->value_dim))
    return false;
  c->head_dim = c->n_rot;
  if (!read_rope (config, c))
    return false;
  if (c->yarn_factor != 0 || !read_set_flag (config, "rope_interleave") || glm_config_flag (config, "attention_bias"))
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED,
                          "config.json: rope_interleave, rope_scaling or attention_bias is not as in GLM-4.7-Flash");
  c->n_rot = c->head_dim;
  c->head_dim += n_plain;
  c->n_kv_heads = 1;
  return true;
}

/* clang-format off: rows of tables, as macros */
#define DENSE                                                                                                         \
  { "mlp.gate_proj.weight", "ffn_gate.weight", GLM_DIM_EMBD, GLM_DIM_FF, GLM_TENSOR_MATRIX, .when = GLM_WHEN_DENSE }, \
      { "mlp.up_proj.weight", "ffn_up.weight", GLM_DIM_EMBD, GLM_DIM_FF, GLM_TENSOR_MATRIX, .when = GLM_WHEN_DENSE }, \
  {                                                                                                                   \
    "mlp.down_proj.weight", "ffn_down.weight", GLM_DIM_FF, GLM_DIM_EMBD, GLM_TENSOR_DOWN, .when = GLM_WHEN_DENSE      \
  }

#define EXPERTS                                                                                                             \
  { "mlp.gate.weight", "ffn_gate_inp.weight", GLM_DIM_EMBD, GLM_DIM_EXPERTS, GLM_TENSOR_ROUTER, .when = GLM_WHEN_EXPERTS }, \
      { "mlp.gate.e_score_correction_bias",                                                                                 \
        "exp_probs_b.bias",                                                                                                 \
        GLM_DIM_EXPERTS,                                                                                                    \
        GLM_DIM_NONE,                                                                                                       \
        GLM_TENSOR_VECTOR,                                                                                                  \
        .when = GLM_WHEN_EXPERTS },                                                                                         \
      { "mlp.experts.%d.gate_proj.weight",                                                                                  \
        "ffn_gate_exps.weight",                                                                                             \
        GLM_DIM_EMBD,                                                                                                       \
        GLM_DIM_EXPERT_FF,                                                                                                  \
        GLM_TENSOR_MATRIX,                                                                                                  \
        .when = GLM_WHEN_EXPERTS,                                                                                           \
        .form = GLM_FORM_EXPERTS,                                                                                           \
        .fused = "mlp.experts.gate_up_proj",                                                                                \
        .n_parts = 2,                                                                                                       \
        .part = 0 },                                                                                                        \
      { "mlp.experts.%d.up_proj.weight",                                                                                    \
        "ffn_up_exps.weight",                                                                                               \
        GLM_DIM_EMBD,                                                                                                       \
        GLM_DIM_EXPERT_FF,                                                                                                  \
        GLM_TENSOR_MATRIX,                                                                                                  \
        .when = GLM_WHEN_EXPERTS,                                                                                           \
        .form = GLM_FORM_EXPERTS,                                                                                           \
        .fused = "mlp.experts.gate_up_proj",                                                                                \
        .n_parts = 2,                                                                                                       \
        .part = 1 },                                                                                                        \
      { "mlp.experts.%d.down_proj.weight",                                                                                  \
        "ffn_down_exps.weight",                                                                                             \
        GLM_DIM_EXPERT_FF,                                                                                                  \
        GLM_DIM_EMBD,                                                                                                       \
        GLM_TENSOR_DOWN,                                                                                                    \
        .when = GLM_WHEN_EXPERTS,                                                                                           \
        .form = GLM_FORM_EXPERTS,                                                                                           \
        .fused = "mlp.experts.down_proj",                                                                                   \
        .n_parts = 1,                                                                                                       \
        .part = 0 },                                                                                                        \
      { "mlp.shared_experts.gate_proj.weight",                                                                              \
        "ffn_gate_shexp.weight",                                                                                            \
        GLM_DIM_EMBD,                                                                                                       \
        GLM_DIM_SHARED_FF,                                                                                                  \
        GLM_TENSOR_MATRIX,                                                                                                  \
        .when = GLM_WHEN_SHARED },                                                                                          \
      { "mlp.shared_experts.up_proj.weight",                                                                                \
        "ffn_up_shexp.weight",                                                                                              \
        GLM_DIM_EMBD,                                                                                                       \
        GLM_DIM_SHARED_FF,                                                                                                  \
        GLM_TENSOR_MATRIX,                                                                                                  \
        .when = GLM_WHEN_SHARED },                                                                                          \
  {                                                                                                                         \
    "mlp.shared_experts.down_proj.weight", "ffn_down_shexp.weight", GLM_DIM_SHARED_FF, GLM_DIM_EMBD, GLM_TENSOR_DOWN,       \
        .when = GLM_WHEN_SHARED                                                                                             \
  }
/* clang-format on */

static const GlmTensorRule moe_rules[] = {
  { "input_layernorm.weight", "attn_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "self_attn.q_proj.weight", "attn_q.weight", GLM_DIM_EMBD, GLM_DIM_Q, GLM_TENSOR_MATRIX, false },
  { "self_attn.q_proj.bias", "attn_q.bias", GLM_DIM_Q, GLM_DIM_NONE, GLM_TENSOR_VECTOR, true },
  { "self_attn.k_proj.weight", "attn_k.weight", GLM_DIM_EMBD, GLM_DIM_KV, GLM_TENSOR_MATRIX, false },
  { "self_attn.k_proj.bias", "attn_k.bias", GLM_DIM_KV, GLM_DIM_NONE, GLM_TENSOR_VECTOR, true },
  { "self_attn.v_proj.weight", "attn_v.weight", GLM_DIM_EMBD, GLM_DIM_KV, GLM_TENSOR_VALUE, false },
  { "self_attn.v_proj.bias", "attn_v.bias", GLM_DIM_KV, GLM_DIM_NONE, GLM_TENSOR_VECTOR, true },
  { "self_attn.q_norm.weight", "attn_q_norm.weight", GLM_DIM_HEAD, GLM_DIM_NONE, GLM_TENSOR_VECTOR,
    .when = GLM_WHEN_HEAD_NORMS },
  { "self_attn.k_norm.weight", "attn_k_norm.weight", GLM_DIM_HEAD, GLM_DIM_NONE, GLM_TENSOR_VECTOR,
    .when = GLM_WHEN_HEAD_NORMS },
  { "self_attn.o_proj.weight", "attn_output.weight", GLM_DIM_Q, GLM_DIM_EMBD, GLM_TENSOR_MATRIX, false },
  { "post_attention_layernorm.weight", "post_attention_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  DENSE,
  EXPERTS,
};

static const GlmTensorRule flash_rules[] = {
  { "input_layernorm.weight", "attn_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "self_attn.q_a_proj.weight", "attn_q_a.weight", GLM_DIM_EMBD, GLM_DIM_Q_RANK, GLM_TENSOR_MATRIX, false },
  { "self_attn.q_a_layernorm.weight", "attn_q_a_norm.weight", GLM_DIM_Q_RANK, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "self_attn.q_b_proj.weight", "attn_q_b.weight", GLM_DIM_Q_RANK, GLM_DIM_Q, GLM_TENSOR_MATRIX, false },
  { "self_attn.kv_a_proj_with_mqa.weight", "attn_kv_a_mqa.weight", GLM_DIM_EMBD, GLM_DIM_LATENT, GLM_TENSOR_MATRIX, false },
  { "self_attn.kv_a_layernorm.weight", "attn_kv_a_norm.weight", GLM_DIM_KV_RANK, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "self_attn.kv_b_proj.weight", "attn_k_b.weight", GLM_DIM_PLAIN, GLM_DIM_KV_RANK, GLM_TENSOR_MATRIX,
    .form = GLM_FORM_KEY_HEADS },
  { "self_attn.kv_b_proj.weight", "attn_v_b.weight", GLM_DIM_KV_RANK, GLM_DIM_VALUE, GLM_TENSOR_MATRIX,
    .form = GLM_FORM_VALUE_HEADS },
  { "self_attn.o_proj.weight", "attn_output.weight", GLM_DIM_VALUES, GLM_DIM_EMBD, GLM_TENSOR_MATRIX, false },
  { "post_attention_layernorm.weight", "ffn_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  DENSE,
  EXPERTS,
};

static const GlmTensorRule global_rules[] = {
  { "model.embed_tokens.weight", "token_embd.weight", GLM_DIM_EMBD, GLM_DIM_VOCAB, GLM_TENSOR_EMBEDDING, false },
  { "model.norm.weight", "output_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "lm_head.weight", "output.weight", GLM_DIM_EMBD, GLM_DIM_VOCAB, GLM_TENSOR_OUTPUT, true },
};

/* post_attention_layernorm stands before the MLP, despite its name. */
static const GlmTensorRule layer_rules[] = {
  { "input_layernorm.weight", "attn_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "self_attn.q_proj.weight", "attn_q.weight", GLM_DIM_EMBD, GLM_DIM_Q, GLM_TENSOR_MATRIX, false },
  { "self_attn.q_proj.bias", "attn_q.bias", GLM_DIM_Q, GLM_DIM_NONE, GLM_TENSOR_VECTOR, true },
  { "self_attn.k_proj.weight", "attn_k.weight", GLM_DIM_EMBD, GLM_DIM_KV, GLM_TENSOR_MATRIX, false },
  { "self_attn.k_proj.bias", "attn_k.bias", GLM_DIM_KV, GLM_DIM_NONE, GLM_TENSOR_VECTOR, true },
  { "self_attn.v_proj.weight", "attn_v.weight", GLM_DIM_EMBD, GLM_DIM_KV, GLM_TENSOR_VALUE, false },
  { "self_attn.v_proj.bias", "attn_v.bias", GLM_DIM_KV, GLM_DIM_NONE, GLM_TENSOR_VECTOR, true },
  { "self_attn.o_proj.weight", "attn_output.weight", GLM_DIM_Q, GLM_DIM_EMBD, GLM_TENSOR_MATRIX, false },
  { "post_attention_layernorm.weight", "ffn_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "mlp.gate_up_proj.weight", "ffn_up.weight", GLM_DIM_EMBD, GLM_DIM_2FF, GLM_TENSOR_MATRIX, false },
  { "mlp.down_proj.weight", "ffn_down.weight", GLM_DIM_FF, GLM_DIM_EMBD, GLM_TENSOR_DOWN, false },
  { "post_self_attn_layernorm.weight", "post_attention_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, true },
  { "post_mlp_layernorm.weight", "post_ffw_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, true },
};

const GlmLayout glm_layout_hf = {
  .is_config = is_config,
  .read_config = read_config,
  .layer_prefix = "model.layers.",
  .global = global_rules,
  .n_global = sizeof global_rules / sizeof *global_rules,
  .layer = layer_rules,
  .n_layer = sizeof layer_rules / sizeof *layer_rules,
};

const GlmLayout glm_layout_moe = {
  .is_config = is_moe_config,
  .read_config = read_moe_config,
  .layer_prefix = "model.layers.",
  .global = global_rules,
  .n_global = sizeof global_rules / sizeof *global_rules,
  .layer = moe_rules,
  .n_layer = sizeof moe_rules / sizeof *moe_rules,
};

const GlmLayout glm_layout_flash = {
  .is_config = is_flash_config,
  .read_config = read_flash_config,
  .layer_prefix = "model.layers.",
  .global = global_rules,
  .n_global = sizeof global_rules / sizeof *global_rules,
  .layer = flash_rules,
  .n_layer = sizeof flash_rules / sizeof *flash_rules,
};
