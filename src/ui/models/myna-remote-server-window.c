/* myna-remote-server-window.c: adding a server, and changing one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First "Connect": the server is asked for its models.  Then the person chooses those that are offered for chats, and "Add" keeps
 * the server.  A change of address or key begins anew.
 */
#include "models/myna-remote-server-window.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"
#include "chat/myna-remote-error.h"
#include "chat/myna-remote-listing.h"
#include "chat/myna-remote-server-key.h"
#include "chat/pair.h"
#include "remote/wire/remote-address.h"

#define MAX_CHOSEN 20 /* a server with more models has them chosen by hand */

struct _MynaRemoteServerWindow
{
  MynaTaskWindow parent_instance;

  MynaRemoteServers *servers;
  MynaRemoteServer *server; /* NULL: a new one */
  char *address;            /* that was connected to; NULL: none was */
  char *old_key;            /* NULL: there is none, or it is not read yet */
  MynaRemoteListing *listing;
  GtkWidget *name, *entry, *key;
  GtkWidget *warning;
  GtkWidget *page;
  GtkWidget *models; /* NULL until they are known */
  GPtrArray *checks; /* GtkCheckButton of each model; its name and context are data of it */
};

G_DEFINE_FINAL_TYPE (MynaRemoteServerWindow, myna_remote_server_window, MYNA_TYPE_TASK_WINDOW)

static const char *
get_text (GtkWidget *row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static void
show_problem (MynaRemoteServerWindow *self, const char *title, const GError *error)
{
  myna_task_window_show_problem (MYNA_TASK_WINDOW (self), title, error->message, NULL);
}

/* ---- The models ------------------------------------------------------------------------------------------------- */

static guint
count_chosen (MynaRemoteServerWindow *self)
{
  guint n = 0;

  for (guint i = 0; i < self->checks->len; i++)
    n += gtk_check_button_get_active (g_ptr_array_index (self->checks, i));
  return n;
}

static void
update_accept (MynaRemoteServerWindow *self)
{
  MynaTaskWindow *window = MYNA_TASK_WINDOW (self);

  if (!self->address)
    myna_task_window_set_accept (window, _ ("Connect"), *get_text (self->entry) != '\0');
  else
    myna_task_window_set_accept (window, self->server ? _ ("Save") : _ ("Add"), count_chosen (self) > 0);
}

static void
forget_models (MynaRemoteServerWindow *self)
{
  g_clear_pointer (&self->address, g_free);
  g_ptr_array_set_size (self->checks, 0);
  if (self->models)
    adw_preferences_page_remove (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (self->models));
  self->models = NULL;
}

static void
add_model (MynaRemoteServerWindow *self, const char *id, int context, gboolean is_chosen)
{
  g_autofree char *subtitle = context > 0 ? g_strdup_printf (_ ("Reads up to %'d tokens"), context) : NULL;
  GtkWidget *row = myna_row_new (id, subtitle), *check = gtk_check_button_new ();

  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), is_chosen);
  g_object_set_data_full (G_OBJECT (check), "model", g_strdup (id), g_free);
  g_object_set_data (G_OBJECT (check), "context", GINT_TO_POINTER (context));
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  g_signal_connect_object (check, "toggled", G_CALLBACK (update_accept), self, G_CONNECT_SWAPPED);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->models), row);
  g_ptr_array_add (self->checks, check);
}

static void
show_models (MynaRemoteServerWindow *self, GPtrArray *models)
{
  guint n = models->len;

  self->models = myna_group_new (_ ("Models"), n > 0 ? _ ("Choose the models that you want to chat with.")
                                                     : _ ("This server has no models now."));
  for (guint i = 0; i < n; i++)
    {
      const MynaRemoteListed *model = g_ptr_array_index (models, i);
      gboolean is_chosen =
          self->server ? g_strv_contains (myna_remote_server_get_models (self->server), model->id) : n <= MAX_CHOSEN;

      add_model (self, model->id, model->context, is_chosen);
    }
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (self->models));
}

/* ---- Connecting ------------------------------------------------------------------------------------------------- */

