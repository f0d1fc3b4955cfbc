/* mcp-messages.c: the lines of the Model Context Protocol, in both of its eras
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/mcp-messages.h"

#include <string.h>

#include "text/text-json.h"
#include "tools/tool-json.h"
#include "tools/tool.h"

#define MODERN "2026-07-28"
#define META   "io.modelcontextprotocol/"

/* Newest first: the first is asked for. */
static const char *const legacy_versions[] = { "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05" };

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

void
tool_mcp_message_clear (ToolMcpMessage *message)
{
  g_clear_pointer (&message->their_id, json_node_unref);
  g_clear_pointer (&message->method, g_free);
  g_clear_pointer (&message->body, json_object_unref);
  g_clear_pointer (&message->message, g_free);
}

static JsonObject *
dup_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node)) : NULL;
}

static gint64
get_id (JsonNode *node)
{
  return node && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : -1;
}

static gboolean
read_answer (JsonObject *root, ToolMcpMessage *message)
{
  JsonNode *error = json_object_get_member (root, "error");
  JsonObject *object;

  message->id = get_id (json_object_get_member (root, "id"));
  if (!error)
    {
      message->kind = TOOL_MCP_RESULT;
      message->body = dup_object (root, "result");
      return message->body != NULL;
    }
  message->kind = TOOL_MCP_ERROR;
  if (!JSON_NODE_HOLDS_OBJECT (error))
    return FALSE;
  object = json_node_get_object (error);
  message->code = get_id (json_object_get_member (object, "code"));
  message->message = g_strdup (text_json_string (object, "message"));
  return TRUE;
}

/* An answer whose text was cut inside of a character, or is of another encoding, is an answer. */
static JsonNode *
read_json (const char *line, gsize n_bytes)
{
  JsonNode *node = tool_json_parse (line, n_bytes, TOOL_MCP_MAX_DEPTH);
  g_autofree char *mended = NULL;

  if (node || n_bytes == 0 || *line != '{')
    return node;
  mended = g_utf8_make_valid (line, (gssize) n_bytes);
  text_json_mend (mended, strlen (mended));
  return tool_json_parse (mended, strlen (mended), TOOL_MCP_MAX_DEPTH);
}

gboolean
tool_mcp_is_too_deep (const char *line, gsize n_bytes)
{
  return n_bytes > 0 && *line == '{' && text_json_is_tame_to (line, n_bytes, G_MAXINT)
         && !text_json_is_tame_to (line, n_bytes, TOOL_MCP_MAX_DEPTH);
}

gboolean
tool_mcp_read (const char *line, gsize n_bytes, ToolMcpMessage *ret_message)
{
  g_autoptr (JsonNode) node = read_json (line, n_bytes);
  g_auto (ToolMcpMessage) message = { .id = -1 };
  const char *method;
  JsonObject *root;

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  root = json_node_get_object (node);
  method = text_json_string (root, "method");
  if (method)
    {
      JsonNode *id = json_object_get_member (root, "id");

      message.kind = id && !JSON_NODE_HOLDS_NULL (id) ? TOOL_MCP_REQUEST : TOOL_MCP_NOTIFICATION;
      message.their_id = message.kind == TOOL_MCP_REQUEST ? json_node_copy (id) : NULL;
      message.method = g_strdup (method);
      message.body = dup_object (root, "params");
    }
  else if (!read_answer (root, &message))
    return FALSE;
  *ret_message = message;
  message = (ToolMcpMessage){ 0 };
  return TRUE;
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static char *
print (JsonObject *message)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (message, "jsonrpc", "2.0");
  json_node_take_object (node, message);
  return json_to_string (node, FALSE);
}

static JsonObject *
new_client_info (void)
{
  JsonObject *info = json_object_new ();

  json_object_set_string_member (info, "name", "myna");
  json_object_set_string_member (info, "version", MYNA_VERSION);
  return info;
}

