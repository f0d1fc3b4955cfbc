/* chatglm.c: ChatGLM2-6B, ChatGLM3-6B, CodeGeeX2, GLM-4-9B, CodeGeeX4, GLM-Edge
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pre-norm transformer: RMSNorm, grouped-query attention with few key/value heads, rotary positions on the first half
 * of each head in interleaved pairs, and a SwiGLU feed-forward part whose gate and up matrices lie in one tensor (gate
 * rows first).  Queries, keys and values come from one matrix with the rows q | k | v, or from three in files made from
 * the transformers library's layout; their bias is there in ChatGLM2/3 and GLM-4 and may be absent in GLM-Edge.  The
 * output matrix is separate, or the embedding again (GLM-Edge, the starter model).
 *
 *   x  = x + W_o · attend (rope (W_qkv · rms (x) + b))
 *   x  = x + W_down · (silu (g) · u),   g | u = W_up · rms (x)
 *   logits = W_out · rms (x)
 */
#include <string.h>

#include "base/error.h"
#include "families/layout.h"

enum
{
  X = GLM_REG_X,
  LOGITS = GLM_REG_LOGITS,
  NORM = GLM_REG_OWN, /* a normalised X */
  QKV,                /* queries | keys | values, each by head */
  HEADS,              /* attention's output, by head */
  FF,                 /* inner activations: gate | up */
  OUT,                /* a sublayer's output before it joins the residual */
};

static const GlmRegister registers[] = {
  [X] = { "x", GLM_DIM_EMBD },     [LOGITS] = { "logits", GLM_DIM_VOCAB }, [NORM] = { "norm", GLM_DIM_EMBD },
  [QKV] = { "qkv", GLM_DIM_QKV },  [HEADS] = { "heads", GLM_DIM_Q },       [FF] = { "ff", GLM_DIM_2FF },
  [OUT] = { "out", GLM_DIM_EMBD },
};

