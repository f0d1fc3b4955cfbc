/* myna-split-view.c: a sidebar beside its content, or over it where there is little room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libadwaita 1.2 has no AdwOverlaySplitView, and AdwFlap is deprecated later; this widget is the part of them that Myna
 * needs.  From COLLAPSE_WIDTH on the sidebar stands beside the content; below, it slides over it, above a shade that
 * closes it when clicked.  `reveal` runs from 0 (hidden) to 1 (shown) in both cases, so one animation serves both.
 *
 * Collapsing closes the sidebar and widening shows it again, as the person last had it in the wide window.
 */
#include "base/myna-split-view.h"

#include "base/controls.h"
#define COLLAPSE_WIDTH   560
#define SIDEBAR_MIN      260
#define SIDEBAR_MAX      300
#define SIDEBAR_FRACTION 0.25
#define ANIMATION_MS     200

struct _MynaSplitView
{
  GtkWidget parent_instance;

  GtkWidget *sidebar; /* the bin that carries the sidebar's background */
  GtkWidget *shade;
  GtkWidget *content;
  AdwAnimation *animation;

  double reveal;
  gboolean show_sidebar;
  gboolean show_sidebar_wide; /* what to come back to when there is room again */
  gboolean collapsed;
  guint collapse_idle;
};

enum
{
  PROP_0,
  PROP_SHOW_SIDEBAR,
  PROP_COLLAPSED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaSplitView, myna_split_view, GTK_TYPE_WIDGET)

static void
set_reveal (double value, MynaSplitView *self)
{
  self->reveal = value;
  gtk_widget_set_child_visible (self->sidebar, value > 0);
  gtk_widget_set_child_visible (self->shade, value > 0 && self->collapsed);
  gtk_widget_set_opacity (self->shade, value);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
animate_to (MynaSplitView *self, double target)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      adw_animation_reset (self->animation);
      set_reveal (target, self);
      return;
    }
  adw_timed_animation_set_value_from (ADW_TIMED_ANIMATION (self->animation), self->reveal);
  adw_timed_animation_set_value_to (ADW_TIMED_ANIMATION (self->animation), target);
  adw_animation_play (self->animation);
}

/* The notification waits for an idle: handlers may ask for a new size, which must not happen while one is allocated. */
static gboolean
collapsed_changed_cb (gpointer user_data)
{
  MynaSplitView *self = user_data;

  self->collapse_idle = 0;
  myna_set_css_class (GTK_WIDGET (self), "collapsed", self->collapsed);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COLLAPSED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW_SIDEBAR]);

  return G_SOURCE_REMOVE;
}

static void
set_collapsed (MynaSplitView *self, gboolean collapsed)
{
  self->collapsed = collapsed;
  self->show_sidebar = !collapsed && self->show_sidebar_wide;
  adw_animation_reset (self->animation);
  self->reveal = self->show_sidebar ? 1 : 0;
  gtk_widget_set_child_visible (self->sidebar, self->show_sidebar);
  gtk_widget_set_child_visible (self->shade, FALSE);
  if (!self->collapse_idle)
    self->collapse_idle = g_idle_add (collapsed_changed_cb, self);
}

static int
get_sidebar_width (MynaSplitView *self, int width)
{
  int minimum;

  gtk_widget_measure (self->sidebar, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  if (self->collapsed)
    return MIN (MAX (minimum, SIDEBAR_MAX), width);

  return MAX (minimum, CLAMP ((int) (width * SIDEBAR_FRACTION), SIDEBAR_MIN, SIDEBAR_MAX));
}

static void
allocate_at (GtkWidget *child, int x, int width, int height)
{
  GskTransform *transform = gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT (x, 0));

  gtk_widget_allocate (child, width, height, -1, transform);
}

