/* tool-call.c: one run of a tool
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A call ends when the tool does, when its time is over or when it is cancelled, whichever is first; what the tool does after
 * that is not waited for.  The two reasons to end early meet in one cancellable, which the tool looks at.
 */
#include "tools/tool.h"

#include <string.h>

#include "tools/tool-json.h"

typedef struct
{
  const Tool *tool;
  JsonObject *arguments;
  ToolCallOptions options; /* owns what it points to */
  GCancellable *ending;    /* the tool is to end */
  GCancellable *cancellable;
  gulong cancelled_id;
  guint seconds;
  GSource *timeout;
  GPtrArray *made; /* NULL: nothing came with the text */
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_clear_pointer (&call->arguments, json_object_unref);
  g_clear_object (&call->options.host.owner);
  g_clear_pointer (&call->options.now, g_date_time_unref);
  g_clear_object (&call->ending);
  g_clear_object (&call->cancellable);
  g_clear_pointer (&call->timeout, g_source_unref);
  g_clear_pointer (&call->made, g_ptr_array_unref);
  g_free (call);
}

ToolPlace *
tool_place_new (gint64 id, gint64 time, const char *title, const char *text)
{
  ToolPlace *place = g_new (ToolPlace, 1);

  *place = (ToolPlace){ id, time, g_strdup (title), g_strdup (text) };
  return place;
}

void
tool_place_free (ToolPlace *place)
{
  if (!place)
    return;
  g_free (place->title);
  g_free (place->text);
  g_free (place);
}

ToolDocument *
tool_document_new (const char *name, const char *text)
{
  ToolDocument *document = g_new (ToolDocument, 1);

  *document = (ToolDocument){ g_strdup (name), g_strdup (text) };
  return document;
}

void
tool_document_free (ToolDocument *document)
{
  if (!document)
    return;
  g_free (document->name);
  g_free (document->text);
  g_free (document);
}

/* ---- Arguments -------------------------------------------------------------------------------------------------- */

static JsonObject *
parse_arguments (const char *text, GError **error)
{
  g_autoptr (JsonNode) root = NULL;

  if (strlen (text) > TOOL_MAX_ARGUMENT_BYTES)
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "The arguments are longer than 64 KiB");
      return NULL;
    }
  root = tool_json_parse (text, strlen (text), TOOL_MAX_ARGUMENT_DEPTH);
  if (!root)
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS,
                           "The arguments are no JSON, or nested more than 32 levels deep");
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "The arguments are not a JSON object");
      return NULL;
    }
  return json_object_ref (json_node_get_object (root));
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static void
compute (GTask *task, gpointer source, gpointer data, GCancellable *ending)
{
  Call *call = data;
  GError *error = NULL;
  char *text = call->tool->compute (call->arguments, call->options.now, ending, &error);

  if (text)
    g_task_return_pointer (task, text, g_free);
  else
    g_task_return_error (task, error);
}

/* The inner task has ended, or was ended: the outer one says why. */
static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (G_TASK (result));
  g_autofree char *text = NULL;
  GError *error = NULL;

  text = g_task_propagate_pointer (G_TASK (result), &error);
  /* This may run inside the cancellation, where g_cancellable_disconnect() would wait for itself.  What is not safe on a
   * thread goes now: the rest goes with a computation that may still run. */
  if (call->cancelled_id)
    g_signal_handler_disconnect (call->cancellable, call->cancelled_id);
  g_clear_object (&call->options.host.owner);
  if (call->timeout)
    g_source_destroy (call->timeout);
  if (g_task_return_error_if_cancelled (task))
    g_clear_error (&error);
  else if (g_cancellable_is_cancelled (call->ending))
    {
      g_clear_error (&error);
      g_task_return_new_error (task, TOOL_ERROR, TOOL_ERROR_TIMED_OUT, "%s took longer than %u s", call->tool->name,
                               call->seconds);
    }
  else if (error)
    g_task_return_error (task, error);
  else
    {
      if (call->made)
        g_task_set_task_data (task, g_ptr_array_ref (call->made), (GDestroyNotify) g_ptr_array_unref);
      g_task_return_pointer (task, tool_text_clean (text, strlen (text)), g_free);
    }
}

static void
cancelled_cb (GCancellable *cancellable, gpointer ending)
{
  g_cancellable_cancel (ending);
}

static gboolean
timeout_cb (gpointer ending)
{
  g_cancellable_cancel (ending);
  return G_SOURCE_REMOVE;
}

/* Runs on the context of the caller: a source that ends the call. */
static void
limit_time (Call *call)
{
  call->seconds = call->options.seconds ? call->options.seconds : call->tool->seconds;
  call->timeout = g_timeout_source_new_seconds (call->seconds);
  g_source_set_callback (call->timeout, timeout_cb, g_object_ref (call->ending), g_object_unref);
  g_source_attach (call->timeout, g_main_context_get_thread_default ());
}

void
tool_call_async (const Tool *self, const char *arguments, const ToolCallOptions *options, GCancellable *cancellable,
                 GAsyncReadyCallback callback, gpointer user_data)
{
  static const ToolCallOptions defaults = { 0 };
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Call *call = g_new0 (Call, 1);
  GTask *inner;
  GError *error = NULL;

  call->tool = self;
  call->options = options ? *options : defaults;
  if (call->options.host.owner)
    g_object_ref (call->options.host.owner);
  call->options.now = call->options.now ? g_date_time_ref (call->options.now) : g_date_time_new_now_local ();
  call->ending = g_cancellable_new ();
  call->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  call->arguments = parse_arguments (arguments, &error);
  g_task_set_source_tag (task, tool_call_async);
  inner = g_task_new (NULL, call->ending, ended_cb, task);
  g_task_set_task_data (inner, call, call_free);
  if (cancellable)
    call->cancelled_id =
        g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_object_ref (call->ending), g_object_unref);
  if (error)
    g_task_return_error (inner, error);
  else if (self->needs_host && !call->options.host.funcs)
    g_task_return_new_error (inner, TOOL_ERROR, TOOL_ERROR_FAILED, "%s cannot be used here", self->name);
  else if (self->compute)
    {
      limit_time (call);
      g_task_set_return_on_cancel (inner, TRUE);
      g_task_run_in_thread (inner, compute);
    }
  else
    {
      limit_time (call);
      self->start (g_object_ref (inner), call->arguments, &call->options);
    }
  g_object_unref (inner);
}

const Tool *
tool_call_get_tool (GTask *task)
{
  return ((const Call *) g_task_get_task_data (task))->tool;
}

void
tool_call_set_made (GTask *task, GPtrArray *made)
{
  Call *call = g_task_get_task_data (task);

  g_clear_pointer (&call->made, g_ptr_array_unref);
  call->made = g_ptr_array_ref (made);
}

GPtrArray *
tool_call_get_made (GAsyncResult *result)
{
  return g_task_get_task_data (G_TASK (result));
}

char *
tool_call_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
