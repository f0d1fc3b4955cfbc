/* test-session.c: families against a forward pass written out by hand; sync, rewind, cancel, prefixes, threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <pthread.h>

#include "naive-forward.h"
#include "gguf-build.h"
#include "session-check.h"

/* ---- Families --------------------------------------------------------------------------------------------------- */

static double
distance (const float *a, const double *b, int n)
{
  double max = 0;

  for (int i = 0; i < n; i++)
    if (!(fabs (a[i] - b[i]) <= max))
      max = fabs (a[i] - b[i]);
  return max;
}

/* A prompt of n tokens and a reply of three, against the naive pass. */
static void
check_family (TinyModel tiny, int n, const char *what)
{
  GlmModel *model = open_tiny (&tiny);
  GlmSession *session = open_session (model);
  int32_t *ids = calloc ((size_t) n + 3, sizeof *ids);
  double *expected = calloc ((size_t) tiny.n_vocab, sizeof *expected);

  fill_ids (&tiny, ids, n, 7);
  for (int i = 0; i < 3; i++)
    ids[n + i] = 10 + i;
  for (int extra = 0; extra <= 3; extra += 3)
    {
      double difference;

      sync_ids (session, ids, n + extra);
      naive_forward (&tiny, ids, n + extra, expected);
      difference = distance (glm_session_logits (session), expected, tiny.n_vocab);
      CHECK (difference < 2e-4, "%s, %d + %d tokens: differs by %g", what, n, extra, difference);
    }
  free (ids);
  free (expected);
  glm_session_free (session);
  glm_model_free (model);
}

static void
test_families (void)
{
  /* One token; one tile; more than one chunk or tile; more than one split of the attention's columns. */
  static const int lengths[] = { 2, 7, 130, 530 };

  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
    {
      TinyModel chatglm = TINY_CHATGLM, chatglm1 = TINY_CHATGLM1, glm4 = TINY_CHATGLM, edge = TINY_CHATGLM;

      glm4.arch = "glm4";
      glm4.split_qkv = true;
      edge.split_qkv = edge.tied = edge.no_bias = true;
      check_family (chatglm, lengths[i], "chatglm");
      check_family (chatglm1, lengths[i], "chatglm1");
      check_family (glm4, lengths[i], "glm4");
      check_family (edge, lengths[i], "tied, split, without bias");
      glm4.no_bias = true;
      glm4.yarn_factor = 4;
      check_family (glm4, lengths[i], "glm4 with YaRN");
      chatglm.n_prefix = chatglm1.n_prefix = 9;
      check_family (chatglm, lengths[i], "chatglm with a P-Tuning prefix");
      check_family (chatglm1, lengths[i], "chatglm1 with a P-Tuning prefix");
    }
}

/* The file's logits after a prompt of n tokens and after three more, at every CPU mask. */
static void
check_masks (const TinyModel *tiny, const char *path, int n)
{
  static const char *const masks[] = { "c", "sse", "avx2", "avxvnni", "avx512", "all" };
  int32_t *ids = calloc ((size_t) n + 3, sizeof *ids);
  double *expected = calloc (2 * (size_t) tiny->n_vocab, sizeof *expected);

  fill_ids (tiny, ids, n, 7);
  for (int i = 0; i < 3; i++)
    ids[n + i] = 10 + i;
  for (int i = 0; i < 2; i++)
    naive_forward (tiny, ids, n + 3 * i, expected + i * tiny->n_vocab);
  for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++)
    {
      GlmModelOptions options = { .n_threads = 1 };
      unsigned mask = 0;
      GlmModel *model;
      GlmSession *session;
      GlmError error = { 0 };

      REQUIRE (glm_cpu_mask_parse (masks[m], &mask), "%s", masks[m]);
      glm_cpu_set_mask (mask);
      REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", tiny->arch, error.message);
      session = open_session (model);
      for (int i = 0; i < 2; i++)
        {
          double difference;

          sync_ids (session, ids, n + 3 * i);
          difference = distance (glm_session_logits (session), expected + i * tiny->n_vocab, tiny->n_vocab);
          CHECK (difference < 2e-4, "%s at %s, %d + %d tokens: differs by %g", tiny->arch, masks[m], n, 3 * i, difference);
        }
      glm_session_free (session);
      glm_model_free (model);
    }
  glm_cpu_set_mask (UINT32_MAX);
  free (ids);
  free (expected);
}

