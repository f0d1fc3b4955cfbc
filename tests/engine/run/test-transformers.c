/* test-transformers.c: the families with experts and latent attention against the transformers library
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tiny random models of ../shared/glm/vectors, written as GGUF files in every form that is found: logits of each place of a
 * prompt and of a long one, the greedy continuation, and the experts that each token chose, at every CPU mask.  The
 * library's own rounding is 2e-5; each mistake in the arithmetic costs 2 or more.
 */
#include <math.h>

#include "check.h"
#include "hf-vectors.h"
#include "run/session.h"

#define TOLERANCE 1e-4f
#define MAX_IDS   256
#define MAX_USED  8

static const char *const masks[] = { "c", "sse", "avx2", "avxvnni", "avx512", "all" };

#define N_MASKS (int) (sizeof masks / sizeof masks[0])

static void
set_mask (const char *name)
{
  unsigned mask = 0;

  REQUIRE (glm_cpu_mask_parse (name, &mask), "%s", name);
  glm_cpu_set_mask (mask);
}

typedef struct
{
  const char *folder;
  const char *gguf;   /* of ../shared/glm/vectors/gguf; NULL: written here */
  HfFile file;        /* how */
  const char *logits; /* which of the vectors; NULL: "logits" */
  float tolerance;    /* 0: TOLERANCE */
} Case;

static const Case cases[] = {
  { "glm4-tiny", "glm4-tiny-sections.gguf", { 0 }, NULL, 0 },
  { "glm4-tiny", NULL, { 0 }, NULL, 0 },
  { "glm4moe-tiny", NULL, { 0 }, NULL, 0 },
  { "glm4moe-tiny", NULL, { .with_mtp = true }, NULL, 0 },
  { "glm4moe-tiny", NULL, { .joined_experts = true, .no_gating = true }, NULL, 0 },
  { "glm4moe-tiny-qknorm", "glm4moe-tiny-qknorm.gguf", { 0 }, NULL, 0 },
  { "glm4moe-tiny-groups", NULL, { 0 }, NULL, 0 },
  { "glm47flash-tiny", "glm47flash-tiny.gguf", { 0 }, "logits_config_eps", 0 },
  { "glm47flash-tiny", "glm47flash-tiny-split-00001-of-00003.gguf", { 0 }, "logits_config_eps", 0 },
  { "glm47flash-tiny", NULL, { .with_mtp = true, .joined_experts = true }, "logits_config_eps", 0 },
  { "glm47flash-tiny", NULL, { .joined_kv_b = true, .no_gating = true }, "logits_config_eps", 0 },
};

/* ---- Routes ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  int n_dense, n_used, n_layers;
  int64_t n;          /* tokens */
  const int32_t *ids; /* [layer with experts][token][n_used] */
  const float *weights;
  int n_wrong, n_seen;
  float difference;
} Routes;

static void
compare_route (Routes *routes, int layer, int64_t row, const float *out)
{
  int64_t at = ((layer - routes->n_dense) * routes->n + row) * routes->n_used;

  routes->n_seen++;
  for (int i = 0; i < routes->n_used; i++)
    {
      int j = 0;

      while (j < routes->n_used && routes->ids[at + j] != (int32_t) out[i])
        j++;
      routes->n_wrong += j == routes->n_used;
      if (j < routes->n_used)
        routes->difference = fmaxf (routes->difference, fabsf (out[routes->n_used + i] - routes->weights[at + j]));
    }
}

static void
watch (int layer, const GlmStep *step, int64_t row, int64_t n, const float *out, int64_t ld, void *user_data)
{
  if (step->code == GLM_OP_ROUTE)
    for (int64_t i = 0; i < n; i++)
      compare_route (user_data, layer, row + i, out + i * ld);
}

