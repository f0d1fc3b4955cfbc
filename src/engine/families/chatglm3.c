/* chatglm3.c: ChatGLM3-6B, and what is like it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "families/family.h"

static bool
is_file (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return true;
}

static bool
is_checkpoint (const GlmCheckpoint *checkpoint)
{
  return checkpoint->ggml_type == 3 || (checkpoint->ggml_type == 0 && checkpoint->layout == &glm_layout_chatglm);
}

const GlmFamily glm_family_chatglm3 = {
  .name = "ChatGLM3",
  .prompt = { GLM_PROMPT_ROLES, "[gMASK]", "sop", .metadata_apart = true },
  .stops = { "</s>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_PYTHON, GLM_THOUGHTS_OWN, "interpreter", .has_date = true },
  .sampling = { 0.8f, 50, 0.8f, 0, 1, 0, 0 },
  .is_file = is_file,
  .is_checkpoint = is_checkpoint,
  .arch = &glm_arch_chatglm,
  .layout = &glm_layout_chatglm,
};
