/* glm4-9b.c: GLM-4-9B-Chat, CodeGeeX4-ALL-9B
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "families/family.h"

/* The vocabulary of 151,329 ranks; GLM-Edge's is smaller. */
#define MIN_END_ID  151329
#define MANY_TOKENS 100000

static bool
is_file (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return glm_tokenizer_control_id (tokenizer, "<sop>") >= 0
         && (glm_model_file_mentions (file, "tokenizer.chat_template", "[gMASK]<sop>")
             || (glm_tokenizer_control_id (tokenizer, "<|endoftext|>") >= MIN_END_ID
                 && !glm_model_file_mentions (file, "general.name", "edge")));
}

static bool
is_checkpoint (const GlmCheckpoint *checkpoint)
{
  if (checkpoint->ggml_type)
    return checkpoint->ggml_type == 4;
  return checkpoint->n_vocab > MANY_TOKENS
         || (checkpoint->layout == &glm_layout_chatglm
             && (strcasestr (checkpoint->hint, "glm-4") || strcasestr (checkpoint->hint, "codegeex4")));
}

const GlmFamily glm_family_glm4_9b = {
  .name = "GLM-4",
  .prompt = { GLM_PROMPT_ROLES, "[gMASK]", "<sop>", .metadata_apart = true },
  .stops = { "<|endoftext|>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_JSON, GLM_THOUGHTS_OWN, "python", .has_date = true },
  .sampling = { 0.8f, 50, 0.8f, 0, 1, 0, 0 },
  .is_file = is_file,
  .is_checkpoint = is_checkpoint,
  .arch = &glm_arch_chatglm,
  .layout = &glm_layout_chatglm,
};
