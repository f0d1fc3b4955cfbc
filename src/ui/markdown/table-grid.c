/* table-grid.c: the cells of a table, drawn by one widget
 *
 * One layout a cell and no widgets, so that a table of thousands of cells stays cheap.  Columns get their natural widths if
 * these fit; otherwise wide columns are narrowed (their text wraps), no further than MIN_COLUMN; what is still too wide
 * scrolls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/table-grid.h"

#include <string.h>

#include "markdown/block-view.h"
#include "markdown/link.h"

#define CELL_PADDING_X 12
#define CELL_PADDING_Y 5
#define MIN_COLUMN     110 /* narrowest that a column's text is wrapped to */
#define MAX_COLUMN     420 /* widest that a column asks for */

typedef struct
{
  MynaTextLayout *layout;
  guint offset; /* of its text in the table's text */
  int natural_width;
} Cell;

struct _MynaTableGrid
{
  GtkWidget parent_instance;
  MynaBlock *block;
  GArray *cells; /* of Cell, row by row */
  GString *text;
  GPtrArray *links;  /* MynaLink, children */
  int *column_x;     /* left edges, [n_columns]; from right to left where the text is */
  int *column_width; /* with the padding, [n_columns] */
  int table_x, table_width;
  int *row_y;         /* [n_rows + 1] */
  int laid_out_width; /* -1: not laid out */
  MynaInk ink;
  const MynaMarks *marks;
};

G_DEFINE_FINAL_TYPE (MynaTableGrid, myna_table_grid, GTK_TYPE_WIDGET)

static void
clear_cell (gpointer data)
{
  g_clear_pointer (&((Cell *) data)->layout, myna_text_layout_free);
}

static guint
get_n_rows (MynaTableGrid *self)
{
  return self->block->n_columns > 0 ? self->block->cells->len / self->block->n_columns : 0;
}

static Cell *
get_cell (MynaTableGrid *self, guint row, guint column)
{
  return &g_array_index (self->cells, Cell, row * self->block->n_columns + column);
}

static void
make_layout (MynaTableGrid *self, guint index, PangoContext *context)
{
  Cell *cell = &g_array_index (self->cells, Cell, index);
  MynaAlignment alignment = self->block->alignments[index % self->block->n_columns];
  MynaTextRole role = index < self->block->n_columns ? MYNA_TEXT_TABLE_HEAD : MYNA_TEXT_BODY;

  if (cell->layout)
    return;
  cell->layout = myna_text_layout_new (context, self->block->cells->pdata[index], role, &self->ink.link, NULL);
  myna_text_layout_set_alignment (cell->layout, alignment);
  myna_text_layout_set_width (cell->layout, -1);
  myna_text_layout_get_size (cell->layout, &cell->natural_width, NULL);
}

/* Widest text of each column, in pixels without padding. */
static void
get_natural_columns (MynaTableGrid *self, int *widths)
{
  PangoContext *context = gtk_widget_create_pango_context (GTK_WIDGET (self));

  for (guint i = 0; i < self->block->n_columns; i++)
    widths[i] = 0;
  for (guint i = 0; i < self->cells->len; i++)
    {
      int *width = &widths[i % self->block->n_columns];

      make_layout (self, i, context);
      *width = MAX (*width, MIN (g_array_index (self->cells, Cell, i).natural_width, MAX_COLUMN));
    }
  g_object_unref (context);
}

/* Narrows the widest columns until the sum is `available` or none can give more.  Returns the sum. */
static int
fit_columns (int *widths, guint n, int available)
{
  int sum = 0;

  for (guint i = 0; i < n; i++)
    sum += widths[i];
  while (sum > available)
    {
      int widest = 0, second = MIN_COLUMN, n_widest = 0, target;

      for (guint i = 0; i < n; i++)
        widest = MAX (widest, widths[i]);
      if (widest <= MIN_COLUMN)
        break;
      for (guint i = 0; i < n; i++)
        if (widths[i] == widest)
          n_widest++;
        else
          second = MAX (second, widths[i]);
      /* All of the widest columns shrink together, to the next lower width at most. */
      target = MAX (second, widest - (sum - available + n_widest - 1) / n_widest);
      for (guint i = 0; i < n; i++)
        if (widths[i] == widest)
          widths[i] = target;
      sum -= n_widest * (widest - target);
    }
  return sum;
}

