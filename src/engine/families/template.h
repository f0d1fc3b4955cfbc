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
/* See glm_model_count_tools(). */
bool glm_template_count_tools (const GlmTemplate *tmpl, const GlmToolSet *tools, size_t *ret_n, GlmError *error);
bool glm_template_is_stop (const GlmTemplate *tmpl, int32_t id);
/* Whether the id ends a turn that waits for the result of a call, and whether it begins an assistant's turn. */
int32_t glm_template_wait (const GlmTemplate *tmpl); /* that id; −1: there is none */
bool glm_template_is_wait (const GlmTemplate *tmpl, int32_t id);
bool glm_template_is_part (const GlmTemplate *tmpl, int32_t id);
/* Whether it begins anybody's turn. */
bool glm_template_is_role (const GlmTemplate *tmpl, int32_t id);
/* See glm_model_end_thought(). */
bool glm_template_end_thought (const GlmTemplate *tmpl, GlmTokens *ids, GlmError *error);

#endif
