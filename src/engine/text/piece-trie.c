/* piece-trie.c: which pieces are a prefix of the text here
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/piece-trie.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

typedef struct
{
  const uint8_t *text;
  uint32_t n_bytes;
  int32_t id;
} SortedPiece;

static int
compare_pieces (const void *a, const void *b)
{
  const SortedPiece *x = a, *y = b;
  int order = memcmp (x->text, y->text, x->n_bytes < y->n_bytes ? x->n_bytes : y->n_bytes);

  if (order)
    return order;
  if (x->n_bytes != y->n_bytes)
    return x->n_bytes < y->n_bytes ? -1 : 1;
  return x->id < y->id ? -1 : 1;
}

bool
glm_piece_trie_init (GlmPieceTrie *trie, const GlmVocab *vocab, unsigned kinds, GlmError *error)
{
  SortedPiece *sorted = malloc (((size_t) vocab->n + 1) * sizeof *sorted);

  *trie = (GlmPieceTrie){ .vocab = vocab, .ids = malloc (((size_t) vocab->n + 1) * sizeof *trie->ids) };
  if (!sorted || !trie->ids)
    {
      free (sorted);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the vocabulary");
    }
  for (int32_t id = 0; id < vocab->n; id++)
    {
      SortedPiece piece = { .id = id };

      piece.text = glm_vocab_text (vocab, id, &piece.n_bytes);
      if ((kinds >> vocab->kind[id] & 1) && piece.n_bytes > 0)
        sorted[trie->n++] = piece;
    }
  qsort (sorted, (size_t) trie->n, sizeof *sorted, compare_pieces);
  for (int32_t i = 0; i < trie->n; i++)
    {
      trie->ids[i] = sorted[i].id;
      trie->first[sorted[i].text[0] + 1]++;
    }
  for (int b = 0; b < 256; b++)
    trie->first[b + 1] += trie->first[b];
  free (sorted);
  return true;
}

void
glm_piece_trie_clear (GlmPieceTrie *trie)
{
  free (trie->ids);
  *trie = (GlmPieceTrie){ 0 };
}

/* The first piece in [low, high) whose byte at `depth` is at least `byte`; all have more than `depth` bytes. */
static int32_t
lower_bound (const GlmPieceTrie *trie, int32_t low, int32_t high, uint32_t depth, unsigned byte)
{
  while (low < high)
    {
      int32_t middle = low + (high - low) / 2;
      uint32_t n;

      if (glm_vocab_text (trie->vocab, trie->ids[middle], &n)[depth] < byte)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

bool
glm_piece_trie_step (const GlmPieceTrie *trie, GlmPieceWalk *walk, uint8_t byte, int32_t *ret_id)
{
  uint32_t n;

  if (walk->depth == 0)
    {
      walk->low = trie->first[byte];
      walk->high = trie->first[byte + 1];
    }
  else
    {
      /* Pieces that end here sort first (duplicates of one text follow each other): leave them behind. */
      while (walk->low < walk->high && (glm_vocab_text (trie->vocab, trie->ids[walk->low], &n), n) == walk->depth)
        walk->low++;
      walk->low = lower_bound (trie, walk->low, walk->high, walk->depth, byte);
      walk->high = lower_bound (trie, walk->low, walk->high, walk->depth, (unsigned) byte + 1);
    }
  walk->depth++;
  *ret_id = -1;
  if (walk->low >= walk->high)
    return false;
  glm_vocab_text (trie->vocab, trie->ids[walk->low], &n);
  if (n == walk->depth)
    *ret_id = trie->ids[walk->low];
  return true;
}

int32_t
glm_piece_trie_longest (const GlmPieceTrie *trie, const uint8_t *text, size_t n_bytes, uint32_t *ret_n_bytes)
{
  GlmPieceWalk walk = { 0 };
  int32_t longest = -1, id;

  for (size_t i = 0; i < n_bytes && glm_piece_trie_step (trie, &walk, text[i], &id); i++)
    if (id >= 0)
      {
        longest = id;
        *ret_n_bytes = (uint32_t) i + 1;
      }
  return longest;
}
