/* piece-trie.h: which pieces are a prefix of the text here
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sorted list of pieces used as a trie: the walk narrows a range by one byte a step.
 */
#ifndef GLM_PIECE_TRIE_H
#define GLM_PIECE_TRIE_H

#include "text/vocab.h"

typedef struct
{
  const GlmVocab *vocab;
  int32_t *ids; /* sorted by text */
  int32_t n;
  int32_t first[257]; /* the pieces that start with byte b are ids[first[b] .. first[b + 1]) */
} GlmPieceTrie;

/* Adds the vocabulary's pieces of the kinds in the mask (1u << kind).  The vocabulary must outlive the trie. */
bool glm_piece_trie_init (GlmPieceTrie *trie, const GlmVocab *vocab, unsigned kinds, GlmError *error);
void glm_piece_trie_clear (GlmPieceTrie *trie);

/* A walk along the text: step() goes on by one byte.  False: no piece continues so.  *ret_id: the piece that ends
 * exactly here, or -1. */
typedef struct
{
  int32_t low;
  int32_t high;
  uint32_t depth;
} GlmPieceWalk;

bool glm_piece_trie_step (const GlmPieceTrie *trie, GlmPieceWalk *walk, uint8_t byte, int32_t *ret_id);
/* The longest piece that the text begins with: its id, or -1. */
int32_t glm_piece_trie_longest (const GlmPieceTrie *trie, const uint8_t *text, size_t n_bytes, uint32_t *ret_n_bytes);

#endif
