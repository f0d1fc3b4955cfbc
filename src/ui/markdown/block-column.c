/* block-column.c: the widgets of blocks, placed one below the other
 *
 * The column owns one child a block and places the children itself: no nested boxes, because those measure everything many
 * times.  A child's height for a width is remembered by GTK until the child asks for another size, so that while a reply
 * streams only the block that changed is measured.
 *
 * What surrounds blocks (bars of quotes, markers of lists) is drawn here, in the margins that the layout leaves.
 *
 * Laying out 100 KB of text, tables and formulas takes a quarter of a second, and the person sees a page of it.  So the
 * blocks of a long message get no widgets and estimated heights, but for its beginning and its end, which are what is shown
 * first.  A block that comes near the viewport is made and measured in the next frame, while it is still out of sight.  Where
 * the viewport was faster, what is in it is measured at once: no frame shows a hole.  What that changes above the viewport is
 * told to the owner, who keeps what is being read in its place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/block-column.h"

#include <string.h>

#include "base/controls.h"
#include "markdown/block-views.h"
#include "typeset/block-metrics.h"

#define USUAL_SIZE    15.0 /* px of text, for which the indents hold */
#define SAFE_WIDTH    240  /* that no kind of block needs more than */

#define MARGIN        600  /* pixels around the viewport that are drawn, at least */
#define ENDS_HEIGHT   1500 /* laid out at once at the beginning and at the end of a long text, by the estimates */
#define USUAL_SPACING 12

#define BAR_WIDTH     3
#define TASK_SIZE     14
#define CARET_WIDTH   2

