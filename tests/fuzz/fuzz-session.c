/* fuzz-session.c: a saved session of a tiny model, restored, and one more token
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "engine.h"
#include "gguf-build.h"
#include "tiny-model.h"

static GlmModel *
open_model (void)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModelOptions options = { .n_threads = 1 };
  const char *path = test_temp_path ("model.gguf");
  GlmModel *model;
  GlmError error;

  tiny.n_layers = 1;
  tiny_model_write (&tiny, path);
  if (!glm_model_open (path, &options, &model, &error))
    fail ("%s", error.message);
  return model;
}

void
fuzz_input (const uint8_t *data, size_t size)
{
  static GlmModel *model;
  static int32_t ids[] = { 8, 9, 10, 11 };
  GlmSessionOptions options = { .context_length = 64, .n_threads = 1 };
  FuzzFile input = fuzz_file (data, size);
  GlmSession *session;

  if (!model)
    model = open_model ();
  if (!glm_session_new (model, &options, &session, NULL))
    fail ("no session");
  glm_session_restore (session, input.path, NULL, 0, NULL);
  if (glm_session_n_tokens (session) > 64)
    fail ("%zu tokens", glm_session_n_tokens (session));
  if (!glm_session_sync (session, ids, 4, NULL, NULL, NULL, NULL))
    fail ("the session is of no use any more");
  glm_session_save (session, input.path, NULL);
  glm_session_free (session);
  close (input.fd);
}
