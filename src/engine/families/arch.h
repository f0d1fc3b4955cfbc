/* arch.h: a model family as a table of operations over named registers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A layer is a dozen rows.  Each row names an operation, the registers that it reads and writes and, where it has
 * weights, the tensor's name.  The table has four readers: model-bind.c (which tensors must exist, with which shapes),
 * forward.c (runs it), glm_arch_scratch_bytes() (how much memory the registers take) and glm_arch_describe().  What
 * distinguishes two families is a row, or a new operation; the forward pass never asks for the family.
 *
 * A register holds one row of floats for each token of the batch.
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
} GlmDim;

typedef enum
{
  GLM_REG_X,     /* the residual stream */
  GLM_REG_NORM,  /* a normalised X */
  GLM_REG_QKV,   /* queries | keys | values, each by head */
  GLM_REG_HEADS, /* attention's output, by head */
  GLM_REG_FF,    /* inner activations: gate | up, or one half */
  GLM_REG_OUT,   /* a sublayer's output before it joins the residual */
  GLM_REG_LOGITS,
  GLM_N_REGS,
} GlmReg;

typedef enum
{
  GLM_OP_RMS_NORM,   /* out = in · rsqrt (mean in² + eps) · weight */
  GLM_OP_LAYER_NORM, /* out = (in − mean) / sqrt (var + eps) · weight + bias */
  GLM_OP_LINEAR,     /* out = in · Wᵀ + bias */
  GLM_OP_ROPE,       /* turns queries and keys: interleaved pairs, one position */
  GLM_OP_ROPE_2D,    /* half-split pairs; first half of a head by position, second by block position */
  GLM_OP_STORE,      /* keys and values into the cache */
  GLM_OP_ATTEND,     /* out = softmax (q · k / sqrt (d)) · v over the cache */
  GLM_OP_SWIGLU,     /* in place: first half = silu (first half) · second half */
  GLM_OP_GELU,       /* in place, tanh form */
  GLM_OP_ADD,        /* out += scale · in */
  GLM_N_OPS,
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

#define GLM_MAX_SPLIT 3

typedef struct
{
  GlmOpCode code;
  GlmReg out;
  GlmReg in;
  const char *tensor; /* "attn_norm": blk.N.attn_norm.weight; in the head: output_norm.weight */
  GlmDim rows;        /* LINEAR: out features; norms: length of the weight */
  GlmDim cols;        /* LINEAR: in features */
  GlmBias bias;
  const char *split[GLM_MAX_SPLIT]; /* LINEAR: the same rows as separate tensors, one after the other */
  GlmDim split_rows[GLM_MAX_SPLIT];
  const char *tied; /* LINEAR: the tensor to use where this one is absent */
  GlmScale scale;   /* ADD */
} GlmOp;

/* The numbers of one model.  Read by glm_params_read() from the file, checked, and with known lies of converters
 * corrected. */
typedef struct
{
  int n_layers, n_embd, n_ff, n_heads, n_kv_heads, head_dim, n_vocab;
  int context_length;
  float norm_eps;
  float residual_scale; /* GLM_SCALE_RESIDUAL */
  int n_rot;            /* dimensions of a head that one position turns */
  double rope_base;
  double yarn_factor;   /* 1: none */
  double linear_factor; /* 1: none */
  int yarn_original_context;
  double yarn_attention_factor; /* multiplies cos and sin */
  double yarn_beta_fast, yarn_beta_slow;
  int kv_element_bytes; /* of keys and values, see kv-cache.h: 4, 2 or 1 */
  int n_prefix;         /* P-Tuning: key/value rows in front of every cache */
  int32_t sop_id;       /* bidirectional prompts: ends the context; −1 none */
  int32_t gmask_id, mask_id;
} GlmParams;

typedef struct
{
  const char *name;    /* general.architecture */
  const char *marker;  /* if not NULL: a tensor whose presence selects this row instead of an earlier one */
  const char *summary; /* one line for `describe` */
  const GlmOp *layer;
  int n_layer;
  const GlmOp *head; /* after the last layer, on the rows whose logits are wanted */
  int n_head;
  const char *eps_key; /* below "<arch>." */
  float default_residual_scale;
  int rope_axes; /* 1, or 2 for 2-D positions */
  /* The whole prompt up to <sop> sees itself: it is evaluated in one batch and cannot be extended. */
  bool bidirectional_prompt;
} GlmArch;

#define GLM_MAX_LAYER_OPS 16
#define GLM_MAX_HEAD_OPS  4

extern const GlmArch glm_arch_chatglm;
extern const GlmArch glm_arch_glm4;
extern const GlmArch glm_arch_glm4_as_chatglm;
extern const GlmArch glm_arch_chatglm1;

/* The table for this file, or GLM_ERROR_UNSUPPORTED. */
bool glm_arch_find (const GlmModelFile *file, const GlmArch **ret_arch, GlmError *error);
/* By info->arch; NULL if unknown. */
const GlmArch *glm_arch_by_name (const char *name);

/* Reads and checks the numbers.  Corrections are appended to quirks (a sentence each). */
bool glm_params_read (const GlmModelFile *file, const GlmArch *arch, GlmParams *ret_params, char *quirks, size_t quirks_size,
                      GlmError *error);

int64_t glm_params_dim (const GlmParams *params, GlmDim dim);
/* Floats in one row of a register; 0 where the family does not use it. */
int64_t glm_arch_reg_width (const GlmArch *arch, const GlmParams *params, GlmReg reg);

/* Bytes of the registers for a batch of n_rows of which n_tile pass through the feed-forward part at a time. */
size_t glm_arch_scratch_bytes (const GlmArch *arch, const GlmParams *params, int64_t n_rows, int64_t n_tile);

/* Whether a register must hold every row of the batch at once: it lives from before ATTEND until after it. */
bool glm_arch_reg_spans_attend (const GlmArch *arch, GlmReg reg);

/* Index of the ATTEND row in the layer. */
int glm_arch_attend_row (const GlmArch *arch);

/* One line of `describe` for an operation, without newline. */
void glm_op_describe (const GlmOp *op, const GlmParams *params, char *text, size_t size);

#endif
