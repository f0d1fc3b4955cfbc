/* store-passage.c: a document's text as passages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * About as long as a paragraph or two: long enough to answer a question, short enough that some ten of them fit beside it.
 */
#include "rows/store-passage.h"

#include <string.h>

#include "text/text-page.h"

#define MIN_BYTES     300  /* a heading ends a passage from here on */
#define TARGET_BYTES  800  /* a paragraph's end does */
#define LONG_BYTES    1200 /* a line's end does */
#define HEADING_BYTES 200

typedef struct
{
  const char *text;
  GArray *spans;
  StoreSpan span;               /* being made */
  gboolean has_words;           /* more than marks, headings and blanks */
  gsize heading, heading_bytes; /* of the section */
  guint page;
} Split;

static void
begin_span (Split *self, gsize at)
{
  if (self->span.n_bytes > 0)
    g_array_append_val (self->spans, self->span);
  self->span = (StoreSpan){ at, 0, self->page, self->heading, self->heading_bytes };
  self->has_words = FALSE;
}

/* "## Title": the bytes before the title; 0: the line is none. */
static gsize
heading_mark (const char *line, const char *end)
{
  gsize n = 0;

  while (line + n < end && line[n] == '#')
    n++;
  return n >= 1 && n <= 6 && line + n < end && line[n] == ' ' ? n + 1 : 0;
}

static void
set_heading (Split *self, const char *title, const char *end)
{
  const char *stop = end;

  while (stop > title && g_ascii_isspace (stop[-1]))
    stop--;
  if (stop - title > HEADING_BYTES)
    for (stop = title + HEADING_BYTES; ((guchar) *stop & 0xc0) == 0x80;)
      stop--;
  self->heading = title - self->text;
  self->heading_bytes = stop - title;
  if (self->has_words)
    return;
  self->span.heading = self->heading;
  self->span.heading_bytes = self->heading_bytes;
}

static gboolean
ends_sentence (const char *p)
{
  static const char *const marks[] = { "。", "！", "？", "；", ". ", "! ", "? ", "; " };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (strncmp (p, marks[i], strlen (marks[i])) == 0)
      return TRUE;
  return FALSE;
}

/* Where to cut a line that is too long: n bytes are the most. */
static gsize
find_cut (const char *line, gsize n)
{
  gsize sentence = 0, word = 0, character = 0;

  for (const char *p = line; *p && (gsize) (g_utf8_next_char (p) - line) <= n; p = g_utf8_next_char (p))
    {
      character = g_utf8_next_char (p) - line;
      if (*p == ' ')
        word = character;
      if (ends_sentence (p))
        sentence = character + ((guchar) *p < 0x80 && character < n);
    }
  return sentence > n / 3 ? sentence : word > n / 3 ? word : MAX (character, 1);
}

static void
add_line (Split *self, const char *line, const char *end)
{
  while (self->span.n_bytes + (end - line) > STORE_PASSAGE_MAX_BYTES)
    {
      gsize room = STORE_PASSAGE_MAX_BYTES - MIN (self->span.n_bytes, STORE_PASSAGE_MAX_BYTES), n;

      if (self->span.n_bytes >= MIN_BYTES && (gsize) (end - line) <= STORE_PASSAGE_MAX_BYTES)
        break;
      n = room < 8 ? 0 : find_cut (line, MIN (room, (gsize) (end - line)));
      self->span.n_bytes += n;
      begin_span (self, line + n - self->text);
      line += n;
    }
  if (self->span.n_bytes + (end - line) > STORE_PASSAGE_MAX_BYTES)
    begin_span (self, line - self->text);
  self->span.n_bytes += end - line;
}

static void
take_line (Split *self, const char *line, const char *end, gboolean has_pages)
{
  gsize mark = heading_mark (line, end);
  gboolean is_blank = line + strspn (line, " \t\r") == end - 1 && end[-1] == '\n';

  if (has_pages && text_read_page_mark (line, &self->page))
    {
      begin_span (self, line - self->text);
      self->span.n_bytes = end - line;
      return;
    }
  if ((mark && self->span.n_bytes >= MIN_BYTES) || (!is_blank && self->span.n_bytes >= LONG_BYTES))
    begin_span (self, line - self->text);
  if (mark)
    set_heading (self, line + mark, end);
  add_line (self, line, end);
  self->has_words = self->has_words || (!mark && !is_blank);
  if (is_blank && self->span.n_bytes >= TARGET_BYTES)
    begin_span (self, end - self->text);
}

GArray *
store_split_passages (const char *text)
{
  const char *end = text + strlen (text);
  Split self = { text, g_array_new (FALSE, FALSE, sizeof (StoreSpan)), { 0 } };
  guint page;
  gboolean has_pages = text_read_page_mark (text, &page) != NULL;

  for (const char *line = text; line < end;)
    {
      const char *stop = memchr (line, '\n', end - line);

      stop = stop ? stop + 1 : end;
      take_line (&self, line, stop, has_pages);
      line = stop;
    }
  begin_span (&self, end - text);
  return self.spans;
}