enum
{
  SHIFTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE (MynaBlockColumn, myna_block_column, GTK_TYPE_WIDGET)

static int
get_indent (MynaBlockColumn *self, const MynaItem *item)
{
  return myna_block_get_indent (item->block, self->scale);
}

static int
get_spacing (MynaBlockColumn *self, guint i)
{
  return i == 0 ? 0 : myna_block_get_spacing (MYNA_ITEM (self, i)->block);
}

static int
get_item_width (MynaItem *item, int width, int indent)
{
  int minimum;

  if (width - indent >= SAFE_WIDTH)
    return width - indent;
  gtk_widget_measure (GTK_WIDGET (item->widget), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return MAX (width - indent, minimum);
}

/* ---- Blocks ----------------------------------------------------------------------------------------------------- */

static void
clear_decoration (MynaItem *item)
{
  g_clear_pointer (&item->decoration, gsk_render_node_unref);
}

static void
clear_item (gpointer data)
{
  MynaItem *item = data;

  clear_decoration (item);
  if (item->widget)
    gtk_widget_unparent (GTK_WIDGET (item->widget));
  g_clear_pointer (&item->block, myna_block_unref);
}

/* The children stand in the order of the blocks: Tab goes along them. */
static GtkWidget *
get_next_widget (MynaBlockColumn *self, guint i)
{
  while (++i < self->items->len)
    if (MYNA_ITEM (self, i)->widget)
      return GTK_WIDGET (MYNA_ITEM (self, i)->widget);
  return NULL;
}

MynaBlockView *
myna_block_column_get_widget (MynaBlockColumn *self, guint i)
{
  MynaBlockColumnClass *klass = MYNA_BLOCK_COLUMN_GET_CLASS (self);
  MynaItem *item = MYNA_ITEM (self, i);

  if (item->widget)
    return item->widget;
  item->widget = MYNA_BLOCK_VIEW (myna_block_view_new (item->block));
  gtk_widget_set_direction (GTK_WIDGET (item->widget), self->text_direction);
  gtk_widget_set_child_visible (GTK_WIDGET (item->widget), item->is_exact);
  gtk_widget_insert_before (GTK_WIDGET (item->widget), GTK_WIDGET (self), get_next_widget (self, i));
  if (klass->shown)
    klass->shown (self, i);
  return item->widget;
}

static void
update_direction (MynaBlockColumn *self, GPtrArray *blocks)
{
  PangoDirection found = myna_blocks_get_direction (blocks);
  GtkTextDirection direction; /* without any words it is the program's */

  direction = found == PANGO_DIRECTION_RTL   ? GTK_TEXT_DIR_RTL
              : found == PANGO_DIRECTION_LTR ? GTK_TEXT_DIR_LTR
                                             : GTK_TEXT_DIR_NONE;
  if (direction == self->text_direction)
    return;
  self->text_direction = direction;
  gtk_widget_set_direction (GTK_WIDGET (self), direction);
  for (guint i = 0; i < self->items->len; i++)
    {
      if (MYNA_ITEM (self, i)->widget)
        gtk_widget_set_direction (GTK_WIDGET (MYNA_ITEM (self, i)->widget), direction);
      clear_decoration (MYNA_ITEM (self, i));
    }
}

static void
show_block (MynaBlockColumn *self, guint i, MynaBlock *block)
{
  MynaItem item = { .block = myna_block_ref (block) };

  if (i >= self->items->len)
    {
      g_array_append_val (self->items, item);
    }
  else if (MYNA_ITEM (self, i)->block->kind != block->kind)
    {
      clear_item (MYNA_ITEM (self, i));
      *MYNA_ITEM (self, i) = item;
    }
  else
    {
      MynaItem *old = MYNA_ITEM (self, i);

      clear_decoration (old);
      myna_block_unref (old->block);
      old->block = item.block;
      if (old->widget)
        myna_block_view_set_block (old->widget, block);
    }
}

/* ---- Estimates -------------------------------------------------------------------------------------------------- */

/* From the first block on, and from the last one back, as many as are surely in sight are laid out. */
static void
keep_end_exact (MynaBlockColumn *self, guint first, gboolean backward)
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

static void
estimate (MynaBlockColumn *self, GPtrArray *blocks, guint first)
{
  guint n = self->items->len;
  int y = first > 0 ? MYNA_ITEM (self, first - 1)->y + MYNA_ITEM (self, first - 1)->height : 0;

  if (first == 0)
    self->is_lazy = FALSE;
  if (myna_blocks_are_short (blocks, first))
    {
      for (guint i = first; i < n; i++)
        {
          MYNA_ITEM (self, i)->is_exact = TRUE;
          myna_block_column_get_widget (self, i);
        }
      return;
    }
  self->is_lazy = TRUE;
  for (guint i = first; i < n; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);

      item->is_exact = FALSE;
      item->height = myna_block_estimate_height (item->block, self->scale);
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
        myna_block_column_get_widget (self, i - 1);
      else if (item->widget)
        gtk_widget_set_child_visible (GTK_WIDGET (item->widget), FALSE);
    }
}

static gboolean
is_near (MynaBlockColumn *self, const MynaItem *item)
{
  return item->y < self->drawn_bottom && item->y + item->height > self->drawn_top;
}

/* At another width the heights of what is far away are as good as any estimate. */
static void
width_asked (MynaBlockColumn *self, int width)
{
  if (!self->is_lazy || width < 0 || width == self->measured_width)
    return;
  if (self->measured_width > 0 && self->drawn_top > G_MININT)
    for (guint i = 0; i < self->items->len; i++)
      if (!is_near (self, MYNA_ITEM (self, i)))
        MYNA_ITEM (self, i)->is_exact = FALSE;
  self->measured_width = width;
}

static void
measure_item (MynaBlockColumn *self, MynaItem *item, int width)
{
  int indent = get_indent (self, item);

  gtk_widget_measure (GTK_WIDGET (item->widget), GTK_ORIENTATION_VERTICAL, get_item_width (item, width, indent), NULL,
                      &item->height, NULL, NULL);
}

/* Returns by how much the estimate was wrong. */
static int
make_exact (MynaBlockColumn *self, guint i, int width)
{
  MynaItem *item = MYNA_ITEM (self, i);
  int estimated = item->height;

  myna_block_column_get_widget (self, i);
  measure_item (self, item, width);
  item->is_exact = TRUE;
  return item->height - estimated;
}

/* The first block that was in sight, even in part, before the others are made. */
static guint
find_seen (MynaBlockColumn *self, int top, int bottom)
{
  guint n = self->items->len;

  for (guint i = 0; i < n; i++)
    {
      const MynaItem *item = MYNA_ITEM (self, i);

      if (item->is_exact && item->y < bottom && item->y + item->height > top)
        return i;
    }
  return n;
}

/* Growth above what was in sight moves the viewport, not the text. */
static gboolean
make_sight_exact (MynaBlockColumn *self, int *top, int *bottom, int *ret_shift)
{
  guint seen = find_seen (self, *top, *bottom), n = self->items->len;
  gboolean changed = FALSE;
  int y = 0;

  for (guint i = 0; i < n; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);

      item->y = y += get_spacing (self, i);
      if (item->is_exact)
        measure_item (self, item, self->measured_width); /* its style may be another since */
      else if (y < *bottom && y + item->height > *top)
        {
          int delta = make_exact (self, i, self->measured_width);

          changed = TRUE;
          if (*top > 0 && i < seen && seen < n)
            {
              *top += delta;
              *bottom += delta;
              *ret_shift += delta;
            }
        }
      y += item->height;
    }
  return changed;
}

