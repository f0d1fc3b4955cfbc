/* markdown.c: the document, and how it grows
 *
 * While a reply streams, only the last top-level part (paragraph, list, quote, table, …) can still change: once another
 * one has begun on a complete line behind it, it is closed for good.  So the document remembers where that last part begins, in the text
 * and in the array of blocks, and parses from there.  There is one exception: link reference definitions and footnotes
 * reach back over the whole message.  All of them contain "]:", so a message with that anywhere is parsed as a whole
 * each time, which cmark does at about 100 MB/s.  So is one with a fenced block of markdown, whose fences are paired.
 *
 * What would take longer than a frame allows is plain text at first.  A thread parses all of it then, for a limited time
 * (myna_markdown_set_whole_text ()), and the document that it made goes on from there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-private.h"

#include <string.h>
#include <time.h>

#define FRAME_MS     14    /* that a text may take of the main thread */
#define MAX_REACH_MS 160   /* … on another thread, where it has to be parsed as a whole */
#define MAX_MS       2000  /* … and else */
#define MAX_BLOCKS   24000 /* behind which all is plain: each takes some hundred bytes */

/* Sanitizers take several times as long: what is read without them is read with them, too. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOWER 8
#else
#define SLOWER 1
#endif

struct _MynaMarkdown
{
  char *text;
  gsize length;
  GPtrArray *blocks;   /* of MynaBlock */
  gsize resume_offset; /* where the last part begins */
  guint resume_block;
  gsize parsed_bytes;
  gsize limit;       /* what is behind it is plain text */
  gboolean is_plain; /* it was never parsed */
  gsize given_up;    /* nothing behind it will be parsed: that took too long; G_MAXSIZE for none */
};

MynaMarkdown *
myna_markdown_new (void)
{
  MynaMarkdown *self = g_new0 (MynaMarkdown, 1);

  self->text = g_strdup ("");
  self->given_up = G_MAXSIZE;
  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_block_unref);
  return self;
}

void
myna_markdown_free (MynaMarkdown *self)
{
  if (!self)
    return;
  g_free (self->text);
  g_ptr_array_unref (self->blocks);
  g_free (self);
}

GPtrArray *
myna_markdown_get_blocks (MynaMarkdown *self)
{
  return self->blocks;
}

gsize
myna_markdown_get_parsed_bytes (MynaMarkdown *self)
{
  return self->parsed_bytes;
}

/* Offset of line `line` (from 1) of a text; lines end as in cmark: \n, \r or \r\n. */
static gsize
line_offset (const char *text, int line)
{
  const char *at = text;

  for (int n = 1; n < line && *at; n++)
    {
      at += strcspn (at, "\r\n");
      at += at[0] == '\r' && at[1] == '\n' ? 2 : *at ? 1 : 0;
    }
  return at - text;
}

/* Parses from where the last part begins up to `limit`, and remembers where it begins now. */
static void
parse_on (MynaMarkdown *self, gsize limit)
{
  gsize start = self->resume_offset, before = start;
  MynaTail tail;

  while (before > 1 && !(self->text[before - 1] == '\n' && self->text[before - 2] == '\n'))
    before--;
  before = before > 1 ? before : 0;
  g_ptr_array_set_size (self->blocks, self->resume_block);
  tail = myna_blocks_read (self->text + before, self->text + start, limit - start, self->blocks);
  self->parsed_bytes = limit - start;
  self->limit = limit;
  self->is_plain = FALSE;
  if (tail.first_line > 0)
    {
      self->resume_offset = start + line_offset (self->text + start, tail.first_line);
      self->resume_block = tail.first_block;
    }
}

/* Whether a fenced block of markdown may be in the text, or what "]:" stands for: both reach back. */
static gboolean
may_reach_back (const char *text)
{
  for (const char *at = text; (at = strpbrk (at, "`~]"));)
    {
      gsize n = strspn (at, (char[]){ *at, '\0' });

      if (at[n] == ':' && *at == ']')
        return TRUE;
      at += n;
      if (n >= 3 && g_ascii_tolower (at[strspn (at, " \t")]) == 'm')
        return TRUE;
    }
  return FALSE;
}

