/* myna-title.c: a conversation's title from its first question
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-title.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/myna-attachment.h"
#include "storage/storage.h"

/* Width of a title in columns, a CJK character counting two: what fits a sidebar row. */
#define MAX_COLUMNS 44

/* Skips what markdown puts before a line's text: "# ", "> ", "- ", "* ", "```c". */
static const char *
skip_markup (const char *line)
{
  if (g_str_has_prefix (line, "```"))
    return line + strlen (line);
  while (*line && strchr ("#>*-+ \t`", *line))
    line++;
  return line;
}

/* The first line with a letter or digit in it, its blanks collapsed. */
static char *
first_line (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);

  for (guint i = 0; lines[i]; i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      gboolean any = FALSE;

      for (const char *p = skip_markup (lines[i]); *p && out->len < 1024; p = g_utf8_next_char (p))
        {
          gunichar c = g_utf8_get_char (p);

          any |= g_unichar_isalnum (c);
          if (g_unichar_isspace (c) || g_unichar_iscntrl (c))
            {
              if (out->len && out->str[out->len - 1] != ' ')
                g_string_append_c (out, ' ');
            }
          else
            g_string_append_unichar (out, c);
        }
      if (any)
        return g_strchomp (g_string_free (g_steal_pointer (&out), FALSE));
    }
  return g_strchomp (g_strndup (lines[0] ? lines[0] : "", 64));
}

/* A line may be cut before c: at a blank, or beside a wide (CJK) character. */
static gboolean
can_break (gunichar before, gunichar c)
{
  return c == ' ' || g_unichar_iswide (before) || g_unichar_iswide (c);
}

char *
myna_title_from_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, MIN (strlen (text), 8192));
  g_autofree char *first = first_line (valid);
  g_autofree char *line = store_tame_name (first);
  const char *cut = NULL;
  gunichar before = ' ';
  int columns = 0;

  for (const char *p = line; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (p > line && can_break (before, c))
        cut = p;
      columns += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
      if (columns > MAX_COLUMNS)
        {
          g_autofree char *head = g_strndup (line, (cut ? cut : p) - line);

          return g_strconcat (g_strchomp (head), "…", NULL);
        }
      before = c;
    }
  return g_steal_pointer (&line);
}

char *
myna_title_from_question (const char *text, const char *attachments)
{
  g_autoptr (GPtrArray) list = NULL;
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  MynaAttachment *first;

  if (*stripped || !attachments)
    return myna_title_from_text (text);
  list = myna_attachments_list (attachments);
  if (list->len == 0)
    return myna_title_from_text (text);
  first = g_ptr_array_index (list, 0);
  if (g_str_equal (first->name, _ ("Pasted text")) && *first->text)
    return myna_title_from_text (first->text);
  return myna_title_from_text (first->name);
}
