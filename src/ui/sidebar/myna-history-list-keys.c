/* myna-history-list-keys.c: how the rows' menus are opened, and what the keys do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sidebar/myna-history-list-private.h"

/* ---- Menus ------------------------------------------------------------------------------------------------------ */

static void
row_menu_cb (GtkGesture *gesture, int n_press, double x, double y, MynaHistoryList *self)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  myna_history_list_popup_menu (self, MYNA_HISTORY_ROW (row), x, y);
}

static void
row_long_pressed_cb (GtkGesture *gesture, double x, double y, MynaHistoryList *self)
{
  row_menu_cb (gesture, 1, x, y, self);
}

void
myna_history_list_setup_menu (MynaHistoryList *self, MynaHistoryRow *row)
{
  GtkGesture *menu = gtk_gesture_click_new ();
  GtkGesture *long_press = gtk_gesture_long_press_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (menu, "pressed", G_CALLBACK (row_menu_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (row), GTK_EVENT_CONTROLLER (menu));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (long_press), TRUE);
  g_signal_connect_object (long_press, "pressed", G_CALLBACK (row_long_pressed_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (row), GTK_EVENT_CONTROLLER (long_press));
}

/* ---- Keys ------------------------------------------------------------------------------------------------------- */

/* The row inside the list item that has the focus; NULL if the focus is elsewhere. */
static MynaHistoryRow *
get_focus_row (MynaHistoryList *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  GtkWidget *child;

  if (!focus || !gtk_widget_is_ancestor (focus, self->list))
    return NULL;
  child = gtk_widget_get_first_child (focus);

  return child && MYNA_IS_HISTORY_ROW (child) ? MYNA_HISTORY_ROW (child) : NULL;
}

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (widget);
  MynaHistoryRow *row = get_focus_row (self);

  if (!row)
    return FALSE;
  myna_history_list_popup_menu (self, row, gtk_widget_get_width (GTK_WIDGET (row)) / 2.0,
                                gtk_widget_get_height (GTK_WIDGET (row)));

  return TRUE;
}

static gboolean
rename_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaHistoryRow *row = get_focus_row (MYNA_HISTORY_LIST (widget));

  if (row)
    myna_history_row_begin_rename (row);

  return row != NULL;
}

static gboolean
delete_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (widget);
  MynaHistoryRow *row = get_focus_row (self);
  MynaHistoryItem *item = row ? myna_history_row_get_item (row) : NULL;
  gboolean bin = myna_history_model_get_kind (self->model) == STORE_LIST_DELETED;
  gint64 id;

  if (!item || myna_history_item_get_kind (item) != MYNA_HISTORY_CONVERSATION)
    return FALSE;
  id = myna_history_item_get_id (item);
  gtk_widget_activate_action (widget, bin ? "win.purge-chats" : "win.delete-chats", "@ax",
                              g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, &id, 1, sizeof id));

  return TRUE;
}

static gboolean
escape_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (widget);
  gboolean selecting = self->selecting;

  myna_history_list_set_selecting (self, FALSE);

  return selecting;
}

static void
rename_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaHistoryKind kind = g_str_equal (name, "history.rename") ? MYNA_HISTORY_CONVERSATION : MYNA_HISTORY_FOLDER;

  myna_history_list_begin_rename (MYNA_HISTORY_LIST (widget), kind, g_variant_get_int64 (parameter));
}

static void
select_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (widget);

  myna_history_list_set_selecting (self, TRUE);
  myna_history_list_toggle_check (self, g_variant_get_int64 (parameter));
}

void
myna_history_list_class_install_keys (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "history.rename", "x", rename_action_cb);
  gtk_widget_class_install_action (widget_class, "history.rename-folder", "x", rename_action_cb);
  gtk_widget_class_install_action (widget_class, "history.select", "x", select_action_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F2, 0, rename_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Delete, 0, delete_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, escape_key_cb, NULL);
}
