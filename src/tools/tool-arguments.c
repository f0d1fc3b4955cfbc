/* tool-arguments.c: members of a call's arguments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tool.h"

#include <math.h>
#include <stdlib.h>

static gboolean
set_error (GError **error, const char *name, const char *what)
{
  g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "%s %s", name, what);
  return FALSE;
}

/* The member's value.  FALSE with an error: it must be there and is not; FALSE without: it need not. */
static gboolean
get_value (JsonObject *arguments, const char *name, gboolean required, JsonNode **ret_node, GError **error)
{
  JsonNode *node = json_object_get_member (arguments, name);

  if (node && !JSON_NODE_HOLDS_NULL (node))
    {
      *ret_node = node;
      return TRUE;
    }
  return required && set_error (error, name, "is missing");
}

gboolean
tool_argument_string (JsonObject *arguments, const char *name, gboolean required, const char **ret_value, GError **error)
{
  JsonNode *node;

  *ret_value = NULL;
  if (!get_value (arguments, name, required, &node, error))
    return !required;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return set_error (error, name, "must be a string");
  *ret_value = json_node_get_string (node);
  return TRUE;
}

/* 3.0 is an integer too, as in JSON Schema. */
gboolean
tool_argument_int (JsonObject *arguments, const char *name, gboolean required, gint64 min, gint64 max, gint64 *ret_value,
                   GError **error)
{
  JsonNode *node;
  double value = 0;
  gint64 integer;

  if (!get_value (arguments, name, required, &node, error))
    return !required;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    value = json_node_get_double (node);
  else if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return set_error (error, name, "must be an integer");
  if (value != floor (value) || fabs (value) > 1e15)
    return set_error (error, name, "must be an integer");
  integer = json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : (gint64) value;
  if (integer < min || integer > max)
    {
      g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "%s must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, name,
                   min, max);
      return FALSE;
    }
  *ret_value = integer;
  return TRUE;
}

/* The shortest digits that give the same double again. */
static char *
print_double (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (int precision = 15; precision <= 17; precision++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", precision);
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  return g_strdup (text);
}

gboolean
tool_argument_number (JsonObject *arguments, const char *name, char **ret_value, GError **error)
{
  JsonNode *node;

  if (!get_value (arguments, name, TRUE, &node, error))
    return FALSE;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
    *ret_value = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE
           && isfinite (json_node_get_double (node)))
    *ret_value = print_double (json_node_get_double (node));
  else
    return set_error (error, name, "must be a number");
  return TRUE;
}