static void
test_experts (void)
{
  static const int lengths[] = { 2, 7, 130, 530 };
  TinyModel cases[] = { TINY_GLM4MOE, TINY_GLM4MOE, TINY_GLM4MOE, TINY_DEEPSEEK2, TINY_DEEPSEEK2 };

  cases[1].head_norms = cases[1].no_bias = true;
  cases[1].n_dense = 2;
  cases[1].route_scale = 2.5f;
  cases[2].n_groups = 4;
  cases[2].n_groups_used = 2;
  cases[2].n_shared = 2;
  cases[4].n_shared = 0;
  cases[4].n_used = 3;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
      const char *path = test_temp_path (cases[i].arch);

      tiny_model_write (&cases[i], path);
      for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++)
        check_masks (&cases[i], path, lengths[k]);
    }
}

/* Early conversions of GLM-4-0414 say "chatglm". */
static void
test_disguised_glm4 (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model;

  tiny.arch = "glm4";
  model = open_tiny (&tiny);
  CHECK (strcmp (model->arch->name, "glm4") == 0, "%s", model->arch->name);
  glm_model_free (model);
}

/* ---- Experts ---------------------------------------------------------------------------------------------------- */

/* A family that has a stack of matrices binds a tensor of three dimensions, with exactly that shape.  No step multiplies by
 * one yet: the processor says so when the model is opened. */
static void
test_stacks (void)
{
  static const GlmRegister registers[] = {
    [GLM_REG_X] = { "x", GLM_DIM_EMBD },
    [GLM_REG_LOGITS] = { "logits", GLM_DIM_VOCAB },
    [GLM_REG_OWN] = { "ff", GLM_DIM_FF },
  };
  static const GlmOp layer[] = {
    { GLM_OP_LINEAR, GLM_REG_OWN, GLM_REG_X, "ffn_up_exps", GLM_DIM_FF, GLM_DIM_EMBD, .stack = GLM_DIM_KV },
  };
  static const GlmOp head[] = { { GLM_OP_LINEAR, GLM_REG_LOGITS, GLM_REG_X, "output", GLM_DIM_VOCAB, GLM_DIM_EMBD } };
  static const GlmArch arch = {
    .name = "experts",
    .registers = registers,
    .n_registers = 3,
    .variants = { GLM_OP_TABLE (layer) },
    .head = GLM_OP_TABLE (head),
    .rope_axes = 1,
  };
  static const struct
  {
    int n_experts;
    GlmErrorCode code;
    const char *message;
  } cases[] = {
    { 32, GLM_ERROR_UNSUPPORTED, "ff = linear (x, ffn_up_exps [32 × 96 × 64]): not on the processor" },
    { 31, GLM_ERROR_BAD_FILE, "has the shape [64, 96, 31] instead of [64, 96, 32]" },
  };

  for (int i = 0; i < 2; i++)
    {
      TinyModel tiny = TINY_CHATGLM;
      const char *path = test_temp_path (i ? "experts-31.gguf" : "experts-32.gguf");
      GlmModel *model;
      GlmError error = { 0 };

      tiny.n_layers = 1;
      tiny.n_experts = cases[i].n_experts;
      tiny_model_write (&tiny, path);
      REQUIRE (glm_model_open_header (path, NULL, &model, &error), "%s", error.message);
      model->arch = &arch;
      CHECK (!glm_model_bind (model, NULL, NULL, &error) && error.code == cases[i].code
                 && strstr (error.message, cases[i].message),
             "%s", error.message);
      glm_model_free (model);
    }
}

/* ---- Sync ------------------------------------------------------------------------------------------------------- */

/* cache: bytes of a key's or value's element. */
static void
test_sync (GlmType type, int cache)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model;
  GlmSession *session;
  int32_t ids[600], other[600];
  float *whole, *branch;
  /* In 8 bits, sums in another order now and then round to another step. */
  double tolerance = cache == 1 ? 1e-2 : 1e-3;

  tiny.type = type;
  model = open_tiny (&tiny);
  model->params.kv_element_bytes = cache;
  model->plan->kv = glm_kv_shape (&model->params);
  session = open_session (model);
  fill_ids (&tiny, ids, 600, 1);
  memcpy (other, ids, sizeof ids);
  other[350] ^= 1;
  whole = fresh_logits (model, ids, 600);
  branch = fresh_logits (model, other, 600);

  sync_ids (session, ids, 100);
  CHECK (session->n_kept == 0, "kept %zu", session->n_kept);
  sync_ids (session, ids, 600);
  CHECK (session->n_kept == 100, "kept %zu", session->n_kept);
  check_same (session, whole, tolerance, "sync (A·B) = eval (A·B)");

  sync_ids (session, other, 600);
  CHECK (session->n_kept == 350, "kept %zu", session->n_kept);
  check_same (session, branch, tolerance, "another branch");

  sync_ids (session, other, 600);
  CHECK (session->n_kept == 600, "the same again must cost nothing: kept %zu", session->n_kept);
  sync_ids (session, ids, 600);
  check_same (session, whole, tolerance, "back again");
  sync_ids (session, ids, 350);
  CHECK (session->n_kept == 349 && glm_session_n_tokens (session) == 350, "rewinding evaluates the last token: kept %zu",
         session->n_kept);
  for (int n = 351; n <= 600; n++)
    sync_ids (session, ids, n);
  check_same (session, whole, tolerance, "token by token");
  sync_ids (session, ids, 0);
  CHECK (glm_session_n_tokens (session) == 0 && !glm_session_logits (session), "emptied");

  free (whole);
  free (branch);
  glm_session_free (session);
  glm_model_free (model);
}