/* The experts of every token of the prompt. */
static void
check_routes (const HfVectors *vectors, GlmModel *model, const int32_t *ids, size_t n, const char *what)
{
  Routes routes = { .n_dense = hf_vectors_int (vectors, "first_k_dense_replace"),
                    .n_used = hf_vectors_int (vectors, "num_experts_per_tok"),
                    .n_layers = hf_vectors_int (vectors, "num_hidden_layers"),
                    .n = (int64_t) n };
  GlmBatch batch = { .ids = ids, .n = (int64_t) n, .watch = watch, .watch_data = &routes };
  GlmSession *session;
  GlmError error = { 0 };
  float *logits = malloc ((size_t) glm_model_info (model)->n_vocab * sizeof *logits);
  size_t n_values;

  if (routes.n_used == 0)
    {
      free (logits);
      return;
    }
  routes.ids = hf_vectors_values (vectors, "route_ids", &n_values);
  routes.weights = hf_vectors_values (vectors, "route_weights", &n_values);
  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  REQUIRE (session->forward->backend->run (session->forward, &batch, 1, logits, &error), "%s", error.message);
  CHECK (routes.n_seen == (routes.n_layers - routes.n_dense) * (int) n, "%s: %d choices", what, routes.n_seen);
  CHECK (routes.n_wrong == 0 && routes.difference < 1e-5f, "%s: %d experts differ, weights by %g", what, routes.n_wrong,
         routes.difference);
  glm_session_free (session);
  free (logits);
}

/* ---- Logits ----------------------------------------------------------------------------------------------------- */

static float
max_difference (const float *a, const float *b, size_t n)
{
  float max = 0;

  for (size_t i = 0; i < n; i++)
    if (!(fabsf (a[i] - b[i]) <= max))
      max = fabsf (a[i] - b[i]);
  return max;
}

/* The logits of the last n_rows of the ids, evaluated `step` at a time. */
static void
check_rows (GlmModel *model, const int32_t *ids, size_t n, size_t step, const float *expected, size_t n_rows, float tolerance,
            const char *what)
{
  size_t n_vocab = (size_t) glm_model_info (model)->n_vocab;
  float difference = 0;
  GlmSession *session;
  GlmError error = { 0 };

  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  for (size_t at = 0, count; at < n; at += count)
    {
      count = n - at < step ? n - at : step;
      REQUIRE (glm_session_eval (session, ids + at, count, (int64_t) count, NULL, NULL, &error), "%s: %s", what, error.message);
      for (size_t i = 0; i < count; i++)
        if (at + i >= n - n_rows)
          difference = fmaxf (difference, max_difference (glm_session_logits_row (session, (int64_t) i),
                                                          expected + (at + i - (n - n_rows)) * n_vocab, n_vocab));
    }
  CHECK (difference <= tolerance, "%s, %zu at a time: logits differ by %g", what, step, difference);
  glm_session_free (session);
}

static void
check_greedy (const HfVectors *vectors, GlmModel *model, const int32_t *ids, size_t n, const char *what)
{
  int32_t all[MAX_IDS];
  size_t n_greedy;
  const int32_t *greedy = hf_vectors_values (vectors, "greedy_ids", &n_greedy);
  GlmSession *session;
  GlmError error = { 0 };

  REQUIRE (n + n_greedy <= MAX_IDS, "%zu ids", n + n_greedy);
  memcpy (all, ids, n * sizeof *ids);
  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  for (size_t i = 0; i < n_greedy; i++)
    {
      int best = 0;
      const float *logits;

      REQUIRE (glm_session_sync (session, all, n + i, NULL, NULL, NULL, &error), "%s", error.message);
      logits = glm_session_logits (session);
      for (int id = 1; id < glm_model_info (model)->n_vocab; id++)
        if (logits[id] > logits[best])
          best = id;
      CHECK (best == greedy[i], "%s: token %zu is %d instead of %d", what, i, best, greedy[i]);
      all[n + i] = best;
    }
  glm_session_free (session);
}

static const char *
file_of (const Case *c, const HfVectors *vectors)
{
  char name[128];
  const char *path;

  if (c->gguf)
    {
      snprintf (name, sizeof name, "glm/vectors/gguf/%s", c->gguf);
      return shared_path (name);
    }
  path = test_temp_path ("tiny.gguf");
  hf_vectors_write (vectors, &c->file, path);
  return path;
}

