/* checkpoint.h: what a published checkpoint says about its model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CHECKPOINT_H
#define GLM_CHECKPOINT_H

#include "import/source.h"
#include "families/template.h"

typedef enum
{
  GLM_NAMES_CHATGLM1, /* transformer.layers.N.attention.query_key_value … */
  GLM_NAMES_CHATGLM2, /* transformer.encoder.layers.N.self_attention.query_key_value … */
  GLM_NAMES_HF,       /* model.layers.N.self_attn.q_proj … */
} GlmNames;

/* config.json of any family, or chatglm.cpp's header, brought to one form. */
typedef struct
{
  GlmFamily family;
  GlmNames names;
  const char *arch; /* of the GGUF file: "chatglm1", "chatglm", "glm4" */
  char name[128];   /* general.name */
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
  double yarn_factor; /* 0: none */
  int yarn_context;   /* original context length */
  int quantised_bits; /* of the official INT4 and INT8 checkpoints; else 0 */
  int prefix_length;  /* of a P-Tuning v2 prefix; else 0 */
  bool prefix_projection;
} GlmCheckpoint;

/* Of a directory or a chatglm.cpp file (a GGUF file says these things in its own keys). */
bool glm_checkpoint_read (const GlmSource *source, GlmCheckpoint *ret_checkpoint, GlmError *error);

#endif
