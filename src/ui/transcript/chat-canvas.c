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
 * Work.  Rows are made ahead in the frame clock's update phase (update()).  The layout phase (size_allocate()) measures
 * the rows there are (GTK remembers what did not change) and places them.  It makes only what is in sight and is not there,
 * because the value changed after the update phase: no frame shows a hole.  A row that is out of sight is unmapped, so nothing
 * in it runs.
 */
#include "transcript/chat-canvas.h"

#include "typeset/height-index.h"
#include "transcript/row-pool.h"

/* How far Up and Down scroll inside a row, of the viewport's height. */
#define STEP 0.2
/* Main-thread time for rows that are not visible yet, a frame. */
#define BUDGET_US 4000
/* How often the rows in sight may turn out of another height in one layout. */
#define MAX_PASSES 50
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

#define COLUMN_WIDTH   760 /* of the text, at most */
#define MARGIN         18
#define MARGIN_NARROW  12 /* where there is little room */
#define PADDING_TOP    24
#define PADDING_BOTTOM 24

struct _MynaChatCanvas
{
  GtkWidget parent_instance;

  const MynaChatCanvasFuncs *funcs;
  gpointer user_data;
  GListModel *model;
  MynaHeightIndex *heights;
  MynaRowPool *pool;

  GtkAdjustment *adjustments[2]; /* by GtkOrientation */
  guint scroll_policy[2];
  gboolean configuring; /* the adjustment is being set by us */
  double last_value;
  double origin;   /* what the adjustment counts the top of the content as */
  gboolean jumped; /* the place was set, not scrolled to: the origin is 0 again */

