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
 * Work.  Rows are made in the frame clock's update phase (update()), before the layout of the same frame: first those in the
 * viewport, then, as long as BUDGET_US lasts, those within a page of it; the rest in the next frames.  The layout phase
 * (size_allocate()) measures the rows there are (GTK remembers what did not change) and places them; it never makes widgets.
 * A row that is out of sight is unmapped, so nothing in it runs.
 */
#include "conversation/chat-canvas.h"

#include "conversation/height-index.h"

#define COLUMN_WIDTH    760     /* of the text, at most */
#define MARGIN_X        18
#define MARGIN_X_NARROW 12
#define PADDING_TOP     24
#define PADDING_BOTTOM  24
/* Main-thread time for rows that are not visible yet, a frame. */
#define BUDGET_US       4000
/* Scrolled down to within this of the end counts as at the end. */
#define END_DISTANCE    24
/* Rows kept for reuse, of each kind. */
#define MAX_SPARE       8

typedef struct
{
  guint position;
  guint kind;
  gpointer item;                /* owned */
  GtkWidget *widget;
} Row;

struct _MynaChatCanvas
{
  GtkWidget parent_instance;

  const MynaChatCanvasFuncs *funcs;
  gpointer user_data;
  GListModel *model;
  MynaHeightIndex *heights;
  GPtrArray *rows;              /* Row, by position */
  GQueue spare[MYNA_CHAT_CANVAS_MAX_KINDS];  /* GtkWidget without parent, owned */

  GtkAdjustment *adjustments[2];        /* by GtkOrientation */
  guint scroll_policy[2];
  gboolean configuring;         /* the adjustment is being set by us */
  double last_value;

  int width, height;            /* of the viewport; 0: not yet known */
  guint anchor;
  int anchor_offset;
  gboolean follow_end;
  gboolean at_end;
  guint tick;
};

enum
{
  PROP_0,
  PROP_AT_END,
  PROP_HADJUSTMENT,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
};

static void queue_update (MynaChatCanvas *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaChatCanvas, myna_chat_canvas, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

/* ---- Geometry ----------------------------------------------------------------------------------------------------- */

static guint
n_items (MynaChatCanvas *self)
{
  return myna_height_index_get_n (self->heights);
}

static int
column_width (MynaChatCanvas *self)
{
  int margin = self->width < 500 ? MARGIN_X_NARROW : MARGIN_X;

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
anchor_at (MynaChatCanvas *self,
           gint64      value)
{
  if (n_items (self) == 0)
    return;
  self->anchor = myna_height_index_find (self->heights, MAX (0, value - PADDING_TOP));
  self->anchor_offset = value - PADDING_TOP - myna_height_index_get_top (self->heights, self->anchor);
}

static void
estimate (MynaChatCanvas *self,
          guint       first,
          guint       n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, i);

      myna_height_index_set (self->heights, i, self->funcs->estimate (item, column_width (self), self->user_data), FALSE);
    }
}

static void
set_at_end (MynaChatCanvas *self,
            gboolean    at_end)
{
  if (self->at_end == at_end)
    return;
  self->at_end = at_end;
  g_object_notify (G_OBJECT (self), "at-end");
}

/* ---- Rows --------------------------------------------------------------------------------------------------------- */

/* Index in self->rows of the first row at or after the position. */
static guint
find_row (MynaChatCanvas *self,
          guint       position)
{
  guint i = 0;

  while (i < self->rows->len && ((Row *) g_ptr_array_index (self->rows, i))->position < position)
    i++;
  return i;
}

static Row *
peek_row (MynaChatCanvas *self,
          guint       position)
{
  guint i = find_row (self, position);
  Row *row = i < self->rows->len ? g_ptr_array_index (self->rows, i) : NULL;

  return row && row->position == position ? row : NULL;
}

/* The widget goes to the spare ones, or for good. */
static void
release_row (MynaChatCanvas *self,
             Row        *row)
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

