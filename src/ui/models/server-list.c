/* server-list.c: the servers on the page of the models
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "models/server-list.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/ui-compat.h"
#include "chat/pair.h"
#include "chat/remote-server-words.h"
#include "models/myna-remote-server-window.h"

static MynaRemoteServers *
get_servers (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_BOX)), "servers");
}

static void
edit_cb (GtkWidget *button, MynaRemoteServer *server)
{
  gtk_window_present (GTK_WINDOW (myna_remote_server_window_new (myna_get_window (button), get_servers (button), server)));
}

static void
remove_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) removing = user_data;

  if (myna_ask_finish (result))
    myna_remote_servers_remove (removing->owner, removing->subject);
}

static void
remove_cb (GtkWidget *button, MynaRemoteServer *server)
{
  g_autofree char *heading = g_strdup_printf (_ ("Remove “%s”?"), myna_remote_server_get_name (server));

  myna_ask_async (myna_get_window (button), MYNA_QUESTION_DESTRUCTIVE, heading,
                  _ ("Its API key is deleted from this computer. Chats with its models stay, and need another model to go on."),
                  _ ("_Remove"), remove_answered_cb,
                  myna_pair_new (get_servers (button), g_object_ref (server), g_object_unref));
}

static GtkWidget *
make_button (const char *icon, const char *name, GCallback clicked, MynaRemoteServer *server)
{
  GtkWidget *button = myna_flat_button_new (icon, name);

  g_signal_connect_object (button, "clicked", clicked, server, 0);
  return button;
}

static GtkWidget *
make_row_cb (gpointer item, gpointer user_data)
{
  g_autofree char *text = myna_remote_server_describe (item);
  GtkWidget *row = myna_row_new (myna_remote_server_get_name (item), text);

  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("network-server-symbolic"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             make_button ("document-edit-symbolic", _ ("Change Server"), G_CALLBACK (edit_cb), item));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             make_button ("user-trash-symbolic", _ ("Remove Server"), G_CALLBACK (remove_cb), item));
  return row;
}

static void
add_cb (GtkWidget *button, MynaRemoteServers *servers)
{
  gtk_window_present (GTK_WINDOW (myna_remote_server_window_new (myna_get_window (button), servers, NULL)));
}

static void
update_visible (GListModel *servers, guint position, guint n_removed, guint n_added, GtkWidget *list)
{
  gtk_widget_set_visible (list, g_list_model_get_n_items (servers) > 0);
}

GtkWidget *
myna_remote_server_list_new (MynaRemoteServers *servers)
{
  GtkWidget *group =
      myna_group_new (_ ("On Servers"),
                      _ ("Myna opens no network connection unless you add a server or download a model, and then to that "
                         "address alone."));
  GtkWidget *list = myna_list_new (_ ("Servers"));
  /* Beside a button with words there is not always room for the title. */
  GtkWidget *add = myna_flat_button_new ("list-add-symbolic", _ ("Add a Server…"));

  g_signal_connect_object (add, "clicked", G_CALLBACK (add_cb), servers, 0);
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (group), add);
  g_object_set_data_full (G_OBJECT (list), "servers", g_object_ref (servers), g_object_unref);
  gtk_list_box_bind_model (GTK_LIST_BOX (list), G_LIST_MODEL (servers), make_row_cb, NULL, NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), list);
  g_signal_connect_object (servers, "items-changed", G_CALLBACK (update_visible), list, 0);
  update_visible (G_LIST_MODEL (servers), 0, 0, 0, list);
  return group;
}
