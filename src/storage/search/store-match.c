/* store-match.c: parsing a query, and finding it in a text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A query is matched twice.  The index gives candidates: messages that contain the terms' tokens next to each other.  Here
 * each candidate's text is compared itself, folded, which drops hits across punctuation (对话。模型 for 对话模型), sees the
 * punctuation of terms like "C++", and yields the places to highlight.
 */
#include "search/store-match.h"

#include <string.h>

#include "search/store-tokenizer.h"
#include "text/text-fold.h"
#include "text/text-match.h"

#define MAX_FTS_TOKENS 64

struct _StoreMatch
{
  TextMatch *terms;
  GString *fts;
  GString *fts_anywhere;
  int n_tokens; /* in fts and in fts_anywhere: bounded */
  int n_tokens_anywhere;

  /* While a text is matched. */
  guint n_found[TEXT_MATCH_MAX_TERMS];
  GArray *ranges; /* of StoreRange; NULL: not wanted */
  guint max_ranges;
};

/* ---- Parsing ---------------------------------------------------------------------------------------------------- */

/* The tokens of a term, as the tokenizer would make them, as one FTS5 phrase.  The last word of a term is the start of a
 * word: three characters at most are looked up as such a token, more with FTS5's own prefix operator. */
static void
append_phrase (GString *fts, const char *text, const char *end, int *n_tokens)
{
  g_autoptr (GString) phrase = g_string_new (NULL);
  gboolean prefix = FALSE;
  int n_word_chars = 0;

  while (text < end && *n_tokens < MAX_FTS_TOKENS)
    {
      gunichar c;
      TextCharClass class = text_fold_next (&text, end, &c);

      if (class == TEXT_CHAR_MARK)
        continue;
      if (class != TEXT_CHAR_WORD || n_word_chars == 0)
        {
          *n_tokens += class != TEXT_CHAR_SEPARATOR;
          n_word_chars = 0;
          if (phrase->len)
            g_string_append_c (phrase, ' ');
        }
      if (class != TEXT_CHAR_SEPARATOR)
        g_string_append_unichar (phrase, c);
      if (class == TEXT_CHAR_WORD)
        n_word_chars++;
    }

  g_strchomp (phrase->str);
  if (!*phrase->str)
    return;
  prefix = text >= end && n_word_chars > STORE_MAX_PREFIX_CHARS;
  if (text >= end && n_word_chars > 0 && !prefix)
    phrase->len = strlen (phrase->str), g_string_append_c (phrase, STORE_PREFIX_MARK);
  g_string_append_printf (fts, "%s\"%s\"%s", fts->len ? " AND " : "", phrase->str, prefix ? " *" : "");
}

/* What a text with the term anywhere must have: its runs of characters that are tokens by themselves. */
static void
append_runs (GString *fts, const char *text, const char *end, int *n_tokens)
{
  gboolean open = FALSE;

  while (text < end && *n_tokens < MAX_FTS_TOKENS)
    {
      gunichar c;
      TextCharClass class = text_fold_next (&text, end, &c);

      if (class == TEXT_CHAR_SINGLE)
        {
          g_string_append (fts, open ? " " : fts->len ? " AND \"" : "\"");
          g_string_append_unichar (fts, c);
          ++*n_tokens;
        }
      else if (open && class != TEXT_CHAR_MARK)
        g_string_append_c (fts, '"');
      open = class == TEXT_CHAR_SINGLE || (open && class == TEXT_CHAR_MARK);
    }
  if (open)
    g_string_append_c (fts, '"');
}

StoreMatch *
store_match_new (const char *query, GError **error)
{
  StoreMatch *self;
  const char *term;
  gsize n_bytes;

  if (strlen (query) > TEXT_MATCH_MAX_BYTES || !g_utf8_validate (query, -1, NULL))
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_INVALID, "The search text is too long");
      return NULL;
    }

  self = g_new0 (StoreMatch, 1);
  self->terms = text_match_new ();
  self->fts = g_string_new (NULL);
  self->fts_anywhere = g_string_new (NULL);
  while (text_query_next (&query, &term, &n_bytes))
    if (text_match_add (self->terms, term, n_bytes))
      {
        append_phrase (self->fts, term, term + n_bytes, &self->n_tokens);
        append_runs (self->fts_anywhere, term, term + n_bytes, &self->n_tokens_anywhere);
      }
  return self;
}

void
store_match_free (StoreMatch *self)
{
  if (!self)
    return;

  text_match_free (self->terms);
  g_string_free (self->fts, TRUE);
  g_string_free (self->fts_anywhere, TRUE);
  g_free (self);
}

gboolean
store_match_is_empty (const StoreMatch *self)
{
  return text_match_get_n_terms (self->terms) == 0;
}

