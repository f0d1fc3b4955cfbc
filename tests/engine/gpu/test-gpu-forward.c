/* test-gpu-forward.c: whole models on a device, against the original implementations and the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "gpu-device.h"
#include "gpu/vulkan.h"
#include "run/forward-vectors.h"
#include "run/gguf-build.h"
#include "run/naive-forward.h"
#include "run/session-check.h"

static const char *device;

static GlmModel *
open_on (const char *path, const char *name)
{
  GlmModelOptions options = { .n_threads = 1, .device = name };
  GlmModel *model;
  GlmError error = { 0 };

  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", path, error.message);
  CHECK (!name || model->info.device[0], "on the processor: %s", model->info.device_problem);
  CHECK (!name || model->info.device_layers == model->info.n_layers, "%d layers", model->info.device_layers);
  return model;
}

/* With room for so many layers, and the card gets as many as it should. */
static GlmModel *
open_with_room (const char *path, int n_room, int n_layers)
{
  GlmModelOptions options = { .n_threads = 1, .device = device };
  GlmModel *model;
  GlmError error = { 0 };

  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", path, error.message);
  options.device_memory = divided_memory (model, n_room);
  glm_model_free (model);
  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", path, error.message);
  CHECK (model->info.device[0] && model->info.device_layers == n_layers && model->plan->rest, "%d layers: %s",
         model->info.device_layers, model->info.device_problem);
  return model;
}

/* Where the first half of the layers alone finds room. */
static GlmModel *
open_divided (const TinyModel *tiny, const char *path)
{
  return open_with_room (path, tiny->n_layers / 2, tiny->n_layers / 2);
}

/* ---- Families --------------------------------------------------------------------------------------------------- */

/* A prompt of n tokens and a reply of three, against the naive pass. */
static void
check_whole (const TinyModel *tiny, GlmModel *model, int n, double bound, const char *what)
{
  GlmSession *session = open_session (model);
  int32_t *ids = calloc ((size_t) n + 3, sizeof *ids);
  double *expected = calloc ((size_t) tiny->n_vocab, sizeof *expected);

  fill_ids (tiny, ids, n, 7);
  for (int i = 0; i < 3; i++)
    ids[n + i] = 10 + i;
  for (int extra = 0; extra <= 3; extra += 3)
    {
      double difference = 0;
      const float *logits;

      sync_ids (session, ids, n + extra);
      logits = glm_session_logits (session);
      (tiny->n_experts > 0 ? naive_forward_experts : naive_forward) (tiny, ids, n + extra, expected);
      for (int i = 0; i < tiny->n_vocab; i++)
        difference = fabs (logits[i] - expected[i]) <= difference ? difference : fabs (logits[i] - expected[i]);
      CHECK (difference < bound, "%s, %d + %d tokens: differs by %g", what, n, extra, difference);
    }
  CHECK (!*glm_session_device_problem (session), "%s", glm_session_device_problem (session));
  free (ids);
  free (expected);
  glm_session_free (session);
  glm_model_free (model);
}

static void
check_family (const TinyModel *tiny, int n, double bound, const char *what)
{
  const char *path = test_temp_path ("family.gguf");

  tiny_model_write (tiny, path);
  check_whole (tiny, open_on (path, device), n, bound, what);
  check_whole (tiny, open_divided (tiny, path), n, bound, what);
}

/* The head goes with the last layer: where it finds no room beside all of them, both are the processor's. */
static void
test_head_without_room (void)
{
  TinyModel tiny = TINY_CHATGLM;
  const char *path = test_temp_path ("head.gguf");

  tiny_model_write (&tiny, path);
  glm_model_free (open_with_room (path, tiny.n_layers, tiny.n_layers - 1));
}

/* Six bits of the file are eight there: where the file alone would find room, the last layers do not. */
static void
test_larger_there (void)
{
  TinyModel tiny = TINY_CHATGLM;
  const char *path = test_temp_path ("larger.gguf");
  GlmModelOptions options = { .n_threads = 1, .device = device };
  GlmModel *model;
  GlmError error = { 0 };

  tiny.type = GLM_TYPE_Q6_K;
  tiny.n_embd = tiny.n_ff = 256;
  tiny.n_heads = 16;
  tiny_model_write (&tiny, path);
  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", path, error.message);
  options.device_memory = divided_memory (model, 0);
  for (size_t i = 0; i < glm_model_file_n_tensors (model->file); i++)
    options.device_memory += glm_model_file_tensor_at (model->file, i)->n_bytes;
  glm_model_free (model);
  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", path, error.message);
  CHECK (model->info.device_layers > 0 && model->info.device_layers < tiny.n_layers, "%d layers", model->info.device_layers);
  glm_model_free (model);
}

