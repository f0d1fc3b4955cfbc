/* table-block.c: a table that scrolls by itself where it is too wide
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "markdown/block-views.h"
#include "base/controls.h"
#include "markdown/table-grid.h"
#include "markdown/side-scroller.h"

struct _MynaTableBlock
{
  MynaBlockView parent_instance;
  GtkWidget *scroller;
  GtkWidget *grid;
};

G_DEFINE_FINAL_TYPE (MynaTableBlock, myna_table_block, MYNA_TYPE_BLOCK_VIEW)

static void
myna_table_block_update (MynaBlockView *view)
{
  MynaTableBlock *self = MYNA_TABLE_BLOCK (view);

  MynaBlock *block = myna_block_view_get_block (view);

  myna_table_grid_set_block (MYNA_TABLE_GRID (self->grid), block);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Table"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, block->string.text, -1);
}

static void
myna_table_block_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  MynaTableBlock *self = MYNA_TABLE_BLOCK (widget);

  GTK_WIDGET_CLASS (myna_table_block_parent_class)->css_changed (widget, change);
  myna_table_grid_reset (MYNA_TABLE_GRID (self->grid), myna_block_view_get_ink (MYNA_BLOCK_VIEW (self)));
}

/* A scrolled window does not ask its child for a height for a width, so the grid is asked directly. */
static void
myna_table_block_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                          int *minimum_baseline, int *natural_baseline)
{
  MynaTableBlock *self = MYNA_TABLE_BLOCK (widget);

  gtk_widget_measure (self->grid, GTK_ORIENTATION_HORIZONTAL, -1, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      gtk_widget_measure (self->scroller, GTK_ORIENTATION_HORIZONTAL, -1, minimum, NULL, NULL, NULL);
      *natural = MAX (*natural, *minimum);
      return;
    }
  gtk_widget_measure (self->grid, GTK_ORIENTATION_VERTICAL, for_size < 0 ? -1 : MAX (for_size, *minimum), NULL, natural, NULL,
                      NULL);
  *minimum = *natural;
}

static void
myna_table_block_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_size_allocate (MYNA_TABLE_BLOCK (widget)->scroller, &(GtkAllocation){ 0, 0, width, height }, -1);
}

static MynaTableLayout *
get_layout (MynaBlockView *view)
{
  return myna_table_grid_get_layout (MYNA_TABLE_GRID (MYNA_TABLE_BLOCK (view)->grid));
}

static guint
myna_table_block_index_at (MynaBlockView *view, double x, double y)
{
  return myna_block_view_to_child (view, MYNA_TABLE_BLOCK (view)->grid, &x, &y)
             ? myna_table_layout_index_at (get_layout (view), x, y)
             : 0;
}

static const MynaRun *
myna_table_block_run_at (MynaBlockView *view, double x, double y)
{
  return myna_block_view_to_child (view, MYNA_TABLE_BLOCK (view)->grid, &x, &y)
             ? myna_table_layout_run_at (get_layout (view), x, y)
             : NULL;
}

static void
myna_table_block_get_bounds (MynaBlockView *view, guint start, guint end, graphene_rect_t *ret_bounds)
{
  myna_table_layout_get_bounds (get_layout (view), start, end, ret_bounds);
  myna_block_view_from_child (view, MYNA_TABLE_BLOCK (view)->grid, ret_bounds);
}

static void
myna_table_block_marks_changed (MynaBlockView *view)
{
  myna_table_grid_set_marks (MYNA_TABLE_GRID (MYNA_TABLE_BLOCK (view)->grid), myna_block_view_get_marks (view));
}

static void
myna_table_block_direction_changed (GtkWidget *widget, GtkTextDirection previous)
{
  gtk_widget_set_direction (MYNA_TABLE_BLOCK (widget)->grid, gtk_widget_get_direction (widget));
}

static void
myna_table_block_dispose (GObject *object)
{
  g_clear_pointer (&MYNA_TABLE_BLOCK (object)->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_table_block_parent_class)->dispose (object);
}

static void
myna_table_block_class_init (MynaTableBlockClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  MynaBlockViewClass *view_class = MYNA_BLOCK_VIEW_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_table_block_dispose;
  widget_class->css_changed = myna_table_block_css_changed;
  myna_class_set_height_for_width (widget_class);
  widget_class->measure = myna_table_block_measure;
  widget_class->size_allocate = myna_table_block_size_allocate;
  widget_class->direction_changed = myna_table_block_direction_changed;
  view_class->update = myna_table_block_update;
  view_class->index_at = myna_table_block_index_at;
  view_class->run_at = myna_table_block_run_at;
  view_class->get_bounds = myna_table_block_get_bounds;
  view_class->marks_changed = myna_table_block_marks_changed;
}

static void
myna_table_block_init (MynaTableBlock *self)
{
  self->grid = myna_table_grid_new ();
  self->scroller = myna_side_scroller_new (self->grid);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  myna_table_grid_set_marks (MYNA_TABLE_GRID (self->grid), myna_block_view_get_marks (MYNA_BLOCK_VIEW (self)));
}
