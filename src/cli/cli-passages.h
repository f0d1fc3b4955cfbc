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

/* What is attached, and what each question is given of it, which is decided as in the window, by a history in memory: what is short
 * stands whole before the first question, and of what is long each question gets the passages that suit it. */
typedef struct CliPassages CliPassages;

/* Reads what is attached, for a context of so many tokens.  *ret_passages: NULL: nothing is attached. */
bool cli_attach (const CliOptions *options, int context_length, CliPassages **ret_passages, GlmError *error);
void cli_passages_free (CliPassages *self);
/* What a question is given before it: malloc'ed.  What questions before it have is not given again, but for those of the first
 * n_left_out, which no longer fit into the prompt. */
bool cli_passages_ask (CliPassages *self, const char *question, size_t n_left_out, char **ret_text, GlmError *error);
/* Whether something of the documents went with the questions [n_before, n_left_out), which the last one lacks now. */
bool cli_passages_lack (const CliPassages *self, size_t n_before, size_t n_left_out);
/* All that the last question is given, with what it lacks where the first n_left_out no longer fit: malloc'ed. */
bool cli_passages_add (CliPassages *self, const char *question, size_t n_left_out, char **ret_text, GlmError *error);
/* The conversation ends behind the first n questions again: what was given to those that followed is not there. */
void cli_passages_take_back (CliPassages *self, size_t n);
/* Another conversation about the same documents begins. */
void cli_passages_restart (CliPassages *self);

#endif
