/* markdown.c: the document, and how it grows
 *
 * While a reply streams, only the last top-level part (paragraph, list, quote, table, …) can still change: once another
 * one has begun on a complete line behind it, it is closed for good.  So the document remembers where that last part begins, in the text
 * and in the array of blocks, and parses from there.  There is one exception: link reference definitions and footnotes
 * reach back over the whole message.  All of them contain "]:", so a message with that anywhere is parsed as a whole
 * each time, which cmark does at about 100 MB/s.  So is one with a fenced block of markdown, whose fences are paired.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-private.h"

#include <string.h>

struct _MynaMarkdown
{
  char *text;
  gsize length;
  GPtrArray *blocks;   /* of MynaBlock */
  gsize resume_offset; /* where the last part begins */
  guint resume_block;
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

/* Parses from where the last part begins, and remembers where it begins now.  Behind `limit` all is plain. */
static void
parse_on (MynaMarkdown *self, gsize limit)
{
  gsize start = self->resume_offset, before = start;
  MynaTail tail;

  while (before > 1 && !(self->text[before - 1] == '\n' && self->text[before - 2] == '\n'))
    before--;
  before = before > 1 ? before : 0;
  tail = myna_blocks_read (self->text + before, self->text + start, limit - start, self->blocks);
  self->parsed_bytes = limit - start;
  if (tail.first_line > 0)
    {
      self->resume_offset = start + line_offset (self->text + start, tail.first_line);
      self->resume_block = tail.first_block;
    }
  add_plain (self, self->text + limit);
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
can_resume (MynaMarkdown *self, const char *text, gsize limit)
{
  return self->length > 0 && strncmp (text, self->text, self->length) == 0 && limit >= self->resume_offset
         && !may_reach_back (text) && !g_str_has_prefix (text + self->resume_offset, "\xEF\xBB\xBF");
}

guint
myna_markdown_set_text (MynaMarkdown *self, const char *text)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? g_strdup (text) : g_utf8_make_valid (text, -1);
  gsize length = strlen (valid), limit = myna_mark_get_limit (valid, length);
  guint first;

  if (!can_resume (self, valid, limit))
    self->resume_offset = self->resume_block = 0;
  first = self->resume_block;
  g_free (self->text);
  self->text = g_steal_pointer (&valid);
  self->length = length;
  g_ptr_array_set_size (self->blocks, first);
  parse_on (self, limit);
  return first;
}
