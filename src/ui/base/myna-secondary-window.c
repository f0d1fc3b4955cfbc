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

static gboolean
close_cb (GtkWidget *window, GVariant *args, gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (window));
  return TRUE;
}

/* No wider than the window that it belongs to: that may be as narrow as a telephone. */
static void
realize_cb (GtkWindow *window)
{
  GtkWindow *parent = gtk_window_get_transient_for (window);
  int width, height;

  gtk_window_get_default_size (window, &width, &height);
  if (parent && gtk_widget_get_width (GTK_WIDGET (parent)) < width)
    gtk_window_set_default_size (window, MAX (360, gtk_widget_get_width (GTK_WIDGET (parent))), height);
}

void
myna_secondary_window_add_keys (GtkWidget *window)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();
  GtkShortcut *quit =
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_q, GDK_CONTROL_MASK), gtk_callback_action_new (quit_cb, NULL, NULL));
  GtkShortcut *close =
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_w, GDK_CONTROL_MASK), gtk_callback_action_new (close_cb, NULL, NULL));

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), quit);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), close);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (window, controller);
  g_signal_connect (window, "realize", G_CALLBACK (realize_cb), NULL);
}

/* ---- One of a kind ---------------------------------------------------------------------------------------------- */

/* GTK's own "destroy-with-parent" leaves a pointer to the parent behind where it happens in an event of this window: Ctrl+Q. */
static void
parent_gone_cb (GtkWindow *window)
{
  gtk_window_set_transient_for (window, NULL);
  gtk_window_destroy (window);
}

void
myna_secondary_window_follow (GtkWindow *window, GtkWindow *parent, const char *name)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  myna_secondary_window_add_keys (GTK_WIDGET (window));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                                                          gtk_callback_action_new (close_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
  gtk_widget_set_name (GTK_WIDGET (window), name);
  g_signal_connect_object (parent, "unmap", G_CALLBACK (parent_gone_cb), window, G_CONNECT_SWAPPED);
}

GtkWindow *
myna_secondary_window_find (GtkWindow *parent, const char *name)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWindow *found = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (windows) && !found; i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (gtk_window_get_transient_for (window) == parent && g_str_equal (gtk_widget_get_name (GTK_WIDGET (window)), name))
        found = window;
    }
  return found;
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