static JsonObject *
new_meta (void)
{
  JsonObject *meta = json_object_new ();

  json_object_set_string_member (meta, META "protocolVersion", MODERN);
  json_object_set_object_member (meta, META "clientInfo", new_client_info ());
  /* No capabilities: a good server then asks for nothing. */
  json_object_set_object_member (meta, META "clientCapabilities", json_object_new ());
  return meta;
}

char *
tool_mcp_request (ToolMcpEra era, gint64 id, const char *method, JsonObject *params)
{
  JsonObject *message = json_object_new ();

  if (!params)
    params = json_object_new ();
  if (era == TOOL_MCP_MODERN)
    json_object_set_object_member (params, "_meta", new_meta ());
  json_object_set_int_member (message, "id", id);
  json_object_set_string_member (message, "method", method);
  json_object_set_object_member (message, "params", params);
  return print (message);
}

char *
tool_mcp_notification (const char *method, JsonObject *params)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "method", method);
  json_object_set_object_member (message, "params", params ? params : json_object_new ());
  return print (message);
}

char *
tool_mcp_refuse (const ToolMcpMessage *request)
{
  JsonObject *message = json_object_new (), *body = json_object_new ();

  json_object_set_member (message, "id", json_node_copy (request->their_id));
  if (g_str_equal (request->method, "ping"))
    json_object_set_object_member (message, "result", body);
  else if (g_str_equal (request->method, "elicitation/create"))
    {
      json_object_set_string_member (body, "action", "decline");
      json_object_set_object_member (message, "result", body);
    }
  else
    {
      json_object_set_int_member (body, "code", TOOL_MCP_METHOD_NOT_FOUND);
      json_object_set_string_member (body, "message", "not supported");
      json_object_set_object_member (message, "error", body);
    }
  return print (message);
}

/* ---- The beginning ---------------------------------------------------------------------------------------------- */

char *
tool_mcp_discover (gint64 id)
{
  return tool_mcp_request (TOOL_MCP_MODERN, id, "server/discover", NULL);
}

char *
tool_mcp_initialize (gint64 id)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "protocolVersion", legacy_versions[0]);
  json_object_set_object_member (params, "capabilities", json_object_new ());
  json_object_set_object_member (params, "clientInfo", new_client_info ());
  return tool_mcp_request (TOOL_MCP_LEGACY, id, "initialize", params);
}

static gboolean
supports_modern (JsonObject *discovered)
{
  JsonArray *versions = text_json_array (discovered, "supportedVersions");

  /* An answer without a list means that the server speaks the question's version. */
  if (!versions)
    return TRUE;
  for (guint i = 0; i < json_array_get_length (versions); i++)
    {
      JsonNode *version = json_array_get_element (versions, i);

      if (json_node_get_value_type (version) == G_TYPE_STRING && g_str_equal (json_node_get_string (version), MODERN))
        return TRUE;
    }
  return FALSE;
}

ToolMcpEra
tool_mcp_judge (const ToolMcpMessage *answer)
{
  if (answer->kind == TOOL_MCP_RESULT)
    return supports_modern (answer->body) ? TOOL_MCP_MODERN : TOOL_MCP_LEGACY;
  return answer->code <= -32020 && answer->code >= -32022 ? TOOL_MCP_MODERN : TOOL_MCP_LEGACY;
}

gboolean
tool_mcp_is_version_known (JsonObject *initialized)
{
  const char *version = text_json_string (initialized, "protocolVersion");

  for (guint i = 0; version && i < G_N_ELEMENTS (legacy_versions); i++)
    if (g_str_equal (legacy_versions[i], version))
      return TRUE;
  return FALSE;
}

gboolean
tool_mcp_tells_of_changes (JsonObject *answer)
{
  g_autoptr (JsonObject) capabilities = answer ? dup_object (answer, "capabilities") : NULL;
  g_autoptr (JsonObject) tools = capabilities ? dup_object (capabilities, "tools") : NULL;
  JsonNode *changes = tools ? json_object_get_member (tools, "listChanged") : NULL;

  return changes && json_node_get_value_type (changes) == G_TYPE_BOOLEAN && json_node_get_boolean (changes);
}
