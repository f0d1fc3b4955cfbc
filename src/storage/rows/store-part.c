/* store-part.c: the parts of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "storage.h"

#include <string.h>

#define THINK_OPEN  "<think>"
#define THINK_CLOSE "</think>"
#define BLANKS      " \t\r\n"

/* Whether a fenced block of code is open where a text ends. */
static gboolean
is_in_code (const char *text, const char *end)
{
  char fence = '\0';

  for (const char *line = text; line && line < end; line = memchr (line, '\n', end - line), line = line ? line + 1 : NULL)
    {
      const char *start = line + strspn (line, " ");

      if (start - line > 3 || (*start != '`' && *start != '~') || strspn (start, (char[]){ *start, '\0' }) < 3)
        continue;
      if (!fence)
        fence = *start;
      else if (fence == *start)
        fence = '\0';
    }
  return fence != '\0';
}

/* The closing tag of a thought that the prompt has opened: at the beginning of a line, not in code, and not that of an opening
 * tag which the reply is about.  NULL: there is none. */
static const char *
find_close_line (const char *text)
{
  const char *close = strstr (text, THINK_CLOSE);

  return close && (close == text || close[-1] == '\n') && !g_strstr_len (text, close - text, THINK_OPEN)
                 && !is_in_code (text, close)
             ? close
             : NULL;
}

guint
store_split_parts (StoreRole role, const char *text, const StoreCall *call, StorePart ret_parts[STORE_MAX_PARTS])
{
  const char *end = text + strlen (text), *start = text + strspn (text, BLANKS), *rest = text, *close = NULL;
  StorePartKind kind = role == STORE_ROLE_OBSERVATION ? STORE_PART_RESULT : call ? STORE_PART_CALL : STORE_PART_TEXT;
  guint n_parts = 0;

  if (role == STORE_ROLE_ASSISTANT && g_str_has_prefix (start, THINK_OPEN))
    {
      start += strlen (THINK_OPEN);
      close = strstr (start, THINK_CLOSE);
      rest = close ? close + strlen (THINK_CLOSE) : end;
      close = close ? close : end;
    }
  else if (role == STORE_ROLE_ASSISTANT && (close = find_close_line (start)))
    rest = close + strlen (THINK_CLOSE);

  if (close && start + strspn (start, BLANKS) < close)
    ret_parts[n_parts++] = (StorePart){ STORE_PART_THOUGHT, start, close - start };
  if (kind != STORE_PART_TEXT || rest < end)
    ret_parts[n_parts++] = (StorePart){ kind, rest, end - rest };
  return n_parts;
}
