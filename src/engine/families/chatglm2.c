/* chatglm2.c: ChatGLM2-6B
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <strings.h>
#include <string.h>

#include "families/family.h"

static bool
is_file (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return glm_tokenizer_control_id (tokenizer, "<|assistant|>") < 0
         || glm_model_file_mentions (file, "general.name", "chatglm2");
}

static bool
is_checkpoint (const GlmCheckpoint *checkpoint)
{
  return checkpoint->ggml_type == 2
         || (checkpoint->ggml_type == 0 && checkpoint->layout == &glm_layout_chatglm
             && strcasestr (checkpoint->hint, "chatglm2"));
}

const GlmFamily glm_family_chatglm2 = {
  .name = "ChatGLM2",
  .prompt = { GLM_PROMPT_ROUNDS, "[gMASK]", "sop", .gap = "\n\n", .first_round = 1 },
  .stops = { "</s>" },
  .reply = { .thoughts = GLM_THOUGHTS_OWN, .has_date = true },
  .sampling = { 0.8f, 50, 0.8f, 0, 1, 0, 0 },
  .is_file = is_file,
  .is_checkpoint = is_checkpoint,
  .arch = &glm_arch_chatglm,
  .layout = &glm_layout_chatglm,
  .hides_roles = true,
};
