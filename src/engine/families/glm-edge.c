/* glm-edge.c: GLM-Edge 1.5B and 4B
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "families/family.h"

static bool
is_file (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  return glm_tokenizer_control_id (tokenizer, "<sop>") >= 0;
}

static bool
is_checkpoint (const GlmCheckpoint *checkpoint)
{
  return checkpoint->layout == &glm_layout_hf;
}

const GlmFamily glm_family_glm_edge = {
  .name = "GLM-Edge",
  .prompt = { GLM_PROMPT_ROLES },
  .stops = { "<|endoftext|>", "<|user|>", "<|observation|>" },
  .reply = { .thoughts = GLM_THOUGHTS_OWN },
  .sampling = { 0.8f, 50, 0.8f, 0, 1, 0, 0 },
  .is_file = is_file,
  .is_checkpoint = is_checkpoint,
};
