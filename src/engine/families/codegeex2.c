/* codegeex2.c: CodeGeeX2-6B, which continues text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "families/family.h"

static bool
is_file (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return glm_model_file_mentions (file, "general.name", "codegeex2");
}

static bool
is_checkpoint (const GlmCheckpoint *checkpoint)
{
  if (checkpoint->ggml_type)
    return checkpoint->ggml_type == 2 && strcasestr (checkpoint->hint, "geex");
  return checkpoint->layout == &glm_layout_chatglm && strcasestr (checkpoint->hint, "codegeex2");
}

const GlmFamily glm_family_codegeex2 = {
  .name = "CodeGeeX2",
  .prompt = { GLM_PROMPT_PLAIN, "[gMASK]", "sop" },
  .stops = { "</s>" },
  .reply = { .keeps_blanks = true },
  .sampling = { 1.0f, 1, 1.0f, 0, 1, 0, 0 },
  .is_file = is_file,
  .is_checkpoint = is_checkpoint,
  .arch = &glm_arch_chatglm,
  .layout = &glm_layout_chatglm,
  .hides_roles = true,
};
