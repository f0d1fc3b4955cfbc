/* cli-call.c: a call of a built-in tool that is asked about in the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli/cli-call.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "tools/tools.h"

#define REFUSED "The person refused."
/* A signal handler raises the interrupt: it is looked at so often. */
#define INTERRUPT_MS 50

const char *
cli_refuse_arguments (const char *schema, const char *arguments, GlmError *reason)
{
  GlmSchema *compiled = NULL;
  bool ok = glm_schema_new (schema, &compiled, reason) && glm_schema_check (compiled, arguments, strlen (arguments), reason);

  glm_schema_free (compiled);
  return ok ? NULL : reason->message;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  GAsyncResult *result;
  GCancellable *cancellable;
  const GlmCancel *interrupt;
} Running;

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Running *) user_data)->result = g_object_ref (result);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  Running *running = user_data;

  if (running->interrupt && glm_cancel_is_set (running->interrupt))
    g_cancellable_cancel (running->cancellable);
  return G_SOURCE_CONTINUE;
}

static char *
run (const Tool *tool, const char *arguments, const GlmCancel *interrupt, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) look = g_timeout_source_new (INTERRUPT_MS);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Running running = { .cancellable = cancellable, .interrupt = interrupt };
  char *text;

  g_main_context_push_thread_default (context);
  g_source_set_callback (look, interrupt_cb, &running, NULL);
  g_source_attach (look, context);
  tool_call_async (tool, arguments, NULL, cancellable, ended_cb, &running);
  while (!running.result)
    g_main_context_iteration (context, TRUE);
  text = tool_call_finish (running.result, error);
  g_object_unref (running.result);
  g_source_destroy (look);
  g_main_context_pop_thread_default (context);
  return text;
}

static char *
observe (const Tool *tool, const char *arguments, size_t budget, const GlmCancel *interrupt, FILE *out)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *result = run (tool, arguments, interrupt, &error);
  g_autofree char *part = NULL;

  if (result)
    part = tool_text_cut (result, 0, budget, 0);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    part = g_strdup ("Error: The person stopped it.");
  else
    part = tool_text_of_error (error);
  cli_print_text (out, result ? result : part, strlen (result ? result : part));
  fputc ('\n', out);
  return strdup (part);
}

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

/* Puts what the person writes in the place of the arguments, if it is a call of this tool. */
static void
edit (const Tool *tool, char **arguments, const GlmCancel *interrupt, FILE *in, FILE *out)
{
  GlmError reason = { 0 };
  char *line = cli_ask_line ("The arguments as JSON, on one line (nothing: as they are): ", interrupt, in, out);
  const char *refusal;

  if (!line || !*line)
    {
      free (line);
      return;
    }
  refusal = cli_refuse_arguments (tool_get_schema (tool), line, &reason);
  if (refusal)
    {
      fprintf (out, "These cannot be run: %s\n", refusal);
      free (line);
      return;
    }
  g_free (*arguments);
  *arguments = g_strdup (line);
  free (line);
}

char *
cli_run_call (const char *name, const char *arguments, size_t budget, const GlmCancel *interrupt, FILE *in, FILE *out,
              char **ret_arguments)
{
  const Tool *tool = tool_find (name);
  g_autofree char *edited = g_strdup (arguments);

  *ret_arguments = NULL;
  g_return_val_if_fail (tool, strdup (REFUSED));
  for (;;)
    {
      char *line = cli_ask_line ("Run it? y = yes, n = no, e = edit the arguments: ", interrupt, in, out);
      char answer = line ? *line : 'n';

      free (line);
      if (answer == 'y' || answer == 'Y')
        {
          *ret_arguments = strcmp (edited, arguments) == 0 ? NULL : strdup (edited);
          return observe (tool, edited, budget, interrupt, out);
        }
      if (answer == 'n' || answer == 'N')
        return strdup (REFUSED);
      if (answer == 'e' || answer == 'E')
        {
          edit (tool, &edited, interrupt, in, out);
          fprintf (out, "[%s ", name);
          cli_print_text (out, edited, strlen (edited));
          fputs ("]\n", out);
        }
    }
}
