/* test-session.c: families against a forward pass written out by hand; sync, rewind, cancel, prefixes, threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <pthread.h>

#include "check.h"
#include "gguf-build.h"
#include "naive-forward.h"
#include "sampler.h"
#include "session.h"
#include "tiny-model.h"

static GlmModel *
open_tiny (const TinyModel *tiny)
{
  static int n_files;
  char name[32];
  const char *path;
  /* One thread each: the shapes are too small to share, and the machines are busy. */
  GlmModelOptions options = { .n_threads = 1 };
  GlmModel *model;
  GlmError error = { 0 };

  snprintf (name, sizeof name, "tiny-%d.gguf", n_files++);
  path = test_temp_path (name);
  tiny_model_write (tiny, path);
  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", tiny->arch, error.message);
  return model;
}

static GlmSession *
open_session (GlmModel *model)
{
  GlmSession *session;
  GlmError error = { 0 };

  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  return session;
}

/* Ids that avoid the control tokens, and for ChatGLM-6B end in [gMASK] <sop>. */
static void
fill_ids (const TinyModel *tiny, int32_t *ids, int n, uint32_t seed)
{
  for (int i = 0; i < n; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      ids[i] = (int32_t) (8 + (seed >> 8) % (uint32_t) (tiny->n_vocab - 8));
    }
  if (strcmp (tiny->arch, "chatglm1") == 0 && n >= 2)
    {
      ids[n - 2] = TINY_GMASK;
      ids[n - 1] = TINY_SOP;
    }
}

static void
sync_ids (GlmSession *session, const int32_t *ids, int n)
{
  GlmError error = { 0 };
  bool ok = glm_session_sync (session, ids, (size_t) n, NULL, NULL, NULL, &error);

  CHECK (ok, "%s", error.message);
}

static double
distance (const float *a, const double *b, int n)
{
  double max = 0;

  for (int i = 0; i < n; i++)
    if (!(fabs (a[i] - b[i]) <= max))
      max = fabs (a[i] - b[i]);
  return max;
}

static void
check_same (const GlmSession *session, const float *expected, double tolerance, const char *what)
{
  const float *logits = glm_session_logits (session);
  double max = 0;

  for (int i = 0; i < glm_model_info (session->model)->n_vocab; i++)
    if (!(fabs ((double) logits[i] - expected[i]) <= max))
      max = fabs ((double) logits[i] - expected[i]);
  CHECK (max <= tolerance, "%s: logits differ by %g", what, max);
}

/* What a fresh session says. */
static float *
fresh_logits (GlmModel *model, const int32_t *ids, int n)
{
  GlmSession *session = open_session (model);
  size_t n_bytes = (size_t) glm_model_info (model)->n_vocab * sizeof (float);
  float *logits = malloc (n_bytes);

  sync_ids (session, ids, n);
  REQUIRE (logits, "no memory");
  memcpy (logits, glm_session_logits (session), n_bytes);
  glm_session_free (session);
  return logits;
}

/* ---- Families ----------------------------------------------------------------------------------------------------- */

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

/* ---- Sync --------------------------------------------------------------------------------------------------------- */

static void
test_sync (GlmType type)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model;
  GlmSession *session;
  int32_t ids[600], other[600];
  float *whole, *branch;

  tiny.type = type;
  model = open_tiny (&tiny);
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
  check_same (session, whole, 1e-3, "sync (A·B) = eval (A·B)");

  sync_ids (session, other, 600);
  CHECK (session->n_kept == 350, "kept %zu", session->n_kept);
  check_same (session, branch, 1e-3, "another branch");

  sync_ids (session, other, 600);
  CHECK (session->n_kept == 600, "the same again must cost nothing: kept %zu", session->n_kept);
  sync_ids (session, ids, 600);
  check_same (session, whole, 1e-3, "back again");
  sync_ids (session, ids, 350);
  CHECK (session->n_kept == 349 && glm_session_n_tokens (session) == 350, "rewinding evaluates the last token: kept %zu",
         session->n_kept);
  for (int n = 351; n <= 600; n++)
    sync_ids (session, ids, n);
  check_same (session, whole, 1e-3, "token by token");
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

