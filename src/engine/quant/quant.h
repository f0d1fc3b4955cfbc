/* quant.h: tensor types: block formats, sizes, scalar quantising and dequantising
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The scalar functions behind glm_type_traits() are the specification of each format; kernels are tested against them.
 * Numbers are ggml's type ids, as GGUF files carry them.
 */
#ifndef GLM_QUANT_H
#define GLM_QUANT_H

#include "engine.h"
#include "quant/half.h"

typedef enum
{
  GLM_TYPE_F32 = 0,
  GLM_TYPE_F16 = 1,
  GLM_TYPE_Q4_0 = 2,
  GLM_TYPE_Q4_1 = 3,
  GLM_TYPE_Q5_0 = 6,
  GLM_TYPE_Q5_1 = 7,
  GLM_TYPE_Q8_0 = 8,
  GLM_TYPE_Q2_K = 10,
  GLM_TYPE_Q3_K = 11,
  GLM_TYPE_Q4_K = 12,
  GLM_TYPE_Q5_K = 13,
  GLM_TYPE_Q6_K = 14,
  GLM_TYPE_IQ2_XXS = 16,
  GLM_TYPE_IQ2_XS = 17,
  GLM_TYPE_IQ3_XXS = 18,
  GLM_TYPE_IQ1_S = 19,
  GLM_TYPE_IQ4_NL = 20,
  GLM_TYPE_IQ3_S = 21,
  GLM_TYPE_IQ2_S = 22,
  GLM_TYPE_IQ4_XS = 23,
  GLM_TYPE_IQ1_M = 29,
  GLM_TYPE_BF16 = 30,
  GLM_TYPE_MXFP4 = 39,
} GlmType;

/* y[n] = the values of n / block_size blocks at x.  NULL for tensors that are packed in their file (quant/packed.h):
 * glm_matrix_row() reads those. */
typedef void (*GlmDequantiseFunc) (const void *x, float *y, int64_t n);
/* The other way; NULL where the engine never writes the type. */
typedef void (*GlmQuantiseFunc) (const float *x, void *y, int64_t n);

typedef struct
{
  GlmType type;
  const char *name; /* "Q4_K" */
  int block_size;   /* values in a block */
  int block_bytes;
  GlmDequantiseFunc dequantise;
  GlmQuantiseFunc quantise;
} GlmTypeTraits;

/* NULL for an id that the engine does not know. */
const GlmTypeTraits *glm_type_traits (uint32_t type);
/* The name of a type that the engine does not read, of ggml's or of a program derived from it, and behind "type 139, IQ4_K, "
 * the reason, as "which only ik_llama.cpp reads"; NULL for a number that nobody gave a name. */
const char *glm_type_foreign (uint32_t type, const char **ret_reason);
/* By name, any case, for the command line; NULL if unknown. */
const GlmTypeTraits *glm_type_traits_by_name (const char *name);

#endif
