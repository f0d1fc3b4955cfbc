/* chances.h: how likely the model found a token, for who asks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CHANCES_H
#define GLM_CHANCES_H

#include "run/model.h"

typedef struct GlmChances GlmChances;

/* The functions' `token` is told, and must outlive it, as the model must. */
bool glm_chances_new (GlmModel *model, const GlmGenerateFuncs *funcs, GlmChances **ret_chances, GlmError *error);
void glm_chances_free (GlmChances *chances);
/* A token was drawn from logits [n_vocab].  self may be NULL. */
void glm_chances_tell (GlmChances *chances, const float *logits, int32_t id);

#endif
