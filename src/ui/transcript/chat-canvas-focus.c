/* chat-canvas-focus.c: the keyboard in the canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Like a list: Tab comes to one row and goes on into it, and then out of the canvas; Up and Down, Home and End go from row to
 * row, whether they have widgets or not.  A row that is higher than the viewport is read through before Down leaves it.
 */
#include "transcript/chat-canvas-private.h"

/* How far Up and Down scroll inside a row, of the viewport's height. */
#define STEP 0.2

/* What the keyboard has moved to comes into view; a click never moves the text. */
static void
focus_changed_cb (MynaChatCanvas *self, GParamSpec *pspec, GtkRoot *root)
{
  GtkWidget *focus = gtk_root_get_focus (root);
  graphene_rect_t bounds;
  double value, top, bottom;

  if (!focus || !GTK_IS_WINDOW (root) || !gtk_window_get_focus_visible (GTK_WINDOW (root))
      || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self)) || !self->adjustments[GTK_ORIENTATION_VERTICAL]
      || gtk_widget_get_native (focus) != gtk_widget_get_native (GTK_WIDGET (self))
      || !gtk_widget_compute_bounds (focus, GTK_WIDGET (self), &bounds))
    return;
  /* Rows come into view when the keyboard goes to them (focus_row()); this is for what is in them. */
  if (gtk_widget_get_parent (focus) == GTK_WIDGET (self))
    return;
  value = gtk_adjustment_get_value (self->adjustments[GTK_ORIENTATION_VERTICAL]);
  top = bounds.origin.y;
  bottom = top + bounds.size.height;
  if (top < 1 || bounds.size.height > self->height)
    {
      if (bottom < 1 || top > self->height - 1 || bounds.size.height <= self->height)
        gtk_adjustment_set_value (self->adjustments[GTK_ORIENTATION_VERTICAL], value + top - MYNA_CHAT_CANVAS_PADDING_TOP);
    }
  else if (bottom > self->height - 1)
    gtk_adjustment_set_value (self->adjustments[GTK_ORIENTATION_VERTICAL],
                              value + bottom - self->height + MYNA_CHAT_CANVAS_PADDING_BOTTOM);
}

/* Where a row is in the viewport. */
static void
get_row_place (MynaChatCanvas *self, guint position, gint64 *ret_top, gint64 *ret_bottom)
{
  guint anchor;
  int offset;

  myna_chat_canvas_get_anchor (self, &anchor, &offset);
  *ret_top = myna_height_index_get_top (self->heights, position) - myna_height_index_get_top (self->heights, anchor) - offset;
  *ret_bottom = *ret_top + myna_height_index_get (self->heights, position);
}

/* The row that the keyboard is in, or NULL. */
static MynaChatCanvasRow *
get_focus_row (MynaChatCanvas *self)
{
  GtkWidget *child = gtk_widget_get_focus_child (GTK_WIDGET (self));

  for (guint i = 0; child && i < self->rows->len; i++)
    {
      MynaChatCanvasRow *row = g_ptr_array_index (self->rows, i);

      if (row->widget == child)
        return row;
    }
  return NULL;
}

static gboolean
grab_row (MynaChatCanvas *self, guint position)
{
  MynaChatCanvasRow *row = myna_chat_canvas_ensure_row (self, position);

  gtk_widget_set_child_visible (row->widget, TRUE);
  return gtk_widget_grab_focus (row->widget);
}

/* Gives a row the focus and brings its beginning, or as much of it as there is room for, into view. */
static gboolean
focus_row (MynaChatCanvas *self, guint position)
{
  gint64 top, bottom;

  myna_chat_canvas_ensure_row (self, position);
  get_row_place (self, position, &top, &bottom);
  if (top < 0 || bottom - top > self->height)
    {
      if (top < 0 || top > self->height * 2 / 3)
        myna_chat_canvas_set_anchor (self, position, -MYNA_CHAT_CANVAS_PADDING_TOP);
    }
  else if (position + 1 == myna_chat_canvas_n_items (self))
    myna_chat_canvas_scroll_to_end (self);
  else if (bottom > self->height)
    myna_chat_canvas_set_anchor (self, position, bottom - top + MYNA_CHAT_CANVAS_PADDING_BOTTOM - self->height);
  return grab_row (self, position);
}

static guint
first_visible (MynaChatCanvas *self)
{
  guint position;
  int offset;

  myna_chat_canvas_get_anchor (self, &position, &offset);
  return position;
}

