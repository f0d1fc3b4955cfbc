/* test-form.c: replies that are held to a form, and how likely the model found their tokens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random models write anything, so what fits does so because it is held.  The one with the window writes calls as Python.
 */
#include <math.h>

#include "check.h"
#include "run/session.h"
#include "run/tiny-moe.h"

static const char schema_text[] =
    "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"maxLength\":9},\"days\":{\"type\":\"integer\","
    "\"minimum\":1,\"maximum\":14},\"sun\":{\"type\":\"boolean\"}},\"required\":[\"city\",\"days\"],"
    "\"additionalProperties\":false}";

static const GlmTool tools[] = { { "get_weather", "Weather", schema_text },
                                 { "get_time", NULL,
                                   "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}" } };
static const GlmToolSet offered = { tools, 2, false };

static size_t n_weather;

typedef struct
{
  char text[16384], name[80], arguments[16384], spelled[16384];
  size_t n_calls, n_called, n_thought, n_tokens, n_between;
  double worst; /* the sum of the chances that were told, at most */
  bool sorted, has_best;
} Reply;

static void
append (char *to, size_t size, const char *text, size_t n)
{
  size_t at = strlen (to);

  REQUIRE (at + n < size, "a long reply");
  if (n > 0) /* a control token has no bytes, and no text */
    memcpy (to + at, text, n);
  to[at + n] = '\0';
}

static bool
on_piece (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Reply *reply = user_data;

  if (kind == GLM_REPLY_TEXT)
    append (reply->text, sizeof reply->text, text, n_bytes);
  else if (kind == GLM_REPLY_CALL)
    append (reply->name, sizeof reply->name, text, n_bytes);
  else if (kind == GLM_REPLY_CALLED)
    append (reply->arguments, sizeof reply->arguments, text, n_bytes);
  reply->n_calls += kind == GLM_REPLY_CALL;
  reply->n_called += kind == GLM_REPLY_CALLED;
  reply->n_thought += kind == GLM_REPLY_THOUGHT ? n_bytes : 0;
  return true;
}

static void
on_token (const GlmChance *token, const GlmChance *top, size_t n_top, void *user_data)
{
  Reply *reply = user_data;
  double sum = 0;

  append (reply->spelled, sizeof reply->spelled, (const char *) token->bytes, token->n_bytes);
  reply->n_tokens++;
  for (size_t i = 0; i < n_top; i++)
    {
      sum += exp (top[i].logprob);
      reply->sorted = reply->sorted && (i == 0 || top[i].logprob <= top[i - 1].logprob);
    }
  reply->has_best = reply->has_best && n_top > 0 && top[0].id == token->id && top[0].logprob == token->logprob;
  reply->worst = sum > reply->worst ? sum : reply->worst;
}

static void
on_between (void *user_data)
{
  ((Reply *) user_data)->n_between++;
}

static GlmResult
write_reply (GlmSession *session, const GlmFit *fit, const GlmForm *form, GlmSampling sampling, Reply *reply)
{
  const GlmTurn turn = { .role = "user", .content = "Weather?" };
  GlmGenerateFuncs funcs = { .piece = on_piece,
                             .user_data = reply,
                             .tools = fit->tools,
                             .form = form,
                             .token = on_token,
                             .n_top = 5,
                             .between = on_between };
  GlmPrompt prompt = { 0 };
  GlmResult result = { 0 };
  GlmError error = { 0 };

  *reply = (Reply){ .sorted = true, .has_best = true };
  REQUIRE (glm_model_fit (session->model, &turn, 1, NULL, fit, &prompt, &error)
               && glm_generate (session, &prompt, &sampling, &funcs, NULL, &result, &error),
           "%s", error.message);
  CHECK (reply->n_tokens == result.n_generated, "%zu tokens told of %zu", reply->n_tokens, result.n_generated);
  glm_prompt_clear (&prompt);
  return result;
}

static GlmSampling
wild (uint64_t seed)
{
  return (GlmSampling){ .temperature = 1.5f, .top_p = 1, .repetition_penalty = 1, .seed = seed, .max_tokens = 1500 };
}

static void
check_object (GlmSession *session, const GlmSchema *schema)
{
  const GlmForm form = { .kind = GLM_FORM_JSON, .schema = schema_text };
  const GlmFit fit = { .no_thoughts = true };
  GlmError error = { 0 };
  Reply reply;

  for (uint64_t seed = 1; seed <= 20; seed++)
    {
      GlmResult result = write_reply (session, &fit, &form, wild (seed), &reply);

      CHECK (result.reason == GLM_STOP_END, "reason %d", result.reason);
      CHECK (glm_schema_check (schema, reply.text, strlen (reply.text), &error), "%s: %s", error.message, reply.text);
    }
}

