/* myna-history-list-dnd.c: sorting conversations and folders by hand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is dropped goes where the row under it stands: into a folder, beside a conversation in one, among the pinned, or
 * out of all folders.
 */
#include "sidebar/myna-history-list-private.h"

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, MynaHistoryList *self)
{
  MynaHistoryRow *row = MYNA_HISTORY_ROW (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source)));
  MynaHistoryItem *item = myna_history_row_get_item (row);

  if (!item || myna_history_item_get_kind (item) == MYNA_HISTORY_HEADING || self->selecting
      || myna_history_model_get_kind (self->model) != STORE_LIST_ACTIVE)
    return NULL;

  return gdk_content_provider_new_typed (MYNA_TYPE_HISTORY_ITEM, item);
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, gpointer user_data)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (row);

  gtk_drag_source_set_icon (source, paintable, 0, 0);
}

/* The folder that the row stands for or lies in. */
static gint64
get_target_folder (MynaHistoryList *self, MynaHistoryItem *item)
{
  if (myna_history_item_get_kind (item) == MYNA_HISTORY_FOLDER)
    return myna_history_item_get_id (item);
  if (myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION
      && myna_history_item_get_group (item) == MYNA_HISTORY_FOLDERS)
    return myna_history_model_get_folder (self->model, myna_history_item_get_id (item));

  return 0;
}

static void
drop_conversation (MynaHistoryList *self, gint64 id, MynaHistoryItem *target)
{
  GVariant *ids = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, &id, 1, sizeof id));
  gboolean pin = myna_history_item_get_group (target) == MYNA_HISTORY_PINNED;

  if (pin)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.pin-chats", "@ax", ids);
  else if (myna_history_model_get_pinned (self->model, id))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.unpin-chats", "@ax", ids);
  if (!pin && myna_history_model_get_folder (self->model, id) != get_target_folder (self, target))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.move-chats", "(@axx)", ids, get_target_folder (self, target));
  g_variant_unref (ids);
}

static gboolean
drop_cb (GtkDropTarget *drop_target, const GValue *value, double x, double y, MynaHistoryList *self)
{
  MynaHistoryRow *row = MYNA_HISTORY_ROW (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (drop_target)));
  MynaHistoryItem *target = myna_history_row_get_item (row);
  MynaHistoryItem *dropped = g_value_get_object (value);
  gint64 id;

  if (!target || !dropped || target == dropped)
    return FALSE;
  id = myna_history_item_get_id (dropped);
  if (myna_history_item_get_kind (dropped) == MYNA_HISTORY_FOLDER)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.move-folder", "(xx)", id, get_target_folder (self, target));
  else
    drop_conversation (self, id, target);

  return TRUE;
}

void
myna_history_list_setup_dnd (MynaHistoryList *self, MynaHistoryRow *row)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (MYNA_TYPE_HISTORY_ITEM, GDK_ACTION_COPY);

  g_signal_connect_object (source, "prepare", G_CALLBACK (prepare_cb), self, 0);
  g_signal_connect_object (source, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (row), GTK_EVENT_CONTROLLER (source));
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (row), GTK_EVENT_CONTROLLER (target));
}