static void
listed_cb (GPtrArray *models, const GError *error, gpointer user_data)
{
  MynaRemoteServerWindow *self = user_data;

  if (myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
    return;
  myna_task_window_end (MYNA_TASK_WINDOW (self));
  if (models)
    show_models (self, models);
  else
    {
      g_clear_pointer (&self->address, g_free);
      show_problem (self, _ ("The server could not be added"), error);
    }
  update_accept (self);
}

/* What was typed, or else what is kept. */
static const char *
get_key (MynaRemoteServerWindow *self)
{
  return *get_text (self->key) ? get_text (self->key) : self->old_key ? self->old_key : "";
}

static void
connect_server (MynaRemoteServerWindow *self)
{
  g_autoptr (GError) error = NULL;

  myna_task_window_hide_problem (MYNA_TASK_WINDOW (self));
  forget_models (self);
  self->address = myna_remote_listing_ask (self->listing, get_text (self->entry), get_key (self), &error);
  if (self->address)
    myna_task_window_begin (MYNA_TASK_WINDOW (self), _ ("Asking the server for its models…"), NULL);
  else
    show_problem (self, _ ("The server could not be added"), error);
}

/* ---- Keeping ---------------------------------------------------------------------------------------------------- */

static void
key_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) storing = user_data;
  MynaRemoteServerWindow *self = storing->owner;
  MynaRemoteServer *server = storing->subject;
  g_autoptr (GError) error = NULL;
  MynaKeyPlace place = myna_remote_server_key_store_finish (result, &error);

  myna_remote_server_set_key_in_file (server, place == MYNA_KEY_IN_FILE);
  if (myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
    return;
  myna_remote_servers_save (self->servers, server);
  myna_task_window_end (MYNA_TASK_WINDOW (self));
  if (error)
    show_problem (self, _ ("The API key could not be saved"), error);
  else
    gtk_window_close (GTK_WINDOW (self));
}

static void
keep (MynaRemoteServerWindow *self)
{
  g_autoptr (MynaRemoteServer) server =
      self->server ? g_object_ref (self->server) : myna_remote_server_new (self->address, get_text (self->name));

  myna_remote_server_clear_models (server);
  for (guint i = 0; i < self->checks->len; i++)
    {
      GObject *check = g_ptr_array_index (self->checks, i);

      if (gtk_check_button_get_active (GTK_CHECK_BUTTON (check)))
        myna_remote_server_add_model (server, g_object_get_data (check, "model"),
                                      GPOINTER_TO_INT (g_object_get_data (check, "context")));
    }
  if (self->server)
    {
      myna_remote_server_set_name (server, get_text (self->name));
      myna_remote_servers_save (self->servers, server);
    }
  else
    myna_remote_servers_add (self->servers, server);
  if (!*get_text (self->key))
    {
      gtk_window_close (GTK_WINDOW (self));
      return;
    }
  myna_task_window_begin (MYNA_TASK_WINDOW (self), _ ("Saving the API key…"), NULL);
  myna_remote_server_key_store_async (myna_remote_server_get_id (server), myna_remote_server_get_name (server),
                                      get_text (self->key), key_stored_cb,
                                      myna_pair_new (self, g_object_ref (server), g_object_unref));
}

static void
myna_remote_server_window_accept (MynaTaskWindow *window)
{
  MynaRemoteServerWindow *self = MYNA_REMOTE_SERVER_WINDOW (window);

  if (self->address)
    keep (self);
  else
    connect_server (self);
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static void
edited_cb (MynaRemoteServerWindow *self)
{
  RemoteProblem problem;
  g_autofree char *address = remote_address_normalize (get_text (self->entry), &problem);

  forget_models (self);
  gtk_widget_set_visible (self->warning, address && remote_address_is_plain (address));
  update_accept (self);
}

static GtkWidget *
make_entry (GtkWidget *group, GtkWidget *row, const char *title, gpointer changed, MynaRemoteServerWindow *self)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_object_set (row, "activates-default", TRUE, NULL);
  if (changed)
    g_signal_connect_object (row, "changed", changed, self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return row;
}

static GtkWidget *
make_note (const char *icon, const char *text)
{
  GtkWidget *row = myna_row_new (NULL, text);

  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (icon));
  return row;
}

