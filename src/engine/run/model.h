/* model.h: the loaded model, as the engine's own files see it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_MODEL_H
#define GLM_MODEL_H

#include "families/arch.h"
#include "engine.h"
#include "file/model-file.h"
#include "compute/matrix.h"
#include "families/template.h"
#include "text/tokenizer.h"

/* A row of the op table with its weights.  A LINEAR row has one matrix, or up to three that write side by side into the
 * out register; a norm has a weight and perhaps a bias. */
typedef struct
{
  const GlmOp *op;
  int n_matrices;
  GlmMatrix *matrices[GLM_MAX_SPLIT]; /* owned, but for a tied one */
  float *biases[GLM_MAX_SPLIT];       /* owned; NULL: none */
  bool borrowed;                      /* tied: the matrix belongs to model->embedding */
  float *weight;                      /* norms: owned */
  float *weight_bias;
} GlmBoundOp;

struct GlmModel
{
  GlmModelFile *file;
  GlmTokenizer *tokenizer; /* NULL: the file has none */
  GlmTemplate *tmpl;       /* NULL with it */
  const GlmArch *arch;
  GlmParams params;
  GlmModelInfo info;
  GlmMatrix *embedding; /* [vocab, embd] */
  GlmBoundOp *layers;   /* [n_layers][arch->n_layer] */
  GlmBoundOp head[GLM_MAX_HEAD_OPS];
  uint16_t *prefix; /* P-Tuning: f16 [n_layers][2: K, V][n_prefix][kv heads × head size], or NULL */
  int n_threads;
  uint64_t identity; /* see glm_model_identity() */
};

/* Opens numbers, tokenizer and prompt format without the weights: what describes a model and what turns text into ids. */
bool glm_model_open_header (const char *path, const char *tokenizer_path, GlmModel **ret_model, GlmError *error);

/* Binds each row of the tables to the tensors it names: they must be there with exactly the shape that the numbers of the
 * model require.  Packs matrices on the pool.  On failure the model is half built and glm_model_free() copes. */
bool glm_model_bind (GlmModel *model, const GlmModelOptions *options, GlmPool *pool, GlmError *error);

/* A number that is the same for the same weights and (practically) only for them. */
uint64_t glm_model_identity (const GlmModel *model);

#endif