/* Measures what has come near. */
static gboolean
measure_near (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  MynaBlockColumn *self = MYNA_BLOCK_COLUMN (widget);
  int width = gtk_widget_get_width (widget), shift = 0;
  gboolean changed = FALSE;

  self->measure_tick = 0;
  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      gboolean above = item->y + item->height <= self->viewport_top;
      int delta;

      if (item->is_exact || !is_near (self, item))
        continue;
      delta = make_exact (self, i, width);
      shift += above ? delta : 0;
      changed = TRUE;
    }
  if (shift)
    g_signal_emit (self, signals[SHIFTED], 0, self->viewport_top, shift);
  if (changed)
    gtk_widget_queue_resize (widget);
  return G_SOURCE_REMOVE;
}

/* A block that the keyboard is in stays. */
static void
update_drawn (MynaBlockColumn *self)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self));
  gboolean is_missing = FALSE, is_other = FALSE;

  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      gboolean near = is_near (self, item);
      gboolean shown = item->is_exact && (near || focus == GTK_WIDGET (item->widget));

      is_missing |= near && !item->is_exact;
      if (!item->widget)
        continue;
      is_other |= gtk_widget_get_child_visible (GTK_WIDGET (item->widget)) != shown;
      gtk_widget_set_child_visible (GTK_WIDGET (item->widget), shown);
    }
  /* A widget that was never drawn does not tell its parent that it is to be: what the parent drew before would stay, a hole. */
  if (is_other)
    gtk_widget_queue_draw (GTK_WIDGET (self));
  if (is_missing && !self->measure_tick)
    self->measure_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), measure_near, NULL, NULL);
}

/* Once blocks turn out lower than estimated others come into sight. */
static gboolean
fill_sight (MynaBlockColumn *self, int *top, int *bottom)
{
  int before = *top, shift = 0;
  gboolean changed = FALSE;

  if (!self->is_lazy || self->measured_width <= 0)
    return FALSE;
  while (make_sight_exact (self, top, bottom, &shift))
    changed = TRUE;
  if (shift)
    g_signal_emit (self, signals[SHIFTED], 0, before, shift);
  if (changed)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  return changed;
}

gboolean
myna_block_column_set_viewport (MynaBlockColumn *self, int top, int bottom)
{
  int margin = MAX (bottom - top, MARGIN);
  gboolean changed;

  g_return_val_if_fail (MYNA_IS_BLOCK_COLUMN (self), FALSE);

  changed = fill_sight (self, &top, &bottom);
  self->viewport_top = top;
  if (!changed && self->drawn_top <= top - margin / 2 && bottom + margin / 2 <= self->drawn_bottom
      && (gint64) self->drawn_bottom - self->drawn_top <= 4 * margin)
    return FALSE;
  self->drawn_top = top - margin;
  self->drawn_bottom = bottom + margin;
  update_drawn (self);
  return changed;
}

