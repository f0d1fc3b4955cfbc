/* sampler.c: see sampler.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/error.h"

typedef struct
{
  float logit;
  int32_t id;
} Candidate;

struct GlmSampler
{
  GlmSampling sampling;
  int n_vocab;
  uint64_t state[4];
  uint8_t *seen;         /* [n_vocab]: in the sequence */
  float *logits;         /* [n_vocab]: after the penalty */
  Candidate *candidates; /* [n_vocab] */
  double *weights;       /* [n_vocab]: of the candidates */
};

/* ---- Random numbers: xoshiro256++ (Blackman and Vigna, 2019), seeded by splitmix64 ------------------------------ */

static uint64_t
splitmix64 (uint64_t *state)
{
  uint64_t z = *state += UINT64_C (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static uint64_t
rotate (uint64_t x, int n)
{
  return x << n | x >> (64 - n);
}

static uint64_t
random_bits (uint64_t s[4])
{
  uint64_t result = rotate (s[0] + s[3], 23) + s[0], t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate (s[3], 45);
  return result;
}

/* In [0, 1). */
static double
draw_uniform (GlmSampler *sampler)
{
  return (double) (random_bits (sampler->state) >> 11) * 0x1p-53;
}

static uint64_t
system_seed (void)
{
  uint64_t seed;
  struct timespec now;

  if (getrandom (&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t) sizeof seed)
    return seed;
  clock_gettime (CLOCK_REALTIME, &now);
  return (uint64_t) now.tv_sec * UINT64_C (1000000007) ^ (uint64_t) now.tv_nsec;
}

/* ---- Making one ------------------------------------------------------------------------------------------------- */

static bool
check (const GlmSampling *s, GlmError *error)
{
  if (!(s->temperature >= 0 && s->temperature <= 100))
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "the temperature must be between 0 and 100");
  if (!(s->top_p >= 0 && s->top_p <= 1) || !(s->min_p >= 0 && s->min_p <= 1))
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "top-p and min-p must be between 0 and 1");
  if (!(s->repetition_penalty > 0 && s->repetition_penalty <= 100))
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "the repetition penalty must be above 0 and at most 100");
  if (s->top_k < 0 || s->max_tokens < 0)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "top-k and the length must not be negative");
  return true;
}

bool
glm_sampler_new (const GlmSampling *sampling, int n_vocab, GlmSampler **ret_sampler, GlmError *error)
{
  GlmSampler *sampler;
  uint64_t seed;
  size_t n = (size_t) n_vocab;

  if (!check (sampling, error))
    return false;
  sampler = calloc (1, sizeof *sampler);
  if (!sampler)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a sampler");
  sampler->sampling = *sampling;
  sampler->n_vocab = n_vocab;
  sampler->seen = calloc (n, 1);
  sampler->logits = calloc (n, sizeof (float));
  sampler->candidates = calloc (n, sizeof (Candidate));
  sampler->weights = calloc (n, sizeof (double));
  if (!sampler->seen || !sampler->logits || !sampler->candidates || !sampler->weights)
    {
      glm_sampler_free (sampler);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a sampler");
    }
  seed = sampling->seed ? sampling->seed : system_seed ();
  for (int i = 0; i < 4; i++)
    sampler->state[i] = splitmix64 (&seed);
  *ret_sampler = sampler;
  return true;
}

void
glm_sampler_free (GlmSampler *sampler)
{
  if (!sampler)
    return;
  free (sampler->seen);
  free (sampler->logits);
  free (sampler->candidates);
  free (sampler->weights);
  free (sampler);
}

void
glm_sampler_accept (GlmSampler *sampler, int32_t id)
{
  if (id >= 0 && id < sampler->n_vocab)
    sampler->seen[id] = 1;
}

/* ---- Drawing ---------------------------------------------------------------------------------------------------- */

/* Keskar et al., "CTRL", 2019: once for each token that is in the sequence, however often. */
void
glm_sampler_penalise (const GlmSampler *sampler, const float *logits, float *y)
{
  float penalty = sampler->sampling.repetition_penalty;

  for (int i = 0; i < sampler->n_vocab; i++)
    {
      float logit = isnan (logits[i]) ? -INFINITY : logits[i];

      if (penalty != 1 && sampler->seen[i])
        logit = logit > 0 ? logit / penalty : logit * penalty;
      y[i] = logit;
    }
}

static int32_t
best (const float *logits, int n)
{
  int32_t id = 0;

  for (int i = 1; i < n; i++)
    if (logits[i] > logits[id])
      id = i;
  return id;
}

/* Likelier first; the lower id on a tie. */
static bool
before (Candidate a, Candidate b)
{
  return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
}

static int
compare (const void *a, const void *b)
{
  const Candidate *x = a, *y = b;

  return before (*x, *y) ? -1 : before (*y, *x) ? 1 : 0;
}

