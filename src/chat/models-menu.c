/* models-menu.c: the models that a chat could have, and those that a reply could be written by again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/models-menu.h"

#include <glib/gi18n.h>

#include "chat/myna-remote-link.h"

struct _MynaModelsMenu
{
  GObject parent_instance;

  GMenu *menu;
  MynaModelLibrary *library;      /* NULL: not known yet */
  MynaConversation *conversation; /* NULL: none */
};

G_DEFINE_FINAL_TYPE (MynaModelsMenu, myna_models_menu, G_TYPE_OBJECT)

/* ---- For a reply ------------------------------------------------------------------------------------------------ */

static void
append (MynaModelsMenu *self, MynaModelEntry *entry)
{
  /* Translators: %s is the name of a model */
  g_autofree char *label = g_strdup_printf (_ ("Regenerate with %s"), myna_model_entry_get_title (entry));
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "message.regenerate-with", "s", myna_model_entry_get_path (entry));
  g_menu_append_item (self->menu, item);
}

static void
update (MynaModelsMenu *self)
{
  GListModel *entries = self->library ? myna_model_library_get_entries (self->library) : NULL;
  const char *own = self->conversation ? myna_conversation_get_model (self->conversation) : NULL;

  g_menu_remove_all (self->menu);
  if (!entries)
    return;
  if (!own)
    own = myna_model_library_get_default_path (self->library);
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      if (myna_model_entry_get_status (entry) == MYNA_MODEL_READABLE && g_strcmp0 (myna_model_entry_get_path (entry), own) != 0)
        append (self, entry);
    }
}

static void
entries_changed_cb (MynaModelsMenu *self, guint position, guint n_removed, guint n_added, GListModel *entries)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      g_signal_connect_object (entry, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  update (self);
}

GMenuModel *
myna_models_menu_get_menu (MynaModelsMenu *self)
{
  g_return_val_if_fail (MYNA_IS_MODELS_MENU (self), NULL);

  return G_MENU_MODEL (self->menu);
}

void
myna_models_menu_set_library (MynaModelsMenu *self, MynaModelLibrary *library)
{
  GListModel *entries;

  g_return_if_fail (MYNA_IS_MODELS_MENU (self) && !self->library);

  self->library = g_object_ref (library);
  entries = myna_model_library_get_entries (library);
  g_signal_connect_object (entries, "items-changed", G_CALLBACK (entries_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "notify::default-path", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  entries_changed_cb (self, 0, 0, g_list_model_get_n_items (entries), entries);
}

void
myna_models_menu_set_conversation (MynaModelsMenu *self, MynaConversation *conversation)
{
  g_return_if_fail (MYNA_IS_MODELS_MENU (self));

  if (self->conversation)
    g_signal_handlers_disconnect_by_func (self->conversation, update, self);
  g_set_object (&self->conversation, conversation);
  if (conversation)
    g_signal_connect_object (conversation, "notify::model", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
myna_models_menu_dispose (GObject *object)
{
  MynaModelsMenu *self = MYNA_MODELS_MENU (object);

  g_clear_object (&self->conversation);
  g_clear_object (&self->library);
  g_clear_object (&self->menu);

  G_OBJECT_CLASS (myna_models_menu_parent_class)->dispose (object);
}

static void
myna_models_menu_class_init (MynaModelsMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_models_menu_dispose;
}

static void
myna_models_menu_init (MynaModelsMenu *self)
{
  self->menu = g_menu_new ();
}

MynaModelsMenu *
myna_models_menu_new (void)
{
  return g_object_new (MYNA_TYPE_MODELS_MENU, NULL);
}

/* ---- The choice for a chat -------------------------------------------------------------------------------------- */

static void
append_model (GMenu *menu, const char *label, const char *path)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "win.try-model", "s", path);
  g_menu_append_item (menu, item);
}

static void
append_servers (GMenu *menu, GListModel *servers)
{
  for (guint i = 0; myna_remote_link_is_there () && i < g_list_model_get_n_items (servers); i++)
    {
      g_autoptr (MynaRemoteServer) server = g_list_model_get_item (servers, i);
      const char *const *names = myna_remote_server_get_models (server);
      g_autoptr (GMenu) section = g_menu_new ();

      for (; *names; names++)
        {
          g_autofree char *path = myna_remote_server_make_path (server, *names);

          append_model (section, *names, path);
        }
      g_menu_append_section (menu, myna_remote_server_get_name (server), G_MENU_MODEL (section));
    }
}

GMenuModel *
myna_models_menu_new_choice (MynaModelLibrary *library, MynaRemoteServers *servers)
{
  GListModel *entries = myna_model_library_get_entries (library);
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) models = g_menu_new ();
  g_autoptr (GMenu) more = g_menu_new ();

  append_model (models, _ ("Default Model"), "");
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      if (myna_model_entry_get_status (entry) == MYNA_MODEL_READABLE)
        append_model (models, myna_model_entry_get_title (entry), myna_model_entry_get_path (entry));
    }
  g_menu_append_section (menu, _ ("Model for This Chat"), G_MENU_MODEL (models));
  append_servers (menu, G_LIST_MODEL (servers));
  if (myna_model_library_get_loading_path (library))
    g_menu_append (more, _ ("_Cancel Loading"), "win.cancel-load");
  g_menu_append (more, _ ("_Models…"), "app.models");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  return G_MENU_MODEL (menu);
}
