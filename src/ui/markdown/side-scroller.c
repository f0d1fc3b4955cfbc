/* side-scroller.c: scrolls what is too wide for the message sideways
 *
 * A GtkScrolledWindow takes every turn of the wheel, also those that it has no use for: over a block the chat would stand
 * still.  Its horizontal scroll bar even turns them sideways.  So a controller in front of them looks at each turn first, and
 * they are asked only about what goes sideways.  All else goes on to the chat.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/side-scroller.h"

#include <glib/gi18n.h>

#define STEP     60  /* pixels a key press */
#define PAUSE_MS 250 /* between two movements on a touchpad */

static gboolean
is_wide (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_upper (adjustment) > gtk_adjustment_get_page_size (adjustment) + 0.5;
}

static void
range_changed (GtkWidget *scroller, GtkAdjustment *adjustment)
{
  gboolean wide = is_wide (adjustment);

  if (gtk_widget_get_focusable (scroller) == wide)
    return;
  gtk_widget_set_focusable (scroller, wide);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scroller), GTK_ACCESSIBLE_PROPERTY_LABEL, wide ? _ ("Scrolls sideways") : "",
                                  -1);
}

static gboolean
key_pressed (GtkWidget *scroller, guint keyval, guint keycode, GdkModifierType state)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (scroller));
  double value = gtk_adjustment_get_value (adjustment);
  gboolean rtl = gtk_widget_get_direction (scroller) == GTK_TEXT_DIR_RTL;

  if (!gtk_widget_has_focus (scroller) || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK | GDK_SUPER_MASK)))
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left: gtk_adjustment_set_value (adjustment, value - STEP); return GDK_EVENT_STOP;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right: gtk_adjustment_set_value (adjustment, value + STEP); return GDK_EVENT_STOP;
    case GDK_KEY_Home:
    case GDK_KEY_End:
      gtk_adjustment_set_value (adjustment, (keyval == GDK_KEY_Home) != rtl ? 0 : gtk_adjustment_get_upper (adjustment));
      return GDK_EVENT_STOP;
    default: return GDK_EVENT_PROPAGATE;
    }
}

/* ---- The wheel -------------------------------------------------------------------------------------------------- */

typedef struct
{
  GPtrArray *controllers; /* of the scrolled window, GtkEventControllerScroll */
  double x, y;            /* how far the movement that goes on has come, each way */
  guint32 time;           /* of its last event */
} Gate;

static GPtrArray *
dup_scroll_controllers (GtkWidget *widget)
{
  g_autoptr (GListModel) all = gtk_widget_observe_controllers (widget);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (all, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        g_ptr_array_add (found, g_steal_pointer (&controller));
    }
  return found;
}

static void
gate_free (gpointer data, GClosure *closure)
{
  Gate *gate = data;

  g_ptr_array_unref (gate->controllers);
  g_free (gate);
}

static void
gate_set_open (Gate *gate, gboolean open)
{
  const GtkEventControllerScrollFlags both = GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES;

  for (guint i = 0; i < gate->controllers->len; i++)
    {
      GtkEventControllerScroll *controller = g_ptr_array_index (gate->controllers, i);
      GtkEventControllerScrollFlags flags = gtk_event_controller_scroll_get_flags (controller);

      gtk_event_controller_scroll_set_flags (controller, open ? flags | both : flags & ~both);
    }
}

/* A wheel turns one way at a time.  Not every touchpad says where a movement begins. */
static gboolean
is_other_movement (Gate *gate, GdkEvent *event)
{
  guint32 before = gate->time;

  gate->time = gdk_event_get_time (event);
  return gdk_scroll_event_get_direction (event) != GDK_SCROLL_SMOOTH
         || gdk_scroll_event_get_unit (event) == GDK_SCROLL_UNIT_WHEEL || gate->time - before > PAUSE_MS;
}

/* Fingers never move quite straight. */
static gboolean
scroll_seen (GtkEventControllerScroll *controller, double dx, double dy, Gate *gate)
{
  GtkWidget *scroller = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (controller));
  GtkAdjustment *adjustment = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (scroller));
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  gboolean sideways;

  if (is_other_movement (gate, gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller))))
    gate->x = gate->y = 0;
  gate->x += ABS (dx);
  gate->y += ABS (dy);
  /* GTK exchanges the two with Shift. */
  sideways = state & GDK_SHIFT_MASK ? gate->y > gate->x : gate->x > gate->y;
  gate_set_open (gate, sideways && is_wide (adjustment));
  return GDK_EVENT_PROPAGATE;
}

static void
scroll_begins (GtkEventControllerScroll *controller, Gate *gate)
{
  gate->x = gate->y = 0;
}

/* What is turned over the scroll bar is turned over the block. */
static void
make_deaf (GtkWidget *widget)
{
  g_autoptr (GPtrArray) controllers = dup_scroll_controllers (widget);

  for (guint i = 0; i < controllers->len; i++)
    gtk_event_controller_set_propagation_phase (g_ptr_array_index (controllers, i), GTK_PHASE_NONE);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    make_deaf (child);
}

/* GTK asks the controller that was added last first. */
static void
add_gate (GtkWidget *scroller)
{
  GtkEventController *controller = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  Gate *gate = g_new0 (Gate, 1);

  gate->controllers = dup_scroll_controllers (scroller);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect_data (controller, "scroll", G_CALLBACK (scroll_seen), gate, gate_free, 0);
  g_signal_connect (controller, "scroll-begin", G_CALLBACK (scroll_begins), gate);
  gtk_widget_add_controller (scroller, controller);
  make_deaf (gtk_scrolled_window_get_hscrollbar (GTK_SCROLLED_WINDOW (scroller)));
}

GtkWidget *
myna_side_scroller_new (GtkWidget *child)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkAdjustment *adjustment = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (scroller));

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), child);
  gtk_widget_add_css_class (scroller, "side-scroller");
  gtk_widget_set_focusable (scroller, FALSE);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (range_changed), scroller, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed), scroller);
  gtk_widget_add_controller (scroller, keys);
  add_gate (scroller);
  return scroller;
}
