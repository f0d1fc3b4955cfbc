/* row-scroll.c: where one is in a long column of rows, and which of them are in sight
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "typeset/row-scroll.h"

#define MARGIN_NARROW 12  /* where there is little room */
#define NARROW        500 /* px */
#define STEP          0.2 /* how far Up and Down scroll inside a row, of the viewport's height */

void
myna_row_scroll_init (MynaRowScroll *self)
{
  *self = (MynaRowScroll){ .heights = myna_height_index_new (), .follow_end = TRUE };
}

void
myna_row_scroll_clear (MynaRowScroll *self)
{
  g_clear_pointer (&self->heights, myna_height_index_free);
}

gboolean
myna_row_scroll_set_size (MynaRowScroll *self, int width, int height)
{
  int old_column = self->width ? myna_row_scroll_get_column (self) : 0;

  self->width = width;
  if (self->lower_by_third && height > 0)
    {
      self->offset -= height / 3;
      self->lower_by_third = FALSE;
    }
  self->height = height;
  return myna_row_scroll_get_column (self) != old_column;
}

gboolean
myna_row_scroll_splice (MynaRowScroll *self, guint position, guint n_removed, guint n_added)
{
  myna_height_index_splice (self->heights, position, n_removed, n_added);
  if (self->anchor >= position + n_removed)
    self->anchor += n_added - n_removed;
  else if (self->anchor >= position)
    {
      self->anchor = position;
      self->offset = 0;
    }
  if (self->anchor < myna_row_scroll_get_n (self))
    return FALSE;
  self->anchor = MAX (1, myna_row_scroll_get_n (self)) - 1;
  self->follow_end = TRUE;
  return TRUE;
}

guint
myna_row_scroll_get_n (const MynaRowScroll *self)
{
  return myna_height_index_get_n (self->heights);
}

int
myna_row_scroll_get_column (const MynaRowScroll *self)
{
  int margin = self->width < NARROW ? MARGIN_NARROW : MYNA_SCROLL_MARGIN;

  return CLAMP (self->width - 2 * margin, 1, MYNA_SCROLL_COLUMN);
}

/* ---- The place -------------------------------------------------------------------------------------------------- */

static gint64
get_top (const MynaRowScroll *self, guint position)
{
  return MYNA_SCROLL_PADDING + myna_height_index_get_top (self->heights, position);
}

gint64
myna_row_scroll_get_total (const MynaRowScroll *self)
{
  return get_top (self, myna_row_scroll_get_n (self)) + MYNA_SCROLL_PADDING;
}

gint64
myna_row_scroll_get_value (const MynaRowScroll *self)
{
  gint64 most = MAX (0, myna_row_scroll_get_total (self) - self->height);

  if (myna_row_scroll_get_n (self) == 0)
    return 0;
  return self->follow_end ? most : CLAMP (get_top (self, self->anchor) + self->offset, 0, most);
}

void
myna_row_scroll_set_value (MynaRowScroll *self, gint64 value)
{
  if (myna_row_scroll_get_n (self) == 0)
    return;
  self->anchor = myna_height_index_find (self->heights, MAX (0, value - MYNA_SCROLL_PADDING));
  self->offset = value - get_top (self, self->anchor);
}

gboolean
myna_row_scroll_get_anchor (MynaRowScroll *self, guint *ret_position, int *ret_offset)
{
  if (myna_row_scroll_get_n (self) == 0)
    return FALSE;
  if (self->follow_end)
    myna_row_scroll_set_value (self, myna_row_scroll_get_value (self));
  *ret_position = self->anchor;
  *ret_offset = self->offset;
  return TRUE;
}

gboolean
myna_row_scroll_set_anchor (MynaRowScroll *self, guint position, int offset)
{
  if (position >= myna_row_scroll_get_n (self))
    return FALSE;
  self->anchor = position;
  self->offset = offset;
  self->follow_end = self->lower_by_third = FALSE;
  return TRUE;
}

gboolean
myna_row_scroll_show (MynaRowScroll *self, guint position, int y)
{
  if (!myna_row_scroll_set_anchor (self, position, y - self->height / 3))
    return FALSE;
  self->lower_by_third = self->height == 0;
  return TRUE;
}

void
myna_row_scroll_shift (MynaRowScroll *self, int y, int delta)
{
  if (!self->follow_end && y <= self->offset)
    self->offset += delta;
}

/* ---- Rows in the viewport --------------------------------------------------------------------------------------- */

void
myna_row_scroll_get_row (const MynaRowScroll *self, guint position, gint64 value, gint64 *ret_top, gint64 *ret_bottom)
{
  *ret_top = get_top (self, position) - value;
  *ret_bottom = *ret_top + myna_height_index_get (self->heights, position);
}

gboolean
myna_row_scroll_is_seen (const MynaRowScroll *self, guint position, gint64 value)
{
  gint64 top, bottom;

  myna_row_scroll_get_row (self, position, value, &top, &bottom);
  return bottom > 0 && top < self->height;
}