static int
get_padding (MynaTableGrid *self)
{
  return self->block->n_columns * 2 * CELL_PADDING_X;
}

static void
place_rows (MynaTableGrid *self, const int *widths)
{
  int y = 0;

  for (guint row = 0; row < get_n_rows (self); row++)
    {
      int height = 0;

      self->row_y[row] = y;
      for (guint column = 0; column < self->block->n_columns; column++)
        {
          Cell *cell = get_cell (self, row, column);
          int cell_height;

          myna_text_layout_set_width (cell->layout, widths[column]);
          myna_text_layout_get_size (cell->layout, NULL, &cell_height);
          height = MAX (height, cell_height);
        }
      y += height + 2 * CELL_PADDING_Y + 1;
    }
  self->row_y[get_n_rows (self)] = y;
}

static void
lay_out (MynaTableGrid *self, int width)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  guint n = self->block->n_columns;
  g_autofree int *widths = NULL;
  int x = 0;

  if (self->laid_out_width == width)
    return;
  widths = g_new (int, n);
  get_natural_columns (self, widths);
  self->table_width = fit_columns (widths, n, width - get_padding (self)) + get_padding (self);
  self->table_x = rtl ? MAX (0, width - self->table_width) : 0;

  g_free (self->column_x);
  g_free (self->column_width);
  g_free (self->row_y);
  self->column_x = g_new0 (int, n);
  self->column_width = g_new0 (int, n);
  self->row_y = g_new0 (int, get_n_rows (self) + 1);
  for (guint i = 0; i < n; i++)
    {
      self->column_width[i] = widths[i] + 2 * CELL_PADDING_X;
      self->column_x[i] = self->table_x + (rtl ? self->table_width - x - self->column_width[i] : x);
      x += self->column_width[i];
    }
  place_rows (self, widths);
  self->laid_out_width = width;
}

