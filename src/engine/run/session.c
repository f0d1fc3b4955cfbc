/* session.c: the tokens of a timeline and their KV cache
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/aligned.h"
#include "base/error.h"

#define DEFAULT_CONTEXT 8192

/* From now on the processor computes.  The cache is the host's, and whole up to the batch that failed. */
static bool
leave_device (GlmSession *session, const char *why, GlmError *error)
{
  const GlmPlan *plan;
  GlmForward *forward;

  if (!glm_model_processor_plan (session->model, session->pool, &plan, error)
      || !plan->backend->forward_new (plan, &session->cache, session->pool, &forward, error))
    return false;
  glm_forward_free (session->forward);
  session->plan = plan;
  session->forward = forward;
  snprintf (session->device_problem, sizeof session->device_problem, "%s", why);
  return true;
}

static bool
new_forward (GlmSession *session, GlmError *error)
{
  const GlmPlan *plan = session->model->plan;
  GlmError problem = { 0 };

  session->plan = plan;
  if (!session->model->gpu)
    return plan->backend->forward_new (plan, &session->cache, session->pool, &session->forward, error);
  return plan->backend->forward_new (plan, &session->cache, session->pool, &session->forward, &problem)
         || leave_device (session, problem.message, error);
}

/* Once more without the device, where it fails. */
static bool
run_batch (GlmSession *session, const GlmBatch *batch, int64_t n_logits, GlmError *error)
{
  GlmError problem = { 0 };

  if (!session->model->gpu || session->device_problem[0])
    return session->forward->backend->run (session->forward, batch, n_logits, session->logits, error);
  if (session->forward->backend->run (session->forward, batch, n_logits, session->logits, &problem))
    return true;
  if (problem.code == GLM_ERROR_CANCELLED)
    return glm_error_set (error, problem.code, "%s", problem.message);
  return leave_device (session, problem.message, error)
         && session->forward->backend->run (session->forward, batch, n_logits, session->logits, error);
}

bool
glm_session_new (GlmModel *model, const GlmSessionOptions *options, GlmSession **ret_session, GlmError *error)
{
  GlmSession *session = calloc (1, sizeof *session);
  int context = options ? options->context_length : 0;
  const GlmPlan *plan = model->plan;

  if (!session)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
  if (context <= 0)
    context = model->params.context_length < DEFAULT_CONTEXT ? model->params.context_length : DEFAULT_CONTEXT;
  session->model = model;
  session->context_length = context;
  session->pending = -1;
  if (!glm_model_hold_pool (model, options ? options->n_threads : 0, &session->pool, error)
      || !glm_kv_cache_init (&session->cache, &plan->kv, (int64_t) context + plan->params.n_prefix, error)
      || !new_forward (session, error))
    {
      glm_session_free (session);
      return false;
    }

  *ret_session = session;
  return true;
}

void
glm_session_free (GlmSession *session)
{
  if (!session)
    return;
  glm_forward_free (session->forward);
  glm_kv_cache_clear (&session->cache);
  glm_model_release_pool (session->model, session->pool);
  glm_tokens_clear (&session->tokens);
  free (session->logits);
  free (session);
}

const char *
glm_session_device_problem (const GlmSession *session)
{
  return session->device_problem;
}

int
glm_session_context_length (const GlmSession *session)
{
  return session->context_length;
}

size_t
glm_session_n_tokens (const GlmSession *session)
{
  return session->tokens.n;
}

size_t
glm_session_count_common (const GlmSession *session, const int32_t *ids, size_t n)
{
  size_t common = 0, limit = session->tokens.n < n ? session->tokens.n : n;

  while (common < limit && session->tokens.ids[common] == ids[common])
    common++;
  return common;
}

const float *
glm_session_logits_row (const GlmSession *session, int64_t i)
{
  return session->logits + i * session->model->params.n_vocab;
}

const float *
glm_session_logits (const GlmSession *session)
{
  return session->n_logits > 0 ? glm_session_logits_row (session, session->n_logits - 1) : NULL;
}

void
glm_session_truncate (GlmSession *session, size_t n)
{
  if (n < session->tokens.n)
    {
      session->tokens.n = n;
      session->n_logits = 0;
      session->pending = -1;
    }
}

static bool
reserve_logits (GlmSession *session, int64_t n)
{
  float *logits;

  if (n <= session->logits_rows)
    return true;
  logits = glm_alloc_aligned ((size_t) n, (size_t) session->model->params.n_vocab * sizeof (float));
  if (!logits)
    return false;
  free (session->logits);
  session->logits = logits;
  session->logits_rows = n;
  return true;
}

static bool
reserve_tokens (GlmSession *session, size_t n)
{
  GlmTokens *tokens = &session->tokens;

  if (tokens->n + n > tokens->capacity)
    {
      size_t capacity = (tokens->n + n) * 2;
      int32_t *ids = realloc (tokens->ids, capacity * sizeof *ids);

      if (!ids)
        return false;
      tokens->ids = ids;
      tokens->capacity = capacity;
    }
  return true;
}

/* Where an exponent has all its bits, the number is none: infinite, or not a number. */
static bool
are_numbers (const float *values, size_t n)
{
  uint32_t worst = 0;

  for (size_t i = 0; i < n; i++)
    {
      uint32_t bits;

      memcpy (&bits, &values[i], sizeof bits);
      bits &= UINT32_C (0x7F800000);
      worst = bits > worst ? bits : worst;
    }
  return worst != UINT32_C (0x7F800000);
}