static void
myna_split_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaSplitView *self = MYNA_SPLIT_VIEW (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int sidebar_width, shown, content_width, content_minimum;

  if ((width < COLLAPSE_WIDTH) != self->collapsed)
    set_collapsed (self, width < COLLAPSE_WIDTH);

  sidebar_width = get_sidebar_width (self, width);
  shown = (int) (sidebar_width * self->reveal + 0.5);
  content_width = self->collapsed ? width : width - shown;
  if (self->content)
    {
      gtk_widget_measure (self->content, GTK_ORIENTATION_HORIZONTAL, -1, &content_minimum, NULL, NULL, NULL);
      content_width = MAX (content_width, content_minimum);
      allocate_at (self->content, rtl || self->collapsed ? 0 : shown, content_width, height);
    }
  if (gtk_widget_get_child_visible (self->shade))
    allocate_at (self->shade, 0, width, height);
  if (gtk_widget_get_child_visible (self->sidebar))
    allocate_at (self->sidebar, rtl ? width - shown : shown - sidebar_width, sidebar_width, height);
}

static void
myna_split_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  MynaSplitView *self = MYNA_SPLIT_VIEW (widget);
  int sidebar_min, sidebar_nat, content_min = 0, content_nat = 0;

  gtk_widget_measure (self->sidebar, orientation, -1, &sidebar_min, &sidebar_nat, NULL, NULL);
  if (self->content)
    gtk_widget_measure (self->content, orientation, -1, &content_min, &content_nat, NULL, NULL);
  *minimum = MAX (sidebar_min, content_min);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = SIDEBAR_MAX + content_nat;
  else
    *natural = MAX (sidebar_nat, content_nat);
}

static void
myna_split_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaSplitView *self = MYNA_SPLIT_VIEW (widget);

  if (self->content)
    gtk_widget_snapshot_child (widget, self->content, snapshot);
  gtk_widget_snapshot_child (widget, self->shade, snapshot);
  gtk_widget_snapshot_child (widget, self->sidebar, snapshot);
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, MynaSplitView *self)
{
  if (keyval != GDK_KEY_Escape || !self->collapsed || !self->show_sidebar)
    return GDK_EVENT_PROPAGATE;
  myna_split_view_set_show_sidebar (self, FALSE);

  return GDK_EVENT_STOP;
}

static void
shade_released_cb (GtkGestureClick *gesture, int n_press, double x, double y, MynaSplitView *self)
{
  myna_split_view_set_show_sidebar (self, FALSE);
}

static void
swipe_cb (GtkGestureSwipe *gesture, double velocity_x, double velocity_y, MynaSplitView *self)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  if (!self->collapsed || ABS (velocity_x) < 300 || ABS (velocity_x) < 2 * ABS (velocity_y))
    return;
  myna_split_view_set_show_sidebar (self, rtl ? velocity_x < 0 : velocity_x > 0);
}

