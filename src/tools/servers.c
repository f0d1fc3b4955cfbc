/* servers.c: the servers that the person entered
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file holds what was entered (variables can be passwords, so it is the person's alone), what each server listed last, and the
 * versions of tools that there were: whoever allowed one is shown what has changed.
 */
#include "tools/servers.h"

#include <string.h>

#include "text/text-aside.h"
#include "tools/server-tools.h"
#include "tools/tool-json.h"
#include "tools/tool.h"

#define MAX_FILE     (16 << 20)
#define MAX_VERSIONS 1024

struct _ToolServers
{
  GObject parent_instance;

  char *path; /* NULL: no file */
  ToolSchemaCheck check;
  GListStore *list;
  gboolean unreadable;  /* the file is there and holds something else */
  JsonObject *versions; /* fingerprint → text */
  GPtrArray *snapshots; /* GPtrArray or NULL, one for each server: the list that was offered last */
  gboolean updating;
};

static guint changed_signal;
static ToolServers *the_servers; /* a weak pointer */

G_DEFINE_FINAL_TYPE (ToolServers, tool_servers, G_TYPE_OBJECT)

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static JsonNode *
get (JsonObject *object, const char *name, JsonNodeType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && json_node_get_node_type (node) == type ? node : NULL;
}

/* Appends the strings of an array; FALSE: there are others. */
static gboolean
add_strings (GPtrArray *strings, JsonObject *object, const char *name)
{
  JsonNode *node = get (object, name, JSON_NODE_ARRAY);
  JsonArray *array = node ? json_node_get_array (node) : NULL;

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) != G_TYPE_STRING)
        return FALSE;
      g_ptr_array_add (strings, g_strdup (json_node_get_string (element)));
    }
  return TRUE;
}

static char **
end_strings (GPtrArray *strings)
{
  g_ptr_array_add (strings, NULL);
  return (char **) g_ptr_array_free (strings, FALSE);
}

static JsonNode *
read_json (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  gsize n;

  if (!g_file_get_contents (path, &text, &n, error))
    return NULL;
  node = n <= MAX_FILE ? tool_json_parse (text, n, TOOL_MCP_MAX_DEPTH) : NULL;
  if (node && JSON_NODE_HOLDS_OBJECT (node))
    return g_steal_pointer (&node);
  g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "The file is not a JSON object");
  return NULL;
}

static GPtrArray *
read_tools (JsonObject *object)
{
  GPtrArray *tools = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_mcp_tool_free);
  JsonNode *node = get (object, "tools", JSON_NODE_ARRAY);
  JsonArray *array = node ? json_node_get_array (node) : NULL;

  for (guint i = 0; array && i < json_array_get_length (array) && i < TOOL_MCP_MAX_TOOLS; i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      JsonObject *object_ = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
      const char *name = object_ ? text_json_string (object_, "name") : NULL,
                 *schema = object_ ? text_json_string (object_, "schema") : NULL;
      const char *description = object_ ? text_json_string (object_, "description") : NULL;
      ToolMcpTool *tool;

      if (!name || !schema)
        continue;
      tool = g_new0 (ToolMcpTool, 1);
      *tool = (ToolMcpTool){ g_strdup (name), g_strdup (description ? description : ""), g_strdup (schema),
                             json_object_get_boolean_member_with_default (object_, "structured", FALSE), NULL };
      g_ptr_array_add (tools, tool);
    }
  return tools;
}

static void append (ToolServers *self, ToolServer *server);

static void
read_server (ToolServers *self, JsonObject *object)
{
  GPtrArray *command = g_ptr_array_new (), *environment = g_ptr_array_new ();
  g_autoptr (ToolServerConfig) config = g_new0 (ToolServerConfig, 1);
  g_autoptr (ToolServer) server = NULL;

  config->name = g_strdup (text_json_string (object, "name"));
  config->folder = g_strdup (text_json_string (object, "folder"));
  config->in_box = json_object_get_boolean_member_with_default (object, "sandbox", FALSE);
  config->no_network = json_object_get_boolean_member_with_default (object, "no-network", FALSE);
  add_strings (command, object, "command");
  add_strings (environment, object, "environment");
  config->command = end_strings (command);
  config->environment = end_strings (environment);
  if (!config->name || !config->command[0])
    return;
  server = tool_server_new (config);
  if (json_object_get_boolean_member_with_default (object, "on", FALSE))
    {
      g_autoptr (GPtrArray) tools = read_tools (object);

      tool_server_set_listed (server, tools);
    }
  append (self, server);
}