  int width, height; /* of the viewport; 0: not yet known */
  guint anchor;
  int anchor_offset;
  gboolean follow_end;
  gboolean lower_by_third; /* scroll_to() came before the height was known */
  gboolean at_end;
  guint tick;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaChatCanvas, myna_chat_canvas, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

static void queue_update (MynaChatCanvas *self);

/* Asks for a size, too, although that does not change: for an allocation alone GTK comes here past ancestors that need none.  What
 * the scroll bar then asks for as its range changes is forgotten halfway up where one of them is laid out in the same frame, and
 * nothing is drawn until the next resize: the find bar said "1 of 1" above an empty page. */
static void
queue_layout (MynaChatCanvas *self)
{
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* ---- Geometry --------------------------------------------------------------------------------------------------- */

static guint
n_items (MynaChatCanvas *self)
{
  return myna_height_index_get_n (self->heights);
}

/* Of the rows, at the viewport's width. */
static int
column_width (MynaChatCanvas *self)
{
  int margin = self->width < 500 ? MARGIN_NARROW : MARGIN;

  return CLAMP (self->width - 2 * margin, 1, COLUMN_WIDTH);
}

static gint64
content_height (MynaChatCanvas *self)
{
  return PADDING_TOP + myna_height_index_get_top (self->heights, n_items (self)) + PADDING_BOTTOM;
}

/* Where the viewport's top is in the content. */
static gint64
scroll_value (MynaChatCanvas *self)
{
  gint64 most = MAX (0, content_height (self) - self->height);

  if (n_items (self) == 0)
    return 0;
  if (self->follow_end)
    return most;
  return CLAMP (PADDING_TOP + myna_height_index_get_top (self->heights, self->anchor) + self->anchor_offset, 0, most);
}

/* Makes the row at this place of the content the anchor. */
static void
anchor_at (MynaChatCanvas *self, gint64 value)
{
  if (n_items (self) == 0)
    return;
  self->anchor = myna_height_index_find (self->heights, MAX (0, value - PADDING_TOP));
  self->anchor_offset = value - PADDING_TOP - myna_height_index_get_top (self->heights, self->anchor);
}

static void
set_at_end (MynaChatCanvas *self, gboolean at_end)
{
  if (self->at_end == at_end)
    return;
  self->at_end = at_end;
  g_object_notify (G_OBJECT (self), "at-end");
}

/* Gives n rows from first on their estimated heights. */
static void
estimate (MynaChatCanvas *self, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, i);

      myna_height_index_set (self->heights, i, self->funcs->estimate (item, column_width (self), self->user_data), FALSE);
    }
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static int
measure_row (MynaChatCanvas *self, MynaRow *row)
{
  int height;

  gtk_widget_measure (row->widget, GTK_ORIENTATION_VERTICAL, column_width (self), NULL, &height, NULL, NULL);
  myna_height_index_set (self->heights, row->position, height, TRUE);
  return height;
}

/* The row of the item at the position, made and measured where it was not there. */
static MynaRow *
ensure_row (MynaChatCanvas *self, guint position)
{
  MynaRow *row = myna_row_pool_get (self->pool, position);

  measure_row (self, row);
  return row;
}

/* The same; returns its height. */
static int
ensure_height (MynaChatCanvas *self, guint position)
{
  return myna_height_index_get (self->heights, ensure_row (self, position)->position);
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
  guint n = n_items (self);
  Span span = { 0 };
  gint64 y;

  if (self->follow_end)
    {
      gint64 filled = PADDING_BOTTOM;

      span.first = span.last = n - 1;
      filled += ensure_height (self, n - 1);
      while (filled < self->height && span.first > 0)
        filled += ensure_height (self, --span.first);
      span.above = MAX (0, filled - self->height);
      return span;
    }
  span.first = span.last = MIN (self->anchor, n - 1);
  y = ensure_height (self, span.first) - self->anchor_offset;
  while (y < self->height && span.last + 1 < n)
    y += ensure_height (self, ++span.last);
  /* The last rows do not fill it: more above come into view. */
  span.above = self->anchor_offset;
  while ((span.above < 0 || y + span.above < self->height) && span.first > 0)
    span.above += ensure_height (self, --span.first);
  span.below = MAX (0, y - self->height);
  return span;
}

/* Adds rows within a page of the viewport.  FALSE: the time was over before all were there. */
static gboolean
fill_margin (MynaChatCanvas *self, Span *span)
{
  gint64 start = g_get_monotonic_time ();

  while ((span->below < self->height && span->last + 1 < n_items (self)) || (span->above < self->height && span->first > 0))
    {
      gboolean down = span->last + 1 < n_items (self) && (span->below <= span->above || span->first == 0);

      if (g_get_monotonic_time () - start > BUDGET_US)
        return FALSE;
      if (down)
        span->below += ensure_height (self, ++span->last);
      else
        span->above += ensure_height (self, --span->first);
    }
  return TRUE;
}

static gint64 lay_out (MynaChatCanvas *self);

static void
update (MynaChatCanvas *self)
{
  Span span;
  gboolean complete;

  if (self->width == 0 || n_items (self) == 0)
    {
      myna_row_pool_release_all (self->pool);
      return;
    }
  lay_out (self); /* here, that new widgets have their style when they are drawn */
  span = fill_viewport (self);
  complete = fill_margin (self, &span);
  myna_row_pool_keep (self->pool, span.first, span.last);
  if (self->funcs->range)
    self->funcs->range (span.first, span.last, self->user_data);
  queue_layout (self);
  if (!complete)
    queue_update (self);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (widget);

  self->tick = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* Makes and releases rows in the next frame's update phase. */
static void
queue_update (MynaChatCanvas *self)
{
  if (!self->tick)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

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
        gtk_adjustment_set_value (self->adjustments[GTK_ORIENTATION_VERTICAL], value + top - PADDING_TOP);
    }
  else if (bottom > self->height - 1)
    gtk_adjustment_set_value (self->adjustments[GTK_ORIENTATION_VERTICAL], value + bottom - self->height + PADDING_BOTTOM);
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
static MynaRow *
get_focus_row (MynaChatCanvas *self)
{
  GtkWidget *child = gtk_widget_get_focus_child (GTK_WIDGET (self));

  for (guint i = 0; child && i < self->pool->rows->len; i++)
    {
      MynaRow *row = g_ptr_array_index (self->pool->rows, i);

      if (row->widget == child)
        return row;
    }
  return NULL;
}

static gboolean
grab_row (MynaChatCanvas *self, guint position)
{
  MynaRow *row = ensure_row (self, position);

  gtk_widget_set_child_visible (row->widget, TRUE);
  return gtk_widget_grab_focus (row->widget);
}

/* Gives a row the focus and brings its beginning, or as much of it as there is room for, into view. */
static gboolean
focus_row (MynaChatCanvas *self, guint position)
{
  gint64 top, bottom;

  ensure_row (self, position);
  get_row_place (self, position, &top, &bottom);
  if (top < 0 || bottom - top > self->height)
    {
      if (top < 0 || top > self->height * 2 / 3)
        myna_chat_canvas_set_anchor (self, position, -PADDING_TOP);
    }
  else if (position + 1 == n_items (self))
    myna_chat_canvas_scroll_to_end (self);
  else if (bottom > self->height)
    myna_chat_canvas_set_anchor (self, position, bottom - top + PADDING_BOTTOM - self->height);
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

/* The newest row in sight, even in part. */
static guint
last_visible (MynaChatCanvas *self)
{
  guint position = first_visible (self);
  gint64 top, bottom;

  for (; position + 1 < n_items (self); position++)
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
  MynaRow *row = get_focus_row (self);
  guint n = n_items (self);

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
  else if (direction > 0 && bottom > self->height && position + 1 < n_items (self))
    scroll_by (self, MIN (most, bottom - self->height));
  else if (direction > 0 && bottom > self->height)
    scroll_by (self, most);
  else if (direction < 0 && top < 0)
    scroll_by (self, MAX (-most, top - PADDING_TOP));
  else if (direction > 0 && position + 1 < n_items (self))
    focus_row (self, position + 1);
  else if (direction < 0 && position > 0)
    focus_row (self, position - 1);
}

static gboolean
key_pressed_cb (MynaChatCanvas *self, guint keyval, guint keycode, GdkModifierType state)
{
  MynaRow *row = get_focus_row (self);
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
    case GDK_KEY_KP_End: focus_row (self, n_items (self) - 1); return GDK_EVENT_STOP;
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

static void
focus_class_init (GtkWidgetClass *widget_class)
{
  widget_class->focus = myna_chat_canvas_focus;
  widget_class->root = myna_chat_canvas_root;
  widget_class->unroot = myna_chat_canvas_unroot;
}

static void
focus_init (MynaChatCanvas *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

/* ---- Layout phase ----------------------------------------------------------------------------------------------- */

static void
myna_chat_canvas_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                          int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? COLUMN_WIDTH + 2 * MARGIN : 480;
}

static void
configure_adjustments (MynaChatCanvas *self, gint64 value)
{
  double upper = MAX (content_height (self), self->height);

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

/* Tells the rows what of them is in sight.  TRUE: that changed a height. */
static gboolean
tell_viewports (MynaChatCanvas *self, gint64 value)
{
  gboolean changed = FALSE;

  for (guint i = 0; self->funcs->viewport && i < self->pool->rows->len; i++)
    {
      MynaRow *row = g_ptr_array_index (self->pool->rows, i);
      int height = myna_height_index_get (self->heights, row->position);
      gint64 top = PADDING_TOP + myna_height_index_get_top (self->heights, row->position);

      if (top + height > value && top < value + self->height)
        changed |= self->funcs->viewport (row->widget, value - top, value - top + self->height, self->user_data);
    }
  return changed;
}

/* Makes what is in sight.  Returns where the viewport's top is. */
static gint64
lay_out (MynaChatCanvas *self)
{
  gboolean changed = TRUE;
  gint64 value = 0;

  for (guint pass = 0; changed && pass < MAX_PASSES; pass++)
    {
      if (n_items (self) > 0)
        fill_viewport (self);
      for (guint i = 0; i < self->pool->rows->len; i++)
        measure_row (self, g_ptr_array_index (self->pool->rows, i));
      value = scroll_value (self);
      changed = tell_viewports (self, value);
    }
  return value;
}

static void
place_rows (MynaChatCanvas *self, gint64 value)
{
  int width = column_width (self);

  for (guint i = 0; i < self->pool->rows->len; i++)
    {
      MynaRow *row = g_ptr_array_index (self->pool->rows, i);
      int height = myna_height_index_get (self->heights, row->position);
      gint64 top = PADDING_TOP + myna_height_index_get_top (self->heights, row->position);
      gboolean visible = top + height > value && top < value + self->height;
      GtkAllocation area = { (self->width - width) / 2, CLAMP (top - value, -(1 << 20), 1 << 20), width, height };

      gtk_widget_set_child_visible (row->widget, visible);
      gtk_widget_size_allocate (row->widget, &area, -1);
    }
  /* New rows do not ask for it, see update_drawn() of block-column.c. */
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
myna_chat_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (widget);
  guint n_rows = self->pool->rows->len;
  gint64 value, most;

  if (width != self->width)
    {
      int old_column = self->width ? column_width (self) : 0;

      self->width = width;
      if (column_width (self) != old_column)
        estimate (self, 0, n_items (self));
      queue_update (self);
    }
  if (height != self->height)
    queue_update (self);
  if (self->lower_by_third && height > 0)
    {
      self->anchor_offset -= height / 3;
      self->lower_by_third = FALSE;
    }
  self->height = height;
  value = lay_out (self);
  if (self->pool->rows->len != n_rows)
    queue_update (self);
  most = MAX (0, content_height (self) - height);
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
  queue_update (self);
  queue_layout (self);
}

/* ---- Model ------------------------------------------------------------------------------------------------------ */

static void
items_changed_cb (MynaChatCanvas *self, guint position, guint n_removed, guint n_added, GListModel *model)
{
  myna_row_pool_splice (self->pool, position, n_removed, n_added);
  myna_height_index_splice (self->heights, position, n_removed, n_added);
  if (self->width)
    estimate (self, position, n_added);
  if (self->anchor >= position + n_removed)
    self->anchor += n_added - n_removed;
  else if (self->anchor >= position)
    {
      self->anchor = position;
      self->anchor_offset = 0;
    }
  if (self->anchor >= n_items (self))
    {
      self->anchor = MAX (1, n_items (self)) - 1;
      self->follow_end = self->jumped = TRUE;
    }
  queue_update (self);
  queue_layout (self);
}

void
myna_chat_canvas_set_model (MynaChatCanvas *self, GListModel *model)
{
  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  if (self->model == model)
    return;
  myna_row_pool_set_model (self->pool, model);
  if (self->model)
    g_signal_handlers_disconnect_by_func (self->model, items_changed_cb, self);
  g_set_object (&self->model, model);
  myna_height_index_splice (self->heights, 0, n_items (self), 0);
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
  queue_layout (self);
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
  g_clear_pointer (&self->pool, myna_row_pool_free);
  g_clear_object (&self->adjustments[0]);
  g_clear_object (&self->adjustments[1]);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (myna_chat_canvas_parent_class)->dispose (object);
}

static void
myna_chat_canvas_finalize (GObject *object)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (object);

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
  focus_class_init (widget_class);

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
  self->follow_end = self->at_end = TRUE;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  focus_init (self);
}

GtkWidget *
myna_chat_canvas_new (const MynaChatCanvasFuncs *funcs, gpointer user_data)
{
  MynaChatCanvas *self = g_object_new (MYNA_TYPE_CHAT_CANVAS, NULL);

  self->funcs = funcs;
  self->user_data = user_data;
  self->pool = myna_row_pool_new (GTK_WIDGET (self), funcs, user_data);
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
  queue_update (self);
  queue_layout (self);
}

void
myna_chat_canvas_set_anchor (MynaChatCanvas *self, guint position, int offset)
{
  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  if (position >= n_items (self))
    return;
  self->anchor = position;
  self->anchor_offset = offset;
  self->follow_end = self->lower_by_third = FALSE;
  self->jumped = TRUE;
  queue_update (self);
  queue_layout (self);
}

void
myna_chat_canvas_shift_row (MynaChatCanvas *self, GtkWidget *row, int y, int delta)
{
  MynaRow *anchor;

  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  anchor = self->follow_end ? NULL : myna_row_pool_peek (self->pool, self->anchor);
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

  if (n_items (self) == 0)
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
  MynaRow *row;

  g_return_val_if_fail (MYNA_IS_CHAT_CANVAS (self), NULL);

  row = myna_row_pool_peek (self->pool, position);
  return row ? row->widget : NULL;
}

guint
myna_chat_canvas_get_n_rows (MynaChatCanvas *self)
{
  g_return_val_if_fail (MYNA_IS_CHAT_CANVAS (self), 0);

  return self->pool->rows->len;
}
