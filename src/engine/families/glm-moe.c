/* glm-moe.c: GLM-4.5, GLM-4.5-Air, GLM-4.6, GLM-4.7; GLM-4.7-Flash
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pre-norm transformers as chatglm.c, with gate and up in matrices of their own and, behind a few dense layers, a feed-forward
 * part of many experts.  A router gives each expert a score; the few with the best sums of score and bias are taken, weighted
 * by their scores alone, and one expert that all tokens share is added.
 *
 *   x = x + W_o · attend (rope (norm (W_qkv · rms (x) + b)))
 *   x = x + Σ weight_e · SwiGLU_e (rms (x)) + SwiGLU_shared (rms (x))
 *
 * GLM-4.5-Air has no norms of single heads, the others do.  Flash has latent attention (DeepSeek-V2): instead of keys and
 * values of all heads the cache keeps one latent of 512 values, and one turned key of 64 that the heads share.
 *
 *   q      = W_qb · rms (W_qa · n),   n = rms (x); the last 64 values of each head are turned, in interleaved pairs
 *   c | k  = W_kva · n;  c = rms (c), k is turned: both go into the cache
 *   keys of head h = K_h · c | k,  values = V_h · c
 *   x      = x + W_o · attend (q, keys, values)
 *
 * Its architecture's name is that of DeepSeek's models, which have other routers, rotations and vocabularies.  Behind the last
 * layer files may hold one more, which guesses the token after the next: it is neither run nor read.
 */
#include <string.h>

#include "base/error.h"
#include "families/family.h"

enum
{
  X = GLM_REG_X,
  LOGITS = GLM_REG_LOGITS,
  NORM = GLM_REG_OWN, /* a normalised X */
  HEADS,              /* attention's output, by head */
  FF,                 /* inner activations of a dense layer: gate | up */
  OUT,                /* a sublayer's output before it joins the residual */
  SCORES,             /* of the experts */
  ROUTES,             /* the chosen experts and their weights */
  INNER,              /* inner activations of each chosen expert */
  EACH,               /* what each of them puts out */
  QKV,                /* queries | keys | values, each by head */

  LOW = QKV, /* Flash: latent of the queries | latent of keys and values | the shared key */
  Q,         /* queries, by head */
};

#define COMMON_REGISTERS                                                                                   \
  [X] = { "x", GLM_DIM_EMBD }, [LOGITS] = { "logits", GLM_DIM_VOCAB }, [NORM] = { "norm", GLM_DIM_EMBD },  \
  [FF] = { "ff", GLM_DIM_2FF }, [OUT] = { "out", GLM_DIM_EMBD }, [SCORES] = { "scores", GLM_DIM_EXPERTS }, \
  [ROUTES] = { "routes", GLM_DIM_ROUTES }, [INNER] = { "inner", GLM_DIM_INNER }, [EACH] = { "each", GLM_DIM_EACH }

static const GlmRegister registers[] = {
  COMMON_REGISTERS,
  [HEADS] = { "heads", GLM_DIM_Q },
  [QKV] = { "qkv", GLM_DIM_QKV },
};

static const GlmRegister flash_registers[] = {
  COMMON_REGISTERS,
  [HEADS] = { "heads", GLM_DIM_VALUES },
  [LOW] = { "low", GLM_DIM_LOW },
  [Q] = { "q", GLM_DIM_Q },
};

/* clang-format off: rows of tables, as macros */
#define ATTENTION                                                                                                               \
  { GLM_OP_RMS_NORM, NORM, X, "attn_norm", GLM_DIM_EMBD },                                                                      \
      { GLM_OP_LINEAR,                                                                                                          \
        QKV,                                                                                                                    \
        NORM,                                                                                                                   \
        "attn_qkv",                                                                                                             \
        GLM_DIM_QKV,                                                                                                            \
        GLM_DIM_EMBD,                                                                                                           \
        GLM_BIAS_OPTIONAL,                                                                                                      \
        .split = { "attn_q", "attn_k", "attn_v" },                                                                              \
        .split_rows = { GLM_DIM_Q, GLM_DIM_KV, GLM_DIM_KV } },                                                                  \
      { GLM_OP_RMS_NORM, QKV, QKV, "attn_q_norm", GLM_DIM_HEAD, .part = GLM_PART_QUERY_HEADS, .condition = GLM_IF_HEAD_NORMS }, \
      { GLM_OP_RMS_NORM, QKV, QKV, "attn_k_norm", GLM_DIM_HEAD, .part = GLM_PART_KEY_HEADS, .condition = GLM_IF_HEAD_NORMS },   \
      { GLM_OP_ROPE, QKV, QKV }, { GLM_OP_STORE, QKV, QKV }, { GLM_OP_ATTEND, HEADS, QKV },                                     \
      { GLM_OP_LINEAR, OUT, HEADS, "attn_output", GLM_DIM_EMBD, GLM_DIM_Q }, { GLM_OP_ADD, X, OUT },                            \
  {                                                                                                                             \
    GLM_OP_RMS_NORM, NORM, X, "post_attention_norm", GLM_DIM_EMBD                                                               \
  }

