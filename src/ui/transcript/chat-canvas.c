/* chat-canvas.c: a scrollable column of rows of very different heights, thousands of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Heights.  Each row's height is measured when it has a widget and estimated until then; their prefix sums are kept in a
 * Fenwick tree (height-index).
 *
 * Position.  The truth is the anchor: the first visible row and how far its top lies above the viewport.  The adjustment's
 * value is computed from it after each layout, so that a height that turns out different above the viewport moves the
 * scrollbar, not the text.  While the end is followed the truth is the last row's bottom instead.
 *
 * Kinetic scrolling counts on from a value of its own, which knows nothing of such corrections.  So they change the
 * adjustment's bounds (the origin) and leave its value alone.
 *
 * Work.  Rows are made in the frame clock's update phase (chat-canvas-rows.c).  The layout phase (size_allocate()) measures
 * the rows there are (GTK remembers what did not change) and places them; it never makes widgets.  A row that is out of
 * sight is unmapped, so nothing in it runs.
 */
#include "transcript/chat-canvas-private.h"

/* Scrolled down to within this of the end counts as at the end. */
#define END_DISTANCE 24

enum
{
  PROP_0,
  PROP_AT_END,
  PROP_HADJUSTMENT,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
};

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaChatCanvas, myna_chat_canvas, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

/* ---- Geometry --------------------------------------------------------------------------------------------------- */

/* Where the viewport's top is in the content. */
static gint64
scroll_value (MynaChatCanvas *self)
{
  gint64 most = MAX (0, myna_chat_canvas_content_height (self) - self->height);

  if (myna_chat_canvas_n_items (self) == 0)
    return 0;
  if (self->follow_end)
    return most;
  return CLAMP (MYNA_CHAT_CANVAS_PADDING_TOP + myna_height_index_get_top (self->heights, self->anchor) + self->anchor_offset, 0,
                most);
}

/* Makes the row at this place of the content the anchor. */
static void
anchor_at (MynaChatCanvas *self, gint64 value)
{
  if (myna_chat_canvas_n_items (self) == 0)
    return;
  self->anchor = myna_height_index_find (self->heights, MAX (0, value - MYNA_CHAT_CANVAS_PADDING_TOP));
  self->anchor_offset = value - MYNA_CHAT_CANVAS_PADDING_TOP - myna_height_index_get_top (self->heights, self->anchor);
}

static void
set_at_end (MynaChatCanvas *self, gboolean at_end)
{
  if (self->at_end == at_end)
    return;
  self->at_end = at_end;
  g_object_notify (G_OBJECT (self), "at-end");
}

/* ---- Layout phase ----------------------------------------------------------------------------------------------- */

static void
myna_chat_canvas_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                          int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MYNA_CHAT_CANVAS_COLUMN_WIDTH + 2 * MYNA_CHAT_CANVAS_MARGIN : 480;
}

static void
configure_adjustments (MynaChatCanvas *self, gint64 value)
{
  double upper = MAX (myna_chat_canvas_content_height (self), self->height);

  if (self->jumped)
    self->origin = 0;
  else if (!self->follow_end)
    self->origin = self->last_value - value;
  self->jumped = FALSE;
  self->configuring = TRUE;
  if (self->adjustments[GTK_ORIENTATION_HORIZONTAL])
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_HORIZONTAL], 0, 0, self->width, 1, self->width, self->width);
  if (self->adjustments[GTK_ORIENTATION_VERTICAL])
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_VERTICAL], self->origin + value, self->origin,
                              self->origin + upper, self->height * 0.1, self->height * 0.9, self->height);
  self->last_value = self->origin + value;
  self->configuring = FALSE;
}

static void
place_rows (MynaChatCanvas *self, gint64 value)
{
  int width = myna_chat_canvas_column_width (self);
  gint64 covered_to = value;

  for (guint i = 0; i < self->rows->len; i++)
    {
      MynaChatCanvasRow *row = g_ptr_array_index (self->rows, i);
      int height = myna_height_index_get (self->heights, row->position);
      gint64 top = MYNA_CHAT_CANVAS_PADDING_TOP + myna_height_index_get_top (self->heights, row->position);
      gboolean visible = top + height > value && top < value + self->height;
      GtkAllocation area = { (self->width - width) / 2, CLAMP (top - value, -(1 << 20), 1 << 20), width, height };

      gtk_widget_set_child_visible (row->widget, visible);
      if (visible && self->funcs->viewport)
        self->funcs->viewport (row->widget, value - top, value - top + self->height, self->user_data);
      gtk_widget_size_allocate (row->widget, &area, -1);
      if (top <= covered_to)
        covered_to = MAX (covered_to, top + height);
    }
  if (covered_to < MIN (value + self->height, myna_chat_canvas_content_height (self) - MYNA_CHAT_CANVAS_PADDING_BOTTOM))
    myna_chat_canvas_queue_update (self);
}

