/* split.c: GLM-4's division of text into words before byte-pair encoding
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The regular expression of GLM-4's tokenizer, written out by hand (the first alternative that matches is taken; each is
 * greedy; bytes that are no UTF-8 count as a symbol each):
 *
 *   1  (?i:'s|'t|'re|'ve|'m|'ll|'d)
 *   2  [^\r\n\p{L}\p{N}]?\p{L}+
 *   3  \p{N}{1,3}
 *   4   ?[^\s\p{L}\p{N}]+[\r\n]*
 *   5  \s*[\r\n]+
 *   6  \s+(?!\S)
 *   7  \s+
 *
 * Each byte is looked at a bounded number of times: a run of white space is taken whole, up to its last line end, or but
 * for its last character.
 */
#include "text/split.h"

#include "base/unicode.h"
#include "base/utf8.h"

typedef enum
{
  CLASS_END,
  CLASS_LETTER,
  CLASS_NUMBER,
  CLASS_NEWLINE, /* \r \n */
  CLASS_SPACE,   /* other white space */
  CLASS_SYMBOL,
} CharClass;

/* Class and bytes of the character at text[i]. */
static CharClass
class_at (const uint8_t *text, size_t n, size_t i, size_t *ret_length)
{
  uint32_t code;
  int length;

  *ret_length = 0;
  if (i >= n)
    return CLASS_END;
  length = glm_utf8_char (text + i, n - i, &code);
  *ret_length = length > 0 ? (size_t) length : 1;
  if (length == 0)
    return CLASS_SYMBOL;
  if (code == '\r' || code == '\n')
    return CLASS_NEWLINE;
  if (glm_unicode_is_letter (code))
    return CLASS_LETTER;
  if (glm_unicode_is_number (code))
    return CLASS_NUMBER;
  return glm_unicode_is_space (code) ? CLASS_SPACE : CLASS_SYMBOL;
}

/* Where the run of this class that goes on at i ends. */
static size_t
run_end (const uint8_t *text, size_t n, size_t i, CharClass wanted)
{
  size_t length;

  while (class_at (text, n, i, &length) == wanted)
    i += length;
  return i;
}

/* 1: 's 't 're 've 'm 'll 'd in any case; U+017F folds to s. */
static size_t
match_contraction (const uint8_t *text, size_t n)
{
  uint8_t a, b;

  if (n < 2 || text[0] != '\'')
    return 0;
  a = text[1] | 0x20;
  b = n > 2 ? text[2] | 0x20 : 0;
  if (a == 's' || a == 't' || a == 'm' || a == 'd')
    return 2;
  if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l'))
    return 3;
  return n > 2 && text[1] == 0xC5 && text[2] == 0xBF ? 3 : 0;
}

/* 3: up to three numbers. */
static size_t
match_numbers (const uint8_t *text, size_t n)
{
  size_t i = 0, length;

  for (int k = 0; k < 3 && class_at (text, n, i, &length) == CLASS_NUMBER; k++)
    i += length;
  return i;
}

/* 5, 6, 7: the text begins with white space. */
static size_t
match_space (const uint8_t *text, size_t n)
{
  size_t i = 0, length, last = 0, after_newline = 0;
  CharClass class;

  while ((class = class_at (text, n, i, &length)) == CLASS_SPACE || class == CLASS_NEWLINE)
    {
      last = i;
      i += length;
      if (class == CLASS_NEWLINE)
        after_newline = i;
    }
  if (after_newline > 0)
    return after_newline;
  return i == n || last == 0 ? i : last;
}

size_t
glm_split_next (const uint8_t *text, size_t n)
{
  size_t first, second, contraction = match_contraction (text, n);
  CharClass class = class_at (text, n, 0, &first), next = class_at (text, n, first, &second);

  if (contraction > 0)
    return contraction;
  if (class == CLASS_LETTER)
    return run_end (text, n, first, CLASS_LETTER);
  if ((class == CLASS_SPACE || class == CLASS_SYMBOL) && next == CLASS_LETTER)
    return run_end (text, n, first, CLASS_LETTER);
  if (class == CLASS_NUMBER)
    return match_numbers (text, n);
  if (class == CLASS_SYMBOL || (text[0] == ' ' && next == CLASS_SYMBOL))
    return run_end (text, n, run_end (text, n, first, CLASS_SYMBOL), CLASS_NEWLINE);
  return match_space (text, n);
}
