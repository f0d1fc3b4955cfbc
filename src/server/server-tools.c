/* server-tools.c: see server-tools.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A schema that the mask cannot hold is refused where the client relies on it: for a strict one, and for a call that must
 * come.  Elsewhere it is advice to the model.
 */
#include "server/server-tools.h"

#include <string.h>

#include "server/server-json.h"
#include "server/server-messages.h"

static const char *
own (ServerRequest *request, char *text)
{
  g_ptr_array_add (request->strings, text);
  return text;
}

/* Whether the grammar can enforce everything that the schema says. */
static gboolean
check_schema (const char *text, const char *param, ServerProblem *problem)
{
  GlmSchema *schema = NULL;
  GlmError error = { 0 };
  gboolean held;

  if (!glm_schema_new (text, &schema, &error))
    return server_problem_set (problem, 400, "invalid_schema", param, "The schema cannot be used: %s", error.message);
  held = glm_schema_is_held (schema);
  glm_schema_free (schema);
  return held
         || server_problem_set (
             problem, 400, "invalid_schema", param,
             "The schema has something that replies cannot be held to: multipleOf, uniqueItems, minProperties,"
             " maxProperties, oneOf whose forms overlap, or something beside a choice.");
}

/* ---- Tools ------------------------------------------------------------------------------------------------------ */

static gboolean
read_tool (ServerRequest *request, JsonNode *node, guint i, GArray *strict, ServerProblem *problem)
{
  g_autofree char *param = g_strdup_printf ("tools.%u", i);
  const char *type = "function", *name = NULL, *description = NULL;
  JsonObject *function = NULL, *parameters = NULL;
  gboolean is_strict = FALSE;
  GlmTool tool;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return server_problem_set (problem, 400, "invalid_type", param, "Tool %u is not an object.", i);
  if (!server_json_read_string (json_node_get_object (node), "type", &type, problem)
      || !server_json_read_object (json_node_get_object (node), "function", &function, problem))
    return FALSE;
  if (strcmp (type, "function") != 0 || !function)
    return server_problem_set (problem, 400, "invalid_value", param, "Tool %u is not a function; only those can be offered.",
                               i);
  if (!server_json_read_string (function, "name", &name, problem)
      || !server_json_read_string (function, "description", &description, problem)
      || !server_json_read_object (function, "parameters", &parameters, problem)
      || !server_json_read_boolean (function, "strict", &is_strict, problem))
    return FALSE;
  if (!server_is_tool_name (name))
    return server_problem_set (problem, 400, "invalid_value", param,
                               "Tool %u needs a name of letters, digits, “_”, “.” and “-”, at most 64.", i);
  tool = (GlmTool){ own (request, g_strdup (name)), own (request, g_strdup (description)), NULL };
  if (parameters)
    tool.schema = own (request, server_json_write_node (json_object_get_member (function, "parameters")));
  if (tool.schema && strlen (tool.schema) > GLM_SCHEMA_MAX_BYTES)
    return server_problem_set (problem, 400, "invalid_schema", param, "The schema of tool %u has more than 64 KiB.", i);
  for (guint k = 0; k < request->tools->len; k++)
    if (strcmp (g_array_index (request->tools, GlmTool, k).name, name) == 0)
      return server_problem_set (problem, 400, "invalid_value", param, "Two tools are called “%s”.", name);
  g_array_append_val (request->tools, tool);
  g_array_append_val (strict, is_strict);
  return TRUE;
}

/* Offers this tool alone. */
static gboolean
keep_one (ServerRequest *request, const char *name, ServerProblem *problem)
{
  for (guint i = 0; name && i < request->tools->len; i++)
    if (strcmp (g_array_index (request->tools, GlmTool, i).name, name) == 0)
      {
        GlmTool tool = g_array_index (request->tools, GlmTool, i);

        g_array_set_size (request->tools, 0);
        g_array_append_val (request->tools, tool);
        request->form.kind = GLM_FORM_CALL;
        return TRUE;
      }
  return server_problem_set (problem, 400, "invalid_value", "tool_choice", "“tool_choice” names no tool that is offered.");
}

static gboolean
read_choice (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  JsonNode *node = server_json_get (body, "tool_choice");
  const char *text = NULL, *name = NULL;
  JsonObject *function = NULL;

  if (!node)
    return TRUE;
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      if (!server_json_read_object (json_node_get_object (node), "function", &function, problem)
          || (function && !server_json_read_string (function, "name", &name, problem)))
        return FALSE;
      return keep_one (request, name, problem);
    }
  if (!server_json_is_string (node, &text)
      || (strcmp (text, "none") != 0 && strcmp (text, "auto") != 0 && strcmp (text, "required") != 0))
    return server_problem_set (problem, 400, "invalid_value", "tool_choice",
                               "“tool_choice” must be none, auto, required or the name of a function.");
  if (strcmp (text, "none") == 0)
    g_array_set_size (request->tools, 0);
  else if (strcmp (text, "required") == 0 && request->tools->len == 0)
    return server_problem_set (problem, 400, "invalid_value", "tool_choice",
                               "“tool_choice” asks for a call, but no tool is there.");
  else if (strcmp (text, "required") == 0)
    request->form.kind = GLM_FORM_CALL;
  return TRUE;
}

