/* grammar-raw.h: text as it stands between <arg_value> and </arg_value>, byte by byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the schema says "string" the reader takes the text as it is; elsewhere it takes for text what is no JSON, so that such
 * a text must not become one.  No text holds a tag at which the reader would stop.
 */
#ifndef GLM_GRAMMAR_RAW_H
#define GLM_GRAMMAR_RAW_H

#include "text/grammar.h"

/* is_text: the reader takes it as it is. */
void glm_grammar_raw_begin (GlmGrammarToken *token, bool is_text);
/* Takes a byte behind <arg_value>; *ret_ended: the last one of </arg_value>.  node: NULL: no limits.  closing: the text ends
 * as soon as it may. */
bool glm_grammar_raw_step (GlmGrammarToken *token, const GlmSchemaNode *node, bool closing, uint8_t byte, bool *ret_ended);
/* Whether the byte, of a text in quotes, ends no tag at which the reader would stop; token->at counts for it. */
bool glm_grammar_raw_is_tag_free (GlmGrammarToken *token, uint8_t byte);
/* Whether any character may follow, behind the one that has begun, that neither begins a tag nor controls anything. */
bool glm_grammar_raw_is_free (const GlmGrammarToken *token);
/* Whether what has begun may still be JSON, and is therefore no text yet. */
bool glm_grammar_raw_may_be_json (const GlmGrammarToken *token);
/* Whether it may still be JSON no longer matters. */
void glm_grammar_raw_forget_json (GlmGrammarToken *token);
/* Whether the text can stand there, as it is or (!is_text) as no JSON. */
bool glm_grammar_raw_can_be (const char *text, size_t n, bool is_text);

#endif
