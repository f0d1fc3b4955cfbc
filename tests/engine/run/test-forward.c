/* test-forward.c: the forward pass against the original implementations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The vectors come from the original code (../shared/glm/reference-vectors) and, for the starter model, from an independent
 * forward pass in numpy (tests/starter/golden.json).  Everything is checked at every CPU mask.
 */
#include <math.h>

#include "check.h"
#include "file/json-file.h"
#include "forward-vectors.h"
#include "gguf-build.h"
#include "kernels/kernels.h"
#include "cpu/matrix.h"
#include "run/session.h"

static const char *const masks[] = { "c", "sse", "avx2", "avxvnni", "avx512", "all" };

#define N_MASKS (int) (sizeof masks / sizeof masks[0])

static void
set_mask (const char *name)
{
  unsigned mask = 0;

  REQUIRE (glm_cpu_mask_parse (name, &mask), "%s", name);
  glm_cpu_set_mask (mask);
}

static float
max_difference (const float *a, const float *b, int64_t n)
{
  float max = 0;

  for (int64_t i = 0; i < n; i++)
    {
      float difference = fabsf (a[i] - b[i]);

      if (!(difference <= max))
        max = difference;
    }
  return max;
}

/* ---- Models ----------------------------------------------------------------------------------------------------- */

static const VectorsModel models[] = {
  { "glm_model.data", "chatglm1", true, 1e-5f },
  { "glm2_model.data", "chatglm", false, 1e-5f },
  { "glm3_model.data", "chatglm", false, 1e-5f },
  { "glm4_model.data", "chatglm", false, 1.5625e-07f },
};

/* Of 8-bit keys and values; outputs are of size 1. */
#define SMALL_CACHE_BOUND 3e-3f

/* Matrices in each type.  The outputs have passed a norm and are of size 1; beyond the tolerance of 32 bits, each bound is
 * the largest error at any mask with half to spare: steps of one layer, which its norms and residuals pass on in full. */
static const struct
{
  GlmType type;
  float tolerance;
} vector_bounds[] = {
  { GLM_TYPE_F32, 1e-4f },  { GLM_TYPE_F16, 5e-3f },  { GLM_TYPE_Q8_0, 0.01f },  { GLM_TYPE_Q5_1, 0.065f },
  { GLM_TYPE_Q5_0, 0.05f }, { GLM_TYPE_Q4_1, 0.08f }, { GLM_TYPE_Q4_0, 0.115f },
};

/* Half precision of keys and values in the place of 8 bits, or the other way round: sessions take it from the model. */
static void
set_cache (GlmModel *model, int element_bytes)
{
  model->params.kv_element_bytes = element_bytes;
  model->plan->kv = glm_kv_shape (&model->params);
}

/* Evaluates the three steps in one session and compares every row. */
static void
check_steps (GlmModel *model, const VectorsModel *vectors, const VectorsExpected *expected, float tolerance, const char *what)
{
  GlmSession *session;
  GlmError error = { 0 };

  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  if (vectors->is_first)
    {
      session->n_context = 2;
      session->origin = 1;
    }
  for (int step = 0; step < VECTORS_STEPS; step++)
    {
      bool ok =
          glm_session_eval (session, expected->ids[step], (size_t) expected->n[step], expected->n[step], NULL, NULL, &error);

      REQUIRE (ok, "%s: %s", what, error.message);
      for (int row = 0; row < expected->n[step]; row++)
        {
          float difference = max_difference (glm_session_logits_row (session, row), expected->outputs[step][row], VECTORS_EMBD);

          CHECK (difference <= tolerance, "%s: step %d row %d differs by %g", what, step, row, difference);
        }
    }
  glm_session_free (session);
}

