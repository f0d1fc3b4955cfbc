/* markdown-block.c: blocks, runs and the strings they are made of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-private.h"

#include <string.h>

static void
clear_run (gpointer data)
{
  MynaRun *run = data;

  g_clear_pointer (&run->data, g_ref_string_release);
}

void
myna_string_builder_init (MynaStringBuilder *self)
{
  self->text = g_string_new (NULL);
  self->runs = NULL;
}

/* Appends `text` in `style`; `data` (GRefString, transfer none) belongs to links and maths. */
void
myna_string_builder_append (MynaStringBuilder *self, const char *text, MynaRunStyle style, char *data)
{
  MynaRun run = { .start = self->text->len, .style = style };
  MynaRun *last;

  g_string_append (self->text, text);
  run.end = self->text->len;
  if (style == 0 || run.end == run.start)
    return;

  if (!self->runs)
    {
      self->runs = g_array_new (FALSE, FALSE, sizeof (MynaRun));
      g_array_set_clear_func (self->runs, clear_run);
    }
  last = self->runs->len > 0 ? &g_array_index (self->runs, MynaRun, self->runs->len - 1) : NULL;
  if (last && last->end == run.start && last->style == style && last->data == data && !(style & MYNA_RUN_MATHS))
    {
      last->end = run.end;
      return;
    }
  run.data = data ? g_ref_string_acquire (data) : NULL;
  g_array_append_val (self->runs, run);
}

MynaRichString
myna_string_builder_end (MynaStringBuilder *self)
{
  /* cmark has been seen to cut a character in two.  Better without styles than with text that Pango refuses. */
  if (!g_utf8_validate (self->text->str, self->text->len, NULL))
    {
      char *valid = g_utf8_make_valid (self->text->str, self->text->len);

      g_string_assign (self->text, valid);
      g_free (valid);
      g_clear_pointer (&self->runs, g_array_unref);
    }
  MynaRichString string = {
    .text = g_string_free (g_steal_pointer (&self->text), FALSE),
    .runs = g_steal_pointer (&self->runs),
  };

  return string;
}

MynaRichString *
myna_rich_string_new (MynaRichString value)
{
  return g_memdup2 (&value, sizeof value);
}

void
myna_rich_string_clear (MynaRichString *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->runs, g_array_unref);
}

void
myna_rich_string_free (MynaRichString *self)
{
  myna_rich_string_clear (self);
  g_free (self);
}

static gboolean
rich_string_equal (const MynaRichString *a, const MynaRichString *b)
{
  guint n_a = a->runs ? a->runs->len : 0;
  guint n_b = b->runs ? b->runs->len : 0;

  if (g_strcmp0 (a->text, b->text) != 0 || n_a != n_b)
    return FALSE;

  for (guint i = 0; i < n_a; i++)
    {
      const MynaRun *x = &g_array_index (a->runs, MynaRun, i);
      const MynaRun *y = &g_array_index (b->runs, MynaRun, i);

      if (x->start != y->start || x->end != y->end || x->style != y->style || g_strcmp0 (x->data, y->data) != 0)
        return FALSE;
    }
  return TRUE;
}

MynaBlock *
myna_block_new (MynaBlockKind kind, const MynaContainer *containers, guint n_containers)
{
  MynaBlock *self = g_atomic_rc_box_new0 (MynaBlock);

  self->kind = kind;
  self->n_containers = n_containers;
  self->containers = g_memdup2 (containers, n_containers * sizeof *containers);
  return self;
}