static const GlmOp layer[] = {
  { GLM_OP_RMS_NORM, NORM, X, "attn_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, QKV, NORM, "attn_qkv", GLM_DIM_QKV, GLM_DIM_EMBD, GLM_BIAS_OPTIONAL,
    .split = { "attn_q", "attn_k", "attn_v" }, .split_rows = { GLM_DIM_Q, GLM_DIM_KV, GLM_DIM_KV } },
  { GLM_OP_ROPE, QKV, QKV },
  { GLM_OP_STORE, QKV, QKV },
  { GLM_OP_ATTEND, HEADS, QKV },
  { GLM_OP_LINEAR, OUT, HEADS, "attn_output", GLM_DIM_EMBD, GLM_DIM_Q },
  { GLM_OP_ADD, X, OUT },
  { GLM_OP_RMS_NORM, NORM, X, "ffn_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, FF, NORM, "ffn_up", GLM_DIM_2FF, GLM_DIM_EMBD },
  { GLM_OP_SWIGLU, FF, FF },
  { GLM_OP_LINEAR, OUT, FF, "ffn_down", GLM_DIM_EMBD, GLM_DIM_FF },
  { GLM_OP_ADD, X, OUT },
};

static const GlmOp head[] = {
  { GLM_OP_RMS_NORM, NORM, X, "output_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, LOGITS, NORM, "output", GLM_DIM_VOCAB, GLM_DIM_EMBD, .tied = "token_embd" },
};

const GlmArch glm_arch_chatglm = {
  .name = "chatglm",
  .summary = "RMSNorm, grouped-query attention, rotary positions (interleaved), SwiGLU",
  .registers = registers,
  .n_registers = sizeof registers / sizeof registers[0],
  .variants = { GLM_OP_TABLE (layer) },
  .head = GLM_OP_TABLE (head),
  .eps_key = "attention.layer_norm_rms_epsilon",
  .default_residual_scale = 1,
  .rope_axes = 1,
};

/* ---- Checkpoints ------------------------------------------------------------------------------------------------ */

/* ChatGLM2, ChatGLM3, CodeGeeX2, GLM-4-9B, CodeGeeX4. */
static bool
is_config (const GlmConfig *config)
{
  return strcmp (config->model_type, "chatglm") == 0;
}

static bool
read_config (const GlmConfig *config, GlmCheckpoint *c)
{
  double ratio;
  bool grouped = glm_config_flag (config, "multi_query_attention");

  c->arch = &glm_arch_chatglm;
  if (!glm_config_int (config, "padded_vocab_size", 1, 1 << 20, 0, &c->n_vocab)
      || !glm_config_int (config, "hidden_size", 1, 1 << 16, 0, &c->n_embd)
      || !glm_config_int (config, "num_layers", 1, 512, 0, &c->n_layers)
      || !glm_config_int (config, "num_attention_heads", 1, 1024, 0, &c->n_heads)
      || !glm_config_int (config, "multi_query_group_num", 1, c->n_heads, grouped ? 0 : c->n_heads, &c->n_kv_heads)
      || !glm_config_int (config, "kv_channels", 1, 1024, c->n_embd / c->n_heads, &c->head_dim)
      || !glm_config_int (config, "ffn_hidden_size", 1, 1 << 18, 0, &c->n_ff)
      || !glm_config_int (config, "seq_length", 1, 1 << 24, 2048, &c->context_length)
      || !glm_config_number (config, config->root, "layernorm_epsilon", 1e-12, 1, 1e-5, &c->norm_eps)
      || !glm_config_number (config, config->root, "rope_ratio", 1e-3, 1e6, 1, &ratio) || !glm_config_common (config, c))
    return false;
  if (!grouped)
    c->n_kv_heads = c->n_heads;
  if ((glm_json_get (config->root, "rmsnorm") && !glm_config_flag (config, "rmsnorm"))
      || glm_config_flag (config, "add_bias_linear") || glm_config_flag (config, "apply_residual_connection_post_layernorm"))
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED,
                          "config.json: rmsnorm, add_bias_linear or "
                          "apply_residual_connection_post_layernorm differs from every published model");
  c->n_rot = c->head_dim / 2;
  c->rope_base = 10000 * ratio;
  return true;
}

static const GlmTensorRule global_rules[] = {
  { "transformer.embedding.word_embeddings.weight", "token_embd.weight", GLM_DIM_EMBD, GLM_DIM_VOCAB, GLM_TENSOR_EMBEDDING,
    false },
  { "transformer.encoder.final_layernorm.weight", "output_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "transformer.output_layer.weight", "output.weight", GLM_DIM_EMBD, GLM_DIM_VOCAB, GLM_TENSOR_OUTPUT, true },
};

static const GlmTensorRule layer_rules[] = {
  { "input_layernorm.weight", "attn_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "self_attention.query_key_value.weight", "attn_qkv.weight", GLM_DIM_EMBD, GLM_DIM_QKV, GLM_TENSOR_QKV, false },
  { "self_attention.query_key_value.bias", "attn_qkv.bias", GLM_DIM_QKV, GLM_DIM_NONE, GLM_TENSOR_VECTOR, true },
  { "self_attention.dense.weight", "attn_output.weight", GLM_DIM_Q, GLM_DIM_EMBD, GLM_TENSOR_MATRIX, false },
  { "post_attention_layernorm.weight", "ffn_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "mlp.dense_h_to_4h.weight", "ffn_up.weight", GLM_DIM_EMBD, GLM_DIM_2FF, GLM_TENSOR_MATRIX, false },
  { "mlp.dense_4h_to_h.weight", "ffn_down.weight", GLM_DIM_FF, GLM_DIM_EMBD, GLM_TENSOR_DOWN, false },
};

const GlmLayout glm_layout_chatglm = {
  .is_config = is_config,
  .read_config = read_config,
  .layer_prefix = "transformer.encoder.layers.",
  .global = global_rules,
  .n_global = sizeof global_rules / sizeof *global_rules,
  .layer = layer_rules,
  .n_layer = sizeof layer_rules / sizeof *layer_rules,
};