static void
swap (Candidate *a, Candidate *b)
{
  Candidate c = *a;

  *a = *b;
  *b = c;
}

/* Moves the k first candidates to the front, in no order (Hoare's selection). */
static void
select_first (Candidate *c, int n, int k)
{
  int low = 0, high = n - 1;

  while (low < high)
    {
      int i = low, j = high;

      swap (&c[low + (high - low) / 2], &c[low]);
      Candidate pivot = c[low];
      while (i < j)
        {
          while (i < j && !before (c[j], pivot))
            j--;
          c[i] = c[j];
          while (i < j && !before (pivot, c[i]))
            i++;
          c[j] = c[i];
        }
      c[i] = pivot;
      if (i == k - 1 || i == k)
        return;
      if (i < k)
        low = i + 1;
      else
        high = i - 1;
    }
}

/* The k likeliest tokens in order, by a bounded heap whose root is the last of them: most of a vocabulary is turned away
 * by one comparison. */
static int
top_k (const float *logits, int n_vocab, int k, Candidate *heap)
{
  int n = 0;

  for (int id = 0; id < n_vocab; id++)
    {
      Candidate c = { logits[id], id };
      int i;

      if (n < k)
        {
          for (i = n++; i > 0 && before (heap[(i - 1) / 2], c); i = (i - 1) / 2)
            heap[i] = heap[(i - 1) / 2];
          heap[i] = c;
        }
      else if (before (c, heap[0]))
        {
          for (i = 0; 2 * i + 1 < n;)
            {
              int child = 2 * i + 1;

              if (child + 1 < n && before (heap[child], heap[child + 1]))
                child++;
              if (!before (c, heap[child]))
                break;
              heap[i] = heap[child];
              i = child;
            }
          heap[i] = c;
        }
    }
  qsort (heap, (size_t) n, sizeof *heap, compare);
  return n;
}

/* Without top-k: all tokens, sorted only as far as top-p needs. */
static int
top_p_of_all (GlmSampler *sampler, const float *logits, float maximum)
{
  Candidate *c = sampler->candidates;
  double total = 0, target, sum = 0;
  int n = sampler->n_vocab, sorted = 0;

  for (int i = 0; i < n; i++)
    c[i] = (Candidate){ logits[i], i };
  if (sampler->sampling.top_p >= 1)
    return n;
  for (int i = 0; i < n; i++)
    total += exp ((logits[i] - maximum) / sampler->sampling.temperature);
  target = total * sampler->sampling.top_p;
  for (int step = 256; sorted < n; step *= 8)
    {
      int end = n - sorted < step ? n : sorted + step;

      if (end < n)
        select_first (c + sorted, n - sorted, end - sorted);
      qsort (c + sorted, (size_t) (end - sorted), sizeof *c, compare);
      for (; sorted < end; sorted++)
        {
          if (sorted > 0 && sum >= target)
            return sorted;
          sum += exp ((c[sorted].logit - maximum) / sampler->sampling.temperature);
        }
    }
  return n;
}

int32_t
glm_sampler_draw (GlmSampler *sampler, const float *logits)
{
  return glm_sampler_draw_among (sampler, logits, NULL);
}

int32_t
glm_sampler_draw_among (GlmSampler *sampler, const float *logits, const uint8_t *allowed)
{
  const GlmSampling *s = &sampler->sampling;
  Candidate *c = sampler->candidates;
  double total = 0, sum = 0, target;
  float maximum;
  int n, kept;

  glm_sampler_penalise (sampler, logits, sampler->logits);
  for (int i = 0; allowed && i < sampler->n_vocab; i++)
    if (!allowed[i])
      sampler->logits[i] = -INFINITY;
  int32_t first = best (sampler->logits, sampler->n_vocab);
  maximum = sampler->logits[first];
  if (s->temperature == 0 || s->top_k == 1 || !isfinite (maximum))
    return first;

  if (s->top_k > 0 && s->top_k < sampler->n_vocab)
    n = top_k (sampler->logits, sampler->n_vocab, s->top_k, c);
  else
    n = top_p_of_all (sampler, sampler->logits, maximum);

  for (int i = 0; i < n; i++)
    total += sampler->weights[i] = exp ((c[i].logit - maximum) / s->temperature);
  /* top_p_of_all() has applied top-p to all tokens already. */
  kept = n;
  if (s->top_k > 0 && s->top_k < sampler->n_vocab)
    for (kept = 0; kept < n && (kept == 0 || sum < total * s->top_p); kept++)
      sum += sampler->weights[kept];

  total = 0;
  for (int i = 0; i < kept; i++)
    {
      /* The likeliest token weighs 1. */
      if (sampler->weights[i] < s->min_p)
        sampler->weights[i] = 0;
      total += sampler->weights[i];
    }
  target = draw_uniform (sampler) * total;
  for (int i = 0; i < kept; i++)
    {
      target -= sampler->weights[i];
      if (target < 0)
        return c[i].id;
    }
  return first;
}
