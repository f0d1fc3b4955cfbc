/* cli-tools.c: a file of tools
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cli/cli.h"
#include "file/json-file.h"
#include "base/json-text.h"

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

bool
cli_read_tools (const char *path, CliTools *tools, GlmError *error)
{
  const GlmJsonValue *root;

  if (!glm_json_open (path, &tools->json, error))
    return false;
  root = glm_json_root (tools->json);
  root = glm_json_get (root, "tools") ? glm_json_get (root, "tools") : root;
  if (root->type != GLM_JSON_ARRAY)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "%s: not an array of {\"name\": …, \"parameters\": …}", path);
  tools->set.tools = tools->tools = calloc (root->n + 1, sizeof *tools->tools);
  if (!tools->tools)
    return no_memory (error);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
    if (!read_tool (path, v, tools, error))
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
