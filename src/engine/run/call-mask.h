/* call-mask.h: holds a reply's calls to the schemas of what is offered
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reply is written freely until the reader announces a call: by its name, or by the tag before it, whose name is held
 * to what is offered.  Then each token must be one that the tool's grammar lets through, to the end of the arguments, and
 * behind that the token that waits for the result; behind a call in tags another may follow.  A token is drawn first, and
 * only where it is refused are all that would be refused masked and another one drawn: the two together are distributed as
 * the model's tokens are under the condition that they fit.
 *
 * A form holds the whole reply: to a JSON object, whose grammar begins with the first token, or to a call, whose tag or name
 * is spelled first.
 *
 * Calls are not held where a schema cannot be read, and where the vocabulary has no token that could follow; the reader
 * judges them then.
 */
#ifndef GLM_CALL_MASK_H
#define GLM_CALL_MASK_H

#include "run/model.h"

typedef struct GlmCallMask GlmCallMask;

/* *ret_mask is NULL where nothing can be held.  The tools and the form must outlive it; the latter may be NULL.
 * GLM_ERROR_ARGUMENT for a schema that cannot be read, GLM_ERROR_UNSUPPORTED for a call where the family has none. */
bool glm_call_mask_new (GlmModel *model, const GlmToolSet *tools, const GlmForm *form, GlmCallMask **ret_mask, GlmError *error);
void glm_call_mask_free (GlmCallMask *mask);

/* A piece of the reply, while the token that completed it is taken.  All functions but new() accept NULL. */
void glm_call_mask_piece (GlmCallMask *mask, GlmReplyKind kind, const char *text, size_t n_bytes);
/* What the reader has of a name behind a tag, after the pieces. */
void glm_call_mask_name (GlmCallMask *mask, const char *name, size_t n_bytes);
/* A token was taken, and its pieces were passed on. */
void glm_call_mask_take (GlmCallMask *mask, int32_t id);

bool glm_call_mask_allows (const GlmCallMask *mask, int32_t id);
/* Whether the reply has all that it was to have: see GlmForm. */
bool glm_call_mask_has_ended (const GlmCallMask *mask);
/* [n_vocab]: 1 or 0; NULL: nothing is allowed, and the call is held no longer. */
const uint8_t *glm_call_mask_allowed (GlmCallMask *mask);
/* What must follow: at most max ids; 0: nothing is certain. */
size_t glm_call_mask_forced (const GlmCallMask *mask, int32_t *ids, size_t max);

#endif
