/* byte-bpe.c: byte-level BPE: by rank (GLM-4) and by a list of merges (GLM-Edge)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text is divided into words (split.c); a word that is a token is taken as it is (always by rank, as tiktoken does;
 * by merges only if the tokenizer says so); any other starts as its bytes and merges neighbours.  By rank: the pair whose
 * bytes together are the token with the lowest rank, which is its id.  By merges: the pair that stands first in the list.
 */
#include "text/tokenizer-private.h"

#include "base/error.h"
#include "text/byte-alphabet.h"
#include "text/split.h"

struct GlmMerge
{
  int32_t left; /* -1: free slot */
  int32_t right;
  int32_t id;
  uint32_t rank;
};

static uint32_t
hash_pair (int32_t left, int32_t right)
{
  uint64_t hash = ((uint64_t) (uint32_t) left << 32 | (uint32_t) right) * 0xD6E8FEB86659FD93u;

  return (uint32_t) (hash >> 32 ^ hash >> 15);
}

bool
glm_merges_reserve (GlmTokenizer *tokenizer, size_t n, GlmError *error)
{
  size_t n_slots = 16;

  while (n_slots < n * 2)
    n_slots *= 2;
  tokenizer->merges = malloc (n_slots * sizeof *tokenizer->merges);
  tokenizer->merge_order = malloc ((n + 1) * sizeof *tokenizer->merge_order);
  if (!tokenizer->merges || !tokenizer->merge_order)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the merges");
  for (size_t i = 0; i < n_slots; i++)
    tokenizer->merges[i].left = -1;
  tokenizer->merge_mask = (uint32_t) n_slots - 1;
  return true;
}

static GlmMerge *
find_slot (const GlmTokenizer *tokenizer, int32_t left, int32_t right)
{
  uint32_t slot = hash_pair (left, right) & tokenizer->merge_mask;

  while (tokenizer->merges[slot].left >= 0 && (tokenizer->merges[slot].left != left || tokenizer->merges[slot].right != right))
    slot = (slot + 1) & tokenizer->merge_mask;
  return &tokenizer->merges[slot];
}

bool
glm_merges_add (GlmTokenizer *tokenizer, uint32_t rank, const void *left, size_t n_left, const void *right, size_t n_right,
                GlmError *error)
{
  uint8_t both[2 * GLM_MAX_PIECE_BYTES];
  int32_t left_id, right_id, id;
  GlmMerge *slot;

  if (n_left > GLM_MAX_PIECE_BYTES || n_right > GLM_MAX_PIECE_BYTES)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "merge %u is too long", rank);
  memcpy (both, left, n_left);
  memcpy (both + n_left, right, n_right);
  left_id = glm_vocab_find (&tokenizer->vocab, left, n_left);
  right_id = glm_vocab_find (&tokenizer->vocab, right, n_right);
  id = glm_vocab_find (&tokenizer->vocab, both, n_left + n_right);
  if (left_id < 0 || right_id < 0 || id < 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "merge %u is of or into something that is no token", rank);
  slot = find_slot (tokenizer, left_id, right_id);
  if (slot->left < 0)
    {
      *slot = (GlmMerge){ left_id, right_id, id, rank };
      tokenizer->merge_order[tokenizer->n_merges++] = (uint32_t) (slot - tokenizer->merges);
    }
  return true;
}

bool
glm_merges_add_written (GlmTokenizer *tokenizer, uint32_t rank, const char *left, size_t n_left, const char *right,
                        size_t n_right, GlmBuffer buffers[2], GlmError *error)
{
  if (!glm_byte_alphabet_has (left, n_left) || !glm_byte_alphabet_has (right, n_right))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "merge %u is not in the alphabet of bytes", rank);
  buffers[0].n = buffers[1].n = 0;
  if (!glm_byte_alphabet_decode (left, n_left, &buffers[0]) || !glm_byte_alphabet_decode (right, n_right, &buffers[1]))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the merges");
  return glm_merges_add (tokenizer, rank, buffers[0].data, buffers[0].n, buffers[1].data, buffers[1].n, error);
}

