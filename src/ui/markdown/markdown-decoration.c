/* markdown-decoration.c: what the view draws around its blocks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "markdown/markdown-view-private.h"

#define BAR_WIDTH   3
#define MARKER_GAP  8
#define TASK_SIZE   14
#define CARET_WIDTH 2

/* Draws along the start edge of a block, on either side of the page. */
static graphene_rect_t
at_start (MynaMarkdownView *self, double x, double y, double width, double height)
{
  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    x = gtk_widget_get_width (GTK_WIDGET (self)) - x - width;
  return GRAPHENE_RECT_INIT (x, y, width, height);
}

/* Baseline of the block's first line: markers stand on it. */
static double
get_baseline (MynaItem *item)
{
  int baseline = myna_block_view_get_first_baseline (item->widget);

  return item->y + (baseline >= 0 ? baseline : MIN (item->height, 17));
}

static void
draw_task (MynaMarkdownView *self, GtkSnapshot *snapshot, double x, double baseline, gboolean is_done)
{
  graphene_rect_t rect = at_start (self, x, baseline - TASK_SIZE + 2, TASK_SIZE, TASK_SIZE);
  const GdkRGBA *color = is_done ? &self->ink.accent : &self->ink.text;
  GdkRGBA faint = *color;
  GskRoundedRect rounded;

  faint.alpha *= is_done ? 1.0f : 0.5f;
  gsk_rounded_rect_init_from_rect (&rounded, &rect, 4);
  gtk_snapshot_append_border (snapshot, &rounded, (float[4]){ 1.5f, 1.5f, 1.5f, 1.5f },
                              (GdkRGBA[4]){ faint, faint, faint, faint });
  if (is_done)
    {
      cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &rect);

      gdk_cairo_set_source_rgba (cr, color);
      cairo_set_line_width (cr, 2);
      cairo_move_to (cr, rect.origin.x + 3.5, rect.origin.y + 7);
      cairo_line_to (cr, rect.origin.x + 6, rect.origin.y + 9.5);
      cairo_line_to (cr, rect.origin.x + 10.5, rect.origin.y + 4.5);
      cairo_stroke (cr);
      cairo_destroy (cr);
    }
}

static void
draw_marker (MynaMarkdownView *self, GtkSnapshot *snapshot, MynaItem *item, const MynaContainer *container, int x)
{
  PangoLayout *layout;
  int right = x + myna_container_get_indent (self, container) - MARKER_GAP, width;
  double baseline = get_baseline (item);
  graphene_rect_t rect;

  if (container->task != MYNA_TASK_NONE)
    {
      draw_task (self, snapshot, right - TASK_SIZE + 1, baseline, container->task == MYNA_TASK_DONE);
      return;
    }
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), container->marker);
  pango_layout_get_pixel_size (layout, &width, NULL);
  rect = at_start (self, right - width, baseline - pango_layout_get_baseline (layout) / (double) PANGO_SCALE, width, 1);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &rect.origin);
  gtk_snapshot_append_layout (snapshot, layout, &self->ink.text);
  gtk_snapshot_restore (snapshot);
  g_object_unref (layout);
}

static void
draw_decoration (MynaMarkdownView *self, GtkSnapshot *snapshot, MynaItem *item, const MynaBlock *block)
{
  int x = 0;

  for (guint depth = 0; depth < block->n_containers; depth++)
    {
      const MynaContainer *container = &block->containers[depth];
      int top = container->is_first ? item->y : item->top;

      if (container->kind == MYNA_CONTAINER_QUOTE || container->kind == MYNA_CONTAINER_THINKING)
        {
          graphene_rect_t bar = at_start (self, x, top, BAR_WIDTH, item->y + item->height - top);

          gtk_snapshot_append_color (snapshot, &self->ink.line, &bar);
        }
      else if (container->is_first && container->marker[0] != '\0')
        {
          draw_marker (self, snapshot, item, container, x);
        }
      x += myna_container_get_indent (self, container);
    }
}

void
myna_item_clear_decoration (MynaItem *item)
{
  g_clear_pointer (&item->decoration, gsk_render_node_unref);
}

/* Long messages have thousands of markers: what did not change is not drawn again. */
void
myna_markdown_view_snapshot_containers (MynaMarkdownView *self, GtkSnapshot *snapshot)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      MynaBlock *block = item->block;

      if (block->n_containers == 0 || !item->widget || !gtk_widget_get_child_visible (GTK_WIDGET (item->widget)))
        continue;
      if (!item->decoration)
        {
          GtkSnapshot *own = gtk_snapshot_new ();

          draw_decoration (self, own, item, block);
          item->decoration = gtk_snapshot_free_to_node (own);
        }
      if (item->decoration)
        gtk_snapshot_append_node (snapshot, item->decoration);
    }
}

void
myna_markdown_view_snapshot_caret (MynaMarkdownView *self, GtkSnapshot *snapshot)
{
  guint i = self->items->len;
  graphene_rect_t bounds;
  graphene_point_t origin;
  MynaBlockView *widget;
  guint length;

  while (i > 0 && !MYNA_ITEM (self, i - 1)->is_visible)
    i--;
  if (i == 0)
    return;
  widget = myna_markdown_view_get_widget (self, i - 1);
  length = strlen (myna_block_view_get_text (widget));
  if (length == 0 || !gtk_widget_compute_point (GTK_WIDGET (widget), GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, 0), &origin))
    return;
  myna_block_view_get_bounds (widget, length, length, &bounds);
  graphene_rect_offset (&bounds, origin.x, origin.y);
  gtk_snapshot_append_color (snapshot, &self->ink.accent,
                             &GRAPHENE_RECT_INIT (bounds.origin.x + bounds.size.width + 1,
                                                  bounds.origin.y + bounds.size.height * 0.15f, CARET_WIDTH,
                                                  bounds.size.height * 0.7f));
}
