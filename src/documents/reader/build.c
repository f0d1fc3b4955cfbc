/* build.c: paragraphs, lists, tables and footnotes become blocks of Markdown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "documents/reader/build.h"

#include <string.h>

#include "documents/reader/out.h"

/* Rows are handed out in pieces of this size. */
#define TABLE_PIECE (1 << 16)
#define MAX_DEPTH   8

struct ReadBuild
{
  GString *text;  /* of the paragraph */
  GString *notes; /* below it */
  GString *note;  /* the one that is open */
  gboolean in_note;
  guint level;  /* of a heading */
  guint depth;  /* of an item */
  guint number; /* … */
  gboolean code;
  gboolean last_was_item;
  guint waiting_pages;

  guint tables; /* how deep in tables */
  GString *cell;
  GString *rows; /* written, but not handed out */
  guint n_cells; /* in this row */
  guint n_rows;
  gboolean in_row;
  gboolean handed_out; /* the beginning of the table */
};

ReadBuild *
read_build_new (void)
{
  ReadBuild *self = g_new0 (ReadBuild, 1);

  self->text = g_string_new (NULL);
  self->notes = g_string_new (NULL);
  self->note = g_string_new (NULL);
  self->cell = g_string_new (NULL);
  self->rows = g_string_new (NULL);
  return self;
}

static GString *
target (ReadBuild *self)
{
  return self->in_note ? self->note : self->tables ? self->cell : self->text;
}

/* ---- Paragraphs ------------------------------------------------------------------------------------------------- */

static void
trim (GString *text)
{
  gsize n = text->len, start = 0;

  while (n > 0 && g_ascii_isspace (text->str[n - 1]))
    n--;
  g_string_truncate (text, n);
  while (start < n && g_ascii_isspace (text->str[start]))
    start++;
  g_string_erase (text, 0, start);
}

static void
write_notes (ReadBuild *self)
{
  if (self->notes->len)
    read_out_text (self->notes->str, self->notes->len - 1);
  g_string_truncate (self->notes, 0);
}

/* Items follow each other without an empty line. */
static void
write_item (ReadBuild *self)
{
  g_autoptr (GString) line = g_string_new (self->last_was_item ? "\n" : "");

  for (guint i = 1; i < self->depth; i++)
    g_string_append (line, "  ");
  if (self->number)
    g_string_append_printf (line, "%u. ", self->number);
  else
    g_string_append (line, "- ");
  g_string_append_len (line, self->text->str, self->text->len);
  if (self->last_was_item)
    read_out_raw (line->str, line->len);
  else
    read_out_text (line->str, line->len);
}

static void
write_code (ReadBuild *self)
{
  g_autoptr (GString) block = g_string_new (NULL);
  gsize longest = 2, run = 0;
  g_autofree char *fence = NULL;

  for (const char *p = self->text->str; *p; p++)
    {
      run = *p == '`' ? run + 1 : 0;
      longest = MAX (longest, run);
    }
  fence = g_strnfill (longest + 1, '`');
  g_string_append_printf (block, "%s\n%s\n%s", fence, self->text->str, fence);
  read_out_text (block->str, block->len);
}

static void
write_paragraph (ReadBuild *self)
{
  gboolean is_item = FALSE;

  if (!self->code)
    trim (self->text);
  if (self->text->len)
    {
      is_item = self->depth && !self->level;
      if (self->level)
        read_out_heading (self->level, self->text->str);
      else if (self->code)
        write_code (self);
      else if (is_item)
        write_item (self);
      else
        read_out_text (self->text->str, self->text->len);
      self->last_was_item = is_item && self->notes->len == 0;
    }
  g_string_truncate (self->text, 0);
  self->level = self->depth = self->number = 0;
  self->code = FALSE;
  write_notes (self);
}

static void
write_pages (ReadBuild *self)
{
  for (; self->waiting_pages; self->waiting_pages--)
    {
      self->last_was_item = FALSE;
      read_out_page ();
    }
}

void
read_build_end (ReadBuild *self)
{
  if (self->in_note || self->tables)
    {
      read_build_text (self, " ", 1);
      return;
    }
  write_paragraph (self);
  write_pages (self);
}

/* What an empty one was to be stays: the paragraph in an item of a list is the item. */
void
read_build_paragraph (ReadBuild *self)
{
  guint level = self->level, depth = self->depth, number = self->number;
  gboolean is_empty = self->text->len == 0;

  read_build_end (self);
  if (!is_empty)
    return;
  self->level = level;
  self->depth = depth;
  self->number = number;
}

void
read_build_heading (ReadBuild *self, guint level)
{
  if (!self->tables && !self->in_note)
    self->level = level;
}

