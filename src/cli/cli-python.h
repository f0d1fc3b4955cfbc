/* cli-python.h: the programs that a model writes, asked about in the terminal and run in a sandbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CLI_PYTHON_H
#define GLM_CLI_PYTHON_H

#include <stddef.h>
#include <stdio.h>

#include "engine/engine.h"

typedef struct CliPython CliPython;

/* Starts the interpreter.  NULL and UNSUPPORTED where there can be no sandbox.  folder: where pictures and files are saved that a
 * program makes, under names that are not taken yet; NULL: nowhere. */
CliPython *cli_python_new (const char *folder, GlmError *error);
void cli_python_free (CliPython *self);

/* Asks whether the program, which was shown, may run, as it is or after it was changed in an editor, and shows what it prints as it
 * comes.  Returns what the model is told, at most `budget` characters and the mark of the cut: malloc'ed, NULL where memory is short.
 * The interrupt stops it; the interpreter is then started again by the next one.  What the person says is read from `in`; its end
 * refuses.  *ret_arguments: the program that ran where it was changed, {"code": …}, malloc'ed; else NULL. */
char *cli_python_run (CliPython *self, const char *program, size_t budget, const GlmCancel *interrupt, FILE *in, FILE *out,
                      char **ret_arguments);

#endif
