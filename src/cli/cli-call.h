/* cli-call.h: a call of a built-in tool that is asked about in the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CLI_CALL_H
#define GLM_CLI_CALL_H

#include <stddef.h>
#include <stdio.h>

#include "engine/engine.h"

/* Why a call with these arguments cannot be run, by the tool's schema, or NULL.  reason: where the words are kept. */
const char *cli_refuse_arguments (const char *schema, const char *arguments, GlmError *reason);

/* Asks whether the built-in tool NAME may run with the arguments (JSON that fits its schema): yes, no, or after they were edited.
 * Returns what the model is told of it, at most `budget` characters of the result: malloc'ed, NULL where memory is short.  The
 * interrupt stops a tool that runs.  What the person says is read from `in`; its end refuses.  *ret_arguments: with which it was run,
 * where these were edited, malloc'ed; else NULL. */
char *cli_run_call (const char *name, const char *arguments, size_t budget, const GlmCancel *interrupt, FILE *in, FILE *out,
                    char **ret_arguments);

#endif