/* Takes over layouts of cells that show the same as before, and writes the table's text. */
void
myna_table_grid_set_block (MynaTableGrid *self, MynaBlock *block)
{
  MynaBlock *old = self->block;
  GArray *old_cells = self->cells;
  gboolean same_columns = old && old->n_columns == block->n_columns;
  guint n_links = 0;

  self->block = myna_block_ref (block);
  self->cells = g_array_new (FALSE, TRUE, sizeof (Cell));
  g_array_set_clear_func (self->cells, clear_cell);
  g_array_set_size (self->cells, block->cells->len);
  g_string_truncate (self->text, 0);
  for (guint i = 0; i < block->cells->len; i++)
    {
      Cell *cell = &g_array_index (self->cells, Cell, i);
      const MynaRichString *string = block->cells->pdata[i];

      cell->offset = self->text->len;
      n_links = myna_links_update (self->links, n_links, GTK_WIDGET (self), string, cell->offset);
      g_string_append (self->text, string->text);
      g_string_append_c (self->text, (i + 1) % block->n_columns ? '\t' : '\n');
      if (same_columns && i < old_cells->len && old->alignments[i % old->n_columns] == block->alignments[i % old->n_columns]
          && strcmp (((MynaRichString *) old->cells->pdata[i])->text, string->text) == 0
          && ((MynaRichString *) old->cells->pdata[i])->runs == NULL && !string->runs)
        {
          cell->layout = g_steal_pointer (&g_array_index (old_cells, Cell, i).layout);
          cell->natural_width = g_array_index (old_cells, Cell, i).natural_width;
        }
    }
  myna_links_truncate (self->links, n_links);
  if (self->text->len > 0)
    g_string_truncate (self->text, self->text->len - 1);
  g_clear_pointer (&old_cells, g_array_unref);
  g_clear_pointer (&old, myna_block_unref);
  self->laid_out_width = -1;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
myna_table_grid_reset (MynaTableGrid *self, const MynaInk *ink)
{
  self->ink = *ink;
  for (guint i = 0; self->cells && i < self->cells->len; i++)
    clear_cell (&g_array_index (self->cells, Cell, i));
  self->laid_out_width = -1;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
myna_table_grid_set_marks (MynaTableGrid *self, const MynaMarks *marks)
{
  self->marks = marks;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const char *
myna_table_grid_get_text (MynaTableGrid *self)
{
  return self->text->str;
}

static double
distance_to_column (MynaTableGrid *self, guint column, double x)
{
  double left = self->column_x[column], right = left + self->column_width[column];

  return x < left ? left - x : x >= right ? x - right + 1 : 0;
}

/* Cell under a point (the nearest one), and where its text begins. */
static Cell *
cell_at (MynaTableGrid *self, double x, double y, double *ret_x, double *ret_y)
{
  guint row = 0, column = 0;

  while (row + 1 < get_n_rows (self) && self->row_y[row + 1] <= y)
    row++;
  for (guint i = 1; i < self->block->n_columns; i++)
    if (distance_to_column (self, i, x) < distance_to_column (self, column, x))
      column = i;
  *ret_x = self->column_x[column] + CELL_PADDING_X;
  *ret_y = self->row_y[row] + CELL_PADDING_Y;
  return get_cell (self, row, column);
}

guint
myna_table_grid_index_at (MynaTableGrid *self, double x, double y)
{
  double cell_x, cell_y;
  Cell *cell;

  if (self->laid_out_width < 0 || self->cells->len == 0)
    return 0;
  cell = cell_at (self, x, y, &cell_x, &cell_y);
  return cell->offset + myna_text_layout_index_at (cell->layout, x - cell_x, y - cell_y);
}

const MynaRun *
myna_table_grid_run_at (MynaTableGrid *self, double x, double y)
{
  double cell_x, cell_y;
  Cell *cell;

  if (self->laid_out_width < 0 || self->cells->len == 0)
    return NULL;
  cell = cell_at (self, x, y, &cell_x, &cell_y);
  return myna_text_layout_run_at (cell->layout, x - cell_x, y - cell_y);
}

/* Index of the cell that holds byte `index` of the table's text. */
static guint
find_cell (MynaTableGrid *self, guint index)
{
  guint low = 0, high = self->cells->len;

  while (high - low > 1)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (self->cells, Cell, middle).offset <= index)
        low = middle;
      else
        high = middle;
    }
  return low;
}

void
myna_table_grid_get_bounds (MynaTableGrid *self, guint start, guint end, graphene_rect_t *ret_bounds)
{
  guint i;
  Cell *cell;

  *ret_bounds = *graphene_rect_zero ();
  if (self->laid_out_width < 0 || self->cells->len == 0)
    return;
  i = find_cell (self, start);
  cell = &g_array_index (self->cells, Cell, i);
  myna_text_layout_get_bounds (cell->layout, start - cell->offset, end - cell->offset, ret_bounds);
  graphene_rect_offset (ret_bounds, self->column_x[i % self->block->n_columns] + CELL_PADDING_X,
                        self->row_y[i / self->block->n_columns] + CELL_PADDING_Y);
}

void
myna_table_grid_copy (MynaTableGrid *self, guint start, guint end, GString *out)
{
  for (guint i = 0; i < self->cells->len; i++)
    {
      const MynaRichString *string = self->block->cells->pdata[i];
      guint from = g_array_index (self->cells, Cell, i).offset, to = from + strlen (string->text);

      if (to < start || from >= end)
        continue;
      myna_rich_string_copy (string, MAX (start, from) - from, MIN (end, to) - from, out);
      if (to < end && i + 1 < self->cells->len)
        g_string_append_c (out, self->text->str[to]);
    }
}

static GtkSizeRequestMode
myna_table_grid_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
myna_table_grid_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  MynaTableGrid *self = MYNA_TABLE_GRID (widget);
  g_autofree int *widths = NULL;

  if (!self->block)
    return;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      lay_out (self, for_size < 0 ? G_MAXINT / 2 : for_size);
      *minimum = *natural = self->row_y[get_n_rows (self)];
      return;
    }
  widths = g_new (int, self->block->n_columns);
  get_natural_columns (self, widths);
  *natural = fit_columns (widths, self->block->n_columns, G_MAXINT / 2) + get_padding (self);
  *minimum = fit_columns (widths, self->block->n_columns, 0) + get_padding (self);
}

