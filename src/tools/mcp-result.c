/* mcp-result.c: what a server of tools answers: its list of tools, and the result of a call
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All of it is foreign: it has limits, is plain text, and nothing that it names is opened or fetched.
 */
#include "tools/mcp-result.h"

#include <string.h>

#include "tools/picture-decode.h"
#include "tools/tool-json.h"
#include "tools/tool.h"

#define MAX_PICTURE_SIDE 4096
#define MAX_CONTENTS     1000

void
tool_mcp_tool_free (ToolMcpTool *tool)
{
  if (!tool)
    return;
  g_free (tool->name);
  g_free (tool->description);
  g_free (tool->schema);
  g_free (tool->refused);
  g_free (tool);
}

gboolean
tool_mcp_is_tool (const ToolMcpTool *tool, const Tool *registered)
{
  return g_str_equal (tool->description, registered->description) && g_str_equal (tool->schema, registered->schema);
}

static JsonNode *
get (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && json_node_get_value_type (node) == type ? node : NULL;
}

/* ---- The list --------------------------------------------------------------------------------------------------- */

static char *
dup_description (const char *text)
{
  g_autofree char *plain = tool_text_clean (text, strlen (text));
  /* It is shown to people, too, and must not read otherwise for them than for the model. */
  g_autofree char *clean = tool_text_show (plain);

  return g_utf8_strlen (clean, -1) > TOOL_MCP_MAX_DESCRIPTION ? g_utf8_substring (clean, 0, TOOL_MCP_MAX_DESCRIPTION)
                                                              : g_steal_pointer (&clean);
}

static char *
dup_json (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}

/* Its beginning, for people. */
static char *
dup_shown_name (const char *name)
{
  g_autofree char *plain = tool_text_clean (name, strlen (name));
  g_autofree char *shown = tool_text_show (plain);

  return g_utf8_substring (shown, 0, MIN (g_utf8_strlen (shown, -1), TOOL_MAX_NAME));
}

static ToolMcpTool *
read_tool (JsonObject *object)
{
  const char *name = text_json_string (object, "name"), *description = text_json_string (object, "description");
  JsonObject *schema = text_json_object (object, "inputSchema");
  ToolMcpTool *tool = g_new0 (ToolMcpTool, 1);

  tool->name = name && tool_is_name (name) ? g_strdup (name) : dup_shown_name (name ? name : "?");
  if (!name || !tool_is_name (name))
    tool->unusable = "Its name is not 1 to 64 letters without accents, digits and “_.-”";
  tool->description = dup_description (description ? description : "");
  tool->schema = schema ? dup_json (schema) : g_strdup ("{\"type\":\"object\"}");
  tool->structured = text_json_object (object, "outputSchema") != NULL;
  if (strlen (tool->schema) > TOOL_MCP_MAX_SCHEMA)
    {
      /* Nobody reads it. */
      g_free (tool->schema);
      tool->schema = g_strdup ("{}");
      tool->unusable = "The schema is longer than 64 KiB";
    }
  return tool;
}

static gboolean
has_tool (GPtrArray *tools, const char *name)
{
  for (guint i = 0; i < tools->len; i++)
    if (g_str_equal (((ToolMcpTool *) g_ptr_array_index (tools, i))->name, name))
      return TRUE;
  return FALSE;
}

gboolean
tool_mcp_read_tools (JsonObject *page, GPtrArray *tools, gsize *n_bytes)
{
  JsonArray *array = text_json_array (page, "tools");
  guint n = array ? json_array_get_length (array) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      ToolMcpTool *tool = JSON_NODE_HOLDS_OBJECT (node) ? read_tool (json_node_get_object (node)) : NULL;

      if (!tool)
        continue;
      *n_bytes += strlen (tool->name) + strlen (tool->description) + strlen (tool->schema);
      if (tools->len == TOOL_MCP_MAX_TOOLS || *n_bytes > TOOL_MCP_MAX_LIST)
        {
          tool_mcp_tool_free (tool);
          return FALSE;
        }
      if (has_tool (tools, tool->name))
        tool_mcp_tool_free (tool);
      else
        g_ptr_array_add (tools, tool);
    }
  return TRUE;
}

const char *
tool_mcp_get_cursor (JsonObject *page)
{
  return text_json_string (page, "nextCursor");
}

/* ---- Results ---------------------------------------------------------------------------------------------------- */

static guint
read_big (const guint8 *bytes, guint n)
{
  guint value = 0;

  for (guint i = 0; i < n; i++)
    value = value << 8 | bytes[i];
  return value;
}

/* The size that the header of a JPEG says.  FALSE: it has none. */
static gboolean
read_jpeg_size (const guint8 *bytes, gsize n, guint *ret_width, guint *ret_height)
{
  gsize i = 2;

  while (i + 9 < n && bytes[i] == 0xff)
    {
      guint8 marker = bytes[i + 1];

      if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc)
        {
          *ret_height = read_big (bytes + i + 5, 2);
          *ret_width = read_big (bytes + i + 7, 2);
          return TRUE;
        }
      i += 2 + read_big (bytes + i + 2, 2);
    }
  return FALSE;
}

