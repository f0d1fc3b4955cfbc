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
#include "families/arch.h"

static const GlmOp layer[] = {
  { GLM_OP_RMS_NORM, GLM_REG_NORM, GLM_REG_X, "attn_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, GLM_REG_QKV, GLM_REG_NORM, "attn_qkv", GLM_DIM_QKV, GLM_DIM_EMBD, GLM_BIAS_OPTIONAL,
    .split = { "attn_q", "attn_k", "attn_v" }, .split_rows = { GLM_DIM_Q, GLM_DIM_KV, GLM_DIM_KV } },
  { GLM_OP_ROPE, GLM_REG_QKV, GLM_REG_QKV },
  { GLM_OP_STORE, GLM_REG_QKV, GLM_REG_QKV },
  { GLM_OP_ATTEND, GLM_REG_HEADS, GLM_REG_QKV },
  { GLM_OP_LINEAR, GLM_REG_OUT, GLM_REG_HEADS, "attn_output", GLM_DIM_EMBD, GLM_DIM_Q },
  { GLM_OP_ADD, GLM_REG_X, GLM_REG_OUT },
  { GLM_OP_RMS_NORM, GLM_REG_NORM, GLM_REG_X, "ffn_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, GLM_REG_FF, GLM_REG_NORM, "ffn_up", GLM_DIM_2FF, GLM_DIM_EMBD },
  { GLM_OP_SWIGLU, GLM_REG_FF, GLM_REG_FF },
  { GLM_OP_LINEAR, GLM_REG_OUT, GLM_REG_FF, "ffn_down", GLM_DIM_EMBD, GLM_DIM_FF },
  { GLM_OP_ADD, GLM_REG_X, GLM_REG_OUT },
};

static const GlmOp head[] = {
  { GLM_OP_RMS_NORM, GLM_REG_NORM, GLM_REG_X, "output_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, GLM_REG_LOGITS, GLM_REG_NORM, "output", GLM_DIM_VOCAB, GLM_DIM_EMBD, .tied = "token_embd" },
};

const GlmArch glm_arch_chatglm = {
  .name = "chatglm",
  .summary = "RMSNorm, grouped-query attention, rotary positions (interleaved), SwiGLU",
  .layer = layer,
  .n_layer = sizeof layer / sizeof layer[0],
  .head = head,
  .n_head = sizeof head / sizeof head[0],
  .eps_key = "attention.layer_norm_rms_epsilon",
  .default_residual_scale = 1,
  .rope_axes = 1,
};
