/* bpe.c: the merge loop of byte-pair encoding
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All BPE tokenizers differ only in which neighbours may merge and in which order.  The loop is a binary heap of candidate
 * pairs over a doubly linked list of symbols.  Merging makes older pairs of the two symbols stale; they stay in the heap
 * and are recognised when they come up, because the bytes they would cover no longer agree.  Each merge adds at most two
 * pairs, so the heap sees at most 3n of them.
 */
#include "text/bpe.h"

#include <stdlib.h>

#include "base/error.h"

void
glm_bpe_clear (GlmBpe *bpe)
{
  free (bpe->symbols);
  free (bpe->heap);
  *bpe = (GlmBpe){ 0 };
}

void
glm_bpe_reset (GlmBpe *bpe)
{
  bpe->n_symbols = 0;
  bpe->n_pairs = 0;
}

bool
glm_bpe_add_symbol (GlmBpe *bpe, uint32_t start, uint32_t n, int32_t id, bool frozen, GlmError *error)
{
  if (bpe->n_symbols == bpe->symbol_capacity)
    {
      size_t capacity = bpe->symbol_capacity ? bpe->symbol_capacity * 2 : 256;
      GlmBpeSymbol *symbols = realloc (bpe->symbols, capacity * sizeof *symbols);

      if (!symbols)
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to tokenize the text");
      bpe->symbols = symbols;
      bpe->symbol_capacity = capacity;
    }
  bpe->symbols[bpe->n_symbols] =
      (GlmBpeSymbol){ .start = start, .n = n, .id = id, .frozen = frozen, .prev = (int32_t) bpe->n_symbols - 1, .next = -1 };
  if (bpe->n_symbols > 0)
    bpe->symbols[bpe->n_symbols - 1].next = (int32_t) bpe->n_symbols;
  bpe->n_symbols++;
  return true;
}

static bool
comes_before (const GlmBpePair *a, const GlmBpePair *b)
{
  return a->order != b->order ? a->order < b->order : a->left < b->left;
}

static bool
push_pair (GlmBpe *bpe, GlmBpePair pair, GlmError *error)
{
  size_t i;

  if (bpe->n_pairs == bpe->pair_capacity)
    {
      size_t capacity = bpe->pair_capacity ? bpe->pair_capacity * 2 : 256;
      GlmBpePair *heap = realloc (bpe->heap, capacity * sizeof *heap);

      if (!heap)
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to tokenize the text");
      bpe->heap = heap;
      bpe->pair_capacity = capacity;
    }
  for (i = bpe->n_pairs++; i > 0 && comes_before (&pair, &bpe->heap[(i - 1) / 2]); i = (i - 1) / 2)
    bpe->heap[i] = bpe->heap[(i - 1) / 2];
  bpe->heap[i] = pair;
  return true;
}

static GlmBpePair
pop_pair (GlmBpe *bpe)
{
  GlmBpePair first = bpe->heap[0], last = bpe->heap[--bpe->n_pairs];
  size_t i = 0;

  for (;;)
    {
      size_t child = 2 * i + 1;

      if (child >= bpe->n_pairs)
        break;
      if (child + 1 < bpe->n_pairs && comes_before (&bpe->heap[child + 1], &bpe->heap[child]))
        child++;
      if (!comes_before (&bpe->heap[child], &last))
        break;
      bpe->heap[i] = bpe->heap[child];
      i = child;
    }
  bpe->heap[i] = last;
  return first;
}

typedef struct
{
  GlmBpe *bpe;
  const uint8_t *text;
  GlmBpePairFunc pair;
  const void *data;
} Merge;

static bool
consider (const Merge *merge, int32_t left, GlmError *error)
{
  GlmBpe *bpe = merge->bpe;
  const GlmBpeSymbol *a = left >= 0 ? &bpe->symbols[left] : NULL;
  const GlmBpeSymbol *b = a && a->next >= 0 ? &bpe->symbols[a->next] : NULL;
  GlmBpePair pair;

  if (!b || a->frozen || b->frozen || !merge->pair (merge->data, merge->text, a, b, &pair.order, &pair.id))
    return true;
  pair.left = (uint32_t) left;
  pair.n = a->n + b->n;
  return push_pair (bpe, pair, error);
}

bool
glm_bpe_merge (GlmBpe *bpe, const uint8_t *text, GlmBpePairFunc pair_func, const void *data, GlmError *error)
{
  Merge merge = { bpe, text, pair_func, data };

  bpe->n_pairs = 0;
  for (size_t i = 0; i + 1 < bpe->n_symbols; i++)
    if (!consider (&merge, (int32_t) i, error))
      return false;
  while (bpe->n_pairs > 0)
    {
      GlmBpePair pair = pop_pair (bpe);
      GlmBpeSymbol *left = &bpe->symbols[pair.left], *right;

      /* n is 0 in a symbol that went into its left neighbour. */
      if (left->n == 0 || left->next < 0)
        continue;
      right = &bpe->symbols[left->next];
      if (left->n + right->n != pair.n)
        continue;
      left->n = pair.n;
      left->id = pair.id;
      left->next = right->next;
      right->n = 0;
      if (left->next >= 0)
        bpe->symbols[left->next].prev = (int32_t) pair.left;
      if (!consider (&merge, left->prev, error) || !consider (&merge, (int32_t) pair.left, error))
        return false;
    }
  return true;
}
