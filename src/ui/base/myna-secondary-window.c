/* myna-secondary-window.c: what the windows beside the main one have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/myna-secondary-window.h"

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
