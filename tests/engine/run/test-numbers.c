/* test-numbers.c: numbers of a file that no model has are refused by their key
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "gguf-build.h"
#include "session-check.h"

static void
check_number (TinyModel tiny, const char *key, float number, bool is_good)
{
  const char *path = test_temp_path ("numbers.gguf");
  GlmModel *model = NULL;
  GlmError error = { 0 };
  GlmModelInfo info;
  bool ok;

  tiny.number_key = key;
  tiny.number = number;
  tiny_model_write (&tiny, path);
  ok = glm_model_open (path, NULL, &model, &error);
  CHECK (ok == is_good, "%s = %g: %s", key, (double) number, ok ? "opened" : error.message);
  CHECK (ok || (error.code == GLM_ERROR_BAD_FILE && strstr (error.message, key)), "%s = %g: %s", key, (double) number,
         error.message);
  CHECK (glm_model_probe (path, &info, &error) == is_good, "%s = %g: the probe thinks otherwise", key, (double) number);
  glm_model_free (model);
}

static void
test_numbers (void)
{
  static const char *const keys[] = {
    ".rope.scaling.attn_factor", ".rope.scaling.yarn_beta_fast", ".rope.scaling.yarn_beta_slow", ".rope.freq_base",
    ".residual_scale",
  };
  TinyModel scaled = TINY_CHATGLM, residual = TINY_CHATGLM1;

  scaled.yarn_factor = 4;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    {
      TinyModel tiny = strcmp (keys[i], ".residual_scale") == 0 ? residual : scaled;

      check_number (tiny, keys[i], 2, true);
      check_number (tiny, keys[i], NAN, false);
      check_number (tiny, keys[i], INFINITY, false);
      check_number (tiny, keys[i], -INFINITY, false);
      check_number (tiny, keys[i], 0, false);
      check_number (tiny, keys[i], -1, false);
      check_number (tiny, keys[i], 1e30f, false);
    }
}

static void
check_eps (float eps, bool is_good)
{
  TinyModel tiny = TINY_CHATGLM;
  const char *path = test_temp_path ("eps.gguf");
  GlmModelInfo info;
  GlmError error = { 0 };

  tiny.eps = eps;
  tiny_model_write (&tiny, path);
  CHECK (glm_model_probe (path, &info, &error) == is_good, "eps %g: %s", (double) eps, error.message);
}

/* A prompt that is read in both directions ends where <sop> stands: without its id it would be read in one. */
static void
test_no_sop (void)
{
  TinyModel tiny = TINY_CHATGLM1;
  const char *path = test_temp_path ("no-sop.gguf");
  GlmModel *model = NULL;
  GlmError error = { 0 };

  tiny.no_sop = true;
  tiny_model_write (&tiny, path);
  CHECK (!glm_model_open (path, NULL, &model, &error) && error.code == GLM_ERROR_BAD_FILE
             && strstr (error.message, "bos_token_id"),
         "%s", error.message);
  glm_model_free (model);
  model = NULL;
  check_number (tiny, "tokenizer.ggml.bos_token_id", 5, false);
  tiny = (TinyModel) TINY_CHATGLM1;
  tiny_model_write (&tiny, path);
  CHECK (glm_model_open (path, NULL, &model, &error), "%s", error.message);
  glm_model_free (model);
}

/* What is announced before loading is what loading takes; and how fast a model is whose experts do not fit. */
static void
test_memory (GlmType type)
{
  const char *path = test_temp_path (glm_type_traits (type)->name);
  TinyModel tiny = TINY_GLM4MOE;
  GlmModelOptions options = { .n_threads = 1 };
  GlmModelInfo info;
  GlmMemoryNeed need;
  GlmModel *model;
  GlmError error = { 0 };
  size_t rest;

  tiny.type = type;
  tiny_model_write (&tiny, path);
  REQUIRE (glm_model_probe (path, &info, &error) && glm_model_open (path, &options, &model, &error), "%s", error.message);
  /* Panels of stacks are whole pages. */
  CHECK (labs ((long) glm_model_info (model)->expert_bytes - (long) info.expert_bytes) <= 3 * 2 * 4096,
         "%zu announced, %zu taken", info.expert_bytes, glm_model_info (model)->expert_bytes);
  CHECK (glm_model_info (model)->expert_file_bytes == info.expert_file_bytes && info.expert_file_bytes > 0, "%zu bytes",
         info.expert_file_bytes);
  glm_model_free (model);

  glm_model_memory_need (&info, 0, &need);
  rest = need.weights + need.cache + need.scratch;
  CHECK (glm_model_disk_speed (&info, &need, rest + need.experts, 1e9) == 0, "all fit");
  CHECK (glm_model_disk_speed (&info, &need, rest - 1, 1e9) == 0, "nothing runs");
  /* Half of the experts fit: of the 3 of 12 that a token takes, half is read. */
  CHECK (fabs (glm_model_disk_speed (&info, &need, rest + need.experts / 2, (double) info.expert_file_bytes / 8) - 1) < 1e-3,
         "%g tokens/s", glm_model_disk_speed (&info, &need, rest + need.experts / 2, (double) info.expert_file_bytes / 8));
}

int
main (void)
{
  test_numbers ();
  check_eps (2e-5f, true);
  check_eps (NAN, false);
  check_eps (INFINITY, false);
  check_eps (-1, false);
  check_eps (1, false);
  test_no_sop ();
  test_memory (GLM_TYPE_F32);
  test_memory (GLM_TYPE_Q8_0);
  return check_exit ();
}