bool
glm_merges_get (const GlmTokenizer *tokenizer, uint32_t index, int32_t *ret_left, int32_t *ret_right)
{
  const GlmMerge *merge;

  if (index >= tokenizer->n_merges)
    return false;
  merge = &tokenizer->merges[tokenizer->merge_order[index]];
  *ret_left = merge->left;
  *ret_right = merge->right;
  return true;
}

static bool
pair_by_rank (const void *data, const uint8_t *text, const GlmBpeSymbol *left, const GlmBpeSymbol *right, uint32_t *ret_order,
              int32_t *ret_id)
{
  const GlmTokenizer *tokenizer = data;
  int32_t id = glm_vocab_find (&tokenizer->vocab, text + left->start, (size_t) left->n + right->n);

  *ret_order = (uint32_t) id;
  *ret_id = id;
  return id >= 0;
}

typedef struct
{
  const GlmTokenizer *tokenizer;
  int32_t n_ranks; /* only these, the first, count */
} Ranks;

static bool
pair_below (const void *data, const uint8_t *text, const GlmBpeSymbol *left, const GlmBpeSymbol *right, uint32_t *ret_order,
            int32_t *ret_id)
{
  const Ranks *ranks = data;

  return pair_by_rank (ranks->tokenizer, text, left, right, ret_order, ret_id) && *ret_id < ranks->n_ranks;
}

bool
glm_rank_pair (const GlmTokenizer *tokenizer, GlmBpe *bpe, int32_t id, int32_t *ret_left, int32_t *ret_right, GlmError *error)
{
  Ranks ranks = { tokenizer, id };
  uint32_t n;
  const uint8_t *text = glm_vocab_text (&tokenizer->vocab, id, &n);
  int32_t second;

  *ret_left = *ret_right = -1;
  glm_bpe_reset (bpe);
  for (uint32_t i = 0; i < n; i++)
    if (!glm_bpe_add_symbol (bpe, i, 1, tokenizer->byte_ids[text[i]], false, error))
      return false;
  if (n < 2)
    return true;
  if (!glm_bpe_merge (bpe, text, pair_below, &ranks, error))
    return false;
  second = bpe->symbols[0].next;
  if (second >= 0 && bpe->symbols[second].next < 0)
    {
      *ret_left = bpe->symbols[0].id;
      *ret_right = bpe->symbols[second].id;
    }
  return true;
}

static bool
pair_by_merge (const void *data, const uint8_t *text, const GlmBpeSymbol *left, const GlmBpeSymbol *right, uint32_t *ret_order,
               int32_t *ret_id)
{
  const GlmMerge *merge = find_slot (data, left->id, right->id);

  (void) text;
  *ret_order = merge->rank;
  *ret_id = merge->id;
  return merge->left >= 0;
}

static bool
encode_word (const GlmTokenizer *tokenizer, const uint8_t *word, size_t n, GlmBpe *bpe, GlmTokens *tokens, GlmError *error)
{
  bool by_rank = tokenizer->kind == GLM_TOKENIZER_RANK_BPE, ok = true;
  int32_t whole = by_rank || tokenizer->ignore_merges || n == 1 ? glm_vocab_find (&tokenizer->vocab, word, n) : -1;

  if (whole >= 0)
    return glm_tokens_append (tokens, whole) || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokens");
  glm_bpe_reset (bpe);
  for (size_t i = 0; ok && i < n; i++)
    ok = glm_bpe_add_symbol (bpe, (uint32_t) i, 1, tokenizer->byte_ids[word[i]], false, error);
  ok = ok && glm_bpe_merge (bpe, word, by_rank ? pair_by_rank : pair_by_merge, tokenizer, error);
  for (int32_t i = ok ? 0 : -1; i >= 0; i = bpe->symbols[i].next)
    if (!glm_tokens_append (tokens, bpe->symbols[i].id))
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokens");
  return ok;
}

bool
glm_byte_bpe_encode (const GlmTokenizer *tokenizer, const uint8_t *text, size_t n_bytes, GlmTokens *tokens, GlmError *error)
{
  GlmBpe bpe = { 0 };
  bool ok = true;

  for (size_t i = 0; ok && i < n_bytes;)
    {
      size_t n = glm_split_next (text + i, n_bytes - i);

      ok = encode_word (tokenizer, text + i, n, &bpe, tokens, error);
      i += n;
    }
  glm_bpe_clear (&bpe);
  return ok;
}
