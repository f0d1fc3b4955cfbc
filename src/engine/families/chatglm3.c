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

/* tokenization_chatglm.py: the list behind what the system says, as json.dumps (tools, indent=4, ensure_ascii=False). */
static const GlmToolFormat tools = {
  .before = "Answer the following questions as best as you can. You have access to the following tools:\n[\n    ",
  .between = ",\n    ",
  .after = "\n]",
  .indent = 4,
  .depth = 1,
  .program =
      "你是一位智能AI助手，你叫ChatGLM，你连接着一台电脑，但请注意不能联网。在使用Python解决任务时，你可以运行代码并得到结果，"
      "如果运行结果有错误，你需要尽可能对代码进行改进。你可以处理用户上传到电脑上的文件，文件默认存储路径是/mnt/data/。",
  .program_alone = true,
  .with_system = true,
};

const GlmFamily glm_family_chatglm3 = {
  .name = "ChatGLM3",
  .prompt = { GLM_PROMPT_ROLES, "[gMASK]", "sop", .metadata_apart = true, .tools = &tools },
  .stops = { "</s>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_PYTHON, GLM_THOUGHTS_OWN, "interpreter", .has_date = true },
  .sampling = { 0.8f, 50, 0.8f, 0, 1, 0, 0 },
  .min_calling_vocab = 64794,
  .is_file = is_file,
  .is_checkpoint = is_checkpoint,
  .arch = &glm_arch_chatglm,
  .layout = &glm_layout_chatglm,
};
