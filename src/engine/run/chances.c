/* chances.c: see chances.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/chances.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "text/token-table.h"

struct GlmChances
{
  const GlmGenerateFuncs *funcs;
  const GlmTokenTable *table;
  size_t n_vocab, n_top;
  GlmChance top[GLM_MAX_CHANCES];
};

bool
glm_chances_new (GlmModel *model, const GlmGenerateFuncs *funcs, GlmChances **ret_chances, GlmError *error)
{
  GlmChances *chances = calloc (1, sizeof *chances);

  if (!chances || !glm_model_token_table (model, &chances->table))
    {
      free (chances);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokens' chances");
    }
  chances->funcs = funcs;
  chances->n_vocab = (size_t) model->params.n_vocab;
  chances->n_top = funcs->n_top < GLM_MAX_CHANCES ? funcs->n_top : GLM_MAX_CHANCES;
  chances->n_top = chances->n_top < chances->n_vocab ? chances->n_top : chances->n_vocab;
  *ret_chances = chances;
  return true;
}

void
glm_chances_free (GlmChances *chances)
{
  free (chances);
}

/* The logarithm of the sum of all exp (logit), without the overflow.  What is not a number is impossible. */
static double
log_sum (const float *logits, size_t n)
{
  float maximum = -INFINITY;
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    maximum = logits[i] > maximum ? logits[i] : maximum;
  for (size_t i = 0; isfinite (maximum) && i < n; i++)
    sum += isnan (logits[i]) ? 0 : exp ((double) (logits[i] - maximum));
  return sum > 0 ? maximum + log (sum) : 0;
}

static GlmChance
chance_of (const GlmChances *chances, const float *logits, double total, int32_t id)
{
  GlmChance chance = { .id = id, .logprob = (float) ((double) logits[id] - total) };

  if (isnan (chance.logprob))
    chance.logprob = -INFINITY;
  chance.bytes = glm_token_table_bytes (chances->table, id, &chance.n_bytes);
  return chance;
}

/* The n_top largest logits, the lower id first on a tie, by insertion: most are turned away by one comparison. */
static size_t
find_top (const GlmChances *chances, const float *logits, int32_t ids[GLM_MAX_CHANCES])
{
  size_t n = 0;

  for (size_t id = 0; chances->n_top > 0 && id < chances->n_vocab; id++)
    {
      size_t at;

      if (isnan (logits[id]) || (n == chances->n_top && !(logits[id] > logits[ids[n - 1]])))
        continue;
      for (at = n < chances->n_top ? n++ : n - 1; at > 0 && logits[id] > logits[ids[at - 1]]; at--)
        ids[at] = ids[at - 1];
      ids[at] = (int32_t) id;
    }
  return n;
}

void
glm_chances_tell (GlmChances *chances, const float *logits, int32_t id)
{
  int32_t ids[GLM_MAX_CHANCES];
  GlmChance chance;
  double total;
  size_t n;

  if (!chances)
    return;
  total = log_sum (logits, chances->n_vocab);
  chance = chance_of (chances, logits, total, id);
  n = find_top (chances, logits, ids);
  for (size_t i = 0; i < n; i++)
    chances->top[i] = chance_of (chances, logits, total, ids[i]);
  chances->funcs->token (&chance, chances->top, n, chances->funcs->user_data);
}
