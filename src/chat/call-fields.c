/* call-fields.c: what is passed on to a tool, as fields that a person can change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/call-fields.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "chat/tool-words.h"
#include "text/text-json.h"

static void
field_free (gpointer data)
{
  MynaCallField *field = data;

  g_free (field->name);
  g_free (field->title);
  g_free (field->given);
  g_strfreev (field->choices);
  g_free (field);
}

JsonNode *
myna_call_parse (const char *json)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (!json || !text_json_is_tame (json, strlen (json)) || !json_parser_load_from_data (parser, json, -1, NULL)
      || !json_parser_get_root (parser))
    return NULL;
  return json_node_copy (json_parser_get_root (parser));
}

/* ---- Reading a call --------------------------------------------------------------------------------------------- */

static MynaCallField *
new_schema_field (const char *tool, const GlmField *spec, JsonObject *given)
{
  JsonNode *node = given ? json_object_get_member (given, spec->name) : NULL;
  MynaCallField *field = g_new0 (MynaCallField, 1);

  field->name = g_strdup (spec->name);
  field->title = myna_tool_dup_argument_title (tool, spec->name, spec->title);
  field->kind = spec->kind;
  field->required = spec->required;
  field->is_program = tool_find (tool) == tool_get_python () && spec->kind == GLM_FIELD_TEXT;
  field->was_given = node != NULL;
  field->given = node ? json_to_string (node, FALSE) : NULL;
  /* null, and what a form has no row for, is edited as JSON. */
  if (node && JSON_NODE_HOLDS_NULL (node))
    field->kind = GLM_FIELD_JSON;
  if (field->kind == GLM_FIELD_CHOICE)
    {
      field->choices = g_new0 (char *, spec->n_choices + 1);
      for (gsize i = 0; i < spec->n_choices; i++)
        field->choices[i] = g_strdup (spec->choices[i]);
    }
  return field;
}

static MynaCallField *
new_other_field (const char *tool, const char *name, JsonNode *node)
{
  MynaCallField *field = g_new0 (MynaCallField, 1);

  field->name = g_strdup (name);
  field->title = myna_tool_dup_argument_title (tool, name, NULL);
  field->kind = GLM_FIELD_JSON;
  field->was_given = TRUE;
  field->given = json_to_string (node, FALSE);
  return field;
}

static gboolean
has_field (GPtrArray *fields, const char *name)
{
  for (guint i = 0; i < fields->len; i++)
    if (g_str_equal (((MynaCallField *) g_ptr_array_index (fields, i))->name, name))
      return TRUE;
  return FALSE;
}

GPtrArray *
myna_call_fields_new (const StoreCall *call)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (field_free);
  const Tool *tool = tool_find (call->tool);
  g_autoptr (JsonNode) root = myna_call_parse (call->arguments);
  JsonObject *given = root && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  GlmSchema *schema = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (tool && glm_schema_new (tool_get_schema (tool), &schema, NULL))
    for (gsize i = 0; i < glm_schema_n_fields (schema); i++)
      g_ptr_array_add (fields, new_schema_field (call->tool, glm_schema_field (schema, i), given));
  glm_schema_free (schema);
  if (!given)
    return fields;
  json_object_iter_init_ordered (&iter, given);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (!has_field (fields, name))
      g_ptr_array_add (fields, new_other_field (call->tool, name, node));
  return fields;
}

gboolean
myna_call_field_is_optional (const MynaCallField *field)
{
  return !field->required && !field->was_given;
}

char *
myna_call_dup_plain (const char *json)
{
  g_autoptr (JsonNode) node = myna_call_parse (json);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_dup_string (node)
                                                                                                  : g_strdup (json ? json : "");
}

gboolean
myna_call_is_same_value (const char *json, const char *other)
{
  g_autoptr (JsonNode) node = myna_call_parse (json);
  g_autoptr (JsonNode) other_node = myna_call_parse (other);

  return node && other_node && json_node_equal (node, other_node);
}

/* ---- Reading what a person wrote -------------------------------------------------------------------------------- */

static JsonNode *
new_string (const char *text)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, text);
  return node;
}

/* "1 000" is no number; what is one is passed on as it is written, digit by digit. */
static JsonNode *
new_number (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autoptr (JsonNode) node = myna_call_parse (stripped);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) != G_TYPE_STRING
                 && json_node_get_value_type (node) != G_TYPE_BOOLEAN
             ? g_steal_pointer (&node)
             : NULL;
}

/* Whether the field is not passed on: nothing stands there and nothing need, or what the model gave was taken back by emptying
 * the row. */
static gboolean
is_left_out (const MynaCallField *field, const char *value)
{
  if (field->required)
    return FALSE;
  switch (field->kind)
    {
    case GLM_FIELD_SWITCH: return !field->was_given && g_str_equal (value, "false");
    case GLM_FIELD_CHOICE: return value == NULL;
    case GLM_FIELD_TEXT:
    case GLM_FIELD_INTEGER:
    case GLM_FIELD_NUMBER:
    case GLM_FIELD_JSON:
    default: return *value == '\0' && g_strcmp0 (field->given, "\"\"") != 0;
    }
}

/* NULL: it cannot be read. */
static JsonNode *
read_field (const MynaCallField *field, const char *value)
{
  switch (field->kind)
    {
    case GLM_FIELD_TEXT: return new_string (value);
    case GLM_FIELD_INTEGER:
    case GLM_FIELD_NUMBER: return new_number (value);
    case GLM_FIELD_SWITCH:
    case GLM_FIELD_CHOICE:
    case GLM_FIELD_JSON:
    default: return myna_call_parse (value);
    }
}

char *
myna_call_fields_dup_arguments (GPtrArray *fields, GPtrArray *values, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  g_return_val_if_fail (fields->len == values->len, NULL);

  for (guint i = 0; i < fields->len; i++)
    {
      const MynaCallField *field = g_ptr_array_index (fields, i);
      const char *value = g_ptr_array_index (values, i);
      JsonNode *node;

      if (is_left_out (field, value))
        continue;
      node = read_field (field, value);
      if (!node)
        {
          /* Translators: %s is the name of an argument, such as “Value” */
          g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS,
                       field->kind == GLM_FIELD_JSON ? _ ("“%s” is not valid JSON.") : _ ("“%s” is not a number."),
                       field->title);
          return NULL;
        }
      json_object_set_member (object, field->name, node);
    }
  json_node_set_object (root, object);
  return json_to_string (root, FALSE);
}
