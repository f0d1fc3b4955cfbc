/* chatglm1.c: ChatGLM-6B
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first of the family, with LayerNorm, biases everywhere, GELU and ordinary multi-head attention.  Two things are its
 * own.  The residual is the *normalised* input, scaled: h = a·α + f (a), a = LayerNorm (x), α = sqrt (2 · 28).  And the
 * prompt sees itself in both directions: tokens before <sop> attend to all of each other, tokens from <sop> on to
 * everything before them.  Positions have two parts: the place in the prompt, which stays at [gMASK] once the reply
 * begins, and the place in the reply, which is 0 before it; each turns one half of every head, in half-split pairs.
 *
 *   a = ln (x);  x = W_o · attend (rope2d (W_qkv · a + b)) + b + α·a
 *   m = ln (x);  x = W_down · gelu (W_up · m + b) + b + α·m
 *   logits = W_out · ln (x)
 *
 * The GGUF architecture "chatglm1" is ours: keys as for chatglm, with attention.layer_norm_epsilon, residual_scale,
 * gmask_token_id and mask_token_id; attn_qkv holds the rows q | k | v (the original interleaves them by head).
 */
#include "families/family.h"

#include <string.h>

#include "base/error.h"

/* Before April 2023: 20,000 rows of image tokens come first. */
#define IMAGE_ROWS     20000
#define OLD_VOCABULARY 150528

enum
{
  X = GLM_REG_X,
  LOGITS = GLM_REG_LOGITS,
  NORM = GLM_REG_OWN, /* a normalised X */
  QKV,                /* queries | keys | values, each by head */
  HEADS,              /* attention's output, by head */
  FF,                 /* inner activations */
};

static const GlmRegister registers[] = {
  [X] = { "x", GLM_DIM_EMBD },    [LOGITS] = { "logits", GLM_DIM_VOCAB }, [NORM] = { "norm", GLM_DIM_EMBD },
  [QKV] = { "qkv", GLM_DIM_QKV }, [HEADS] = { "heads", GLM_DIM_Q },       [FF] = { "ff", GLM_DIM_FF },
};

static const GlmOp layer[] = {
  { GLM_OP_LAYER_NORM, NORM, X, "attn_norm", GLM_DIM_EMBD, .bias = GLM_BIAS_REQUIRED },
  { GLM_OP_LINEAR, QKV, NORM, "attn_qkv", GLM_DIM_QKV, GLM_DIM_EMBD, GLM_BIAS_REQUIRED },
  { GLM_OP_ROPE_2D, QKV, QKV },
  { GLM_OP_STORE, QKV, QKV },
  { GLM_OP_ATTEND, HEADS, QKV },
  { GLM_OP_LINEAR, X, HEADS, "attn_output", GLM_DIM_EMBD, GLM_DIM_Q, GLM_BIAS_REQUIRED },
  { GLM_OP_ADD, X, NORM, .scale = GLM_SCALE_RESIDUAL },
  { GLM_OP_LAYER_NORM, NORM, X, "ffn_norm", GLM_DIM_EMBD, .bias = GLM_BIAS_REQUIRED },
  { GLM_OP_LINEAR, FF, NORM, "ffn_up", GLM_DIM_FF, GLM_DIM_EMBD, GLM_BIAS_REQUIRED },
  { GLM_OP_GELU, FF, FF },
  { GLM_OP_LINEAR, X, FF, "ffn_down", GLM_DIM_EMBD, GLM_DIM_FF, GLM_BIAS_REQUIRED },
  { GLM_OP_ADD, X, NORM, .scale = GLM_SCALE_RESIDUAL },
};

static const GlmOp head[] = {
  { GLM_OP_LAYER_NORM, NORM, X, "output_norm", GLM_DIM_EMBD, .bias = GLM_BIAS_REQUIRED },
  { GLM_OP_LINEAR, LOGITS, NORM, "output", GLM_DIM_VOCAB, GLM_DIM_EMBD, .tied = "token_embd" },
};

const GlmArch glm_arch_chatglm1 = {
  .name = "chatglm1",
  .summary = "LayerNorm, multi-head attention over a bidirectional prompt, 2-D rotary positions (half-split), GELU",
  .registers = registers,
  .n_registers = sizeof registers / sizeof registers[0],
  .variants = { GLM_OP_TABLE (layer) },
  .head = GLM_OP_TABLE (head),
  .eps_key = "attention.layer_norm_epsilon",
  .default_residual_scale = 7.483314773547883f, /* sqrt (2 · 28), whatever the layer count */
  .rope_axes = 2,
  .bidirectional_prompt = true,
};

/* ---- Checkpoints ------------------------------------------------------------------------------------------------ */

static bool
is_config (const GlmConfig *config)
{
  return strcmp (config->model_type, "chatglm") == 0 && !glm_json_get (config->root, "multi_query_attention");
}

/* An id of the vocabulary without the rows that are left out; −1: config.json does not say it. */
static bool
read_id (const GlmConfig *config, const char *key, const GlmCheckpoint *c, int *ret_id)
{
  *ret_id = -1;
  if (!glm_config_int (config, key, -1, c->n_vocab - 1, -1, ret_id))
    return false;
  if (*ret_id >= 0)
    *ret_id = *ret_id >= c->n_skipped_rows ? *ret_id - c->n_skipped_rows : -1;
  return true;
}