/* Whether the blocks before the resume point are those that a full parse of the new text would give. */
static gboolean
can_resume (MynaMarkdown *self, const char *text)
{
  return self->length > 0 && strncmp (text, self->text, self->length) == 0 && !may_reach_back (text)
         && !g_str_has_prefix (text + self->resume_offset, "\xEF\xBB\xBF");
}

static void
take_text (MynaMarkdown *self, const char *text)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? g_strdup (text) : g_utf8_make_valid (text, -1);

  if (!myna_markdown_begins (self, valid))
    self->given_up = G_MAXSIZE;
  if (!can_resume (self, valid))
    self->resume_offset = self->resume_block = 0;
  g_free (self->text);
  self->text = g_steal_pointer (&valid);
  self->length = strlen (self->text);
}

/* What is behind the limit is plain text. */
static void
add_rest (MynaMarkdown *self)
{
  myna_blocks_add_plain (self->blocks, self->text + self->limit);
}

guint
myna_markdown_set_text (MynaMarkdown *self, const char *text)
{
  guint first;

  take_text (self, text);
  first = self->resume_block;
  parse_on (self, MIN (myna_mark_get_limit (self->text, self->resume_offset, self->length, FRAME_MS), self->given_up));
  add_rest (self);
  return first;
}

gboolean
myna_markdown_is_whole (MynaMarkdown *self)
{
  return self->limit == self->length || self->limit >= self->given_up;
}

gboolean
myna_markdown_begins (MynaMarkdown *self, const char *text)
{
  return strncmp (text, self->text, self->length) == 0;
}

gboolean
myna_markdown_fits (MynaMarkdown *self, const char *text)
{
  gsize length = strlen (text);
  gsize limit = myna_mark_get_limit (text, can_resume (self, text) ? self->resume_offset : 0, length, FRAME_MS);

  return limit == length || (limit >= self->given_up && myna_markdown_begins (self, text));
}

/* Processor time of this thread. */
static guint64
get_time_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In pieces, so that there is an end when the time is up.  A part that is longer than its piece begins the next one, too: then
 * that is twice as long. */
void
myna_markdown_set_whole_text (MynaMarkdown *self, const char *text, gboolean (*is_canceled) (gpointer user_data),
                              gpointer user_data)
{
  guint64 end = get_time_ms () + MAX_MS * SLOWER;
  guint piece_ms = FRAME_MS;

  take_text (self, text);
  g_ptr_array_set_size (self->blocks, self->resume_block);
  self->limit = self->resume_offset;
  if (may_reach_back (self->text))
    parse_on (self, myna_mark_get_limit (self->text, 0, self->length, MAX_REACH_MS));
  else
    while (self->limit < self->length && self->blocks->len < MAX_BLOCKS && piece_ms <= MAX_MS && get_time_ms () < end
           && !(is_canceled && is_canceled (user_data)))
      {
        gsize start = self->resume_offset, limit = myna_mark_get_limit (self->text, start, self->length, piece_ms);

        if (limit > self->limit)
          parse_on (self, limit);
        piece_ms = self->resume_offset > start ? FRAME_MS : 2 * piece_ms;
      }
  self->given_up = self->limit < self->length ? self->limit : G_MAXSIZE;
  add_rest (self);
}

gboolean
myna_markdown_set_plain_text (MynaMarkdown *self, const char *text)
{
  if (self->is_plain && strcmp (self->text, text) == 0)
    return FALSE;
  self->is_plain = TRUE;
  take_text (self, text);
  g_ptr_array_set_size (self->blocks, 0);
  self->resume_offset = self->resume_block = 0;
  self->limit = self->length;
  myna_blocks_add_plain (self->blocks, self->text);
  return TRUE;
}