/* A bidirectional prompt keeps nothing of another prompt, and everything of the same one. */
static void
test_sync_bidirectional (void)
{
  TinyModel tiny = TINY_CHATGLM1;
  GlmModel *model = open_tiny (&tiny);
  GlmSession *session = open_session (model);
  int32_t ids[64], longer[80];
  float *expected;

  fill_ids (&tiny, ids, 40, 3);
  ids[40] = 20;
  ids[41] = 21;
  sync_ids (session, ids, 40);
  sync_ids (session, ids, 41);
  CHECK (session->n_kept == 40, "a reply's token keeps the prompt: %zu", session->n_kept);
  ids[41] = 33;
  sync_ids (session, ids, 42);
  CHECK (session->n_kept == 41, "another reply: %zu", session->n_kept);
  sync_ids (session, ids, 40);
  CHECK (session->n_kept == 39, "regenerating evaluates <sop> again: %zu", session->n_kept);
  expected = fresh_logits (model, ids, 40);
  check_same (session, expected, 1e-4, "regenerate");
  free (expected);

  /* The next turn: the old prompt begins the new one. */
  fill_ids (&tiny, longer, 60, 3);
  memcpy (longer, ids, 38 * sizeof *ids);
  sync_ids (session, longer, 60);
  CHECK (session->n_kept == 0, "a longer prompt: %zu", session->n_kept);
  expected = fresh_logits (model, longer, 60);
  check_same (session, expected, 1e-4, "longer prompt");
  free (expected);
  glm_session_free (session);
  glm_model_free (model);
}

static void
test_errors (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model = open_tiny (&tiny);
  GlmSession *session;
  GlmSessionOptions options = { .context_length = 16 };
  GlmError error = { 0 };
  int32_t ids[20];

  REQUIRE (glm_session_new (model, &options, &session, &error), "%s", error.message);
  fill_ids (&tiny, ids, 20, 5);
  sync_ids (session, ids, 16);
  CHECK (!glm_session_sync (session, ids, 17, NULL, NULL, NULL, &error) && error.code == GLM_ERROR_CONTEXT_FULL, "%s",
         error.message);
  CHECK (glm_session_n_tokens (session) == 16 && glm_session_logits (session), "the session is as it was");
  for (int bad = 0; bad < 2; bad++)
    {
      ids[8] = bad ? -1 : tiny.n_vocab;
      CHECK (!glm_session_sync (session, ids, 16, NULL, NULL, NULL, &error) && error.code == GLM_ERROR_ARGUMENT, "%s",
             error.message);
    }
  glm_session_free (session);
  glm_model_free (model);
}

/* ---- Cancelling ------------------------------------------------------------------------------------------------- */

typedef struct
{
  GlmCancel cancel;
  int n_calls, n_until;
  size_t last, total;
} Watch;

static void
on_progress (size_t n_done, size_t n_total, void *user_data)
{
  Watch *watch = user_data;

  CHECK (n_done >= watch->last && n_done <= n_total, "progress went from %zu to %zu of %zu", watch->last, n_done, n_total);
  watch->last = n_done;
  watch->total = n_total;
  if (++watch->n_calls == watch->n_until)
    glm_cancel_set (&watch->cancel);
}

/* Cancels after each of the progress calls in turn; what is left must be usable. */
static void
test_cancel (TinyModel tiny)
{
  GlmModel *model = open_tiny (&tiny);
  GlmSession *session = open_session (model);
  int32_t ids[700];
  float *expected;
  bool cancelled = true;

  fill_ids (&tiny, ids, 700, 11);
  expected = fresh_logits (model, ids, 700);
  for (int n_until = 1; cancelled; n_until++)
    {
      Watch watch = { .n_until = n_until };
      GlmError error = { 0 };

      REQUIRE (n_until < 100, "never finishes");
      cancelled = !glm_session_sync (session, ids, 700, on_progress, &watch, &watch.cancel, &error);
      if (cancelled)
        {
          CHECK (error.code == GLM_ERROR_CANCELLED, "%s", error.message);
          CHECK (glm_session_n_tokens (session) < 700, "cancelled, and yet done");
        }
      else
        CHECK (watch.last == watch.total, "ended at %zu of %zu", watch.last, watch.total);
      sync_ids (session, ids, 700);
      check_same (session, expected, 1e-3, "after a cancel");
      glm_session_truncate (session, 0);
    }
  free (expected);
  glm_session_free (session);
  glm_model_free (model);
}

