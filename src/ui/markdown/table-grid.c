/* table-grid.c: the cells of a table, drawn by one widget
 *
 * One layout a cell and no widgets (typeset/table-layout.h), so that a table of thousands of cells stays cheap.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/table-grid.h"

#include "base/controls.h"
#include "markdown/link.h"

struct _MynaTableGrid
{
  GtkWidget parent_instance;
  MynaTableLayout *layout;
  GPtrArray *links; /* MynaLink, children */
  MynaInk ink;
  const MynaMarks *marks;
};

G_DEFINE_FINAL_TYPE (MynaTableGrid, myna_table_grid, GTK_TYPE_WIDGET)

static int
place (MynaTableGrid *self, int width)
{
  PangoContext *context = gtk_widget_create_pango_context (GTK_WIDGET (self));
  int height = myna_table_layout_place (self->layout, context, &self->ink.link, width);

  g_object_unref (context);
  return height;
}

void
myna_table_grid_set_block (MynaTableGrid *self, MynaBlock *block)
{
  guint n_links = 0, offset = 0;

  myna_table_layout_set_block (self->layout, block);
  for (guint i = 0; i < block->cells->len; i++)
    {
      const MynaRichString *string = block->cells->pdata[i];

      n_links = myna_links_update (self->links, n_links, GTK_WIDGET (self), string, offset);
      offset += strlen (string->text) + 1;
    }
  myna_links_truncate (self->links, n_links);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
myna_table_grid_reset (MynaTableGrid *self, const MynaInk *ink)
{
  self->ink = *ink;
  myna_table_layout_reset (self->layout);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
myna_table_grid_set_marks (MynaTableGrid *self, const MynaMarks *marks)
{
  self->marks = marks;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

MynaTableLayout *
myna_table_grid_get_layout (MynaTableGrid *self)
{
  return self->layout;
}

static void
myna_table_grid_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  MynaTableGrid *self = MYNA_TABLE_GRID (widget);
  PangoContext *context;

  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = place (self, for_size < 0 ? G_MAXINT / 2 : for_size);
      return;
    }
  context = gtk_widget_create_pango_context (widget);
  myna_table_layout_measure (self->layout, context, &self->ink.link, minimum, natural);
  g_object_unref (context);
}

static void
myna_table_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaTableGrid *self = MYNA_TABLE_GRID (widget);

  place (self, width);
  for (guint i = 0; i < self->links->len; i++)
    {
      MynaRange range = myna_link_get_range (self->links->pdata[i]);
      GArray *rectangles = g_array_new (FALSE, FALSE, sizeof (graphene_rect_t));

      myna_table_layout_get_rectangles (self->layout, range.start, range.end, rectangles);
      myna_link_place (self->links->pdata[i], rectangles);
    }
}

static void
myna_table_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaTableGrid *self = MYNA_TABLE_GRID (widget);
  graphene_rect_t line;

  place (self, gtk_widget_get_width (widget));
  for (guint i = 0; i < myna_table_layout_get_n_cells (self->layout); i++)
    {
      MynaTableCell cell = myna_table_layout_get_cell (self->layout, i);

      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (cell.x, cell.y));
      myna_ink_draw (&self->ink, cell.layout, snapshot, self->marks, cell.offset);
      gtk_snapshot_restore (snapshot);
    }
  for (guint row = 0; myna_table_layout_get_line (self->layout, row, &line); row++)
    gtk_snapshot_append_color (snapshot, &self->ink.line, &line);
  for (guint i = 0; i < self->links->len; i++)
    gtk_widget_snapshot_child (widget, self->links->pdata[i], snapshot);
}

static void
myna_table_grid_direction_changed (GtkWidget *widget, GtkTextDirection previous)
{
  MynaTableGrid *self = MYNA_TABLE_GRID (widget);

  myna_table_grid_reset (self, &self->ink);
}

static void
myna_table_grid_dispose (GObject *object)
{
  myna_links_truncate (MYNA_TABLE_GRID (object)->links, 0);
  G_OBJECT_CLASS (myna_table_grid_parent_class)->dispose (object);
}

static void
myna_table_grid_finalize (GObject *object)
{
  MynaTableGrid *self = MYNA_TABLE_GRID (object);

  myna_table_layout_free (self->layout);
  g_ptr_array_unref (self->links);
  G_OBJECT_CLASS (myna_table_grid_parent_class)->finalize (object);
}

static void
myna_table_grid_class_init (MynaTableGridClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_table_grid_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_table_grid_finalize;
  myna_class_set_height_for_width (widget_class);
  widget_class->measure = myna_table_grid_measure;
  widget_class->size_allocate = myna_table_grid_size_allocate;
  widget_class->snapshot = myna_table_grid_snapshot;
  widget_class->direction_changed = myna_table_grid_direction_changed;
}

static void
myna_table_grid_init (MynaTableGrid *self)
{
  static const MynaMarks no_marks = { .current = -1 };

  self->layout = myna_table_layout_new ();
  self->links = g_ptr_array_new ();
  self->marks = &no_marks;
  myna_ink_init (&self->ink, GTK_WIDGET (self));
}

GtkWidget *
myna_table_grid_new (void)
{
  return g_object_new (MYNA_TYPE_TABLE_GRID, NULL);
}