MynaBlock *
myna_block_ref (MynaBlock *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_block (gpointer data)
{
  MynaBlock *self = data;

  myna_rich_string_clear (&self->string);
  g_free (self->info);
  g_free (self->literal);
  g_free (self->alignments);
  g_clear_pointer (&self->cells, g_ptr_array_unref);
  g_free (self->containers);
}

void
myna_block_unref (MynaBlock *self)
{
  g_atomic_rc_box_release_full (self, clear_block);
}

MynaBlock *
myna_block_dup_summary (const MynaBlock *summary)
{
  MynaBlock *self = myna_block_new (summary->kind, summary->containers, summary->n_containers);

  self->string.text = g_strdup (summary->string.text);
  self->level = summary->level;
  self->is_open = summary->is_open;
  self->is_tight = summary->is_tight;
  return self;
}

static gboolean
containers_equal (const MynaBlock *a, const MynaBlock *b)
{
  if (a->n_containers != b->n_containers)
    return FALSE;

  for (guint i = 0; i < a->n_containers; i++)
    {
      const MynaContainer *x = &a->containers[i];
      const MynaContainer *y = &b->containers[i];

      if (x->kind != y->kind || x->is_first != y->is_first || x->task != y->task || x->number != y->number
          || strcmp (x->marker, y->marker) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
cells_equal (const MynaBlock *a, const MynaBlock *b)
{
  guint n = a->cells ? a->cells->len : 0;

  if (a->n_columns != b->n_columns || n != (b->cells ? b->cells->len : 0))
    return FALSE;
  for (guint i = 0; i < a->n_columns; i++)
    if (a->alignments[i] != b->alignments[i])
      return FALSE;
  for (guint i = 0; i < n; i++)
    if (!rich_string_equal (a->cells->pdata[i], b->cells->pdata[i]))
      return FALSE;
  return TRUE;
}

gboolean
myna_block_equal (const MynaBlock *a, const MynaBlock *b)
{
  return a == b
         || (a->kind == b->kind && a->level == b->level && a->is_tight == b->is_tight && a->is_flush == b->is_flush
             && a->is_same_line == b->is_same_line && a->is_open == b->is_open && g_strcmp0 (a->info, b->info) == 0
             && g_strcmp0 (a->literal, b->literal) == 0 && rich_string_equal (&a->string, &b->string) && containers_equal (a, b)
             && cells_equal (a, b));
}

const char *
myna_block_get_source (const MynaBlock *self)
{
  return self->literal ? self->literal : self->string.text ? self->string.text : "";
}

/* ---- Plain text ------------------------------------------------------------------------------------------------- */

#define MAX_PLAIN_BYTES 2048
#define MAX_PLAIN_LINES 64
#define MAX_PLAIN_LINE  4096

gsize
myna_find_break (const char *text, gsize limit)
{
  gsize at = limit;

  while (at > limit / 2 && !g_ascii_isspace (text[at]))
    at--;
  if (at == limit / 2)
    for (at = limit; (text[at] & 0xC0) == 0x80; at--)
      ;
  return at;
}

/* How much of a plain text one block shows: some whole lines, or a part of a very long one. */
static gsize
find_plain_end (const char *text, gsize length)
{
  gsize end = 0;

  for (guint n = 0; n < MAX_PLAIN_LINES; n++)
    {
      gsize start = n > 0 ? end + 1 : 0;
      const char *line_end = memchr (text + start, '\n', MIN (length - start, MAX_PLAIN_LINE + 1));
      gsize next = line_end ? (gsize) (line_end - text) : length;

      if (n > 0 && next > MAX_PLAIN_BYTES)
        return end;
      if (next - start > MAX_PLAIN_LINE)
        return myna_find_break (text, MAX_PLAIN_LINE);
      end = next;
      if (end == length)
        break;
    }
  return end;
}

void
myna_blocks_add_plain (GPtrArray *blocks, const char *text)
{
  gsize length = strlen (text);
  gboolean is_first = TRUE, is_same_line = FALSE;

  while (length > 0 || (!is_first && !is_same_line))
    {
      MynaBlock *block = myna_block_new (MYNA_BLOCK_PARAGRAPH, NULL, 0);
      gsize n = length > 0 ? find_plain_end (text, length) : 0, end = n;

      block->is_flush = block->is_tight = !is_first;
      block->is_same_line = is_same_line;
      is_first = FALSE;
      is_same_line = end < length && text[end] != '\n';
      if (end < length && !is_same_line)
        end++;
      else if (end == length)
        is_same_line = TRUE; /* nothing follows */
      if (n < end && n > 0 && text[n - 1] == '\r')
        n--;
      block->string.text = g_strndup (text, n);
      g_ptr_array_add (blocks, block);
      text += end;
      length -= end;
    }
}
