/* cli-python.c: the programs that a model writes, asked about in the terminal and run in a sandbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli/cli-python.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli-edit.h"
#include "cli/cli.h"
#include "engine/base/error.h"
#include "engine/base/json-text.h"
#include "tools/sandbox.h"
#include "tools/tools.h"

/* A signal handler raises the interrupt: it is looked at so often. */
#define INTERRUPT_MS 50
#define MAX_TRIES    1000

struct CliPython
{
  ToolSandbox *sandbox;
  char *folder; /* NULL: nothing is saved */
};

/* ---- Starting --------------------------------------------------------------------------------------------------- */

typedef struct
{
  GAsyncResult *result;
  GCancellable *cancellable;
  const GlmCancel *interrupt;
  FILE *out;
  size_t n_shown;
} Waiting;

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Waiting *) user_data)->result = g_object_ref (result);
}

static bool
start (CliPython *self, GlmError *error)
{
  Waiting waiting = { 0 };
  g_autoptr (GError) problem = NULL;

  g_clear_object (&self->sandbox);
  self->sandbox = tool_sandbox_new (NULL);
  tool_sandbox_start_async (self->sandbox, NULL, ended_cb, &waiting);
  while (!waiting.result)
    g_main_context_iteration (NULL, TRUE);
  tool_sandbox_start_finish (self->sandbox, waiting.result, &problem);
  g_object_unref (waiting.result);
  return !problem || glm_error_set (error, GLM_ERROR_UNSUPPORTED, "no program can be run here: %s", problem->message);
}

CliPython *
cli_python_new (const char *folder, GlmError *error)
{
  CliPython *self = g_new0 (CliPython, 1);

  self->folder = g_strdup (folder);
  if (start (self, error))
    return self;
  cli_python_free (self);
  return NULL;
}

void
cli_python_free (CliPython *self)
{
  if (!self)
    return;
  g_clear_object (&self->sandbox);
  g_free (self->folder);
  g_free (self);
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static gboolean
interrupt_cb (gpointer user_data)
{
  Waiting *waiting = user_data;

  if (waiting->interrupt && glm_cancel_is_set (waiting->interrupt))
    g_cancellable_cancel (waiting->cancellable);
  return G_SOURCE_CONTINUE;
}

/* What is new of it.  The beginning of a text that is cut stays the same. */
static void
output_cb (const char *output, gpointer user_data)
{
  Waiting *waiting = user_data;
  size_t n = strlen (output);

  if (n <= waiting->n_shown)
    return;
  cli_print_text (waiting->out, output + waiting->n_shown, n - waiting->n_shown);
  fflush (waiting->out);
  waiting->n_shown = n;
}

/* NULL: it was stopped. */
static ToolCell *
run_cell (CliPython *self, const char *program, const GlmCancel *interrupt, FILE *out)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Waiting waiting = { .cancellable = cancellable, .interrupt = interrupt, .out = out };
  guint look = g_timeout_add (INTERRUPT_MS, interrupt_cb, &waiting);
  g_autofree char *text = NULL;
  ToolCell *cell;

  tool_sandbox_run_async (self->sandbox, program, output_cb, &waiting, cancellable, ended_cb, &waiting);
  while (!waiting.result)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (look);
  cell = tool_sandbox_run_finish (self->sandbox, waiting.result, NULL);
  g_object_unref (waiting.result);
  if (!cell)
    return NULL;
  text = tool_cell_dup_text (cell, FALSE);
  output_cb (text, &waiting);
  if (*text)
    fputc ('\n', out);
  return cell;
}

/* A name in the folder that nothing has. */
static char *
find_name (const char *folder, const char *name)
{
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autofree char *numbered = i == 0 ? g_strdup (name) : g_strdup_printf ("%u-%s", i, name);
      g_autofree char *path = g_build_filename (folder, numbered, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        return g_steal_pointer (&path);
    }
  return NULL;
}

