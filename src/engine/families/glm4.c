/* glm4.c: GLM-4-0414 and GLM-Z1, 9B and 32B
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * chatglm.c with two more norms in each layer: what a sublayer puts out is normalised again before it joins the residual
 * ("sandwich" norms).  Beware of the names: the file's post_attention_norm is the transformers library's
 * post_self_attn_layernorm, and the file's ffn_norm is that library's post_attention_layernorm.
 *
 *   x = x + rms (W_o · attend (rope (W_qkv · rms (x) [+ b])))
 *   x = x + rms (W_down · (silu (g) · u)),   g | u = W_up · rms (x)
 *
 * The 9B model has a bias on queries, keys and values, the 32B has none.  Early conversions carry the architecture name
 * "chatglm"; their additional norms give them away.
 */
#include "families/arch.h"

static const GlmOp layer[] = {
  { GLM_OP_RMS_NORM, GLM_REG_NORM, GLM_REG_X, "attn_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, GLM_REG_QKV, GLM_REG_NORM, "attn_qkv", GLM_DIM_QKV, GLM_DIM_EMBD, GLM_BIAS_OPTIONAL,
    .split = { "attn_q", "attn_k", "attn_v" }, .split_rows = { GLM_DIM_Q, GLM_DIM_KV, GLM_DIM_KV } },
  { GLM_OP_ROPE, GLM_REG_QKV, GLM_REG_QKV },
  { GLM_OP_STORE, GLM_REG_QKV, GLM_REG_QKV },
  { GLM_OP_ATTEND, GLM_REG_HEADS, GLM_REG_QKV },
  { GLM_OP_LINEAR, GLM_REG_OUT, GLM_REG_HEADS, "attn_output", GLM_DIM_EMBD, GLM_DIM_Q },
  { GLM_OP_RMS_NORM, GLM_REG_OUT, GLM_REG_OUT, "post_attention_norm", GLM_DIM_EMBD },
  { GLM_OP_ADD, GLM_REG_X, GLM_REG_OUT },
  { GLM_OP_RMS_NORM, GLM_REG_NORM, GLM_REG_X, "ffn_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, GLM_REG_FF, GLM_REG_NORM, "ffn_up", GLM_DIM_2FF, GLM_DIM_EMBD },
  { GLM_OP_SWIGLU, GLM_REG_FF, GLM_REG_FF },
  { GLM_OP_LINEAR, GLM_REG_OUT, GLM_REG_FF, "ffn_down", GLM_DIM_EMBD, GLM_DIM_FF },
  { GLM_OP_RMS_NORM, GLM_REG_OUT, GLM_REG_OUT, "post_ffw_norm", GLM_DIM_EMBD },
  { GLM_OP_ADD, GLM_REG_X, GLM_REG_OUT },
};

static const GlmOp head[] = {
  { GLM_OP_RMS_NORM, GLM_REG_NORM, GLM_REG_X, "output_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, GLM_REG_LOGITS, GLM_REG_NORM, "output", GLM_DIM_VOCAB, GLM_DIM_EMBD, .tied = "token_embd" },
};

const GlmArch glm_arch_glm4 = {
  .name = "glm4",
  .summary = "RMSNorm before and after each sublayer, grouped-query attention, rotary positions (interleaved), SwiGLU",
  .layer = layer,
  .n_layer = sizeof layer / sizeof layer[0],
  .head = head,
  .n_head = sizeof head / sizeof head[0],
  .eps_key = "attention.layer_norm_rms_epsilon",
  .default_residual_scale = 1,
  .rope_axes = 1,
};

const GlmArch glm_arch_glm4_as_chatglm = {
  .name = "chatglm",
  .marker = "blk.0.post_attention_norm.weight",
  .summary = "RMSNorm before and after each sublayer, grouped-query attention, rotary positions (interleaved), SwiGLU",
  .layer = layer,
  .n_layer = sizeof layer / sizeof layer[0],
  .head = head,
  .n_head = sizeof head / sizeof head[0],
  .eps_key = "attention.layer_norm_rms_epsilon",
  .default_residual_scale = 1,
  .rope_axes = 1,
};