/* The same through glm_session_sync(), which finds the context of a bidirectional prompt by itself. */
static void
check_sync (GlmModel *model, const VectorsExpected *expected, float tolerance, const char *what)
{
  GlmSession *session;
  GlmError error = { 0 };
  int32_t ids[5];
  size_t n = 0;

  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  for (int step = 0; step < VECTORS_STEPS; step++)
    {
      float difference;

      for (int i = 0; i < expected->n[step]; i++)
        ids[n++] = expected->ids[step][i];
      REQUIRE (glm_session_sync (session, ids, n, NULL, NULL, NULL, &error), "%s: %s", what, error.message);
      difference = max_difference (glm_session_logits (session), expected->outputs[step][expected->n[step] - 1], VECTORS_EMBD);
      CHECK (difference <= tolerance, "%s: sync step %d differs by %g", what, step, difference);
    }
  glm_session_free (session);
}

static void
test_vectors (const VectorsModel *vectors, GlmType type, float tolerance)
{
  VectorsExpected expected;
  const char *path = test_temp_path (vectors->file);

  vectors_write (vectors, type, path, &expected);
  for (int i = 0; i < N_MASKS; i++)
    {
      char what[96];
      GlmModel *model;
      GlmError error = { 0 };

      snprintf (what, sizeof what, "%s as %s at mask %s", vectors->file, glm_type_traits (type)->name, masks[i]);
      set_mask (masks[i]);
      REQUIRE (glm_model_open (path, NULL, &model, &error), "%s: %s", what, error.message);
      check_steps (model, vectors, &expected, tolerance, what);
      check_sync (model, &expected, tolerance, what);
      glm_model_free (model);
    }
}

/* Keys and values in 8 bits, as ChatGLM-6B has them: the error that this alone adds, weights being exact. */
static void
test_vectors_small_cache (const VectorsModel *vectors)
{
  VectorsExpected expected;
  const char *path = test_temp_path (vectors->file);

  vectors_write (vectors, GLM_TYPE_F32, path, &expected);
  for (int i = 0; i < N_MASKS; i++)
    {
      char what[96];
      GlmModel *model;
      GlmError error = { 0 };

      snprintf (what, sizeof what, "%s with an 8-bit cache at mask %s", vectors->file, masks[i]);
      set_mask (masks[i]);
      REQUIRE (glm_model_open (path, NULL, &model, &error), "%s: %s", what, error.message);
      set_cache (model, 1);
      check_steps (model, vectors, &expected, SMALL_CACHE_BOUND, what);
      glm_model_free (model);
    }
}

/* ---- Single operations ------------------------------------------------------------------------------------------ */

static void
test_norms (void)
{
  size_t n;
  float *rms = vectors_read ("rms_norm.data", &n), *layer = vectors_read ("layer_norm.data", &n), y[64];

  for (int i = 0; i < N_MASKS; i++)
    {
      set_mask (masks[i]);
      for (int row = 0; row < 3; row++)
        {
          glm_kernels ()->rms_norm (y, rms + 64 + row * 64, rms, 64, 1e-5f);
          CHECK (max_difference (y, rms + 64 * 4 + row * 64, 64) <= 1e-4f, "rms_norm row %d at %s", row, masks[i]);
          glm_kernels ()->layer_norm (y, layer + 128 + row * 64, layer, layer + 64, 64, 1e-5f);
          CHECK (max_difference (y, layer + 128 + 64 * 3 + row * 64, 64) <= 1e-4f, "layer_norm row %d at %s", row, masks[i]);
        }
    }
  free (rms);
  free (layer);
}

/* linear.data: w [32, 64], b, x [2, 64], y [2, 32], x [64], y [32]; the bounds are those of the original's own tests. */
static void
test_linear_type (const float *data, GlmType type, float absolute, float relative)
{
  const float *w = data, *b = w + 32 * 64, *x = b + 32, *y = x + 128, *one_x = y + 64, *one_y = one_x + 64;
  const GlmTypeTraits *traits = glm_type_traits (type);
  void *blocks = calloc (32 * 64 / (size_t) traits->block_size, (size_t) traits->block_bytes);
  GlmMatrix *matrix;
  GlmScratch *scratch;
  GlmError error = { 0 };
  float out[64];

  if (type == GLM_TYPE_F32)
    memcpy (blocks, w, 32 * 64 * sizeof *w);
  else
    traits->quantise (w, blocks, 32 * 64);
  REQUIRE (glm_scratch_new (&scratch, &error), "%s", error.message);
  REQUIRE (glm_matrix_new (type, 32, 64, blocks, NULL, &matrix, &error), "%s", error.message);
  for (int many = 0; many < 2; many++)
    {
      REQUIRE (glm_matmul_many (&(GlmProduct){ matrix, b, out, 32 }, 1, many ? x : one_x, 64, many ? 2 : 1, NULL, scratch,
                                &error),
               "%s", error.message);
      for (int i = 0; i < (many ? 64 : 32); i++)
        {
          float expected = (many ? y : one_y)[i];

          CHECK (fabsf (out[i] - expected) <= absolute + relative * fabsf (expected), "linear %s: y[%d] is %g, not %g",
                 traits->name, i, out[i], expected);
        }
    }
  glm_matrix_free (matrix);
  glm_scratch_free (scratch);
  free (blocks);
}

