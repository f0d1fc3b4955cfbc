/* store-json-member.c: members of a JSON object that may not be what they should
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-json-member.h"

#include <stdio.h>

static JsonNode *
value_of (JsonObject *object, const char *name)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  return node && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
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

const char *
store_json_node_string (JsonNode *node)
{
  gboolean is_string = node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;

  return is_string ? json_node_get_string (node) : NULL;
}

char *
store_json_id (JsonNode *node)
{
  if (!node || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return g_strdup (store_json_node_string (node));
}

/* The month whose name begins so; 0: none. */
static int
month_of (const char *name)
{
  static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec" };

  for (guint i = 0; i < G_N_ELEMENTS (months); i++)
    if (g_ascii_strncasecmp (name, months[i], 3) == 0)
      return i + 1;
  return 0;
}

static gint64
parse_shown_time (const char *text)
{
  char name[16], half[3] = "";
  int year, month, day, hour, minute, second = 0;
  g_autoptr (GDateTime) time = NULL;

  if (sscanf (text, "%15[A-Za-z] %2d, %4d %2d:%2d%2[apmAPM]", name, &day, &year, &hour, &minute, half) >= 5)
    {
      month = month_of (name);
      if (half[0])
        hour = hour % 12 + (g_ascii_tolower (half[0]) == 'p' ? 12 : 0);
    }
  else if (sscanf (text, "%4d-%2d-%2d @%2dh %2dm %2ds", &year, &month, &day, &hour, &minute, &second) != 6)
    return 0;
  time = g_date_time_new_local (year, month, day, hour, minute, second);
  return time ? g_date_time_to_unix (time) * 1000 : 0;
}

gint64
store_json_time (JsonObject *object, const char *name)
{
  const char *text = text_json_string (object, name);
  double number = store_json_double (object, name);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  if (time)
    return g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
  if (text)
    return parse_shown_time (text);
  if (!(number > 0 && number < 1e14))
    return 0;
  return number < 1e11 ? number * 1000 : number;
}

char *
store_json_text (JsonNode *node)
{
  const char *text = store_json_node_string (node);

  return text ? g_strdup (text) : json_to_string (node, FALSE);
}