/* ---- Cancelling --------------------------------------------------------------------------------------------------- */

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

/* ---- Saving ------------------------------------------------------------------------------------------------------- */

static size_t
file_size (const char *path)
{
  FILE *file = fopen (path, "rb");
  long size = 0;

  if (file && fseek (file, 0, SEEK_END) == 0)
    size = ftell (file);
  if (file)
    fclose (file);
  return (size_t) size;
}

/* Restored into a fresh session, the state is worth `n_kept` tokens and leads to the same logits. */
static void
check_restore (GlmModel *model, const char *path, const int32_t *ids, int n, size_t n_kept, const float *expected)
{
  GlmSession *session = open_session (model);
  GlmError error = { 0 };

  CHECK (glm_session_restore (session, path, NULL, 0, &error), "%s", error.message);
  sync_ids (session, ids, n);
  CHECK (session->n_kept == n_kept, "kept %zu, not %zu", session->n_kept, n_kept);
  check_same (session, expected, 1e-3, "restored");
  glm_session_free (session);
}

static void
test_save (TinyModel tiny)
{
  GlmModel *model = open_tiny (&tiny);
  GlmSession *session = open_session (model);
  const char *path = test_temp_path ("session");
  int32_t ids[700];
  float *expected;
  GlmError error = { 0 };
  size_t size;

  fill_ids (&tiny, ids, 600, 29);
  for (int i = 600; i < 700; i++)
    ids[i] = 8 + i % 50;
  expected = fresh_logits (model, ids, 700);
  sync_ids (session, ids, 600);
  CHECK (glm_session_save (session, path, &error), "%s", error.message);
  check_restore (model, path, ids, 700, 600, expected);

  /* Appending: the whole chunks stay. */
  size = file_size (path);
  sync_ids (session, ids, 700);
  CHECK (glm_session_save (session, path, &error), "%s", error.message);
  CHECK (file_size (path) > size, "grown");
  check_restore (model, path, ids, 700, 699, expected);

  /* The same again changes nothing; going back cuts. */
  size = file_size (path);
  CHECK (glm_session_save (session, path, &error) && file_size (path) == size, "unchanged");
  sync_ids (session, ids, 610);
  CHECK (glm_session_save (session, path, &error) && file_size (path) < size, "cut");
  check_restore (model, path, ids, 700, 610, expected);

  CHECK (!glm_session_save (session, "/nonexistent/session", &error) && error.code == GLM_ERROR_NOT_FOUND, "%s", error.message);
  free (expected);
  glm_session_free (session);
  glm_model_free (model);
}

/* A file that is cut off or damaged anywhere gives a shorter state or an error, never a wrong one. */
static void
test_save_damage (void)
{
  TinyModel tiny = TINY_CHATGLM, other = TINY_CHATGLM;
  GlmModel *model = open_tiny (&tiny), *other_model;
  GlmSession *session = open_session (model), *stranger;
  const char *path = test_temp_path ("whole"), *bad = test_temp_path ("damaged");
  int32_t ids[530];
  float *expected;
  GlmError error = { 0 };
  size_t size, step;
  unsigned char *data;
  FILE *file;

  fill_ids (&tiny, ids, 530, 31);
  expected = fresh_logits (model, ids, 530);
  sync_ids (session, ids, 530);
  REQUIRE (glm_session_save (session, path, &error), "%s", error.message);
  size = file_size (path);
  data = malloc (size);
  file = fopen (path, "rb");
  REQUIRE (data && file && fread (data, 1, size, file) == size, "%s", path);
  fclose (file);

  step = size / 60;
  for (size_t at = 0; at < size; at += at < 64 ? 1 : step)
    for (int flip = 0; flip < 2; flip++)
      {
        file = fopen (bad, "wb");
        data[at] ^= (unsigned char) (flip ? 0x10 : 0);
        REQUIRE (file && fwrite (data, 1, flip ? size : at, file) == (flip ? size : at), "%s", bad);
        fclose (file);
        data[at] ^= (unsigned char) (flip ? 0x10 : 0);
        if (glm_session_restore (session, bad, NULL, 0, &error))
          CHECK (glm_session_n_tokens (session) % 256 == 0 && glm_session_n_tokens (session) < 530,
                 "%s at %zu: %zu tokens", flip ? "flipped" : "cut", at, glm_session_n_tokens (session));
        sync_ids (session, ids, 530);
        check_same (session, expected, 1e-3, "after damage");
      }

  other.seed = 99;
  other_model = open_tiny (&other);
  stranger = open_session (other_model);
  CHECK (!glm_session_restore (stranger, path, NULL, 0, &error) && error.code == GLM_ERROR_ARGUMENT, "another model's state");
  glm_session_free (stranger);
  glm_model_free (other_model);
  free (data);
  free (expected);
  glm_session_free (session);
  glm_model_free (model);
}

