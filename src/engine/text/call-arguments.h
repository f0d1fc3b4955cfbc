/* call-arguments.h: the arguments that a model wrote, as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing is evaluated: what is no literal is refused.  Digits are handed on as they stand, Python's tuples become arrays.
 */
#ifndef GLM_CALL_ARGUMENTS_H
#define GLM_CALL_ARGUMENTS_H

#include "base/buffer.h"
#include "base/json.h"
#include "text/reply.h"

#define GLM_CALL_MAX_DEPTH 32

/* Writes the arguments as a JSON object, or says why not, in the words of GLM_REPLY_BAD; NULL: they are sound.  *n_steps
 * grows by the work done.  Without memory the reason is "no memory". */
const char *glm_call_arguments (GlmCallForm form, const GlmTool *tool, const char *text, size_t n, GlmBuffer *json,
                                size_t *n_steps);
/* Whether the schema says that the value of this key is text, which stands in tags as it is.  schema may be NULL. */
bool glm_call_wants_text (const GlmJson *schema, const char *key, size_t n);
/* The program of an interpreter's call: [*ret_code, + *ret_n) of the text, or why there is none. */
const char *glm_call_code (const char *text, size_t n, const char **ret_code, size_t *ret_n);

#endif
