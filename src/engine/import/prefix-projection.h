/* prefix-projection.h: the network of a P-Tuning v2 prefix encoder with prefix_projection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PrefixEncoder of modeling_chatglm.py: past_key_values = W₂ · tanh (W₁ · e + b₁) + b₂ for the embedding e of each virtual
 * token.  The tokens are always the same, so the import computes the values once, and the new file holds them as one
 * without the network would.
 */
#ifndef GLM_PREFIX_PROJECTION_H
#define GLM_PREFIX_PROJECTION_H

#include "import/source.h"
#include "base/pool.h"

typedef struct
{
  const GlmTensor *embedding;  /* [length, inputs] in PyTorch's order */
  const GlmTensor *weights[2]; /* [hidden, inputs], [outputs, hidden] */
  const GlmTensor *biases[2];
  float *values;    /* owned: [length, outputs]; NULL before they are computed */
  GlmTensor result; /* of 32-bit floats; its data are the values */
} GlmPrefixProjection;

/* Whether there is a network; on success *ret_projection is NULL if not. */
bool glm_prefix_projection_find (const GlmSource *source, GlmPrefixProjection **ret_projection, GlmError *error);
void glm_prefix_projection_free (GlmPrefixProjection *projection);

/* Computes the values. */
bool glm_prefix_projection_compute (GlmPrefixProjection *projection, GlmPool *pool, const GlmCancel *cancel, GlmError *error);

#endif