static Row *
make_row (MynaChatCanvas *self,
          guint       position)
{
  guint i = find_row (self, position);
  Row *row = g_new (Row, 1);

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
    gtk_widget_insert_after (row->widget, GTK_WIDGET (self), ((Row *) g_ptr_array_index (self->rows, i - 1))->widget);
  else
    gtk_widget_insert_before (row->widget, GTK_WIDGET (self), gtk_widget_get_first_child (GTK_WIDGET (self)));
  g_object_unref (row->widget);
  g_ptr_array_insert (self->rows, i, row);
  return row;
}

static int
measure_row (MynaChatCanvas *self,
             Row        *row)
{
  int height;

  gtk_widget_measure (row->widget, GTK_ORIENTATION_VERTICAL, column_width (self), NULL, &height, NULL, NULL);
  myna_height_index_set (self->heights, row->position, height, TRUE);
  return height;
}

static int
ensure_row (MynaChatCanvas *self,
            guint       position)
{
  Row *row = peek_row (self, position);

  return measure_row (self, row ? row : make_row (self, position));
}

/* A row in use by the keyboard stays. */
static gboolean
has_focus (GtkWidget *widget)
{
  return gtk_widget_get_focus_child (widget) != NULL || gtk_widget_has_focus (widget);
}

static void
release_outside (MynaChatCanvas *self,
                 guint       first,
                 guint       last)
{
  for (guint i = self->rows->len; i > 0; i--)
    {
      Row *row = g_ptr_array_index (self->rows, i - 1);

      if (row->position >= first && row->position <= last)
        continue;
      if (has_focus (row->widget))
        continue;
      g_ptr_array_remove_index (self->rows, i - 1);
      release_row (self, row);
    }
}

static void
release_all (MynaChatCanvas *self)
{
  while (self->rows->len > 0)
    release_row (self, g_ptr_array_steal_index (self->rows, self->rows->len - 1));
}

/* ---- Update phase ------------------------------------------------------------------------------------------------- */

/* Rows from the anchor (or the end) that fill the viewport, and their heights below and above it. */
typedef struct
{
  guint first, last;
  gint64 above, below;          /* pixels of rows above the viewport's top and below its bottom */
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
fill_margin (MynaChatCanvas *self,
             Span       *span)
{
  gint64 start = g_get_monotonic_time ();

  while ((span->below < self->height && span->last + 1 < n_items (self)) || (span->above < self->height && span->first > 0))
    {
      gboolean down = span->last + 1 < n_items (self) && (span->below <= span->above || span->first == 0);

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

  if (self->width == 0 || n_items (self) == 0)
    {
      release_all (self);
      return;
    }
  span = fill_viewport (self);
  complete = fill_margin (self, &span);
  release_outside (self, span.first, span.last);
  if (self->funcs->range)
    self->funcs->range (span.first, span.last, self->user_data);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  if (!complete)
    queue_update (self);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (widget);

  self->tick = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
queue_update (MynaChatCanvas *self)
{
  if (!self->tick)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

/* ---- Layout phase ------------------------------------------------------------------------------------------------- */

static void
myna_chat_canvas_measure (GtkWidget      *widget,
                          GtkOrientation  orientation,
                          int             for_size,
                          int            *minimum,
                          int            *natural,
                          int            *minimum_baseline,
                          int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? COLUMN_WIDTH + 2 * MARGIN_X : 480;
}

static void
configure_adjustments (MynaChatCanvas *self,
                       gint64      value)
{
  double upper = MAX (content_height (self), self->height);

  self->configuring = TRUE;
  if (self->adjustments[GTK_ORIENTATION_HORIZONTAL])
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_HORIZONTAL], 0, 0, self->width, 1, self->width,
                              self->width);
  if (self->adjustments[GTK_ORIENTATION_VERTICAL])
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_VERTICAL], value, 0, upper, self->height * 0.1,
                              self->height * 0.9, self->height);
  self->last_value = value;
  self->configuring = FALSE;
}

static void
place_rows (MynaChatCanvas *self,
            gint64      value)
{
  int width = column_width (self);
  gint64 covered_to = value;

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);
      int height = myna_height_index_get (self->heights, row->position);
      gint64 top = PADDING_TOP + myna_height_index_get_top (self->heights, row->position);
      gboolean visible = top + height > value && top < value + self->height;
      GtkAllocation area = { (self->width - width) / 2, CLAMP (top - value, -(1 << 20), 1 << 20), width, height };

      gtk_widget_set_child_visible (row->widget, visible);
      gtk_widget_size_allocate (row->widget, &area, -1);
      if (top <= covered_to)
        covered_to = MAX (covered_to, top + height);
    }
  if (covered_to < MIN (value + self->height, content_height (self) - PADDING_BOTTOM))
    queue_update (self);
}

