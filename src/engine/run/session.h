/* session.h: a session, as the generation loop and the command line see it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_SESSION_H
#define GLM_SESSION_H

#include "compute/kv-cache.h"
#include "run/model.h"
#include "base/pool.h"

struct GlmSession
{
  GlmModel *model;
  GlmPool *pool;            /* the model's */
  const GlmPlan *plan;      /* the model's, or the processor's once a card has failed */
  GlmForward *forward;      /* of it */
  char device_problem[480]; /* see glm_session_device_problem() */
  GlmKvCache cache;
  int context_length;
  GlmTokens tokens;  /* evaluated: the cache holds them */
  int64_t n_context; /* bidirectional prompts: see GlmBatch */
  int64_t origin;
  float *logits;       /* [n_logits][n_vocab]: of the last n_logits tokens */
  int64_t n_logits;    /* 0: none are valid */
  int64_t logits_rows; /* allocated */
  size_t n_kept;       /* by the last sync */
  int32_t pending;     /* the last token of a reply that was stopped before it was evaluated; −1: none */
  double guess_cost;   /* of verifying one guessed token, in steps; see draft.h */
};

/* How many tokens of a batch at a time. */
#define GLM_SESSION_CHUNK GLM_BATCH_TILE

/* Evaluates n ≤ glm_plan_chunk() more tokens (more only as a bidirectional prompt) and keeps the logits of the last
 * n_logits.  tick may be NULL.  On failure the session is as before, without logits. */
bool glm_session_eval (GlmSession *session, const int32_t *ids, size_t n, int64_t n_logits, GlmTickFunc tick, void *tick_data,
                       GlmError *error);
/* Forgets all tokens but the first n.  The logits are gone unless that is all of them. */
void glm_session_truncate (GlmSession *session, size_t n);
/* Logits after the i-th of the last n_logits tokens. */
const float *glm_session_logits_row (const GlmSession *session, int64_t i);

#endif
