/* server-messages.c: see server-messages.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clients send back what they got from others, so ids and contents may be missing, and a reply may be empty: such a message
 * says nothing and is left out.  A call is a turn of its own, as the model wrote it.
 */
#include "server/server-messages.h"

#include <string.h>

#include "server/server-json.h"

static void
add_turn (ServerRequest *request, const char *role, char *content, char *name, char *arguments)
{
  GlmTurn turn = { .role = role, .content = content, .metadata = name, .arguments = arguments };

  g_ptr_array_add (request->strings, content);
  g_ptr_array_add (request->strings, name);
  g_ptr_array_add (request->strings, arguments);
  g_array_append_val (request->turns, turn);
}

gboolean
server_is_tool_name (const char *name)
{
  gsize n = name ? strlen (name) : 0;

  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalnum (name[i]) && !strchr ("_.-", name[i]))
      return FALSE;
  return n > 0 && n <= 64;
}

/* ---- Contents --------------------------------------------------------------------------------------------------- */

static gboolean
bad_message (ServerProblem *problem, guint i, const char *what)
{
  g_autofree char *param = g_strdup_printf ("messages.%u", i);

  return server_problem_set (problem, 400, "invalid_value", param, "Message %u: %s", i, what);
}

/* One part of a content that is a list. */
static gboolean
read_part (JsonNode *node, guint i, GString *text, ServerProblem *problem)
{
  const char *type = NULL, *part = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return bad_message (problem, i, "a part of the content is not an object.");
  object = json_node_get_object (node);
  if (!server_json_is_string (server_json_get (object, "type"), &type))
    return bad_message (problem, i, "a part of the content has no type.");
  if (strcmp (type, "text") != 0 && strcmp (type, "input_text") != 0 && strcmp (type, "output_text") != 0
      && strcmp (type, "refusal") != 0)
    return bad_message (problem, i,
                        strstr (type, "image") ? "this model reads no pictures."
                                               : "this model reads text alone; the content has a part of another type.");
  if (!server_json_is_string (server_json_get (object, strcmp (type, "refusal") == 0 ? type : "text"), &part))
    return bad_message (problem, i, "a part of the content has no text.");
  if (text->len > 0)
    g_string_append_c (text, '\n');
  g_string_append (text, part);
  return TRUE;
}

/* *ret_text is the caller's; "" where there is no content. */
static gboolean
read_content (JsonObject *message, guint i, char **ret_text, ServerProblem *problem)
{
  JsonNode *node = server_json_get (message, "content");
  g_autoptr (GString) text = g_string_new (NULL);
  const char *plain = NULL;
  JsonArray *parts;

  if (server_json_is_string (node, &plain))
    g_string_append (text, plain);
  else if (node && !JSON_NODE_HOLDS_ARRAY (node))
    return bad_message (problem, i, "the content is neither text nor a list of parts.");
  else if (node)
    {
      parts = json_node_get_array (node);
      for (guint k = 0; k < json_array_get_length (parts); k++)
        if (!read_part (json_array_get_element (parts, k), i, text, problem))
          return FALSE;
    }
  *ret_text = g_strdup (text->str);
  return TRUE;
}

/* ---- Calls ------------------------------------------------------------------------------------------------------ */

/* JSON text by OpenAI, an object by others, nothing by some. */
static gboolean
read_arguments (JsonNode *node, guint i, char **ret_text, ServerProblem *problem)
{
  g_autoptr (JsonNode) root = NULL;
  g_auto (ServerProblem) unused = { 0 };
  const char *text = NULL;

  if (node && JSON_NODE_HOLDS_OBJECT (node))
    {
      *ret_text = server_json_write_node (node);
      return TRUE;
    }
  if (node && !server_json_is_string (node, &text))
    return bad_message (problem, i, "the arguments of a call are neither text nor an object.");
  if (!text || !*text)
    text = "{}";
  root = server_json_parse (text, strlen (text), &unused);
  if (!root)
    return bad_message (problem, i, "the arguments of a call are not a JSON object.");
  *ret_text = g_strdup (text);
  return TRUE;
}

static gboolean
read_call (ServerRequest *request, JsonNode *node, guint i, ServerProblem *problem)
{
  JsonNode *function;
  const char *name = NULL;
  char *arguments = NULL;

  function = node && JSON_NODE_HOLDS_OBJECT (node) ? server_json_get (json_node_get_object (node), "function") : NULL;
  if (!function || !JSON_NODE_HOLDS_OBJECT (function))
    return bad_message (problem, i, "a call has no function.");
  server_json_is_string (server_json_get (json_node_get_object (function), "name"), &name);
  if (!server_is_tool_name (name))
    return bad_message (problem, i, "a call has no name that a function can have.");
  if (!read_arguments (server_json_get (json_node_get_object (function), "arguments"), i, &arguments, problem))
    return FALSE;
  add_turn (request, "assistant", g_strdup (""), g_strdup (name), arguments);
  return TRUE;
}

static gboolean
read_calls (ServerRequest *request, JsonObject *message, guint i, ServerProblem *problem)
{
  JsonNode *node = server_json_get (message, "tool_calls");
  JsonArray *calls;

  if (!node)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return bad_message (problem, i, "“tool_calls” is not a list.");
  calls = json_node_get_array (node);
  for (guint k = 0; k < json_array_get_length (calls); k++)
    if (!read_call (request, json_array_get_element (calls, k), i, problem))
      return FALSE;
  return TRUE;
}

/* ---- Messages --------------------------------------------------------------------------------------------------- */

static const char *
find_role (const char *role)
{
  static const struct
  {
    const char *theirs, *ours;
  } roles[] = {
    { "system", "system" },       { "developer", "system" }, { "user", "user" },
    { "assistant", "assistant" }, { "tool", "observation" }, { "function", "observation" },
  };

  for (gsize i = 0; role && i < G_N_ELEMENTS (roles); i++)
    if (strcmp (roles[i].theirs, role) == 0)
      return roles[i].ours;
  return NULL;
}

static gboolean
read_message (ServerRequest *request, JsonNode *node, guint i, ServerProblem *problem)
{
  g_autofree char *content = NULL;
  const char *theirs = NULL, *role;
  JsonObject *message;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return bad_message (problem, i, "it is not an object.");
  message = json_node_get_object (node);
  server_json_is_string (server_json_get (message, "role"), &theirs);
  role = find_role (theirs);
  if (!role)
    return bad_message (problem, i, "its role is none of system, developer, user, assistant and tool.");
  if (!read_content (message, i, &content, problem))
    return FALSE;
  if (strcmp (role, "assistant") != 0 || *content)
    add_turn (request, role, g_steal_pointer (&content), NULL, NULL);
  return strcmp (role, "assistant") != 0 || read_calls (request, message, i, problem);
}

gboolean
server_messages_read (ServerRequest *request, JsonArray *messages, ServerProblem *problem)
{
  guint n = messages ? json_array_get_length (messages) : 0;

  if (n == 0)
    return server_problem_set (problem, 400, "invalid_value", "messages", "“messages” must have at least one message.");
  if (n > SERVER_MAX_MESSAGES)
    return server_problem_set (problem, 400, "invalid_value", "messages", "“messages” has %u messages; at most %d are read.", n,
                               SERVER_MAX_MESSAGES);
  for (guint i = 0; i < n; i++)
    if (!read_message (request, json_array_get_element (messages, i), i, problem))
      return FALSE;
  if (request->turns->len == 0)
    return server_problem_set (problem, 400, "invalid_value", "messages", "“messages” says nothing.");
  return TRUE;
}
