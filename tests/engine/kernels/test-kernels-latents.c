/* test-kernels-latents.c: attention over latents as bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A block is the reference's to the bit, and so are the whole sums; what is left are the roundings of a few floats.  The
 * reference itself is held to what bytes may be off by.
 */
#include "test-kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  int rank, turned, n_keys, n_q, kind;
  size_t key_bytes, block_bytes, query_bytes, score_floats;
  uint16_t *keys;
  uint8_t *memory, *expected_memory;
  float *q, *s, *expected_s, *o, *expected_o;
  void *query_memory;
  GlmLatentBlock block, expected_block;
  GlmLatentQueries queries;
} Latents;

/* 0: uniform; 1: keys of very different sizes; 2: mostly zeros, and keys of nothing else. */
static uint16_t
some_half (int kind, int key)
{
  float x = random_uniform ();

  if (kind == 1)
    x *= powf (10, (float) (key % 9 - 4));
  if (kind == 2 && (key % 3 == 0 || random_below (20) != 0))
    x = 0;
  return glm_f32_to_f16 (x);
}

static Latents
latents_new (int rank, int turned, int n_keys, int n_q, int kind)
{
  Latents t = { rank, turned, n_keys, n_q, kind };
  int width = rank + turned, n = (n_keys + 15) / 16 * 16;

  t.key_bytes = (size_t) (n_keys * width) * 2;
  t.block_bytes = (size_t) (n / 16 * glm_latent_group_bytes (rank, turned));
  t.query_bytes = (size_t) glm_latent_queries_bytes (rank, turned);
  t.score_floats = (size_t) (n_q * GLM_LATENT_KEYS);
  t.keys = guarded_new (t.key_bytes);
  t.memory = guarded_new (t.block_bytes);
  t.expected_memory = guarded_new (t.block_bytes);
  t.query_memory = guarded_new (t.query_bytes);
  t.q = calloc ((size_t) (n_q * width), sizeof *t.q);
  t.s = guarded_new (t.score_floats * sizeof *t.s);
  t.expected_s = guarded_new (t.score_floats * sizeof *t.s);
  t.o = calloc ((size_t) (n_q * rank), sizeof *t.o);
  t.expected_o = calloc ((size_t) (n_q * rank), sizeof *t.o);
  t.block = glm_latent_block_in (rank, turned, 0, n_keys, t.memory);
  t.expected_block = glm_latent_block_in (rank, turned, 0, n_keys, t.expected_memory);
  t.queries = glm_latent_queries_in (rank, turned, t.query_memory);
  for (int j = 0; j < n_keys; j++)
    for (int c = 0; c < width; c++)
      t.keys[j * width + c] = some_half (kind, j);
  random_floats (t.q, n_q * width, 0);
  for (int i = 0; i < n_q; i++)
    glm_latent_query (&t.queries, i, t.q + i * width);
  return t;
}

static void
latents_free (Latents *t)
{
  guarded_free (t->keys, t->key_bytes);
  guarded_free (t->memory, t->block_bytes);
  guarded_free (t->expected_memory, t->block_bytes);
  guarded_free (t->query_memory, t->query_bytes);
  guarded_free (t->s, t->score_floats * sizeof *t->s);
  guarded_free (t->expected_s, t->score_floats * sizeof *t->s);
  free (t->q);
  free (t->o);
  free (t->expected_o);
}

/* Each component of a query and of a key is off by half a step at most. */
static void
check_scores (const Latents *t, const char *name)
{
  int width = t->rank + t->turned;
  double worst = 0;

  for (int i = 0; i < t->n_q; i++)
    for (int j = 0; j < t->n_keys; j++)
      {
        double exact = 0, bound = 0;

        for (int c = 0; c < width; c++)
          {
            double k = glm_f16_to_f32 (t->keys[j * width + c]), q = t->q[i * width + c];
            double k_step = glm_latent_scales (&t->block, j / 16)[c / GLM_LATENT_SEGMENT * 16 + j % 16];
            double q_step = t->queries.scales[c / GLM_LATENT_SEGMENT * GLM_LATENT_QUERIES + i];

            exact += q * k;
            bound += 0.5 * (k_step * fabs (q) + q_step * fabs (k)) + 0.25 * k_step * q_step;
          }
        worst = fmax (worst, fabs (t->s[i * GLM_LATENT_KEYS + j] - exact) / (bound + 1e-30));
      }
  check (worst <= 1.001, "%s: latent_scores, rank %d, data %d: off by %g of what rounding allows", name, t->rank, t->kind,
         worst);
}