/* ---- Threads ------------------------------------------------------------------------------------------------------ */

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

static void
test_threads (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model = open_tiny (&tiny);
  int32_t ids[60];
  pthread_t threads[2];
  Runner runner = { model, ids, NULL };

  model->n_threads = 2;
  fill_ids (&tiny, ids, 60, 17);
  runner.expected = fresh_logits (model, ids, 60);
  for (int i = 0; i < 2; i++)
    REQUIRE (pthread_create (&threads[i], NULL, run_session, &runner) == 0, "no thread");
  for (int i = 0; i < 2; i++)
    pthread_join (threads[i], NULL);
  free ((float *) runner.expected);
  glm_model_free (model);
}

/* ---- Generating --------------------------------------------------------------------------------------------------- */

typedef struct
{
  size_t n_pieces, n_until;
  GlmCancel cancel;
} Counter;

static bool
count_piece (const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Counter *counter = user_data;

  if (++counter->n_pieces == counter->n_until)
    glm_cancel_set (&counter->cancel);
  return true;
}

static void
test_generate (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model;
  GlmSession *session;
  GlmSessionOptions options = { .context_length = 32 };
  GlmSampling sampling = { .temperature = 1, .top_p = 1, .repetition_penalty = 1, .seed = 5, .max_tokens = 10 };
  GlmTokens first = { 0 }, second = { 0 };
  GlmResult result;
  GlmError error = { 0 };
  int32_t ids[40];

  tiny.n_vocab = 400;
  tiny.with_vocabulary = true;
  model = open_tiny (&tiny);
  REQUIRE (glm_session_new (model, &options, &session, &error), "%s", error.message);
  fill_ids (&tiny, ids, 40, 23);

  REQUIRE (glm_generate (session, ids, 12, &sampling, NULL, &first, &result, &error), "%s", error.message);
  CHECK (first.n == result.n_generated && result.n_prompt == 12, "%zu", first.n);
  REQUIRE (glm_generate (session, ids, 12, &sampling, NULL, &second, &result, &error), "%s", error.message);
  CHECK (first.n == second.n && memcmp (first.ids, second.ids, first.n * sizeof *first.ids) == 0, "the seed decides");
  CHECK (result.n_reused >= 11, "reused %zu", result.n_reused);

  sampling.max_tokens = 0;
  REQUIRE (glm_generate (session, ids, 30, &sampling, NULL, NULL, &result, &error), "%s", error.message);
  CHECK (result.reason == GLM_STOP_CONTEXT || result.reason == GLM_STOP_END, "reason %d", result.reason);
  CHECK (!glm_generate (session, ids, 32, &sampling, NULL, NULL, &result, &error) && error.code == GLM_ERROR_CONTEXT_FULL, "%s",
         error.message);
  CHECK (!glm_generate (session, ids, 0, &sampling, NULL, NULL, &result, &error) && error.code == GLM_ERROR_ARGUMENT, "%s",
         error.message);
  sampling.temperature = NAN;
  CHECK (!glm_generate (session, ids, 3, &sampling, NULL, NULL, &result, &error) && error.code == GLM_ERROR_ARGUMENT, "%s",
         error.message);
  sampling.temperature = 1;

  /* Cancelled at each piece, generation is a success and the next one works. */
  for (size_t n_until = 1; n_until < 12; n_until++)
    {
      Counter counter = { .n_until = n_until };
      GlmGenerateFuncs funcs = { .piece = count_piece, .user_data = &counter, .cancel = &counter.cancel };

      REQUIRE (glm_generate (session, ids, 5, &sampling, &funcs, NULL, &result, &error), "%s", error.message);
      if (counter.n_pieces >= n_until)
        CHECK (result.reason == GLM_STOP_CANCELLED, "reason %d after %zu pieces", result.reason, counter.n_pieces);
    }
  glm_tokens_clear (&first);
  glm_tokens_clear (&second);
  glm_session_free (session);
  glm_model_free (model);
}

