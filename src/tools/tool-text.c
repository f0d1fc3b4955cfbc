/* tool-text.c: what tools give, as text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tools.h"

#include <string.h>

GQuark
tool_error_quark (void)
{
  return g_quark_from_static_string ("tool-error-quark");
}

/* The character behind an escape sequence that begins here; a lone ESC is one of itself. */
static const char *
skip_escape (const char *p)
{
  p++;
  if (*p == ']' || *p == 'P' || *p == '_' || *p == '^' || *p == 'X')
    {
      /* A string, up to BEL or ESC \ and never beyond its line. */
      while (*p && *p != '\a' && *p != '\n' && *p != '\033')
        p++;
      if (*p == '\a')
        return p + 1;
      return *p == '\033' && p[1] == '\\' ? p + 2 : p;
    }
  if (*p == '[')
    {
      p++;
      while (*p >= 0x20 && *p <= 0x3f)
        p++;
      return *p >= 0x40 && *p <= 0x7e ? p + 1 : p;
    }
  while (*p >= 0x20 && *p <= 0x2f)
    p++;
  return *p >= 0x30 && *p <= 0x7e ? p + 1 : p;
}

/* C0 but for tab and line feed, DEL, and C1. */
static gboolean
is_control (gunichar c)
{
  return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0);
}

char *
tool_text_clean (const char *text, gsize n_bytes)
{
  g_autofree char *valid = NULL;
  GString *out;

  /* Somewhat more than is kept; the end of a character that is cut here is cut once more below. */
  n_bytes = MIN (n_bytes, (gsize) TOOL_MAX_RESULT_BYTES * 2);
  valid = g_utf8_make_valid (text, n_bytes);
  out = g_string_sized_new (MIN (n_bytes, TOOL_MAX_RESULT_BYTES));
  for (const char *p = valid; *p;)
    {
      const char *next = g_utf8_next_char (p);

      if (out->len + (next - p) > TOOL_MAX_RESULT_BYTES)
        break;
      if (*p == '\033')
        next = skip_escape (p);
      else if (*p == '\r')
        {
          if (*next != '\n')
            g_string_append_c (out, '\n');
        }
      else if (!is_control (g_utf8_get_char (p)))
        g_string_append_len (out, p, next - p);
      p = next;
    }
  return g_string_free (out, FALSE);
}

/* 12345 → "12,345" */
static char *
group_digits (gsize n)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GSIZE_FORMAT, n);
  GString *out = g_string_new (NULL);
  gsize length = strlen (digits);

  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, digits[i]);
    }
  return g_string_free (out, FALSE);
}

char *
tool_text_cut (const char *text, gsize from, gsize budget, guint number)
{
  gsize n_chars = g_utf8_strlen (text, -1);
  g_autofree char *piece = NULL;
  g_autofree char *left = NULL;
  const char *start;

  from = MIN (from, n_chars);
  start = g_utf8_offset_to_pointer (text, from);
  if (budget == 0 || n_chars - from <= budget)
    return g_strdup (start);
  piece = g_strndup (start, g_utf8_offset_to_pointer (start, budget) - start);
  left = group_digits (n_chars - from - budget);
  return g_strdup_printf ("%s\n[… %s characters more: read_more(result=%u, from=%" G_GSIZE_FORMAT ")]", piece, left, number,
                          from + budget);
}

char *
tool_text_of_error (const GError *error)
{
  g_autofree char *clean = tool_text_clean (error->message, strlen (error->message));

  g_strdelimit (clean, "\n\t", ' ');
  return g_strconcat ("Error: ", clean, NULL);
}

/* What changes the direction of writing, or is not seen at all. */
static gboolean
is_hidden (gunichar c)
{
  return c == 0x00ad || c == 0x034f || c == 0x061c || c == 0x115f || c == 0x1160 || c == 0x17b4 || c == 0x17b5
         || (c >= 0x180b && c <= 0x180f) || (c >= 0x200b && c <= 0x200f) || c == 0x2028 || c == 0x2029
         || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f)
         || c == 0xfeff || c == 0xffa0 || (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

char *
tool_text_show (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);

  for (const char *p = valid; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_hidden (c) || is_control (c))
        g_string_append_printf (out, "⟨U+%04X⟩", c);
      else
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

gsize
tool_text_find_gone (const char *before, const char *now)
{
  const char *rest = before;

  while (*rest && !g_str_has_prefix (now, rest))
    {
      const char *end = strchr (rest, '\n');

      rest = end ? end + 1 : rest + strlen (rest);
    }
  return (gsize) (rest - before);
}
