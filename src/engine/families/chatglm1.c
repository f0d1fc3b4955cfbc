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
#include "families/arch.h"

static const GlmOp layer[] = {
  { GLM_OP_LAYER_NORM, GLM_REG_NORM, GLM_REG_X, "attn_norm", GLM_DIM_EMBD, .bias = GLM_BIAS_REQUIRED },
  { GLM_OP_LINEAR, GLM_REG_QKV, GLM_REG_NORM, "attn_qkv", GLM_DIM_QKV, GLM_DIM_EMBD, GLM_BIAS_REQUIRED },
  { GLM_OP_ROPE_2D, GLM_REG_QKV, GLM_REG_QKV },
  { GLM_OP_STORE, GLM_REG_QKV, GLM_REG_QKV },
  { GLM_OP_ATTEND, GLM_REG_HEADS, GLM_REG_QKV },
  { GLM_OP_LINEAR, GLM_REG_X, GLM_REG_HEADS, "attn_output", GLM_DIM_EMBD, GLM_DIM_Q, GLM_BIAS_REQUIRED },
  { GLM_OP_ADD, GLM_REG_X, GLM_REG_NORM, .scale = GLM_SCALE_RESIDUAL },
  { GLM_OP_LAYER_NORM, GLM_REG_NORM, GLM_REG_X, "ffn_norm", GLM_DIM_EMBD, .bias = GLM_BIAS_REQUIRED },
  { GLM_OP_LINEAR, GLM_REG_FF, GLM_REG_NORM, "ffn_up", GLM_DIM_FF, GLM_DIM_EMBD, GLM_BIAS_REQUIRED },
  { GLM_OP_GELU, GLM_REG_FF, GLM_REG_FF },
  { GLM_OP_LINEAR, GLM_REG_X, GLM_REG_FF, "ffn_down", GLM_DIM_EMBD, GLM_DIM_FF, GLM_BIAS_REQUIRED },
  { GLM_OP_ADD, GLM_REG_X, GLM_REG_NORM, .scale = GLM_SCALE_RESIDUAL },
};

static const GlmOp head[] = {
  { GLM_OP_LAYER_NORM, GLM_REG_NORM, GLM_REG_X, "output_norm", GLM_DIM_EMBD, .bias = GLM_BIAS_REQUIRED },
  { GLM_OP_LINEAR, GLM_REG_LOGITS, GLM_REG_NORM, "output", GLM_DIM_VOCAB, GLM_DIM_EMBD, .tied = "token_embd" },
};

const GlmArch glm_arch_chatglm1 = {
  .name = "chatglm1",
  .summary = "LayerNorm, multi-head attention over a bidirectional prompt, 2-D rotary positions (half-split), GELU",
  .layer = layer,
  .n_layer = sizeof layer / sizeof layer[0],
  .head = head,
  .n_head = sizeof head / sizeof head[0],
  .eps_key = "attention.layer_norm_epsilon",
  .default_residual_scale = 7.483314773547883f, /* sqrt (2 · 28), whatever the layer count */
  .rope_axes = 2,
  .bidirectional_prompt = true,
};