static void
test_case (const Case *c)
{
  HfVectors vectors;
  const char *path;
  size_t n, n_long, n_values;
  const int32_t *ids, *long_ids;
  float tolerance = c->tolerance > 0 ? c->tolerance : TOLERANCE;

  GlmModelInfo info;
  GlmError probing = { 0 };

  hf_vectors_open (c->folder, &vectors);
  path = file_of (c, &vectors);
  CHECK (glm_model_probe (path, &info, &probing) && info.n_experts == hf_vectors_int (&vectors, "n_routed_experts")
             && (info.n_experts == 0 || info.n_active_params < info.n_params) && info.expert_bytes < info.weight_bytes,
         "%s: %s", path, probing.message);
  ids = hf_vectors_values (&vectors, "input_ids", &n);
  long_ids = hf_vectors_values (&vectors, "long_input_ids", &n_long);
  for (int i = 0; i < N_MASKS; i++)
    {
      char what[160];
      GlmModel *model;
      GlmError error = { 0 };

      set_mask (masks[i]);
      snprintf (what, sizeof what, "%s at %s", c->gguf ? c->gguf : c->folder, masks[i]);
      REQUIRE (glm_model_open (path, NULL, &model, &error), "%s: %s", what, error.message);
      for (size_t step = 1; step <= 32; step = step == 1 ? 5 : step == 5 ? 32 : 64)
        check_rows (model, ids, n, step, hf_vectors_values (&vectors, c->logits ? c->logits : "logits", &n_values), n,
                    tolerance, what);
      check_rows (model, long_ids, n_long, 132, hf_vectors_values (&vectors, "long_logits", &n_values), 4,
                  c->logits ? 3e-4f : tolerance, what);
      check_greedy (&vectors, model, ids, n, what);
      check_routes (&vectors, model, ids, n, what);
      glm_model_free (model);
    }
  hf_vectors_close (&vectors);
}

/* ---- Caches and batches ----------------------------------------------------------------------------------------- */

/* Rows of the long prompt's logits in batches of `step`, with this cache. */
static float *
long_logits (GlmModel *model, const int32_t *ids, size_t n, size_t step, GlmSession **ret_session)
{
  size_t n_vocab = (size_t) glm_model_info (model)->n_vocab;
  float *logits = malloc (n * n_vocab * sizeof *logits);
  GlmError error = { 0 };

  REQUIRE (logits, "no memory");
  REQUIRE (glm_session_new (model, NULL, ret_session, &error), "%s", error.message);
  for (size_t at = 0, count; at < n; at += count)
    {
      count = n - at < step ? n - at : step;
      REQUIRE (glm_session_eval (*ret_session, ids + at, count, (int64_t) count, NULL, NULL, &error), "%s", error.message);
      memcpy (logits + at * n_vocab, glm_session_logits_row (*ret_session, 0), count * n_vocab * sizeof *logits);
    }
  return logits;
}

/* Latents in half precision and 8 bits: near to exact ones, and the same again from a session's file. */
static void
test_cache (const char *folder, int element_bytes, size_t bytes_per_token, float tolerance)
{
  HfVectors vectors;
  const char *path = test_temp_path ("cache.gguf"), *saved = test_temp_path ("session");
  GlmModel *model;
  GlmSession *session, *again;
  GlmError error = { 0 };
  size_t n, n_values, n_vocab;
  const int32_t *ids;
  const float *expected;
  float *logits;

  set_mask ("all");
  hf_vectors_open (folder, &vectors);
  hf_vectors_write (&vectors, &(HfFile){ 0 }, path);
  REQUIRE (glm_model_open (path, NULL, &model, &error), "%s", error.message);
  model->params.kv_element_bytes = element_bytes;
  model->plan->kv = glm_kv_shape (&model->params);
  CHECK (glm_kv_bytes_per_token (&model->plan->kv) == bytes_per_token, "%zu bytes a token",
         glm_kv_bytes_per_token (&model->plan->kv));
  n_vocab = (size_t) glm_model_info (model)->n_vocab;
  ids = hf_vectors_values (&vectors, "long_input_ids", &n);
  expected = hf_vectors_values (&vectors, "long_logits", &n_values);
  logits = long_logits (model, ids, n, 60, &session);
  CHECK (max_difference (logits + (n - 4) * n_vocab, expected, 4 * n_vocab) <= tolerance, "%s with %d bytes: differs by %g",
         folder, element_bytes, max_difference (logits + (n - 4) * n_vocab, expected, 4 * n_vocab));

  REQUIRE (glm_session_save (session, saved, &error), "%s", error.message);
  REQUIRE (glm_session_new (model, NULL, &again, &error), "%s", error.message);
  REQUIRE (glm_session_restore (again, saved, ids, n, &error), "%s", error.message);
  CHECK (glm_session_n_tokens (again) == n, "%zu tokens restored", glm_session_n_tokens (again));
  for (int i = 0; i < 2; i++)
    REQUIRE (glm_session_eval (i ? again : session, ids, 8, 8, NULL, NULL, &error), "%s", error.message);
  CHECK (max_difference (glm_session_logits_row (session, 0), glm_session_logits_row (again, 0), 8 * n_vocab) == 0,
         "%s with %d bytes: a restored session goes on otherwise", folder, element_bytes);
  glm_session_free (session);
  glm_session_free (again);
  glm_model_free (model);
  free (logits);
  hf_vectors_close (&vectors);
}

