/* chat-canvas.c: a scrollable column of rows of very different heights, thousands of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Heights.  Each row's height is measured when it has a widget and estimated until then.
 *
 * Position.  It is kept by typeset/row-scroll.h.  The adjustment's value is computed from it after each layout, so that a height
 * that turns out different above the viewport moves the scrollbar, not the text.
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

#include "typeset/row-scroll.h"
#include "transcript/row-pool.h"

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

struct _MynaChatCanvas
{
  GtkWidget parent_instance;

  const MynaChatCanvasFuncs *funcs;
  gpointer user_data;
  GListModel *model;
  MynaRowScroll scroll;
  MynaRowPool *pool;

  GtkAdjustment *adjustments[2]; /* by GtkOrientation */
  guint scroll_policy[2];
  gboolean configuring; /* the adjustment is being set by us */
  double last_value;
  double origin;   /* what the adjustment counts the top of the content as */
  gboolean jumped; /* the place was set, not scrolled to: the origin is 0 again */

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

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

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

      myna_height_index_set (self->scroll.heights, i,
                             self->funcs->estimate (item, myna_row_scroll_get_column (&self->scroll), self->user_data), FALSE);
    }
}

static int
measure_row (MynaChatCanvas *self, MynaRow *row)
{
  int height;

  gtk_widget_measure (row->widget, GTK_ORIENTATION_VERTICAL, myna_row_scroll_get_column (&self->scroll), NULL, &height, NULL,
                      NULL);
  myna_height_index_set (self->scroll.heights, row->position, height, TRUE);
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

static int
ensure_height (guint position, gpointer user_data)
{
  return measure_row (user_data, myna_row_pool_get (((MynaChatCanvas *) user_data)->pool, position));
}

static guint
n_items (MynaChatCanvas *self)
{
  return myna_row_scroll_get_n (&self->scroll);
}

/* ---- Update phase ----------------------------------------------------------------------------------------------- */

static gint64 lay_out (MynaChatCanvas *self);

static void
update (MynaChatCanvas *self)
{
  MynaRowSpan span;
  gboolean complete;

  if (self->scroll.width == 0 || n_items (self) == 0)
    {
      myna_row_pool_release_all (self->pool);
      return;
    }
  lay_out (self); /* here, that new widgets have their style when they are drawn */
  span = myna_row_scroll_fill (&self->scroll, ensure_height, self);
  complete = myna_row_scroll_fill_margin (&self->scroll, &span, BUDGET_US, ensure_height, self);
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

static void
scroll_by (MynaChatCanvas *self, double pixels)
{
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];

  if (adjustment && pixels != 0)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + pixels);
}

/* The place was set, not scrolled to. */
static void
jump (MynaChatCanvas *self)
{
  self->jumped = TRUE;
  queue_update (self);
  queue_layout (self);
}

/* What the keyboard has moved to comes into view; a click never moves the text. */
static void
focus_changed_cb (MynaChatCanvas *self, GParamSpec *pspec, GtkRoot *root)
{
  GtkWidget *focus = gtk_root_get_focus (root);
  graphene_rect_t bounds;

  /* Rows come into view when the keyboard goes to them (focus_row()); this is for what is in them. */
  if (focus && GTK_IS_WINDOW (root) && gtk_window_get_focus_visible (GTK_WINDOW (root))
      && gtk_widget_is_ancestor (focus, GTK_WIDGET (self)) && gtk_widget_get_parent (focus) != GTK_WIDGET (self)
      && gtk_widget_get_native (focus) == gtk_widget_get_native (GTK_WIDGET (self))
      && gtk_widget_compute_bounds (focus, GTK_WIDGET (self), &bounds))
    scroll_by (self, myna_row_scroll_reach_part (&self->scroll, bounds.origin.y, bounds.origin.y + bounds.size.height));
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

/* Gives a row the focus and brings it into view. */
static gboolean
focus_row (MynaChatCanvas *self, guint position)
{
  ensure_row (self, position);
  if (myna_row_scroll_reach (&self->scroll, position))
    jump (self);
  return grab_row (self, position);
}

static gboolean
myna_chat_canvas_focus (GtkWidget *widget, GtkDirectionType direction)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (widget);
  MynaRow *row = get_focus_row (self);
  guint n = n_items (self);

  if (n == 0 || self->scroll.width == 0)
    return FALSE;
  if (!row)
    return grab_row (self, myna_row_scroll_get_last (&self->scroll)); /* the text stays where it is */
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
step (MynaChatCanvas *self, guint position, int direction)
{
  guint next;

  scroll_by (self, myna_row_scroll_step (&self->scroll, position, direction, &next));
  if (next != position)
    focus_row (self, next);
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
    case GDK_KEY_KP_Page_Up: scroll_by (self, -0.9 * self->scroll.height); return GDK_EVENT_STOP;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
    case GDK_KEY_space: scroll_by (self, 0.9 * self->scroll.height); return GDK_EVENT_STOP;
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
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MYNA_SCROLL_COLUMN + 2 * MYNA_SCROLL_MARGIN : 480;
}

static void
configure_adjustments (MynaChatCanvas *self, gint64 value)
{
  const int height = self->scroll.height;
  double upper = MAX (myna_row_scroll_get_total (&self->scroll), height);

  if (self->jumped)
    self->origin = 0;
  else if (!self->scroll.follow_end)
    self->origin = self->last_value - value;
  self->jumped = FALSE;
  self->configuring = TRUE;
  if (self->adjustments[GTK_ORIENTATION_HORIZONTAL])
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_HORIZONTAL], 0, 0, self->scroll.width, 1, self->scroll.width,
                              self->scroll.width);
  if (self->adjustments[GTK_ORIENTATION_VERTICAL])
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_VERTICAL], self->origin + value, self->origin,
                              self->origin + upper, height * 0.1, height * 0.9, height);
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
      gint64 top, bottom;

      myna_row_scroll_get_row (&self->scroll, row->position, value, &top, &bottom);
      if (myna_row_scroll_is_seen (&self->scroll, row->position, value))
        changed |= self->funcs->viewport (row->widget, -top, self->scroll.height - top, self->user_data);
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
        myna_row_scroll_fill (&self->scroll, ensure_height, self);
      for (guint i = 0; i < self->pool->rows->len; i++)
        measure_row (self, g_ptr_array_index (self->pool->rows, i));
      value = myna_row_scroll_get_value (&self->scroll);
      changed = tell_viewports (self, value);
    }
  return value;
}

