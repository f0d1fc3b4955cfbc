/* file-drop.c: files and texts that are dropped on a chat
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composer/file-drop.h"

#include "chat/myna-folder.h"

/* A file or folder that can only be a model, not something to be asked about, goes where models are added. */
static gboolean
add_model (GtkWidget *view, GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);

  return myna_file_is_model (file) && gtk_widget_activate_action (view, "app.add-model", "s", uri);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer user_data)
{
  MynaComposer *composer = user_data;
  GtkWidget *view = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target));

  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value)), texts = NULL;

      for (GSList *l = files; l; l = l->next)
        if (!add_model (view, l->data))
          texts = g_slist_append (texts, l->data);
      myna_composer_attach_files (composer, texts);
    }
  else
    myna_composer_insert_block (composer, g_value_get_string (value));
  return TRUE;
}

void
myna_file_drop_add (GtkWidget *view, MynaComposer *composer)
{
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_STRING };

  gtk_drop_target_set_gtypes (drop, types, G_N_ELEMENTS (types));
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), composer, 0);
  gtk_widget_add_controller (view, GTK_EVENT_CONTROLLER (drop));
}
