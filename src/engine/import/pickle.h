/* pickle.h: reading the table of tensors out of a PyTorch pickle
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_PICKLE_H
#define GLM_PICKLE_H

#include "engine.h"
#include "quant/quant.h"

#define GLM_PICKLE_MAX_DIMS 8

/* One entry of the state_dict. */
typedef struct
{
  const char *name; /* borrowed from the pickle, not NUL-terminated */
  size_t name_bytes;
  const char *storage; /* key of the storage: the archive's member data/KEY; likewise */
  size_t storage_bytes;
  bool known_type;          /* false: a type that no weight has */
  GlmType type;             /* F32, F16, BF16 or GLM_TYPE_I8 */
  const char *storage_type; /* "LongStorage" */
  int64_t n_storage;        /* elements of the storage */
  int64_t offset;           /* in elements */
  int n_dims;
  int64_t size[GLM_PICKLE_MAX_DIMS];
  int64_t stride[GLM_PICKLE_MAX_DIMS];
} GlmPickleTensor;

/* Called for each entry in order; false with the error set stops. */
typedef bool (*GlmPickleFunc) (const GlmPickleTensor *tensor, void *data, GlmError *error);

/* Nothing is executed and nothing but tensors of an (Ordered)dict can come out: other opcodes and names are refused. */
bool glm_pickle_read (const uint8_t *pickle, size_t n_bytes, GlmPickleFunc func, void *data, GlmError *error);

#endif
