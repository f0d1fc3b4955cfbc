/* cli-run.c: logits and generate
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/base/error.h"

#define N_TOP 10

/* ---- logits ----------------------------------------------------------------------------------------------------- */

static bool
write_floats (const char *path, const float *values, size_t n, GlmError *error)
{
  FILE *file = fopen (path, "wb");
  bool ok = file != NULL;

  for (size_t i = 0; ok && i < n; i++)
    {
      unsigned char bytes[4];
      uint32_t bits;

      memcpy (&bits, &values[i], sizeof bits);
      for (int j = 0; j < 4; j++)
        bytes[j] = (unsigned char) (bits >> (8 * j));
      ok = fwrite (bytes, 1, 4, file) == 4;
    }
  if (file && fclose (file) != 0)
    ok = false;
  return ok || glm_error_set_errno (error, errno, "%s", path);
}

/* The likeliest tokens, for people and for tests. */
static void
print_top (const CliOptions *options, const float *logits, int n)
{
  int32_t top[N_TOP];
  int n_top = 0;

  for (int id = 0; id < n; id++)
    {
      int i;

      if (n_top == N_TOP && logits[id] <= logits[top[N_TOP - 1]])
        continue;
      n_top += n_top < N_TOP;
      for (i = n_top - 1; i > 0 && logits[id] > logits[top[i - 1]]; i--)
        top[i] = top[i - 1];
      top[i] = id;
    }
  if (options->json)
    {
      printf ("{\"n_vocab\": %d, \"top\": [", n);
      for (int i = 0; i < n_top; i++)
        printf ("%s[%" PRId32 ", %.6g]", i ? ", " : "", top[i], logits[top[i]]);
      puts ("]}");
    }
  else if (!options->out)
    for (int i = 0; i < n_top; i++)
      printf ("%8" PRId32 "  %.4f\n", top[i], logits[top[i]]);
}

int
cli_logits (const CliOptions *options)
{
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  bool ok;

  if (!options->tokens)
    return cli_usage ("logits needs --tokens");
  ok = cli_parse_ids (options->tokens, strlen (options->tokens), &tokens, &error);
  if (ok && tokens.n == 0)
    ok = glm_error_set (&error, GLM_ERROR_ARGUMENT, "--tokens holds no ids");
  ok = ok && cli_open_session (options, &model, &session, &error)
       && glm_session_sync (session, tokens.ids, tokens.n, NULL, NULL, NULL, &error);
  if (ok && options->out)
    ok = write_floats (options->out, glm_session_logits (session), (size_t) glm_model_info (model)->n_vocab, &error);
  if (ok)
    print_top (options, glm_session_logits (session), glm_model_info (model)->n_vocab);
  glm_tokens_clear (&tokens);
  glm_session_free (session);
  glm_model_free (model);
  return ok ? CLI_OK : cli_fail (&error);
}

/* ---- generate --------------------------------------------------------------------------------------------------- */

static const char *
reason_name (GlmStopReason reason)
{
  static const char *const names[] = {
    [GLM_STOP_END] = "end",         [GLM_STOP_CALL] = "call",           [GLM_STOP_LENGTH] = "length",
    [GLM_STOP_CONTEXT] = "context", [GLM_STOP_CANCELLED] = "cancelled",
  };

  return names[reason];
}

static void
print_generated (const CliOptions *options, const GlmModel *model, const GlmTokens *ids, const GlmResult *result)
{
  char *text = NULL;
  size_t n_bytes;

  if (!options->json)
    {
      cli_print_ids (ids->ids, ids->n, " ");
      putchar ('\n');
      return;
    }
  fputs ("{\"ids\": [", stdout);
  cli_print_ids (ids->ids, ids->n, ", ");
  fputs ("]", stdout);
  if (glm_model_detokenize (model, ids->ids, ids->n - (result->stop_id >= 0), &text, &n_bytes, NULL))
    {
      fputs (", \"text\": ", stdout);
      cli_print_json_string (text, n_bytes);
    }
  free (text);
  printf (", \"reason\": \"%s\", \"n_prompt\": %zu, \"n_generated\": %zu, \"prompt_seconds\": %.6f, "
          "\"generate_seconds\": %.6f, \"n_drafted\": %zu, \"n_accepted\": %zu}\n",
          reason_name (result->reason), result->n_prompt, result->n_generated, result->prompt_seconds, result->generate_seconds,
          result->n_drafted, result->n_accepted);
}

int
cli_generate (const CliOptions *options)
{
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmPrompt prompt = { 0 };
  GlmTokens ids = { 0 };
  GlmSampling sampling;
  GlmResult result;
  GlmError error = { 0 };
  bool ok, said = false;

  if (!options->tokens)
    return cli_usage ("generate needs --tokens");
  ok = cli_parse_ids (options->tokens, strlen (options->tokens), &prompt.ids, &error)
       && cli_open_session (options, &model, &session, &error);
  if (ok)
    {
      cli_sampling (options, model, &sampling);
      ok = glm_generate (session, &prompt, &sampling, NULL, &ids, &result, &error);
      cli_note_device (session, &said);
    }
  /* The token that ended the reply is one that the model generated. */
  if (ok && result.stop_id >= 0)
    ok = glm_tokens_append (&ids, result.stop_id);
  if (ok)
    print_generated (options, model, &ids, &result);
  glm_prompt_clear (&prompt);
  glm_tokens_clear (&ids);
  glm_session_free (session);
  glm_model_free (model);
  return ok ? CLI_OK : cli_fail (&error);
}
