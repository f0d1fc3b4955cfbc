/* template.h: prompt format, stop tokens, default sampling and reply clean-up of each family
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_TEMPLATE_H
#define GLM_TEMPLATE_H

#include "engine.h"
#include "text/tokenizer.h"

typedef enum
{
  GLM_FAMILY_CHATGLM1,
  GLM_FAMILY_CHATGLM2,
  GLM_FAMILY_CHATGLM3,
  GLM_FAMILY_GLM4,      /* GLM-4-9B-Chat, CodeGeeX4 */
  GLM_FAMILY_GLM4_0414, /* GLM-4-0414 */
  GLM_FAMILY_GLM_Z1,    /* … with <think> */
  GLM_FAMILY_GLM_EDGE,
  GLM_FAMILY_CODEGEEX2,
} GlmFamily;

typedef struct GlmTemplate GlmTemplate;

/* Decides the family from the file's metadata and the tokenizer's control tokens. */
bool glm_template_new (const GlmModelFile *file, const GlmTokenizer *tokenizer, GlmTemplate **ret_template, GlmError *error);
bool glm_template_new_for_family (GlmFamily family, const GlmTokenizer *tokenizer, GlmTemplate **ret_template, GlmError *error);
void glm_template_free (GlmTemplate *tmpl);

GlmFamily glm_template_family (const GlmTemplate *tmpl);
const char *glm_family_name (GlmFamily family); /* "ChatGLM3" */

/* See glm_model_fit(). */
bool glm_template_fit (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const char *reply, const GlmFit *fit,
                       GlmPrompt *ret_prompt, GlmError *error);
bool glm_template_is_stop (const GlmTemplate *tmpl, int32_t id);

/* The reply as the original shows it (strip, [[训练时间]], punctuation for v1 …): a malloc'ed string the caller frees. */
bool glm_template_clean_reply (const GlmTemplate *tmpl, const char *text, size_t n_bytes, char **ret_text, GlmError *error);

#endif
