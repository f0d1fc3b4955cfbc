/* cli-tools.c: the tools to offer: built-in ones and the person's own by name, or those of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/error.h"
#include "cli/cli.h"
#include "engine/file/json-file.h"
#include "engine/base/json-text.h"
#include "tools/own-tools.h"
#include "tools/tools.h"

static bool
no_memory (GlmError *error)
{
  return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tools");
}

/* The tool, perhaps inside of {"function": …}. */
static bool
read_tool (const char *path, const GlmJsonValue *value, CliTools *tools, GlmError *error)
{
  const GlmJsonValue *tool = glm_json_get (value, "function") ? glm_json_get (value, "function") : value, *schema;
  GlmTool *out = &tools->tools[tools->set.n_tools];
  GlmBuffer text = { 0 };

  if (!glm_json_get_string (tool, "name", &out->name))
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "%s: tool %zu has no name", path, tools->set.n_tools + 1);
  tools->set.n_tools++;
  glm_json_get_string (tool, "description", &out->description);
  schema = glm_json_get (tool, "parameters");
  if (!schema)
    return true;
  if (!glm_json_write_value (&text, schema) || !glm_buffer_append (&text, "", 1))
    return no_memory (error);
  out->schema = (const char *) text.data;
  return true;
}

/* "calculate,date_time": anything else is a file, such as ./calculate. */
static bool
are_names (const char *text)
{
  return text[strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_,")] == '\0';
}

static char *
check_schema (const char *schema)
{
  GlmError problem = { 0 };
  GlmSchema *compiled = NULL;
  bool ok = glm_schema_new (schema, &compiled, &problem);

  glm_schema_free (compiled);
  return ok ? NULL : g_strdup (problem.message);
}

/* Without the detail. */
static const char *
get_problem (ToolOwnProblem problem)
{
  switch (problem)
    {
    case TOOL_OWN_UNREADABLE: return "it cannot be read";
    case TOOL_OWN_NO_JSON: return "it is not a JSON object";
    case TOOL_OWN_MISSING: return "this is missing, or not what it should be";
    case TOOL_OWN_UNKNOWN: return "no description has this";
    case TOOL_OWN_NAME: return "this cannot be a name";
    case TOOL_OWN_TAKEN: return "another tool has the name";
    case TOOL_OWN_SCHEMA: return "its parameters cannot be used";
    case TOOL_OWN_PLACEHOLDER: return "its command names what is no parameter";
    case TOOL_OWN_NOT_FOUND: return "its program was not found";
    case TOOL_OWN_TOO_MANY: return "there are too many tools";
    case TOOL_OWN_NO_PROBLEM:
    default: return "";
    }
}

/* The user's own tools, which the window has, too. */
static void
read_own_tools (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "tools", NULL);
  GPtrArray *all;

  tool_own_read (folder, check_schema);
  all = tool_own_get_all ();
  for (guint i = 0; i < all->len; i++)
    {
      const ToolOwn *own = g_ptr_array_index (all, i);

      if (own->problem)
        fprintf (stderr, "%s/%s describes no tool that can be used: %s%s%s\n", folder, own->file, get_problem (own->problem),
                 own->detail ? ": " : "", own->detail ? own->detail : "");
    }
}

static bool
add_built_in (const char *name, CliTools *tools, GlmError *error)
{
  GlmTool *out = &tools->tools[tools->set.n_tools];
  const Tool *tool = tool_find (name);

  if (!tool)
    {
      g_autoptr (GString) names = g_string_new (NULL);

      for (guint i = 0; i < tool_get_n_tools (); i++)
        if (!tool_needs_host (tool_get (i)))
          g_string_append_printf (names, "%s%s", names->len ? ", " : "", tool_get_name (tool_get (i)));
      return glm_error_set (error, GLM_ERROR_ARGUMENT, "there is no tool “%s”; there are: %s", name, names->str);
    }
  if (tool_needs_host (tool))
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "%s reads the chats and documents of the window, and cannot be used here",
                          name);
  for (size_t i = 0; i < tools->set.n_tools; i++)
    if (strcmp (tools->tools[i].name, name) == 0)
      return true;
  out->name = tool_get_name (tool);
  out->description = tool_get_description (tool);
  out->schema = strdup (tool_get_schema (tool));
  if (!out->schema)
    return no_memory (error);
  tools->set.n_tools++;
  return true;
}

static bool
add_built_ins (const char *text, CliTools *tools, GlmError *error)
{
  g_auto (GStrv) names = g_strsplit (text, ",", -1);

  read_own_tools ();
  tools->are_built_in = true;
  tools->set.tools = tools->tools = calloc (g_strv_length (names) + 1, sizeof *tools->tools);
  if (!tools->tools)
    return no_memory (error);
  for (char **name = names; *name; name++)
    if (**name && !add_built_in (*name, tools, error))
      return false;
  return tools->set.n_tools > 0 || glm_error_set (error, GLM_ERROR_ARGUMENT, "no tool is named");
}

bool
cli_read_tools (const char *text, CliTools *tools, GlmError *error)
{
  const GlmJsonValue *root;

  if (are_names (text))
    return add_built_ins (text, tools, error);

  if (!glm_json_open (text, &tools->json, error))
    return false;
  root = glm_json_root (tools->json);
  root = glm_json_get (root, "tools") ? glm_json_get (root, "tools") : root;
  if (root->type != GLM_JSON_ARRAY)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "%s: not an array of {\"name\": …, \"parameters\": …}", text);
  tools->set.tools = tools->tools = calloc (root->n + 1, sizeof *tools->tools);
  if (!tools->tools)
    return no_memory (error);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
    if (!read_tool (text, v, tools, error))
      return false;
  return true;
}

void
cli_tools_clear (CliTools *tools)
{
  for (size_t i = 0; i < tools->set.n_tools; i++)
    free ((char *) tools->tools[i].schema);
  free (tools->tools);
  glm_json_free (tools->json);
  *tools = (CliTools){ 0 };
}
