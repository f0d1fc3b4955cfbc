/* test-sampler.c: the next token, against the plain definitions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "check.h"
#include "run/sampler.h"

#define N_DRAWS 20000

static const GlmSampling plain = { .temperature = 1, .top_p = 1, .repetition_penalty = 1, .seed = 1 };

static GlmSampler *
new_sampler (const GlmSampling *sampling, int n_vocab)
{
  GlmSampler *sampler;
  GlmError error = { 0 };

  REQUIRE (glm_sampler_new (sampling, n_vocab, &sampler, &error), "%s", error.message);
  return sampler;
}

/* GLM-FACTS 5.8 */
static void
test_penalty (void)
{
  static const float logits[7] = { .96f, 1.2f, -2, -.8f, 0, 2.4f, -1 };
  static const float expected[7] = { .8f, 1.2f, -2.4f, -.8f, 0, 2, -1 };
  static const int32_t ids[] = { 0, 2, 5, 2 };
  GlmSampling sampling = plain;
  GlmSampler *sampler;
  float y[7];

  sampling.repetition_penalty = 1.2f;
  sampler = new_sampler (&sampling, 7);
  for (int i = 0; i < 4; i++)
    glm_sampler_accept (sampler, ids[i]);
  glm_sampler_penalise (sampler, logits, y);
  for (int i = 0; i < 7; i++)
    CHECK (fabsf (y[i] - expected[i]) < 1e-6f, "penalised logit %d is %g, not %g", i, y[i], expected[i]);
  glm_sampler_free (sampler);
}

typedef struct
{
  double p;
  int id;
} Entry;

static int
compare_entries (const void *a, const void *b)
{
  const Entry *x = a, *y = b;

  return x->p < y->p ? 1 : x->p > y->p ? -1 : x->id - y->id;
}

/* The distribution by the definitions: temperature, top-k, top-p, min-p, each over everything and renormalised. */
static void
define (const GlmSampling *s, const float *logits, int n, double *ret_p)
{
  Entry *e = calloc ((size_t) n, sizeof *e);
  double total = 0, sum = 0;
  int kept;

  for (int i = 0; i < n; i++)
    e[i] = (Entry){ logits[i] / (double) s->temperature, i };
  qsort (e, (size_t) n, sizeof *e, compare_entries);
  kept = s->top_k > 0 && s->top_k < n ? s->top_k : n;
  for (int i = kept - 1; i >= 0; i--)
    total += e[i].p = exp (e[i].p - e[0].p);
  for (int i = 0; i < kept; i++)
    {
      if (i > 0 && sum >= s->top_p * total)
        kept = i;
      sum += e[i].p;
    }
  for (int i = 1; i < kept; i++)
    if (e[i].p < s->min_p * e[0].p)
      kept = i;
  total = 0;
  for (int i = 0; i < kept; i++)
    total += e[i].p;
  for (int i = 0; i < n; i++)
    ret_p[i] = 0;
  for (int i = 0; i < kept; i++)
    ret_p[e[i].id] = e[i].p / total;
  free (e);
}

/* p under the condition that the token is allowed. */
static void
condition (double *p, int n, const uint8_t *allowed)
{
  double total = 0;

  for (int i = 0; i < n; i++)
    total += allowed[i] ? p[i] : 0;
  for (int i = 0; i < n; i++)
    p[i] = allowed[i] ? p[i] / total : 0;
}

/* allowed: NULL, or as a call is drawn: among what is allowed only where the first draw was not. */
static void
check_distribution (const GlmSampling *sampling, const float *logits, int n, const uint8_t *allowed, const char *what)
{
  GlmSampler *sampler = new_sampler (sampling, n);
  double *p = calloc ((size_t) n, sizeof *p), chi_square = 0;
  int *counts = calloc ((size_t) n, sizeof *counts), n_kinds = 0;

  define (sampling, logits, n, p);
  if (allowed)
    condition (p, n, allowed);
  for (int i = 0; i < N_DRAWS; i++)
    {
      int32_t id = glm_sampler_draw (sampler, logits);

      if (allowed && !allowed[id])
        id = glm_sampler_draw_among (sampler, logits, allowed);
      REQUIRE (id >= 0 && id < n, "%s drew %d", what, id);
      counts[id]++;
    }
  for (int i = 0; i < n; i++)
    {
      double expected = p[i] * N_DRAWS;

      CHECK (p[i] > 0 || counts[i] == 0, "%s drew %d, which it excludes", what, i);
      if (expected >= 5)
        {
          chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
          n_kinds++;
        }
    }
  /* Mean n − 1, deviation sqrt (2 n): the seed is fixed, so this either holds or not. */
  CHECK (chi_square < n_kinds + 5 * sqrt (2.0 * n_kinds + 1), "%s: χ² is %g for %d kinds", what, chi_square, n_kinds);
  glm_sampler_free (sampler);
  free (p);
  free (counts);
}

