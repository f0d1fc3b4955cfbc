/* draft.c: see draft.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draft.h"

#include <stdlib.h>

#include "error.h"

#define N_GRAM 3
#define N_SLOTS (1u << 16)

/* Steps without guesses after guessing has not paid: doubled each time, up to the second. */
#define MIN_PAUSE 8
#define MAX_PAUSE 128

/* Guessing must gain at least this much to go on.  It begins barely above, and with few guesses, so that the first wrong
 * ones cost a short reply next to nothing. */
#define MIN_GAIN 1.03
#define FIRST_GAIN 1.1
#define MIN_LENGTH 2

struct GlmDraft
{
  GlmTokens tokens;
  /* By the hash of three tokens: the index behind their last occurrence, or 0.  Collisions overwrite. */
  uint32_t *slots;
  size_t length;                /* guesses at a time, now */
  int pause;                    /* steps left without guesses */
  int next_pause;
  double plain_seconds;         /* a step without guesses, smoothed; 0: not known yet */
  double gain;                  /* tokens a step, by what the step costs, smoothed */
};

bool
glm_draft_new (GlmDraft **ret_draft, GlmError *error)
{
  GlmDraft *draft = calloc (1, sizeof *draft);

  if (draft)
    draft->slots = calloc (N_SLOTS, sizeof *draft->slots);
  if (!draft || !draft->slots)
    {
      free (draft);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for guessing tokens");
    }
  draft->length = MIN_LENGTH;
  draft->next_pause = MIN_PAUSE;
  draft->gain = FIRST_GAIN;
  *ret_draft = draft;
  return true;
}

void
glm_draft_free (GlmDraft *draft)
{
  if (!draft)
    return;
  glm_tokens_clear (&draft->tokens);
  free (draft->slots);
  free (draft);
}

/* The slot of the three tokens before `end`. */
static uint32_t *
slot (const GlmDraft *draft, size_t end)
{
  uint32_t hash = 0;

  for (size_t i = end - N_GRAM; i < end; i++)
    hash = (hash ^ (uint32_t) draft->tokens.ids[i]) * 0x9e3779b1u;
  return &draft->slots[hash >> 16];
}

bool
glm_draft_append (GlmDraft *draft, int32_t id, GlmError *error)
{
  /* What ends before the new token is entered only now, so that a look-up never finds itself. */
  if (draft->tokens.n >= N_GRAM)
    *slot (draft, draft->tokens.n) = (uint32_t) draft->tokens.n;
  if (!glm_tokens_append (&draft->tokens, id))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for guessing tokens");
  return true;
}

size_t
glm_draft_propose (GlmDraft *draft, size_t max, int32_t *ret_ids)
{
  const int32_t *ids = draft->tokens.ids;
  size_t n = draft->tokens.n, at, count = 0;

  if (n < N_GRAM || draft->plain_seconds == 0)
    return 0;
  if (draft->pause > 0)
    {
      draft->pause--;
      return 0;
    }
  at = *slot (draft, n);
  if (at == 0)
    return 0;
  for (size_t i = 1; i <= N_GRAM; i++)
    if (ids[at - i] != ids[n - i])
      return 0;
  if (max > draft->length)
    max = draft->length;
  for (; count < max && at < n; at++)
    ret_ids[count++] = ids[at];
  return count;
}

void
glm_draft_report (GlmDraft *draft, size_t n_drafted, size_t n_accepted, double seconds)
{
  if (n_drafted == 0)
    {
      /* The first step may have paid for waking up. */
      draft->plain_seconds = draft->plain_seconds == 0 ? seconds : 0.8 * draft->plain_seconds + 0.2 * seconds;
      return;
    }
  draft->gain = 0.7 * draft->gain + 0.3 * (double) (n_accepted + 1) * draft->plain_seconds / seconds;
  if (n_accepted == n_drafted)
    draft->length = n_drafted * 2 < GLM_DRAFT_MAX ? n_drafted * 2 : GLM_DRAFT_MAX;
  else
    draft->length = n_accepted + 1 > MIN_LENGTH ? n_accepted + 1 : MIN_LENGTH;

  if (draft->gain >= MIN_GAIN)
    {
      draft->next_pause = MIN_PAUSE;
      return;
    }
  draft->pause = draft->next_pause;
  draft->next_pause = draft->next_pause * 2 < MAX_PAUSE ? draft->next_pause * 2 : MAX_PAUSE;
  draft->gain = FIRST_GAIN;
  draft->length = MIN_LENGTH;
}
