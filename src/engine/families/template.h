/* template.h: a family's prompts and stop tokens with the ids of one vocabulary
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_TEMPLATE_H
#define GLM_TEMPLATE_H

#include "families/family.h"

typedef struct GlmTemplate GlmTemplate;

/* The tokenizer must outlive the template. */
bool glm_template_new (const GlmFamily *family, const GlmTokenizer *tokenizer, GlmTemplate **ret_template, GlmError *error);
void glm_template_free (GlmTemplate *tmpl);

const GlmFamily *glm_template_family (const GlmTemplate *tmpl);

/* See glm_model_fit(). */
bool glm_template_fit (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const char *reply, const GlmFit *fit,
                       GlmPrompt *ret_prompt, GlmError *error);
bool glm_template_is_stop (const GlmTemplate *tmpl, int32_t id);

/* The reply as the original shows it (strip, [[训练时间]], punctuation for v1 …): a malloc'ed string the caller frees. */
bool glm_template_clean_reply (const GlmTemplate *tmpl, const char *text, size_t n_bytes, char **ret_text, GlmError *error);

#endif