static void
check_call (GlmSession *session, const GlmSchema *schema)
{
  const GlmForm form = { .kind = GLM_FORM_CALL };
  const GlmFit fit = { .no_thoughts = true, .tools = &offered };
  GlmError error = { 0 };
  Reply reply;

  for (uint64_t seed = 1; seed <= 20; seed++)
    {
      GlmResult result = write_reply (session, &fit, &form, wild (seed), &reply);

      CHECK (result.reason == GLM_STOP_CALL, "reason %d", result.reason);
      CHECK (reply.n_calls == 1 && reply.n_called == 1, "%zu calls, %zu sound: %s", reply.n_calls, reply.n_called,
             reply.spelled);
      CHECK (reply.text[0] == '\0', "text beside a call: %s", reply.text);
      if (strcmp (reply.name, "get_weather") != 0)
        continue;
      n_weather++;
      CHECK (glm_schema_check (schema, reply.arguments, strlen (reply.arguments), &error), "%s: %s", error.message,
             reply.arguments);
    }
}

/* The text as it is: what looks like a thought or a call is text. */
static void
check_plain (GlmSession *session)
{
  const GlmForm form = { .kind = GLM_FORM_PLAIN };
  const GlmFit fit = { 0 };
  GlmSampling sampling = { .top_p = 1, .repetition_penalty = 1, .max_tokens = 12 };
  Reply reply;

  write_reply (session, &fit, &form, sampling, &reply);
  CHECK (reply.n_thought == 0 && reply.n_calls == 0, "%zu bytes of thoughts", reply.n_thought);
  CHECK (reply.n_between == reply.n_tokens - 1 || reply.n_between < reply.n_tokens, "%zu", reply.n_between);
  CHECK (reply.n_between > 0, "nobody was let go first");
  CHECK (reply.sorted && reply.has_best, "the likeliest token is not the first of them");
  CHECK (reply.worst > 0 && reply.worst < 1.0001, "chances sum to %g", reply.worst);
}

/* A text's tokens are its own, beside the control tokens that every prompt of the family begins with. */
static void
check_text (const GlmModel *model)
{
  GlmTokens plain = { 0 }, prompt = { 0 };
  GlmError error = { 0 };

  REQUIRE (glm_model_tokenize (model, "Once", 4, &plain, &error) && glm_model_fit_text (model, "Once", 4, &prompt, &error),
           "%s", error.message);
  CHECK (prompt.n == plain.n + 2 && memcmp (prompt.ids + 2, plain.ids, plain.n * sizeof *plain.ids) == 0, "%zu tokens of %zu",
         prompt.n, plain.n);
  CHECK (prompt.ids[0] == glm_tokenizer_control_id (model->tokenizer, "[gMASK]"), "%d", prompt.ids[0]);
  glm_tokens_clear (&plain);
  glm_tokens_clear (&prompt);
}

static void
check_errors (GlmSession *session)
{
  const GlmForm bad = { .kind = GLM_FORM_JSON, .schema = "{\"type\":\"object\",\"not\":{}}" }, call = { .kind = GLM_FORM_CALL };
  const GlmSampling sampling = wild (1);
  const GlmTurn turn = { .role = "user", .content = "?" };
  GlmGenerateFuncs funcs = { .piece = on_piece, .form = &bad };
  GlmPrompt prompt = { 0 };
  GlmError error = { 0 };

  REQUIRE (glm_model_fit (session->model, &turn, 1, NULL, NULL, &prompt, &error), "%s", error.message);
  CHECK (!glm_generate (session, &prompt, &sampling, &funcs, NULL, NULL, &error) && error.code == GLM_ERROR_ARGUMENT, "%s",
         error.message);
  funcs.form = &call;
  CHECK (!glm_generate (session, &prompt, &sampling, &funcs, NULL, NULL, &error) && error.code == GLM_ERROR_UNSUPPORTED, "%s",
         error.message);
  glm_prompt_clear (&prompt);
}

static void
check_model (const char *path)
{
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmSchema *schema = NULL;
  GlmError error = { 0 };

  REQUIRE (glm_model_open (path, NULL, &model, &error) && glm_session_new (model, NULL, &session, &error)
               && glm_schema_new (schema_text, &schema, &error),
           "%s", error.message);
  check_text (model);
  check_object (session, schema);
  check_call (session, schema);
  check_plain (session);
  check_errors (session);
  glm_schema_free (schema);
  glm_session_free (session);
  glm_model_free (model);
}

static void
check_held (void)
{
  GlmSchema *schema = NULL;

  REQUIRE (glm_schema_new (schema_text, &schema, NULL), "schema");
  CHECK (glm_schema_is_held (schema), "all of it is held");
  glm_schema_free (schema);
  REQUIRE (glm_schema_new ("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"multipleOf\":7}}}", &schema,
                           NULL),
           "schema");
  CHECK (!glm_schema_is_held (schema), "multipleOf is not held");
  glm_schema_free (schema);
}

int
main (void)
{
  const char *path = test_temp_path ("tiny-moe.gguf");
  char starter[1024];

  check_held ();
  for (const char *const *family = (const char *const[]){ "GLM-4.5", "GLM-4.7", NULL }; *family; family++)
    {
      tiny_moe_write (*family, path);
      check_model (path);
    }
  snprintf (starter, sizeof starter, "%s/models/myna-fledgling-q8_0.gguf", getenv ("MYNA_DATA_DIR"));
  check_model (starter);
  CHECK (n_weather > 0, "never get_weather");
  return check_exit ();
}