/* Where the row is by the anchor, which may lie beyond the ends while something is dragged past them. */
static void
get_place (MynaRowScroll *self, guint position, gint64 *ret_top, gint64 *ret_bottom)
{
  guint anchor;
  int offset;

  myna_row_scroll_get_anchor (self, &anchor, &offset);
  myna_row_scroll_get_row (self, position, get_top (self, anchor) + offset, ret_top, ret_bottom);
}

guint
myna_row_scroll_get_last (MynaRowScroll *self)
{
  guint position;
  int offset;

  for (myna_row_scroll_get_anchor (self, &position, &offset); position + 1 < myna_row_scroll_get_n (self); position++)
    {
      gint64 top, bottom;

      get_place (self, position + 1, &top, &bottom);
      if (top >= self->height)
        break;
    }
  return position;
}

gboolean
myna_row_scroll_reach (MynaRowScroll *self, guint position)
{
  gint64 top, bottom;

  get_place (self, position, &top, &bottom);
  if (top < 0 || bottom - top > self->height)
    return (top < 0 || top > self->height * 2 / 3) && myna_row_scroll_set_anchor (self, position, -MYNA_SCROLL_PADDING);
  if (position + 1 == myna_row_scroll_get_n (self))
    return self->follow_end = TRUE;
  return bottom > self->height
         && myna_row_scroll_set_anchor (self, position, bottom - top + MYNA_SCROLL_PADDING - self->height);
}

double
myna_row_scroll_reach_part (const MynaRowScroll *self, double top, double bottom)
{
  if (top < 1 || bottom - top > self->height)
    {
      gboolean is_out = bottom < 1 || top > self->height - 1 || bottom - top <= self->height;

      return is_out ? top - MYNA_SCROLL_PADDING : 0;
    }
  return bottom > self->height - 1 ? bottom - self->height + MYNA_SCROLL_PADDING : 0;
}

double
myna_row_scroll_step (MynaRowScroll *self, guint position, int direction, guint *ret_next)
{
  guint n = myna_row_scroll_get_n (self), first;
  double most = self->height * STEP;
  gint64 top, bottom;
  int offset;

  *ret_next = position;
  myna_row_scroll_get_anchor (self, &first, &offset);
  get_place (self, position, &top, &bottom);
  if (bottom <= 0 || top >= self->height) /* the wheel or Page Down has left it behind */
    *ret_next = direction > 0 ? first : myna_row_scroll_get_last (self);
  else if (direction > 0 && bottom > self->height)
    return position + 1 < n ? MIN (most, bottom - self->height) : most;
  else if (direction < 0 && top < 0)
    return MAX (-most, top - MYNA_SCROLL_PADDING);
  else if (direction > 0 ? position + 1 < n : position > 0)
    *ret_next = position + direction;
  return 0;
}

/* ---- What has to be there --------------------------------------------------------------------------------------- */

static MynaRowSpan
fill_up (MynaRowScroll *self, MynaRowHeightFunc get_height, gpointer user_data)
{
  guint last = myna_row_scroll_get_n (self) - 1;
  MynaRowSpan span = { .first = last, .last = last };
  gint64 filled = MYNA_SCROLL_PADDING + get_height (last, user_data);

  while (filled < self->height && span.first > 0)
    filled += get_height (--span.first, user_data);
  span.above = MAX (0, filled - self->height);
  return span;
}

MynaRowSpan
myna_row_scroll_fill (MynaRowScroll *self, MynaRowHeightFunc get_height, gpointer user_data)
{
  guint n = myna_row_scroll_get_n (self);
  MynaRowSpan span = { 0 };
  gint64 y;

  if (self->follow_end)
    return fill_up (self, get_height, user_data);
  span.first = span.last = MIN (self->anchor, n - 1);
  y = get_height (span.first, user_data) - self->offset;
  while (y < self->height && span.last + 1 < n)
    y += get_height (++span.last, user_data);
  /* The last rows do not fill it: more above come into view. */
  span.above = self->offset;
  while ((span.above < 0 || y + span.above < self->height) && span.first > 0)
    span.above += get_height (--span.first, user_data);
  span.below = MAX (0, y - self->height);
  return span;
}

gboolean
myna_row_scroll_fill_margin (MynaRowScroll *self, MynaRowSpan *span, gint64 microseconds, MynaRowHeightFunc get_height,
                             gpointer user_data)
{
  guint n = myna_row_scroll_get_n (self);
  gint64 start = g_get_monotonic_time ();

  while ((span->below < self->height && span->last + 1 < n) || (span->above < self->height && span->first > 0))
    {
      gboolean down = span->last + 1 < n && (span->below <= span->above || span->first == 0);

      if (g_get_monotonic_time () - start > microseconds)
        return FALSE;
      if (down)
        span->below += get_height (++span->last, user_data);
      else
        span->above += get_height (--span->first, user_data);
    }
  return TRUE;
}