static gboolean
read_tools (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  g_autoptr (GArray) strict = g_array_new (FALSE, FALSE, sizeof (gboolean));
  JsonArray *tools = NULL;
  gboolean parallel = TRUE;
  guint n;

  if (!server_json_read_array (body, "tools", &tools, problem)
      || !server_json_read_boolean (body, "parallel_tool_calls", &parallel, problem))
    return FALSE;
  n = tools ? json_array_get_length (tools) : 0;
  if (n > SERVER_MAX_TOOLS)
    return server_problem_set (problem, 400, "invalid_value", "tools", "At most %d tools are read.", SERVER_MAX_TOOLS);
  request->tools = g_array_new (FALSE, TRUE, sizeof (GlmTool));
  request->form.one_call = !parallel;
  for (guint i = 0; i < n; i++)
    if (!read_tool (request, json_array_get_element (tools, i), i, strict, problem))
      return FALSE;
  for (guint i = 0; i < n; i++)
    if (g_array_index (strict, gboolean, i) && g_array_index (request->tools, GlmTool, i).schema
        && !check_schema (g_array_index (request->tools, GlmTool, i).schema, "tools", problem))
      return FALSE;
  if (!read_choice (request, body, problem))
    return FALSE;
  for (guint i = 0; request->form.kind == GLM_FORM_CALL && i < request->tools->len; i++)
    if (!check_schema (g_array_index (request->tools, GlmTool, i).schema, "tools", problem))
      return FALSE;
  if (request->tools->len == 0)
    g_clear_pointer (&request->tools, g_array_unref);
  return TRUE;
}

/* ---- The form --------------------------------------------------------------------------------------------------- */

/* A model writes better what it was told of; the mask alone would only see to the form. */
static void
tell_of_form (ServerRequest *request)
{
  char *text =
      request->form.schema
          ? g_strdup_printf ("Answer with one JSON object and nothing else. It fits this JSON Schema: %s", request->form.schema)
          : g_strdup ("Answer with one JSON object and nothing else.");
  GlmTurn turn = { .role = "system", .content = own (request, text) };
  guint at = 0;

  while (at < request->turns->len && strcmp (g_array_index (request->turns, GlmTurn, at).role, "system") == 0)
    at++;
  g_array_insert_val (request->turns, at, turn);
}

static gboolean
read_schema (ServerRequest *request, JsonObject *format, ServerProblem *problem)
{
  JsonObject *wrapper = NULL, *schema = NULL;
  gboolean strict = FALSE;

  if (!server_json_read_object (format, "json_schema", &wrapper, problem))
    return FALSE;
  if (!wrapper)
    return server_problem_set (problem, 400, "invalid_value", "response_format", "“response_format” has no json_schema.");
  if (!server_json_read_object (wrapper, "schema", &schema, problem)
      || !server_json_read_boolean (wrapper, "strict", &strict, problem))
    return FALSE;
  if (!schema)
    return TRUE;
  request->form.schema = own (request, server_json_write_node (json_object_get_member (wrapper, "schema")));
  if (strict)
    return check_schema (request->form.schema, "response_format", problem);
  GlmSchema *read = NULL;
  GlmError error = { 0 };
  if (!glm_schema_new (request->form.schema, &read, &error))
    return server_problem_set (problem, 400, "invalid_schema", "response_format", "The schema cannot be used: %s",
                               error.message);
  glm_schema_free (read);
  return TRUE;
}

static gboolean
read_format (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  JsonObject *format = NULL;
  const char *type = "text";

  if (!server_json_read_object (body, "response_format", &format, problem)
      || (format && !server_json_read_string (format, "type", &type, problem)))
    return FALSE;
  if (strcmp (type, "text") == 0)
    return TRUE;
  if (strcmp (type, "json_object") != 0 && strcmp (type, "json_schema") != 0)
    return server_problem_set (problem, 400, "invalid_value", "response_format",
                               "“response_format” must be text, json_object or json_schema.");
  if (request->tools)
    return server_problem_set (problem, 400, "invalid_value", "response_format",
                               "A reply cannot be held to a form while tools may be called; set “tool_choice” to none.");
  request->form.kind = GLM_FORM_JSON;
  if (strcmp (type, "json_schema") == 0 && !read_schema (request, format, problem))
    return FALSE;
  tell_of_form (request);
  return TRUE;
}

gboolean
server_tools_read (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  return read_tools (request, body, problem) && read_format (request, body, problem);
}
