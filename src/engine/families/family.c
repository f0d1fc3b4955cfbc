/* family.c: the tables of model families and of their checkpoints' layouts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "families/family.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"

/* In the order in which they are asked: the last takes what is left. */
static const GlmFamily *const families[] = {
  &glm_family_glm47_flash, &glm_family_glm47,     &glm_family_glm46,    &glm_family_glm45,
  &glm_family_glm_z1,      &glm_family_glm4_0414, &glm_family_chatglm1, &glm_family_glm4_9b,
  &glm_family_glm_edge,    &glm_family_codegeex2, &glm_family_chatglm2, &glm_family_chatglm3,
};

/* In the order in which they are asked. */
static const GlmLayout *const layouts[] = { &glm_layout_hf, &glm_layout_moe, &glm_layout_flash, &glm_layout_chatglm1,
                                            &glm_layout_chatglm };

#define N_FAMILIES (sizeof families / sizeof *families)

const GlmFamily *
glm_family_by_name (const char *name)
{
  for (size_t i = 0; i < N_FAMILIES; i++)
    if (strcasecmp (families[i]->name, name) == 0)
      return families[i];
  return NULL;
}

bool
glm_family_names_interpreter (const char *name)
{
  for (size_t i = 0; i < N_FAMILIES; i++)
    if (families[i]->reply.interpreter && strcmp (families[i]->reply.interpreter, name) == 0)
      return true;
  return false;
}

const GlmFamily *
glm_family_of_file (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  const char *value;
  size_t n;
  bool named = glm_model_file_get_string (file, "glm.family", &value, &n);

  for (size_t i = 0; named && i < N_FAMILIES; i++)
    if (strlen (families[i]->name) == n && memcmp (families[i]->name, value, n) == 0)
      return families[i];
  for (size_t i = 0; i + 1 < N_FAMILIES; i++)
    if (families[i]->is_file (file, tokenizer))
      return families[i];
  return families[N_FAMILIES - 1];
}

const GlmFamily *
glm_family_of_checkpoint (const GlmCheckpoint *checkpoint)
{
  for (size_t i = 0; i < N_FAMILIES; i++)
    if (families[i]->is_checkpoint (checkpoint))
      return families[i];
  return NULL;
}

void
glm_family_default_sampling (const char *family, GlmSampling *ret_sampling)
{
  const GlmFamily *found = glm_family_by_name (family);

  *ret_sampling = found ? found->sampling : glm_family_chatglm3.sampling;
}

/* As in the original tool demos, but without their repetition penalty of 1.1, which damages JSON and programs. */
void
glm_family_tool_sampling (const char *family, GlmSampling *ret_sampling)
{
  const GlmFamily *found = glm_family_by_name (family);

  glm_family_default_sampling (family, ret_sampling);
  if (found && found->prompt.shape == GLM_PROMPT_TAGS)
    {
      ret_sampling->temperature = 0.7f;
      ret_sampling->top_p = 1;
    }
  if (!found || !found->prompt.tools)
    return;
  ret_sampling->temperature = 0.1f;
  ret_sampling->top_p = 0.2f;
}

bool
glm_layout_read (GlmConfig *config, GlmCheckpoint *checkpoint)
{
  config->model_type = "";
  glm_json_get_string (config->root, "model_type", &config->model_type);
  for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
    if (layouts[i]->is_config (config))
      {
        checkpoint->layout = layouts[i];
        return layouts[i]->read_config (config, checkpoint);
      }
  return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED, "config.json: model_type \"%.40s\" is no GLM model",
                        config->model_type);
}
