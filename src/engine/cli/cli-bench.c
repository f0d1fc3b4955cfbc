/* cli-bench.c: how fast a model loads, reads and answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <time.h>

#include "cli/cli.h"

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* Tokens that a tokenizer would give: any will do, the work is the same. */
static void
fill_tokens (GlmTokens *tokens, size_t n, int n_vocab)
{
  for (size_t i = 0; i < n; i++)
    glm_tokens_append (tokens, (int32_t) (1000 % n_vocab + (int) (i * 7919 % (size_t) (n_vocab > 2000 ? n_vocab - 2000 : 1))));
}

int
cli_bench (const CliOptions *options)
{
  static const size_t prompts[] = { 16, 128, 512 };
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmError error = { 0 };
  double start = now (), load;

  if (!cli_open_session (options, &model, &session, &error))
    return cli_fail (&error);
  load = now () - start;
  printf ("load %.3f s\n", load);
  for (size_t i = 0; i < sizeof prompts / sizeof prompts[0]; i++)
    {
      GlmTokens tokens = { 0 };
      int n_decode = options->n ? options->n : 32;

      if (prompts[i] + (size_t) n_decode > (size_t) glm_session_context_length (session))
        break;
      fill_tokens (&tokens, prompts[i] + (size_t) n_decode, glm_model_info (model)->n_vocab);
      glm_session_sync (session, NULL, 0, NULL, NULL, NULL, NULL);
      start = now ();
      if (!glm_session_sync (session, tokens.ids, prompts[i], NULL, NULL, NULL, &error))
        return cli_fail (&error);
      printf ("prompt %4zu  %8.2f t/s", prompts[i], (double) prompts[i] / (now () - start));
      start = now ();
      for (int j = 1; j <= n_decode; j++)
        if (!glm_session_sync (session, tokens.ids, prompts[i] + (size_t) j, NULL, NULL, NULL, &error))
          return cli_fail (&error);
      printf ("   decode %8.2f t/s\n", (double) n_decode / (now () - start));
      glm_tokens_clear (&tokens);
    }
  glm_session_free (session);
  glm_model_free (model);
  return CLI_OK;
}
