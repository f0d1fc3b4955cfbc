/* chat-canvas-rows.c: which rows of the canvas have widgets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows are made in the frame clock's update phase, before the layout of the same frame: first those in the viewport, then,
 * as long as BUDGET_US lasts, those within a page of it; the rest in the next frames.
 */
#include "transcript/chat-canvas-private.h"

/* Beside the column, where there is little room. */
#define MARGIN_NARROW 12
/* Main-thread time for rows that are not visible yet, a frame. */
#define BUDGET_US 4000
/* Rows kept for reuse, of each kind. */
#define MAX_SPARE 8

guint
myna_chat_canvas_n_items (MynaChatCanvas *self)
{
  return myna_height_index_get_n (self->heights);
}

int
myna_chat_canvas_column_width (MynaChatCanvas *self)
{
  int margin = self->width < 500 ? MARGIN_NARROW : MYNA_CHAT_CANVAS_MARGIN;

  return CLAMP (self->width - 2 * margin, 1, MYNA_CHAT_CANVAS_COLUMN_WIDTH);
}

gint64
myna_chat_canvas_content_height (MynaChatCanvas *self)
{
  return MYNA_CHAT_CANVAS_PADDING_TOP + myna_height_index_get_top (self->heights, myna_chat_canvas_n_items (self))
         + MYNA_CHAT_CANVAS_PADDING_BOTTOM;
}

void
myna_chat_canvas_estimate (MynaChatCanvas *self, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, i);

      myna_height_index_set (self->heights, i,
                             self->funcs->estimate (item, myna_chat_canvas_column_width (self), self->user_data), FALSE);
    }
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

/* Index in self->rows of the first row at or after the position. */
static guint
find_row (MynaChatCanvas *self, guint position)
{
  guint i = 0;

  while (i < self->rows->len && ((MynaChatCanvasRow *) g_ptr_array_index (self->rows, i))->position < position)
    i++;
  return i;
}

MynaChatCanvasRow *
myna_chat_canvas_peek_row (MynaChatCanvas *self, guint position)
{
  guint i = find_row (self, position);
  MynaChatCanvasRow *row = i < self->rows->len ? g_ptr_array_index (self->rows, i) : NULL;

  return row && row->position == position ? row : NULL;
}

void
myna_chat_canvas_release_row (MynaChatCanvas *self, MynaChatCanvasRow *row)
{
  self->funcs->unbind (row->widget, row->item, self->user_data);
  g_object_ref (row->widget);
  gtk_widget_unparent (row->widget);
  if (self->spare[row->kind].length < MAX_SPARE)
    g_queue_push_tail (&self->spare[row->kind], row->widget);
  else
    g_object_unref (row->widget);
  g_object_unref (row->item);
  g_free (row);
}

static MynaChatCanvasRow *
make_row (MynaChatCanvas *self, guint position)
{
  guint i = find_row (self, position);
  MynaChatCanvasRow *row = g_new (MynaChatCanvasRow, 1);

  row->position = position;
  row->item = g_list_model_get_item (self->model, position);
  row->kind = self->funcs->kind (row->item, self->user_data);
  row->widget = g_queue_pop_head (&self->spare[row->kind]);
  if (!row->widget)
    row->widget = g_object_ref_sink (self->funcs->create (row->kind, self->user_data));
  self->funcs->bind (row->widget, row->item, self->user_data);
  /* Children in the order of the rows: that is the order of the Tab key and of screen readers. */
  gtk_widget_set_child_visible (row->widget, FALSE);
  if (i > 0)
    gtk_widget_insert_after (row->widget, GTK_WIDGET (self),
                             ((MynaChatCanvasRow *) g_ptr_array_index (self->rows, i - 1))->widget);
  else
    gtk_widget_insert_before (row->widget, GTK_WIDGET (self), gtk_widget_get_first_child (GTK_WIDGET (self)));
  g_object_unref (row->widget);
  g_ptr_array_insert (self->rows, i, row);
  return row;
}

int
myna_chat_canvas_measure_row (MynaChatCanvas *self, MynaChatCanvasRow *row)
{
  int height;

  gtk_widget_measure (row->widget, GTK_ORIENTATION_VERTICAL, myna_chat_canvas_column_width (self), NULL, &height, NULL, NULL);
  myna_height_index_set (self->heights, row->position, height, TRUE);
  return height;
}