static void
test_scores (Latents *t, const char *name, const GlmKernels *ref, const GlmKernels *new_kernels)
{
  int n = t->block.n;
  bool good = true;

  ref->latent_scores (&t->expected_block, &t->queries, t->n_q, t->expected_s, GLM_LATENT_KEYS);
  new_kernels->latent_scores (&t->block, &t->queries, t->n_q, t->s, GLM_LATENT_KEYS);
  for (int i = 0; i < t->n_q; i++)
    for (int j = 0; j < n; j++)
      {
        float expected = t->expected_s[i * GLM_LATENT_KEYS + j], terms = 0;

        for (int64_t g = 0; g < glm_latent_n_scales (t->rank); g++)
          terms += glm_latent_scales (&t->block, j / 16)[g * 16 + j % 16] * t->queries.scales[g * GLM_LATENT_QUERIES + i];
        /* … times the largest sum of a segment: five roundings of it, one of each scale. */
        good = good && fabsf (t->s[i * GLM_LATENT_KEYS + j] - expected) <= 1e-6f * terms * 127 * 127 * 128;
      }
  check (good, "%s: latent_scores, %d queries, %d keys of %d | %d", name, t->n_q, t->n_keys, t->rank, t->turned);
  check_scores (t, name);
}

static void
test_values (Latents *t, const char *name, const GlmKernels *ref, const GlmKernels *new_kernels)
{
  bool good = true;

  /* Weights of a softmax; those behind the last key are 0. */
  for (int i = 0; i < t->n_q; i++)
    for (int j = 0; j < t->block.n; j++)
      t->s[i * GLM_LATENT_KEYS + j] = j < t->n_keys && (t->kind != 2 || i % 2) ? expf (3 * random_uniform ()) : 0;
  random_floats (t->o, t->n_q * t->rank, 0);
  memcpy (t->expected_o, t->o, (size_t) (t->n_q * t->rank) * sizeof *t->o);
  ref->latent_values (&t->expected_block, t->s, GLM_LATENT_KEYS, t->n_q, t->expected_o, t->rank);
  new_kernels->latent_values (&t->block, t->s, GLM_LATENT_KEYS, t->n_q, t->o, t->rank);
  for (int i = 0; i < t->n_q * t->rank; i++)
    good = good && fabsf (t->o[i] - t->expected_o[i]) <= 1e-6f * (1 + fabsf (t->expected_o[i]));
  check (good, "%s: latent_values, %d weights, %d values of %d, data %d", name, t->n_q, t->n_keys, t->rank, t->kind);
}

void
test_latent_kernels (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels)
{
  static const struct
  {
    int rank, turned;
  } sizes[] = { { 512, 64 }, { 128, 2 }, { 256, 34 }, { 384, 128 } };
  static const int n_keys[] = { 1, 15, 16, 33, 100, 128 }, n_queries[] = { 1, 5, 16, 20, 64 };

  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    for (size_t j = 0; j < sizeof n_keys / sizeof n_keys[0]; j++)
      for (int kind = 0; kind < 3; kind++)
        {
          int n_q = n_queries[(i + j + (size_t) kind) % (sizeof n_queries / sizeof n_queries[0])];
          Latents t = latents_new (sizes[i].rank, sizes[i].turned, n_keys[j], n_q, kind);
          GlmAttendBlock keys = { .rows = t.keys, .ld = t.rank + t.turned, .n = t.n_keys, .d = t.rank + t.turned };

          ref->latent_pack (&keys, &t.expected_block);
          new_kernels->latent_pack (&keys, &t.block);
          check (memcmp (t.memory, t.expected_memory, t.block_bytes) == 0, "%s: latent_pack, %d keys of %d | %d, data %d", name,
                 t.n_keys, t.rank, t.turned, kind);
          test_scores (&t, name, ref, new_kernels);
          test_values (&t, name, ref, new_kernels);
          latents_free (&t);
        }
}
