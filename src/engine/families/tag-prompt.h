/* tag-prompt.h: turns as GLM-4.5 and later write them, with thoughts and calls between tags that are tokens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *                    with lines (GLM-4.5, 4.6)                       without (GLM-4.7)
 *   user             \n text [/nothink]                             text
 *   assistant        \n <think> thought </think> \n text            <think> thought </think> text
 *   … no thought     \n <think></think> \n text                     </think> text
 *   a call           \n <tool_call>name\n (<arg_key>k</arg_key>\n <arg_value>v</arg_value>\n)… </tool_call>, or without lines
 *   its result       \n <tool_response>\n text \n </tool_response>, or without lines
 *
 * Each function appends what stands behind the role's token.  Tags come into the prompt by id; where a vocabulary lacks one,
 * as text.  Texts never make tags, except "/nothink" at a user's end, which is meant.
 */
#ifndef GLM_TAG_PROMPT_H
#define GLM_TAG_PROMPT_H

#include "text/tokenizer.h"

enum
{
  GLM_TAG_THINK,
  GLM_TAG_THINK_END,
  GLM_TAG_CALL,
  GLM_TAG_CALL_END,
  GLM_TAG_RESPONSE,
  GLM_TAG_RESPONSE_END,
  GLM_TAG_KEY,
  GLM_TAG_KEY_END,
  GLM_TAG_VALUE,
  GLM_TAG_VALUE_END,
  GLM_TAG_NOTHINK,
  GLM_N_TAGS
};

typedef struct
{
  const GlmTokenizer *tokenizer;
  bool lines;
  int32_t tags[GLM_N_TAGS];
} GlmTagPrompt;

/* The text without ASCII's blanks and the ideographic space at its ends. */
void glm_prompt_trim (const char **text, size_t *n);

void glm_tag_prompt_init (GlmTagPrompt *prompt, const GlmTokenizer *tokenizer, bool lines);
/* What may be called, and how: before all other turns. */
bool glm_tag_prompt_tools (const GlmTagPrompt *prompt, const GlmToolSet *tools, GlmTokens *ids, GlmError *error);
bool glm_tag_prompt_system (const GlmTagPrompt *prompt, const char *text, GlmTokens *ids, GlmError *error);
bool glm_tag_prompt_user (const GlmTagPrompt *prompt, const char *text, bool no_thoughts, GlmTokens *ids, GlmError *error);
bool glm_tag_prompt_result (const GlmTagPrompt *prompt, const char *text, GlmTokens *ids, GlmError *error);
/* A reply as its model wrote it: perhaps <think> … </think>, text, calls.  The thought is kept or left out. */
bool glm_tag_prompt_assistant (const GlmTagPrompt *prompt, const char *text, bool keeps_thought, GlmTokens *ids,
                               GlmError *error);
/* A call by its arguments, a JSON object; behind glm_tag_prompt_assistant(). */
bool glm_tag_prompt_call (const GlmTagPrompt *prompt, const char *name, const char *arguments, GlmTokens *ids, GlmError *error);
/* The beginning of a reply, which may be there in part.  *ret_begin: the first id that is the reply's own. */
bool glm_tag_prompt_reply (const GlmTagPrompt *prompt, const char *reply, bool no_thoughts, GlmTokens *ids, size_t *ret_begin,
                           GlmError *error);
/* What ends a thought. */
bool glm_tag_prompt_end_thought (const GlmTagPrompt *prompt, GlmTokens *ids, GlmError *error);

#endif
