/* store-mend.c: JSON text with what other programs leave in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-mend.h"

#include <string.h>

/* The unit of \uXXXX at `at`; −1: there is none. */
static int
unit_at (const char *at, const char *end)
{
  int unit = 0;

  if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
    return -1;
  for (int i = 2; i < 6; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return -1;
      unit = unit << 4 | g_ascii_xdigit_value (at[i]);
    }
  return unit;
}

/* How many bytes an escape has; *ret_good: it means something. */
static gsize
measure_escape (const char *at, const char *end, gboolean *ret_good)
{
  int unit = unit_at (at, end), second;

  *ret_good = TRUE;
  if (unit < 0)
    return MIN (2, end - at);
  if (unit >= 0xd800 && unit <= 0xdbff)
    {
      second = unit_at (at + 6, end);
      *ret_good = second >= 0xdc00 && second <= 0xdfff;
      return *ret_good ? 12 : 6;
    }
  *ret_good = unit && (unit < 0xdc00 || unit > 0xdfff);
  return 6;
}

static guint
mend_escapes (GString *text)
{
  char *at = text->str, *end = text->str + text->len;
  guint n = 0;

  while (at < end && (at = memchr (at, '\\', end - at)))
    {
      gboolean good;
      gsize length = measure_escape (at, end, &good);

      if (!good)
        memcpy (at + 2, "fffd", 4);
      n += !good;
      at += length;
    }
  return n;
}

static guint
mend_bytes (GString *text)
{
  g_autoptr (GString) mended = g_string_sized_new (text->len);
  const char *at = text->str, *end = text->str + text->len, *bad;
  guint n = 0;

  for (; !g_utf8_validate_len (at, end - at, &bad); at = bad + 1, n++)
    {
      g_string_append_len (mended, at, bad - at);
      g_string_append_unichar (mended, 0xfffd);
    }
  g_string_append_len (mended, at, end - at);
  g_string_truncate (text, 0);
  g_string_append_len (text, mended->str, mended->len);
  return n;
}

guint
store_mend_json (GString *text)
{
  guint n = mend_escapes (text);

  return n + (g_utf8_validate_len (text->str, text->len, NULL) ? 0 : mend_bytes (text));
}
