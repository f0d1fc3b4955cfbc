/* table-layout.c: the cells of a table, laid out and hit
 *
 * Columns get their natural widths if these fit; otherwise wide columns are narrowed (their text wraps), no further than
 * MIN_COLUMN; what is still too wide scrolls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "typeset/table-layout.h"

#include <string.h>

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

struct _MynaTableLayout
{
  MynaBlock *block;  /* NULL: none yet */
  GArray *cells;     /* of Cell, row by row */
  int *column_x;     /* left edges, [n_columns]; from right to left where the text is */
  int *column_width; /* with the padding, [n_columns] */
  int *row_y;        /* [n_rows + 1] */
  int x, width;      /* of the table */
  int placed_width;  /* -1: not placed */
};

static void
clear_cell (gpointer data)
{
  g_clear_pointer (&((Cell *) data)->layout, myna_text_layout_free);
}

static GArray *
make_cells (guint n)
{
  GArray *cells = g_array_new (FALSE, TRUE, sizeof (Cell));

  g_array_set_clear_func (cells, clear_cell);
  return g_array_set_size (cells, n);
}

static Cell *
get_cell (MynaTableLayout *self, guint i)
{
  return &g_array_index (self->cells, Cell, i);
}

static guint
get_n_columns (MynaTableLayout *self)
{
  return self->block ? self->block->n_columns : 0;
}

static guint
get_n_rows (MynaTableLayout *self)
{
  return get_n_columns (self) > 0 ? self->cells->len / get_n_columns (self) : 0;
}

static int
get_padding (MynaTableLayout *self)
{
  return get_n_columns (self) * 2 * CELL_PADDING_X;
}

MynaTableLayout *
myna_table_layout_new (void)
{
  MynaTableLayout *self = g_new0 (MynaTableLayout, 1);

  self->cells = make_cells (0);
  self->placed_width = -1;
  return self;
}

void
myna_table_layout_free (MynaTableLayout *self)
{
  if (!self)
    return;
  g_array_unref (self->cells);
  g_clear_pointer (&self->block, myna_block_unref);
  g_free (self->column_x);
  g_free (self->column_width);
  g_free (self->row_y);
  g_free (self);
}

/* Whether cell `i` looks the same in both. */
static gboolean
is_same (const MynaBlock *old, const MynaBlock *block, guint i)
{
  const MynaRichString *before = old->cells->pdata[i], *string = block->cells->pdata[i];

  return old->alignments[i % old->n_columns] == block->alignments[i % block->n_columns] && !before->runs && !string->runs
         && strcmp (before->text, string->text) == 0;
}

void
myna_table_layout_set_block (MynaTableLayout *self, MynaBlock *block)
{
  g_autoptr (MynaBlock) old = self->block;
  g_autoptr (GArray) old_cells = self->cells;
  gboolean same_columns = old && old->n_columns == block->n_columns;
  guint offset = 0;

  self->block = myna_block_ref (block);
  self->cells = make_cells (block->cells->len);
  for (guint i = 0; i < block->cells->len; i++)
    {
      Cell *cell = get_cell (self, i);

      if (same_columns && i < old_cells->len && is_same (old, block, i))
        {
          *cell = g_array_index (old_cells, Cell, i);
          g_array_index (old_cells, Cell, i).layout = NULL;
        }
      cell->offset = offset;
      offset += strlen (((MynaRichString *) block->cells->pdata[i])->text) + 1;
    }
  self->placed_width = -1;
}

void
myna_table_layout_reset (MynaTableLayout *self)
{
  for (guint i = 0; i < self->cells->len; i++)
    clear_cell (get_cell (self, i));
  self->placed_width = -1;
}

/* ---- Columns and rows ------------------------------------------------------------------------------------------- */

static void
make_layout (MynaTableLayout *self, guint i, PangoContext *context, const PangoColor *link)
{
  Cell *cell = get_cell (self, i);
  MynaTextRole role = i < self->block->n_columns ? MYNA_TEXT_TABLE_HEAD : MYNA_TEXT_BODY;

  if (cell->layout)
    return;
  cell->layout = myna_text_layout_new (context, self->block->cells->pdata[i], role, link, NULL);
  myna_text_layout_set_alignment (cell->layout, self->block->alignments[i % self->block->n_columns]);
  myna_text_layout_set_width (cell->layout, -1);
  myna_text_layout_get_size (cell->layout, &cell->natural_width, NULL);
}

