/* fuzz-model.c: a whole model: opened, described, and one token of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "engine.h"

static void
run (GlmModel *model)
{
  GlmSessionOptions options = { .context_length = 16, .n_threads = 1 };
  const GlmModelInfo *info = glm_model_info (model);
  GlmSession *session;
  GlmTokens tokens = { 0 };
  int32_t id = info->n_vocab > 5 ? 5 : 0;

  if (glm_model_tokenize (model, "a", 1, &tokens, NULL))
    glm_tokens_clear (&tokens);
  if (!glm_session_new (model, &options, &session, NULL))
    return;
  if (glm_session_sync (session, &id, 1, NULL, NULL, NULL, NULL))
    fuzz_touch (glm_session_logits (session), (size_t) info->n_vocab * sizeof (float));
  glm_session_free (session);
}

void
fuzz_input (const uint8_t *data, size_t size)
{
  GlmModelOptions options = { .n_threads = 1 };
  FuzzFile input = fuzz_file (data, size);
  GlmModelInfo info;
  GlmModel *model;

  glm_model_probe (input.path, &info, NULL);
  if (glm_model_open (input.path, &options, &model, NULL))
    {
      run (model);
      glm_model_free (model);
    }
  close (input.fd);
}