void
read_build_item (ReadBuild *self, guint depth, guint number)
{
  if (self->tables || self->in_note)
    return;
  self->depth = CLAMP (depth, 1, MAX_DEPTH);
  self->number = number;
}

void
read_build_code (ReadBuild *self)
{
  if (!self->tables && !self->in_note)
    self->code = TRUE;
}

/* The page's mark stands before its first paragraph, also where the break is inside of one. */
void
read_build_page (ReadBuild *self)
{
  if (!self->tables && !self->in_note && self->text->len == 0)
    {
      self->last_was_item = FALSE;
      read_out_page ();
    }
  else
    {
      self->waiting_pages++;
    }
}

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static void
append (ReadBuild *self, GString *out, char c)
{
  gboolean in_cell = out == self->cell;

  if (in_cell && c == '|')
    g_string_append (out, "\\|");
  else
    g_string_append_c (out, c);
}

void
read_build_text (ReadBuild *self, const char *text, gssize n)
{
  GString *out = target (self);
  gsize n_bytes = n < 0 ? strlen (text) : (gsize) n;
  gboolean keep = self->code && out == self->text;

  if (out->len + n_bytes > DOCUMENT_MAX_TEXT)
    read_out_fail (DOCUMENT_WORD_LONG);
  for (gsize i = 0; i < n_bytes; i++)
    {
      gboolean is_space = g_ascii_isspace (text[i]);

      if (keep || !is_space)
        append (self, out, text[i]);
      else if (out->len && !g_ascii_isspace (out->str[out->len - 1]))
        g_string_append_c (out, ' ');
    }
}

void
read_build_break (ReadBuild *self)
{
  GString *out = target (self);

  if (out != self->text || self->level)
    read_build_text (self, " ", 1);
  else if (out->len)
    g_string_append_c (out, '\n');
}

/* ---- Tables ----------------------------------------------------------------------------------------------------- */

static void
hand_out_rows (ReadBuild *self)
{
  if (!self->rows->len)
    return;
  if (self->handed_out)
    read_out_raw (self->rows->str, self->rows->len);
  else
    read_out_text (self->rows->str, self->rows->len);
  self->handed_out = TRUE;
  g_string_truncate (self->rows, 0);
}

static void
end_cell (ReadBuild *self)
{
  if (!self->n_cells)
    return;
  trim (self->cell);
  g_string_append_printf (self->rows, " %s |", self->cell->str);
  g_string_truncate (self->cell, 0);
}

static void
end_row (ReadBuild *self)
{
  if (!self->in_row)
    return;
  end_cell (self);
  if (self->n_cells && self->n_rows++ == 0)
    {
      g_string_append (self->rows, "\n|");
      for (guint i = 0; i < self->n_cells; i++)
        g_string_append (self->rows, " --- |");
    }
  self->in_row = FALSE;
  self->n_cells = 0;
  if (self->rows->len > TABLE_PIECE)
    hand_out_rows (self);
}

void
read_build_table (ReadBuild *self)
{
  if (self->in_note)
    return;
  if (self->tables == 0)
    {
      read_build_end (self);
      self->last_was_item = FALSE;
      self->n_rows = 0;
      self->handed_out = FALSE;
    }
  self->tables++;
}

void
read_build_row (ReadBuild *self)
{
  if (self->in_note || self->tables != 1)
    return;
  end_row (self);
  self->in_row = TRUE;
  g_string_append (self->rows, self->n_rows ? "\n|" : "|");
}

void
read_build_cell (ReadBuild *self)
{
  if (self->in_note || !self->tables)
    return;
  if (self->tables > 1)
    {
      read_build_text (self, " ", 1);
      return;
    }
  if (!self->in_row)
    read_build_row (self);
  end_cell (self);
  self->n_cells++;
  g_string_truncate (self->cell, 0);
}

void
read_build_end_table (ReadBuild *self)
{
  if (self->in_note || !self->tables || --self->tables > 0)
    return;
  end_row (self);
  hand_out_rows (self);
  g_string_truncate (self->cell, 0);
  write_notes (self);
  write_pages (self);
}

/* ---- Notes ------------------------------------------------------------------------------------------------------ */

void
read_build_note (ReadBuild *self, const char *label)
{
  g_autofree char *mark = NULL;

  if (self->in_note)
    return;
  mark = g_strdup_printf ("[^%s]", label);
  read_build_text (self, mark, -1);
  self->in_note = TRUE;
  g_string_printf (self->note, "%s: ", mark);
}

void
read_build_end_note (ReadBuild *self)
{
  if (!self->in_note)
    return;
  trim (self->note);
  self->in_note = FALSE;
  g_string_append_printf (self->notes, "%s\n", self->note->str);
  if (self->notes->len > DOCUMENT_MAX_TEXT)
    read_out_fail (DOCUMENT_WORD_LONG);
}
