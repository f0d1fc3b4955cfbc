/* grammar-number.h: a number byte by byte, towards a value within limits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers have at most 18 digits before the point and 15 behind it.  A power of ten is read only where the limits say no more
 * than the sign: with other limits each byte must leave a value within them to be reached.
 */
#ifndef GLM_GRAMMAR_NUMBER_H
#define GLM_GRAMMAR_NUMBER_H

#include "text/grammar.h"

/* Takes the byte, or leaves the token and returns false.  node: NULL: no limits. */
bool glm_grammar_number_step (GlmGrammarToken *token, const GlmSchemaNode *node, uint8_t byte);
bool glm_grammar_number_may_end (const GlmGrammarToken *token, const GlmSchemaNode *node);

#endif
