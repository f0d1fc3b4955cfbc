/* generate.c: the one generation loop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "sampler.h"
#include "session.h"

typedef struct
{
  GlmSession *session;
  const GlmModel *model;
  const GlmSampling *sampling;
  const GlmGenerateFuncs *funcs;
  GlmTokens *ids;               /* may be NULL */
  GlmSampler *sampler;
  GlmTextStream *stream;        /* NULL: the model has no tokenizer */
  GlmResult result;
  GlmError *error;
  bool stopped;                 /* the caller's piece function said so */
  double start;
} Loop;

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static void
emit (Loop *loop, const char *text, size_t n_bytes, int32_t id)
{
  if (n_bytes > 0 && loop->funcs->piece && !loop->funcs->piece (text, n_bytes, id, loop->funcs->user_data))
    loop->stopped = true;
}

/* A token has been chosen: it joins the ids, the text and the penalty. */
static bool
take (Loop *loop, int32_t id)
{
  const char *text;
  size_t n_bytes;

  if (loop->result.n_generated++ == 0)
    loop->result.first_token_seconds = now () - loop->start;
  glm_sampler_accept (loop->sampler, id);
  if (loop->ids && !glm_tokens_append (loop->ids, id))
    return glm_error_set (loop->error, GLM_ERROR_NO_MEMORY, "no memory for the reply");
  if (!loop->stream)
    return true;
  if (!glm_text_stream_push (loop->stream, id, &text, &n_bytes, loop->error))
    return false;
  emit (loop, text, n_bytes, id);
  return true;
}

/* Whether the reply ends before another token is evaluated; sets the reason. */
static bool
ended (Loop *loop)
{
  const GlmSession *session = loop->session;

  if (loop->stopped || glm_cancel_is_set (loop->funcs->cancel))
    loop->result.reason = GLM_STOP_CANCELLED;
  else if (loop->sampling->max_tokens > 0 && loop->result.n_generated >= (size_t) loop->sampling->max_tokens)
    loop->result.reason = GLM_STOP_LENGTH;
  else if (session->tokens.n >= (size_t) session->context_length)
    loop->result.reason = GLM_STOP_CONTEXT;
  else
    return false;
  return true;
}

static bool
cancel_tick (double fraction, void *user_data)
{
  return !glm_cancel_is_set (user_data);
}

/* Generates until something ends it.  Returns false on an error, which a cancelled evaluation is not. */
static bool
run (Loop *loop)
{
  for (;;)
    {
      GlmError error = { 0 };
      int32_t id = glm_sampler_draw (loop->sampler, glm_session_logits (loop->session));

      if (glm_model_is_stop (loop->model, id))
        {
          loop->result.reason = GLM_STOP_END;
          loop->result.stop_id = id;
          return true;
        }
      if (!take (loop, id))
        return false;
      if (ended (loop))
        return true;
      if (!glm_session_eval (loop->session, &id, 1, 1, cancel_tick, (void *) loop->funcs->cancel, &error))
        {
          loop->result.reason = GLM_STOP_CANCELLED;
          if (error.code == GLM_ERROR_CANCELLED)
            return true;
          if (loop->error)
            *loop->error = error;
          return false;
        }
    }
}

/* The text that is not a whole character yet. */
static bool
flush (Loop *loop)
{
  const char *text;
  size_t n_bytes;

  if (!loop->stream)
    return true;
  if (!glm_text_stream_flush (loop->stream, &text, &n_bytes, loop->error))
    return false;
  emit (loop, text, n_bytes, -1);
  return true;
}

/* Tokens of the prompt that begin the reply set the stream's state; their text is the caller's already. */
static bool
prime (Loop *loop, const int32_t *prompt, size_t n_prompt)
{
  size_t n = loop->funcs->n_reply < n_prompt ? loop->funcs->n_reply : n_prompt;
  const char *text;
  size_t n_bytes;

  for (size_t i = 0; i < n_prompt; i++)
    glm_sampler_accept (loop->sampler, prompt[i]);
  for (size_t i = n_prompt - n; loop->stream && i < n_prompt; i++)
    if (!glm_text_stream_push (loop->stream, prompt[i], &text, &n_bytes, loop->error))
      return false;
  return true;
}

static bool
read_prompt (Loop *loop, const int32_t *prompt, size_t n_prompt, bool *ret_cancelled)
{
  GlmError error = { 0 };
  bool ok = glm_session_sync (loop->session, prompt, n_prompt, loop->funcs->prompt, loop->funcs->user_data,
                              loop->funcs->cancel, &error);

  *ret_cancelled = !ok && error.code == GLM_ERROR_CANCELLED;
  loop->result.n_reused = loop->session->n_kept;
  if (!ok && loop->error)
    *loop->error = error;
  return ok || *ret_cancelled;
}

bool
glm_generate (GlmSession *session, const int32_t *prompt, size_t n_prompt, const GlmSampling *sampling,
              const GlmGenerateFuncs *funcs, GlmTokens *ret_ids, GlmResult *ret_result, GlmError *error)
{
  static const GlmGenerateFuncs no_funcs = { 0 };
  GlmSampling defaults;
  Loop loop = {
    .session = session,
    .model = session->model,
    .funcs = funcs ? funcs : &no_funcs,
    .ids = ret_ids,
    .error = error,
    .start = now (),
  };
  double ready;
  bool ok = false, cancelled;

  if (n_prompt == 0)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "the prompt is empty");
  if (n_prompt >= (size_t) session->context_length)
    return glm_error_set (error, GLM_ERROR_CONTEXT_FULL, "the prompt of %zu tokens leaves no room in the context of %d",
                          n_prompt, session->context_length);
  glm_model_default_sampling (session->model, &defaults);
  loop.sampling = sampling ? sampling : &defaults;
  loop.result.n_prompt = n_prompt;
  loop.result.stop_id = -1;
  loop.result.reason = GLM_STOP_CANCELLED;

  if (!glm_sampler_new (loop.sampling, session->model->params.n_vocab, &loop.sampler, error)
      || (session->model->tokenizer && !glm_text_stream_new (session->model->tokenizer, &loop.stream, error))
      || !prime (&loop, prompt, n_prompt) || !read_prompt (&loop, prompt, n_prompt, &cancelled))
    goto done;

  ready = now ();
  loop.result.prompt_seconds = ready - loop.start;
  ok = cancelled || (run (&loop) && flush (&loop));
  loop.result.generate_seconds = now () - ready;
  if (ok && ret_result)
    *ret_result = loop.result;

done:
  glm_text_stream_free (loop.stream);
  glm_sampler_free (loop.sampler);
  return ok;
}
