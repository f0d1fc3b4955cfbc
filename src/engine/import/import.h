/* import.h: any readable source → GGUF, quantising on the way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sources: a Hugging Face or ModelScope directory (safetensors or PyTorch shards; the official INT4 and INT8 checkpoints
 * too), a chatglm.cpp .bin file, a GGUF file.  The work streams: memory stays at some hundred MiB whatever the model's size.
 * The new file appears under its name only when it is whole and on the disk.
 */
#ifndef GLM_IMPORT_H
#define GLM_IMPORT_H

#include "engine/engine.h"

typedef enum
{
  GLM_IMPORT_KEEP, /* the source's own precision: floats as they are, INT4 as Q4_0, INT8 as Q8_0: exact */
  GLM_IMPORT_F32,
  GLM_IMPORT_F16,
  GLM_IMPORT_Q8_0,
  GLM_IMPORT_Q5_1,
  GLM_IMPORT_Q5_0,
  GLM_IMPORT_Q4_1,
  GLM_IMPORT_Q4_0,
  GLM_IMPORT_Q4_K_M, /* llama.cpp's mixture of Q4_K, Q5_K and Q6_K */
  GLM_IMPORT_N_TYPES,
} GlmImportType;

/* The names for people, as a list in a sentence. */
#define GLM_IMPORT_TYPE_NAMES "keep, f32, f16, q8_0, q5_1, q5_0, q4_1, q4_0 or q4_k_m"

/* One of these names, in any case. */
bool glm_import_type_parse (const char *name, GlmImportType *ret_type);
const char *glm_import_type_name (GlmImportType type);

typedef enum
{
  GLM_IMPORT_REFUSE_EXISTING, /* the target must not be there */
  GLM_IMPORT_REPLACE_EXISTING,
} GlmImportMode;

typedef struct
{
  GlmImportType type;
  GlmImportMode mode;
  const char *name;           /* general.name of the new file; NULL: the source's */
  const char *family;         /* GlmModelInfo.family, where the source's own name does not tell; NULL: from the source */
  const char *tokenizer_path; /* NULL: the source's own; "": none (the model then takes token ids only) */
  const char *prefix_path;    /* directory of a P-Tuning v2 checkpoint that belongs to the source; NULL: none */
  int n_threads;              /* 0: glm_cpu_count () */
  GlmProgressFunc progress;   /* may be NULL */
  void *progress_data;
  const GlmCancel *cancel; /* may be NULL */
} GlmImportOptions;

/* options may be NULL: keep. */
bool glm_import (const char *source, const char *target, const GlmImportOptions *options, GlmError *error);

/* What an import would make: read from headers alone, quickly. */
typedef struct
{
  char name[128];
  char family[32];
  char format[40]; /* "safetensors or PyTorch directory", "chatglm.cpp", "GGUF" */
  uint64_t n_params;
  uint64_t source_bytes;
  uint64_t target_bytes[GLM_IMPORT_N_TYPES];
} GlmImportInfo;

bool glm_import_probe (const char *source, const GlmImportOptions *options, GlmImportInfo *ret_info, GlmError *error);

#endif