static void
place_link (MynaTableGrid *self, MynaLink *link)
{
  MynaRange range = myna_link_get_range (link);
  guint i = find_cell (self, range.start);
  Cell *cell = &g_array_index (self->cells, Cell, i);
  GArray *rectangles = g_array_new (FALSE, FALSE, sizeof (graphene_rect_t));

  myna_text_layout_get_rectangles (cell->layout, range.start - cell->offset, range.end - cell->offset, rectangles);
  for (guint j = 0; j < rectangles->len; j++)
    graphene_rect_offset (&g_array_index (rectangles, graphene_rect_t, j),
                          self->column_x[i % self->block->n_columns] + CELL_PADDING_X,
                          self->row_y[i / self->block->n_columns] + CELL_PADDING_Y);
  myna_link_place (link, rectangles);
}

static void
myna_table_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaTableGrid *self = MYNA_TABLE_GRID (widget);

  lay_out (self, width);
  for (guint i = 0; i < self->links->len; i++)
    place_link (self, self->links->pdata[i]);
}

static void
myna_table_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaTableGrid *self = MYNA_TABLE_GRID (widget);
  guint n_rows;

  if (!self->block)
    return;
  lay_out (self, gtk_widget_get_width (widget));
  n_rows = get_n_rows (self);
  for (guint row = 0; row < n_rows; row++)
    {
      for (guint column = 0; column < self->block->n_columns; column++)
        {
          Cell *cell = get_cell (self, row, column);

          gtk_snapshot_save (snapshot);
          gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (self->column_x[column] + CELL_PADDING_X,
                                                                  self->row_y[row] + CELL_PADDING_Y));
          myna_ink_draw (&self->ink, cell->layout, snapshot, self->marks, cell->offset);
          gtk_snapshot_restore (snapshot);
        }
      if (row + 1 < n_rows)
        gtk_snapshot_append_color (snapshot, &self->ink.line,
                                   &GRAPHENE_RECT_INIT (self->table_x, self->row_y[row + 1] - 1, self->table_width,
                                                        row == 0 ? 2 : 1));
    }
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

  g_clear_pointer (&self->cells, g_array_unref);
  g_clear_pointer (&self->block, myna_block_unref);
  g_string_free (self->text, TRUE);
  g_free (self->column_x);
  g_free (self->column_width);
  g_free (self->row_y);
  g_ptr_array_unref (self->links);
  G_OBJECT_CLASS (myna_table_grid_parent_class)->finalize (object);
}

static void
myna_table_grid_class_init (MynaTableGridClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_table_grid_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_table_grid_finalize;
  widget_class->get_request_mode = myna_table_grid_get_request_mode;
  widget_class->measure = myna_table_grid_measure;
  widget_class->size_allocate = myna_table_grid_size_allocate;
  widget_class->snapshot = myna_table_grid_snapshot;
  widget_class->direction_changed = myna_table_grid_direction_changed;
}

static void
myna_table_grid_init (MynaTableGrid *self)
{
  static const MynaMarks no_marks = { .current = -1 };

  self->text = g_string_new (NULL);
  self->links = g_ptr_array_new ();
  self->laid_out_width = -1;
  self->marks = &no_marks;
  myna_ink_init (&self->ink, GTK_WIDGET (self));
}

GtkWidget *
myna_table_grid_new (void)
{
  return g_object_new (MYNA_TYPE_TABLE_GRID, NULL);
}