/* Widest text of each column, in pixels without padding; the caller frees. */
static int *
get_natural_columns (MynaTableLayout *self, PangoContext *context, const PangoColor *link)
{
  guint n = get_n_columns (self);
  int *widths = g_new0 (int, n);

  for (guint i = 0; i < self->cells->len; i++)
    {
      make_layout (self, i, context, link);
      widths[i % n] = MAX (widths[i % n], MIN (get_cell (self, i)->natural_width, MAX_COLUMN));
    }
  return widths;
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

void
myna_table_layout_measure (MynaTableLayout *self, PangoContext *context, const PangoColor *link, int *ret_minimum,
                           int *ret_natural)
{
  g_autofree int *widths = get_natural_columns (self, context, link);

  *ret_natural = fit_columns (widths, get_n_columns (self), G_MAXINT / 2) + get_padding (self);
  *ret_minimum = fit_columns (widths, get_n_columns (self), 0) + get_padding (self);
}

static void
place_rows (MynaTableLayout *self, const int *widths)
{
  guint n_columns = get_n_columns (self), n_rows = get_n_rows (self);
  int y = 0;

  g_free (self->row_y);
  self->row_y = g_new0 (int, n_rows + 1);
  for (guint row = 0; row < n_rows; row++)
    {
      int height = 0;

      self->row_y[row] = y;
      for (guint column = 0; column < n_columns; column++)
        {
          Cell *cell = get_cell (self, row * n_columns + column);
          int cell_height;

          myna_text_layout_set_width (cell->layout, widths[column]);
          myna_text_layout_get_size (cell->layout, NULL, &cell_height);
          height = MAX (height, cell_height);
        }
      y += height + 2 * CELL_PADDING_Y + 1;
    }
  self->row_y[n_rows] = y;
}

int
myna_table_layout_place (MynaTableLayout *self, PangoContext *context, const PangoColor *link, int width)
{
  gboolean rtl = pango_context_get_base_dir (context) == PANGO_DIRECTION_RTL;
  guint n = get_n_columns (self);

  if (self->placed_width != width)
    {
      g_autofree int *widths = get_natural_columns (self, context, link);
      int x = 0;

      self->width = fit_columns (widths, n, width - get_padding (self)) + get_padding (self);
      self->x = rtl ? MAX (0, width - self->width) : 0;
      g_free (self->column_x);
      g_free (self->column_width);
      self->column_x = g_new0 (int, n);
      self->column_width = g_new0 (int, n);
      for (guint i = 0; i < n; i++)
        {
          self->column_width[i] = widths[i] + 2 * CELL_PADDING_X;
          self->column_x[i] = self->x + (rtl ? self->width - x - self->column_width[i] : x);
          x += self->column_width[i];
        }
      place_rows (self, widths);
      self->placed_width = width;
    }
  return self->row_y[get_n_rows (self)];
}

/* ---- What is where ---------------------------------------------------------------------------------------------- */

guint
myna_table_layout_get_n_cells (MynaTableLayout *self)
{
  return self->cells->len;
}

MynaTableCell
myna_table_layout_get_cell (MynaTableLayout *self, guint i)
{
  const Cell *cell = get_cell (self, i);

  return (MynaTableCell){
    .layout = cell->layout,
    .offset = cell->offset,
    .x = self->column_x[i % get_n_columns (self)] + CELL_PADDING_X,
    .y = self->row_y[i / get_n_columns (self)] + CELL_PADDING_Y,
  };
}

gboolean
myna_table_layout_get_line (MynaTableLayout *self, guint row, graphene_rect_t *ret_line)
{
  if (row + 1 >= get_n_rows (self))
    return FALSE;
  *ret_line = GRAPHENE_RECT_INIT (self->x, self->row_y[row + 1] - 1, self->width, row == 0 ? 2 : 1);
  return TRUE;
}

static double
distance_to_column (MynaTableLayout *self, guint column, double x)
{
  double left = self->column_x[column], right = left + self->column_width[column];

  return x < left ? left - x : x >= right ? x - right + 1 : 0;
}

/* The cell under a point, or the nearest one; FALSE: there is none. */
static gboolean
cell_at (MynaTableLayout *self, double x, double y, MynaTableCell *ret_cell)
{
  guint row = 0, column = 0;

  if (self->placed_width < 0 || self->cells->len == 0)
    return FALSE;
  while (row + 1 < get_n_rows (self) && self->row_y[row + 1] <= y)
    row++;
  for (guint i = 1; i < get_n_columns (self); i++)
    if (distance_to_column (self, i, x) < distance_to_column (self, column, x))
      column = i;
  *ret_cell = myna_table_layout_get_cell (self, row * get_n_columns (self) + column);
  return TRUE;
}

guint
myna_table_layout_index_at (MynaTableLayout *self, double x, double y)
{
  MynaTableCell cell;

  return cell_at (self, x, y, &cell) ? cell.offset + myna_text_layout_index_at (cell.layout, x - cell.x, y - cell.y) : 0;
}

const MynaRun *
myna_table_layout_run_at (MynaTableLayout *self, double x, double y)
{
  MynaTableCell cell;

  return cell_at (self, x, y, &cell) ? myna_text_layout_run_at (cell.layout, x - cell.x, y - cell.y) : NULL;
}

/* The cell that holds a byte of the table's text; FALSE: there is none. */
static gboolean
find_cell (MynaTableLayout *self, guint index, MynaTableCell *ret_cell)
{
  guint low = 0, high = self->cells->len;

  if (self->placed_width < 0 || high == 0)
    return FALSE;
  while (high - low > 1)
    {
      guint middle = (low + high) / 2;

      if (get_cell (self, middle)->offset <= index)
        low = middle;
      else
        high = middle;
    }
  *ret_cell = myna_table_layout_get_cell (self, low);
  return TRUE;
}

void
myna_table_layout_get_bounds (MynaTableLayout *self, guint start, guint end, graphene_rect_t *ret_bounds)
{
  MynaTableCell cell;

  *ret_bounds = *graphene_rect_zero ();
  if (!find_cell (self, start, &cell))
    return;
  myna_text_layout_get_bounds (cell.layout, start - cell.offset, end - cell.offset, ret_bounds);
  graphene_rect_offset (ret_bounds, cell.x, cell.y);
}

void
myna_table_layout_get_rectangles (MynaTableLayout *self, guint start, guint end, GArray *rectangles)
{
  guint first = rectangles->len;
  MynaTableCell cell;

  if (!find_cell (self, start, &cell))
    return;
  myna_text_layout_get_rectangles (cell.layout, start - cell.offset, end - cell.offset, rectangles);
  for (guint i = first; i < rectangles->len; i++)
    graphene_rect_offset (&g_array_index (rectangles, graphene_rect_t, i), cell.x, cell.y);
}
