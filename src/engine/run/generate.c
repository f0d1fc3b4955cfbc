/* generate.c: the one generation loop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/draft.h"
#include "base/error.h"
#include "run/call-mask.h"
#include "run/chances.h"
#include "run/rehearsal.h"
#include "run/sampler.h"
#include "run/session.h"
#include "text/reply.h"

typedef struct
{
  GlmSession *session;
  const GlmModel *model;
  const GlmSampling *sampling;
  const GlmGenerateFuncs *funcs;
  const GlmRehearsal *rehearsal; /* NULL: none */
  GlmTokens *ids;                /* may be NULL */
  GlmSampler *sampler;
  GlmTextStream *stream; /* NULL: the model has no tokenizer */
  GlmReply *reply;       /* NULL: its parts are not wanted */
  GlmReplyDialect dialect;
  GlmCallMask *mask;   /* NULL: it writes what it likes */
  GlmChances *chances; /* NULL: not wanted */
  bool is_forced;      /* what is guessed is what a call's schema leaves, or the end of a thought */
  GlmTokens end;       /* what ends a thought; empty: it is not to end, or has ended */
  size_t n_end;        /* of it, what was written */
  bool has_answered;   /* it was begun */
  bool is_given;       /* the token at hand is part of it */
  int32_t id;          /* the token at hand, or −1 */
  GlmDraft *draft;
  size_t n_valid; /* tokens of the session that are part of the sequence: guesses may follow them */
  int32_t last;   /* the token that was taken last */
  GlmResult result;
  GlmError *error;
  bool stopped; /* the caller's piece function said so */
  double start;
} Loop;

static GlmFormKind
form_of (const Loop *loop)
{
  return loop->funcs->form ? loop->funcs->form->kind : GLM_FORM_FREE;
}

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static void
on_piece (GlmReplyKind kind, const char *text, size_t n_bytes, void *user_data)
{
  Loop *loop = user_data;

  glm_call_mask_piece (loop->mask, kind, text, n_bytes);
  if (!loop->stopped && !loop->funcs->piece (kind, text, n_bytes, loop->id, loop->funcs->user_data))
    loop->stopped = true;
}

/* The text that is not a whole character yet. */
static bool
flush (Loop *loop)
{
  const char *text;
  size_t n_bytes;

  return glm_text_stream_flush (loop->stream, &text, &n_bytes, loop->error)
         && glm_reply_push (loop->reply, text, n_bytes, loop->error);
}

/* The token's text; <|assistant|>, which has none to show, begins another part. */
static bool
read_token (Loop *loop, int32_t id)
{
  const char *text;
  size_t n_bytes;
  bool is_part;

  if (!loop->reply)
    return true;
  is_part = glm_template_is_part (loop->model->tmpl, id);
  loop->id = id;
  if (is_part && !flush (loop))
    return false;
  return glm_text_stream_push (loop->stream, id, &text, &n_bytes, loop->error)
         && (is_part ? glm_reply_part (loop->reply, loop->error) : glm_reply_push (loop->reply, text, n_bytes, loop->error));
}

static bool
end_reply (Loop *loop)
{
  loop->id = -1;
  return !loop->reply || (flush (loop) && glm_reply_end (loop->reply, loop->result.reason, loop->error));
}

/* What holds the next token: nothing does in a thought. */
static GlmCallMask *
mask_of (const Loop *loop)
{
  return loop->reply && glm_reply_is_in_thought (loop->reply) ? NULL : loop->mask;
}

/* A token has been chosen: it joins the ids, the text and the penalty. */
static bool
take (Loop *loop, int32_t id)
{
  GlmCallMask *mask = loop->is_given ? NULL : mask_of (loop);
  const char *name;
  size_t n_name = 0;

  if (loop->result.n_generated++ == 0)
    loop->result.first_token_seconds = now () - loop->start;
  loop->last = id;
  glm_sampler_accept (loop->sampler, id);
  if (loop->ids && !glm_tokens_append (loop->ids, id))
    return glm_error_set (loop->error, GLM_ERROR_NO_MEMORY, "no memory for the reply");
  if (!glm_draft_append (loop->draft, id, loop->error) || !read_token (loop, id))
    return false;
  name = loop->reply ? glm_reply_name (loop->reply, &n_name) : NULL;
  if (name)
    glm_call_mask_name (mask, name, n_name);
  glm_call_mask_take (mask, id);
  return true;
}

