/* bpe.h: the merge loop of byte-pair encoding
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_BPE_H
#define GLM_BPE_H

#include "engine.h"

/* One symbol of the text: text[start, start + n), and the token with these bytes (-1: none). */
typedef struct
{
  uint32_t start;
  uint32_t n;
  int32_t id;
  int32_t prev;
  int32_t next;
  bool frozen; /* takes part in no merge */
} GlmBpeSymbol;

typedef struct
{
  uint32_t order; /* lower merges first; ties: leftmost */
  uint32_t left;
  uint32_t n; /* bytes of both symbols when this was found */
  int32_t id;
} GlmBpePair;

/* Buffers that one encode() uses for all its pieces. */
typedef struct
{
  GlmBpeSymbol *symbols;
  size_t n_symbols;
  size_t symbol_capacity;
  GlmBpePair *heap;
  size_t n_pairs;
  size_t pair_capacity;
} GlmBpe;

/* Whether two neighbours may merge, in which order, and into which token. */
typedef bool (*GlmBpePairFunc) (const void *data, const uint8_t *text, const GlmBpeSymbol *left, const GlmBpeSymbol *right,
                                uint32_t *ret_order, int32_t *ret_id);

void glm_bpe_clear (GlmBpe *bpe);
/* Forgets the symbols and keeps the buffers. */
void glm_bpe_reset (GlmBpe *bpe);
/* Appends a symbol after the last one. */
bool glm_bpe_add_symbol (GlmBpe *bpe, uint32_t start, uint32_t n, int32_t id, bool frozen, GlmError *error);
/* Merges until nothing can be merged: O(n log n) for n symbols.  What is left is the list from symbol 0 along `next`. */
bool glm_bpe_merge (GlmBpe *bpe, const uint8_t *text, GlmBpePairFunc pair, const void *data, GlmError *error);

#endif
