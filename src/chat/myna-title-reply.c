/* myna-title-reply.c: what of a model's words can be a title
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small models say something else as easily as a title: a rule that is simple and strict costs nothing, since the first line
 * of the question is a title already.
 */
#include "chat/myna-titler.h"

#include <string.h>

#define MAX_COLUMNS 44 /* what fits a row of the sidebar; a CJK character takes two */
#define MIN_WORD    4  /* letters of a Latin word that says what the text is about */

/* Marks and words that models put around a title. */
static char *
strip (const char *text)
{
  static const char *const heads[] = { "title:", "title：", "标题：", "标题:", "標題：", "標題:" };
  static const char *const marks[] = { "\"", "'", "“", "”", "‘", "’", "「", "」", "『", "』", "《", "》", "*", "#", "`", " " };
  static const char *const ends[] = { ".", "。", "!", "！" };
  g_autofree char *line = g_strstrip (g_strdup (text));
  gboolean again = TRUE;

  while (again)
    {
      again = FALSE;
      for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
        {
          if (g_ascii_strncasecmp (line, heads[i], strlen (heads[i])) == 0)
            {
              memmove (line, line + strlen (heads[i]), strlen (line + strlen (heads[i])) + 1);
              again = TRUE;
            }
        }
      for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
        {
          gsize n = strlen (marks[i]);

          if (g_str_has_prefix (line, marks[i]))
            {
              memmove (line, line + n, strlen (line + n) + 1);
              again = TRUE;
            }
          if (g_str_has_suffix (line, marks[i]))
            {
              line[strlen (line) - n] = '\0';
              again = TRUE;
            }
        }
      for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
        {
          if (g_str_has_suffix (line, ends[i]))
            {
              line[strlen (line) - strlen (ends[i])] = '\0';
              again = TRUE;
            }
        }
    }

  return g_steal_pointer (&line);
}

/* One line, short, with letters, and no markup or address. */
static gboolean
looks_like_title (const char *text)
{
  int columns = 0, n_letters = 0;

  if (strpbrk (text, "\n\r\t<>|{}") || strstr (text, "://"))
    return FALSE;
  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iscntrl (c))
        return FALSE;
      columns += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
      n_letters += g_unichar_isalpha (c) ? 1 : 0;
    }

  return n_letters >= 2 && columns >= 3 && columns <= MAX_COLUMNS;
}

/* It answers, or speaks of itself, where it should name. */
static gboolean
is_talk (const char *text)
{
  static const char *const begins[] = {
    "i ", "i'",   "i’",   "my ",  "sure", "here ",  "here'", "yes", "no,", "sorry", "you ", "the title", "this conversation",
    "我", "好的", "当然", "當然", "抱歉", "对不起", "您",    "你"
  };
  g_autofree char *folded = g_utf8_casefold (text, -1);

  for (guint i = 0; i < G_N_ELEMENTS (begins); i++)
    {
      if (g_str_has_prefix (folded, begins[i]))
        return TRUE;
    }

  return FALSE;
}

/* Whether a word of the title, or two of its CJK characters side by side, stand in the text (both casefolded). */
static gboolean
shares_word (const char *title, const char *text)
{
  const char *p = title;

  while (*p)
    {
      const char *start = p;
      int n_letters = 0;

      if (g_unichar_iswide (g_utf8_get_char (p)))
        {
          const char *second = g_utf8_next_char (p);

          if (*second && g_unichar_iswide (g_utf8_get_char (second)))
            {
              g_autofree char *pair = g_strndup (p, (gsize) (g_utf8_next_char (second) - p));

              if (strstr (text, pair))
                return TRUE;
            }
          p = second;
          continue;
        }
      while (*p && g_unichar_isalnum (g_utf8_get_char (p)) && !g_unichar_iswide (g_utf8_get_char (p)))
        {
          n_letters++;
          p = g_utf8_next_char (p);
        }
      if (n_letters >= MIN_WORD)
        {
          g_autofree char *word = g_strndup (start, (gsize) (p - start));

          if (strstr (text, word))
            return TRUE;
        }
      if (p == start)
        p = g_utf8_next_char (p);
    }

  return FALSE;
}

/* "making pancakes" → "Making pancakes"; takes the text. */
static char *
capitalise (char *text)
{
  g_autofree char *before = text;
  char first[8] = "";

  g_unichar_to_utf8 (g_unichar_toupper (g_utf8_get_char (before)), first);

  return g_strconcat (first, g_utf8_next_char (before), NULL);
}

char *
myna_title_from_reply (const char *reply, const char *question, const char *answer)
{
  g_autofree char *valid = g_utf8_make_valid (reply, -1);
  g_autofree char *title = strip (valid);
  g_autofree char *folded = g_utf8_casefold (title, -1);
  g_autofree char *folded_question = g_utf8_casefold (question, -1);
  g_autofree char *folded_answer = g_utf8_casefold (answer, -1);
  g_autofree char *whole_answer = g_utf8_make_valid (answer, -1);
  g_autofree char *stripped_answer = strip (whole_answer);

  if (!looks_like_title (title) || is_talk (title) || g_str_equal (title, stripped_answer))
    return NULL;
  if (!shares_word (folded, folded_question) && !shares_word (folded, folded_answer))
    return NULL;

  return capitalise (store_tame_name (title));
}
