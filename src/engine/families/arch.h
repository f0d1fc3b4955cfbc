/* arch.h: a model family as a table of operations over named registers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A layer is a dozen rows.  Each row names an operation, the registers that it reads and writes and, where it has
 * weights, the tensor's name.  compute/plan.c fills in the numbers of one model and makes steps of the rows, which name the
 * tensors to bind, say how much memory the registers take, describe the model and are what a back end runs.  What
 * distinguishes two families is a row, or a new operation; the forward pass never asks for the family.
 */
#ifndef GLM_ARCH_H
#define GLM_ARCH_H

#include "engine.h"
#include "file/model-file.h"

/* Widths that depend on the model's size. */
typedef enum
{
  GLM_DIM_NONE,
  GLM_DIM_EMBD, /* hidden size */
  GLM_DIM_Q,    /* query heads × head size */
  GLM_DIM_KV,   /* key/value heads × head size */
  GLM_DIM_QKV,  /* Q + 2 KV */
  GLM_DIM_FF,   /* inner size of the feed-forward part */
  GLM_DIM_2FF,  /* gate and up side by side */
  GLM_DIM_VOCAB,
  GLM_DIM_HEAD, /* head size */

  /* Experts. */
  GLM_DIM_EXPERTS,
  GLM_DIM_ROUTES,     /* an id and a weight of each chosen expert */
  GLM_DIM_EXPERT_FF,  /* inner size of an expert */
  GLM_DIM_2EXPERT_FF, /* gate and up side by side */
  GLM_DIM_SHARED_FF,  /* of the shared expert */
  GLM_DIM_2SHARED_FF,
  GLM_DIM_INNER, /* gate and up of the chosen experts and the shared one */
  GLM_DIM_EACH,  /* what each of them puts out */

  /* Latent attention. */
  GLM_DIM_Q_RANK,  /* latent of the queries */
  GLM_DIM_KV_RANK, /* latent of keys and values */
  GLM_DIM_LATENT,  /* that, and the part of the keys that is turned: what the cache holds */
  GLM_DIM_LOW,     /* Q_RANK + LATENT */
  GLM_DIM_PLAIN,   /* the part of a query head that is not turned */
  GLM_DIM_VALUE,   /* size of a value head */
  GLM_DIM_VALUES,  /* value heads side by side */
} GlmDim;

/* Which part of a register's row an operation works on. */
typedef enum
{
  GLM_PART_ALL,
  GLM_PART_QUERY_HEADS, /* head by head */
  GLM_PART_KEY_HEADS,
  GLM_PART_QK_HEADS, /* queries and keys: one run of heads */
  GLM_PART_LOW_QUERIES,
  GLM_PART_LOW_VALUES,  /* the latent of keys and values */
  GLM_PART_LOW_KEY,     /* the key that all heads share, behind it */
  GLM_PART_QUERY_TAILS, /* the last n_rot values of each query head */
} GlmPart;

/* A register holds one row of floats for each token of the batch.  The table of a family declares those that it uses; the
 * first two are in every table. */
typedef struct
{
  const char *name;
  GlmDim dim; /* floats in a row */
} GlmRegister;

enum
{
  GLM_REG_X,      /* the residual stream, at first the token's embedding */
  GLM_REG_LOGITS, /* what the head writes */
  GLM_REG_OWN,    /* the first of the family's own */
};

#define GLM_MAX_REGISTERS 16

typedef enum
{
  GLM_OP_RMS_NORM,      /* out = in · rsqrt (mean in² + eps) · weight */
  GLM_OP_LAYER_NORM,    /* out = (in − mean) / sqrt (var + eps) · weight + bias */
  GLM_OP_LINEAR,        /* out = in · Wᵀ + bias */
  GLM_OP_ROPE,          /* turns queries and keys by one position; pairs as GlmParams.half_split says */
  GLM_OP_ROPE_2D,       /* half-split pairs; first half of a head by position, second by block position */
  GLM_OP_STORE,         /* keys and values into the cache */
  GLM_OP_ATTEND,        /* out = softmax (q · k / sqrt (d)) · v over the cache */
  GLM_OP_SWIGLU,        /* in place: first half = silu (first half) · second half */
  GLM_OP_GELU,          /* in place, tanh form */
  GLM_OP_ADD,           /* out += scale · in */
  GLM_OP_ATTEND_LATENT, /* the same where the cache holds latents, of which tensor and second make keys and values by head */
  GLM_OP_ROUTE,         /* chooses experts by their scores and a bias: an id and a weight for each */
  GLM_OP_EXPERTS,       /* LINEAR of the chosen experts, and of the shared one, each by itself */
  GLM_OP_MIX,           /* out += weight · in of the chosen experts, and in of the shared one */
  GLM_OP_GATED,         /* LINEAR, SWIGLU and LINEAR in one step: never in a table, see plan.h */
} GlmOpCode;

typedef enum
{
  GLM_BIAS_NONE,
  GLM_BIAS_OPTIONAL, /* used where the file has it */
  GLM_BIAS_REQUIRED,
} GlmBias;

typedef enum
{
  GLM_SCALE_ONE,
  GLM_SCALE_RESIDUAL, /* GlmParams.residual_scale */
} GlmScale;

typedef enum
{
  GLM_IF_ANY,
  GLM_IF_HEAD_NORMS, /* GlmParams.has_head_norms */
} GlmCondition;

#define GLM_MAX_SPLIT  3
#define GLM_MAX_SHARED 2

