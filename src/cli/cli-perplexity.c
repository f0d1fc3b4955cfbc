/* cli-perplexity.c: how well a model predicts a text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * exp of the mean negative log-likelihood of a text's tokens, in windows of 2,048 tokens (or the context) that advance by a
 * quarter of their length; each token is scored once, with at least three quarters of a window before it where the text
 * has that much.  These are the window and stride of chatglm.cpp's figures.
 */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/base/error.h"
#include "engine/run/session.h"

#define WINDOW 2048
/* Logits of a whole window would take a gigabyte. */
#define STEP 64

typedef struct
{
  GlmModel *model;
  GlmSession *session;
  GlmTokens tokens;
  double sum; /* of −log p */
  size_t n_scored;
} Score;

/* −log p of an id. */
static double
surprise (const float *logits, int n, int32_t id)
{
  double sum = 0;
  float max = logits[0];

  for (int i = 1; i < n; i++)
    max = logits[i] > max ? logits[i] : max;
  for (int i = 0; i < n; i++)
    sum += exp ((double) logits[i] - max);
  return log (sum) + max - logits[id];
}

/* Evaluates tokens [begin, end) in an empty session and scores those from `first` on. */
static bool
score_window (Score *score, size_t begin, size_t end, size_t first, GlmError *error)
{
  const int32_t *ids = score->tokens.ids;

  glm_session_truncate (score->session, 0);
  for (size_t at = begin; at < end; at += STEP)
    {
      size_t n = end - at < STEP ? end - at : STEP;

      if (!glm_session_eval (score->session, ids + at, n, (int64_t) n, NULL, NULL, error))
        return false;
      for (size_t i = 0; i < n; i++)
        if (at + i + 1 >= first && at + i + 1 < end)
          {
            score->sum += surprise (glm_session_logits_row (score->session, (int64_t) i),
                                    glm_model_info (score->model)->n_vocab, ids[at + i + 1]);
            score->n_scored++;
          }
    }
  return true;
}

static bool
score_text (Score *score, GlmError *error)
{
  size_t window = (size_t) glm_session_context_length (score->session), scored = 1;

  window = window < WINDOW ? window : WINDOW;
  for (size_t begin = 0; scored < score->tokens.n; begin += window / 4)
    {
      size_t end = begin + window < score->tokens.n ? begin + window : score->tokens.n;

      if (!score_window (score, begin, end, scored, error))
        return false;
      scored = end;
      if (isatty (STDERR_FILENO))
        fprintf (stderr, "\r%zu of %zu tokens: %.4f\033[K", scored, score->tokens.n,
                 exp (score->sum / (double) score->n_scored));
    }
  if (isatty (STDERR_FILENO))
    fputs ("\r\033[K", stderr);
  return true;
}

int
cli_perplexity (const CliOptions *options)
{
  Score score = { 0 };
  GlmError error = { 0 };
  char *text = NULL;
  size_t n_bytes = 0;
  FILE *file;
  bool ok;

  if (options->n_args != 1)
    return cli_usage ("perplexity takes one text file");
  file = fopen (options->args[0], "rb");
  if (!file)
    {
      perror (options->args[0]);
      return CLI_FAILED;
    }
  ok = cli_read_all (file, &text, &n_bytes, &error) && cli_open_session (options, &score.model, &score.session, &error)
       && glm_model_tokenize (score.model, text, n_bytes, &score.tokens, &error);
  if (ok && score.tokens.n < 2)
    ok = glm_error_set (&error, GLM_ERROR_ARGUMENT, "%s: fewer than two tokens", options->args[0]);
  ok = ok && score_text (&score, &error);
  if (ok)
    printf (options->json ? "{\"perplexity\": %.6f, \"tokens\": %zu}\n" : "perplexity %.4f over %zu tokens\n",
            exp (score.sum / (double) score.n_scored), score.n_scored);
  fclose (file);
  free (text);
  glm_tokens_clear (&score.tokens);
  glm_session_free (score.session);
  glm_model_free (score.model);
  return ok ? CLI_OK : cli_fail (&error);
}