static void
test_linear (void)
{
  size_t n;
  float *data = vectors_read ("linear.data", &n);

  for (int i = 0; i < N_MASKS; i++)
    {
      set_mask (masks[i]);
      test_linear_type (data, GLM_TYPE_F32, 1e-4f, 0);
      test_linear_type (data, GLM_TYPE_F16, 1e-2f, 5e-4f);
      test_linear_type (data, GLM_TYPE_Q8_0, 0.2f, 5e-4f);
      test_linear_type (data, GLM_TYPE_Q5_0, 1.5f, 0.1f);
      test_linear_type (data, GLM_TYPE_Q5_1, 1.5f, 0.1f);
      test_linear_type (data, GLM_TYPE_Q4_0, 2, 0.2f);
      test_linear_type (data, GLM_TYPE_Q4_1, 2, 0.2f);
    }
  free (data);
}

/* ---- The starter model ------------------------------------------------------------------------------------------ */

/* Prompt, the ids that follow greedily, and the five likeliest logits after the prompt. */
static void
check_golden (GlmSession *session, const GlmJsonValue *entry, float tolerance, const char *mask)
{
  const GlmJsonValue *prompt = glm_json_get (entry, "prompt_ids"), *next = glm_json_get (entry, "next_ids");
  const GlmJsonValue *top = glm_json_get (entry, "top5");
  int32_t ids[256];
  size_t n = 0, step = 0;
  GlmError error = { 0 };

  for (const GlmJsonValue *v = glm_json_first (prompt); v; v = glm_json_next (prompt, v))
    ids[n++] = (int32_t) v->integer;
  for (const GlmJsonValue *v = glm_json_first (next); v; v = glm_json_next (next, v), step++)
    {
      const float *logits;
      int32_t best = 0;

      REQUIRE (glm_session_sync (session, ids, n, NULL, NULL, NULL, &error), "%s", error.message);
      logits = glm_session_logits (session);
      for (int32_t id = 1; id < glm_model_info (session->model)->n_vocab; id++)
        if (logits[id] > logits[best])
          best = id;
      CHECK (best == v->integer, "golden at %s: step %zu chooses %d, not %d", mask, step, best, (int) v->integer);
      if (step == 0)
        for (const GlmJsonValue *pair = glm_json_first (top); pair; pair = glm_json_next (top, pair))
          {
            const GlmJsonValue *id = glm_json_first (pair), *logit = glm_json_next (pair, id);

            CHECK (fabs (logits[id->integer] - logit->number) <= tolerance, "golden at %s: logit of %d is %g, not %g", mask,
                   (int) id->integer, logits[id->integer], logit->number);
          }
      ids[n++] = (int32_t) v->integer;
    }
}

static void
test_starter (void)
{
  GlmJson *json;
  GlmError error = { 0 };
  char path[1024];

  snprintf (path, sizeof path, "%s/models/myna-fledgling-q8_0.gguf", getenv ("MYNA_DATA_DIR"));
  REQUIRE (glm_json_open (starter_path ("golden.json"), &json, &error), "%s", error.message);
  for (int i = 0; i < N_MASKS; i++)
    {
      const GlmJsonValue *root = glm_json_root (json);
      GlmModel *model;
      GlmSession *session;

      set_mask (masks[i]);
      REQUIRE (glm_model_open (path, NULL, &model, &error), "%s", error.message);
      REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
      for (const GlmJsonValue *entry = glm_json_first (root); entry; entry = glm_json_next (root, entry))
        check_golden (session, entry, 0.35f, masks[i]);
      glm_session_free (session);
      glm_model_free (model);
    }
  glm_json_free (json);
}

