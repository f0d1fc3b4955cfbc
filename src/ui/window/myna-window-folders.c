/* myna-window-folders.c: what folders can be told to do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "window/myna-window-private.h"

static StoreDb *
get_store (MynaWindow *self)
{
  return myna_core_get_store (self->core);
}

static MynaHistoryModel *
get_history (MynaWindow *self)
{
  return myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar));
}

static void
move_chats (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  g_autoptr (GVariant) ids = NULL;
  gint64 folder_id;
  gsize n_ids;
  const gint64 *id;

  g_variant_get (parameter, "(@axx)", &ids, &folder_id);
  id = g_variant_get_fixed_array (ids, &n_ids, sizeof (gint64));
  for (gsize i = 0; get_store (self) && i < n_ids; i++)
    store_set_folder_async (get_store (self), id[i], folder_id, self->cancellable, myna_window_changed_cb, g_object_ref (self));
  if (folder_id)
    myna_history_model_set_expanded (get_history (self), folder_id, TRUE);
}

typedef struct
{
  MynaWindow *window;
  GVariant *ids; /* conversations to move into the new folder; NULL: none */
  gint64 parent_id;
} NewFolder;

static void
folder_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NewFolder *new_folder = user_data;
  MynaWindow *self = new_folder->window;
  g_autoptr (GError) error = NULL;
  gint64 id = store_finish_id (STORE_DB (source), result, &error);

  if (id)
    {
      if (new_folder->parent_id)
        myna_history_model_set_expanded (get_history (self), new_folder->parent_id, TRUE);
      if (new_folder->ids)
        gtk_widget_activate_action (GTK_WIDGET (self), "win.move-chats", "(@axx)", new_folder->ids, id);
      myna_sidebar_begin_rename (MYNA_SIDEBAR (self->sidebar), MYNA_HISTORY_FOLDER, id);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      myna_window_show_failure (self, _ ("The folder could not be made"), error);
    }
  g_clear_pointer (&new_folder->ids, g_variant_unref);
  g_object_unref (self);
  g_free (new_folder);
}

static void
add_folder (MynaWindow *self, GVariant *ids, gint64 parent_id)
{
  NewFolder *new_folder;

  if (!get_store (self))
    return;
  new_folder = g_new0 (NewFolder, 1);
  new_folder->window = g_object_ref (self);
  new_folder->ids = ids ? g_variant_ref (ids) : NULL;
  new_folder->parent_id = parent_id;
  store_add_folder_async (get_store (self), _ ("New folder"), parent_id, self->cancellable, folder_added_cb, new_folder);
}

static void
new_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  add_folder (MYNA_WINDOW (widget), NULL, g_variant_get_int64 (parameter));
}

static void
move_to_new_folder (GtkWidget *widget, const char *name, GVariant *ids)
{
  add_folder (MYNA_WINDOW (widget), ids, 0);
}

static void
rename_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  const char *title;
  gint64 id;

  g_variant_get (parameter, "(x&s)", &id, &title);
  if (get_store (self))
    store_rename_folder_async (get_store (self), id, title, self->cancellable, myna_window_changed_cb, g_object_ref (self));
}

static void
move_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  gint64 id, parent_id;

  g_variant_get (parameter, "(xx)", &id, &parent_id);
  if (!get_store (self) || id == parent_id)
    return;
  store_move_folder_async (get_store (self), id, parent_id, self->cancellable, myna_window_changed_cb, g_object_ref (self));
  if (parent_id)
    myna_history_model_set_expanded (get_history (self), parent_id, TRUE);
}

static void
delete_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  if (get_store (self))
    store_delete_folder_async (get_store (self), g_variant_get_int64 (parameter), self->cancellable, myna_window_changed_cb,
                               g_object_ref (self));
}

void
myna_window_class_install_folder_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.move-chats", "(axx)", move_chats);
  gtk_widget_class_install_action (widget_class, "win.move-to-new-folder", "ax", move_to_new_folder);
  gtk_widget_class_install_action (widget_class, "win.new-folder", "x", new_folder);
  gtk_widget_class_install_action (widget_class, "win.rename-folder", "(xs)", rename_folder);
  gtk_widget_class_install_action (widget_class, "win.move-folder", "(xx)", move_folder);
  gtk_widget_class_install_action (widget_class, "win.delete-folder", "x", delete_folder);
}