typedef struct
{
  GlmOpCode code;
  int out, in;        /* registers */
  const char *tensor; /* "attn_norm": blk.N.attn_norm.weight; in the head: output_norm.weight */
  GlmDim rows;        /* LINEAR: out features; norms: length of the weight */
  GlmDim cols;        /* LINEAR: in features */
  GlmBias bias;
  const char *split[GLM_MAX_SPLIT]; /* LINEAR: the same rows as separate tensors, one after the other */
  GlmDim split_rows[GLM_MAX_SPLIT];
  GlmDim stack;     /* LINEAR: so many matrices in a tensor of three dimensions; NONE: one, of two */
  const char *tied; /* LINEAR: the tensor to use where this one is absent */
  GlmScale scale;   /* ADD */
  GlmPart part;     /* norms and rotations: of what */
  GlmCondition condition;
  int routes;                         /* EXPERTS, MIX: the register that ROUTE wrote */
  const char *shared[GLM_MAX_SHARED]; /* EXPERTS: the same of the shared expert */
  const char *second;                 /* ATTEND_LATENT */
  const char *joined;                 /* ATTEND_LATENT: both in one tensor, in older files */
} GlmOp;

typedef struct
{
  const GlmOp *ops;
  int n;
} GlmOpTable;

#define GLM_OP_TABLE(ops)           \
  {                                 \
    ops, sizeof ops / sizeof ops[0] \
  }
#define GLM_MAX_VARIANTS 2

/* The numbers of one model.  Read by glm_params_read() from the file, checked, and with known lies of converters
 * corrected. */
typedef struct
{
  int n_layers, n_embd, n_ff, n_heads, n_kv_heads, head_dim, n_vocab;
  int context_length;
  float norm_eps;
  float residual_scale; /* GLM_SCALE_RESIDUAL */
  int n_rot;            /* dimensions of a head that one position turns */
  bool half_split;      /* pairs are (i, i + n_rot / 2) instead of (2i, 2i + 1) */
  double rope_base;
  double yarn_factor;   /* 1: none */
  double linear_factor; /* 1: none */
  int yarn_original_context;
  double yarn_attention_factor; /* multiplies cos and sin */
  double yarn_beta_fast, yarn_beta_slow;
  int kv_element_bytes; /* of keys and values, see kv-cache.h: 4, 2 or 1 */
  int n_prefix;         /* P-Tuning: key/value rows in front of every cache */
  bool has_head_norms;  /* queries and keys are normalized head by head */

  /* Experts: the layers from n_dense on have them. */
  int n_dense, n_experts, n_used, n_ff_expert;
  int n_ff_shared; /* 0: no shared expert */
  int n_groups, n_groups_used;
  bool softmax_routes; /* scores are a softmax instead of sigmoids */
  bool norm_routes;    /* weights are divided by their sum */
  float route_scale;

  /* Latent attention: q_rank > 0.  Heads have head_dim values, of which the last n_rot are turned. */
  int q_rank, kv_rank, value_dim;

  int n_left_out; /* layers behind the last that only guess tokens: neither run nor read */
  int32_t sop_id; /* bidirectional prompts: ends the context; −1 none */
  int32_t gmask_id, mask_id;
} GlmParams;

typedef struct
{
  const char *name;    /* general.architecture */
  const char *marker;  /* if not NULL: a tensor whose presence selects this row instead of an earlier one */
  const char *summary; /* one line for `describe` */
  const GlmRegister *registers;
  int n_registers;
  /* Layers may differ, as where dense ones come before those with experts.  variant_of NULL: all are the first. */
  GlmOpTable variants[GLM_MAX_VARIANTS];
  int (*variant_of) (const GlmParams *params, int layer);
  GlmOpTable head;     /* after the last layer, on the rows whose logits are wanted */
  GlmOpTable shared;   /* the expert that all tokens share by itself, behind the norm of its input; n 0: there is none */
  const char *eps_key; /* below "<arch>." */
  float default_residual_scale;
  int rope_axes; /* 1, or 2 for 2-D positions */
  /* Files of models that see pictures say how a picture's positions divide the pairs (rope.dimension_sections).  Text turns
   * all of them by one position, but the rows of queries and keys lie for half-split pairs. */
  bool has_sections;
  bool half_split; /* pairs of ROPE */
  bool has_experts;
  bool has_latents;
  /* Whether a file that names the architecture is one that is meant; NULL: any is. */
  bool (*accepts) (const GlmModelFile *file, GlmError *error);
  /* The whole prompt up to <sop> sees itself: it is evaluated in one batch and cannot be extended. */
  bool bidirectional_prompt;
} GlmArch;

extern const GlmArch glm_arch_chatglm;
extern const GlmArch glm_arch_glm4;
extern const GlmArch glm_arch_glm4_as_chatglm;
extern const GlmArch glm_arch_chatglm1;
extern const GlmArch glm_arch_glm4moe;
extern const GlmArch glm_arch_deepseek2;

/* The table for this file, or GLM_ERROR_UNSUPPORTED. */
bool glm_arch_find (const GlmModelFile *file, const GlmArch **ret_arch, GlmError *error);
/* By info->arch; NULL if unknown. */
const GlmArch *glm_arch_by_name (const char *name);

/* Reads and checks the numbers.  Corrections are appended to quirks (a sentence each). */
bool glm_params_read (const GlmModelFile *file, const GlmArch *arch, GlmParams *ret_params, char *quirks, size_t quirks_size,
                      GlmError *error);

int64_t glm_params_dim (const GlmParams *params, GlmDim dim);
/* The rows of one layer. */
const GlmOpTable *glm_arch_layer (const GlmArch *arch, const GlmParams *params, int layer);

#endif
