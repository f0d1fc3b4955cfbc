/* model-file.h: one view of any model file: metadata by key, tensors by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file is mapped read-only; keys, names and tensor data are borrowed from the map or from the view and live as long
 * as it does.  Every count and offset has been checked against the file's size when the view opens: a tensor's data can
 * be read without further checks.  Reading a file that was cut short while mapped gives zeros, in any thread, and
 * glm_model_file_check() says so afterwards (see mapped-file.c).
 */
#ifndef GLM_MODEL_FILE_H
#define GLM_MODEL_FILE_H

#include "engine.h"
#include "file/metadata.h"
#include "quant/quant.h"

typedef struct GlmModelFile GlmModelFile;

#define GLM_MAX_DIMS 4

typedef struct
{
  const char *name;
  GlmType type;
  int n_dims;
  int64_t ne[GLM_MAX_DIMS]; /* ne[0] is the fastest (in features); unused ones are 1 */
  const void *data;
  size_t n_bytes;
} GlmTensor;

/* Opens a GGUF file; of a split set, any part opens them all.  Other formats go through import.h. */
bool glm_model_file_open (const char *path, GlmModelFile **ret_file, GlmError *error);
void glm_model_file_free (GlmModelFile *file);
const char *glm_model_file_path (const GlmModelFile *file);
uint64_t glm_model_file_bytes (const GlmModelFile *file); /* of all parts */
/* False, with GLM_ERROR_IO, if the file lost its end while mapped and somebody read there: call it after each unit of
 * work on the tensors' data (a load, a chunk of the prompt, a token). */
bool glm_model_file_check (const GlmModelFile *file, GlmError *error);
/* All keys in the file's order, borrowed. */
const GlmMetadata *glm_model_file_metadata (const GlmModelFile *file);

size_t glm_model_file_n_tensors (const GlmModelFile *file);
const GlmTensor *glm_model_file_tensor_at (const GlmModelFile *file, size_t index);
const GlmTensor *glm_model_file_tensor (const GlmModelFile *file, const char *name); /* NULL: not there */

/* Metadata with GGUF's keys, whatever the file's format.  False if absent or of another type (integer types convert into
 * each other where the value fits).  Strings may hold NUL bytes: their length is given. */
bool glm_model_file_get_uint (const GlmModelFile *file, const char *key, uint64_t *ret_value);
bool glm_model_file_get_float (const GlmModelFile *file, const char *key, double *ret_value);
bool glm_model_file_get_bool (const GlmModelFile *file, const char *key, bool *ret_value);
bool glm_model_file_get_string (const GlmModelFile *file, const char *key, const char **ret_value, size_t *ret_n_bytes);
/* Tells the kernel that the tensor's pages are no longer needed in memory (after packing a copy). */
void glm_model_file_release_tensor (const GlmModelFile *file, const GlmTensor *tensor);

/* Whether the string value of the key contains the ASCII text, in any case. */
bool glm_model_file_mentions (const GlmModelFile *file, const char *key, const char *text);

#endif
