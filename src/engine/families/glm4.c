/* glm4.c: GLM-4-0414 and GLM-Z1, 9B and 32B; GLM-4.1V and GLM-4.6V-Flash as text models
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
#include <string.h>

#include "families/family.h"

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
  { GLM_OP_RMS_NORM, OUT, OUT, "post_attention_norm", GLM_DIM_EMBD },
  { GLM_OP_ADD, X, OUT },
  { GLM_OP_RMS_NORM, NORM, X, "ffn_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, FF, NORM, "ffn_up", GLM_DIM_2FF, GLM_DIM_EMBD },
  { GLM_OP_SWIGLU, FF, FF },
  { GLM_OP_LINEAR, OUT, FF, "ffn_down", GLM_DIM_EMBD, GLM_DIM_FF },
  { GLM_OP_RMS_NORM, OUT, OUT, "post_ffw_norm", GLM_DIM_EMBD },
  { GLM_OP_ADD, X, OUT },
};

static const GlmOp head[] = {
  { GLM_OP_RMS_NORM, NORM, X, "output_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, LOGITS, NORM, "output", GLM_DIM_VOCAB, GLM_DIM_EMBD, .tied = "token_embd" },
};

const GlmArch glm_arch_glm4 = {
  .name = "glm4",
  .summary = "RMSNorm before and after each sublayer, grouped-query attention, rotary positions, SwiGLU",
  .registers = registers,
  .n_registers = sizeof registers / sizeof registers[0],
  .variants = { GLM_OP_TABLE (layer) },
  .head = GLM_OP_TABLE (head),
  .eps_key = "attention.layer_norm_rms_epsilon",
  .default_residual_scale = 1,
  .rope_axes = 1,
  .has_sections = true,
};

const GlmArch glm_arch_glm4_as_chatglm = {
  .name = "chatglm",
  .marker = "blk.0.post_attention_norm.weight",
  .summary = "RMSNorm before and after each sublayer, grouped-query attention, rotary positions (interleaved), SwiGLU",
  .registers = registers,
  .n_registers = sizeof registers / sizeof registers[0],
  .variants = { GLM_OP_TABLE (layer) },
  .head = GLM_OP_TABLE (head),
  .eps_key = "attention.layer_norm_rms_epsilon",
  .default_residual_scale = 1,
  .rope_axes = 1,
};

/* ---- The families ----------------------------------------------------------------------------------------------- */

static bool
is_file (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return glm_model_file_mentions (file, "general.architecture", "glm4");
}

static bool
is_checkpoint (const GlmCheckpoint *checkpoint)
{
  return checkpoint->arch == &glm_arch_glm4;
}

static bool
is_z1_file (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return is_file (file, tokenizer)
         && (glm_model_file_mentions (file, "general.name", "Z1")
             || glm_model_file_mentions (file, "tokenizer.chat_template", "<think>"));
}

static bool
is_z1_checkpoint (const GlmCheckpoint *checkpoint)
{
  return is_checkpoint (checkpoint) && strcasestr (checkpoint->hint, "z1");
}

/* The chat_template as transformers renders it: a line feed behind a block goes with the block.  Z1's speaks of itself first. */
static const GlmToolFormat tools = {
  .before = "# 可用工具\n",
  .before_name = "\n## ",
  .after_name = "\n\n",
  .after_tool = "\n在调用上述函数时，请使用 Json 格式表示调用的参数。",
  .indent = 4,
};
static const GlmToolFormat z1_tools = {
  .before = "你是一个名为 ChatGLM 的人工智能助手。你是基于智谱 AI 公司训练的语言模型 GLM-4 "
            "模型开发的，你的任务是针对用户的问题和要求提供适当的答复和支持。\n\n# 可用工具",
  .before_name = "\n## ",
  .after_name = "\n\n",
  .after_tool = "\n在调用上述函数时，请使用 Json 格式表示调用的参数。",
  .indent = 4,
};

const GlmFamily glm_family_glm4_0414 = {
  .name = "GLM-4-0414",
  .prompt = { GLM_PROMPT_ROLES, "[gMASK]", "<sop>", .system_first = true, .tools = &tools },
  .stops = { "<|endoftext|>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_JSON, GLM_THOUGHTS_OWN },
  .sampling = { 0.8f, 50, 0.8f, 0, 1, 0, 0 },
  .is_file = is_file,
  .is_checkpoint = is_checkpoint,
};

const GlmFamily glm_family_glm_z1 = {
  .name = "GLM-Z1",
  .prompt = { GLM_PROMPT_ROLES, "[gMASK]", "<sop>", .system_first = true, .opens_thought = true, .tools = &z1_tools },
  .stops = { "<|endoftext|>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_JSON, GLM_THOUGHTS_OPENED },
  .sampling = { 0.6f, 40, 0.95f, 0, 1, 0, 0 },
  .is_file = is_z1_file,
  .is_checkpoint = is_z1_checkpoint,
};
