/* test-call-mask.c: what random models call under the mask, through the sampler and the loop of generation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: test-call-mask [REPLIES]: so many of each family; beyond 1,000 it prints what the mask cost
 */
#include <time.h>

#include "check.h"
#include "run/rehearsal.h"
#include "run/session.h"
#include "run/tiny-moe.h"
#include "text/call-arguments.h"

static const GlmTool tools[] = {
  { "get_weather", NULL,
    "{\"type\":\"object\",\"properties\":{\"location\":{\"type\":\"string\",\"maxLength\":9},"
    "\"unit\":{\"type\":\"string\",\"enum\":[\"celsius\",\"fahrenheit\"]},\"note\":{\"type\":[\"string\",\"null\"],\"maxLength\":5},"
    "\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":14},\"hours\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"},"
    "\"maxItems\":3}},\"required\":[\"location\",\"unit\"],\"additionalProperties\":false}" },
  { "get_time", NULL, "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}" },
};

static const GlmToolSet offered = { tools, 2, false };

/* The first call; what comes behind it is not wanted. */
typedef struct
{
  char name[80], arguments[8192];
  size_t n;
  bool ended;
} Call;

static bool
on_piece (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Call *call = user_data;

  if (kind == GLM_REPLY_CALL)
    snprintf (call->name, sizeof call->name, "%.*s", (int) n_bytes, text);
  if (kind != GLM_REPLY_ARGUMENTS || call->ended)
    return true;
  REQUIRE (call->n + n_bytes < sizeof call->arguments, "long arguments");
  memcpy (call->arguments + call->n, text, n_bytes);
  call->arguments[call->n += n_bytes] = '\0';
  call->ended = strstr (call->arguments, "</tool_call>");
  return !call->ended;
}

/* Why the call must not be run; NULL: it is sound. */
static const char *
judge (const Call *call)
{
  GlmBuffer json = { 0 };
  size_t n_steps = 0;
  const char *bad = "not-ended";

  for (size_t i = 0; i < 2 && call->ended; i++)
    if (strcmp (call->name, tools[i].name) == 0)
      {
        GlmSchema *schema = NULL;

        bad = glm_call_arguments (GLM_CALLS_TAGS, &tools[i], call->arguments, call->n, &json, &n_steps);
        REQUIRE (glm_schema_new (tools[i].schema, &schema, NULL), "schema");
        if (!bad && !glm_schema_check (schema, (const char *) json.data, json.n, NULL))
          bad = "unfit";
        glm_schema_free (schema);
        break;
      }
    else
      bad = "no-such-tool";
  glm_buffer_clear (&json);
  return bad;
}

typedef struct
{
  size_t n_sound, n_weather, n_masked, n_drafted, n_accepted, n_generated;
  double seconds;
} Tally;

static void
write_calls (GlmSession *session, const GlmPrompt *prompt, const GlmTokens *head, size_t n_replies, bool no_guesses,
             bool no_masks, Tally *tally)
{
  const GlmRehearsal rehearsal = { head->ids, head->n, no_guesses, no_masks };
  struct timespec begin, end;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &begin);
  for (size_t i = 0; i < n_replies; i++)
    {
      const GlmSampling sampling = {
        .temperature = 1.5f, .top_p = 1, .repetition_penalty = 1, .seed = i + 1, .max_tokens = 1500
      };
      Call call = { 0 };
      GlmGenerateFuncs funcs = { .piece = on_piece, .user_data = &call, .tools = &offered };
      GlmResult result;
      GlmError error = { 0 };
      const char *bad;

      REQUIRE (glm_rehearse (session, prompt, &sampling, &funcs, &rehearsal, NULL, &result, &error), "%s", error.message);
      bad = judge (&call);
      CHECK (no_masks || !bad, "seed %zu: %s: %s%s", i + 1, bad, call.name, call.arguments);
      tally->n_sound += !bad;
      tally->n_weather += strcmp (call.name, "get_weather") == 0;
      tally->n_masked += result.n_masked;
      tally->n_drafted += result.n_drafted;
      tally->n_accepted += result.n_accepted;
      tally->n_generated += result.n_generated;
    }
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &end);
  tally->seconds += (double) (end.tv_sec - begin.tv_sec) + 1e-9 * (double) (end.tv_nsec - begin.tv_nsec);
}

/* Names, arguments and ends are held; without the mask a random model never calls. */
static void
test_family (const char *family, const char *opening, size_t n_replies)
{
  const char *path = test_temp_path ("tiny-moe.gguf");
  const GlmTurn turn = { .role = "user", .content = "Weather?" };
  const GlmFit fit = { .tools = &offered };
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmPrompt prompt = { 0 };
  GlmTokens head = { 0 };
  GlmError error = { 0 };
  Tally guessed = { 0 }, plain = { 0 }, freely = { 0 };

  tiny_moe_write (family, path);
  REQUIRE (glm_model_open (path, NULL, &model, &error) && glm_session_new (model, NULL, &session, &error)
               && glm_model_fit (model, &turn, 1, NULL, &fit, &prompt, &error)
               && glm_model_tokenize (model, opening, strlen (opening), &head, &error),
           "%s", error.message);
  for (const char *const *p = (const char *const[]){ "</think>", "<tool_call>", NULL }; *p; p++)
    REQUIRE (glm_tokens_append (&head, glm_tokenizer_control_id (model->tokenizer, *p)), "%s", *p);
  write_calls (session, &prompt, &head, n_replies, false, false, &guessed);
  write_calls (session, &prompt, &head, n_replies / 4, true, false, &plain);
  write_calls (session, &prompt, &head, 5, true, true, &freely);
  CHECK (guessed.n_weather > 0 && guessed.n_weather < n_replies, "get_weather was called %zu times", guessed.n_weather);
  CHECK (guessed.n_masked > 0 && guessed.n_accepted > 0, "%zu masked, %zu guesses right", guessed.n_masked, guessed.n_accepted);
  CHECK (plain.n_drafted == 0 && freely.n_masked == 0 && freely.n_sound == 0, "%zu sound without a mask", freely.n_sound);
  if (n_replies > 1000)
    printf ("%s: %zu of %zu calls sound; %zu of %zu tokens masked; %zu of %zu guesses right; a masked token takes %.2f times a"
            " free one\n",
            family, guessed.n_sound, n_replies, guessed.n_masked, guessed.n_generated, guessed.n_accepted, guessed.n_drafted,
            plain.seconds / (double) plain.n_generated / (freely.seconds / (double) freely.n_generated));
  glm_tokens_clear (&head);
  glm_prompt_clear (&prompt);
  glm_session_free (session);
  glm_model_free (model);
}

int
main (int argc, char **argv)
{
  size_t n_replies = argc > 1 ? (size_t) atol (argv[1]) : 60;

  test_family ("GLM-4.5", "<think>", n_replies);
  test_family ("GLM-4.7", "hm", n_replies);
  return check_exit ();
}
