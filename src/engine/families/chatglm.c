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
