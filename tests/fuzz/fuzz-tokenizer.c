/* fuzz-tokenizer.c: a tokenizer file of any kind, then a text through it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include <string.h>

#include "text/tokenizer.h"

void
fuzz_input (const uint8_t *data, size_t size)
{
  static const char text[] = "hello 你好\n  <|user|>\tx\xFF  ";
  GlmTokenizer *tokenizer;
  GlmTokens tokens = { 0 };
  char *back = NULL;

  if (!glm_tokenizer_new_from_memory (data, size, &tokenizer, NULL))
    return;
  if (glm_tokenizer_encode (tokenizer, text, strlen (text), &tokens, NULL))
    glm_tokenizer_decode (tokenizer, tokens.ids, tokens.n, &back, NULL, NULL);
  free (back);
  glm_tokens_clear (&tokens);
  glm_tokenizer_free (tokenizer);
}
