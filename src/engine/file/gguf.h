/* gguf.h: reading the header of a GGUF file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GGUF_H
#define GLM_GGUF_H

#include "file/mapped-file.h"
#include "file/metadata.h"
#include "file/tensor-table.h"

#define GLM_GGUF_MAGIC             "GGUF"
#define GLM_GGUF_VERSION           3
#define GLM_GGUF_DEFAULT_ALIGNMENT 32

/* Appends the file's metadata to *metadata (NULL: checked and dropped) and its tensors to *tensors (not sealed).  Values
 * and tensor data point into the map.  On failure both may hold a part of the file; the caller clears them. */
bool glm_gguf_read (const GlmMappedFile *file, GlmMetadata *metadata, GlmTensorTable *tensors, GlmError *error);

#endif