static void
test_families (void)
{
  static const int lengths[] = { 2, 140 };

  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
    {
      TinyModel chatglm = TINY_CHATGLM, chatglm1 = TINY_CHATGLM1, glm4 = TINY_CHATGLM, edge = TINY_CHATGLM;

      glm4.arch = "glm4";
      glm4.split_qkv = true;
      edge.split_qkv = edge.tied = edge.no_bias = true;
      check_family (&chatglm, lengths[i], 2e-4, "chatglm");
      check_family (&chatglm1, lengths[i], 2e-4, "chatglm1");
      check_family (&glm4, lengths[i], 2e-4, "glm4");
      check_family (&edge, lengths[i], 2e-4, "tied, split, without bias");
    }
}

/* Experts stay with the processor, whether or not all layers find room. */
static void
test_experts (void)
{
  static const int lengths[] = { 2, 140 };

  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
    {
      TinyModel glm45 = TINY_GLM4MOE, glm46 = TINY_GLM4MOE, flash = TINY_DEEPSEEK2;

      glm46.head_norms = true;
      glm46.n_shared = 2;
      glm46.n_dense = 0;
      check_family (&glm45, lengths[i], 2e-4, "GLM-4.5");
      check_family (&glm46, lengths[i], 2e-4, "GLM-4.6");
      check_family (&flash, lengths[i], 2e-4, "GLM-4.7-Flash");
    }
}

/* ---- The originals ---------------------------------------------------------------------------------------------- */

/* Beyond single precision: what test-forward allows the processor. */
static void
check_vectors (const VectorsModel *vectors, GlmType type, int element_bytes, float tolerance)
{
  VectorsExpected expected;
  const char *path = test_temp_path (vectors->file);
  GlmModel *model;
  GlmSession *session;
  GlmError error = { 0 };

  vectors_write (vectors, type, path, &expected);
  model = open_on (path, device);
  model->params.kv_element_bytes = element_bytes;
  model->plan->kv = glm_kv_shape (&model->params);
  session = open_session (model);
  if (vectors->is_first)
    {
      session->n_context = 2;
      session->origin = 1;
    }
  for (int step = 0; step < VECTORS_STEPS; step++)
    {
      bool ok = glm_session_eval (session, expected.ids[step], (size_t) expected.n[step], expected.n[step], NULL, NULL, &error);

      REQUIRE (ok, "%s: %s", vectors->file, error.message);
      for (int row = 0; row < expected.n[step]; row++)
        for (int i = 0; i < VECTORS_EMBD; i++)
          {
            float difference = fabsf (glm_session_logits_row (session, row)[i] - expected.outputs[step][row][i]);

            CHECK (difference <= tolerance, "%s, type %d: step %d row %d differs by %g", vectors->file, (int) type, step, row,
                   difference);
          }
    }
  CHECK (!*glm_session_device_problem (session), "%s", glm_session_device_problem (session));
  glm_session_free (session);
  glm_model_free (model);
}

static void
test_vectors (void)
{
  static const VectorsModel models[] = {
    { "glm_model.data", "chatglm1", true, 1e-5f },
    { "glm2_model.data", "chatglm", false, 1e-5f },
    { "glm3_model.data", "chatglm", false, 1e-5f },
    { "glm4_model.data", "chatglm", false, 1.5625e-07f },
  };

  for (size_t i = 0; i < sizeof models / sizeof *models; i++)
    {
      check_vectors (&models[i], GLM_TYPE_F32, 4, 1e-4f);
      check_vectors (&models[i], i % 2 ? GLM_TYPE_Q4_0 : GLM_TYPE_Q8_0, 2, i % 2 ? 0.115f : 0.01f);
      check_vectors (&models[i], i % 2 ? GLM_TYPE_F16 : GLM_TYPE_F32, i % 2 ? 2 : 1, i % 2 ? 5e-3f : 3e-3f);
    }
}

/* ---- Types ------------------------------------------------------------------------------------------------------ */

/* ‖a − b‖ / ‖b‖ */
static double
divergence (const float *a, const float *b, int n)
{
  double wrong = 0, right = 0;

  for (int i = 0; i < n; i++)
    {
      wrong += (a[i] - b[i]) * (double) (a[i] - b[i]);
      right += b[i] * (double) b[i];
    }
  return sqrt (wrong / right);
}

/* Prompts and single tokens of a quantised model beside the processor's reference, which computes in floats: what activations in
 * 8 bits cost, in layers whose errors nothing evens out. */
