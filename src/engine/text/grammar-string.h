/* grammar-string.h: a string byte by byte: whole UTF-8 characters, escapes, a length within limits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GRAMMAR_STRING_H
#define GLM_GRAMMAR_STRING_H

#include "text/grammar.h"

/* The first byte of a character that is not ASCII, and those behind it, for which token->n_more counts. */
bool glm_grammar_character_begin (GlmGrammarToken *token, uint8_t byte);
bool glm_grammar_character_go_on (GlmGrammarToken *token, uint8_t byte);

/* Takes a byte behind the opening quote.  node: NULL: no limits.  closing: the string ends as soon as it may. */
bool glm_grammar_string_step (GlmGrammarToken *token, const GlmSchemaNode *node, GlmSpelling spelling, bool closing,
                              uint8_t byte, bool *ret_ended);
/* Whether it is not in an escape. */
bool glm_grammar_string_is_text (const GlmGrammarToken *token);

#endif
