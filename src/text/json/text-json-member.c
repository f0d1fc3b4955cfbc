/* text-json-member.c: members of JSON that somebody else wrote, which may not be what they should
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/json/text-json-member.h"

static JsonNode *
find (JsonObject *object, const char *name, JsonNodeType type)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  return node && json_node_get_node_type (node) == type ? node : NULL;
}

const char *
text_json_string (JsonObject *object, const char *name)
{
  JsonNode *node = find (object, name, JSON_NODE_VALUE);

  return node && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

JsonObject *
text_json_object (JsonObject *object, const char *name)
{
  JsonNode *node = find (object, name, JSON_NODE_OBJECT);

  return node ? json_node_get_object (node) : NULL;
}

JsonArray *
text_json_array (JsonObject *object, const char *name)
{
  JsonNode *node = find (object, name, JSON_NODE_ARRAY);

  return node ? json_node_get_array (node) : NULL;
}

JsonObject *
text_json_element (JsonArray *array, guint i)
{
  JsonNode *node = array && i < json_array_get_length (array) ? json_array_get_element (array, i) : NULL;

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}
