/* tensor-table.h: the tensors of a model file by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_TENSOR_TABLE_H
#define GLM_TENSOR_TABLE_H

#include "file/model-file.h"

/* ggml's number for plain int8: official INT8 and INT4 weights.  Only in sources, never in a file that is written. */
#define GLM_TYPE_I8         ((GlmType) 24)

#define GLM_MAX_TENSORS     65536
#define GLM_MAX_TENSOR_NAME 255

typedef struct
{
  GlmTensor *tensors; /* in the order of the file; each name is owned */
  size_t n;
  size_t capacity;
  uint32_t *by_name; /* n indices, sorted by name; NULL before seal () */
} GlmTensorTable;

void glm_tensor_table_clear (GlmTensorTable *table);
/* Appends a copy of the tensor with a copy of the name.  False: no memory, too many tensors, a bad name. */
bool glm_tensor_table_add (GlmTensorTable *table, const GlmTensor *tensor, const char *name, size_t name_bytes,
                           GlmError *error);
/* Makes lookup possible; refuses a name that occurs twice. */
bool glm_tensor_table_seal (GlmTensorTable *table, GlmError *error);
const GlmTensor *glm_tensor_table_find (const GlmTensorTable *table, const char *name);

/* Bytes of ne[0] × ne[1] × … values of the type, all arithmetic checked; ne are at least 1 and ne[0] whole blocks.
 * The error names the tensor. */
bool glm_tensor_bytes (const char *name, uint32_t type, int n_dims, const int64_t ne[GLM_MAX_DIMS], size_t *ret_n_bytes,
                       GlmError *error);
/* The same of a tensor whose type may be GLM_TYPE_I8 too. */
bool glm_tensor_bytes_or_i8 (const char *name, GlmType type, int n_dims, const int64_t ne[GLM_MAX_DIMS], size_t *ret_n_bytes,
                             GlmError *error);

#endif
