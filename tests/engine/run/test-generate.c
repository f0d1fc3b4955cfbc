/* test-generate.c: the generation loop: seeds, ends, cancelling, guesses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "run/draft.h"
#include "run/rehearsal.h"
#include "run/sampler.h"
#include "session-check.h"

#define PROMPT(array, length) (&(GlmPrompt){ .ids = { .ids = (array), .n = (length) } })

typedef struct
{
  size_t n_pieces, n_until;
  GlmCancel cancel;
} Counter;

static bool
count_piece (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Counter *counter = user_data;

  if (++counter->n_pieces == counter->n_until)
    glm_cancel_set (&counter->cancel);
  return true;
}

static void
test_generate (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model;
  GlmSession *session;
  GlmSessionOptions options = { .context_length = 32 };
  GlmSampling sampling = { .temperature = 1, .top_p = 1, .repetition_penalty = 1, .seed = 5, .max_tokens = 10 };
  GlmTokens first = { 0 }, second = { 0 };
  GlmResult result;
  GlmError error = { 0 };
  int32_t ids[40];

  tiny.n_vocab = 400;
  tiny.with_vocabulary = true;
  model = open_tiny (&tiny);
  REQUIRE (glm_session_new (model, &options, &session, &error), "%s", error.message);
  fill_ids (&tiny, ids, 40, 23);

  REQUIRE (glm_generate (session, PROMPT (ids, 12), &sampling, NULL, &first, &result, &error), "%s", error.message);
  CHECK (first.n == result.n_generated && result.n_prompt == 12, "%zu", first.n);
  REQUIRE (glm_generate (session, PROMPT (ids, 12), &sampling, NULL, &second, &result, &error), "%s", error.message);
  CHECK (first.n == second.n && memcmp (first.ids, second.ids, first.n * sizeof *first.ids) == 0, "the seed decides");
  CHECK (result.n_reused >= 11, "reused %zu", result.n_reused);

  sampling.max_tokens = 0;
  REQUIRE (glm_generate (session, PROMPT (ids, 30), &sampling, NULL, NULL, &result, &error), "%s", error.message);
  CHECK (result.reason == GLM_STOP_CONTEXT || result.reason == GLM_STOP_END, "reason %d", result.reason);
  CHECK (!glm_generate (session, PROMPT (ids, 32), &sampling, NULL, NULL, &result, &error)
             && error.code == GLM_ERROR_CONTEXT_FULL,
         "%s", error.message);
  CHECK (!glm_generate (session, PROMPT (ids, 0), &sampling, NULL, NULL, &result, &error) && error.code == GLM_ERROR_ARGUMENT,
         "%s", error.message);
  sampling.temperature = NAN;
  CHECK (!glm_generate (session, PROMPT (ids, 3), &sampling, NULL, NULL, &result, &error) && error.code == GLM_ERROR_ARGUMENT,
         "%s", error.message);
  sampling.temperature = 1;

  /* Cancelled at each piece, generation is a success and the next one works. */
  for (size_t n_until = 1; n_until < 12; n_until++)
    {
      Counter counter = { .n_until = n_until };
      GlmGenerateFuncs funcs = { .piece = count_piece, .user_data = &counter, .cancel = &counter.cancel };

      REQUIRE (glm_generate (session, PROMPT (ids, 5), &sampling, &funcs, NULL, &result, &error), "%s", error.message);
      if (counter.n_pieces >= n_until)
        CHECK (result.reason == GLM_STOP_CANCELLED, "reason %d after %zu pieces", result.reason, counter.n_pieces);
    }
  glm_tokens_clear (&first);
  glm_tokens_clear (&second);
  glm_session_free (session);
  glm_model_free (model);
}