void
myna_block_column_set_blocks (MynaBlockColumn *self, GPtrArray *blocks, guint first)
{
  g_return_if_fail (MYNA_IS_BLOCK_COLUMN (self));

  update_direction (self, blocks);
  for (guint i = first; i < blocks->len; i++)
    show_block (self, i, blocks->pdata[i]);
  if (blocks->len < self->items->len)
    g_array_set_size (self->items, blocks->len);
  estimate (self, blocks, first);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* ---- Around the blocks ------------------------------------------------------------------------------------------ */

/* Draws along the start edge of a block, on either side of the page. */
static graphene_rect_t
at_start (MynaBlockColumn *self, double x, double y, double width, double height)
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
draw_task (MynaBlockColumn *self, GtkSnapshot *snapshot, double x, double baseline, gboolean is_done)
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
draw_marker (MynaBlockColumn *self, GtkSnapshot *snapshot, MynaItem *item, const MynaContainer *container, int x)
{
  PangoLayout *layout;
  int right = x + myna_container_get_indent (container, self->scale) - MYNA_MARKER_GAP, width;
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
draw_decoration (MynaBlockColumn *self, GtkSnapshot *snapshot, MynaItem *item, const MynaBlock *block)
{
  int x = 0;

  for (guint depth = 0; depth < block->n_containers; depth++)
    {
      const MynaContainer *container = &block->containers[depth];
      int top = container->is_first ? item->y : item->top;

      if (container->kind == MYNA_CONTAINER_QUOTE)
        {
          graphene_rect_t bar = at_start (self, x, top, BAR_WIDTH, item->y + item->height - top);

          gtk_snapshot_append_color (snapshot, &self->ink.line, &bar);
        }
      else if (container->is_first && container->marker[0] != '\0')
        {
          draw_marker (self, snapshot, item, container, x);
        }
      x += myna_container_get_indent (container, self->scale);
    }
}

/* Long messages have thousands of markers: what did not change is not drawn again. */
static void
snapshot_containers (MynaBlockColumn *self, GtkSnapshot *snapshot)
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

static void
snapshot_caret (MynaBlockColumn *self, GtkSnapshot *snapshot)
{
  guint n = self->items->len;
  graphene_rect_t bounds;
  graphene_point_t origin;
  MynaBlockView *widget;
  guint length;

  if (n == 0)
    return;
  widget = myna_block_column_get_widget (self, n - 1);
  length = strlen (MYNA_ITEM (self, n - 1)->block->string.text);
  if (length == 0 || !gtk_widget_compute_point (GTK_WIDGET (widget), GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, 0), &origin))
    return;
  myna_block_view_get_bounds (widget, length, length, &bounds);
  graphene_rect_offset (&bounds, origin.x, origin.y);
  gtk_snapshot_append_color (snapshot, &self->ink.accent,
                             &GRAPHENE_RECT_INIT (bounds.origin.x + bounds.size.width + 1,
                                                  bounds.origin.y + bounds.size.height * 0.15f, CARET_WIDTH,
                                                  bounds.size.height * 0.7f));
}
void
myna_block_column_set_caret (MynaBlockColumn *self, gboolean has_caret)
{
  g_return_if_fail (MYNA_IS_BLOCK_COLUMN (self));

  if (self->has_caret == has_caret)
    return;
  self->has_caret = has_caret;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- Layout ----------------------------------------------------------------------------------------------------- */

static void
myna_block_column_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                           int *minimum_baseline, int *natural_baseline)
{
  MynaBlockColumn *self = MYNA_BLOCK_COLUMN (widget);

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    width_asked (self, for_size);
  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      int indent = get_indent (self, item);
      int child_minimum, child_natural, child_for_size = -1;

      if (!item->is_exact)
        {
          /* A row's width is given, never asked for: what is not laid out has no say in it. */
          if (orientation == GTK_ORIENTATION_VERTICAL)
            *minimum = *natural += get_spacing (self, i) + item->height;
          continue;
        }
      if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
        child_for_size = get_item_width (item, for_size, indent);
      gtk_widget_measure (GTK_WIDGET (item->widget), orientation, child_for_size, &child_minimum, &child_natural, NULL, NULL);
      if (orientation == GTK_ORIENTATION_VERTICAL)
        {
          *natural += get_spacing (self, i) + child_natural;
          *minimum = *natural;
        }
      else
        {
          *minimum = MAX (*minimum, indent + child_minimum);
          *natural = MAX (*natural, indent + child_natural);
        }
    }
}

static void
myna_block_column_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaBlockColumn *self = MYNA_BLOCK_COLUMN (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int y = 0;

  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      MynaItem old = *item;
      int indent = get_indent (self, item);

      if (item->is_exact)
        {
          item->width = get_item_width (item, width, indent);
          gtk_widget_measure (GTK_WIDGET (item->widget), GTK_ORIENTATION_VERTICAL, item->width, NULL, &item->height, NULL,
                              NULL);
        }
      item->top = y;
      y += get_spacing (self, i);
      item->x = rtl ? width - indent - item->width : indent;
      item->y = y;
      if (item->x != old.x || item->y != old.y || item->width != old.width || item->height != old.height
          || item->top != old.top)
        clear_decoration (item);
      if (item->is_exact)
        gtk_widget_size_allocate (GTK_WIDGET (item->widget), &(GtkAllocation){ item->x, item->y, item->width, item->height },
                                  -1);
      y += item->height;
    }
  update_drawn (self);
}

static void
myna_block_column_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaBlockColumn *self = MYNA_BLOCK_COLUMN (widget);

  snapshot_containers (self, snapshot);
  for (guint i = 0; i < self->items->len; i++)
    if (MYNA_ITEM (self, i)->widget && gtk_widget_get_child_visible (GTK_WIDGET (MYNA_ITEM (self, i)->widget)))
      gtk_widget_snapshot_child (widget, GTK_WIDGET (MYNA_ITEM (self, i)->widget), snapshot);
  if (self->has_caret)
    snapshot_caret (self, snapshot);
}

