/* markdown-selection.c: one selection through all blocks of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-selection.h"

#include <string.h>

static int
compare (MynaPlace a, MynaPlace b)
{
  if (a.block != b.block)
    return a.block < b.block ? -1 : 1;
  return a.index < b.index ? -1 : a.index > b.index;
}

static guint
get_length (GPtrArray *blocks, guint i)
{
  return strlen (((MynaBlock *) blocks->pdata[i])->string.text);
}

gboolean
myna_selection_is_empty (const MynaSelection *self)
{
  return compare (self->anchor, self->cursor) == 0;
}

MynaSelection
myna_selection_all (GPtrArray *blocks)
{
  MynaSelection self = { .cursor = { G_MAXUINT, G_MAXUINT } };

  myna_selection_clamp (&self, blocks);
  return self;
}

gboolean
myna_selection_get (const MynaSelection *self, GPtrArray *blocks, guint i, MynaRange *ret_range)
{
  gboolean forward = compare (self->anchor, self->cursor) <= 0;
  MynaPlace start = forward ? self->anchor : self->cursor;
  MynaPlace end = forward ? self->cursor : self->anchor;

  *ret_range = (MynaRange){ 0, 0 };
  if (myna_selection_is_empty (self) || i < start.block || i > end.block)
    return FALSE;
  ret_range->start = i == start.block ? start.index : 0;
  ret_range->end = i == end.block ? end.index : get_length (blocks, i);
  return TRUE;
}

static void
clamp (MynaPlace *place, GPtrArray *blocks)
{
  if (place->block >= blocks->len)
    *place = (MynaPlace){ blocks->len - 1, G_MAXUINT };
  place->index = MIN (place->index, get_length (blocks, place->block));
}

void
myna_selection_clamp (MynaSelection *self, GPtrArray *blocks)
{
  if (blocks->len == 0)
    {
      *self = (MynaSelection){ 0 };
      return;
    }
  clamp (&self->anchor, blocks);
  clamp (&self->cursor, blocks);
}

char *
myna_selection_dup_text (const MynaSelection *self, GPtrArray *blocks)
{
  GString *text;

  if (myna_selection_is_empty (self))
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < blocks->len; i++)
    {
      MynaRange range;

      if (myna_selection_get (self, blocks, i, &range))
        myna_block_append_plain (blocks->pdata[i], range.start, range.end, text);
    }
  return g_string_free (text, FALSE);
}