/* ---- Masks and batches against each other ----------------------------------------------------------------------- */

#define N_TEXT 32

static void
starter_text (int32_t *ids)
{
  for (int i = 0; i < N_TEXT; i++)
    ids[i] = 300 + i * 7919 % 23000;
}

/* All rows' logits of a text, evaluated in batches of `step`. */
static float *
text_logits (const int32_t *ids, int step)
{
  GlmModel *model;
  GlmSession *session;
  GlmError error = { 0 };
  char path[1024];
  size_t n_vocab;
  float *logits;

  snprintf (path, sizeof path, "%s/models/myna-fledgling-q8_0.gguf", getenv ("MYNA_DATA_DIR"));
  REQUIRE (glm_model_open (path, NULL, &model, &error), "%s", error.message);
  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  n_vocab = (size_t) glm_model_info (model)->n_vocab;
  logits = malloc (N_TEXT * n_vocab * sizeof *logits);
  REQUIRE (logits, "no memory");
  for (int at = 0; at < N_TEXT; at += step)
    {
      REQUIRE (glm_session_eval (session, ids + at, (size_t) step, step, NULL, NULL, &error), "%s", error.message);
      memcpy (logits + (size_t) at * n_vocab, glm_session_logits_row (session, 0), (size_t) step * n_vocab * sizeof *logits);
    }
  glm_session_free (session);
  glm_model_free (model);
  return logits;
}

#define N_STARTER_VOCAB 24064

/* Kullback-Leibler divergence of the distributions of two rows. */
static double
divergence (const float *p, const float *q)
{
  double p_sum = 0, q_sum = 0, sum = 0;

  for (int i = 0; i < N_STARTER_VOCAB; i++)
    {
      p_sum += exp (p[i]);
      q_sum += exp (q[i]);
    }
  for (int i = 0; i < N_STARTER_VOCAB; i++)
    sum += exp (p[i]) / p_sum * (p[i] - log (p_sum) - q[i] + log (q_sum));
  return sum;
}

/* Every processor's kernels give the reference's distribution, and a token's logits are the same to the bit whether it is
 * evaluated alone or with a few others, as guessed tokens are: guessing may not change a reply (see draft.h). */
static void
test_agreement (void)
{
  int32_t ids[N_TEXT];
  float *reference;

  starter_text (ids);
  set_mask ("c");
  reference = text_logits (ids, 1);
  for (int i = 2; i < N_MASKS; i++)
    {
      float *alone, *together, difference;
      double max = 0;

      set_mask (masks[i]);
      alone = text_logits (ids, 1);
      for (int row = 0; row < N_TEXT; row++)
        max = fmax (max, divergence (reference + (size_t) row * N_STARTER_VOCAB, alone + (size_t) row * N_STARTER_VOCAB));
      CHECK (max < 1e-2, "mask %s: a row's divergence from the reference is %g", masks[i], max);
      for (int step = 2; step <= 8; step *= 2)
        {
          together = text_logits (ids, step);
          difference = max_difference (alone, together, N_TEXT * N_STARTER_VOCAB);
          CHECK (difference == 0, "mask %s: batches of %d change logits by %g", masks[i], step, difference);
          free (together);
        }
      free (alone);
    }
  free (reference);
}

int
main (void)
{
  test_norms ();
  test_linear ();
  for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
    for (size_t j = 0; j < sizeof vector_bounds / sizeof vector_bounds[0]; j++)
      test_vectors (&models[i], vector_bounds[j].type, vector_bounds[j].tolerance);
  for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
    test_vectors_small_cache (&models[i]);
  test_starter ();
  test_agreement ();
  return check_exit ();
}