static void
load (ToolServers *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = read_json (self->path, &error);
  JsonNode *servers, *versions;

  self->unreadable = !node && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  if (!node)
    return;
  versions = get (json_node_get_object (node), "versions", JSON_NODE_OBJECT);
  if (versions)
    {
      json_object_unref (self->versions);
      self->versions = json_node_dup_object (versions);
    }
  servers = get (json_node_get_object (node), "servers", JSON_NODE_ARRAY);
  for (guint i = 0; servers && i < json_array_get_length (json_node_get_array (servers)); i++)
    {
      JsonNode *element = json_array_get_element (json_node_get_array (servers), i);

      if (JSON_NODE_HOLDS_OBJECT (element))
        read_server (self, json_node_get_object (element));
    }
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static JsonArray *
write_strings (char **strings)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; strings && strings[i]; i++)
    json_array_add_string_element (array, strings[i]);
  return array;
}

static JsonObject *
write_server (ToolServer *server)
{
  const ToolServerConfig *config = tool_server_get_config (server);
  GPtrArray *listed = tool_server_get_listed (server);
  JsonObject *object = json_object_new ();
  JsonArray *tools = json_array_new ();

  json_object_set_string_member (object, "name", config->name);
  json_object_set_array_member (object, "command", write_strings (config->command));
  json_object_set_array_member (object, "environment", write_strings (config->environment));
  if (config->folder)
    json_object_set_string_member (object, "folder", config->folder);
  json_object_set_boolean_member (object, "sandbox", config->in_box);
  json_object_set_boolean_member (object, "no-network", config->no_network);
  json_object_set_boolean_member (object, "on", tool_server_get_state (server) != TOOL_SERVER_OFF);
  for (guint i = 0; i < listed->len; i++)
    {
      const ToolMcpTool *tool = g_ptr_array_index (listed, i);
      JsonObject *one;

      if (tool->unusable)
        continue;
      one = json_object_new ();
      json_object_set_string_member (one, "name", tool->name);
      json_object_set_string_member (one, "description", tool->description);
      json_object_set_string_member (one, "schema", tool->schema);
      json_object_set_boolean_member (one, "structured", tool->structured);
      json_array_add_object_element (tools, one);
    }
  json_object_set_array_member (object, "tools", tools);
  return object;
}

static gboolean
save (ToolServers *self, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) root = json_object_new ();
  JsonArray *servers = json_array_new ();
  g_autofree char *text = NULL;
  g_autofree char *folder = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (ToolServer) server = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      json_array_add_object_element (servers, write_server (server));
    }
  json_object_set_array_member (root, "servers", servers);
  json_object_set_object_member (root, "versions", json_object_ref (self->versions));
  json_node_set_object (node, root);
  text = json_to_string (node, TRUE);
  if (!self->path)
    return TRUE;
  folder = g_path_get_dirname (self->path);
  g_mkdir_with_parents (folder, 0700);
  if (self->unreadable && !text_put_aside (self->path, error))
    return FALSE;
  self->unreadable = FALSE;
  return g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                   error);
}

/* ---- Versions --------------------------------------------------------------------------------------------------- */

char *
tool_servers_dup_current (const Tool *tool)
{
  return tool->origin ? g_strdup_printf ("%s\n%s\n%s", tool->origin, tool->description, tool->schema) : NULL;
}

static gboolean
keep_version (ToolServers *self, const Tool *tool)
{
  g_autofree char *fingerprint = tool_dup_fingerprint (tool);
  g_autofree char *text = tool_servers_dup_current (tool);

  if (json_object_has_member (self->versions, fingerprint) || json_object_get_size (self->versions) >= MAX_VERSIONS)
    return FALSE;
  json_object_set_string_member (self->versions, fingerprint, text);
  return TRUE;
}

char *
tool_servers_dup_version (ToolServers *self, const char *fingerprint)
{
  return g_strdup (text_json_string (self->versions, fingerprint));
}

/* ---- Changes ---------------------------------------------------------------------------------------------------- */

/* Offers anew what changed.  Returns whether anything is to be saved. */
static gboolean
offer (ToolServers *self)
{
  gboolean is_new = FALSE;

  tool_server_tools_offer (G_LIST_MODEL (self->list), self->check);
  for (guint i = 0; i < tool_get_n_tools (); i++)
    if (tool_get (i)->origin)
      is_new = keep_version (self, tool_get (i)) || is_new;
  g_signal_emit (self, changed_signal, 0);
  return is_new;
}

/* A server has started, or listed its tools anew. */
static void
server_changed_cb (ToolServers *self, ToolServer *server)
{
  guint position;

  if (self->updating || !g_list_store_find (self->list, server, &position)
      || g_ptr_array_index (self->snapshots, position) == tool_server_get_listed (server))
    return;
  self->updating = TRUE;
  g_clear_pointer (&self->snapshots->pdata[position], g_ptr_array_unref);
  self->snapshots->pdata[position] = g_ptr_array_ref (tool_server_get_listed (server));
  offer (self);
  /* Where it cannot be written it is listed again at the next start. */
  save (self, NULL);
  self->updating = FALSE;
}

