/* server-json.c: see server-json.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server/server-json.h"

#include <math.h>
#include <string.h>

#include "text/text-json.h"

#define BAD_REQUEST 400

/* ---- The whole -------------------------------------------------------------------------------------------------- */

/* In JSON that is in order: levels of brackets, and whether a string has U+0000, which no text of ours can hold. */
static guint
measure (const char *text, gsize n_bytes, gboolean *ret_has_nul)
{
  guint depth = 0, deepest = 0;
  gboolean in_string = FALSE;

  *ret_has_nul = FALSE;
  for (gsize i = 0; i < n_bytes; i++)
    {
      char c = text[i];

      if (in_string && c == '\\')
        {
          i++;
          *ret_has_nul = *ret_has_nul || (n_bytes - i >= 5 && memcmp (text + i, "u0000", 5) == 0);
        }
      else if (c == '"')
        in_string = !in_string;
      else if (!in_string && (c == '{' || c == '['))
        {
          depth++;
          deepest = MAX (deepest, depth);
        }
      else if (!in_string && (c == '}' || c == ']') && depth > 0)
        depth--;
    }
  return deepest;
}

static gboolean
may_parse (const char *text, gsize n_bytes, ServerProblem *problem)
{
  gboolean has_nul;

  if (!g_utf8_validate_len (text, n_bytes, NULL))
    return server_problem_set (problem, BAD_REQUEST, "invalid_json", NULL, "The body is not UTF-8 text.");
  if (measure (text, n_bytes, &has_nul) > SERVER_JSON_MAX_DEPTH)
    return server_problem_set (problem, BAD_REQUEST, "invalid_json", NULL, "The body has more than %d levels.",
                               SERVER_JSON_MAX_DEPTH);
  if (has_nul)
    return server_problem_set (problem, BAD_REQUEST, "invalid_json", NULL, "The body has the character U+0000 in a string.");
  if (!text_json_is_tame (text, n_bytes))
    return server_problem_set (problem, BAD_REQUEST, "invalid_json", NULL, "The body is not JSON.");
  return TRUE;
}

JsonNode *
server_json_parse (const char *text, gsize n_bytes, ServerProblem *problem)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *root;

  if (n_bytes == 0)
    {
      server_problem_set (problem, BAD_REQUEST, "invalid_json", NULL, "The request has no body.");
      return NULL;
    }
  if (!may_parse (text, n_bytes, problem))
    return NULL;
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, (gssize) n_bytes, &error))
    {
      server_problem_set (problem, BAD_REQUEST, "invalid_json", NULL, "The body is not JSON: %s", error->message);
      return NULL;
    }
  root = json_parser_steal_root (parser);
  if (root && JSON_NODE_HOLDS_OBJECT (root))
    return root;
  g_clear_pointer (&root, json_node_unref);
  server_problem_set (problem, BAD_REQUEST, "invalid_json", NULL, "The body is not a JSON object.");
  return NULL;
}

char *
server_json_write_node (JsonNode *node)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();

  json_generator_set_root (generator, node);
  return json_generator_to_data (generator, NULL);
}

char *
server_json_write (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return server_json_write_node (root);
}

/* ---- Members ---------------------------------------------------------------------------------------------------- */

JsonNode *
server_json_get (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static gboolean
wrong_type (const char *name, const char *wanted, ServerProblem *problem)
{
  return server_problem_set (problem, BAD_REQUEST, "invalid_type", name, "“%s” must be %s.", name, wanted);
}

static gboolean
is_number (JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

gboolean
server_json_read_number (JsonObject *object, const char *name, double minimum, double maximum, double *number,
                         ServerProblem *problem)
{
  JsonNode *node = server_json_get (object, name);
  double value;

  if (!node)
    return TRUE;
  if (!is_number (node))
    return wrong_type (name, "a number", problem);
  value = json_node_get_double (node);
  if (!(value >= minimum && value <= maximum))
    return server_problem_set (problem, BAD_REQUEST, "invalid_value", name, "“%s” must be between %g and %g.", name, minimum,
                               maximum);
  *number = value;
  return TRUE;
}

/* 3.0 is an integer, too: some languages write it so. */
gboolean
server_json_read_integer (JsonObject *object, const char *name, gint64 minimum, gint64 maximum, gint64 *number,
                          ServerProblem *problem)
{
  JsonNode *node = server_json_get (object, name);
  gboolean fits;
  gint64 value;

  if (!node)
    return TRUE;
  if (!is_number (node))
    return wrong_type (name, "an integer", problem);
  if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    {
      double exact = json_node_get_double (node);

      if (!isfinite (exact) || exact != floor (exact))
        return wrong_type (name, "an integer", problem);
      fits = exact >= (double) minimum && exact <= (double) maximum && fabs (exact) < 0x1p62;
      value = fits ? (gint64) exact : 0;
    }
  else
    {
      value = json_node_get_int (node);
      fits = value >= minimum && value <= maximum;
    }
  if (!fits)
    return server_problem_set (problem, BAD_REQUEST, "invalid_value", name,
                               "“%s” must be between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT ".", name, minimum, maximum);
  *number = value;
  return TRUE;
}

gboolean
server_json_read_boolean (JsonObject *object, const char *name, gboolean *value, ServerProblem *problem)
{
  JsonNode *node = server_json_get (object, name);

  if (!node)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return wrong_type (name, "true or false", problem);
  *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
server_json_is_string (JsonNode *node, const char **text)
{
  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;
  *text = json_node_get_string (node);
  return TRUE;
}

gboolean
server_json_read_string (JsonObject *object, const char *name, const char **text, ServerProblem *problem)
{
  JsonNode *node = server_json_get (object, name);

  return !node || server_json_is_string (node, text) || wrong_type (name, "a string", problem);
}

gboolean
server_json_read_object (JsonObject *object, const char *name, JsonObject **value, ServerProblem *problem)
{
  JsonNode *node = server_json_get (object, name);

  if (!node)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return wrong_type (name, "an object", problem);
  *value = json_node_get_object (node);
  return TRUE;
}

gboolean
server_json_read_array (JsonObject *object, const char *name, JsonArray **value, ServerProblem *problem)
{
  JsonNode *node = server_json_get (object, name);

  if (!node)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return wrong_type (name, "an array", problem);
  *value = json_node_get_array (node);
  return TRUE;
}
