/* markdown.c: the document, and how it grows
 *
 * While a reply streams, only the last top-level part (paragraph, list, quote, table, …) can still change: once another
 * one has begun on a complete line behind it, it is closed for good.  So the document remembers where that last part begins, in the text
 * and in the array of blocks, and parses from there.  There is one exception: link reference definitions and footnotes
 * reach back over the whole message.  All of them contain "]:", so a message with that anywhere is parsed as a whole
 * each time, which cmark does at about 100 MB/s.  So is one with a fenced block of markdown, whose fences are paired.
 *
 * A reasoning model opens with <think> … </think>.  What is inside is markdown of its own, in a container THINKING behind
 * a head block.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-private.h"

#include <string.h>

#define THINK_OPEN  "<think>"
#define THINK_CLOSE "</think>"

/* Where the parts of a text are: [think_start, think_end) and [answer_start, end). */
typedef struct
{
  gboolean has_thinking, is_thinking;
  gsize think_start, think_end, answer_start, end;
} Parts;

struct _MynaMarkdown
{
  char *text;
  gsize length;
  GPtrArray *blocks; /* of MynaBlock */
  Parts parts;
  gsize resume_offset; /* where the last part begins */
  guint resume_block;
  gsize limit; /* behind it all is plain */
  gsize parsed_bytes;
};

MynaMarkdown *
myna_markdown_new (void)
{
  MynaMarkdown *self = g_new0 (MynaMarkdown, 1);

  self->text = g_strdup ("");
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

/* Length of the longest end of text[0, length) that `tag` begins with: a tag that is still being written. */
static gsize
unfinished_tag (const char *text, gsize length, const char *tag)
{
  for (gsize n = MIN (strlen (tag) - 1, length); n > 0; n--)
    if (memcmp (text + length - n, tag, n) == 0)
      return n;
  return 0;
}

/* The closing tag, alone at the start of a line, or NULL. */
static const char *
find_close (const char *text)
{
  const char *close = strstr (text, THINK_CLOSE);

  return close && (close == text || close[-1] == '\n') ? close : NULL;
}

/* The prompt of some models opens the reasoning, so that a reply may contain the closing tag alone. */
static Parts
find_parts (const char *text, gsize length)
{
  Parts parts = { .end = length };
  gsize start = strspn (text, " \t\r\n");
  const char *close;

  if (g_str_has_prefix (text + start, THINK_OPEN))
    {
      parts.has_thinking = TRUE;
      parts.think_start = start + strlen (THINK_OPEN);
      close = strstr (text + parts.think_start, THINK_CLOSE);
    }
  else
    {
      if (length > start && length - start < strlen (THINK_OPEN)
          && unfinished_tag (text + start, length - start, THINK_OPEN) == length - start)
        parts.end = start;
      close = find_close (text);
      parts.has_thinking = close != NULL;
    }
  if (!parts.has_thinking)
    return parts;

  parts.is_thinking = close == NULL;
  if (parts.is_thinking)
    {
      parts.think_end = length - unfinished_tag (text + parts.think_start, length - parts.think_start, THINK_CLOSE);
      parts.answer_start = length;
    }
  else
    {
      parts.think_end = close - text;
      parts.answer_start = parts.think_end + strlen (THINK_CLOSE);
    }
  return parts;
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

static void
add_plain (MynaMarkdown *self, const char *text)
{
  gsize length = strlen (text);

  while (length > 0)
    {
      gsize n = MIN (length, MYNA_MARKDOWN_MAX_PARAGRAPH);
      MynaBlock *block = myna_block_new (MYNA_BLOCK_PARAGRAPH, NULL, 0);

      while (n < length && (text[n] & 0xC0) == 0x80)
        n--;
      block->string.text = g_strndup (text, n);
      g_ptr_array_add (self->blocks, block);
      text += n;
      length -= n;
    }
}

/* Parses [start, end) and remembers where its last part begins. */
static void
parse_range (MynaMarkdown *self, gsize start, gsize end, const MynaContainer *outer, guint n_outer)
{
  gsize limit = CLAMP (self->limit, start, end);
  gsize before = start, begin = self->parts.is_thinking || start < self->parts.answer_start ? self->parts.think_start
                                                                                            : self->parts.answer_start;
  MynaTail tail;

  while (before > begin + 1 && !(self->text[before - 1] == '\n' && self->text[before - 2] == '\n'))
    before--;
  before = before > begin + 1 ? before : begin;
  tail = myna_blocks_read (self->text + before, self->text + start, limit - start, outer, n_outer, self->blocks);
  self->parsed_bytes += limit - start;
  if (tail.first_line > 0)
    {
      self->resume_offset = start + line_offset (self->text + start, tail.first_line);
      self->resume_block = tail.first_block;
    }
  if (limit < end)
    {
      g_autofree char *rest = g_strndup (self->text + limit, end - limit);

      add_plain (self, rest);
    }
}

static void
parse_thinking (MynaMarkdown *self, gsize start)
{
  MynaContainer thinking = { .kind = MYNA_CONTAINER_THINKING };

  parse_range (self, start, self->parts.think_end, &thinking, 1);
}

static void
parse_all (MynaMarkdown *self)
{
  g_ptr_array_set_size (self->blocks, 0);
  self->resume_offset = self->parts.has_thinking ? self->parts.think_start : 0;
  if (self->parts.has_thinking)
    {
      MynaBlock *head = myna_block_new (MYNA_BLOCK_THINKING, NULL, 0);

      head->string.text = g_strdup ("");
      head->is_open = self->parts.is_thinking;
      g_ptr_array_add (self->blocks, head);
      parse_thinking (self, self->parts.think_start);
    }
  self->resume_block = MAX (self->resume_block, self->parts.has_thinking ? 1 : 0);
  if (!self->parts.is_thinking)
    {
      self->resume_offset = self->parts.answer_start;
      self->resume_block = self->blocks->len;
      parse_range (self, self->parts.answer_start, self->parts.end, NULL, 0);
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
can_resume (MynaMarkdown *self, const char *text, const Parts *parts, gsize limit)
{
  const Parts *old = &self->parts;

  return self->length > 0 && strncmp (text, self->text, self->length) == 0 && parts->has_thinking == old->has_thinking
         && parts->is_thinking == old->is_thinking && limit >= self->resume_offset && !may_reach_back (text)
         && !g_str_has_prefix (text + self->resume_offset, "\xEF\xBB\xBF");
}

guint
myna_markdown_set_text (MynaMarkdown *self, const char *text)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? g_strdup (text) : g_utf8_make_valid (text, -1);
  gsize length = strlen (valid);
  Parts parts = find_parts (valid, length);
  gsize limit = myna_mark_get_limit (valid, length);
  gboolean resume = can_resume (self, valid, &parts, limit);
  guint first = resume ? self->resume_block : 0;

  self->parsed_bytes = 0;
  g_free (self->text);
  self->text = g_steal_pointer (&valid);
  self->length = length;
  self->parts = parts;
  self->limit = limit;
  if (!resume)
    {
      self->resume_block = 0;
      parse_all (self);
      return 0;
    }

  g_ptr_array_set_size (self->blocks, first);
  if (parts.is_thinking)
    parse_thinking (self, self->resume_offset);
  else
    parse_range (self, self->resume_offset, parts.end, NULL, 0);
  return first;
}
