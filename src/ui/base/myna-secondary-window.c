/* myna-secondary-window.c: what the windows beside the main one have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/myna-secondary-window.h"

#include <adwaita.h>

static gboolean
quit_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  GApplication *application = g_application_get_default ();

  if (!application)
    return FALSE;
  g_action_group_activate_action (G_ACTION_GROUP (application), "quit", NULL);

  return TRUE;
}

void
myna_secondary_window_add_keys (GtkWidget *window)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();
  GtkShortcut *quit =
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_q, GDK_CONTROL_MASK), gtk_callback_action_new (quit_cb, NULL, NULL));

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), quit);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (window, controller);
}

/* ---- Enter ------------------------------------------------------------------------------------------------------ */

/* Whether Enter would only switch it. */
static gboolean
is_switch (GtkWidget *focus)
{
  GtkWidget *target = focus;

  if (ADW_IS_ACTION_ROW (focus))
    target = adw_action_row_get_activatable_widget (ADW_ACTION_ROW (focus));
  return target && (GTK_IS_CHECK_BUTTON (target) || GTK_IS_SWITCH (target));
}

static gboolean
key_pressed_cb (GtkWindow *window, guint keyval, guint keycode, GdkModifierType state)
{
  GtkWidget *button = gtk_window_get_default_widget (window);
  GtkWidget *focus = gtk_window_get_focus (window);

  if (keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter && keyval != GDK_KEY_ISO_Enter)
    return GDK_EVENT_PROPAGATE;
  if (!button || !gtk_widget_is_sensitive (button) || (focus && !is_switch (focus)))
    return GDK_EVENT_PROPAGATE;
  return gtk_widget_activate (button);
}

/* Where GTK alone would begin: at the first button of the header. */
static void
take_focus (GtkWidget *button)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (button));
  GtkWidget *focus = gtk_window_get_focus (window);

  if (gtk_widget_is_sensitive (button) && (!focus || gtk_widget_get_ancestor (focus, ADW_TYPE_HEADER_BAR) != NULL))
    gtk_widget_grab_focus (button);
}

void
myna_secondary_window_set_default (GtkWindow *window, GtkWidget *button)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_window_set_default_widget (window, button);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), window);
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
  g_signal_connect (button, "notify::sensitive", G_CALLBACK (take_focus), NULL);
  g_signal_connect_object (window, "map", G_CALLBACK (take_focus), button, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}
