/* cli-passages.h: the documents of a conversation in the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CLI_PASSAGES_H
#define CLI_PASSAGES_H

#include "cli/cli.h"
#include "documents/documents.h"

/* Reads a file; where it asks for a password, the terminal does, and where there is none the error says so. */
bool cli_read_document (const char *path, Document **ret_document, GlmError *error);

/* Documents that are too long to be given whole: which passages a question is given is decided as in the window, by a history in
 * memory. */
typedef struct CliPassages CliPassages;

/* Reads what is attached.  *ret_text: all of it as a model is given it, before the first question ("": nothing is attached),
 * malloc'ed; or, where that is too long for a context of so many tokens, NULL, and *ret_passages chooses. */
bool cli_attach (const CliOptions *options, int context_length, char **ret_text, CliPassages **ret_passages, GlmError *error);
void cli_passages_free (CliPassages *self);
/* What a question is given before it: malloc'ed.  Passages that questions before it have are not given again, but for those of the first
 * n_left_out, which no longer fit into the prompt. */
bool cli_passages_ask (CliPassages *self, const char *question, size_t n_left_out, char **ret_text, GlmError *error);
/* The conversation ends behind the first n questions again: what was given to those that followed is not there. */
void cli_passages_take_back (CliPassages *self, size_t n);
/* Another conversation about the same documents begins. */
void cli_passages_restart (CliPassages *self);

#endif
