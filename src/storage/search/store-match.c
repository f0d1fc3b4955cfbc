/* store-match.c: parsing a query, and finding it in a text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A query is matched twice.  The index gives candidates: messages that contain the terms' tokens next to each other.  Here
 * each candidate's text is compared itself, folded, which drops hits across punctuation (对话。模型 for 对话模型), sees the
 * punctuation of terms like "C++", and yields the places to highlight.
 *
 * Texts may be long: they are folded in windows of WINDOW characters that overlap by the length of the longest term.
 */
#include "search/store-match.h"

#include <math.h>
#include <string.h>

#include "search/store-fold.h"
#include "search/store-tokenizer.h"

#define MAX_QUERY_BYTES 2048
#define MAX_TERMS       32
#define MAX_FTS_TOKENS  64
#define WINDOW          8192

typedef struct
{
  GArray *chars; /* of gunichar, folded */
  gboolean starts_word;
  int n_found;
} Term;

struct _StoreMatch
{
  GPtrArray *terms;
  GString *fts;
  GString *fts_anywhere;
  int n_tokens; /* in fts and in fts_anywhere: bounded */
  int n_tokens_anywhere;
  guint longest; /* characters of the longest term */

  /* The window; element i is a folded character, its class and where it starts in the text. */
  gunichar chars[WINDOW];
  guint8 classes[WINDOW];
  guint offsets[WINDOW + 1]; /* [n] is the end of the last one */
  guint n;
};

/* ---- Parsing ---------------------------------------------------------------------------------------------------- */

static void
term_free (gpointer data)
{
  Term *term = data;

  g_array_unref (term->chars);
  g_free (term);
}

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
      StoreCharClass class = store_fold_next (&text, end, &c);

      if (class == STORE_CHAR_MARK)
        continue;
      if (class != STORE_CHAR_WORD || n_word_chars == 0)
        {
          *n_tokens += class != STORE_CHAR_SEPARATOR;
          n_word_chars = 0;
          if (phrase->len)
            g_string_append_c (phrase, ' ');
        }
      if (class != STORE_CHAR_SEPARATOR)
        g_string_append_unichar (phrase, c);
      if (class == STORE_CHAR_WORD)
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
      StoreCharClass class = store_fold_next (&text, end, &c);

      if (class == STORE_CHAR_SINGLE)
        {
          g_string_append (fts, open ? " " : fts->len ? " AND \"" : "\"");
          g_string_append_unichar (fts, c);
          ++*n_tokens;
        }
      else if (open && class != STORE_CHAR_MARK)
        g_string_append_c (fts, '"');
      open = class == STORE_CHAR_SINGLE || (open && class == STORE_CHAR_MARK);
    }
  if (open)
    g_string_append_c (fts, '"');
}

static void
add_term (StoreMatch *self, const char *text, const char *end)
{
  Term *term = g_new0 (Term, 1);
  const char *p = text;

  term->chars = g_array_new (FALSE, FALSE, sizeof (gunichar));
  while (p < end)
    {
      gunichar c;
      StoreCharClass class = store_fold_next (&p, end, &c);

      if (class == STORE_CHAR_MARK)
        continue;
      if (term->chars->len == 0)
        term->starts_word = class == STORE_CHAR_WORD;
      g_array_append_val (term->chars, c);
    }
  if (term->chars->len == 0 || self->terms->len >= MAX_TERMS)
    {
      term_free (term);
      return;
    }
  self->longest = MAX (self->longest, term->chars->len);
  g_ptr_array_add (self->terms, term);
  append_phrase (self->fts, text, end, &self->n_tokens);
  append_runs (self->fts_anywhere, text, end, &self->n_tokens_anywhere);
}

StoreMatch *
store_match_new (const char *query, GError **error)
{
  StoreMatch *self;
  const char *p = query;

  if (strlen (query) > MAX_QUERY_BYTES || !g_utf8_validate (query, -1, NULL))
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_INVALID, "The search text is too long");
      return NULL;
    }

  self = g_new0 (StoreMatch, 1);
  self->terms = g_ptr_array_new_with_free_func (term_free);
  self->fts = g_string_new (NULL);
  self->fts_anywhere = g_string_new (NULL);
  while (*p)
    {
      const char *start = p;

      if (g_unichar_isspace (g_utf8_get_char (p)))
        {
          p = g_utf8_next_char (p);
          continue;
        }
      if (*p == '"' && (p = strchr (start + 1, '"')))
        {
          add_term (self, start + 1, p);
          p++;
          continue;
        }
      for (p = start; *p && !g_unichar_isspace (g_utf8_get_char (p));)
        p = g_utf8_next_char (p);
      /* A quote that is still open while a person types belongs to no term. */
      add_term (self, *start == '"' && p > start + 1 ? start + 1 : start, p);
    }
  return self;
}

