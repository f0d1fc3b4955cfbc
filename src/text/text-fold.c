/* text-fold.c: classes and folding of characters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The semantics are those of FTS5's unicode61 with remove_diacritics 2 (letters and numbers make words, everything else
 * separates them; case and diacritics do not count), with these differences: characters of scripts that are written
 * without spaces are words of their own, full-width Latin is Latin, and vowel signs (category Mc) do not break words.
 */
#include "text/text-fold.h"

typedef struct
{
  gunichar first;
  gunichar last;
} Range;

/* Scripts without spaces between words, in order. */
static const Range single_ranges[] = {
  { 0x0e01, 0x0eff },                                                               /* Thai, Lao */
  { 0x1000, 0x109f },                                                               /* Myanmar */
  { 0x1100, 0x11ff },                                                               /* Hangul jamo */
  { 0x1780, 0x17ff },                                                               /* Khmer */
  { 0x2e80, 0x2fdf },                                                               /* CJK and Kangxi radicals */
  { 0x3005, 0x3007 },                                                               /* 々 〆 〇 */
  { 0x3021, 0x3029 },   { 0x3031, 0x3035 }, { 0x3038, 0x303c }, { 0x3041, 0x30ff }, /* kana */
  { 0x3105, 0x31ff },                       /* bopomofo, Hangul compatibility jamo, strokes, small kana */
  { 0x3400, 0x4dbf },                       /* extension A */
  { 0x4e00, 0x9fff },                       /* unified ideographs */
  { 0xa960, 0xa97f },   { 0xac00, 0xd7ff }, /* Hangul syllables */
  { 0xf900, 0xfaff },                       /* compatibility ideographs */
  { 0xff66, 0xffdc },                       /* half-width kana and jamo */
  { 0x1aff0, 0x1b2ff },                     /* kana supplements, Nüshu */
  { 0x20000, 0x3ffff },                     /* extensions B and later */
};

static gboolean
is_single (gunichar c)
{
  gsize low = 0, high = G_N_ELEMENTS (single_ranges);

  if (c < single_ranges[0].first)
    return FALSE;
  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (c > single_ranges[middle].last)
        low = middle + 1;
      else
        high = middle;
    }
  return low < G_N_ELEMENTS (single_ranges) && c >= single_ranges[low].first;
}

static TextCharClass
class_of (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_PRIVATE_USE: return is_single (c) ? TEXT_CHAR_SINGLE : TEXT_CHAR_WORD;
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK: return TEXT_CHAR_MARK;
    default:
      /* Ideographs that this version of the tables does not know yet, radicals, strokes. */
      return is_single (c) ? TEXT_CHAR_SINGLE : TEXT_CHAR_SEPARATOR;
    }
}

static gunichar
fold (gunichar c)
{
  gunichar first, second;

  if (c >= 0xff01 && c <= 0xff5e)
    c -= 0xff01 - '!';
  else if (c == 0x3000)
    c = ' ';

  /* Kana and Hangul decompose too, but が is not か and 한 is not ㅎ. */
  if (!(c >= 0x3041 && c <= 0x30ff) && !(c >= 0xac00 && c <= 0xd7ff))
    while (g_unichar_decompose (c, &first, &second))
      c = first;
  c = g_unichar_tolower (c);
  return c == 0x03c2 ? 0x03c3 : c; /* final sigma */
}

TextCharClass
text_fold_next (const char **text, const char *end, gunichar *ret_folded)
{
  const guchar *p = (const guchar *) *text;
  gunichar c = *p;

  if (c < 0x80)
    {
      *text += 1;
      *ret_folded = g_ascii_tolower (c);
      return g_ascii_isalnum (c) ? TEXT_CHAR_WORD : TEXT_CHAR_SEPARATOR;
    }

  c = g_utf8_get_char_validated (*text, end - *text);
  if (c == (gunichar) -1 || c == (gunichar) -2)
    {
      *text += 1;
      *ret_folded = 0xfffd;
      return TEXT_CHAR_SEPARATOR;
    }
  *text = g_utf8_next_char (*text);

  /* Most Chinese: its own folding, no table to look at. */
  *ret_folded = c >= 0x3400 && c <= 0x9fff ? c : fold (c);
  return c >= 0x3400 && c <= 0x9fff ? TEXT_CHAR_SINGLE : class_of (*ret_folded);
}
