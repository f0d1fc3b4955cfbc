/* call-text.h: a call of an earlier turn, as a family's prompt has it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The call may be another model's or another program's.  Where the family would read what was written as a call, it stays
 * byte for byte, so that a session keeps what it has evaluated.  Otherwise it is written anew from its arguments.  A family
 * that knows no calls is told in plain text.
 */
#ifndef GLM_CALL_TEXT_H
#define GLM_CALL_TEXT_H

#include "base/buffer.h"
#include "text/reply.h"

typedef struct
{
  GlmBuffer metadata; /* the line after <|assistant|>: the name; empty: none */
  GlmBuffer content;
} GlmCallText;

/* turn: with metadata.  is_program: some family's interpreter is called.  The text begins as zeros, its strings end with NUL;
 * release it with glm_call_text_clear(), also after an error. */
bool glm_call_text_write (const GlmReplyDialect *dialect, const GlmTurn *turn, bool is_program, GlmCallText *text,
                          GlmError *error);
void glm_call_text_clear (GlmCallText *text);

#endif
