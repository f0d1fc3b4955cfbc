/* tool-prompt.c: see tool-prompt.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/tool-prompt.h"

#include "base/error.h"
#include "base/json-text.h"
#include "base/json.h"

/* ---- Checking --------------------------------------------------------------------------------------------------- */

static bool
check_name (const char *name, GlmError *error)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  size_t n = name ? strspn (name, letters) : 0;

  if (n == 0 || name[n] || n > GLM_TOOL_MAX_NAME)
    return glm_error_set (error, GLM_ERROR_ARGUMENT,
                          "a tool's name must have 1 to %d letters, digits, \"_\", \".\" or \"-\": \"%.80s\"",
                          GLM_TOOL_MAX_NAME, name ? name : "");
  return true;
}

static bool
check_schema (const GlmTool *tool, GlmError *error)
{
  GlmError cause = { 0 };
  GlmJson *json;
  bool ok;

  if (!tool->schema)
    return true;
  if (!glm_json_parse (tool->schema, strlen (tool->schema), &json, &cause))
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "the schema of the tool %s: %s", tool->name, cause.message);
  ok = glm_json_root (json)->type == GLM_JSON_OBJECT;
  glm_json_free (json);
  return ok || glm_error_set (error, GLM_ERROR_ARGUMENT, "the schema of the tool %s is no object", tool->name);
}

bool
glm_tool_set_check (const GlmToolSet *tools, GlmError *error)
{
  if (tools->n_tools > GLM_MAX_TOOLS)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "%zu tools are more than %d", tools->n_tools, GLM_MAX_TOOLS);
  for (size_t i = 0; i < tools->n_tools; i++)
    {
      const GlmTool *tool = &tools->tools[i];

      if (!check_name (tool->name, error))
        return false;
      if ((tool->description && strlen (tool->description) > GLM_TOOL_MAX_BYTES)
          || (tool->schema && strlen (tool->schema) > GLM_TOOL_MAX_BYTES))
        return glm_error_set (error, GLM_ERROR_ARGUMENT, "the description of the tool %s is longer than %zu KiB", tool->name,
                              GLM_TOOL_MAX_BYTES >> 10);
      if (!check_schema (tool, error))
        return false;
      for (size_t k = 0; k < i; k++)
        if (strcmp (tools->tools[k].name, tool->name) == 0)
          return glm_error_set (error, GLM_ERROR_ARGUMENT, "two tools are called %s", tool->name);
    }
  return true;
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static bool
print (GlmBuffer *out, const char *text)
{
  return !text || glm_buffer_append (out, text, strlen (text));
}

static bool
write_json (const GlmToolFormat *format, const GlmTool *tool, GlmBuffer *out)
{
  static const char anything[] = "{\"type\": \"object\", \"properties\": {}}";
  GlmBuffer json = { 0 };
  bool ok = print (&json, "{\"name\":") && glm_json_write_string (&json, tool->name, strlen (tool->name));

  if (tool->description)
    ok = ok && print (&json, ",\"description\":")
         && glm_json_write_string (&json, tool->description, strlen (tool->description));
  ok = ok && print (&json, ",\"parameters\":") && print (&json, tool->schema ? tool->schema : anything) && print (&json, "}")
       && glm_json_rewrite (out, (const char *) json.data, json.n, format->indent, format->depth);
  glm_buffer_clear (&json);
  return ok;
}

static bool
write_tools (const GlmToolFormat *format, const GlmToolSet *tools, GlmBuffer *out)
{
  bool ok = print (out, format->before);

  for (size_t i = 0; ok && i < tools->n_tools; i++)
    {
      ok = i == 0 || print (out, format->between);
      if (format->before_name)
        ok = ok && print (out, format->before_name) && print (out, tools->tools[i].name) && print (out, format->after_name);
      ok = ok && print (out, format->before_tool) && write_json (format, &tools->tools[i], out)
           && print (out, format->after_tool);
    }
  return ok && (!tools->interpreter || print (out, format->program)) && print (out, format->after);
}

bool
glm_tool_prompt_write (const GlmToolFormat *format, const GlmToolSet *tools, const char *system, GlmBuffer *out,
                       GlmError *error)
{
  bool ok = true;

  if (tools->interpreter && !format->program)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "this model writes no programs that can be run");
  if (tools->interpreter && format->program_alone && tools->n_tools > 0)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "this model can be offered tools or the interpreter, but not both");
  if (!glm_tool_set_check (tools, error))
    return false;
  if (system && *system)
    ok = print (out, system) && print (out, "\n\n");
  ok = ok && (tools->interpreter && format->program_alone ? print (out, format->program) : write_tools (format, tools, out));
  return ok || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prompt");
}