static void
place_rows (MynaChatCanvas *self, gint64 value)
{
  int width = myna_row_scroll_get_column (&self->scroll);

  for (guint i = 0; i < self->pool->rows->len; i++)
    {
      MynaRow *row = g_ptr_array_index (self->pool->rows, i);
      GtkAllocation area = { (self->scroll.width - width) / 2, 0, width, 0 };
      gint64 top, bottom;

      myna_row_scroll_get_row (&self->scroll, row->position, value, &top, &bottom);
      area.y = CLAMP (top, -(1 << 20), 1 << 20);
      area.height = bottom - top;
      gtk_widget_set_child_visible (row->widget, myna_row_scroll_is_seen (&self->scroll, row->position, value));
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

  if (width != self->scroll.width || height != self->scroll.height)
    queue_update (self);
  if (myna_row_scroll_set_size (&self->scroll, width, height))
    estimate (self, 0, n_items (self));
  value = lay_out (self);
  if (self->pool->rows->len != n_rows)
    queue_update (self);
  most = MAX (0, myna_row_scroll_get_total (&self->scroll) - height);
  configure_adjustments (self, value);
  place_rows (self, value);
  set_at_end (self, self->scroll.follow_end || value >= most - 1);
}

static void
value_changed_cb (MynaChatCanvas *self, GtkAdjustment *adjustment)
{
  double value = gtk_adjustment_get_value (adjustment);
  double most = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  if (self->configuring)
    return;
  /* The slightest move upwards leaves the end; moving down near it takes it up again. */
  self->scroll.follow_end = value >= most - (value < self->last_value ? 1 : END_DISTANCE);
  self->last_value = value;
  myna_row_scroll_set_value (&self->scroll, value - self->origin);
  queue_update (self);
  queue_layout (self);
}

/* ---- Model ------------------------------------------------------------------------------------------------------ */

static void
items_changed_cb (MynaChatCanvas *self, guint position, guint n_removed, guint n_added, GListModel *model)
{
  myna_row_pool_splice (self->pool, position, n_removed, n_added);
  if (myna_row_scroll_splice (&self->scroll, position, n_removed, n_added))
    self->jumped = TRUE;
  if (self->scroll.width)
    estimate (self, position, n_added);
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
  myna_row_scroll_splice (&self->scroll, 0, n_items (self), 0);
  self->jumped = TRUE;
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

  myna_row_scroll_clear (&self->scroll);
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
  myna_row_scroll_init (&self->scroll);
  self->at_end = TRUE;
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

  self->scroll.follow_end = TRUE;
  jump (self);
}

void
myna_chat_canvas_set_anchor (MynaChatCanvas *self, guint position, int offset)
{
  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  if (myna_row_scroll_set_anchor (&self->scroll, position, offset))
    jump (self);
}

void
myna_chat_canvas_shift_row (MynaChatCanvas *self, GtkWidget *row, int y, int delta)
{
  MynaRow *anchor;

  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  anchor = myna_row_pool_peek (self->pool, self->scroll.anchor);
  if (anchor && anchor->widget == row)
    myna_row_scroll_shift (&self->scroll, y, delta);
}

void
myna_chat_canvas_scroll_to (MynaChatCanvas *self, guint position, int y)
{
  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  if (myna_row_scroll_show (&self->scroll, position, y))
    jump (self);
}

gboolean
myna_chat_canvas_get_anchor (MynaChatCanvas *self, guint *ret_position, int *ret_offset)
{
  g_return_val_if_fail (MYNA_IS_CHAT_CANVAS (self), FALSE);

  return myna_row_scroll_get_anchor (&self->scroll, ret_position, ret_offset);
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