static void
check_type (const TinyModel *tiny)
{
  const char *path = test_temp_path ("type.gguf");
  GlmModel *here, *there;
  GlmSession *a, *b;
  int32_t ids[40];

  tiny_model_write (tiny, path);
  glm_cpu_set_mask (0);
  here = open_on (path, NULL);
  there = open_on (path, device);
  a = open_session (there);
  b = open_session (here);
  glm_cpu_set_mask (UINT32_MAX);
  fill_ids (tiny, ids, 40, 3);
  for (int n = 20; n <= 40; n += n < 24 ? 4 : 16)
    {
      double d;

      sync_ids (a, ids, n);
      sync_ids (b, ids, n);
      d = divergence (glm_session_logits (a), glm_session_logits (b), tiny->n_vocab);
      CHECK (d < 0.04, "%s, type %d, %d tokens: %g", tiny->arch, (int) tiny->type, n, d);
    }
  CHECK (!*glm_session_device_problem (a), "%s", glm_session_device_problem (a));
  glm_session_free (a);
  glm_session_free (b);
  glm_model_free (here);
  glm_model_free (there);
}

static void
test_types (void)
{
  static const GlmType types[] = { GLM_TYPE_Q4_0, GLM_TYPE_Q4_1, GLM_TYPE_Q5_0, GLM_TYPE_Q5_1, GLM_TYPE_Q8_0,
                                   GLM_TYPE_Q4_K, GLM_TYPE_Q5_K, GLM_TYPE_Q6_K, GLM_TYPE_BF16 };

  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    {
      TinyModel tiny = TINY_CHATGLM, flash = TINY_DEEPSEEK2;

      tiny.type = types[i];
      tiny.n_embd = tiny.n_ff = 256;
      tiny.n_heads = 16;
      check_type (&tiny);
      /* Every expert is used: another choice would be another reply. */
      flash.type = types[i];
      flash.n_experts = flash.n_used;
      flash.n_embd = flash.n_ff = flash.n_ff_expert = 256;
      if (types[i] == GLM_TYPE_Q4_0 || types[i] == GLM_TYPE_Q8_0 || types[i] == GLM_TYPE_BF16)
        check_type (&flash);
    }
}

/* ---- Sessions --------------------------------------------------------------------------------------------------- */

static void
test_sync (const TinyModel *tiny, int element_bytes, bool divided)
{
  const char *path = test_temp_path ("sync.gguf"), *saved = test_temp_path ("sync.session");
  GlmModel *model;
  GlmSession *session, *other;
  int32_t ids[200], branch[200];
  float *whole, *changed;
  double tolerance = element_bytes == 1 ? 1e-2 : 1e-3;
  GlmError error = { 0 };

  tiny_model_write (tiny, path);
  model = divided ? open_divided (tiny, path) : open_on (path, device);
  model->params.kv_element_bytes = element_bytes;
  model->plan->kv = glm_kv_shape (&model->params);
  if (model->plan->rest)
    model->plan->rest->kv = model->plan->kv;
  /* Many tokens are attended to in half precision there, few in floats. */
  if (model->gpu->has_matrix && tolerance < 5e-3)
    tolerance = 5e-3;
  session = open_session (model);
  fill_ids (tiny, ids, 200, 1);
  memcpy (branch, ids, sizeof ids);
  branch[150] ^= 1;
  whole = fresh_logits (model, ids, 200);
  changed = fresh_logits (model, branch, 200);

  sync_ids (session, ids, 100);
  sync_ids (session, ids, 200);
  check_same (session, whole, tolerance, "in two parts");
  sync_ids (session, branch, 200);
  CHECK (session->n_kept == 150, "kept %zu", session->n_kept);
  check_same (session, changed, tolerance, "another branch");
  sync_ids (session, ids, 140);
  for (int n = 141; n <= 200; n += n < 190 ? 7 : 1)
    sync_ids (session, ids, n);
  sync_ids (session, ids, 200);
  check_same (session, whole, tolerance, "a few tokens at a time");

  REQUIRE (glm_session_save (session, saved, &error), "%s", error.message);
  other = open_session (model);
  sync_ids (other, branch, 30);
  REQUIRE (glm_session_restore (other, saved, NULL, 0, &error), "%s", error.message);
  sync_ids (other, ids, 200);
  check_same (other, whole, tolerance, "restored");
  CHECK (!*glm_session_device_problem (session) && !*glm_session_device_problem (other), "left the device");

  free (whole);
  free (changed);
  glm_session_free (session);
  glm_session_free (other);
  glm_model_free (model);
}

int
main (void)
{
  TinyModel chatglm = TINY_CHATGLM, flash = TINY_DEEPSEEK2;

  device = test_device ();
  test_head_without_room ();
  test_larger_there ();
  test_families ();
  test_experts ();
  test_types ();
  for (int bytes = 1; bytes <= 4; bytes *= 2)
    test_sync (&chatglm, bytes, bytes == 1);
  test_sync (&chatglm, 2, true);
  test_sync (&flash, 1, false);
  test_sync (&flash, 2, true);
  test_vectors ();
  return check_exit ();
}
