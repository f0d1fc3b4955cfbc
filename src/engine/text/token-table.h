/* token-table.h: the bytes of every token, sorted, and which tokens a grammar lets through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One table serves all kinds of vocabulary: SentencePiece's pieces with blanks for U+2581, byte pieces as bytes, ChatGLM-6B's
 * pieces of white space as white space, the bytes of byte-level tokens.  Control tokens but the tags inside of a
 * call, unknown and unused ones have none and are never let through.
 *
 * Neighbors in the order of bytes share their beginnings, so a walk along the table steps each beginning once, and leaves out
 * what shares a refused one.  Inside a string most tokens are let through by their kind: without quote, backslash, "<" and
 * control character, of whole characters; only the others are walked.
 */
#ifndef GLM_TOKEN_TABLE_H
#define GLM_TOKEN_TABLE_H

#include "text/grammar.h"
#include "text/tokenizer.h"

typedef struct GlmTokenTable GlmTokenTable;

/* Ids from the vocabulary's end to n_ids have no bytes. */
bool glm_token_table_new (const GlmTokenizer *tokenizer, size_t n_ids, GlmTokenTable **ret_table, GlmError *error);
void glm_token_table_free (GlmTokenTable *table);

/* *ret_n 0: none. */
const uint8_t *glm_token_table_bytes (const GlmTokenTable *table, int32_t id, size_t *ret_n);

/* The state after the token; false: it is refused. */
bool glm_token_table_step (const GlmTokenTable *table, const GlmGrammar *grammar, const GlmGrammarState *state, int32_t id,
                           GlmGrammarState *ret_state);

#define GLM_TOKEN_LEVELS 65

/* allowed [n_ids]: 1 or 0.  levels [GLM_TOKEN_LEVELS]: room to work in. */
void glm_token_table_mask (const GlmTokenTable *table, const GlmGrammar *grammar, const GlmGrammarState *state,
                           GlmGrammarState *levels, uint8_t *allowed);

/* The bytes as tokens, the longest first: at most max, and none where a byte has no token. */
size_t glm_token_table_spell (const GlmTokenTable *table, const uint8_t *bytes, size_t n_bytes, int32_t *ids, size_t max);

#endif
