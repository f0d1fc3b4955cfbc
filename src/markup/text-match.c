/* text-match.c: where a text occurs in another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Case is folded character by character, so that the places found are places of the text itself; that leaves out only the
 * few characters whose folding is longer than one (ß).
 */
#include "markup/text-match.h"

static gunichar
fold (gunichar c)
{
  return c < 0x80 ? (gunichar) g_ascii_tolower (c) : g_unichar_tolower (g_unichar_toupper (c));
}

/* The length in bytes of the match at p, or 0. */
static gsize
match_at (const char *p, const char *needle)
{
  const char *start = p;

  while (*needle)
    {
      if (!*p || fold (g_utf8_get_char (p)) != fold (g_utf8_get_char (needle)))
        return 0;
      p = g_utf8_next_char (p);
      needle = g_utf8_next_char (needle);
    }
  return p - start;
}

void
myna_text_find (const char *text, const char *needle, guint offset, GArray *matches)
{
  const char *p = text;

  if (!needle || !*needle)
    return;
  while (*p)
    {
      gsize n = match_at (p, needle);

      if (n)
        {
          MynaRange match = { offset + (p - text), offset + (p - text) + n };

          g_array_append_val (matches, match);
          p += n;
        }
      else
        p = g_utf8_next_char (p);
    }
}