static void
unref_listed (gpointer listed)
{
  if (listed)
    g_ptr_array_unref (listed);
}

static void
append (ToolServers *self, ToolServer *server)
{
  g_ptr_array_add (self->snapshots, g_ptr_array_ref (tool_server_get_listed (server)));
  g_list_store_append (self->list, server);
  g_signal_connect_object (server, "changed", G_CALLBACK (server_changed_cb), self, G_CONNECT_SWAPPED);
}

static gboolean
is_taken (ToolServers *self, const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (ToolServer) server = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      if (g_str_equal (tool_server_get_config (server)->name, name))
        return TRUE;
    }
  return FALSE;
}

gboolean
tool_servers_add (ToolServers *self, const ToolServerConfig *config, GError **error)
{
  g_autoptr (ToolServer) server = NULL;

  if (!config->name || !*config->name || !config->command || !config->command[0] || !*config->command[0])
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "A name or a command is missing");
      return FALSE;
    }
  if (is_taken (self, config->name))
    {
      g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "There is a server %s already", config->name);
      return FALSE;
    }
  server = tool_server_new (config);
  append (self, server);
  if (save (self, error))
    return TRUE;
  tool_servers_remove (self, server, NULL);
  return FALSE;
}

gboolean
tool_servers_remove (ToolServers *self, ToolServer *server, GError **error)
{
  guint position;

  if (!g_list_store_find (self->list, server, &position))
    return TRUE;
  self->updating = TRUE;
  tool_server_stop (server);
  g_signal_handlers_disconnect_by_data (server, self);
  g_list_store_remove (self->list, position);
  g_ptr_array_remove_index (self->snapshots, position);
  self->updating = FALSE;
  offer (self);
  return save (self, error);
}

gboolean
tool_servers_set_on (ToolServers *self, ToolServer *server, gboolean on, GError **error)
{
  if (on)
    tool_server_start (server);
  else
    tool_server_stop (server);
  offer (self);
  return save (self, error);
}

void
tool_servers_refresh (ToolServers *self)
{
  /* Where it cannot be written it is kept at the next change. */
  if (offer (self))
    save (self, NULL);
}

gboolean
tool_servers_set_box (ToolServers *self, ToolServer *server, gboolean in_box, gboolean no_network, GError **error)
{
  ToolServerState before = tool_server_get_state (server);

  tool_server_set_box (server, in_box, no_network);
  /* Its tools are others now. */
  offer (self);
  if (before == TOOL_SERVER_STARTING || before == TOOL_SERVER_RUNS || before == TOOL_SERVER_FAILED)
    tool_server_start (server);
  return save (self, error);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
tool_servers_dispose (GObject *object)
{
  ToolServers *self = TOOL_SERVERS (object);

  self->updating = TRUE;
  g_list_store_remove_all (self->list);
  tool_server_tools_offer (NULL, NULL);
  G_OBJECT_CLASS (tool_servers_parent_class)->dispose (object);
}

static void
tool_servers_finalize (GObject *object)
{
  ToolServers *self = TOOL_SERVERS (object);

  g_free (self->path);
  g_object_unref (self->list);
  json_object_unref (self->versions);
  g_ptr_array_unref (self->snapshots);
  G_OBJECT_CLASS (tool_servers_parent_class)->finalize (object);
}

static void
tool_servers_class_init (ToolServersClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tool_servers_dispose;
  object_class->finalize = tool_servers_finalize;
  changed_signal = g_signal_new ("changed", TOOL_TYPE_SERVERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tool_servers_init (ToolServers *self)
{
  self->list = g_list_store_new (TOOL_TYPE_SERVER);
  self->versions = json_object_new ();
  self->snapshots = g_ptr_array_new_with_free_func (unref_listed);
}

ToolServers *
tool_servers_new (const char *path, ToolSchemaCheck check)
{
  ToolServers *self = g_object_new (TOOL_TYPE_SERVERS, NULL);

  self->path = g_strdup (path);
  self->check = check;
  if (path)
    load (self);
  offer (self);
  g_set_weak_pointer (&the_servers, self);
  return self;
}

gboolean
tool_servers_are_unreadable (ToolServers *self)
{
  return self->unreadable;
}

ToolServers *
tool_servers_get_default (void)
{
  return the_servers;
}

GListModel *
tool_servers_get_list (ToolServers *self)
{
  return G_LIST_MODEL (self->list);
}
