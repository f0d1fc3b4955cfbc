/* gguf-writer.h: writing a GGUF file, tensor by tensor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GGUF_WRITER_H
#define GLM_GGUF_WRITER_H

#include "file/metadata.h"
#include "file/model-file.h"
#include "file/output-file.h"

typedef struct
{
  const char *name;
  GlmType type;
  int n_dims;
  int64_t ne[GLM_MAX_DIMS];
  size_t n_bytes; /* of the data, as glm_tensor_bytes() counts them */
} GlmGgufTensor;

typedef struct GlmGgufWriter GlmGgufWriter;

/* Bytes of the whole file; 0: it does not fit a uint64_t or memory. */
uint64_t glm_gguf_file_bytes (const GlmMetadata *metadata, const GlmGgufTensor *tensors, size_t n_tensors);

/* Writes the header.  Then comes the data of each tensor, in this order and in pieces of any size. */
bool glm_gguf_writer_open (const char *path, GlmOutputMode mode, const GlmMetadata *metadata, const GlmGgufTensor *tensors,
                           size_t n_tensors, GlmGgufWriter **ret_writer, GlmError *error);
bool glm_gguf_writer_write (GlmGgufWriter *writer, const void *data, size_t n_bytes, GlmError *error);
/* After a tensor's last byte. */
bool glm_gguf_writer_end_tensor (GlmGgufWriter *writer, GlmError *error);
/* After the last tensor: the path under which the file can be read before it is committed; NULL: an error. */
const char *glm_gguf_writer_flush (GlmGgufWriter *writer, GlmError *error);
bool glm_gguf_writer_commit (GlmGgufWriter *writer, GlmError *error);
/* Without a commit nothing is left of the file. */
void glm_gguf_writer_free (GlmGgufWriter *writer);

#endif
