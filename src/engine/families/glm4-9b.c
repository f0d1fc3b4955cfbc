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

/* tokenization_chatglm.py.  The chat_template that GGUF files carry names the assistant ChatGLM, and is the same otherwise. */
static const GlmToolFormat tools = {
  .before = "你是一个名为 GLM-4 的人工智能助手。你是基于智谱AI训练的语言模型 GLM-4 "
            "模型开发的，你的任务是针对用户的问题和要求提供适当的答复和支持。\n\n# 可用工具",
  .before_name = "\n\n## ",
  .after_name = "\n\n",
  .after_tool = "\n在调用上述函数时，请使用 Json 格式表示调用的参数。",
  .indent = 4,
  .program =
      "\n\n## python\n\n当你向 `python` 发送包含 Python 代码的消息时，该代码将会在一个有状态的 Jupyter notebook 环境中执行。\n"
      "`python` 返回代码执行的输出，或在执行 60 秒后返回超时。\n"
      "`/mnt/data` 将会持久化存储你的文件。在此会话中，`python` 无法访问互联网。不要使用 `python` "
      "进行任何网络请求或者在线 API 调用，这些在线内容的访问将不会成功。",
};

const GlmFamily glm_family_glm4_9b = {
  .name = "GLM-4",
  .prompt = { GLM_PROMPT_ROLES, "[gMASK]", "<sop>", .metadata_apart = true, .tools = &tools },
  .stops = { "<|endoftext|>", "<|user|>", "<|observation|>" },
  .reply = { GLM_CALLS_JSON, GLM_THOUGHTS_OWN, "python", .has_date = true },
  .sampling = { 0.8f, 50, 0.8f, 0, 1, 0, 0 },
  .is_file = is_file,
  .is_checkpoint = is_checkpoint,
  .arch = &glm_arch_chatglm,
  .layout = &glm_layout_chatglm,
};
