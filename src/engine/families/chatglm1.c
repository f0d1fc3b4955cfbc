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
