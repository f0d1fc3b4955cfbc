/* model.h: the loaded model, as the engine's own files see it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_MODEL_H
#define GLM_MODEL_H

#include <pthread.h>

#include "families/arch.h"
#include "engine.h"
#include "file/model-file.h"
#include "compute/backend.h"
#include "families/template.h"
#include "gpu/gpu.h"
#include "text/token-table.h"
#include "text/tokenizer.h"

/* A pool that the sessions with one number of threads share: regions of two sessions follow each other, so that they never
 * ask for more processors than one. */
typedef struct GlmSharedPool GlmSharedPool;

struct GlmModel
{
  GlmModelFile *file;
  GlmTokenizer *tokenizer; /* NULL: the file has none */
  GlmTemplate *tmpl;       /* NULL with it */
  int32_t *untrained;      /* rows of the logits that belong to no token, and must not be drawn */
  size_t n_untrained;
  const GlmArch *arch;
  GlmParams params;
  GlmModelInfo info;
  GlmPlan *plan;     /* with all weights; NULL: the header alone was opened */
  GlmGpu *gpu;       /* what the plan runs on; NULL: the processor */
  GlmPlan *fallback; /* the processor's, made when the card fails, with weights of the plan's rest; guarded by pools_lock */
  int n_threads;
  pthread_mutex_t pools_lock;
  GlmSharedPool *pools;       /* those in use */
  GlmTokenTable *token_table; /* guarded by the same lock; NULL: not needed yet */
  uint64_t identity;          /* see glm_model_identity() */
};

/* Opens numbers, tokenizer and prompt format without the weights: what describes a model and what turns text into ids. */
bool glm_model_open_header (const char *path, const char *tokenizer_path, GlmModel **ret_model, GlmError *error);

/* Makes the plan: binds each row of the tables to the tensors it names: they must be there with exactly the shape that the numbers of the
 * model require.  Packs matrices on the pool.  On failure the model is half built and glm_model_free() copes. */
bool glm_model_bind (GlmModel *model, const GlmModelOptions *options, GlmPool *pool, GlmError *error);

/* The plan for the processor: the model's, or one that is made of the file once a card has failed.  Packs on the pool. */
bool glm_model_processor_plan (GlmModel *model, GlmPool *pool, const GlmPlan **ret_plan, GlmError *error);

/* Whether everything that glm_model_bind() needs is there, with the right shapes and in types that can be run; reads no weights. */
bool glm_model_check (GlmModel *model, GlmError *error);

/* The pool of n_threads (0: the model's), which other sessions may hold too. */
bool glm_model_hold_pool (GlmModel *model, int n_threads, GlmPool **ret_pool, GlmError *error);
void glm_model_release_pool (GlmModel *model, GlmPool *pool);

/* The bytes of the vocabulary, made when they are first needed, and the model's.  False: no memory, or no tokenizer. */
bool glm_model_token_table (GlmModel *model, const GlmTokenTable **ret_table);

/* A number that is the same for the same weights, run in the same way, and (practically) only for them. */
uint64_t glm_model_identity (const GlmModel *model);

/* Whether replies come back into prompts token by token: see recall.c. */
bool glm_model_recalls (const GlmModel *model);

#endif
