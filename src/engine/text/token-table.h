/* token-table.h: the bytes of every token, sorted, and which tokens a grammar lets through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One table serves all kinds of vocabulary: SentencePiece's pieces with blanks for U+2581, byte pieces as bytes, ChatGLM-6B's
 * pieces of white space as white space, the bytes of byte-level tokens.  Control tokens but the tags inside of a
 * call, unknown and unused ones have none and are never let through.
 *
 * Neighbors in the order of bytes share their beginnings, so a walk along the table steps each beginning once, and leaves out
 * what begins with a refused one.  Where any text may follow (grammar-run.h) most tokens are let through by what they are made
 * of; of the others, what is behind such text is stepped once for all that end so.
 */
#ifndef GLM_TOKEN_TABLE_H
#define GLM_TOKEN_TABLE_H

#include "text/grammar.h"
#include "text/tokenizer.h"

typedef struct GlmTokenTable GlmTokenTable;

/* Ids from the vocabulary's end to n_ids have no bytes.  Masks of grammars of another spelling but
 * JSON are right, but slow. */
bool glm_token_table_new (const GlmTokenizer *tokenizer, size_t n_ids, GlmSpelling spelling, GlmTokenTable **ret_table,
                          GlmError *error);
void glm_token_table_free (GlmTokenTable *table);

/* *ret_n 0: none. */
const uint8_t *glm_token_table_bytes (const GlmTokenTable *table, int32_t id, size_t *ret_n);

/* The state after the token; false: it is refused.  The two may be the same.  Closing begins between tokens. */
bool glm_token_table_step (const GlmTokenTable *table, const GlmGrammar *grammar, const GlmGrammarState *state, int32_t id,
                           GlmGrammarState *ret_state);

/* Room for one mask at a time.  NULL: no memory. */
typedef struct GlmTokenRoom GlmTokenRoom;
GlmTokenRoom *glm_token_room_new (const GlmTokenTable *table);
void glm_token_room_free (GlmTokenRoom *room);

/* allowed [n_ids]: 1 or 0. */
void glm_token_table_mask (const GlmTokenTable *table, const GlmGrammar *grammar, const GlmGrammarState *state,
                           GlmTokenRoom *room, uint8_t *allowed);

/* The bytes as tokens, the longest first: at most max, and none where a byte has no token. */
size_t glm_token_table_spell (const GlmTokenTable *table, const uint8_t *bytes, size_t n_bytes, int32_t *ids, size_t max);

#endif