/* What glm_generate() must equal: one token at a time, no guesses. */
static size_t
generate_plainly (GlmModel *model, const int32_t *prompt, size_t n_prompt, const GlmSampling *sampling, int32_t *ids)
{
  GlmSession *session = open_session (model);
  GlmSampler *sampler;
  GlmError error = { 0 };
  size_t n = 0;

  REQUIRE (glm_sampler_new (sampling, glm_model_info (model)->n_vocab, &sampler, &error), "%s", error.message);
  for (size_t i = 0; i < n_prompt; i++)
    glm_sampler_accept (sampler, prompt[i]);
  sync_ids (session, prompt, (int) n_prompt);
  while (n < (size_t) sampling->max_tokens)
    {
      int32_t id = glm_sampler_draw (sampler, glm_session_logits (session));

      if (glm_model_is_stop (model, id))
        break;
      ids[n++] = id;
      glm_sampler_accept (sampler, id);
      REQUIRE (glm_session_eval (session, &id, 1, 1, NULL, NULL, &error), "%s", error.message);
    }
  glm_sampler_free (sampler);
  glm_session_free (session);
  return n;
}

/* A prompt that repeats itself makes a tiny model repeat itself, so that guesses are tried, right and wrong.  With the same
 * random numbers the reply must be the same to the token. */
static void
test_guessing (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model;
  GlmSession *session;
  int32_t prompt[60], plain[300];
  size_t n_drafted = 0, n_accepted = 0;

  tiny.n_vocab = 24;
  tiny.type = GLM_TYPE_F16;
  model = open_tiny (&tiny);
  session = open_session (model);
  for (int i = 0; i < 60; i++)
    prompt[i] = 8 + i % 6;
  for (uint64_t seed = 1; seed <= 12; seed++)
    {
      GlmSampling sampling = { .temperature = seed % 3 == 0 ? 0 : 0.3f, .top_p = 0.9f, .repetition_penalty = seed % 4 == 0 ? 1.1f : 1,
                               .seed = seed, .max_tokens = 300 };
      GlmTokens ids = { 0 };
      GlmResult result;
      GlmError error = { 0 };
      size_t n = generate_plainly (model, prompt, 60, &sampling, plain);

      REQUIRE (glm_generate (session, prompt, 60, &sampling, NULL, &ids, &result, &error), "%s", error.message);
      CHECK (ids.n == n && memcmp (ids.ids, plain, n * sizeof *plain) == 0, "seed %d: another reply with guesses", (int) seed);
      CHECK (glm_session_n_tokens (session) <= 60 + n, "guesses are left behind");
      n_drafted += result.n_drafted;
      n_accepted += result.n_accepted;
      glm_tokens_clear (&ids);
    }
  CHECK (n_drafted > n_accepted && n_accepted > 0, "%zu of %zu guesses: neither sort was tried", n_accepted, n_drafted);
  glm_session_free (session);
  glm_model_free (model);
}

int
main (void)
{
  TinyModel chatglm = TINY_CHATGLM, chatglm1 = TINY_CHATGLM1;

  test_families ();
  test_disguised_glm4 ();
  test_sync (GLM_TYPE_F32);
  test_sync (GLM_TYPE_F16);
  test_sync_bidirectional ();
  test_errors ();
  test_cancel (chatglm);
  test_cancel (chatglm1);
  test_save (chatglm);
  test_save (chatglm1);
  test_save_damage ();
  test_threads ();
  test_generate ();
  test_guessing ();
  return check_exit ();
}
