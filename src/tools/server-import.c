/* server-import.c: the servers that another program's file names
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * {"mcpServers": {NAME: {"command": …, "args": [ … ], "env": {…}, "cwd": …}}}; others say "servers" (mcp.json of editors).
 */
#include <string.h>

#include "tools/servers.h"
#include "tools/tool-json.h"
#include "tools/tool.h"

#define MAX_FILE    (1 << 20)
#define MAX_SERVERS 100

/* NULL: some are no strings. */
static char **
read_command (const char *program, JsonObject *object)
{
  g_autoptr (GPtrArray) command = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array = text_json_array (object, "args");

  g_ptr_array_add (command, tool_expand_home (program));
  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) != G_TYPE_STRING)
        return NULL;
      g_ptr_array_add (command, tool_expand_home (json_node_get_string (element)));
    }
  g_ptr_array_add (command, NULL);
  return (char **) g_ptr_array_steal (command, NULL);
}

/* NULL: a value is none that a variable can have.  Numbers are written by people, too. */
static char **
read_environment (JsonObject *object)
{
  JsonObject *env = text_json_object (object, "env");
  g_autoptr (GPtrArray) environment = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GList) names = env ? json_object_get_members (env) : NULL;

  for (GList *l = names; l; l = l->next)
    {
      JsonNode *node = json_object_get_member (env, l->data);
      g_autofree char *plain = JSON_NODE_HOLDS_VALUE (node) ? json_to_string (node, FALSE) : NULL;
      const char *text = text_json_string (env, l->data);
      g_autofree char *value = plain ? tool_expand_home (text ? text : plain) : NULL;

      if (!value)
        return NULL;
      g_ptr_array_add (environment, g_strdup_printf ("%s=%s", (const char *) l->data, value));
    }
  g_ptr_array_add (environment, NULL);
  return (char **) g_ptr_array_steal (environment, NULL);
}

/* NULL: it is not started by a command. */
static ToolServerConfig *
read_server (const char *name, JsonObject *object)
{
  const char *program = text_json_string (object, "command");
  g_autoptr (ToolServerConfig) config = g_new0 (ToolServerConfig, 1);

  if (!program || !*program || !*name)
    return NULL;
  config->command = read_command (program, object);
  config->environment = read_environment (object);
  if (!config->command || !config->environment)
    return NULL;
  config->name = g_strdup (name);
  config->folder = text_json_string (object, "cwd") ? tool_expand_home (text_json_string (object, "cwd")) : NULL;
  /* Others do not say so: a program of somebody else's sees what its command names, till the person lets it see more. */
  config->in_box = TRUE;
  return g_steal_pointer (&config);
}

static JsonNode *
read_file (const char *path, guint *ret_line, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autofree char *text = stream ? g_malloc (MAX_FILE + 2) : NULL;
  JsonNode *node = NULL;
  gsize n = 0;

  if (!stream || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, MAX_FILE + 1, &n, NULL, error))
    return NULL;
  text[n] = '\0';
  if (n > MAX_FILE)
    g_set_error (error, TOOL_ERROR, TOOL_ERROR_TOO_LARGE, "The file is larger than %d KiB", MAX_FILE >> 10);
  else if (!(node = tool_json_parse (text, n, TOOL_MAX_ARGUMENT_DEPTH)))
    {
      g_autofree char *reason = NULL;
      guint line = tool_json_find_error (text, n, TOOL_MAX_ARGUMENT_DEPTH, &reason);

      *ret_line = line;
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, reason);
    }
  return node;
}

GPtrArray *
tool_servers_read_file (const char *path, char **ret_left_out, guint *ret_line, GError **error)
{
  g_autoptr (JsonNode) node = read_file (path, ret_line, error);
  g_autoptr (GPtrArray) configs = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_server_config_free);
  g_autoptr (GString) left_out = g_string_new (NULL);
  g_autoptr (GList) names = NULL;
  JsonObject *servers = NULL;

  if (!node)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      servers = text_json_object (json_node_get_object (node), "mcpServers");
      if (!servers)
        servers = text_json_object (json_node_get_object (node), "servers");
    }
  if (!servers)
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_FAILED, "It has neither “mcpServers” nor “servers”");
      return NULL;
    }
  names = json_object_get_members (servers);
  for (GList *l = names; l; l = l->next)
    {
      JsonObject *object = configs->len < MAX_SERVERS ? text_json_object (servers, l->data) : NULL;
      ToolServerConfig *config = object ? read_server (l->data, object) : NULL;

      if (config)
        g_ptr_array_add (configs, config);
      else
        g_string_append_printf (left_out, "%s%s", left_out->len ? ", " : "", (const char *) l->data);
    }
  *ret_left_out = left_out->len ? g_string_free (g_steal_pointer (&left_out), FALSE) : NULL;
  return g_steal_pointer (&configs);
}
