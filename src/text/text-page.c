/* text-page.c: the marks of pages in a document's text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/text-page.h"

#include <string.h>

#define MARK     "[Page "
#define MAX_PAGE 99999999

const char *
text_read_page_mark (const char *line, guint *ret_page)
{
  const char *p;
  guint page = 0;

  /* Not g_str_has_prefix (), which takes the length of all that follows with newer GLib. */
  if (strncmp (line, MARK, strlen (MARK)) != 0)
    return NULL;
  p = line + strlen (MARK);
  if (!g_ascii_isdigit (*p))
    return NULL;
  for (; g_ascii_isdigit (*p) && page <= MAX_PAGE / 10; p++)
    page = page * 10 + (guint) (*p - '0');
  if (*p != ']' || (p[1] && p[1] != '\n'))
    return NULL;
  *ret_page = page;
  return p + 1 + strspn (p + 1, "\n");
}

const char *
text_skip_page_mark (const char *text)
{
  guint page;
  const char *rest = text_read_page_mark (text, &page);

  return rest ? rest : text;
}
