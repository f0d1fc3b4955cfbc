/* draft.c: see draft.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/draft.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

#define N_GRAM    3
#define MAX_MATCH 16
#define N_SLOTS   (1u << 16)

/* Steps without drafts after drafting did not pay: doubles each time, up to the second. */
#define MIN_PAUSE 8
#define MAX_PAUSE 128

/* Upper bound on the steps lost to wrong drafts so far, pending ones included: a share of the steps taken, plus a little
 * credit after a long match. */
#define MAX_LOSS   0.02
#define MAX_CREDIT 0.5

/* Cost of a drafted token, in steps, until it is measured; and how much a measurement weighs. */
#define FIRST_COST  0.1
#define COST_WEIGHT 0.2
#define MIN_COST    0.01

/* Guessing must gain at least this much to go on.  It begins barely above, and with few guesses, so that the first wrong
 * ones cost a short reply next to nothing. */
#define MIN_GAIN   1.03
#define FIRST_GAIN 1.1
#define MIN_LENGTH 2

struct GlmDraft
{
  GlmTokens tokens;
  /* By the hash of three tokens: the index behind their last occurrence, or 0.  Collisions overwrite. */
  uint32_t *slots;
  size_t length; /* guesses at a time, now */
  int pause;     /* steps left without guesses */
  int next_pause;
  double plain_seconds; /* a step without guesses, smoothed; 0: not known yet */
  double gain;          /* tokens a step, by what the step costs, smoothed */
  double n_written;     /* tokens: steps without guesses */
  double loss;          /* steps by which guessing has made the reply longer; less than 0: shorter */
  double *cost;         /* of one guess, in steps, smoothed; the session's: it is known from one reply to the next */
};

bool
glm_draft_new (double *cost, GlmDraft **ret_draft, GlmError *error)
{
  GlmDraft *draft = calloc (1, sizeof *draft);

  if (draft)
    draft->slots = calloc (N_SLOTS, sizeof *draft->slots);
  if (!draft || !draft->slots)
    {
      free (draft);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for guessing tokens");
    }
  if (*cost == 0)
    *cost = FIRST_COST;
  draft->cost = cost;
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

/* How many of the last tokens, as far as MAX_MATCH, are those before `at` too. */
static size_t
match_length (const GlmDraft *draft, size_t at)
{
  const int32_t *ids = draft->tokens.ids;
  size_t n = draft->tokens.n, length = 0;

  while (length < MAX_MATCH && length < at && ids[at - 1 - length] == ids[n - 1 - length])
    length++;
  return length;
}

/* How many guesses may be verified after a match so long.  All wrong, they must not make the reply lose more than it may,
 * but the longer the match, the less likely that is: more may be staked then. */
static size_t
affordable (const GlmDraft *draft, size_t match)
{
  double left = MAX_LOSS * draft->n_written - draft->loss;
  double budget = fmin (left * (double) (match - N_GRAM + 1), left + MAX_CREDIT);

  return budget <= 0 ? 0 : budget >= GLM_DRAFT_MAX * *draft->cost ? GLM_DRAFT_MAX : (size_t) (budget / *draft->cost);
}

size_t
glm_draft_propose (GlmDraft *draft, size_t max, int32_t *ret_ids)
{
  size_t n = draft->tokens.n, at, match, most, count = 0;

  if (n < N_GRAM || draft->plain_seconds == 0)
    return 0;
  if (draft->pause > 0)
    {
      draft->pause--;
      return 0;
    }
  at = *slot (draft, n);
  match = match_length (draft, at);
  if (match < N_GRAM)
    return 0;
  most = affordable (draft, match);
  most = most < draft->length ? most : draft->length;
  max = max < most ? max : most;
  for (; count < max && at < n; at++)
    ret_ids[count++] = draft->tokens.ids[at];
  return count;
}

/* Cost of a verified batch, in steps.  At most one step a token: anything above that is noise. */
static double
count_steps (GlmDraft *draft, size_t n_drafted, double seconds)
{
  double steps = seconds / draft->plain_seconds, cost;

  if (steps > 1 + (double) n_drafted)
    steps = 1 + (double) n_drafted;
  cost = steps > 1 ? (steps - 1) / (double) n_drafted : 0;
  *draft->cost = (1 - COST_WEIGHT) * *draft->cost + COST_WEIGHT * cost;
  if (*draft->cost < MIN_COST)
    *draft->cost = MIN_COST;
  return steps;
}

void
glm_draft_report (GlmDraft *draft, size_t n_drafted, size_t n_accepted, double seconds)
{
  double n_tokens = 1 + (double) n_accepted, steps;

  draft->n_written += n_tokens;
  if (n_drafted == 0)
    {
      /* The first step may have paid for waking up. */
      draft->plain_seconds = draft->plain_seconds == 0 ? seconds : 0.8 * draft->plain_seconds + 0.2 * seconds;
      return;
    }
  steps = count_steps (draft, n_drafted, seconds);
  draft->loss += steps - n_tokens;
  draft->gain = 0.7 * draft->gain + 0.3 * n_tokens / steps;
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