bool
glm_session_eval (GlmSession *session, const int32_t *ids, size_t n, int64_t n_logits, GlmTickFunc tick, void *tick_data,
                  GlmError *error)
{
  GlmBatch batch = {
    .ids = ids,
    .n = (int64_t) n,
    .first = (int64_t) session->tokens.n,
    .n_context = session->n_context,
    .origin = session->origin,
    .tick = tick,
    .tick_data = tick_data,
  };

  if (session->tokens.n + n > (size_t) session->context_length)
    return glm_error_set (error, GLM_ERROR_CONTEXT_FULL, "%zu tokens do not fit the context of %d", session->tokens.n + n,
                          session->context_length);
  session->n_logits = 0;
  session->pending = -1;
  if (!reserve_logits (session, n_logits) || !reserve_tokens (session, n))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for %zu tokens", n);
  if (!run_batch (session, &batch, n_logits, error) || !glm_model_file_check (session->model->file, error))
    return false;
  if (!are_numbers (session->logits, (size_t) n_logits * (size_t) session->model->params.n_vocab))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: what the model computes are no numbers; its weights are damaged",
                          glm_model_file_path (session->model->file));
  memcpy (session->tokens.ids + session->tokens.n, ids, n * sizeof *ids);
  session->tokens.n += n;
  session->n_logits = n_logits;
  return true;
}

bool
glm_session_settle (GlmSession *session, GlmError *error)
{
  int32_t id = session->pending;

  return id < 0 || session->tokens.n >= (size_t) session->context_length
         || glm_session_eval (session, &id, 1, 1, NULL, NULL, error);
}

/* ---- Sync ------------------------------------------------------------------------------------------------------- */

/* GLM-FACTS 1.1: the context ends before the first <sop>; from there on the position stays at the first [gMASK], or else
 * the first [MASK].  Without <sop> the sequence is causal. */
static void
find_context (const GlmSession *session, const int32_t *ids, size_t n, int64_t *ret_n_context, int64_t *ret_origin)
{
  const GlmParams *params = &session->model->params;
  int64_t sop = -1, gmask = -1, mask = -1;

  *ret_n_context = *ret_origin = 0;
  if (!session->model->arch->bidirectional_prompt)
    return;
  for (size_t i = 0; i < n && sop < 0; i++)
    {
      sop = ids[i] == params->sop_id ? (int64_t) i : -1;
      gmask = gmask < 0 && ids[i] == params->gmask_id ? (int64_t) i : gmask;
      mask = mask < 0 && ids[i] == params->mask_id ? (int64_t) i : mask;
    }
  if (sop <= 0)
    return;
  *ret_n_context = sop;
  *ret_origin = gmask >= 0 ? gmask : mask >= 0 ? mask : sop - 1;
}

/* How many of the session's tokens the new sequence can keep, where its last token must be evaluated unless its logits
 * are still there. */
static size_t
count_kept (const GlmSession *session, const int32_t *ids, size_t n, int64_t n_context)
{
  size_t kept = glm_session_count_common (session, ids, n);

  if (kept == n && !(kept == session->tokens.n && session->n_logits > 0))
    kept = n > 0 ? n - 1 : 0;
  if (n_context != session->n_context || (int64_t) kept < n_context)
    kept = 0;
  return kept;
}

typedef struct
{
  const GlmCancel *cancel;
  GlmPromptFunc progress;
  void *user_data;
  size_t n_done, n_chunk, n_total, n_said;
} Progress;

static bool
progress_tick (double fraction, void *user_data)
{
  Progress *progress = user_data;
  size_t n_done = progress->n_done + (size_t) (fraction * (double) progress->n_chunk);

  if (progress->progress && n_done > progress->n_said)
    {
      progress->progress (n_done, progress->n_total, progress->user_data);
      progress->n_said = n_done;
    }
  return !glm_cancel_is_set (progress->cancel);
}

bool
glm_session_sync (GlmSession *session, const int32_t *ids, size_t n, GlmPromptFunc progress, void *user_data,
                  const GlmCancel *cancel, GlmError *error)
{
  Progress state = { cancel, progress, user_data };
  int64_t n_context, origin;

  if (n > (size_t) session->context_length)
    return glm_error_set (error, GLM_ERROR_CONTEXT_FULL, "%zu tokens do not fit the context of %d", n, session->context_length);
  for (size_t i = 0; i < n; i++)
    if (ids[i] < 0 || ids[i] >= session->model->params.n_vocab)
      return glm_error_set (error, GLM_ERROR_ARGUMENT, "token id %" PRId32 " is outside of the vocabulary of %d", ids[i],
                            session->model->params.n_vocab);

  find_context (session, ids, n, &n_context, &origin);
  session->pending = -1;
  session->n_kept = count_kept (session, ids, n, n_context);
  glm_session_truncate (session, session->n_kept);
  session->n_context = n_context;
  session->origin = origin;
  state.n_total = n - session->n_kept;

  while (session->tokens.n < n)
    {
      size_t first = session->tokens.n, left = n - first;
      size_t chunk = (size_t) glm_plan_chunk (session->plan, (int64_t) left);

      if ((int64_t) (first + chunk) < n_context)
        chunk = (size_t) n_context - first;
      state.n_chunk = chunk;
      if (!glm_session_eval (session, ids + first, chunk, first + chunk == n, progress_tick, &state, error))
        return false;
      state.n_done += chunk;
      progress_tick (0, &state);
    }
  return true;
}