/* What glm_generate() must equal: one token at a time, no guesses. */
static size_t
generate_plainly (GlmModel *model, const int32_t *prompt, size_t n_prompt, const GlmSampling *sampling, int32_t *ids)
{
  GlmSession *session = open_session (model);
  GlmSampler *sampler;
  GlmError error = { 0 };
  size_t n = 0;

  REQUIRE (glm_sampler_new (sampling, glm_model_info (model)->n_vocab, &sampler, &error), "%s", error.message);
  for (size_t i = 0; i < n_prompt; i++)
    glm_sampler_accept (sampler, prompt[i]);
  sync_ids (session, prompt, (int) n_prompt);
  while (n < (size_t) sampling->max_tokens)
    {
      int32_t id = glm_sampler_draw (sampler, glm_session_logits (session));

      if (glm_model_is_stop (model, id))
        break;
      ids[n++] = id;
      glm_sampler_accept (sampler, id);
      REQUIRE (glm_session_eval (session, &id, 1, 1, NULL, NULL, &error), "%s", error.message);
    }
  glm_sampler_free (sampler);
  glm_session_free (session);
  return n;
}

/* A prompt that repeats itself makes a tiny model repeat itself, so that guesses are tried, right and wrong.  With the same
 * random numbers the reply must be the same to the token. */
static void
test_guessing (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model;
  GlmSession *session;
  int32_t prompt[60], plain[300];
  size_t n_drafted = 0, n_accepted = 0;

  tiny.n_vocab = 24;
  tiny.type = GLM_TYPE_F16;
  model = open_tiny (&tiny);
  session = open_session (model);
  for (int i = 0; i < 60; i++)
    prompt[i] = 8 + i % 6;
  for (uint64_t seed = 1; seed <= 12; seed++)
    {
      GlmSampling sampling = { .temperature = seed % 3 == 0 ? 0 : 0.3f,
                               .top_p = 0.9f,
                               .repetition_penalty = seed % 4 == 0 ? 1.1f : 1,
                               .seed = seed,
                               .max_tokens = 300 };
      GlmTokens ids = { 0 };
      GlmResult result;
      GlmError error = { 0 };
      size_t n = generate_plainly (model, prompt, 60, &sampling, plain);

      REQUIRE (glm_generate (session, PROMPT (prompt, 60), &sampling, NULL, &ids, &result, &error), "%s", error.message);
      CHECK (ids.n == n && memcmp (ids.ids, plain, n * sizeof *plain) == 0, "seed %d: another reply with guesses", (int) seed);
      CHECK (glm_session_n_tokens (session) <= 60 + n, "guesses are left behind");
      n_drafted += result.n_drafted;
      n_accepted += result.n_accepted;
      glm_tokens_clear (&ids);
    }
  CHECK (n_drafted > n_accepted && n_accepted > 0, "%zu of %zu guesses: neither sort was tried", n_accepted, n_drafted);
  glm_session_free (session);
  glm_model_free (model);
}

/* Where every guess is wrong, whatever guesses cost, the reply must take hardly longer: 2 % and half a step. */
static void
test_wrong_guesses (void)
{
  static const double costs[] = { 0.03, 0.1, 0.3, 1 };

  for (size_t c = 0; c < sizeof costs / sizeof costs[0]; c++)
    {
      double known = costs[c], steps = 0;
      size_t n_guesses = 0;
      GlmDraft *draft;
      GlmError error = { 0 };
      int32_t ids[GLM_DRAFT_MAX];

      REQUIRE (glm_draft_new (&known, &draft, &error), "%s", error.message);
      for (int i = 0; i < 60; i++)
        REQUIRE (glm_draft_append (draft, i % 20, &error), "%s", error.message);
      for (int i = 0; i < 300; i++)
        {
          size_t n = glm_draft_propose (draft, GLM_DRAFT_MAX, ids);
          double took = 1 + costs[c] * (double) n;

          glm_draft_report (draft, n, 0, took * 1e-3);
          REQUIRE (glm_draft_append (draft, i % 20, &error), "%s", error.message);
          steps += took;
          n_guesses += n;
          CHECK (steps <= 1.02 * (i + 1) + 0.5 + 1e-9, "cost %g: %g steps for %d tokens", costs[c], steps, i + 1);
        }
      CHECK (n_guesses > 0, "cost %g: nothing was guessed", costs[c]);
      glm_draft_free (draft);
    }
}

typedef struct
{
  char text[512];
  size_t n;
} Pieces;

static bool
note_piece (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Pieces *pieces = user_data;

  pieces->n +=
      (size_t) snprintf (pieces->text + pieces->n, sizeof pieces->text - pieces->n, "%d%.*s|", kind, (int) n_bytes, text);
  return pieces->n < sizeof pieces->text / 2;
}