static gboolean
read_size (const guint8 *bytes, gsize n, guint *ret_width, guint *ret_height)
{
  if (n > 24 && memcmp (bytes, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) == 0)
    {
      *ret_width = read_big (bytes + 16, 4);
      *ret_height = read_big (bytes + 20, 4);
      return TRUE;
    }
  return n > 4 && bytes[0] == 0xff && bytes[1] == 0xd8 && read_jpeg_size (bytes, n, ret_width, ret_height);
}

/* A line that says what was there. */
static void
append_picture (GString *text, JsonObject *content, GPtrArray *pictures)
{
  const char *data = text_json_string (content, "data");
  g_autofree guint8 *bytes = NULL;
  guint width = 0, height = 0;
  gsize n = 0;

  if (data && strlen (data) <= TOOL_MAX_PICTURE_BYTES / 3 * 4 + 4)
    bytes = g_base64_decode (data, &n);
  if (data && !bytes)
    g_string_append (text, "[Image: larger than 4 MiB]");
  else if (!bytes || !read_size (bytes, n, &width, &height) || !width || !height)
    g_string_append (text, "[Image: neither PNG nor JPEG]");
  else if (width > MAX_PICTURE_SIDE || height > MAX_PICTURE_SIDE)
    g_string_append_printf (text, "[Image: %u × %u, which is too large]", width, height);
  else if (pictures->len == TOOL_SANDBOX_MAX_PICTURES)
    g_string_append_printf (text, "[Image: left out, as there are more than %u]", pictures->len);
  else
    {
      g_string_append (text, "[Image]");
      g_ptr_array_add (pictures, g_bytes_new_take (g_steal_pointer (&bytes), n));
    }
}

static void
append_resource (GString *text, JsonObject *content)
{
  JsonObject *resource = text_json_object (content, "resource");
  const char *inner = text_json_string (resource, "text"), *uri = text_json_string (resource, "uri");

  if (inner)
    g_string_append (text, inner);
  else
    g_string_append_printf (text, "[Resource: %s]", uri ? uri : "without a name");
}

static void
append_content (GString *text, JsonObject *content, GPtrArray *pictures)
{
  const char *type = text_json_string (content, "type"), *inner = text_json_string (content, "text");
  const char *name = text_json_string (content, "name"), *uri = text_json_string (content, "uri"),
             *data = text_json_string (content, "data");

  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (!type)
    g_string_append (text, "[Content of an unknown kind]");
  else if (g_str_equal (type, "text"))
    g_string_append (text, inner ? inner : "");
  else if (g_str_equal (type, "image"))
    append_picture (text, content, pictures);
  else if (g_str_equal (type, "audio"))
    g_string_append_printf (text, "[Audio: %" G_GSIZE_FORMAT " bytes]", data ? strlen (data) / 4 * 3 : 0);
  else if (g_str_equal (type, "resource_link"))
    g_string_append_printf (text, "%s: %s", name ? name : "", uri ? uri : "");
  else if (g_str_equal (type, "resource"))
    append_resource (text, content);
  else
    g_string_append_printf (text, "[Content of the kind %s]", type);
}

/* Whether the answer is whole. */
static gboolean
is_complete (JsonObject *result, ToolMcpEra era, GError **error)
{
  const char *type = era == TOOL_MCP_MODERN ? text_json_string (result, "resultType") : NULL;

  if (!type || g_str_equal (type, "complete"))
    return TRUE;
  if (g_str_equal (type, "input_required"))
    g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_FAILED, "The tool asked for more, which this program does not give");
  else
    g_set_error (error, TOOL_ERROR, TOOL_ERROR_FAILED, "The tool gave a result of an unknown kind, “%.40s”", type);
  return FALSE;
}

char *
tool_mcp_dup_text (JsonObject *result, ToolMcpEra era, gboolean structured, GPtrArray *pictures, GError **error)
{
  JsonObject *object = structured ? text_json_object (result, "structuredContent") : NULL;
  JsonArray *contents = text_json_array (result, "content");
  JsonNode *is_error = get (result, "isError", G_TYPE_BOOLEAN);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *json = object ? dup_json (object) : NULL;

  if (!is_complete (result, era, error))
    return NULL;
  for (guint i = 0; contents && i < MIN (json_array_get_length (contents), MAX_CONTENTS); i++)
    {
      JsonNode *node = json_array_get_element (contents, i);

      if (JSON_NODE_HOLDS_OBJECT (node) && text->len <= TOOL_MAX_RESULT_BYTES)
        append_content (text, json_node_get_object (node), pictures);
    }
  if (is_error && json_node_get_boolean (is_error))
    {
      g_set_error (error, TOOL_ERROR, TOOL_ERROR_FAILED, "%s", text->len > 0 ? text->str : "The tool failed");
      return NULL;
    }
  if (json && (!contents || strlen (json) < text->len))
    return g_steal_pointer (&json);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