static void
save (CliPython *self, const char *name, GBytes *data, FILE *out)
{
  g_autofree char *path = self->folder && data ? find_name (self->folder, name) : NULL;
  g_autoptr (GError) error = NULL;
  gsize n;
  const char *bytes = data ? g_bytes_get_data (data, &n) : NULL;

  fputs ("[", out);
  cli_print_text (out, path ? path : name, strlen (path ? path : name));
  if (!data)
    fputs (": too large to keep", out);
  else if (!self->folder)
    fputs (": not kept; --out FOLDER saves such files", out);
  else if (!path || !g_file_set_contents (path, bytes ? bytes : "", (gssize) n, &error))
    fprintf (out, ": cannot be saved: %s", error ? error->message : "there are too many of this name");
  fputs ("]\n", out);
}

static void
save_made (CliPython *self, const ToolCell *cell, FILE *out)
{
  for (guint i = 0; i < cell->made->len; i++)
    {
      const ToolMade *made = g_ptr_array_index (cell->made, i);
      g_autoptr (GBytes) picture = made->width > 0 ? tool_picture_write (made->width, made->height, made->data) : NULL;

      save (self, made->width > 0 ? "picture.png" : made->name, made->width > 0 ? picture : made->data, out);
    }
}

/* What the model is told of it. */
static char *
observe (CliPython *self, const char *program, size_t budget, const GlmCancel *interrupt, FILE *out)
{
  GlmError error = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *cut = NULL;
  ToolCell *cell;

  if (!tool_sandbox_is_alive (self->sandbox) && !start (self, &error))
    {
      fprintf (out, "%s\n", error.message);
      text = g_strdup_printf ("Error: %s", error.message);
      return strdup (text);
    }
  cell = run_cell (self, program, interrupt, out);
  if (!cell)
    return strdup ("Error: The person stopped it.");
  save_made (self, cell, out);
  text = tool_cell_dup_text (cell, TRUE);
  tool_cell_free (cell);
  if (!*text)
    return strdup ("(no output)");
  if (g_utf8_strlen (text, -1) <= (glong) budget)
    return strdup (text);
  *g_utf8_offset_to_pointer (text, (glong) budget) = '\0';
  cut = g_strconcat (text, " [TRUNCATED]", NULL);
  return strdup (cut);
}

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

/* {"code": …}, as the interpreter's calls are kept. */
static char *
dup_arguments (const char *program)
{
  GlmBuffer text = { 0 };

  if (glm_buffer_append (&text, "{\"code\": ", 9) && glm_json_write_string (&text, program, strlen (program))
      && glm_buffer_append (&text, "}", 2))
    return (char *) text.data;
  glm_buffer_clear (&text);
  return NULL;
}

/* Puts what the person makes of it in the place of the program, and shows it. */
static void
edit (char **program, FILE *out)
{
  g_autoptr (GError) error = NULL;
  char *edited = cli_edit (*program, "program.py", &error);

  if (!edited)
    {
      fprintf (out, "It was not changed: %s\n", error->message);
      return;
    }
  g_free (*program);
  *program = g_strchomp (edited);
  cli_print_text (out, *program, strlen (*program));
  fputc ('\n', out);
}

char *
cli_python_run (CliPython *self, const char *program, size_t budget, const GlmCancel *interrupt, FILE *in, FILE *out,
                char **ret_arguments)
{
  g_autofree char *edited = g_strdup (program);

  *ret_arguments = NULL;
  for (;;)
    {
      char *line = cli_ask_line ("Run it in the sandbox? y = yes, n = no, e = edit it first: ", interrupt, in, out);
      char answer = line ? (char) g_ascii_tolower (*line) : 'n';

      free (line);
      if (answer == 'n')
        return strdup ("The person refused.");
      if (answer == 'e')
        edit (&edited, out);
      if (answer != 'y')
        continue;
      *ret_arguments = strcmp (edited, program) == 0 ? NULL : dup_arguments (edited);
      return observe (self, edited, budget, interrupt, out);
    }
}
