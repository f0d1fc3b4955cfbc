/* source.h: a checkpoint in the format it was published in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever import.h reads: a Hugging Face or ModelScope directory (config.json, safetensors or PyTorch shards, tokenizer
 * files), a chatglm.cpp file, a GGUF file.  A source keeps the tensors' own names and, in ne[], GGUF's order of dimensions
 * (ne[0] is the last of PyTorch's).
 */
#ifndef GLM_SOURCE_H
#define GLM_SOURCE_H

#include "import/chatglm-ggml.h"
#include "base/json.h"
#include "file/mapped-file.h"
#include "file/model-file.h"
#include "file/tensor-table.h"

typedef enum
{
  GLM_SOURCE_DIRECTORY,
  GLM_SOURCE_CHATGLM_GGML,
  GLM_SOURCE_GGUF,
} GlmSourceFormat;

typedef struct
{
  GlmSourceFormat format;
  char *path;
  GlmMappedFile **files; /* what the tensors point into (not of GGUF) */
  size_t n_files;
  size_t file_capacity;
  GlmTensorTable tensors;      /* not of GGUF */
  GlmJson *config;             /* of a directory */
  GlmChatglmGgmlHeader header; /* of a chatglm.cpp file */
  GlmModelFile *model;         /* of a GGUF file */
} GlmSource;

bool glm_source_open (const char *path, GlmSource **ret_source, GlmError *error);
void glm_source_free (GlmSource *source);
const GlmTensor *glm_source_tensor (const GlmSource *source, const char *name);
/* GLM_ERROR_IO if a file was cut short while it was read. */
bool glm_source_check (const GlmSource *source, GlmError *error);
/* Bytes of all files of tensors. */
uint64_t glm_source_bytes (const GlmSource *source);
/* The path of a file in a directory, malloc'ed; NULL: no memory. */
char *glm_source_file (const GlmSource *source, const char *name);

#endif
