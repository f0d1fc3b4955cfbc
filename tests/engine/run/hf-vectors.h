/* hf-vectors.h: tiny models of the transformers library and what it computes from them, as GGUF files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A folder of ../shared/glm/vectors holds config.json, model.safetensors and vectors.safetensors (README.md there).
 */
#ifndef MYNA_TEST_HF_VECTORS_H
#define MYNA_TEST_HF_VECTORS_H

#include "base/json.h"
#include "engine.h"
#include "file/mapped-file.h"
#include "file/tensor-table.h"
#include "gguf-build.h"

typedef struct
{
  const char *name; /* of the folder */
  GlmJson *config;
  GlmMappedFile *files[2];
  GlmTensorTable weights;
  GlmJson *header; /* of vectors.safetensors, whose integers are no type of a checkpoint */
} HfVectors;

/* How the GGUF file differs from what converters write today. */
typedef struct
{
  GlmType type; /* of the matrices, but for the router's */
  bool with_mtp;
  bool joined_experts;                    /* ffn_gate_up_exps instead of two tensors */
  bool joined_kv_b;                       /* attn_kv_b and the numbers of files from before attn_k_b */
  bool no_gating;                         /* without expert_gating_func */
  const char *left_out;                   /* a tensor that is not there */
  void (*add_keys) (GgufBuild *, void *); /* before the model's own numbers; may be NULL */
  void *keys_data;
  const char *left_out_key; /* a number that is not there */
} HfFile;

/* Exits as skipped where shared data is not there. */
void hf_vectors_open (const char *name, HfVectors *vectors);
void hf_vectors_close (HfVectors *vectors);
int hf_vectors_int (const HfVectors *vectors, const char *key); /* of config.json; absent: 0 */
/* Values of vectors.safetensors: float or int32_t. */
const void *hf_vectors_values (const HfVectors *vectors, const char *name, size_t *ret_n);
void hf_vectors_write (const HfVectors *vectors, const HfFile *file, const char *path);
/* The model as a checkpoint in `folder`, which is made, with the experts of a layer in two tensors, as transformers saves them;
 * without the tensor `left_out` unless NULL.  halves: in bfloat16. */
void hf_vectors_write_fused (const HfVectors *vectors, const char *left_out, bool halves, const char *folder);

#endif
