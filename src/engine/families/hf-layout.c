/* hf-layout.c: checkpoints in the transformers library's own form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GLM-Edge and GLM-4-9B ("glm"), GLM-4-0414 and GLM-Z1 ("glm4").
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

static bool
read_config (const GlmConfig *config, GlmCheckpoint *c)
{
  const char *activation = "silu";

  c->arch = strcmp (config->model_type, "glm4") == 0 ? &glm_arch_glm4 : &glm_arch_chatglm;
  if (!glm_config_int (config, "vocab_size", 1, 1 << 20, 0, &c->n_vocab)
      || !glm_config_int (config, "hidden_size", 1, 1 << 16, 0, &c->n_embd)
      || !glm_config_int (config, "num_hidden_layers", 1, 512, 0, &c->n_layers)
      || !glm_config_int (config, "num_attention_heads", 1, 1024, 0, &c->n_heads)
      || !glm_config_int (config, "num_key_value_heads", 1, c->n_heads, c->n_heads, &c->n_kv_heads)
      || !glm_config_int (config, "head_dim", 1, 1024, c->n_embd / c->n_heads, &c->head_dim)
      || !glm_config_int (config, "intermediate_size", 1, 1 << 18, 0, &c->n_ff)
      || !glm_config_int (config, "max_position_embeddings", 1, 1 << 24, 0, &c->context_length)
      || !glm_config_number (config, config->root, "rms_norm_eps", 1e-12, 1, 1e-5, &c->norm_eps)
      || !glm_config_common (config, c) || !read_rope (config, c))
    return false;
  glm_json_get_string (config->root, "hidden_act", &activation);
  if (strcmp (activation, "silu") != 0 || c->quantised_bits != 0)
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED,
                          "config.json: hidden_act %.40s or a quantisation that no "
                          "published model has",
                          activation);
  return true;
}

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