#define FLASH_ATTENTION                                                                                                      \
  { GLM_OP_RMS_NORM, NORM, X, "attn_norm", GLM_DIM_EMBD },                                                                   \
      { GLM_OP_LINEAR,                                                                                                       \
        LOW,                                                                                                                 \
        NORM,                                                                                                                \
        "attn_qkv_a",                                                                                                        \
        GLM_DIM_LOW,                                                                                                         \
        GLM_DIM_EMBD,                                                                                                        \
        .split = { "attn_q_a", "attn_kv_a_mqa" },                                                                            \
        .split_rows = { GLM_DIM_Q_RANK, GLM_DIM_LATENT } },                                                                  \
      { GLM_OP_RMS_NORM, LOW, LOW, "attn_q_a_norm", GLM_DIM_Q_RANK, .part = GLM_PART_LOW_QUERIES },                          \
      { GLM_OP_RMS_NORM, LOW, LOW, "attn_kv_a_norm", GLM_DIM_KV_RANK, .part = GLM_PART_LOW_VALUES },                         \
      { GLM_OP_ROPE, LOW, LOW, .part = GLM_PART_LOW_KEY }, { GLM_OP_LINEAR, Q, LOW, "attn_q_b", GLM_DIM_Q, GLM_DIM_Q_RANK }, \
      { GLM_OP_ROPE, Q, Q, .part = GLM_PART_QUERY_TAILS }, { GLM_OP_STORE, LOW, LOW, .part = GLM_PART_LOW_VALUES },          \
      { GLM_OP_ATTEND_LATENT, HEADS, Q, "attn_k_b", .second = "attn_v_b", .joined = "attn_kv_b" },                           \
      { GLM_OP_LINEAR, OUT, HEADS, "attn_output", GLM_DIM_EMBD, GLM_DIM_VALUES }, { GLM_OP_ADD, X, OUT },                    \
  {                                                                                                                          \
    GLM_OP_RMS_NORM, NORM, X, "ffn_norm", GLM_DIM_EMBD                                                                       \
  }

#define DENSE                                                                                      \
  { GLM_OP_LINEAR,                                                                                 \
    FF,                                                                                            \
    NORM,                                                                                          \
    "ffn_gate_up",                                                                                 \
    GLM_DIM_2FF,                                                                                   \
    GLM_DIM_EMBD,                                                                                  \
    .split = { "ffn_gate", "ffn_up" },                                                             \
    .split_rows = { GLM_DIM_FF, GLM_DIM_FF } },                                                    \
      { GLM_OP_SWIGLU, FF, FF }, { GLM_OP_LINEAR, OUT, FF, "ffn_down", GLM_DIM_EMBD, GLM_DIM_FF }, \
  {                                                                                                \
    GLM_OP_ADD, X, OUT                                                                             \
  }

#define EXPERTS                                                                   \
  { GLM_OP_LINEAR, SCORES, NORM, "ffn_gate_inp", GLM_DIM_EXPERTS, GLM_DIM_EMBD }, \
      { GLM_OP_ROUTE, ROUTES, SCORES, "exp_probs_b", GLM_DIM_EXPERTS },           \
      { GLM_OP_EXPERTS,                                                           \
        INNER,                                                                    \
        NORM,                                                                     \
        "ffn_gate_up_exps",                                                       \
        GLM_DIM_2EXPERT_FF,                                                       \
        GLM_DIM_EMBD,                                                             \
        .stack = GLM_DIM_EXPERTS,                                                 \
        .split = { "ffn_gate_exps", "ffn_up_exps" },                              \
        .split_rows = { GLM_DIM_EXPERT_FF, GLM_DIM_EXPERT_FF },                   \
        .routes = ROUTES,                                                         \
        .shared = { "ffn_gate_shexp", "ffn_up_shexp" } },                         \
      { GLM_OP_SWIGLU, INNER, INNER, .routes = ROUTES },                          \
      { GLM_OP_EXPERTS,                                                           \
        EACH,                                                                     \
        INNER,                                                                    \
        "ffn_down_exps",                                                          \
        GLM_DIM_EMBD,                                                             \
        GLM_DIM_EXPERT_FF,                                                        \
        .stack = GLM_DIM_EXPERTS,                                                 \
        .routes = ROUTES,                                                         \
        .shared = { "ffn_down_shexp" } },                                         \
  {                                                                               \
    GLM_OP_MIX, X, EACH, .routes = ROUTES                                         \
  }
