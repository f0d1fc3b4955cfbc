/* own-run.c: one of the person's own tools, and how it runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An argument becomes part of one word and never another: there is no shell, and a word that begins with an argument may not begin
 * with a minus, which programs take for an option, unless "--" stands before it.
 */
#include "tools/own-run.h"

#include <string.h>

#include "tools/program-box.h"
#include "tools/program.h"

#define MAX_LINE_OF_LOG 400

void
tool_own_tool_free (ToolOwnTool *tool)
{
  g_free ((char *) tool->tool.name);
  g_free ((char *) tool->tool.description);
  g_free ((char *) tool->tool.schema);
  g_free ((char *) tool->tool.origin);
  g_strfreev (tool->command);
  g_free (tool->input);
  g_strfreev (tool->reads);
  g_strfreev (tool->writes);
  g_free (tool);
}

/* ---- Words ------------------------------------------------------------------------------------------------------ */

/* The name in the braces that begin here; NULL: it is none, and the braces are text. */
static char *
dup_name (const char *text)
{
  gsize n = *text == '{' ? strspn (text + 1, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-") : 0;

  return n > 0 && !g_ascii_isdigit (text[1]) && text[n + 1] == '}' ? g_strndup (text + 1, n) : NULL;
}

char *
tool_own_find_unknown (const char *word, JsonObject *properties)
{
  for (const char *p = strchr (word, '{'); p; p = strchr (p + 1, '{'))
    {
      char *name = dup_name (p);

      if (name && (!properties || !json_object_has_member (properties, name)))
        return name;
      g_free (name);
    }
  return NULL;
}

static char *
dup_value (JsonNode *node)
{
  return json_node_get_value_type (node) == G_TYPE_STRING ? json_node_dup_string (node) : json_to_string (node, FALSE);
}

/* FALSE: an argument is missing. */
static gboolean
fill (GString *out, const char *word, JsonObject *arguments)
{
  for (const char *p = word; *p; p++)
    {
      g_autofree char *name = dup_name (p);
      JsonNode *node = name ? json_object_get_member (arguments, name) : NULL;
      g_autofree char *value = node ? dup_value (node) : NULL;

      if (name && !value)
        return FALSE;
      if (!value)
        {
          g_string_append_c (out, *p);
          continue;
        }
      g_string_append (out, value);
      p += strlen (name) + 1;
    }
  return TRUE;
}

/* The words of the command with the arguments in them. */
static char **
dup_words (const ToolOwnTool *self, JsonObject *arguments, GError **error)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  gboolean after_dashes = FALSE;
  char *program = tool_program_find (self->command[0], tool_program_get_path ());

  if (!program)
    {
      g_set_error (error, TOOL_ERROR, TOOL_ERROR_FAILED, "The program %s was not found", self->command[0]);
      return NULL;
    }
  g_ptr_array_add (words, program);
  for (guint i = 1; self->command[i]; i++)
    {
      g_autoptr (GString) word = g_string_new (NULL);
      g_autofree char *name = dup_name (self->command[i]);

      if (!fill (word, self->command[i], arguments))
        continue;
      if (name && word->str[0] == '-' && !after_dashes)
        {
          g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "%s must not begin with a minus", name);
          return NULL;
        }
      after_dashes = after_dashes || g_str_equal (self->command[i], "--");
      g_ptr_array_add (words, g_string_free (g_steal_pointer (&word), FALSE));
    }
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_steal (words, NULL);
}

static char *
dup_input (const ToolOwnTool *self, JsonObject *arguments)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->input)
    return fill (text, self->input, arguments) ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup ("");
  json_node_set_object (node, arguments);
  return json_to_string (node, FALSE);
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  GTask *task;
  ToolProgram *program;
  GSource *cancelled;
  GString *output;
  char *last; /* line of its standard error; NULL: none */
} Run;

/* Returns the task. */
static GTask *
run_free (Run *run)
{
  GTask *task = run->task;

  if (run->cancelled)
    {
      g_source_destroy (run->cancelled);
      g_source_unref (run->cancelled);
    }
  tool_program_free (run->program);
  g_string_free (run->output, TRUE);
  g_free (run->last);
  g_free (run);
  return task;
}

static void
succeed (Run *run)
{
  char *text = g_strndup (run->output->str, run->output->len);
  g_autoptr (GTask) task = run_free (run);

  g_task_return_pointer (task, text, g_free);
}

