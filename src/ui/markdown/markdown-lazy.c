/* markdown-lazy.c: blocks far from the viewport are not drawn, and those of a long message not even made
 *
 * Laying out 100 KB of text, tables and formulas takes a quarter of a second, and the person sees a page of it.  So the
 * blocks of a long message get no widgets and estimated heights, but for its beginning and its end, which are what is shown
 * first.  A block that comes near the viewport is made and measured in the next frame, while it is still out of sight; what that changes above the
 * viewport is told to the owner, who keeps what is being read in its place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "markdown/markdown-view-private.h"

#define MARGIN        600  /* pixels around the viewport that are drawn, at least */
#define MIN_BLOCKS    60   /* a text with fewer new blocks is laid out at once */
#define ENDS_HEIGHT   1500 /* laid out at once at the beginning and at the end of a long text, by the estimates */
#define USUAL_WIDTH   680
#define USUAL_SPACING 12

enum
{
  SHIFTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static guint
count_lines (const char *text)
{
  guint n = 1;

  for (; (text = strchr (text, '\n')); text++)
    n++;
  return n;
}

/* Of body text in its usual size: 5 px a byte of Chinese, 7 of Latin, in lines of 23. */
static int
estimate_height (MynaMarkdownView *self, const MynaBlock *block)
{
  int width = MAX (120, USUAL_WIDTH - myna_markdown_view_get_indent (self, block));

  switch (block->kind)
    {
    case MYNA_BLOCK_CODE: return 50 + 19 * count_lines (block->string.text);
    case MYNA_BLOCK_TABLE: return 34 * (block->n_columns > 0 ? block->cells->len / block->n_columns : 1);
    case MYNA_BLOCK_RULE: return 13;
    case MYNA_BLOCK_MATHS: return 56 * count_lines (block->string.text);
    case MYNA_BLOCK_HEADING: return 32;
    case MYNA_BLOCK_THINKING: return 30;
    case MYNA_BLOCK_PARAGRAPH:
    case MYNA_BLOCK_HTML:
    default: return 23 * (strlen (block->string.text) * 6 / width + count_lines (block->string.text));
    }
}

/* From the first block on, and from the last one back, as many as are surely in sight are laid out. */
static void
keep_end_exact (MynaMarkdownView *self, guint first, gboolean backward)
{
  guint n = self->items->len;
  int height = 0;

  for (guint i = first; i < n && height < ENDS_HEIGHT; i++)
    {
      MynaItem *item = MYNA_ITEM (self, backward ? n - 1 - (i - first) : i);

      item->is_exact = TRUE;
      height += item->height;
    }
}

void
myna_markdown_view_estimate (MynaMarkdownView *self, guint first)
{
  guint n = self->items->len;
  int y = first > 0 ? MYNA_ITEM (self, first - 1)->y + MYNA_ITEM (self, first - 1)->height : 0;

  if (first == 0)
    self->is_lazy = FALSE;
  if (n < first + MIN_BLOCKS)
    {
      for (guint i = first; i < n; i++)
        {
          MYNA_ITEM (self, i)->is_exact = TRUE;
          myna_markdown_view_get_widget (self, i);
        }
      return;
    }
  self->is_lazy = TRUE;
  for (guint i = first; i < n; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);

      item->is_exact = FALSE;
      item->height = estimate_height (self, item->block);
      item->y = y;
      y += item->height + USUAL_SPACING;
    }
  keep_end_exact (self, first, FALSE);
  keep_end_exact (self, first, TRUE);
  /* From the last on: each widget finds the next one beside it. */
  for (guint i = n; i > first; i--)
    {
      MynaItem *item = MYNA_ITEM (self, i - 1);

      if (item->is_exact)
        myna_markdown_view_get_widget (self, i - 1);
      else if (item->widget)
        gtk_widget_set_child_visible (GTK_WIDGET (item->widget), FALSE);
    }
}

static gboolean
is_near (MynaMarkdownView *self, const MynaItem *item)
{
  return item->y < self->drawn_bottom && item->y + item->height > self->drawn_top;
}

/* At another width the heights of what is far away are as good as any estimate. */
void
myna_markdown_view_width_asked (MynaMarkdownView *self, int width)
{
  if (!self->is_lazy || width < 0 || width == self->measured_width)
    return;
  if (self->measured_width > 0 && self->drawn_top > G_MININT)
    for (guint i = 0; i < self->items->len; i++)
      if (!is_near (self, MYNA_ITEM (self, i)))
        MYNA_ITEM (self, i)->is_exact = FALSE;
  self->measured_width = width;
}

/* Measures what has come near. */
static gboolean
measure_near (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);
  int width = gtk_widget_get_width (widget), shift = 0;
  gboolean changed = FALSE;

  self->measure_tick = 0;
  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      int height, indent;

      if (item->is_exact || !item->is_visible || !is_near (self, item))
        continue;
      indent = myna_markdown_view_get_indent (self, item->block);
      myna_markdown_view_get_widget (self, i);
      gtk_widget_measure (GTK_WIDGET (item->widget), GTK_ORIENTATION_VERTICAL, myna_item_get_width (item, width, indent), NULL,
                          &height, NULL, NULL);
      if (item->y + item->height <= self->viewport_top)
        shift += height - item->height;
      item->height = height;
      item->is_exact = changed = TRUE;
    }
  if (shift)
    g_signal_emit (self, signals[SHIFTED], 0, self->viewport_top, shift);
  if (changed)
    gtk_widget_queue_resize (widget);
  return G_SOURCE_REMOVE;
}

/* A block that the keyboard is in stays. */
void
myna_markdown_view_update_drawn (MynaMarkdownView *self)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self));
  gboolean is_missing = FALSE;

  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      gboolean near = is_near (self, item);

      is_missing |= near && item->is_visible && !item->is_exact;
      if (item->widget)
        gtk_widget_set_child_visible (GTK_WIDGET (item->widget),
                                      item->is_visible && item->is_exact && (near || focus == GTK_WIDGET (item->widget)));
    }
  if (is_missing && !self->measure_tick)
    self->measure_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), measure_near, NULL, NULL);
}

void
myna_markdown_view_set_viewport (MynaMarkdownView *self, int top, int bottom)
{
  int margin = MAX (bottom - top, MARGIN);

  g_return_if_fail (MYNA_IS_MARKDOWN_VIEW (self));

  self->viewport_top = top;
  if (self->drawn_top <= top - margin / 2 && bottom + margin / 2 <= self->drawn_bottom
      && (gint64) self->drawn_bottom - self->drawn_top <= 4 * margin)
    return;
  self->drawn_top = top - margin;
  self->drawn_bottom = bottom + margin;
  myna_markdown_view_update_drawn (self);
}

void
myna_markdown_view_lazy_class_init (GtkWidgetClass *widget_class)
{
  signals[SHIFTED] = g_signal_new ("shifted", G_TYPE_FROM_CLASS (widget_class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);
}

void
myna_markdown_view_lazy_dispose (MynaMarkdownView *self)
{
  if (self->measure_tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->measure_tick);
  self->measure_tick = 0;
}
