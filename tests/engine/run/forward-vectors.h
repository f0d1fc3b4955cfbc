/* forward-vectors.h: the original implementation's tiny models as GGUF files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each file of ../shared/glm/reference-vectors holds the weights of a one-layer model and what it puts out after the final
 * norm for three steps: three tokens, one, one.  Written with an identity as output matrix, the logits are that output.
 */
#ifndef MYNA_TEST_FORWARD_VECTORS_H
#define MYNA_TEST_FORWARD_VECTORS_H

#include "engine.h"
#include "quant/quant.h"

#define VECTORS_EMBD  32
#define VECTORS_STEPS 3

typedef struct
{
  const char *file; /* in reference-vectors/ */
  const char *arch;
  bool is_first; /* ChatGLM-6B's layout */
  float eps;
} VectorsModel;

typedef struct
{
  int n[VECTORS_STEPS];
  int32_t ids[VECTORS_STEPS][3];
  float outputs[VECTORS_STEPS][3][VECTORS_EMBD];
} VectorsExpected;

/* Writes the model with matrices of the given type and returns what is expected of it. */
void vectors_write (const VectorsModel *model, GlmType type, const char *path, VectorsExpected *ret_expected);

/* A whole file of floats; exits as skipped where shared data is not there. */
float *vectors_read (const char *file, size_t *ret_n);

#endif
