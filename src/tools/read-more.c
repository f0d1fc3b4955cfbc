/* read-more.c: the rest of a result that was cut
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tool.h"

#define DEFAULT_BUDGET 1024
/* What says how the rest is read needs room itself. */
#define TAIL_CHARS 80

typedef struct
{
  const ToolHost *host; /* of the call */
  guint number;
  gsize from, budget;
} Reading;

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autofree Reading *reading = g_object_steal_data (G_OBJECT (task), "reading");
  GError *error = NULL;
  g_autofree char *text = reading->host->funcs->result_finish (reading->host->owner, result, &error);
  gsize n_chars = text ? g_utf8_strlen (text, -1) : 0;

  if (!text)
    g_task_return_error (task, error);
  else if (reading->from >= n_chars)
    g_task_return_new_error (task, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "Result %u has %" G_GSIZE_FORMAT " characters",
                             reading->number, n_chars);
  else
    g_task_return_pointer (task, tool_text_cut (text, reading->from, reading->budget, reading->number), g_free);
}

static void
start (GTask *task, JsonObject *arguments, const ToolCallOptions *options)
{
  gint64 number = 0, from = 0;
  gsize budget = options->budget ? options->budget : DEFAULT_BUDGET;
  Reading *reading;
  GError *error = NULL;

  if (!tool_argument_int (arguments, "result", TRUE, 1, G_MAXINT, &number, &error)
      || !tool_argument_int (arguments, "from", TRUE, 0, TOOL_MAX_RESULT_BYTES, &from, &error))
    g_task_return_error (task, error);
  else
    {
      reading = g_new (Reading, 1);
      *reading =
          (Reading){ &options->host, (guint) number, (gsize) from, budget > 2 * TAIL_CHARS ? budget - TAIL_CHARS : budget };
      g_object_set_data_full (G_OBJECT (task), "reading", reading, g_free);
      options->host.funcs->result_async (options->host.owner, (guint) number, g_task_get_cancellable (task), result_cb,
                                         g_object_ref (task));
    }
  g_object_unref (task);
}

const Tool tool_read_more = {
  .name = "read_more",
  .description = "The next part of a tool's result that was cut.",
  .schema =
      "{\"type\": \"object\", \"properties\": {\"result\": {\"type\": \"integer\", \"description\": \"The number given where it "
      "was cut\"}, \"from\": {\"type\": \"integer\", \"description\": \"The first character\"}}, \"required\": [\"result\", "
      "\"from\"]}",
  .class = TOOL_CLASS_PURE,
  .seconds = 30,
  .needs_host = TRUE,
  .start = start,
};
