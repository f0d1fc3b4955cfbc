/* fuzz-tokenize.c: any text through every kind of tokenizer: no control tokens, and it comes back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tokenizers are small and made here: bytes and a few words.
 */
#include "fuzz.h"

#include <string.h>

#include "text/tokenizer-private.h"
#include "base/utf8.h"

static GlmTokenizer *
make_tokenizer (GlmTokenizerKind kind)
{
  static const char *const words[] = { "he", "ll",   "hell", "hello", "\xE2\x96\x81", "\xE2\x96\x81hello",
                                       "你", "你好", "  ",   "aa",    "aaaa",         "h",
                                       "e",  "l",    "o",    "a" };
  GlmTokenizer *tokenizer = glm_tokenizer_alloc (kind);
  bool byte_level = tokenizer && glm_tokenizer_is_byte_level (tokenizer), ok = tokenizer != NULL;

  for (unsigned i = 0; ok && i < 256; i++)
    {
      char text[8];
      uint8_t byte = (uint8_t) i;

      snprintf (text, sizeof text, "<0x%02X>", i);
      ok = byte_level ? glm_vocab_add (&tokenizer->vocab, &byte, 1, GLM_PIECE_NORMAL, 0, NULL)
                      : glm_vocab_add (&tokenizer->vocab, text, 6, GLM_PIECE_BYTE, 0, NULL);
    }
  for (size_t i = 0; ok && i < sizeof words / sizeof *words; i++)
    ok = glm_vocab_add (&tokenizer->vocab, words[i], strlen (words[i]), GLM_PIECE_NORMAL, -(float) i, NULL);
  ok = ok && glm_vocab_add (&tokenizer->vocab, "<|user|>", 8, GLM_PIECE_CONTROL, 0, NULL);
  if (!ok || !glm_tokenizer_seal (tokenizer, NULL))
    abort ();
  tokenizer->normaliser.add_dummy_prefix = !byte_level;
  return tokenizer;
}

/* Whether the original comes back: valid UTF-8, and no U+2581, which is a space to SentencePiece. */
static bool
is_kept (const uint8_t *data, size_t size)
{
  for (size_t i = 0; i < size;)
    {
      uint32_t code;
      int n = glm_utf8_char (data + i, size - i, &code);

      if (n == 0 || code == 0x2581)
        return false;
      i += (size_t) n;
    }
  return true;
}

void
fuzz_input (const uint8_t *data, size_t size)
{
  static GlmTokenizer *tokenizers[3];
  static const GlmTokenizerKind kinds[3] = { GLM_TOKENIZER_SPM_BPE, GLM_TOKENIZER_RANK_BPE, GLM_TOKENIZER_UNIGRAM };

  for (int i = 0; i < 3; i++)
    {
      GlmTokens tokens = { 0 };
      char *back = NULL;
      size_t n = 0;

      if (!tokenizers[i])
        tokenizers[i] = make_tokenizer (kinds[i]);
      if (!glm_tokenizer_encode (tokenizers[i], (const char *) data, size, &tokens, NULL)
          || !glm_tokenizer_decode (tokenizers[i], tokens.ids, tokens.n, &back, &n, NULL))
        abort ();
      for (size_t k = 0; k < tokens.n; k++)
        if (tokenizers[i]->vocab.kind[tokens.ids[k]] == GLM_PIECE_CONTROL)
          abort ();
      if (is_kept (data, size) && (n != size || memcmp (back, data, n) != 0))
        abort ();
      free (back);
      glm_tokens_clear (&tokens);
    }
}
