/* spm-bpe.c: SentencePiece BPE (ChatGLM2, ChatGLM3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * After normalisation the text is cut into characters; the neighbours whose bytes together are the piece with the highest
 * score merge first (ties: leftmost), until no two neighbours are a piece.  Characters that are no piece become their
 * bytes.  Follows google/sentencepiece src/bpe_model.cc.
 */
#include "text/tokenizer-private.h"

#include "base/error.h"
#include "base/utf8.h"

/* A float's bits as an unsigned number with the same order; negated, so that the highest score comes first. */
static uint32_t
order_of_score (float score)
{
  uint32_t bits;

  memcpy (&bits, &score, sizeof bits);
  return ~(bits & 0x80000000u ? ~bits : bits | 0x80000000u);
}

static bool
merge_pair (const void *data, const uint8_t *text, const GlmBpeSymbol *left, const GlmBpeSymbol *right, uint32_t *ret_order,
            int32_t *ret_id)
{
  const GlmVocab *vocab = data;
  int32_t id = glm_vocab_find (vocab, text + left->start, (size_t) left->n + right->n);

  if (id < 0)
    return false;
  *ret_order = order_of_score (vocab->score[id]);
  *ret_id = id;
  return true;
}

/* User-defined pieces whole, everything else character by character. */
static bool
split_characters (const GlmTokenizer *tokenizer, const GlmBuffer *text, GlmBpe *bpe, GlmError *error)
{
  for (size_t i = 0; i < text->n;)
    {
      uint32_t n, code;
      int32_t id = glm_piece_trie_longest (&tokenizer->user_defined, text->data + i, text->n - i, &n);
      bool frozen = id >= 0;

      if (!frozen)
        {
          n = (uint32_t) glm_utf8_char (text->data + i, text->n - i, &code);
          id = glm_vocab_find (&tokenizer->vocab, text->data + i, n);
        }
      if (!glm_bpe_add_symbol (bpe, (uint32_t) i, n, id, frozen, error))
        return false;
      i += n;
    }
  return true;
}

bool
glm_spm_append_bytes (const GlmTokenizer *tokenizer, const uint8_t *text, size_t n_bytes, GlmTokens *tokens, GlmError *error)
{
  for (size_t i = 0; i < n_bytes; i++)
    {
      int32_t id = tokenizer->byte_ids[text[i]];

      if (!glm_tokens_append (tokens, id >= 0 ? id : tokenizer->unknown_id))
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokens");
      if (id < 0)
        break;
    }
  return true;
}

static bool
append_symbols (const GlmTokenizer *tokenizer, const GlmBuffer *text, const GlmBpe *bpe, GlmTokens *tokens, GlmError *error)
{
  for (int32_t i = bpe->n_symbols > 0 ? 0 : -1; i >= 0; i = bpe->symbols[i].next)
    {
      const GlmBpeSymbol *symbol = &bpe->symbols[i];

      if (symbol->id < 0)
        {
          if (!glm_spm_append_bytes (tokenizer, text->data + symbol->start, symbol->n, tokens, error))
            return false;
        }
      else if (!glm_tokens_append (tokens, symbol->id))
        {
          return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokens");
        }
    }
  return true;
}

bool
glm_spm_bpe_encode (const GlmTokenizer *tokenizer, const uint8_t *text, size_t n_bytes, GlmTokens *tokens, GlmError *error)
{
  GlmBuffer normalised = { 0 };
  GlmBpe bpe = { 0 };
  bool ok = glm_normaliser_run (&tokenizer->normaliser, &tokenizer->user_defined, text, n_bytes, &normalised, error)
            && split_characters (tokenizer, &normalised, &bpe, error)
            && glm_bpe_merge (&bpe, normalised.data, merge_pair, &tokenizer->vocab, error)
            && append_symbols (tokenizer, &normalised, &bpe, tokens, error);

  glm_bpe_clear (&bpe);
  glm_buffer_clear (&normalised);
  return ok;
}
