/* session-check.c: what the tests of sessions share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "session-check.h"

#include <math.h>

#include "gguf-build.h"

GlmModel *
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

GlmSession *
open_session (GlmModel *model)
{
  GlmSession *session;
  GlmError error = { 0 };

  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  return session;
}

void
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

void
sync_ids (GlmSession *session, const int32_t *ids, int n)
{
  GlmError error = { 0 };
  bool ok = glm_session_sync (session, ids, (size_t) n, NULL, NULL, NULL, &error);

  CHECK (ok, "%s", error.message);
}

void
check_same (const GlmSession *session, const float *expected, double tolerance, const char *what)
{
  const float *logits = glm_session_logits (session);
  double max = 0;

  for (int i = 0; i < glm_model_info (session->model)->n_vocab; i++)
    if (!(fabs ((double) logits[i] - expected[i]) <= max))
      max = fabs ((double) logits[i] - expected[i]);
  CHECK (max <= tolerance, "%s: logits differ by %g", what, max);
}

float *
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