static gboolean
full_cb (gpointer user_data)
{
  succeed (user_data);
  return G_SOURCE_REMOVE;
}

/* More than is kept is not waited for. */
static void
line_cb (const char *line, gsize n_bytes, gpointer user_data)
{
  Run *run = user_data;

  if (run->output->len > TOOL_MAX_RESULT_BYTES)
    return;
  g_string_append_len (run->output, line, MIN (n_bytes, TOOL_MAX_RESULT_BYTES));
  g_string_append_c (run->output, '\n');
  if (run->output->len <= TOOL_MAX_RESULT_BYTES)
    return;
  /* Not inside of its own callback. */
  g_source_destroy (run->cancelled);
  g_clear_pointer (&run->cancelled, g_source_unref);
  run->cancelled = g_idle_source_new ();
  g_source_set_callback (run->cancelled, full_cb, run, NULL);
  g_source_attach (run->cancelled, g_task_get_context (run->task));
}

static void
log_cb (const char *line, gpointer user_data)
{
  Run *run = user_data;

  if (!*line)
    return;
  g_free (run->last);
  run->last = g_strndup (line, MAX_LINE_OF_LOG);
}

static void
ended_cb (ToolProgramEnd end, int status, gpointer user_data)
{
  Run *run = user_data;
  const char *name = tool_get_name (tool_call_get_tool (run->task));
  g_autofree char *last = run->last ? g_strconcat (": ", run->last, NULL) : g_strdup ("");
  GError *error = NULL;
  GTask *task;

  if (run->output->len > 0 && run->output->str[run->output->len - 1] == '\n')
    g_string_truncate (run->output, run->output->len - 1);
  if (end == TOOL_PROGRAM_TOO_LARGE)
    g_set_error (&error, TOOL_ERROR, TOOL_ERROR_TOO_LARGE, "%s wrote a line without an end", name);
  else if (run->last && tool_program_box_is_refused (run->last))
    g_set_error (&error, TOOL_ERROR, TOOL_ERROR_FAILED, "%s was not run, as there is no sandbox%s", name, last);
  else if (status > 128)
    g_set_error (&error, TOOL_ERROR, TOOL_ERROR_FAILED, "%s was ended by signal %d%s", name, status - 128, last);
  else if (status != 0)
    g_set_error (&error, TOOL_ERROR, TOOL_ERROR_FAILED, "%s failed (%d)%s", name, status, last);
  else if (run->output->len == 0)
    g_set_error (&error, TOOL_ERROR, TOOL_ERROR_FAILED, "%s wrote nothing%s", name, last);
  if (!error)
    {
      succeed (run);
      return;
    }
  task = run_free (run);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Its group is ended with it. */
static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = run_free (user_data);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static ToolProgram *
launch (const ToolOwnTool *self, char **words, Run *run, GError **error)
{
  static const ToolProgramFuncs funcs = { line_cb, log_cb, ended_cb };
  g_auto (GStrv) environment = tool_program_environment (tool_program_get_path (), NULL);
  const ToolProgramBox box = {
    .network = self->network,
    .readable = (const char *const *) self->reads,
    .writable = (const char *const *) self->writes,
    .words = (const char *const *) self->command + 1,
  };
  g_auto (GStrv) whole = tool_program_box (&box, (const char *const *) words, NULL, error);

  return whole ? tool_program_start ((const char *const *) whole, (const char *const *) environment, "/", &funcs, run, error)
               : NULL;
}

void
tool_own_start (GTask *task, JsonObject *arguments, const ToolCallOptions *options)
{
  const ToolOwnTool *self = (const ToolOwnTool *) tool_call_get_tool (task);
  GError *error = NULL;
  g_auto (GStrv) words = dup_words (self, arguments, &error);
  g_autofree char *input = dup_input (self, arguments);
  Run *run = g_new0 (Run, 1);

  run->task = task;
  run->output = g_string_new (NULL);
  run->program = words ? launch (self, words, run, &error) : NULL;
  if (!run->program)
    {
      run_free (run);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  run->cancelled = g_cancellable_source_new (g_task_get_cancellable (task));
  g_source_set_callback (run->cancelled, G_SOURCE_FUNC (cancelled_cb), run, NULL);
  g_source_attach (run->cancelled, g_task_get_context (task));
  tool_program_send (run->program, input);
  tool_program_close_input (run->program);
}
