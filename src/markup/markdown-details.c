/* markdown-details.c: <details> and <summary> in a block of HTML
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmark ends a block of HTML at a blank line, so that one may hold a whole <details> or any part of it.
 */
#include <string.h>

#include "markup/markdown-private.h"

/* The length of a tag with this name, with attributes or not; 0 if there is none. */
static gsize
match_tag (const char *text, const char *name)
{
  gsize n = strlen (name), length;

  if (g_ascii_strncasecmp (text, name, n) != 0 || !(text[n] == '>' || g_ascii_isspace (text[n])))
    return 0;
  length = strcspn (text, ">");
  return text[length] == '>' ? length + 1 : 0;
}

static gboolean
is_open (const char *tag, gsize length)
{
  for (gsize i = 0; i + 5 < length; i++)
    if (g_ascii_isspace (tag[i]) && g_ascii_strncasecmp (tag + i + 1, "open", 4) == 0
        && (g_ascii_isspace (tag[i + 5]) || tag[i + 5] == '>' || tag[i + 5] == '='))
      return TRUE;
  return FALSE;
}

static char *
dup_trimmed (const char *text, gsize length)
{
  return g_strstrip (g_strndup (text, length));
}

/* The end of what a summary says: its closing tag, or all there is while it is written. */
static gsize
find_summary_end (const char *text, gsize *ret_tag)
{
  for (gsize i = 0; text[i]; i++)
    if (text[i] == '<' && (*ret_tag = match_tag (text + i, "</summary")))
      return i;
  *ret_tag = 0;
  return strlen (text);
}

gboolean
myna_details_next (const char **text, MynaDetailsPart *ret_part)
{
  const char *at = *text + strspn (*text, " \t\r\n"), *start = at;
  gsize n, length;

  *ret_part = (MynaDetailsPart){ 0 };
  if (*at == '\0')
    return FALSE;
  if ((n = match_tag (at, "<details")))
    {
      ret_part->kind = MYNA_DETAILS_OPEN;
      ret_part->is_open = is_open (at, n);
      *text = at + n;
    }
  else if ((n = match_tag (at, "</details")))
    {
      ret_part->kind = MYNA_DETAILS_CLOSE;
      *text = at + n;
    }
  else if ((n = match_tag (at, "<summary")))
    {
      at += n;
      length = find_summary_end (at, &n);
      ret_part->kind = MYNA_DETAILS_SUMMARY;
      ret_part->text = dup_trimmed (at, length);
      *text = at + length + n;
    }
  else
    {
      do
        at += 1 + strcspn (at + 1, "<");
      while (*at && !match_tag (at, "<details") && !match_tag (at, "</details") && !match_tag (at, "<summary"));
      ret_part->kind = MYNA_DETAILS_TEXT;
      ret_part->text = dup_trimmed (start, at - start);
      *text = at;
    }
  return TRUE;
}

gboolean
myna_details_begin (const char *html, gboolean is_inside)
{
  html += strspn (html, " \t\r\n");
  return match_tag (html, "<details") || (is_inside && (match_tag (html, "</details") || match_tag (html, "<summary")));
}