static void
myna_chat_canvas_size_allocate (GtkWidget *widget,
                                int        width,
                                int        height,
                                int        baseline)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (widget);
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
  self->height = height;
  for (guint i = 0; i < self->rows->len; i++)
    measure_row (self, g_ptr_array_index (self->rows, i));
  value = scroll_value (self);
  most = MAX (0, content_height (self) - height);
  configure_adjustments (self, value);
  place_rows (self, value);
  set_at_end (self, self->follow_end || value >= most - 1);
}

static void
value_changed_cb (MynaChatCanvas    *self,
                  GtkAdjustment *adjustment)
{
  double value = gtk_adjustment_get_value (adjustment);
  double most = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  if (self->configuring)
    return;
  /* The slightest move upwards leaves the end; moving down near it takes it up again. */
  self->follow_end = value >= most - (value < self->last_value ? 1 : END_DISTANCE);
  self->last_value = value;
  anchor_at (self, value);
  queue_update (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/* ---- Keyboard focus ----------------------------------------------------------------------------------------------- */

/* What the keyboard has moved to comes into view; a click never moves the text. */
static void
focus_changed_cb (MynaChatCanvas *self,
                  GParamSpec *pspec,
                  GtkRoot    *root)
{
  GtkWidget *focus = gtk_root_get_focus (root);
  graphene_rect_t bounds;
  double value;

  if (!focus || !GTK_IS_WINDOW (root) || !gtk_window_get_focus_visible (GTK_WINDOW (root))
      || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self)) || !self->adjustments[GTK_ORIENTATION_VERTICAL]
      || !gtk_widget_compute_bounds (focus, GTK_WIDGET (self), &bounds))
    return;
  value = gtk_adjustment_get_value (self->adjustments[GTK_ORIENTATION_VERTICAL]);
  if (bounds.origin.y + bounds.size.height < 1 || bounds.origin.y > self->height - 1)
    {
      gboolean above = bounds.origin.y < 0;
      double target = above || bounds.size.height > self->height
                      ? value + bounds.origin.y - PADDING_TOP
                      : value + bounds.origin.y + bounds.size.height - self->height + PADDING_BOTTOM;

      gtk_adjustment_set_value (self->adjustments[GTK_ORIENTATION_VERTICAL], target);
    }
}

static void
myna_chat_canvas_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (myna_chat_canvas_parent_class)->root (widget);
  g_signal_connect_object (gtk_widget_get_root (widget), "notify::focus-widget", G_CALLBACK (focus_changed_cb), widget,
                           G_CONNECT_SWAPPED);
}

static void
myna_chat_canvas_unroot (GtkWidget *widget)
{
  g_signal_handlers_disconnect_by_func (gtk_widget_get_root (widget), focus_changed_cb, widget);
  GTK_WIDGET_CLASS (myna_chat_canvas_parent_class)->unroot (widget);
}

/* ---- Model -------------------------------------------------------------------------------------------------------- */

