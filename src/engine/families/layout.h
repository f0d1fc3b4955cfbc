/* layout.h: how a published checkpoint says its numbers and names its tensors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Generations of config.json, each with names of its own:
 *
 *   chatglm1  ChatGLM-6B            "model_type": "chatglm", no "multi_query_attention"; inner_hidden_size
 *   chatglm   ChatGLM2 … GLM-4-9B   "model_type": "chatglm"; padded_vocab_size, ffn_hidden_size, multi_query_group_num
 *   hf        GLM-Edge, GLM-4-0414  "model_type": "glm", "glm4"; intermediate_size, num_key_value_heads
 *   moe       GLM-4.5 … GLM-4.7     "model_type": "glm4_moe"; n_routed_experts
 *   flash     GLM-4.7-Flash         "model_type": "glm4_moe_lite"; kv_lora_rank
 *
 * What a key leaves open is filled from the classes' defaults in the repositories' configuration_*.py.
 */
#ifndef GLM_LAYOUT_H
#define GLM_LAYOUT_H

#include "base/json.h"
#include "families/arch.h"

typedef enum
{
  GLM_TENSOR_VECTOR,
  GLM_TENSOR_MATRIX,
  GLM_TENSOR_EMBEDDING,
  GLM_TENSOR_OUTPUT,
  GLM_TENSOR_QKV,
  GLM_TENSOR_VALUE,
  GLM_TENSOR_DOWN,
  GLM_TENSOR_ROUTER, /* always in single precision */
} GlmTensorRole;

/* How many matrices the GGUF tensor has, and where they lie in the source. */
typedef enum
{
  GLM_FORM_ONE,
  GLM_FORM_EXPERTS,    /* one of each expert, in a tensor of its own ("%d" in the name) or all in the tensor `fused` */
  GLM_FORM_KEY_HEADS,  /* of each head the rows of keys in a matrix of keys and values, transposed */
  GLM_FORM_VALUE_HEADS /* … the rows of values */
} GlmTensorForm;

typedef enum
{
  GLM_WHEN_ALWAYS,
  GLM_WHEN_DENSE,   /* layers before those with experts */
  GLM_WHEN_EXPERTS, /* the others */
  GLM_WHEN_SHARED,  /* these, where an expert is shared */
  GLM_WHEN_HEAD_NORMS,
} GlmRuleWhen;

/* Which source tensor becomes which GGUF tensor, and the shape that it must have. */
typedef struct
{
  const char *from; /* in a layer: after the layer's prefix */
  const char *to;   /* in a layer: after "blk.N." */
  GlmDim columns;
  GlmDim rows; /* NONE: a vector */
  GlmTensorRole role;
  bool optional;
  GlmRuleWhen when;
  GlmTensorForm form;
  const char *fused; /* of EXPERTS: [experts, parts × rows, columns], and which part is meant */
  int n_parts, part;
} GlmTensorRule;

typedef struct GlmLayout GlmLayout;

/* config.json of any layout, or chatglm.cpp's header, brought to one form. */
typedef struct
{
  const GlmLayout *layout;
  const GlmArch *arch; /* of the GGUF file */
  char name[128];      /* general.name */
  const char *hint;    /* what repository or folder are called: tells models with one configuration apart */
  int ggml_type;       /* model_type of a chatglm.cpp file; else 0 */
  int n_layers;
  int n_embd;
  int n_ff;
  int n_heads;
  int n_kv_heads;
  int head_dim;
  int n_rot;          /* dimensions that are rotated; of ChatGLM-6B, of each half */
  int n_vocab;        /* rows of the embedding */
  int n_skipped_rows; /* first rows that are left out: the image tokens of ChatGLM-6B's first release */
  int context_length;
  double norm_eps;
  double rope_base;
  double yarn_factor;                                           /* 0: none */
  int yarn_context;                                             /* original context length */
  double yarn_attention_factor, yarn_beta_fast, yarn_beta_slow; /* 0: the usual ones */
  int sop_id, gmask_id, mask_id; /* of a prompt that is read in both directions; −1: not said */
  int quantised_bits;            /* of the official INT4 and INT8 checkpoints; else 0 */
  int prefix_length;             /* of a P-Tuning v2 prefix; else 0 */
  bool prefix_projection;

  bool has_tight_calls; /* the template beside it writes a call in one line */
  bool has_head_norms;
  int n_experts; /* 0: none */
  int n_used, n_shared, n_ff_expert, n_dense, n_groups, n_groups_used;
  double route_scale;
  bool norm_routes;
  int q_rank, kv_rank, value_dim; /* of latent attention; else 0 */
  int n_left_out;                 /* layers behind the last, which only guess tokens and are not imported */
} GlmCheckpoint;

typedef struct
{
  const GlmJsonValue *root;
  const char *model_type;
  GlmError *error;
} GlmConfig;

struct GlmLayout
{
  /* The first of the layouts that answers yes reads the numbers. */
  bool (*is_config) (const GlmConfig *config);
  bool (*read_config) (const GlmConfig *config, GlmCheckpoint *checkpoint);
  const char *layer_prefix; /* before the layer's number */
  const GlmTensorRule *global;
  size_t n_global;
  const GlmTensorRule *layer;
  size_t n_layer;
  bool interleaved_qkv;   /* attn_qkv is [head][q, k, v][dim], and hidden size is heads × dim */
  bool repeats_embedding; /* an output matrix may be the embedding stored again */
};

extern const GlmLayout glm_layout_chatglm1;
extern const GlmLayout glm_layout_chatglm;
extern const GlmLayout glm_layout_hf;
extern const GlmLayout glm_layout_moe;
extern const GlmLayout glm_layout_flash;

/* For read_config().  An integer in [min, max]; fallback < min: the key must be there. */
bool glm_config_int (const GlmConfig *config, const char *key, int min, int max, int fallback, int *ret_value);
bool glm_config_number (const GlmConfig *config, const GlmJsonValue *object, const char *key, double min, double max,
                        double fallback, double *ret_value);
/* Absent: false. */
bool glm_config_flag (const GlmConfig *config, const char *key);
/* What is the same in all: quantisation and prefix. */
bool glm_config_common (const GlmConfig *config, GlmCheckpoint *checkpoint);

/* Whether the tensor of this name is unused: a table that is computed instead. */
bool glm_layout_ignores (const char *tensor_name);

#endif
