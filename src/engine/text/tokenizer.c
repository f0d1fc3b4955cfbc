/* tokenizer.c: text ↔ token ids: what all kinds share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/tokenizer-private.h"

#include <stdio.h>

#include "base/error.h"

GlmTokenizer *
glm_tokenizer_alloc (GlmTokenizerKind kind)
{
  GlmTokenizer *tokenizer = calloc (1, sizeof *tokenizer);

  if (!tokenizer)
    return NULL;
  tokenizer->kind = kind;
  tokenizer->unknown_id = -1;
  tokenizer->end_id = -1;
  for (int b = 0; b < 256; b++)
    tokenizer->byte_ids[b] = -1;
  return tokenizer;
}

void
glm_tokenizer_free (GlmTokenizer *tokenizer)
{
  if (!tokenizer)
    return;
  glm_piece_trie_clear (&tokenizer->user_defined);
  glm_piece_trie_clear (&tokenizer->pieces);
  glm_normaliser_clear (&tokenizer->normaliser);
  glm_vocab_clear (&tokenizer->vocab);
  free (tokenizer->merges);
  free (tokenizer->merge_order);
  free (tokenizer);
}

static int
hex_value (uint8_t digit)
{
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

int
glm_tokenizer_byte_of (const GlmTokenizer *tokenizer, int32_t id)
{
  uint32_t n;
  const uint8_t *piece = glm_vocab_text (&tokenizer->vocab, id, &n);
  int high, low;

  if (glm_tokenizer_is_byte_level (tokenizer))
    return n == 1 && tokenizer->vocab.kind[id] == GLM_PIECE_NORMAL ? piece[0] : -1;
  /* Strictly: "<0x-1>" is a piece that broke other programs. */
  if (tokenizer->vocab.kind[id] != GLM_PIECE_BYTE || n != 6 || memcmp (piece, "<0x", 3) != 0 || piece[5] != '>')
    return -1;
  high = hex_value (piece[3]);
  low = hex_value (piece[4]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

int
glm_tokenizer_white_space (const uint8_t *piece, size_t n, char *ret_space)
{
  char text[16];
  int count = 0, used = 0;

  if (n >= sizeof text)
    return 0;
  memcpy (text, piece, n);
  text[n] = '\0';
  *ret_space = strcmp (text, "<n>") == 0 ? '\n' : strcmp (text, "<|tab|>") == 0 ? '\t' : ' ';
  if (*ret_space != ' ')
    return 1;
  return sscanf (text, "<|blank_%2d|>%n", &count, &used) == 1 && used == (int) n && count > 0 && count <= 80 ? count : 0;
}

bool
glm_is_control_text (const void *text, size_t n_bytes)
{
  static const char *const names[] = {
    "[MASK]",
    "[gMASK]",
    "[sMASK]",
    "<sop>",
    "<eop>",
    "<|endoftext|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|observation|>",
    "<|begin_of_image|>",
    "<|end_of_image|>",
    "<|begin_of_video|>",
    "<|end_of_video|>",
  };

  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen (names[i]) == n_bytes && memcmp (names[i], text, n_bytes) == 0)
      return true;
  return false;
}

static void
find_bytes_and_unknown (GlmTokenizer *tokenizer)
{
  for (int32_t id = tokenizer->vocab.n - 1; id >= 0; id--)
    {
      int byte = glm_tokenizer_byte_of (tokenizer, id);

      if (byte >= 0)
        tokenizer->byte_ids[byte] = id;
      if (tokenizer->vocab.kind[id] == GLM_PIECE_UNKNOWN)
        tokenizer->unknown_id = id;
    }
}

bool
glm_tokenizer_seal (GlmTokenizer *tokenizer, GlmError *error)
{
  if (!glm_vocab_seal (&tokenizer->vocab, error)
      || !glm_piece_trie_init (&tokenizer->user_defined, &tokenizer->vocab,
                               glm_tokenizer_is_byte_level (tokenizer) ? 0 : 1u << GLM_PIECE_USER_DEFINED, error))
    return false;
  find_bytes_and_unknown (tokenizer);
  for (int b = 0; b < 256 && tokenizer->unknown_id < 0; b++)
    if (tokenizer->byte_ids[b] < 0)
      return glm_error_set (error, GLM_ERROR_BAD_FILE, "the vocabulary has no token for byte 0x%02X", (unsigned) b);
  return tokenizer->kind != GLM_TOKENIZER_UNIGRAM || glm_unigram_prepare (tokenizer, error);
}

bool
glm_tokenizer_encode (const GlmTokenizer *tokenizer, const char *text, size_t n_bytes, GlmTokens *tokens, GlmError *error)
{
  const uint8_t *bytes = (const uint8_t *) text;
  size_t n_before = tokens->n;
  bool ok = false;

  if (n_bytes > GLM_MAX_TEXT_BYTES)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "the text is longer than %zu MiB", GLM_MAX_TEXT_BYTES >> 20);
  switch (tokenizer->kind)
    {
    case GLM_TOKENIZER_SPM_BPE: ok = glm_spm_bpe_encode (tokenizer, bytes, n_bytes, tokens, error); break;
    case GLM_TOKENIZER_UNIGRAM: ok = glm_unigram_encode (tokenizer, bytes, n_bytes, tokens, error); break;
    case GLM_TOKENIZER_RANK_BPE:
    case GLM_TOKENIZER_MERGE_BPE: ok = glm_byte_bpe_encode (tokenizer, bytes, n_bytes, tokens, error); break;
    }
  if (!ok)
    tokens->n = n_before;
  return ok;
}

int32_t
glm_tokenizer_control_id (const GlmTokenizer *tokenizer, const char *text)
{
  int32_t id = glm_vocab_find_control (&tokenizer->vocab, text);

  /* llama.cpp's converter renames ChatGLM3's </s> to <eos>. */
  if (id < 0 && strcmp (text, "</s>") == 0)
    id = glm_vocab_find_control (&tokenizer->vocab, "<eos>");
  return id;
}

bool
glm_tokenizer_has (const GlmTokenizer *tokenizer, int32_t id)
{
  return id >= 0 && id < tokenizer->vocab.n && tokenizer->vocab.kind[id] != GLM_PIECE_UNUSED;
}