void
store_match_free (StoreMatch *self)
{
  if (!self)
    return;

  g_ptr_array_unref (self->terms);
  g_string_free (self->fts, TRUE);
  g_string_free (self->fts_anywhere, TRUE);
  g_free (self);
}

gboolean
store_match_is_empty (const StoreMatch *self)
{
  return self->terms->len == 0;
}

const char *
store_match_get_fts (const StoreMatch *self, StoreMatchMode mode)
{
  return mode == STORE_MATCH_ANYWHERE ? self->fts_anywhere->str : self->fts->str;
}

/* ---- Finding ---------------------------------------------------------------------------------------------------- */

/* Keeps the last `keep` characters of the window and folds on from *p until it is full. */
static void
fill_window (StoreMatch *self, guint keep, const char *text, const char **p, const char *end)
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
      StoreCharClass class = store_fold_next (p, end, &c);

      if (class == STORE_CHAR_MARK)
        continue;
      self->chars[self->n] = c;
      self->classes[self->n] = class;
      self->offsets[self->n] = offset;
      self->n++;
    }
  self->offsets[self->n] = *p - text;
}

static gboolean
term_is_at (const StoreMatch *self, const Term *term, guint at, StoreMatchMode mode)
{
  const gunichar *chars = (const gunichar *) term->chars->data;

  if (self->chars[at] != chars[0] || at + term->chars->len > self->n)
    return FALSE;
  if (mode == STORE_MATCH_WORDS && term->starts_word && at > 0 && self->classes[at - 1] == STORE_CHAR_WORD)
    return FALSE;
  return memcmp (self->chars + at, chars, term->chars->len * sizeof *chars) == 0;
}

/* Adds a range, joined with the one before where they touch. */
static void
add_range (GArray *ranges, guint max_ranges, guint start, guint end)
{
  StoreRange *last = ranges->len ? &g_array_index (ranges, StoreRange, ranges->len - 1) : NULL;
  StoreRange range = { start, end };

  if (last && start <= last->end)
    last->end = MAX (last->end, end);
  else if (ranges->len < max_ranges)
    g_array_append_val (ranges, range);
}

/* Looks for all terms that start in [from, to) of the window. */
static void
search_window (StoreMatch *self, guint from, guint to, StoreMatchMode mode, GArray *ranges, guint max_ranges)
{
  for (guint at = from; at < to; at++)
    for (guint i = 0; i < self->terms->len; i++)
      {
        Term *term = self->terms->pdata[i];

        if (!term_is_at (self, term, at, mode))
          continue;
        term->n_found++;
        if (ranges)
          add_range (ranges, max_ranges, self->offsets[at], self->offsets[at + term->chars->len]);
      }
}

/* Saturating term frequency, damped by the length of the text, as in BM25 with b = 0.5 and a usual message of 400 bytes. */
static double
score (const StoreMatch *self, gsize n_bytes)
{
  double length = 0.5 + 0.5 * n_bytes / 400, sum = 0;

  for (guint i = 0; i < self->terms->len; i++)
    {
      double n = ((const Term *) self->terms->pdata[i])->n_found;

      sum += n / (n + 1.2 * length);
    }
  return sum / self->terms->len;
}

gboolean
store_match_text (StoreMatch *self, const char *text, gsize n_bytes, StoreMatchMode mode, GArray *ranges, guint max_ranges,
                  double *ret_score)
{
  const char *p = text, *end = text + n_bytes;
  guint from = 0;

  for (guint i = 0; i < self->terms->len; i++)
    ((Term *) self->terms->pdata[i])->n_found = 0;
  if (ranges)
    g_array_set_size (ranges, 0);

  self->n = 0;
  while (p < end)
    {
      guint to;

      fill_window (self, MIN (self->n, self->longest + 1), text, &p, end);
      /* What starts near the end may go on in the next window, which keeps one character more for the word boundary. */
      to = p < end ? self->n - self->longest : self->n;
      search_window (self, from, to, mode, ranges, max_ranges);
      from = 1;
    }

  for (guint i = 0; i < self->terms->len; i++)
    if (((Term *) self->terms->pdata[i])->n_found == 0)
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