static void
test_distributions (void)
{
  enum
  {
    N = 700
  };
  static float logits[N];
  uint32_t state = 9;
  struct
  {
    const char *name;
    GlmSampling sampling;
  } cases[] = {
    { "plain", { .temperature = 0.5f, .top_p = 1 } },
    { "top-k 1", { .temperature = 1, .top_k = 1, .top_p = 1 } },
    { "top-k 7", { .temperature = 1, .top_k = 7, .top_p = 1 } },
    { "top-k 50, top-p 0.8", { .temperature = 0.8f, .top_k = 50, .top_p = 0.8f } },
    { "top-p 0.01", { .temperature = 1, .top_p = 0.01f } },
    { "top-p 0", { .temperature = 1, .top_p = 0 } },
    { "top-p 0.7", { .temperature = 0.9f, .top_p = 0.7f } },
    { "top-p 0.999, hot", { .temperature = 3, .top_p = 0.999f } },
    { "min-p 0.1", { .temperature = 1, .top_p = 1, .min_p = 0.1f } },
    { "all", { .temperature = 0.7f, .top_k = 20, .top_p = 0.9f, .min_p = 0.05f } },
  };

  for (int i = 0; i < N; i++)
    {
      state = state * 1664525u + 1013904223u;
      logits[i] = (float) (state >> 8) / 16777216.0f * 12;
      logits[i] = logits[i] * logits[i] / 12;
    }
  logits[17] = logits[18]; /* a tie */
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
      cases[i].sampling.repetition_penalty = 1;
      cases[i].sampling.seed = 100 + i;
      check_distribution (&cases[i].sampling, logits, N, NULL, cases[i].name);
    }
  /* A mask does not bend the distribution of what it lets through, whether that is most of it or next to nothing. */
  for (int share = 2; share <= 50; share += 48)
    {
      uint8_t allowed[N];

      for (int i = 0; i < N; i++)
        allowed[i] = i % share == 1;
      check_distribution (&cases[0].sampling, logits, N, allowed, "masked");
    }
}

static void
test_edges (void)
{
  GlmSampling sampling = plain;
  GlmSampler *sampler;
  GlmError error = { 0 };
  float logits[4] = { 1, NAN, 3, 2 }, nothing[4] = { NAN, NAN, NAN, NAN }, huge[4] = { -INFINITY, 88, 1e30f, -1e30f };

  sampling.temperature = 0;
  sampler = new_sampler (&sampling, 4);
  CHECK (glm_sampler_draw (sampler, logits) == 2, "greedy skips NaN");
  CHECK (glm_sampler_draw (sampler, nothing) == 0, "nothing is left");
  glm_sampler_free (sampler);

  sampler = new_sampler (&plain, 4);
  CHECK (glm_sampler_draw (sampler, huge) == 2, "one outweighs all");
  for (int i = 0; i < 100; i++)
    CHECK (glm_sampler_draw (sampler, logits) != 1, "NaN is impossible");
  glm_sampler_accept (sampler, -1);
  glm_sampler_accept (sampler, 4);
  glm_sampler_free (sampler);

  sampling = plain;
  sampling.repetition_penalty = 0;
  CHECK (!glm_sampler_new (&sampling, 4, &sampler, &error) && error.code == GLM_ERROR_ARGUMENT, "%s", error.message);
  sampling = plain;
  sampling.top_p = 1.5f;
  CHECK (!glm_sampler_new (&sampling, 4, &sampler, &error) && error.code == GLM_ERROR_ARGUMENT, "%s", error.message);
}

/* The same seed draws the same, another seed something else, and no seed twice the same. */
static void
test_seeds (void)
{
  static const uint64_t seeds[] = { 7, 7, 8, 0, 0 };
  static float logits[1000];
  int32_t drawn[5][16];

  for (int i = 0; i < 5; i++)
    {
      GlmSampling sampling = plain;
      GlmSampler *sampler;

      sampling.seed = seeds[i];
      sampler = new_sampler (&sampling, 1000);
      for (int j = 0; j < 16; j++)
        drawn[i][j] = glm_sampler_draw (sampler, logits);
      glm_sampler_free (sampler);
    }
  CHECK (memcmp (drawn[0], drawn[1], sizeof drawn[0]) == 0, "equal seeds");
  CHECK (memcmp (drawn[0], drawn[2], sizeof drawn[0]) != 0, "unequal seeds");
  CHECK (memcmp (drawn[3], drawn[4], sizeof drawn[0]) != 0, "the system's seeds");
}

int
main (void)
{
  test_penalty ();
  test_distributions ();
  test_edges ();
  test_seeds ();
  return check_exit ();
}
