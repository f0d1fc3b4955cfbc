/* text-json.c: whether JSON of unknown origin may be given to a reader that calls itself for each level
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JsonParser goes as deep as the text does, and ends the program where the stack does: 60,000 brackets are enough.  Counting
 * them only helps where both agree on what a string is, so what JsonParser understands beyond JSON (comments, single quotes)
 * and what it reads past the end of a string for (half of a surrogate pair) is refused, too.
 */
#include "text/text-json.h"

#include <string.h>

#define MAX_DEPTH   100
#define MAX_OUTSIDE 400 /* a number is not longer: 1-1-1-1… would be many values */

/* Four hexadecimal digits; −1: they are not there. */
static int
read_unit (const char *at, const char *end)
{
  int value = 0;

  if (end - at < 4)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return -1;
      value = value << 4 | g_ascii_xdigit_value (at[i]);
    }
  return value;
}

/* What follows a backslash; NULL: it is not right. */
static const char *
skip_escape (const char *at, const char *end)
{
  int unit, second;

  if (at == end)
    return NULL;
  /* JsonParser takes digits for a byte in octal, and bytes need not be UTF-8. */
  if (*at != 'u')
    return *at >= '0' && *at <= '7' ? NULL : at + 1;
  unit = read_unit (at + 1, end);
  at += 5;
  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
    return NULL;
  if (unit < 0xd800 || unit > 0xdbff)
    return at;
  if (end - at < 2 || at[0] != '\\' || at[1] != 'u')
    return NULL;
  second = read_unit (at + 2, end);
  return second >= 0xdc00 && second <= 0xdfff ? at + 6 : NULL;
}

/* The place behind a string, from behind its first quote; NULL: it is not right. */
static const char *
skip_string (const char *at, const char *end)
{
  while (at && at < end && *at != '"')
    at = *at == '\\' ? skip_escape (at + 1, end) : at + 1;
  return at && at < end ? at + 1 : NULL;
}

gboolean
text_json_is_tame (const char *text, gsize n_bytes)
{
  return text_json_is_tame_to (text, n_bytes, MAX_DEPTH);
}

gboolean
text_json_is_tame_to (const char *text, gsize n_bytes, guint max_depth)
{
  const char *at = text, *end = text + n_bytes;
  int depth = 0;
  guint n_outside = 0; /* characters of a number, or of a word such as null, that are in no array or object */
  gboolean over = FALSE;

  while (at < end)
    {
      char c = *at++;
      gboolean opens = c == '[' || c == '{', closes = c == ']' || c == '}';

      if (g_ascii_isspace (c))
        {
          over = over || n_outside > 0;
          continue;
        }
      /* A second value: JsonParser would never free the first. */
      if (over || (n_outside > 0 && (opens || c == '"')))
        return FALSE;
      if (c == '"')
        {
          at = skip_string (at, end);
          if (!at)
            return FALSE;
        }
      else if (!g_ascii_isalnum (c) && (c == '\0' || !strchr ("+-.,:[]{}", c)))
        return FALSE;
      n_outside += depth == 0 && c != '"' && !opens;
      depth += opens - closes;
      if (depth < 0 || depth > (int) max_depth || n_outside > MAX_OUTSIDE)
        return FALSE;
      over = depth == 0 && (closes || c == '"');
    }
  return TRUE;
}

void
text_json_mend (char *text, gsize n_bytes)
{
  const char *end = text + n_bytes;
  gboolean in_string = FALSE;

  for (char *at = text; at < end; at++)
    {
      int unit, second;

      in_string ^= *at == '"';
      if (!in_string || *at != '\\' || ++at >= end || *at != 'u')
        continue;
      unit = read_unit (at + 1, end);
      if (unit < 0xd800 || unit > 0xdfff)
        continue;
      second = unit < 0xdc00 && end - at > 7 && at[5] == '\\' && at[6] == 'u' ? read_unit (at + 7, end) : -1;
      if (second >= 0xdc00 && second <= 0xdfff)
        at += 6;
      else
        memcpy (at + 1, "fffd", 4);
    }
}