static void
add_text (const GlmModel *model, const char *text, GlmTokens *ids)
{
  REQUIRE (glm_model_tokenize (model, text, strlen (text), ids, NULL), "%s", text);
}

/* The control tokens divide a reply and end it; the same characters as text do not. */
static void
test_call (void)
{
  static const GlmTool tool = { "note", NULL, NULL };
  const GlmToolSet tools = { &tool, 1, false };
  const GlmTurn turn = { "user", "Hello!", NULL };
  Pieces pieces = { 0 };
  GlmGenerateFuncs funcs = { .piece = note_piece, .user_data = &pieces, .tools = &tools };
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmPrompt prompt = { 0 };
  GlmTokens reply = { 0 };
  GlmRehearsal rehearsal;
  GlmResult result;
  GlmError error = { 0 };
  char path[1024];
  int32_t wait;

  snprintf (path, sizeof path, "%s/models/myna-fledgling-q8_0.gguf", getenv ("MYNA_DATA_DIR"));
  REQUIRE (glm_model_open (path, NULL, &model, &error) && glm_session_new (model, NULL, &session, &error), "%s", error.message);
  REQUIRE (glm_model_fit (model, &turn, 1, NULL, NULL, &prompt, &error), "%s", error.message);
  wait = glm_tokenizer_control_id (model->tokenizer, "<|observation|>");
  add_text (model, "\nI <|assistant|>", &reply);
  REQUIRE (glm_tokens_append (&reply, glm_tokenizer_control_id (model->tokenizer, "<|assistant|>")), "memory");
  add_text (model, "note", &reply);
  add_text (model, "\n tool_call(a=1)", &reply);
  REQUIRE (glm_tokens_append (&reply, wait), "memory");
  rehearsal = (GlmRehearsal){ .reply = reply.ids, .n_reply = reply.n };
  REQUIRE (glm_rehearse (session, &prompt, NULL, &funcs, &rehearsal, NULL, &result, &error), "%s", error.message);
  CHECK (result.reason == GLM_STOP_CALL && result.stop_id == wait, "reason %d", result.reason);
  CHECK (strstr (pieces.text, "|2|3note|") && strstr (pieces.text, "|5{\"a\": 1}|") && pieces.text[1] == 'I', "%s",
         pieces.text);
  glm_prompt_clear (&prompt);
  glm_tokens_clear (&reply);
  glm_session_free (session);
  glm_model_free (model);
}

/* Where weights are damaged so that nothing can be computed, no words are made up. */
static void
test_no_numbers (void)
{
  static const float values[] = { NAN, INFINITY, -INFINITY };

  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    {
      TinyModel tiny = TINY_CHATGLM;
      GlmModel *model = open_tiny (&tiny);
      GlmSession *session = open_session (model);
      GlmSampling sampling = { .temperature = 1, .top_p = 1, .repetition_penalty = 1, .seed = 5, .max_tokens = 3 };
      GlmTokens reply = { 0 };
      GlmError error = { 0 };
      GlmResult result;
      int32_t ids[12];
      float *weight = model->plan->head.steps[0].weight, sound = weight[3];

      fill_ids (&tiny, ids, 12, 23);
      weight[3] = values[i];
      CHECK (!glm_generate (session, PROMPT (ids, 12), &sampling, NULL, &reply, &result, &error), "%g: a reply of %zu tokens",
             (double) values[i], reply.n);
      CHECK (error.code == GLM_ERROR_BAD_FILE && strstr (error.message, "no numbers"), "%s", error.message);
      CHECK (reply.n == 0, "%zu tokens", reply.n);
      /* The session is as good as new. */
      weight[3] = sound;
      CHECK (glm_generate (session, PROMPT (ids, 12), &sampling, NULL, &reply, &result, &error), "%s", error.message);
      glm_tokens_clear (&reply);
      glm_session_free (session);
      glm_model_free (model);
    }
}

/* A call that the starter model, which knows nothing of calls, writes at a high temperature. */
typedef struct
{
  GlmModel *model;
  GlmSession *session;
  GlmPrompt prompt;
  GlmTokens head; /* the tool's name and its line's end */
  const GlmToolSet *tools;
  GlmSchema *schema;
} Caller;