const char *
store_match_get_fts (const StoreMatch *self, StoreMatchMode mode)
{
  return mode == STORE_MATCH_ANYWHERE ? self->fts_anywhere->str : self->fts->str;
}

/* ---- Finding ---------------------------------------------------------------------------------------------------- */

/* Adds a range, joined with the one before where they touch. */
static void
found_cb (gpointer user_data, guint term, guint start, guint end)
{
  StoreMatch *self = user_data;
  GArray *ranges = self->ranges;
  StoreRange *last = ranges && ranges->len ? &g_array_index (ranges, StoreRange, ranges->len - 1) : NULL;
  StoreRange range = { start, end };

  self->n_found[term]++;
  if (last && start <= last->end)
    last->end = MAX (last->end, end);
  else if (ranges && ranges->len < self->max_ranges)
    g_array_append_val (ranges, range);
}

/* Saturating term frequency, damped by the length of the text, as in BM25 with b = 0.5 and a usual message of 400 bytes. */
static double
score (const StoreMatch *self, gsize n_bytes)
{
  double length = 0.5 + 0.5 * n_bytes / 400, sum = 0;

  for (guint i = 0; i < text_match_get_n_terms (self->terms); i++)
    sum += self->n_found[i] / (self->n_found[i] + 1.2 * length);
  return sum / text_match_get_n_terms (self->terms);
}

gboolean
store_match_text (StoreMatch *self, const char *text, gsize n_bytes, StoreMatchMode mode, GArray *ranges, guint max_ranges,
                  double *ret_score)
{
  memset (self->n_found, 0, sizeof self->n_found);
  self->ranges = ranges;
  self->max_ranges = max_ranges;
  if (ranges)
    g_array_set_size (ranges, 0);
  text_match_find (self->terms, text, n_bytes, mode == STORE_MATCH_WORDS, found_cb, self);

  for (guint i = 0; i < text_match_get_n_terms (self->terms); i++)
    if (self->n_found[i] == 0)
      return FALSE;
  if (ret_score)
    *ret_score = score (self, n_bytes);
  return TRUE;
}

/* ---- Snippets --------------------------------------------------------------------------------------------------- */

/* Up to n characters back from p, but not into the middle of a word if one starts within the last few. */
static const char *
step_back (const char *text, const char *p, int n)
{
  const char *start = p;

  for (int i = 0; i < n && start > text; i++)
    {
      start = g_utf8_find_prev_char (text, start);
      if (*start == '\n')
        return start + 1;
    }
  if (start == text)
    return start;
  for (const char *q = start; q < p && q < start + 16; q = g_utf8_next_char (q))
    if (g_ascii_isspace (*q))
      return q + 1;
  return start;
}

char *
store_match_snippet (const char *text, gsize n_bytes, GArray *ranges, int n_chars)
{
  GString *snippet = g_string_new (NULL);
  const char *end = text + n_bytes, *p;
  guint first = ranges->len ? g_array_index (ranges, StoreRange, 0).start : 0;
  guint i = 0, n_kept = 0;
  gboolean space = FALSE, open = FALSE;

  p = step_back (text, text + MIN (first, n_bytes), n_chars / 4);
  if (p > text)
    g_string_append (snippet, "…");

  for (int n = 0; p < end && n < n_chars; n++)
    {
      guint offset = p - text;
      gunichar c = g_utf8_get_char_validated (p, end - p);
      gboolean valid = c != (gunichar) -1 && c != (gunichar) -2 && c != 0;
      StoreRange *range = i < ranges->len ? &g_array_index (ranges, StoreRange, i) : NULL;

      /* Ends before starts: ranges do not touch.  Range n_kept ≤ i is overwritten only when it has been read. */
      if (open && range->end <= offset)
        {
          open = FALSE;
          g_array_index (ranges, StoreRange, n_kept++).end = snippet->len;
          range = ++i < ranges->len ? &g_array_index (ranges, StoreRange, i) : NULL;
        }
      if (!valid || g_unichar_isspace (c) || g_unichar_iscntrl (c))
        space = snippet->len > 0;
      else
        {
          if (space)
            g_string_append_c (snippet, ' ');
          space = FALSE;
        }
      if (range && !open && range->start == offset)
        {
          open = TRUE;
          g_array_index (ranges, StoreRange, n_kept).start = snippet->len;
        }
      if (valid && !g_unichar_isspace (c) && !g_unichar_iscntrl (c))
        g_string_append_unichar (snippet, c);
      p += valid ? g_utf8_skip[*(const guchar *) p] : 1;
    }

  if (open)
    g_array_index (ranges, StoreRange, n_kept++).end = snippet->len;
  g_array_set_size (ranges, n_kept);
  if (p < end)
    g_string_append (snippet, "…");
  return g_string_free (snippet, FALSE);
}
