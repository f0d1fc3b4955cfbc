/* make-fuzz-corpus.c: writes the models and the session that the fuzz targets begin with
 *
 *   make-fuzz-corpus FOLDER
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "gguf-build.h"
#include "tiny-model.h"

static void
make_models (const char *folder)
{
  static const char *const archs[] = { "chatglm", "glm4", "chatglm1" };

  for (int i = 0; i < 3; i++)
    {
      TinyModel tiny = { .arch = archs[i],
                         .n_layers = 1,
                         .n_embd = 32,
                         .n_ff = 32,
                         .n_heads = 2,
                         .n_kv_heads = i == 2 ? 2 : 1,
                         .head_dim = 16,
                         .n_vocab = 304,
                         .n_context = 64,
                         .type = GLM_TYPE_Q8_0,
                         .tied = true,
                         .seed = 1,
                         .with_vocabulary = i == 0 };
      char path[4096];

      snprintf (path, sizeof path, "%s/model/%s.gguf", folder, archs[i]);
      tiny_model_write (&tiny, path);
    }
}

/* Of the model that fuzz-session.c makes. */
static bool
make_session (const char *folder)
{
  TinyModel tiny = TINY_CHATGLM;
  GlmModelOptions options = { .n_threads = 1 };
  GlmSessionOptions session_options = { .context_length = 64, .n_threads = 1 };
  const char *path = test_temp_path ("model.gguf");
  int32_t ids[] = { 8, 9, 10, 12, 13 };
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  char saved[4096];
  bool ok;

  tiny.n_layers = 1;
  tiny_model_write (&tiny, path);
  snprintf (saved, sizeof saved, "%s/session/five-tokens", folder);
  ok = glm_model_open (path, &options, &model, NULL) && glm_session_new (model, &session_options, &session, NULL)
       && glm_session_sync (session, ids, 5, NULL, NULL, NULL, NULL) && glm_session_save (session, saved, NULL);
  glm_session_free (session);
  glm_model_free (model);
  return ok;
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    return 2;
  make_models (argv[1]);
  return make_session (argv[1]) ? 0 : 1;
}