/* The last verdict. */
static bool
note_verdict (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Pieces *pieces = user_data;

  if (kind >= GLM_REPLY_CALLED)
    pieces->n = (size_t) snprintf (pieces->text, sizeof pieces->text, "%d%.*s", kind, (int) n_bytes, text);
  return true;
}

static GlmResult
make_call (Caller *caller, uint64_t seed, bool no_guesses, bool no_masks, Pieces *pieces)
{
  const GlmSampling sampling = { .temperature = 1.5f, .top_p = 1, .repetition_penalty = 1, .seed = seed, .max_tokens = 160 };
  GlmGenerateFuncs funcs = { .piece = note_verdict, .user_data = pieces, .tools = caller->tools };
  GlmRehearsal rehearsal = { caller->head.ids, caller->head.n, no_guesses, no_masks };
  GlmResult result = { 0 };
  GlmError error = { 0 };

  *pieces = (Pieces){ 0 };
  REQUIRE (glm_rehearse (caller->session, &caller->prompt, &sampling, &funcs, &rehearsal, NULL, &result, &error), "%s",
           error.message);
  return result;
}

static bool
is_sound (const Caller *caller, const Pieces *pieces)
{
  return pieces->text[0] == '0' + GLM_REPLY_CALLED && glm_schema_check (caller->schema, pieces->text + 1, pieces->n - 1, NULL);
}

static void
test_masks (void)
{
  static const GlmTool tool = { "get_weather", NULL,
                                "{\"type\":\"object\",\"properties\":{\"location\":{\"type\":\"string\",\"maxLength\":9},"
                                "\"unit\":{\"enum\":[\"celsius\",\"fahrenheit\"]},\"days\":{\"type\":\"integer\",\"minimum\":1,"
                                "\"maximum\":14}},\"required\":[\"location\",\"unit\"],\"additionalProperties\":false}" };
  static const GlmToolSet tools = { &tool, 1, false };
  const GlmTurn turn = { "user", "Hello!", NULL };
  const GlmFit fit = { .tools = &tools };
  Caller caller = { .tools = &tools };
  Pieces pieces;
  GlmResult result;
  GlmError error = { 0 };
  size_t n_masked = 0, n_drafted = 0, n_accepted = 0;
  char path[1024];

  snprintf (path, sizeof path, "%s/models/myna-fledgling-q8_0.gguf", getenv ("MYNA_DATA_DIR"));
  REQUIRE (glm_model_open (path, NULL, &caller.model, &error) && glm_session_new (caller.model, NULL, &caller.session, &error)
               && glm_schema_new (tool.schema, &caller.schema, &error),
           "%s", error.message);
  CHECK (glm_model_info (caller.model)->calling == GLM_CALLING_UNTRAINED, "the starter model was not trained to call");
  REQUIRE (glm_model_fit (caller.model, &turn, 1, NULL, &fit, &caller.prompt, &error), "%s", error.message);
  add_text (caller.model, "get_weather", &caller.head);
  add_text (caller.model, "\n", &caller.head);
  for (uint64_t seed = 1; seed <= 12; seed++)
    {
      result = make_call (&caller, seed, seed % 3 == 0, false, &pieces);
      CHECK (result.reason == GLM_STOP_CALL && is_sound (&caller, &pieces), "seed %d: reason %d, %s", (int) seed, result.reason,
             pieces.text);
      CHECK (seed % 3 || result.n_drafted == 0, "guesses");
      n_masked += result.n_masked;
      n_drafted += result.n_drafted;
      n_accepted += result.n_accepted;
    }
  CHECK (n_masked > 0 && n_drafted > 0 && n_accepted > 0, "%zu masked, %zu of %zu guesses right", n_masked, n_accepted,
         n_drafted);
  result = make_call (&caller, 1, false, true, &pieces);
  CHECK (result.n_masked == 0 && !is_sound (&caller, &pieces), "without a mask: %s", pieces.text);
  glm_schema_free (caller.schema);
  glm_tokens_clear (&caller.head);
  glm_prompt_clear (&caller.prompt);
  glm_session_free (caller.session);
  glm_model_free (caller.model);
}

int
main (void)
{
  test_wrong_guesses ();
  test_call ();
  test_masks ();
  test_generate ();
  test_guessing ();
  test_no_numbers ();
  return check_exit ();
}
