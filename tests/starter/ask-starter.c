/* ask-starter.c: asks a model the conversations of standard input, one a line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: ask-starter MODEL THREADS.  A line is {"turns": [{"role": …, "content": …}, …], "limit": TOKENS}; the answer to it is
 * {"text": …, "waits": …} on one line, the likeliest tokens with control tokens shown, and whether it ended by waiting for a
 * tool.  With "seed": N in the line the tokens are drawn as the window draws them.  One process for a whole list: opening
 * the model takes longer than most answers.  What a conversation begins with like the one before is not computed again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "engine.h"
#include "file/json-file.h"

#define MAX_TURNS 16

static void
print_string (const char *text, size_t n_bytes)
{
  putchar ('"');
  for (size_t i = 0; i < n_bytes; i++)
    {
      unsigned char c = (unsigned char) text[i];

      if (c == '"' || c == '\\')
        printf ("\\%c", c);
      else if (c < 0x20)
        printf ("\\u%04x", c);
      else
        putchar (c);
    }
  putchar ('"');
}

static bool
read_turns (const GlmJsonValue *list, GlmTurn turns[MAX_TURNS], size_t *ret_n, GlmError *error)
{
  size_t n = 0;

  for (const GlmJsonValue *v = list ? glm_json_first (list) : NULL; v; v = glm_json_next (list, v), n++)
    if (n == MAX_TURNS || !glm_json_get_string (v, "role", &turns[n].role)
        || !glm_json_get_string (v, "content", &turns[n].content))
      return glm_error_set (error, GLM_ERROR_ARGUMENT, "turn %zu: no role and content, or too many turns", n + 1);
  *ret_n = n;
  return n > 0 || glm_error_set (error, GLM_ERROR_ARGUMENT, "no turns");
}

static bool
ask (GlmModel *model, GlmSession *session, const char *line, size_t n_line, GlmError *error)
{
  GlmSampling sampling = { .temperature = 0, .repetition_penalty = 1 };
  GlmTurn turns[MAX_TURNS] = { 0 };
  GlmJson *json = NULL;
  GlmPrompt prompt = { 0 };
  GlmTokens ids = { 0 };
  GlmResult result;
  const GlmJsonValue *limit, *seed;
  char *text = NULL;
  size_t n_turns = 0, n_bytes = 0;
  bool ok = glm_json_parse (line, n_line, &json, error)
            && read_turns (glm_json_get (glm_json_root (json), "turns"), turns, &n_turns, error);

  limit = ok ? glm_json_get (glm_json_root (json), "limit") : NULL;
  seed = ok ? glm_json_get (glm_json_root (json), "seed") : NULL;
  if (seed)
    glm_model_default_sampling (model, &sampling);
  sampling.seed = seed ? (uint64_t) seed->integer : 0;
  sampling.max_tokens = limit ? (int) limit->integer : 0;
  ok = ok && glm_model_fit (model, turns, n_turns, NULL, NULL, &prompt, error)
       && glm_generate (session, &prompt, &sampling, NULL, &ids, &result, error)
       && glm_model_detokenize (model, ids.ids, ids.n, &text, &n_bytes, error);
  if (ok)
    {
      fputs ("{\"text\": ", stdout);
      print_string (text, n_bytes);
      printf (", \"waits\": %s}\n", result.reason == GLM_STOP_CALL ? "true" : "false");
      ok = fflush (stdout) == 0 || glm_error_set_errno (error, errno, "standard output");
    }
  free (text);
  glm_tokens_clear (&ids);
  glm_prompt_clear (&prompt);
  glm_json_free (json);
  return ok;
}

int
main (int argc, char **argv)
{
  GlmModelOptions options = { .n_threads = argc == 3 ? atoi (argv[2]) : 0 };
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmError error = { 0 };
  char *line = NULL;
  size_t capacity = 0;
  ssize_t n;
  bool ok;

  if (argc != 3)
    {
      fputs ("usage: ask-starter MODEL THREADS < CONVERSATIONS\n", stderr);
      return 2;
    }
  ok = glm_model_open (argv[1], &options, &model, &error) && glm_session_new (model, NULL, &session, &error);
  while (ok && (n = getline (&line, &capacity, stdin)) > 0)
    ok = ask (model, session, line, (size_t) n, &error);
  if (!ok)
    fprintf (stderr, "ask-starter: %s\n", error.message);
  free (line);
  glm_session_free (session);
  glm_model_free (model);
  return ok ? 0 : 1;
}
