/* tiny-model.h: random models of every family, small enough to be checked by hand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MYNA_TEST_TINY_MODEL_H
#define MYNA_TEST_TINY_MODEL_H

#include "engine.h"
#include "quant/quant.h"

typedef struct
{
  const char *arch; /* "chatglm", "glm4", "chatglm1", "glm4moe", "deepseek2" */
  int n_layers, n_embd, n_ff, n_heads, n_kv_heads, head_dim, n_vocab, n_context, n_prefix;
  GlmType type; /* of the matrices */
  bool split_qkv;
  bool tied;
  bool no_bias;           /* of queries, keys and values */
  bool with_vocabulary;   /* a SentencePiece vocabulary with ChatGLM3's control tokens; needs n_vocab ≥ 300 */
  float yarn_factor;      /* 0: none */
  float eps;              /* 0: 1e-5 */
  const char *number_key; /* one more number, as ".residual_scale"; NULL: none */
  float number;
  bool no_sop;   /* "chatglm1" without its ids */
  int n_experts; /* n_used 0: matrices of a tensor blk.0.ffn_up_exps beside the others; 0: none */
  /* "glm4moe" and "deepseek2", n_used > 0 */
  int n_used, n_dense, n_ff_expert, n_shared, n_groups, n_groups_used;
  float route_scale;
  bool head_norms;                       /* "glm4moe" */
  int q_rank, kv_rank, n_rot, value_dim; /* "deepseek2" */
  uint32_t seed;
} TinyModel;

#define TINY_CHATGLM                                                                                                          \
  {                                                                                                                           \
    .arch = "chatglm", .n_layers = 3, .n_embd = 64, .n_ff = 96, .n_heads = 4, .n_kv_heads = 2, .head_dim = 16, .n_vocab = 96, \
    .n_context = 2048, .type = GLM_TYPE_F32, .seed = 1                                                                        \
  }
/* <sop> is 5, [gMASK] 4, [MASK] 3. */
#define TINY_CHATGLM1                                                                                            \
  {                                                                                                              \
    .arch = "chatglm1", .n_layers = 2, .n_embd = 64, .n_ff = 128, .n_heads = 4, .n_kv_heads = 4, .head_dim = 16, \
    .n_vocab = 96, .n_context = 2048, .type = GLM_TYPE_F32, .seed = 2                                            \
  }
#define TINY_GLM4MOE                                                                                                           \
  {                                                                                                                            \
    .arch = "glm4moe", .n_layers = 3, .n_embd = 64, .n_ff = 96, .n_heads = 6, .n_kv_heads = 2, .head_dim = 16, .n_vocab = 96,  \
    .n_context = 2048, .type = GLM_TYPE_F32, .split_qkv = true, .n_experts = 12, .n_used = 3, .n_dense = 1, .n_ff_expert = 32, \
    .n_shared = 1, .route_scale = 1, .seed = 3                                                                                 \
  }
#define TINY_DEEPSEEK2                                                                                                    \
  {                                                                                                                       \
    .arch = "deepseek2", .n_layers = 3, .n_embd = 64, .n_ff = 96, .n_heads = 4, .n_kv_heads = 1, .head_dim = 48,          \
    .n_vocab = 96, .n_context = 2048, .type = GLM_TYPE_F32, .n_experts = 8, .n_used = 2, .n_dense = 1, .n_ff_expert = 32, \
    .n_shared = 1, .route_scale = 1.8f, .q_rank = 32, .kv_rank = 64, .n_rot = 16, .value_dim = 32, .seed = 4              \
  }
#define TINY_SOP   5
#define TINY_GMASK 4

void tiny_model_write (const TinyModel *tiny, const char *path);

/* The values of a tensor of that model: n of them, the same for the same name and seed. */
void tiny_model_values (const TinyModel *tiny, const char *name, float scale, float offset, float *values, size_t n);

#endif