/* clang-format on */

static const GlmOp dense[] = { ATTENTION, DENSE };
static const GlmOp experts[] = { ATTENTION, EXPERTS };
static const GlmOp flash_dense[] = { FLASH_ATTENTION, DENSE };
static const GlmOp flash_experts[] = { FLASH_ATTENTION, EXPERTS };

/* The shared expert alone, where the others are computed elsewhere. */
static const GlmOp shared[] = {
  { GLM_OP_LINEAR, INNER, NORM, "ffn_gate_up_shexp", GLM_DIM_2SHARED_FF, GLM_DIM_EMBD,
    .split = { "ffn_gate_shexp", "ffn_up_shexp" }, .split_rows = { GLM_DIM_SHARED_FF, GLM_DIM_SHARED_FF } },
  { GLM_OP_SWIGLU, INNER, INNER },
  { GLM_OP_LINEAR, OUT, INNER, "ffn_down_shexp", GLM_DIM_EMBD, GLM_DIM_SHARED_FF },
  { GLM_OP_ADD, X, OUT },
};

static const GlmOp head[] = {
  { GLM_OP_RMS_NORM, NORM, X, "output_norm", GLM_DIM_EMBD },
  { GLM_OP_LINEAR, LOGITS, NORM, "output", GLM_DIM_VOCAB, GLM_DIM_EMBD, .tied = "token_embd" },
};

/* A variant_of: the second variant from GlmParams.n_dense on. */
static int
dense_first (const GlmParams *params, int layer)
{
  return layer < params->n_dense ? 0 : 1;
}

const GlmArch glm_arch_glm4moe = {
  .name = "glm4moe",
  .summary = "RMSNorm, grouped-query attention, rotary positions, SwiGLU of a few of many experts and one for all",
  .registers = registers,
  .n_registers = sizeof registers / sizeof registers[0],
  .variants = { GLM_OP_TABLE (dense), GLM_OP_TABLE (experts) },
  .variant_of = dense_first,
  .head = GLM_OP_TABLE (head),
  .shared = GLM_OP_TABLE (shared),
  .eps_key = "attention.layer_norm_rms_epsilon",
  .default_residual_scale = 1,
  .rope_axes = 1,
  .has_sections = true,
  .half_split = true,
  .has_experts = true,
};

/* ---- Which files ------------------------------------------------------------------------------------------------ */

static bool
has_scaling (const GlmModelFile *file)
{
  const GlmMetadata *metadata = glm_model_file_metadata (file);
  static const char prefix[] = "deepseek2.rope.scaling.";

  for (size_t i = 0; i < metadata->n; i++)
    if (strncmp (metadata->entries[i].key, prefix, sizeof prefix - 1) == 0)
      return true;
  return false;
}

static bool
accepts (const GlmModelFile *file, GlmError *error)
{
  const char *name = "", *pre = "", *why = NULL;
  size_t n = 0, n_pre = 0;

  glm_model_file_get_string (file, "general.name", &name, &n);
  glm_model_file_get_string (file, "tokenizer.ggml.pre", &pre, &n_pre);
  if (n_pre != 4 || memcmp (pre, "glm4", 4) != 0)
    why = "tokenizer.ggml.pre is not glm4";
  else if (!glm_metadata_find (glm_model_file_metadata (file), "deepseek2.attention.q_lora_rank"))
    why = "deepseek2.attention.q_lora_rank is missing";
  else if (has_scaling (file))
    why = "deepseek2.rope.scaling is set";
  if (!why)
    return true;
  return glm_error_set (
      error, GLM_ERROR_UNSUPPORTED,
      "%s: of the models with the architecture deepseek2 Myna can run GLM-4.7-Flash alone, and this is %.*s%s (%s)",
      glm_model_file_path (file), (int) (n < 80 ? n : 80), n ? name : "", n ? "" : "another", why);
}

