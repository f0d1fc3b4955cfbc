/* chatglm-ggml.h: reading chatglm.cpp's .bin files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CHATGLM_GGML_H
#define GLM_CHATGLM_GGML_H

#include "file/mapped-file.h"
#include "file/tensor-table.h"

#define GLM_CHATGLM_GGML_MAGIC "ggml"

typedef struct
{
  int model_type; /* 1 ChatGLM, 2 ChatGLM2 and CodeGeeX2, 3 ChatGLM3, 4 GLM-4 */
  int n_vocab;
  int n_embd;
  int n_heads;
  int n_kv_heads;
  int n_layers;
  int n_ff;
  float norm_eps;
  int n_virtual_tokens; /* of a P-Tuning prefix */
  float rope_base;
  int max_length;
  int eos_id;
  int pad_id;               /* -1: none */
  const uint8_t *tokenizer; /* borrowed: a SentencePiece model or tiktoken's list */
  size_t tokenizer_bytes;
} GlmChatglmGgmlHeader;

/* Appends the file's tensors to the table (not sealed); their data and the tokenizer point into the map. */
bool glm_chatglm_ggml_read (const GlmMappedFile *file, GlmChatglmGgmlHeader *ret_header, GlmTensorTable *tensors,
                            GlmError *error);

#endif
