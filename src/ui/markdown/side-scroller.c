/* side-scroller.c: scrolls what is too wide for the message sideways
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/side-scroller.h"

#include <glib/gi18n.h>

#define STEP 60 /* pixels a key press */

static void
range_changed (GtkWidget *scroller, GtkAdjustment *adjustment)
{
  gboolean wide = gtk_adjustment_get_upper (adjustment) > gtk_adjustment_get_page_size (adjustment) + 0.5;

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
  return scroller;
}