const GlmArch glm_arch_deepseek2 = {
  .name = "deepseek2",
  .summary = "RMSNorm, latent attention, rotary positions, SwiGLU of a few of many experts and one for all",
  .registers = flash_registers,
  .n_registers = sizeof flash_registers / sizeof flash_registers[0],
  .variants = { GLM_OP_TABLE (flash_dense), GLM_OP_TABLE (flash_experts) },
  .variant_of = dense_first,
  .head = GLM_OP_TABLE (head),
  .shared = GLM_OP_TABLE (shared),
  .eps_key = "attention.layer_norm_rms_epsilon",
  .default_residual_scale = 1,
  .rope_axes = 1,
  .has_experts = true,
  .has_latents = true,
  .accepts = accepts,
};

/* ---- The families ----------------------------------------------------------------------------------------------- */

/* What a template says is believed, then a name. */
static bool
says_calls (const GlmModelFile *file, const char *behind_name)
{
  return glm_model_file_mentions (file, "tokenizer.chat_template", behind_name);
}

static bool
has_arch (const GlmModelFile *file, const char *arch)
{
  return glm_model_file_mentions (file, "general.architecture", arch);
}

/* Without lines: GLM-4.7's way. */
static bool
has_tight_calls (const GlmModelFile *file)
{
  if (says_calls (file, "<tool_call>{function-name}<arg_key>"))
    return true;
  return !says_calls (file, "/nothink") && glm_model_file_mentions (file, "general.name", "4.7");
}

static bool
is_flash (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return has_arch (file, "deepseek2");
}

static bool
is_47 (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return has_arch (file, "glm4moe") && has_tight_calls (file);
}

/* GLM-4.6V-Flash has the layers of GLM-4-0414. */
static bool
is_45 (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return has_arch (file, "glm4moe") || (has_arch (file, "glm4") && says_calls (file, "/nothink"));
}

static bool
is_46 (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return is_45 (file, tokenizer) && glm_model_file_mentions (file, "general.name", "4.6");
}

static bool
is_45_checkpoint (const GlmCheckpoint *checkpoint)
{
  return checkpoint->arch == &glm_arch_glm4moe;
}

static bool
is_46_checkpoint (const GlmCheckpoint *checkpoint)
{
  return is_45_checkpoint (checkpoint) && strstr (checkpoint->hint, "4.6");
}

static bool
is_47_checkpoint (const GlmCheckpoint *checkpoint)
{
  return is_45_checkpoint (checkpoint) && (checkpoint->has_tight_calls || strstr (checkpoint->hint, "4.7"));
}

static bool
is_flash_checkpoint (const GlmCheckpoint *checkpoint)
{
  return checkpoint->arch == &glm_arch_deepseek2;
}

const GlmFamily glm_family_glm45 = {
  .name = "GLM-4.5",
  .prompt = { GLM_PROMPT_TAGS, "[gMASK]", "<sop>", .tag_lines = true },
  .stops = { "<|endoftext|>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_TAGS, GLM_THOUGHTS_OWN },
  .sampling = { 0.6f, 0, 0.95f, 0, 1, 0, 0 },
  .is_file = is_45,
  .is_checkpoint = is_45_checkpoint,
};

const GlmFamily glm_family_glm46 = {
  .name = "GLM-4.6",
  .prompt = { GLM_PROMPT_TAGS, "[gMASK]", "<sop>", .tag_lines = true },
  .stops = { "<|endoftext|>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_TAGS, GLM_THOUGHTS_OWN },
  .sampling = { 1, 0, 0.95f, 0, 1, 0, 0 },
  .is_file = is_46,
  .is_checkpoint = is_46_checkpoint,
};

const GlmFamily glm_family_glm47 = {
  .name = "GLM-4.7",
  .prompt = { GLM_PROMPT_TAGS, "[gMASK]", "<sop>", .opens_thought = true },
  .stops = { "<|endoftext|>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_TAGS, GLM_THOUGHTS_OPENED },
  .sampling = { 1, 0, 0.95f, 0, 1, 0, 0 },
  .is_file = is_47,
  .is_checkpoint = is_47_checkpoint,
};

const GlmFamily glm_family_glm47_flash = {
  .name = "GLM-4.7-Flash",
  .prompt = { GLM_PROMPT_TAGS, "[gMASK]", "<sop>", .opens_thought = true },
  .stops = { "<|endoftext|>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_TAGS, GLM_THOUGHTS_OPENED },
  .sampling = { 1, 0, 0.95f, 0, 1, 0, 0 },
  .is_file = is_flash,
  .is_checkpoint = is_flash_checkpoint,
};
