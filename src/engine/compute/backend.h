/* backend.h: what runs a plan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A back end is a table of functions over a plan: the processor (cpu/forward.h) is the first.  It keeps weights in its own
 * layout and has a state for each session.  The session's cache of keys and values is the host's memory; a back end with
 * memory of its own keeps a copy there, and brings the cache up to date when rows_read() asks.
 */
#ifndef GLM_BACKEND_H
#define GLM_BACKEND_H

#include "base/pool.h"
#include "compute/plan.h"
#include "quant/quant.h"

/* Rows that pass through a layer together: eleven tiles of the processor's widest kernels.  Products reach their full speed
 * at about 100 rows, and the quantised rows of more would leave the second-level cache. */
#define GLM_BATCH_TILE 132

/* Called between layers with what part of the batch is done; false stops. */
typedef bool (*GlmTickFunc) (double fraction, void *user_data);

/* What a step has put out for rows [row, row + n) of the batch: out [n][ld]. */
typedef void (*GlmWatchFunc) (int layer, const GlmStep *step, int64_t row, int64_t n, const float *out, int64_t ld,
                              void *user_data);

typedef struct
{
  const int32_t *ids; /* [n] */
  int64_t n;
  int64_t first; /* index of the first of them in the sequence: the cache holds those before */
  /* Bidirectional prompts: the first n_context tokens of the sequence see each other, and positions stop at `origin`
   * behind them.  0 for causal models.  A batch never ends inside the context. */
  int64_t n_context;
  int64_t origin;
  const float *rows; /* [n][n_embd]: what comes into the plan's first layer, where that is not the model's */
  GlmTickFunc tick;  /* may be NULL */
  void *tick_data;
  GlmWatchFunc watch; /* may be NULL; tests */
  void *watch_data;
} GlmBatch;

/* A tensor of the file: n matrices of rows × cols in row-major blocks. */
typedef struct
{
  GlmType type;
  int64_t n, rows, cols;
  const void *data;
  bool lookup;   /* single rows are looked up: those that are never used should not become resident */
  bool in_place; /* memory is short: they are multiplied as they lie in the file's map, whose pages come and go */
  bool by_use;   /* each product uses a few of the matrices: the others need not become resident; data is a file's map */
} GlmTensorData;

/* cos, sin [row][axis][n_rot / 2] of a batch's rows. */
void glm_rope_batch (const GlmPlan *plan, const GlmBatch *batch, const double *frequencies, float magnitude, float *cosines,
                     float *sines);

/* A session's state; each back end has more behind it. */
typedef struct
{
  const GlmBackend *backend;
} GlmForward;

struct GlmBackend
{
  const char *name;
  int64_t batch_rows; /* of a prompt that it reads at its best speed */

  /* Whether a step with its weights can be run: also asked of steps that could be joined. */
  bool (*supports) (const GlmStep *step);

  /* data->data must outlive the weights unless weights_copied() says otherwise. */
  bool (*weights_new) (const GlmBackend *backend, const GlmTensorData *data, GlmPool *pool, GlmWeights **ret_weights,
                       GlmError *error);
  void (*weights_free) (GlmWeights *weights);
  size_t (*weights_bytes) (const GlmWeights *weights);
  /* Where they lie in the host's memory in one piece, aligned to 16 bytes; NULL: they do not. */
  const void *(*weights_data) (const GlmWeights *weights);
  bool (*weights_copied) (const GlmWeights *weights);

  /* A state that runs the plan over the cache, on the pool's threads; all three must outlive it.  Writes the plan's prefix
   * into the cache. */
  bool (*forward_new) (const GlmPlan *plan, const GlmKvCache *cache, GlmPool *pool, GlmForward **ret_forward, GlmError *error);
  void (*forward_free) (GlmForward *forward);
  /* Evaluates the batch into the cache, with the plan's rest if it has one, and writes the logits of its last n_logits rows:
   * logits [n_logits][n_vocab].  On
   * failure or cancel the cache's columns of this batch are undefined, those before untouched. */
  bool (*run) (GlmForward *forward, const GlmBatch *batch, int64_t n_logits, float *logits, GlmError *error);
  /* The steps that the plan has of a layer before its first one, for the batch's residual: from x to y, [n][n_embd] each.
   * NULL: a back end that is nobody's rest. */
  bool (*run_layer) (GlmForward *forward, const GlmBatch *batch, int layer, const float *x, float *y, GlmError *error);
  /* Columns [first, first + n) of the sequence, as glm_kv_cache_read() and glm_kv_cache_write() have them. */
  void (*rows_read) (GlmForward *forward, int64_t first, int64_t n, void *data);
  void (*rows_write) (GlmForward *forward, int64_t first, int64_t n, const void *data);

  /* Bytes that a state takes beside weights and cache for so many columns; the plan needs no weights. */
  size_t (*memory) (const GlmPlan *plan, int64_t n_columns);
};

/* How many of so many tokens that are left make a batch.  Where the cache holds latents, long batches share what is made of
 * them (cpu/latent.h). */
static inline int64_t
glm_plan_chunk (const GlmPlan *plan, int64_t n)
{
  int64_t rows = plan->backend->batch_rows, most = plan->params.kv_rank > 0 && n >= 4 * rows ? 8 * rows : rows;

  return n < most ? n : most;
}

static inline void
glm_forward_free (GlmForward *forward)
{
  if (forward)
    forward->backend->forward_free (forward);
}

#endif