static void
items_changed_cb (MynaChatCanvas *self,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  GListModel *model)
{
  for (guint i = self->rows->len; i > 0; i--)
    {
      Row *row = g_ptr_array_index (self->rows, i - 1);

      if (row->position >= position + n_removed)
        row->position += n_added - n_removed;
      else if (row->position >= position)
        release_row (self, g_ptr_array_steal_index (self->rows, i - 1));
    }
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
      self->follow_end = TRUE;
    }
  queue_update (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
myna_chat_canvas_set_model (MynaChatCanvas *self,
                            GListModel *model)
{
  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  if (self->model == model)
    return;
  release_all (self);
  if (self->model)
    g_signal_handlers_disconnect_by_func (self->model, items_changed_cb, self);
  g_set_object (&self->model, model);
  myna_height_index_splice (self->heights, 0, n_items (self), 0);
  self->anchor = 0;
  self->anchor_offset = 0;
  self->follow_end = TRUE;
  if (model)
    {
      g_signal_connect_object (model, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
      items_changed_cb (self, 0, 0, g_list_model_get_n_items (model), model);
    }
}

/* ---- Object ------------------------------------------------------------------------------------------------------- */

static void
set_adjustment (MynaChatCanvas     *self,
                GtkOrientation  orientation,
                GtkAdjustment  *adjustment)
{
  if (self->adjustments[orientation])
    g_signal_handlers_disconnect_by_func (self->adjustments[orientation], value_changed_cb, self);
  g_set_object (&self->adjustments[orientation], adjustment);
  if (adjustment && orientation == GTK_ORIENTATION_VERTICAL)
    g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (value_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
myna_chat_canvas_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (object);

  switch (prop_id)
    {
    case PROP_AT_END:
      g_value_set_boolean (value, self->at_end);
      break;
    case PROP_HADJUSTMENT:
      g_value_set_object (value, self->adjustments[GTK_ORIENTATION_HORIZONTAL]);
      break;
    case PROP_VADJUSTMENT:
      g_value_set_object (value, self->adjustments[GTK_ORIENTATION_VERTICAL]);
      break;
    case PROP_HSCROLL_POLICY:
      g_value_set_enum (value, self->scroll_policy[GTK_ORIENTATION_HORIZONTAL]);
      break;
    case PROP_VSCROLL_POLICY:
      g_value_set_enum (value, self->scroll_policy[GTK_ORIENTATION_VERTICAL]);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_chat_canvas_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (object);

  switch (prop_id)
    {
    case PROP_HADJUSTMENT:
      set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, g_value_get_object (value));
      break;
    case PROP_VADJUSTMENT:
      set_adjustment (self, GTK_ORIENTATION_VERTICAL, g_value_get_object (value));
      break;
    case PROP_HSCROLL_POLICY:
      self->scroll_policy[GTK_ORIENTATION_HORIZONTAL] = g_value_get_enum (value);
      break;
    case PROP_VSCROLL_POLICY:
      self->scroll_policy[GTK_ORIENTATION_VERTICAL] = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_chat_canvas_dispose (GObject *object)
{
  MynaChatCanvas *self = MYNA_CHAT_CANVAS (object);

  if (self->tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  release_all (self);
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
  widget_class->root = myna_chat_canvas_root;
  widget_class->unroot = myna_chat_canvas_unroot;

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
}

GtkWidget *
myna_chat_canvas_new (const MynaChatCanvasFuncs *funcs,
                      gpointer               user_data)
{
  MynaChatCanvas *self = g_object_new (MYNA_TYPE_CHAT_CANVAS, NULL);

  self->funcs = funcs;
  self->user_data = user_data;
  return GTK_WIDGET (self);
}

/* ---- Scrolling ---------------------------------------------------------------------------------------------------- */

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

  self->follow_end = TRUE;
  queue_update (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
myna_chat_canvas_set_anchor (MynaChatCanvas *self,
                             guint       position,
                             int         offset)
{
  g_return_if_fail (MYNA_IS_CHAT_CANVAS (self));

  if (position >= n_items (self))
    return;
  self->anchor = position;
  self->anchor_offset = offset;
  self->follow_end = FALSE;
  queue_update (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
myna_chat_canvas_scroll_to (MynaChatCanvas *self,
                            guint       position,
                            int         y)
{
  myna_chat_canvas_set_anchor (self, position, y - self->height / 3);
}

gboolean
myna_chat_canvas_get_anchor (MynaChatCanvas *self,
                             guint      *ret_position,
                             int        *ret_offset)
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
myna_chat_canvas_get_row (MynaChatCanvas *self,
                          guint       position)
{
  Row *row;

  g_return_val_if_fail (MYNA_IS_CHAT_CANVAS (self), NULL);

  row = peek_row (self, position);
  return row ? row->widget : NULL;
}

guint
myna_chat_canvas_get_n_rows (MynaChatCanvas *self)
{
  g_return_val_if_fail (MYNA_IS_CHAT_CANVAS (self), 0);

  return self->rows->len;
}