/* The newest row of which anything can be seen. */
static guint
last_visible (MynaChatCanvas *self)
{
  guint position = first_visible (self);
  gint64 top, bottom;

  for (; position + 1 < myna_chat_canvas_n_items (self); position++)
    {
      get_row_place (self, position + 1, &top, &bottom);
      if (top >= self->height)
        break;
    }
  return position;
}

static gboolean
myna_chat_canvas_focus (GtkWidget *widget, GtkDirectionType direction)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (widget);
  MynaChatCanvasRow *row = get_focus_row (self);
  guint n = myna_chat_canvas_n_items (self);

  if (n == 0 || self->width == 0)
    return FALSE;
  if (!row)
    return grab_row (self, last_visible (self)); /* the text stays where it is */
  /* From a row as a whole the arrows go to the next row; only Tab goes into it. */
  if (!(gtk_widget_has_focus (row->widget) && (direction == GTK_DIR_UP || direction == GTK_DIR_DOWN))
      && gtk_widget_child_focus (row->widget, direction))
    return TRUE;
  if (direction == GTK_DIR_UP && row->position > 0)
    return focus_row (self, row->position - 1);
  if (direction == GTK_DIR_DOWN && row->position + 1 < n)
    return focus_row (self, row->position + 1);
  /* The ends of the list hold the arrow keys; Tab leaves. */
  return direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD;
}

/* ---- Keys ------------------------------------------------------------------------------------------------------- */

static void
scroll_by (MynaChatCanvas *self, double pixels)
{
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];

  if (adjustment)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + pixels);
}

/* Up or Down on a row: through what of it is out of view, then to the next. */
static void
step (MynaChatCanvas *self, guint position, int direction)
{
  gint64 top, bottom;
  double most = self->height * STEP;

  get_row_place (self, position, &top, &bottom);
  if (bottom <= 0 || top >= self->height) /* the wheel or Page Down has left it behind */
    focus_row (self, direction > 0 ? first_visible (self) : last_visible (self));
  else if (direction > 0 && bottom > self->height && position + 1 < myna_chat_canvas_n_items (self))
    scroll_by (self, MIN (most, bottom - self->height));
  else if (direction > 0 && bottom > self->height)
    scroll_by (self, most);
  else if (direction < 0 && top < 0)
    scroll_by (self, MAX (-most, top - MYNA_CHAT_CANVAS_PADDING_TOP));
  else if (direction > 0 && position + 1 < myna_chat_canvas_n_items (self))
    focus_row (self, position + 1);
  else if (direction < 0 && position > 0)
    focus_row (self, position - 1);
}

static gboolean
key_pressed_cb (MynaChatCanvas *self, guint keyval, guint keycode, GdkModifierType state)
{
  MynaChatCanvasRow *row = get_focus_row (self);
  const GdkModifierType modifiers = state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK);

  /* What is in a row has keys of its own. */
  if (!row || !gtk_widget_has_focus (row->widget) || modifiers)
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up: step (self, row->position, -1); return GDK_EVENT_STOP;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down: step (self, row->position, 1); return GDK_EVENT_STOP;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home: focus_row (self, 0); return GDK_EVENT_STOP;
    case GDK_KEY_End:
    case GDK_KEY_KP_End: focus_row (self, myna_chat_canvas_n_items (self) - 1); return GDK_EVENT_STOP;
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up: scroll_by (self, -0.9 * self->height); return GDK_EVENT_STOP;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
    case GDK_KEY_space: scroll_by (self, 0.9 * self->height); return GDK_EVENT_STOP;
    default: return GDK_EVENT_PROPAGATE;
    }
}

static void
myna_chat_canvas_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (g_type_class_peek (GTK_TYPE_WIDGET))->root (widget);
  g_signal_connect_object (gtk_widget_get_root (widget), "notify::focus-widget", G_CALLBACK (focus_changed_cb), widget,
                           G_CONNECT_SWAPPED);
}

static void
myna_chat_canvas_unroot (GtkWidget *widget)
{
  g_signal_handlers_disconnect_by_func (gtk_widget_get_root (widget), focus_changed_cb, widget);
  GTK_WIDGET_CLASS (g_type_class_peek (GTK_TYPE_WIDGET))->unroot (widget);
}

void
myna_chat_canvas_focus_class_init (GtkWidgetClass *widget_class)
{
  widget_class->focus = myna_chat_canvas_focus;
  widget_class->root = myna_chat_canvas_root;
  widget_class->unroot = myna_chat_canvas_unroot;
}

void
myna_chat_canvas_focus_init (MynaChatCanvas *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}
