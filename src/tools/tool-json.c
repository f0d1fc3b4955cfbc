/* tool-json.c: JSON that a model, another program or a person wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tool-json.h"

#include <string.h>

#include "text/text-json.h"

JsonNode *
tool_json_parse (const char *text, gsize n_bytes, guint max_depth)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  /* What stands behind a 0 would be read unseen. */
  if (memchr (text, '\0', n_bytes) || !g_utf8_validate (text, (gssize) n_bytes, NULL)
      || !text_json_is_tame_to (text, n_bytes, max_depth) || !json_parser_load_from_data (parser, text, (gssize) n_bytes, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

static JsonNode *
find (JsonObject *object, const char *name, JsonNodeType type)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  return node && json_node_get_node_type (node) == type ? node : NULL;
}

const char *
tool_json_string (JsonObject *object, const char *name)
{
  JsonNode *node = find (object, name, JSON_NODE_VALUE);

  return node && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

JsonObject *
tool_json_object (JsonObject *object, const char *name)
{
  JsonNode *node = find (object, name, JSON_NODE_OBJECT);

  return node ? json_node_get_object (node) : NULL;
}

JsonArray *
tool_json_array (JsonObject *object, const char *name)
{
  JsonNode *node = find (object, name, JSON_NODE_ARRAY);

  return node ? json_node_get_array (node) : NULL;
}