/* The Flatpak has no network before the person gives it. */
static void
add_permit (GtkWidget *group, const char *title, const char *command)
{
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), myna_row_new (title, command));
}

static GtkWidget *
make_group (MynaRemoteServerWindow *self)
{
  GtkWidget *group = myna_group_new (
      NULL,
      _ ("A server of your institute or your own, with vLLM, SGLang, llama-server or another OpenAI-compatible program. What you "
         "write in chats with its models is sent there."));
  self->entry = make_entry (group, adw_entry_row_new (), _ ("Address"), G_CALLBACK (edited_cb), self);
  self->key = make_entry (group, adw_password_entry_row_new (), _ ("API Key (if it needs one)"), G_CALLBACK (edited_cb), self);
  self->name = make_entry (group, adw_entry_row_new (), _ ("Name"), NULL, self);
  self->warning =
      make_note ("dialog-warning-symbolic",
                 _ ("This connection is not encrypted: others in the same network can read what is sent. It is only "
                    "possible within this computer and private networks."));
  gtk_widget_set_visible (self->warning, FALSE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->warning);
  if (!myna_remote_is_permitted ())
    add_permit (group, _ ("Run this in a terminal to give Myna the network, then start it again"),
                myna_remote_get_permit (TRUE));
  else if (myna_remote_get_permit (FALSE))
    add_permit (group, _ ("This takes the network away from Myna again"), myna_remote_get_permit (FALSE));
  return group;
}

static void
key_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaRemoteServerWindow) self = user_data;
  char *key = myna_remote_server_key_read_finish (result, NULL);

  if (myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
    {
      g_free (key);
      return;
    }
  g_free (self->old_key);
  self->old_key = key;
  if (key)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->key), _ ("API Key (unchanged if empty)"));
}

static void
myna_remote_server_window_dispose (GObject *object)
{
  MynaRemoteServerWindow *self = MYNA_REMOTE_SERVER_WINDOW (object);

  g_clear_pointer (&self->listing, myna_remote_listing_free);
  g_clear_object (&self->servers);
  g_clear_object (&self->server);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->old_key, g_free);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  G_OBJECT_CLASS (myna_remote_server_window_parent_class)->dispose (object);
}

static void
myna_remote_server_window_class_init (MynaRemoteServerWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_remote_server_window_dispose;
  MYNA_TASK_WINDOW_CLASS (klass)->accept = myna_remote_server_window_accept;
}

static void
myna_remote_server_window_init (MynaRemoteServerWindow *self)
{
  self->checks = g_ptr_array_new ();
  self->page = adw_preferences_page_new ();
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (make_group (self)));
  myna_task_window_set_content (MYNA_TASK_WINDOW (self), self->page);
  gtk_window_set_default_size (GTK_WINDOW (self), 520, 560);
}

GtkWidget *
myna_remote_server_window_new (GtkWindow *parent, MynaRemoteServers *servers, MynaRemoteServer *server)
{
  MynaRemoteServerWindow *self = g_object_new (MYNA_TYPE_REMOTE_SERVER_WINDOW, "transient-for", parent, "title",
                                               server ? _ ("Server") : _ ("Add a Server"), NULL);

  self->servers = g_object_ref (servers);
  self->listing = myna_remote_listing_new (servers, listed_cb, self);
  if (server)
    {
      self->server = g_object_ref (server);
      gtk_editable_set_text (GTK_EDITABLE (self->entry), myna_remote_server_get_address (server));
      gtk_editable_set_editable (GTK_EDITABLE (self->entry), FALSE);
      gtk_editable_set_text (GTK_EDITABLE (self->name), myna_remote_server_get_name (server));
      myna_remote_server_key_read_async (myna_remote_server_get_id (server), NULL, key_read_cb, g_object_ref (self));
    }
  edited_cb (self);
  gtk_widget_grab_focus (server ? self->name : self->entry);
  return GTK_WIDGET (self);
}
