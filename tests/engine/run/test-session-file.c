/* test-session-file.c: the state of a session on disk: append, cut, damage
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gguf-build.h"
#include "session-check.h"

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

/* cache: bytes of a key's or value's element. */
static void
test_save (TinyModel tiny, int cache)
{
  GlmModel *model = open_tiny (&tiny);
  GlmSession *session;
  const char *path = test_temp_path ("session");
  int32_t ids[700];
  float *expected;
  GlmError error = { 0 };
  size_t size;

  model->params.kv_element_bytes = cache;
  model->plan->kv = glm_kv_shape (&model->params);
  session = open_session (model);
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
          CHECK (glm_session_n_tokens (session) % 256 == 0 && glm_session_n_tokens (session) < 530, "%s at %zu: %zu tokens",
                 flip ? "flipped" : "cut", at, glm_session_n_tokens (session));
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

/* With a prompt at hand, the file is read where it is worth more than what the session holds, and no further. */
static void
test_restore_for_prompt (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model = open_tiny (&tiny);
  GlmSession *session = open_session (model);
  const char *path = test_temp_path ("prompt");
  int32_t ids[1000];
  float *expected;
  GlmError error = { 0 };

  fill_ids (&tiny, ids, 1000, 37);
  sync_ids (session, ids, 1000);
  REQUIRE (glm_session_save (session, path, &error), "%s", error.message);

  CHECK (glm_session_restore (session, path, ids, 1000, &error) && glm_session_logits (session), "all of it is there already");
  ids[600] ^= 1;
  CHECK (glm_session_restore (session, path, ids, 1000, &error) && glm_session_logits (session), "no more is in the file");
  glm_session_truncate (session, 100);
  CHECK (glm_session_restore (session, path, ids, 1000, &error), "%s", error.message);
  CHECK (glm_session_n_tokens (session) >= 600 && glm_session_n_tokens (session) < 1000, "read %zu tokens for 600",
         glm_session_n_tokens (session));
  expected = fresh_logits (model, ids, 1000);
  sync_ids (session, ids, 1000);
  CHECK (session->n_kept == 600, "kept %zu", session->n_kept);
  check_same (session, expected, 1e-3, "restored for a prompt");
  free (expected);

  ids[0] ^= 1;
  sync_ids (session, ids, 10);
  CHECK (glm_session_restore (session, path, ids, 1000, &error) && glm_session_n_tokens (session) == 10,
         "another conversation's");
  glm_session_free (session);
  glm_model_free (model);
}

/* What lies behind damage goes when it is found, so that appending mends the file. */
static void
test_mend (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModel *model = open_tiny (&tiny);
  GlmSession *session = open_session (model);
  const char *path = test_temp_path ("mend");
  int32_t ids[700];
  float *expected;
  GlmError error = { 0 };
  FILE *file;

  fill_ids (&tiny, ids, 700, 41);
  expected = fresh_logits (model, ids, 700);
  sync_ids (session, ids, 700);
  REQUIRE (glm_session_save (session, path, &error), "%s", error.message);
  file = fopen (path, "r+b");
  REQUIRE (file && fseek (file, (long) (file_size (path) / 2), SEEK_SET) == 0 && fputc (0x55, file) != EOF
               && fputc (0xAA, file) != EOF && fclose (file) == 0,
           "%s", path);
  CHECK (glm_session_restore (session, path, NULL, 0, &error) && glm_session_n_tokens (session) == 256, "%zu tokens",
         glm_session_n_tokens (session));
  sync_ids (session, ids, 700);
  REQUIRE (glm_session_save (session, path, &error), "%s", error.message);
  check_restore (model, path, ids, 700, 699, expected);
  free (expected);
  glm_session_free (session);
  glm_model_free (model);
}

/* A state is of the numbers too with which the weights were run. */
static void
test_other_numbers (void)
{
  static const TinyModel first = TINY_CHATGLM;
  TinyModel others[6];
  GlmModel *model = open_tiny (&first);
  GlmSession *session = open_session (model);
  const char *path = test_temp_path ("numbers.kv");
  GlmError error = { 0 };
  int32_t ids[20];

  fill_ids (&first, ids, 20, 5);
  sync_ids (session, ids, 20);
  REQUIRE (glm_session_save (session, path, &error), "%s", error.message);
  glm_session_free (session);
  glm_model_free (model);
  for (int i = 0; i < 6; i++)
    others[i] = first;
  others[0].eps = 2e-5f;
  others[1].yarn_factor = 4;
  others[2].number_key = ".rope.freq_base";
  others[2].number = 20000;
  others[3].yarn_factor = 8;
  others[4].yarn_factor = 4;
  others[4].number_key = ".rope.scaling.attn_factor";
  others[4].number = 1.5f;
  others[5].yarn_factor = 4;
  others[5].number_key = ".rope.scaling.yarn_beta_fast";
  others[5].number = 16;
  for (int i = 0; i < 6; i++)
    {
      model = open_tiny (&others[i]);
      session = open_session (model);
      error = (GlmError){ 0 };
      CHECK (!glm_session_restore (session, path, NULL, 0, &error) && error.code == GLM_ERROR_ARGUMENT,
             "other numbers %d: the state was taken", i);
      CHECK (glm_session_n_tokens (session) == 0, "other numbers %d: %zu tokens", i, glm_session_n_tokens (session));
      /* The model before it in the list is another one, too. */
      sync_ids (session, ids, 20);
      REQUIRE (glm_session_save (session, path, &error), "%s", error.message);
      CHECK (glm_session_restore (session, path, NULL, 0, &error), "%s", error.message);
      glm_session_free (session);
      glm_model_free (model);
    }
}

int
main (void)
{
  TinyModel chatglm = TINY_CHATGLM, chatglm1 = TINY_CHATGLM1;

  test_save (chatglm, 4);
  test_save (chatglm1, 4);
  test_save (chatglm1, 1);
  test_save_damage ();
  test_restore_for_prompt ();
  test_mend ();
  test_other_numbers ();
  return check_exit ();
}