static void
myna_chat_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (widget);
  gint64 value, most;

  if (width != self->width)
    {
      int old_column = self->width ? myna_chat_canvas_column_width (self) : 0;

      self->width = width;
      if (myna_chat_canvas_column_width (self) != old_column)
        myna_chat_canvas_estimate (self, 0, myna_chat_canvas_n_items (self));
      myna_chat_canvas_queue_update (self);
    }
  if (height != self->height)
    myna_chat_canvas_queue_update (self);
  if (self->lower_by_third && height > 0)
    {
      self->anchor_offset -= height / 3;
      self->lower_by_third = FALSE;
    }
  self->height = height;
  for (guint i = 0; i < self->rows->len; i++)
    myna_chat_canvas_measure_row (self, g_ptr_array_index (self->rows, i));
  value = scroll_value (self);
  most = MAX (0, myna_chat_canvas_content_height (self) - height);
  configure_adjustments (self, value);
  place_rows (self, value);
  set_at_end (self, self->follow_end || value >= most - 1);
}

static void
value_changed_cb (MynaChatCanvas *self, GtkAdjustment *adjustment)
{
  double value = gtk_adjustment_get_value (adjustment);
  double most = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  if (self->configuring)
    return;
  /* The slightest move upwards leaves the end; moving down near it takes it up again. */
  self->follow_end = value >= most - (value < self->last_value ? 1 : END_DISTANCE);
  self->last_value = value;
  anchor_at (self, value - self->origin);
  myna_chat_canvas_queue_update (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/* ---- Model ------------------------------------------------------------------------------------------------------ */

static void
items_changed_cb (MynaChatCanvas *self, guint position, guint n_removed, guint n_added, GListModel *model)
{
  for (guint i = self->rows->len; i > 0; i--)
    {
      MynaChatCanvasRow *row = g_ptr_array_index (self->rows, i - 1);

      if (row->position >= position + n_removed)
        row->position += n_added - n_removed;
      else if (row->position >= position)
        myna_chat_canvas_release_row (self, g_ptr_array_steal_index (self->rows, i - 1));
    }
  myna_height_index_splice (self->heights, position, n_removed, n_added);
  if (self->width)
    myna_chat_canvas_estimate (self, position, n_added);
  if (self->anchor >= position + n_removed)
    self->anchor += n_added - n_removed;
  else if (self->anchor >= position)
    {
      self->anchor = position;
      self->anchor_offset = 0;
    }
  if (self->anchor >= myna_chat_canvas_n_items (self))
    {
      self->anchor = MAX (1, myna_chat_canvas_n_items (self)) - 1;
      self->follow_end = self->jumped = TRUE;
    }
  myna_chat_canvas_queue_update (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
myna_chat_canvas_set_model (MynaChatCanvas *self, GListModel *model)
{
  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  if (self->model == model)
    return;
  myna_chat_canvas_release_all (self);
  if (self->model)
    g_signal_handlers_disconnect_by_func (self->model, items_changed_cb, self);
  g_set_object (&self->model, model);
  myna_height_index_splice (self->heights, 0, myna_chat_canvas_n_items (self), 0);
  self->anchor = 0;
  self->anchor_offset = 0;
  self->follow_end = self->jumped = TRUE;
  if (model)
    {
      g_signal_connect_object (model, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
      items_changed_cb (self, 0, 0, g_list_model_get_n_items (model), model);
    }
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
set_adjustment (MynaChatCanvas *self, GtkOrientation orientation, GtkAdjustment *adjustment)
{
  if (self->adjustments[orientation])
    g_signal_handlers_disconnect_by_func (self->adjustments[orientation], value_changed_cb, self);
  g_set_object (&self->adjustments[orientation], adjustment);
  if (adjustment && orientation == GTK_ORIENTATION_VERTICAL)
    g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (value_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
myna_chat_canvas_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (object);

  switch (prop_id)
    {
    case PROP_AT_END: g_value_set_boolean (value, self->at_end); break;
    case PROP_HADJUSTMENT: g_value_set_object (value, self->adjustments[GTK_ORIENTATION_HORIZONTAL]); break;
    case PROP_VADJUSTMENT: g_value_set_object (value, self->adjustments[GTK_ORIENTATION_VERTICAL]); break;
    case PROP_HSCROLL_POLICY: g_value_set_enum (value, self->scroll_policy[GTK_ORIENTATION_HORIZONTAL]); break;
    case PROP_VSCROLL_POLICY: g_value_set_enum (value, self->scroll_policy[GTK_ORIENTATION_VERTICAL]); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_chat_canvas_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (object);

  switch (prop_id)
    {
    case PROP_HADJUSTMENT: set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, g_value_get_object (value)); break;
    case PROP_VADJUSTMENT: set_adjustment (self, GTK_ORIENTATION_VERTICAL, g_value_get_object (value)); break;
    case PROP_HSCROLL_POLICY: self->scroll_policy[GTK_ORIENTATION_HORIZONTAL] = g_value_get_enum (value); break;
    case PROP_VSCROLL_POLICY: self->scroll_policy[GTK_ORIENTATION_VERTICAL] = g_value_get_enum (value); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_chat_canvas_dispose (GObject *object)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (object);

  if (self->tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  myna_chat_canvas_release_all (self);
  for (guint i = 0; i < MYNA_CHAT_CANVAS_MAX_KINDS; i++)
    g_queue_clear_full (&self->spare[i], g_object_unref);
  g_clear_object (&self->adjustments[0]);
  g_clear_object (&self->adjustments[1]);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (myna_chat_canvas_parent_class)->dispose (object);
}

static void
myna_chat_canvas_finalize (GObject *object)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (object);

  g_ptr_array_unref (self->rows);
  myna_height_index_free (self->heights);
  G_OBJECT_CLASS (myna_chat_canvas_parent_class)->finalize (object);
}

static void
myna_chat_canvas_class_init (MynaChatCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = myna_chat_canvas_get_property;
  object_class->set_property = myna_chat_canvas_set_property;
  object_class->dispose = myna_chat_canvas_dispose;
  object_class->finalize = myna_chat_canvas_finalize;
  widget_class->measure = myna_chat_canvas_measure;
  widget_class->size_allocate = myna_chat_canvas_size_allocate;
  myna_chat_canvas_focus_class_init (widget_class);

  g_object_class_install_property (object_class, PROP_AT_END,
                                   g_param_spec_boolean ("at-end", NULL, NULL, TRUE,
                                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");
  gtk_widget_class_set_css_name (widget_class, "chatcanvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
myna_chat_canvas_init (MynaChatCanvas *self)
{
  self->heights = myna_height_index_new ();
  self->rows = g_ptr_array_new ();
  self->follow_end = self->at_end = TRUE;
  for (guint i = 0; i < MYNA_CHAT_CANVAS_MAX_KINDS; i++)
    g_queue_init (&self->spare[i]);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  myna_chat_canvas_focus_init (self);
}

GtkWidget *
myna_chat_canvas_new (const MynaChatCanvasFuncs *funcs, gpointer user_data)
{
  MynaChatCanvas *self = g_object_new (MYNA_TYPE_CHAT_CANVAS, NULL);

  self->funcs = funcs;
  self->user_data = user_data;
  return GTK_WIDGET (self);
}

/* ---- Scrolling -------------------------------------------------------------------------------------------------- */

gboolean
myna_chat_canvas_get_at_end (MynaChatCanvas *self)
{
  g_return_val_if_fail (MYNA_IS_CHAT_CANVAS (self), TRUE);

  return self->at_end;
}

void
myna_chat_canvas_scroll_to_end (MynaChatCanvas *self)
{
  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  self->follow_end = self->jumped = TRUE;
  myna_chat_canvas_queue_update (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
myna_chat_canvas_set_anchor (MynaChatCanvas *self, guint position, int offset)
{
  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  if (position >= myna_chat_canvas_n_items (self))
    return;
  self->anchor = position;
  self->anchor_offset = offset;
  self->follow_end = self->lower_by_third = FALSE;
  self->jumped = TRUE;
  myna_chat_canvas_queue_update (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
myna_chat_canvas_shift_row (MynaChatCanvas *self, GtkWidget *row, int y, int delta)
{
  MynaChatCanvasRow *anchor;

  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  anchor = self->follow_end ? NULL : myna_chat_canvas_peek_row (self, self->anchor);
  if (anchor && anchor->widget == row && y <= self->anchor_offset)
    self->anchor_offset += delta;
}

void
myna_chat_canvas_scroll_to (MynaChatCanvas *self, guint position, int y)
{
  myna_chat_canvas_set_anchor (self, position, y - self->height / 3);
  self->lower_by_third = self->height == 0;
}

gboolean
myna_chat_canvas_get_anchor (MynaChatCanvas *self, guint *ret_position, int *ret_offset)
{
  g_return_val_if_fail (MYNA_IS_CHAT_CANVAS (self), FALSE);

  if (myna_chat_canvas_n_items (self) == 0)
    return FALSE;
  if (self->follow_end)
    anchor_at (self, scroll_value (self));
  *ret_position = self->anchor;
  *ret_offset = self->anchor_offset;
  return TRUE;
}

GtkWidget *
myna_chat_canvas_get_row (MynaChatCanvas *self, guint position)
{
  MynaChatCanvasRow *row;

  g_return_val_if_fail (MYNA_IS_CHAT_CANVAS (self), NULL);

  row = myna_chat_canvas_peek_row (self, position);
  return row ? row->widget : NULL;
}

guint
myna_chat_canvas_get_n_rows (MynaChatCanvas *self)
{
  g_return_val_if_fail (MYNA_IS_CHAT_CANVAS (self), 0);

  return self->rows->len;
}
