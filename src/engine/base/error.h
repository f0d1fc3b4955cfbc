/* error.h: filling a GlmError
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_ERROR_H
#define GLM_ERROR_H

#include "engine.h"

/* Sets code and message (printf style; cut at a whole UTF-8 character, and tame: see tame.h) and returns false, so that a failing function can
 * end with `return glm_error_set (error, …)`.  error may be NULL. */
bool glm_error_set (GlmError *error, GlmErrorCode code, const char *format, ...) __attribute__ ((format (printf, 3, 4)));

/* The same with a code derived from errno: ENOENT, ENOSPC, ENOMEM … and strerror() at the end of the message. */
bool glm_error_set_errno (GlmError *error, int errnum, const char *format, ...) __attribute__ ((format (printf, 3, 4)));

/* Says what exactly is wrong, for an error that is set already.  What is not printable in the subject (NULL: none) becomes
 * "?".  Returns false. */
bool glm_error_set_fault (GlmError *error, GlmFault fault, const char *subject, size_t subject_bytes);

/* Puts "context: " in front of the message already there. */
bool glm_error_prefix (GlmError *error, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

#endif