/* What a token gives does not depend on those that are evaluated beside it: guesses change no reply. */
static void
test_batches (const char *folder, GlmType type)
{
  HfVectors vectors;
  const char *path = test_temp_path ("batches.gguf");
  size_t n;
  const int32_t *ids;
  GlmError error = { 0 };

  hf_vectors_open (folder, &vectors);
  hf_vectors_write (&vectors, &(HfFile){ .type = type }, path);
  ids = hf_vectors_values (&vectors, "long_input_ids", &n);
  for (int i = 0; i < N_MASKS; i++)
    {
      GlmModel *model;
      GlmSession *session;
      float *alone, *together;

      set_mask (masks[i]);
      REQUIRE (glm_model_open (path, NULL, &model, &error), "%s", error.message);
      alone = long_logits (model, ids, n, 1, &session);
      glm_session_free (session);
      together = long_logits (model, ids, n, 8, &session);
      CHECK (max_difference (alone, together, n * (size_t) glm_model_info (model)->n_vocab) == 0,
             "%s as %s at %s: batches of 8 change logits by %g", folder, glm_type_traits (type)->name, masks[i],
             max_difference (alone, together, n * (size_t) glm_model_info (model)->n_vocab));
      glm_session_free (session);
      glm_model_free (model);
      free (alone);
      free (together);
    }
  hf_vectors_close (&vectors);
}

/* A long prompt in one batch, whose latents are expanded, against the same in tiles, which are absorbed; and what follows. */
static void
test_expanded (int element_bytes, float tolerance)
{
  enum
  {
    N = 900
  };
  HfVectors vectors;
  const char *path = test_temp_path ("long.gguf");
  int32_t ids[N];
  GlmError error = { 0 };

  for (int i = 0; i < N; i++)
    ids[i] = (int32_t) ((unsigned) i * 7919u % 299u);
  hf_vectors_open ("glm47flash-tiny", &vectors);
  hf_vectors_write (&vectors, &(HfFile){ 0 }, path);
  for (int i = 0; i < N_MASKS; i++)
    {
      GlmModel *model;
      GlmSession *session;
      float *tiled, *whole;
      size_t n_vocab;

      set_mask (masks[i]);
      REQUIRE (glm_model_open (path, NULL, &model, &error), "%s", error.message);
      model->params.kv_element_bytes = element_bytes;
      model->plan->kv = glm_kv_shape (&model->params);
      n_vocab = (size_t) glm_model_info (model)->n_vocab;
      tiled = long_logits (model, ids, N, 100, &session);
      glm_session_free (session);
      whole = long_logits (model, ids, N, 450, &session);
      CHECK (max_difference (tiled, whole, N * n_vocab) <= tolerance, "%d bytes at %s: expanded latents change logits by %g",
             element_bytes, masks[i], max_difference (tiled, whole, N * n_vocab));
      glm_session_truncate (session, 0);
      REQUIRE (glm_session_sync (session, ids, N, NULL, NULL, NULL, &error), "%s", error.message);
      CHECK (max_difference (glm_session_logits (session), tiled + (N - 1) * n_vocab, n_vocab) <= tolerance, "sync at %s",
             masks[i]);
      glm_session_free (session);
      glm_model_free (model);
      free (tiled);
      free (whole);
    }
  hf_vectors_close (&vectors);
}

int
main (void)
{
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    test_case (&cases[i]);
  test_cache ("glm47flash-tiny", 2, 3 * 80 * 2, 0.05f);
  test_cache ("glm47flash-tiny", 1, 3 * (80 + 3 * 4), 0.3f);
  test_cache ("glm4moe-tiny", 2, 4 * 2 * 2 * 32 * 2, 0.05f);
  test_expanded (4, 1e-3f);
  test_expanded (2, 0.2f);
  test_batches ("glm47flash-tiny", GLM_TYPE_Q8_0);
  test_batches ("glm4moe-tiny-qknorm", GLM_TYPE_Q4_0);
  return check_exit ();
}
