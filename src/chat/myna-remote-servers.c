/* myna-remote-servers.c: the servers that the person added, and what speaks with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-remote-servers.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/myna-remote-model.h"
#include "chat/myna-remote-server-key.h"

#define MAX_SERVERS 100

struct _MynaRemoteServers
{
  GObject parent_instance;

  GSettings *settings;
  GPtrArray *servers;
  MynaRemoteLink *link;
  GHashTable *generators; /* path → MynaRemoteModel */
  StoreDb *temporary;     /* not owned */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaRemoteServers, myna_remote_servers, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *list)
{
  return MYNA_TYPE_REMOTE_SERVER;
}

static guint
get_n_items (GListModel *list)
{
  return MYNA_REMOTE_SERVERS (list)->servers->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  MynaRemoteServers *self = MYNA_REMOTE_SERVERS (list);

  return position < self->servers->len ? g_object_ref (g_ptr_array_index (self->servers, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* ---- Kept ------------------------------------------------------------------------------------------------------- */

static void
load (MynaRemoteServers *self)
{
  g_autofree char *json = g_settings_get_string (self->settings, "servers");
  g_autoptr (JsonObject) object = remote_json_parse (json, strlen (json));
  JsonArray *servers = text_json_array (object, "servers");

  for (guint i = 0; servers && i < json_array_get_length (servers) && i < MAX_SERVERS; i++)
    {
      MynaRemoteServer *server = myna_remote_server_read (text_json_element (servers, i));

      if (server)
        g_ptr_array_add (self->servers, server);
    }
}

static void
save (MynaRemoteServers *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) root = json_node_init_object (json_node_alloc (), object);
  JsonArray *servers = json_array_new ();
  g_autofree char *json = NULL;

  for (guint i = 0; i < self->servers->len; i++)
    json_array_add_object_element (servers, myna_remote_server_write (g_ptr_array_index (self->servers, i)));
  json_object_set_array_member (object, "servers", servers);
  json = json_to_string (root, FALSE);
  g_settings_set_string (self->settings, "servers", self->servers->len > 0 ? json : "");
}

void
myna_remote_servers_save (MynaRemoteServers *self, MynaRemoteServer *server)
{
  guint position;

  save (self);
  if (g_ptr_array_find (self->servers, server, &position))
    g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 1);
}

void
myna_remote_servers_add (MynaRemoteServers *self, MynaRemoteServer *server)
{
  g_ptr_array_add (self->servers, g_object_ref (server));
  save (self);
  g_list_model_items_changed (G_LIST_MODEL (self), self->servers->len - 1, 0, 1);
}

static void
key_removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  myna_remote_server_key_store_finish (result, NULL);
}

void
myna_remote_servers_remove (MynaRemoteServers *self, MynaRemoteServer *server)
{
  guint position;

  if (!g_ptr_array_find (self->servers, server, &position))
    return;
  myna_remote_server_key_store_async (myna_remote_server_get_id (server), NULL, NULL, key_removed_cb, NULL);
  g_ptr_array_remove_index (self->servers, position);
  save (self);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/* ---- Finding ---------------------------------------------------------------------------------------------------- */

MynaRemoteServer *
myna_remote_servers_find (MynaRemoteServers *self, const char *id)
{
  for (guint i = 0; i < self->servers->len; i++)
    if (g_str_equal (myna_remote_server_get_id (g_ptr_array_index (self->servers, i)), id))
      return g_ptr_array_index (self->servers, i);
  return NULL;
}

MynaRemoteServer *
myna_remote_servers_find_by_path (MynaRemoteServers *self, const char *path, const char **ret_model)
{
  g_autofree char *id = myna_remote_server_split_path (path, ret_model);

  return id ? myna_remote_servers_find (self, id) : NULL;
}

MynaRemoteLink *
myna_remote_servers_get_link (MynaRemoteServers *self)
{
  return self->link;
}

char *
myna_remote_servers_describe (MynaRemoteServers *self, const char *path)
{
  const char *model = NULL;
  g_autofree char *id = myna_remote_server_split_path (path, &model);
  MynaRemoteServer *server = id ? myna_remote_servers_find (self, id) : NULL;

  if (!id)
    return NULL;
  return g_strdup_printf ("%s · %s", model, server ? myna_remote_server_get_name (server) : _ ("removed server"));
}

MynaGenerator *
myna_remote_servers_get_generator (MynaRemoteServers *self, const char *path)
{
  MynaGenerator *generator = g_hash_table_lookup (self->generators, path);

  if (!generator)
    {
      generator = myna_remote_model_new (self, path);
      g_hash_table_insert (self->generators, g_strdup (path), generator);
    }
  return generator;
}

void
myna_remote_servers_set_temporary (MynaRemoteServers *self, StoreDb *store)
{
  self->temporary = store;
}

gboolean
myna_remote_servers_is_temporary (MynaRemoteServers *self, StoreDb *store)
{
  return store && store == self->temporary;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_remote_servers_finalize (GObject *object)
{
  MynaRemoteServers *self = MYNA_REMOTE_SERVERS (object);

  g_object_unref (self->settings);
  g_object_run_dispose (G_OBJECT (self->link)); /* what it reads keeps it */
  g_object_unref (self->link);
  g_hash_table_unref (self->generators);
  g_ptr_array_unref (self->servers);
  G_OBJECT_CLASS (myna_remote_servers_parent_class)->finalize (object);
}

static void
myna_remote_servers_class_init (MynaRemoteServersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_remote_servers_finalize;
  g_signal_new ("asks", MYNA_TYPE_REMOTE_SERVERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                MYNA_TYPE_REMOTE_SERVER, G_TYPE_UINT);
}

static void
myna_remote_servers_init (MynaRemoteServers *self)
{
  self->servers = g_ptr_array_new_with_free_func (g_object_unref);
  self->link = myna_remote_link_new ();
  self->generators = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

MynaRemoteServers *
myna_remote_servers_new (GSettings *settings)
{
  MynaRemoteServers *self = g_object_new (MYNA_TYPE_REMOTE_SERVERS, NULL);

  self->settings = g_object_ref (settings);
  load (self);
  return self;
}