static bool
read_config (const GlmConfig *config, GlmCheckpoint *c)
{
  c->arch = &glm_arch_chatglm1;
  if (!glm_config_int (config, "vocab_size", 1, 1 << 20, 0, &c->n_vocab)
      || !glm_config_int (config, "hidden_size", 1, 1 << 16, 0, &c->n_embd)
      || !glm_config_int (config, "num_layers", 1, 512, 0, &c->n_layers)
      || !glm_config_int (config, "num_attention_heads", 1, 1024, 0, &c->n_heads)
      || !glm_config_int (config, "inner_hidden_size", 1, 1 << 18, 4 * c->n_embd, &c->n_ff)
      || !glm_config_int (config, "max_sequence_length", 1, 1 << 24, 2048, &c->context_length)
      || !glm_config_number (config, config->root, "layernorm_epsilon", 1e-12, 1, 1e-5, &c->norm_eps)
      || !glm_config_common (config, c))
    return false;
  if (glm_json_get (config->root, "position_encoding_2d") && !glm_config_flag (config, "position_encoding_2d"))
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED, "config.json: position_encoding_2d is off");
  c->n_kv_heads = c->n_heads;
  c->head_dim = c->n_embd / c->n_heads;
  c->n_rot = c->head_dim / 2;
  c->rope_base = 10000;
  if (c->n_vocab == OLD_VOCABULARY)
    c->n_skipped_rows = IMAGE_ROWS;
  return read_id (config, "bos_token_id", c, &c->sop_id) && read_id (config, "gmask_token_id", c, &c->gmask_id)
         && read_id (config, "mask_token_id", c, &c->mask_id);
}

static const GlmTensorRule global_rules[] = {
  { "transformer.word_embeddings.weight", "token_embd.weight", GLM_DIM_EMBD, GLM_DIM_VOCAB, GLM_TENSOR_EMBEDDING, false },
  { "transformer.final_layernorm.weight", "output_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "transformer.final_layernorm.bias", "output_norm.bias", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "lm_head.weight", "output.weight", GLM_DIM_EMBD, GLM_DIM_VOCAB, GLM_TENSOR_OUTPUT, true },
};

static const GlmTensorRule layer_rules[] = {
  { "input_layernorm.weight", "attn_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "input_layernorm.bias", "attn_norm.bias", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "attention.query_key_value.weight", "attn_qkv.weight", GLM_DIM_EMBD, GLM_DIM_QKV, GLM_TENSOR_QKV, false },
  { "attention.query_key_value.bias", "attn_qkv.bias", GLM_DIM_QKV, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "attention.dense.weight", "attn_output.weight", GLM_DIM_Q, GLM_DIM_EMBD, GLM_TENSOR_MATRIX, false },
  { "attention.dense.bias", "attn_output.bias", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "post_attention_layernorm.weight", "ffn_norm.weight", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "post_attention_layernorm.bias", "ffn_norm.bias", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "mlp.dense_h_to_4h.weight", "ffn_up.weight", GLM_DIM_EMBD, GLM_DIM_FF, GLM_TENSOR_MATRIX, false },
  { "mlp.dense_h_to_4h.bias", "ffn_up.bias", GLM_DIM_FF, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
  { "mlp.dense_4h_to_h.weight", "ffn_down.weight", GLM_DIM_FF, GLM_DIM_EMBD, GLM_TENSOR_DOWN, false },
  { "mlp.dense_4h_to_h.bias", "ffn_down.bias", GLM_DIM_EMBD, GLM_DIM_NONE, GLM_TENSOR_VECTOR, false },
};

const GlmLayout glm_layout_chatglm1 = {
  .is_config = is_config,
  .read_config = read_config,
  .layer_prefix = "transformer.layers.",
  .global = global_rules,
  .n_global = sizeof global_rules / sizeof *global_rules,
  .layer = layer_rules,
  .n_layer = sizeof layer_rules / sizeof *layer_rules,
  .interleaved_qkv = true,
  .repeats_embedding = true,
};

/* ---- The family ------------------------------------------------------------------------------------------------- */

static bool
is_file (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return glm_model_file_mentions (file, "general.architecture", "chatglm1")
         || (glm_tokenizer_control_id (tokenizer, "<sop>") >= 0 && glm_tokenizer_control_id (tokenizer, "<|assistant|>") < 0);
}

static bool
is_checkpoint (const GlmCheckpoint *checkpoint)
{
  return checkpoint->layout == &glm_layout_chatglm1 || checkpoint->ggml_type == 1;
}

const GlmFamily glm_family_chatglm1 = {
  .name = "ChatGLM",
  .prompt = { GLM_PROMPT_ROUNDS, "[gMASK]", "<sop>", .gap = "\n", .lone_question = true, .controls_last = true },
  .stops = { "<eop>" },
  .reply = { .thoughts = GLM_THOUGHTS_OWN, .has_date = true, .full_width = true },
  .sampling = { 0.95f, 50, 0.7f, 0, 1, 0, 0 },
  .is_file = is_file,
  .is_checkpoint = is_checkpoint,
  .arch = &glm_arch_chatglm1,
  .layout = &glm_layout_chatglm1,
};