MynaChatCanvasRow *
myna_chat_canvas_ensure_row (MynaChatCanvas *self, guint position)
{
  MynaChatCanvasRow *row = myna_chat_canvas_peek_row (self, position);

  if (!row)
    row = make_row (self, position);
  myna_chat_canvas_measure_row (self, row);
  return row;
}

/* The same; returns its height. */
static int
ensure_row (MynaChatCanvas *self, guint position)
{
  return myna_height_index_get (self->heights, myna_chat_canvas_ensure_row (self, position)->position);
}

/* A row in use by the keyboard stays. */
static gboolean
has_focus (GtkWidget *widget)
{
  return gtk_widget_get_focus_child (widget) != NULL || gtk_widget_has_focus (widget);
}

static void
release_outside (MynaChatCanvas *self, guint first, guint last)
{
  for (guint i = self->rows->len; i > 0; i--)
    {
      MynaChatCanvasRow *row = g_ptr_array_index (self->rows, i - 1);

      if (row->position >= first && row->position <= last)
        continue;
      if (has_focus (row->widget))
        continue;
      g_ptr_array_remove_index (self->rows, i - 1);
      myna_chat_canvas_release_row (self, row);
    }
}

void
myna_chat_canvas_release_all (MynaChatCanvas *self)
{
  while (self->rows->len > 0)
    myna_chat_canvas_release_row (self, g_ptr_array_steal_index (self->rows, self->rows->len - 1));
}

/* ---- Update phase ----------------------------------------------------------------------------------------------- */

/* Rows from the anchor (or the end) that fill the viewport, and their heights below and above it. */
typedef struct
{
  guint first, last;
  gint64 above, below; /* pixels of rows above the viewport's top and below its bottom */
} Span;

static Span
fill_viewport (MynaChatCanvas *self)
{
  guint n = myna_chat_canvas_n_items (self);
  Span span = { 0 };
  gint64 y;

  if (self->follow_end)
    {
      gint64 filled = MYNA_CHAT_CANVAS_PADDING_BOTTOM;

      span.first = span.last = n - 1;
      filled += ensure_row (self, n - 1);
      while (filled < self->height && span.first > 0)
        filled += ensure_row (self, --span.first);
      span.above = MAX (0, filled - self->height);
      return span;
    }
  span.first = span.last = MIN (self->anchor, n - 1);
  y = ensure_row (self, span.first) - self->anchor_offset;
  while (y < self->height && span.last + 1 < n)
    y += ensure_row (self, ++span.last);
  /* The last rows do not fill it: more above come into view. */
  span.above = self->anchor_offset;
  while ((span.above < 0 || y + span.above < self->height) && span.first > 0)
    span.above += ensure_row (self, --span.first);
  span.below = MAX (0, y - self->height);
  return span;
}

/* Adds rows within a page of the viewport.  FALSE: the time was over before all were there. */
static gboolean
fill_margin (MynaChatCanvas *self, Span *span)
{
  gint64 start = g_get_monotonic_time ();

  while ((span->below < self->height && span->last + 1 < myna_chat_canvas_n_items (self))
         || (span->above < self->height && span->first > 0))
    {
      gboolean down = span->last + 1 < myna_chat_canvas_n_items (self) && (span->below <= span->above || span->first == 0);

      if (g_get_monotonic_time () - start > BUDGET_US)
        return FALSE;
      if (down)
        span->below += ensure_row (self, ++span->last);
      else
        span->above += ensure_row (self, --span->first);
    }
  return TRUE;
}

static void
update (MynaChatCanvas *self)
{
  Span span;
  gboolean complete;

  if (self->width == 0 || myna_chat_canvas_n_items (self) == 0)
    {
      myna_chat_canvas_release_all (self);
      return;
    }
  span = fill_viewport (self);
  complete = fill_margin (self, &span);
  release_outside (self, span.first, span.last);
  if (self->funcs->range)
    self->funcs->range (span.first, span.last, self->user_data);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  if (!complete)
    myna_chat_canvas_queue_update (self);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (widget);

  self->tick = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

void
myna_chat_canvas_queue_update (MynaChatCanvas *self)
{
  if (!self->tick)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}