static void
myna_split_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaSplitView *self = MYNA_SPLIT_VIEW (object);

  switch (prop_id)
    {
    case PROP_SHOW_SIDEBAR: g_value_set_boolean (value, self->show_sidebar); break;
    case PROP_COLLAPSED: g_value_set_boolean (value, self->collapsed); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_split_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MynaSplitView *self = MYNA_SPLIT_VIEW (object);

  switch (prop_id)
    {
    case PROP_SHOW_SIDEBAR: myna_split_view_set_show_sidebar (self, g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_split_view_dispose (GObject *object)
{
  MynaSplitView *self = MYNA_SPLIT_VIEW (object);

  g_clear_handle_id (&self->collapse_idle, g_source_remove);
  if (self->animation)
    adw_animation_skip (self->animation);
  g_clear_object (&self->animation);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_pointer (&self->shade, gtk_widget_unparent);
  g_clear_pointer (&self->sidebar, gtk_widget_unparent);

  G_OBJECT_CLASS (myna_split_view_parent_class)->dispose (object);
}

static void
myna_split_view_class_init (MynaSplitViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = myna_split_view_dispose;
  object_class->get_property = myna_split_view_get_property;
  object_class->set_property = myna_split_view_set_property;
  widget_class->measure = myna_split_view_measure;
  widget_class->size_allocate = myna_split_view_size_allocate;
  widget_class->snapshot = myna_split_view_snapshot;

  /**
   * MynaSplitView:show-sidebar:
   *
   * Whether the sidebar is there, beside the content or over it.
   */
  properties[PROP_SHOW_SIDEBAR] = g_param_spec_boolean ("show-sidebar", NULL, NULL, TRUE,
                                                        G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * MynaSplitView:collapsed:
   *
   * Whether the sidebar slides over the content.
   */
  properties[PROP_COLLAPSED] = g_param_spec_boolean ("collapsed", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "splitview");
}

static void
myna_split_view_init (MynaSplitView *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *swipe = gtk_gesture_swipe_new ();
  AdwAnimationTarget *target;

  self->reveal = 1;
  self->show_sidebar = self->show_sidebar_wide = TRUE;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);

  /* The shade stands before the sidebar among the children: the later child takes the click. */
  self->shade = adw_bin_new ();
  gtk_widget_add_css_class (self->shade, "shade");
  gtk_widget_set_child_visible (self->shade, FALSE);
  gtk_widget_set_parent (self->shade, GTK_WIDGET (self));
  self->sidebar = adw_bin_new ();
  gtk_widget_add_css_class (self->sidebar, "sidebar-pane");
  gtk_widget_set_parent (self->sidebar, GTK_WIDGET (self));

  target = adw_callback_animation_target_new ((AdwAnimationTargetFunc) set_reveal, self, NULL);
  self->animation = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, ANIMATION_MS, target);

  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (click, "released", G_CALLBACK (shade_released_cb), self);
  gtk_widget_add_controller (self->shade, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (swipe), TRUE);
  g_signal_connect (swipe, "swipe", G_CALLBACK (swipe_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (swipe));
}

GtkWidget *
myna_split_view_new (void)
{
  return g_object_new (MYNA_TYPE_SPLIT_VIEW, NULL);
}

void
myna_split_view_set_sidebar (MynaSplitView *self, GtkWidget *sidebar)
{
  g_return_if_fail (MYNA_IS_SPLIT_VIEW (self));

  adw_bin_set_child (ADW_BIN (self->sidebar), sidebar);
}

void
myna_split_view_set_content (MynaSplitView *self, GtkWidget *content)
{
  g_return_if_fail (MYNA_IS_SPLIT_VIEW (self));

  g_clear_pointer (&self->content, gtk_widget_unparent);
  self->content = content;
  gtk_widget_insert_before (content, GTK_WIDGET (self), self->shade);
}

gboolean
myna_split_view_get_show_sidebar (MynaSplitView *self)
{
  g_return_val_if_fail (MYNA_IS_SPLIT_VIEW (self), FALSE);

  return self->show_sidebar;
}

void
myna_split_view_set_show_sidebar (MynaSplitView *self, gboolean show_sidebar)
{
  GtkWidget *focus;
  GtkRoot *root;

  g_return_if_fail (MYNA_IS_SPLIT_VIEW (self));

  if (self->show_sidebar == !!show_sidebar)
    return;

  self->show_sidebar = !!show_sidebar;
  if (!self->collapsed)
    self->show_sidebar_wide = self->show_sidebar;

  /* Focus must not stay in a place that is about to go away. */
  root = gtk_widget_get_root (GTK_WIDGET (self));
  focus = root ? gtk_root_get_focus (root) : NULL;
  if (!show_sidebar && focus && gtk_widget_is_ancestor (focus, self->sidebar) && self->content)
    gtk_widget_child_focus (self->content, GTK_DIR_TAB_FORWARD);
  animate_to (self, show_sidebar ? 1 : 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW_SIDEBAR]);
}

gboolean
myna_split_view_get_collapsed (MynaSplitView *self)
{
  g_return_val_if_fail (MYNA_IS_SPLIT_VIEW (self), FALSE);

  return self->collapsed;
}
