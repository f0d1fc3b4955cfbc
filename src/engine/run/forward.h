/* forward.h: runs a model's op table over a batch of tokens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_FORWARD_H
#define GLM_FORWARD_H

#include "compute/kv-cache.h"
#include "run/model.h"

/* Rows that pass through a layer together: eleven tiles of the widest kernels.  Products reach their full speed at about 100
 * rows, and the quantised rows of more would leave the second-level cache. */
#define GLM_FORWARD_TILE 132

typedef struct GlmForward GlmForward;

/* Called between layers with what part of the batch is done; false stops. */
typedef bool (*GlmTickFunc) (double fraction, void *user_data);

typedef struct
{
  const int32_t *ids; /* [n] */
  int64_t n;
  int64_t first; /* index of the first of them in the sequence: the cache holds those before */
  /* Bidirectional prompts: the first n_context tokens of the sequence see each other, and positions stop at `origin`
   * behind them.  0 for causal models.  A batch never ends inside the context. */
  int64_t n_context;
  int64_t origin;
  GlmTickFunc tick; /* may be NULL */
  void *tick_data;
} GlmBatch;

bool glm_forward_new (const GlmModel *model, int64_t n_columns, GlmPool *pool, GlmForward **ret_forward, GlmError *error);
void glm_forward_free (GlmForward *forward);

/* Memory beside weights and cache for this context. */
size_t glm_forward_bytes (const GlmArch *arch, const GlmParams *params, int64_t context_length);

/* Evaluates the batch into the cache, and writes the logits of its last n_logits rows: logits [n_logits][n_vocab].  On
 * failure or cancel the cache's columns of this batch are undefined, those before untouched. */
bool glm_forward_run (GlmForward *forward, const GlmBatch *batch, const GlmKvCache *cache, int64_t n_logits, float *logits,
                      GlmError *error);

#endif