/* ---- Threads ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  GlmModel *model;
  const int32_t *ids;
  const float *expected;
} Runner;

static void *
run_session (void *data)
{
  const Runner *runner = data;
  GlmSession *session = open_session (runner->model);

  for (int i = 0; i < 5; i++)
    {
      glm_session_truncate (session, 0);
      sync_ids (session, runner->ids, 60);
      check_same (session, runner->expected, 1e-6, "two sessions at once");
    }
  glm_session_free (session);
  return NULL;
}

/* Sessions of a model have its threads in common, and may run at once. */
static void
test_threads (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model = open_tiny (&tiny);
  GlmSession *session, *other;
  int32_t ids[60];
  pthread_t threads[3];
  Runner runner = { model, ids, NULL };

  model->n_threads = 2;
  fill_ids (&tiny, ids, 60, 17);
  runner.expected = fresh_logits (model, ids, 60);
  session = open_session (model);
  other = open_session (model);
  CHECK (session->pool == other->pool && glm_pool_n_threads (session->pool) == 2, "each session has its own threads");
  glm_session_free (other);
  for (int i = 0; i < 3; i++)
    REQUIRE (pthread_create (&threads[i], NULL, run_session, &runner) == 0, "no thread");
  for (int i = 0; i < 3; i++)
    pthread_join (threads[i], NULL);
  sync_ids (session, ids, 60);
  check_same (session, runner.expected, 1e-6, "after the others");
  glm_session_free (session);
  CHECK (!model->pools, "threads that no session uses");
  free ((float *) runner.expected);
  glm_model_free (model);
}

static size_t
count_copied (const GlmModel *model, const GlmPlanLayer *layer)
{
  size_t n = 0;

  for (int i = 0; i < layer->n_steps; i++)
    for (int k = 0; k < layer->steps[i].n_matrices; k++)
      n += layer->steps[i].matrices[k].weights && model->plan->backend->weights_copied (layer->steps[i].matrices[k].weights);
  return n;
}

/* Where there is no memory for copies of the weights, they are multiplied as they lie in the file, with the same result: but
 * for what rounding the other factor to 8 bits makes of it, which the copies' products do. */
static void
test_in_place (void)
{
  static const struct
  {
    GlmType type;
    double tolerance;
  } cases[] = { { GLM_TYPE_F32, 1e-4 }, { GLM_TYPE_F16, 1e-4 }, { GLM_TYPE_Q8_0, 0.4 }, { GLM_TYPE_Q4_0, 0.4 } };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      TinyModel tiny = TINY_CHATGLM;
      const char *path = test_temp_path ("short.gguf");
      GlmModelOptions options = { .n_threads = 1 };
      GlmModel *model, *there;
      GlmSession *session;
      GlmError error = { 0 };
      float *expected;
      int32_t ids[40];

      tiny.type = cases[i].type;
      tiny_model_write (&tiny, path);
      fill_ids (&tiny, ids, 40, 31);
      REQUIRE (glm_model_open (path, &options, &model, &error), "%s", error.message);
      options.memory = 1;
      REQUIRE (glm_model_open (path, &options, &there, &error), "%s", error.message);
      CHECK (count_copied (there, &there->plan->layers[0]) == 0, "type %d: weights were copied", (int) tiny.type);
      CHECK (tiny.type != GLM_TYPE_Q4_0 || glm_cpu_flags () == 0 || count_copied (model, &model->plan->layers[0]) > 0,
             "with memory they are");
      expected = fresh_logits (model, ids, 40);
      session = open_session (there);
      sync_ids (session, ids, 40);
      check_same (session, expected, cases[i].tolerance, "in the file");
      glm_session_free (session);
      free (expected);
      glm_model_free (model);
      glm_model_free (there);
    }
}

int
main (void)
{
  TinyModel chatglm = TINY_CHATGLM, chatglm1 = TINY_CHATGLM1;

  test_families ();
  test_experts ();
  test_disguised_glm4 ();
  test_stacks ();
  test_in_place ();
  test_sync (GLM_TYPE_F32, 4);
  test_sync (GLM_TYPE_F16, 2);
  test_sync (GLM_TYPE_F32, 1);
  test_sync_bidirectional ();
  test_errors ();
  test_cancel (chatglm);
  test_cancel (chatglm1);
  test_threads ();
  return check_exit ();
}
