/* text-match.c: where terms occur in a text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts may be long: they are folded in windows of WINDOW characters that overlap by the length of the longest term.
 */
#include "text/text-match.h"

#include <string.h>

#include "text/text-fold.h"

#define WINDOW 8192

typedef struct
{
  GArray *chars; /* of gunichar, folded */
  gboolean starts_word;
} Term;

struct _TextMatch
{
  GPtrArray *terms;
  guint longest; /* characters of the longest term */

  /* The window; element i is a folded character, its class and where it starts in the text. */
  gunichar chars[WINDOW];
  guint8 classes[WINDOW];
  guint offsets[WINDOW + 1]; /* [n] is the end of the last one */
  guint n;
};

static void
term_free (gpointer data)
{
  Term *term = data;

  g_array_unref (term->chars);
  g_free (term);
}

TextMatch *
text_match_new (void)
{
  TextMatch *self = g_new (TextMatch, 1); /* the window is filled before it is read */

  self->terms = g_ptr_array_new_with_free_func (term_free);
  self->longest = 0;
  return self;
}

void
text_match_free (TextMatch *self)
{
  if (!self)
    return;

  g_ptr_array_unref (self->terms);
  g_free (self);
}

gboolean
text_match_add (TextMatch *self, const char *text, gsize n_bytes)
{
  Term *term = g_new0 (Term, 1);
  const char *end = text + n_bytes;

  term->chars = g_array_new (FALSE, FALSE, sizeof (gunichar));
  while (text < end && n_bytes <= TEXT_MATCH_MAX_BYTES)
    {
      gunichar c;
      TextCharClass class = text_fold_next (&text, end, &c);

      if (class == TEXT_CHAR_MARK)
        continue;
      if (term->chars->len == 0)
        term->starts_word = class == TEXT_CHAR_WORD;
      g_array_append_val (term->chars, c);
    }
  if (term->chars->len == 0 || self->terms->len >= TEXT_MATCH_MAX_TERMS)
    {
      term_free (term);
      return FALSE;
    }
  self->longest = MAX (self->longest, term->chars->len);
  g_ptr_array_add (self->terms, term);
  return TRUE;
}

guint
text_match_get_n_terms (const TextMatch *self)
{
  return self->terms->len;
}

/* Keeps the last `keep` characters of the window and folds on from *p until it is full. */
static void
fill_window (TextMatch *self, guint keep, const char *text, const char **p, const char *end)
{
  guint drop = self->n - keep;

  memmove (self->chars, self->chars + drop, keep * sizeof self->chars[0]);
  memmove (self->classes, self->classes + drop, keep);
  memmove (self->offsets, self->offsets + drop, keep * sizeof self->offsets[0]);
  self->n = keep;

  while (*p < end && self->n < WINDOW)
    {
      guint offset = *p - text;
      gunichar c;
      TextCharClass class = text_fold_next (p, end, &c);

      if (class == TEXT_CHAR_MARK)
        continue;
      self->chars[self->n] = c;
      self->classes[self->n] = class;
      self->offsets[self->n] = offset;
      self->n++;
    }
  self->offsets[self->n] = *p - text;
}

static gboolean
term_is_at (const TextMatch *self, const Term *term, guint at, gboolean words)
{
  const gunichar *chars = (const gunichar *) term->chars->data;

  if (self->chars[at] != chars[0] || at + term->chars->len > self->n)
    return FALSE;
  if (words && term->starts_word && at > 0 && self->classes[at - 1] == TEXT_CHAR_WORD)
    return FALSE;
  return memcmp (self->chars + at, chars, term->chars->len * sizeof *chars) == 0;
}

void
text_match_find (TextMatch *self, const char *text, gsize n_bytes, gboolean words, TextFoundFunc found, gpointer user_data)
{
  const char *p = text, *end = text + n_bytes;
  guint from = 0;

  self->n = 0;
  while (p < end)
    {
      guint to;

      fill_window (self, MIN (self->n, self->longest + 1), text, &p, end);
      /* What starts near the end may go on in the next window, which keeps one character more for the word boundary. */
      to = p < end ? self->n - self->longest : self->n;
      for (guint at = from; at < to; at++)
        for (guint i = 0; i < self->terms->len; i++)
          {
            const Term *term = self->terms->pdata[i];

            if (term_is_at (self, term, at, words))
              found (user_data, i, self->offsets[at], self->offsets[at + term->chars->len]);
          }
      from = 1;
    }
}

gboolean
text_query_next (const char **query, const char **ret_term, gsize *ret_n_bytes)
{
  const char *start = *query, *end;

  while (*start && g_unichar_isspace (g_utf8_get_char (start)))
    start = g_utf8_next_char (start);
  if (!*start)
    return FALSE;

  end = *start == '"' ? strchr (start + 1, '"') : NULL;
  if (end)
    {
      *query = end + 1;
      start++;
    }
  else
    {
      for (end = start; *end && !g_unichar_isspace (g_utf8_get_char (end));)
        end = g_utf8_next_char (end);
      *query = end;
      if (*start == '"' && end > start + 1)
        start++;
    }
  *ret_term = start;
  *ret_n_bytes = end - start;
  return TRUE;
}