/* What is far away has no place yet. */
static gboolean
focus_block (MynaBlockColumn *self, guint i, GtkDirectionType direction)
{
  MynaItem *item = MYNA_ITEM (self, i);
  GtkWidget *child;
  gboolean was_mapped;

  if (!item->widget && !myna_block_has_stops (item->block))
    return FALSE;
  child = GTK_WIDGET (myna_block_column_get_widget (self, i));
  was_mapped = gtk_widget_get_child_visible (child);
  gtk_widget_set_child_visible (child, TRUE);
  if (gtk_widget_child_focus (child, direction))
    {
      if (!item->is_exact)
        gtk_widget_queue_resize (GTK_WIDGET (self));
      item->is_exact = TRUE;
      return TRUE;
    }
  gtk_widget_set_child_visible (child, was_mapped);
  return FALSE;
}

/* Tab goes through what is in the blocks (links, buttons); the view as a whole is no stop on its way. */
static gboolean
myna_block_column_focus (GtkWidget *widget, GtkDirectionType direction)
{
  MynaBlockColumn *self = MYNA_BLOCK_COLUMN (widget);
  gboolean backward = direction == GTK_DIR_TAB_BACKWARD || direction == GTK_DIR_UP || direction == GTK_DIR_LEFT;
  GtkWidget *child = gtk_widget_get_focus_child (widget);
  guint n = self->items->len, i = backward ? n : G_MAXUINT;

  if (child && gtk_widget_child_focus (child, direction))
    return TRUE;
  if (!child && gtk_widget_has_focus (widget) && backward)
    return FALSE;
  for (guint j = 0; child && j < n; j++)
    if (GTK_WIDGET (MYNA_ITEM (self, j)->widget) == child)
      i = j;
  /* From the block before or behind it; G_MAXUINT + 1 is the first. */
  for (i = backward ? i - 1 : i + 1; i < n; i = backward ? i - 1 : i + 1)
    if (focus_block (self, i, direction))
      return TRUE;
  return FALSE;
}

/* Markers are indented by the size of the text. */
static void
style_changed (MynaBlockColumn *self)
{
  PangoContext *context = gtk_widget_create_pango_context (GTK_WIDGET (self));

  self->scale = MAX (1, myna_text_context_get_font_size (context) / USUAL_SIZE);
  g_object_unref (context);
  for (guint i = 0; i < self->items->len; i++)
    clear_decoration (MYNA_ITEM (self, i));
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
myna_block_column_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  MynaBlockColumn *self = MYNA_BLOCK_COLUMN (widget);

  GTK_WIDGET_CLASS (myna_block_column_parent_class)->css_changed (widget, change);
  myna_ink_init (&self->ink, widget);
  style_changed (self);
}

static void
myna_block_column_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (myna_block_column_parent_class)->system_setting_changed (widget, setting);
  style_changed (MYNA_BLOCK_COLUMN (widget));
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_block_column_dispose (GObject *object)
{
  MynaBlockColumn *self = MYNA_BLOCK_COLUMN (object);

  if (self->measure_tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->measure_tick);
  self->measure_tick = 0;
  g_array_set_size (self->items, 0);
  G_OBJECT_CLASS (myna_block_column_parent_class)->dispose (object);
}

static void
myna_block_column_finalize (GObject *object)
{
  g_array_unref (MYNA_BLOCK_COLUMN (object)->items);
  G_OBJECT_CLASS (myna_block_column_parent_class)->finalize (object);
}

static void
myna_block_column_class_init (MynaBlockColumnClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_block_column_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_block_column_finalize;
  myna_class_set_height_for_width (widget_class);
  widget_class->measure = myna_block_column_measure;
  widget_class->size_allocate = myna_block_column_size_allocate;
  widget_class->snapshot = myna_block_column_snapshot;
  widget_class->css_changed = myna_block_column_css_changed;
  widget_class->system_setting_changed = myna_block_column_system_setting_changed;
  widget_class->focus = myna_block_column_focus;
  signals[SHIFTED] = g_signal_new ("shifted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                   G_TYPE_INT, G_TYPE_INT);
}

static void
myna_block_column_init (MynaBlockColumn *self)
{
  self->scale = 1;
  self->items = g_array_new (FALSE, TRUE, sizeof (MynaItem));
  g_array_set_clear_func (self->items, clear_item);
  myna_ink_init (&self->ink, GTK_WIDGET (self));
  self->drawn_top = G_MININT;
  self->drawn_bottom = G_MAXINT;
}
