/* store-json-member.c: members of a JSON object that may not be what they should
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-json-member.h"

static JsonNode *
value_of (JsonObject *object, const char *name)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  return node && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

const char *
store_json_string (JsonObject *object, const char *name)
{
  JsonNode *node = value_of (object, name);

  return node && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

double
store_json_double (JsonObject *object, const char *name)
{
  JsonNode *node = value_of (object, name);

  if (node && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return json_node_get_double (node);
  return node && json_node_get_value_type (node) == G_TYPE_INT64 ? (double) json_node_get_int (node) : 0;
}

gint64
store_json_int (JsonObject *object, const char *name)
{
  JsonNode *node = value_of (object, name);
  double number = store_json_double (object, name);

  if (node && json_node_get_value_type (node) == G_TYPE_INT64)
    return json_node_get_int (node);
  return number > -9e18 && number < 9e18 ? (gint64) number : 0;
}

gboolean
store_json_boolean (JsonObject *object, const char *name)
{
  JsonNode *node = value_of (object, name);

  return node && json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

JsonObject *
store_json_object (JsonObject *object, const char *name)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
store_json_array (JsonObject *object, const char *name)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}