/* Whether the reply ends before another token is evaluated; sets the reason. */
static bool
ended (Loop *loop)
{
  if (loop->stopped || glm_cancel_is_set (loop->funcs->cancel))
    loop->result.reason = GLM_STOP_CANCELLED;
  else if (glm_call_mask_has_ended (loop->mask))
    loop->result.reason = form_of (loop) == GLM_FORM_JSON ? GLM_STOP_END : GLM_STOP_CALL;
  else if (loop->sampling->max_tokens > 0 && loop->result.n_generated >= (size_t) loop->sampling->max_tokens)
    loop->result.reason = GLM_STOP_LENGTH;
  else if (loop->n_valid >= (size_t) loop->session->context_length)
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

/* ---- Answering at once ------------------------------------------------------------------------------------------ */

static bool
wants_answer (const Loop *loop)
{
  return form_of (loop) != GLM_FORM_FREE || (loop->funcs->answer && atomic_load (loop->funcs->answer));
}

/* Has the thought end that is being written, if somebody wants the answer.  Not in the middle of a character. */
static bool
look_for_answer (Loop *loop)
{
  if (loop->has_answered || !loop->reply || !wants_answer (loop) || !glm_reply_is_thinking (loop->reply)
      || !glm_text_stream_is_whole (loop->stream))
    return true;
  loop->has_answered = true;
  return glm_model_end_thought (loop->model, &loop->end, loop->error);
}

/* What must come next; −1: the model decides. */
static int32_t
next_of_end (const Loop *loop)
{
  return loop->n_end < loop->end.n ? loop->end.ids[loop->n_end] : -1;
}

/* The rest of the end behind the next token: as good as guessed. */
static size_t
propose_end (const Loop *loop, int32_t *guesses, size_t max)
{
  size_t n = 0;

  for (; n < max && loop->n_end + n < loop->end.n; n++)
    guesses[n] = loop->end.ids[loop->n_end + n];
  return n;
}

/* ---- Drawing ---------------------------------------------------------------------------------------------------- */

/* What the sampler draws from this row of the logits. */
static int32_t
draw_one (Loop *loop, int64_t row)
{
  const GlmRehearsal *rehearsal = loop->rehearsal;
  GlmCallMask *mask = mask_of (loop);
  float *logits = loop->session->logits + row * loop->model->params.n_vocab;
  const uint8_t *allowed;
  int32_t id;

  for (size_t i = 0; i < loop->model->n_untrained; i++)
    logits[loop->model->untrained[i]] = -INFINITY;
  id = glm_sampler_draw (loop->sampler, logits);
  if (!glm_call_mask_allows (mask, id) && (allowed = glm_call_mask_allowed (mask)))
    {
      id = glm_sampler_draw_among (loop->sampler, logits, allowed);
      loop->result.n_masked++;
    }

  if (rehearsal && rehearsal->reply && loop->result.n_generated < rehearsal->n_reply)
    return rehearsal->reply[loop->result.n_generated];
  return id;
}

/* Draws from the logits at hand for as long as they agree with what was guessed.  Returns false on an error; otherwise
 * *ret_id is the first token that is not evaluated yet, or −1 where the reply has ended. */
static bool
draw (Loop *loop, const int32_t *guesses, size_t n_guesses, size_t *ret_n_accepted, int32_t *ret_id)
{
  int64_t first = loop->session->n_logits - 1 - (int64_t) n_guesses;

  for (size_t row = 0;; row++)
    {
      int32_t id;

      *ret_n_accepted = row;
      *ret_id = -1;
      if (!look_for_answer (loop))
        return false;
      id = next_of_end (loop);
      loop->is_given = id >= 0;
      if (loop->is_given)
        loop->n_end++;
      else
        id = draw_one (loop, first + (int64_t) row);
      if (glm_model_is_stop (loop->model, id))
        {
          loop->result.reason = glm_template_is_wait (loop->model->tmpl, id) ? GLM_STOP_CALL : GLM_STOP_END;
          loop->result.stop_id = id;
          return true;
        }
      glm_chances_tell (loop->chances, glm_session_logits_row (loop->session, first + (int64_t) row), id);
      if (!take (loop, id))
        return false;
      if (ended (loop))
        return true;
      if (row == n_guesses || guesses[row] != id)
        {
          *ret_id = id;
          return true;
        }
      loop->n_valid++;
    }
}

static size_t
propose (Loop *loop, int32_t *guesses)
{
  size_t max = (size_t) loop->session->context_length - loop->n_valid - 1, n;

  if (loop->rehearsal && loop->rehearsal->no_guesses)
    return 0;
  /* The last token needs no evaluation, and so no guess beyond it. */
  if (loop->sampling->max_tokens > 0)
    {
      size_t left = (size_t) loop->sampling->max_tokens - loop->result.n_generated - 1;

      max = left < max ? left : max;
    }
  max = max < GLM_DRAFT_MAX ? max : GLM_DRAFT_MAX;
  n = propose_end (loop, guesses, max);
  if (n == 0)
    n = glm_call_mask_forced (mask_of (loop), guesses, max);
  loop->is_forced = n > 0;
  return n > 0 ? n : glm_draft_propose (loop->draft, max, guesses);
}

/* Generates until something ends it.  Each round evaluates the last token with guesses behind it, draws from every row
 * whose guesses were right so far, and forgets the others: the tokens are distributed exactly as without guesses. */
static bool
run (Loop *loop)
{
  int32_t ids[1 + GLM_DRAFT_MAX];
  size_t n_guesses = 0, n_accepted;
  double begin = 0, seconds = 0;

  for (;;)
    {
      GlmError error = { 0 };
      bool ok = draw (loop, ids + 1, n_guesses, &n_accepted, &ids[0]);

      glm_session_truncate (loop->session, loop->n_valid);
      loop->result.n_drafted += n_guesses;
      loop->result.n_accepted += n_accepted;
      if (!ok || ids[0] < 0)
        return ok;
      if (begin > 0 && !loop->is_forced)
        glm_draft_report (loop->draft, n_guesses, n_accepted, seconds);

      if (loop->funcs->between)
        loop->funcs->between (loop->funcs->user_data);
      loop->is_forced = false;
      n_guesses = propose (loop, ids + 1);
      begin = now ();
      if (!glm_session_eval (loop->session, ids, 1 + n_guesses, (int64_t) (1 + n_guesses), cancel_tick,
                             (void *) loop->funcs->cancel, &error))
        {
          loop->result.reason = GLM_STOP_CANCELLED;
          if (error.code == GLM_ERROR_CANCELLED)
            return true;
          if (loop->error)
            *loop->error = error;
          return false;
        }
      seconds = now () - begin;
      loop->n_valid++;
    }
}

/* Tokens of the prompt that begin the reply set the state of those who read it; their text is the caller's already. */
static bool
prime (Loop *loop, const GlmPrompt *prompt)
{
  size_t n = prompt->ids.n, n_reply = prompt->n_reply < n ? prompt->n_reply : n, n_bytes;
  const int32_t *ids = prompt->ids.ids;
  const char *text;

  for (size_t i = 0; i < n; i++)
    {
      glm_sampler_accept (loop->sampler, ids[i]);
      if (!glm_draft_append (loop->draft, ids[i], loop->error))
        return false;
    }
  for (size_t i = n - n_reply; loop->reply && i < n; i++)
    if (!glm_text_stream_push (loop->stream, ids[i], &text, &n_bytes, loop->error)
        || !glm_reply_begin (loop->reply, text, n_bytes, loop->error))
      return false;
  return true;
}

/* Opens the parser of the reply, if the caller wants its parts. */
static bool
open_reply (Loop *loop, const GlmPrompt *prompt)
{
  const GlmModel *model = loop->model;

  if (!model->tokenizer || !model->tmpl || !loop->funcs->piece)
    return true;
  loop->dialect = glm_template_family (model->tmpl)->reply;
  if (prompt->no_thought)
    loop->dialect.thoughts = GLM_THOUGHTS_OWN;
  if (form_of (loop) == GLM_FORM_PLAIN)
    loop->dialect = (GlmReplyDialect){ .keeps_blanks = true };
  else if (form_of (loop) == GLM_FORM_JSON)
    loop->dialect = (GlmReplyDialect){ .thoughts = loop->dialect.thoughts, .keeps_blanks = true };
  return (loop->rehearsal && loop->rehearsal->no_masks
              ? true
              : glm_call_mask_new (loop->session->model, loop->funcs->tools, loop->funcs->form, &loop->mask, loop->error))
         && glm_text_stream_new (model->tokenizer, &loop->stream, loop->error)
         && glm_reply_new (&loop->dialect, loop->funcs->tools, on_piece, loop, &loop->reply, loop->error)
         && (!loop->funcs->token || glm_chances_new (loop->session->model, loop->funcs, &loop->chances, loop->error));
}

static bool
read_prompt (Loop *loop, const GlmTokens *ids, bool *ret_cancelled)
{
  GlmError error = { 0 };
  bool ok = glm_session_sync (loop->session, ids->ids, ids->n, loop->funcs->prompt, loop->funcs->user_data, loop->funcs->cancel,
                              &error);

  *ret_cancelled = !ok && error.code == GLM_ERROR_CANCELLED;
  loop->result.n_reused = loop->session->n_kept;
  if (!ok && loop->error)
    *loop->error = error;
  return ok || *ret_cancelled;
}

bool
glm_generate (GlmSession *session, const GlmPrompt *prompt, const GlmSampling *sampling, const GlmGenerateFuncs *funcs,
              GlmTokens *ret_ids, GlmResult *ret_result, GlmError *error)
{
  return glm_rehearse (session, prompt, sampling, funcs, NULL, ret_ids, ret_result, error);
}

bool
glm_rehearse (GlmSession *session, const GlmPrompt *prompt, const GlmSampling *sampling, const GlmGenerateFuncs *funcs,
              const GlmRehearsal *rehearsal, GlmTokens *ret_ids, GlmResult *ret_result, GlmError *error)
{
  static const GlmGenerateFuncs no_funcs = { 0 };
  size_t n_prompt = prompt->ids.n;
  GlmSampling defaults = GLM_SAMPLING_OWN;
  Loop loop = {
    .session = session,
    .model = session->model,
    .funcs = funcs ? funcs : &no_funcs,
    .rehearsal = rehearsal,
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
  glm_model_complete_sampling (session->model, loop.funcs->tools != NULL, &defaults);
  loop.sampling = sampling ? sampling : &defaults;
  loop.result.n_prompt = n_prompt;
  loop.result.stop_id = -1;
  loop.result.reason = GLM_STOP_CANCELLED;

  if (!glm_sampler_new (loop.sampling, session->model->params.n_vocab, &loop.sampler, error) || !open_reply (&loop, prompt)
      || !glm_draft_new (&session->guess_cost, &loop.draft, error) || !prime (&loop, prompt)
      || !read_prompt (&loop, &prompt->ids, &cancelled))
    goto done;

  ready = now ();
  loop.n_valid = n_prompt;
  loop.result.prompt_seconds = ready - loop.start;
  ok = cancelled || (run (&loop) && end_reply (&loop));
  if (loop.result.n_generated > 0 && session->tokens.n + 1 == n_prompt + loop.result.n_generated)
    session->pending = loop.last;
  loop.result.generate_seconds = now () - ready;
  if (ok && ret_result)
    *ret_result = loop.result;

done:
  glm_reply_free (loop.reply);
  glm_call_mask_free (loop.mask);
  glm_chances_free (loop.chances);
  glm_text_stream_free (loop.stream);
  glm_sampler_free (loop.sampler);
  glm_draft_free (loop.draft);
  glm_tokens_clear (&loop.end);
  return ok;
}
