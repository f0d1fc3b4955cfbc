/* search-chats.c: places in earlier conversations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tool.h"

#include <string.h>

#define MAX_PLACES      10
#define MAX_QUERY_BYTES 1000
#define PLACE_CHARS     300

static void
append_place (GString *out, guint number, const ToolPlace *place)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (place->time / 1000);
  g_autofree char *date = time ? g_date_time_format (time, "%Y-%m-%d") : g_strdup ("?");
  g_autofree char *text = g_utf8_make_valid (place->text, -1);
  glong n = g_utf8_strlen (text, -1);

  g_strdelimit (text, "\n\r\t", ' ');
  g_string_append_printf (out, "%s%u. “%s”, %s, id %" G_GINT64_FORMAT, out->len ? "\n" : "", number, place->title, date,
                          place->id);
  if (n > PLACE_CHARS)
    g_string_append_printf (out, ": %.*s…", (int) (g_utf8_offset_to_pointer (text, PLACE_CHARS) - text), text);
  else if (n > 0)
    g_string_append_printf (out, ": %s", text);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const ToolHost *host = g_object_get_data (G_OBJECT (task), "host");
  GError *error = NULL;
  g_autoptr (GPtrArray) places = host->funcs->search_finish (host->owner, result, &error);
  GString *out;

  if (!places)
    {
      g_task_return_error (task, error);
      return;
    }
  out = g_string_new (places->len ? NULL : "No earlier conversation has all these words.");
  for (guint i = 0; i < MIN (places->len, MAX_PLACES); i++)
    append_place (out, i + 1, g_ptr_array_index (places, i));
  g_task_return_pointer (task, g_string_free (out, FALSE), g_free);
}

static void
start (GTask *task, JsonObject *arguments, const ToolCallOptions *options)
{
  const char *query;
  gint64 limit = MAX_PLACES;
  GError *error = NULL;

  if (!tool_argument_string (arguments, "query", TRUE, &query, &error)
      || !tool_argument_int (arguments, "limit", FALSE, 1, MAX_PLACES, &limit, &error))
    g_task_return_error (task, error);
  else if (strspn (query, " \t\r\n") == strlen (query) || strlen (query) > MAX_QUERY_BYTES)
    g_task_return_new_error (task, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "query must be some words");
  else
    {
      g_object_set_data (G_OBJECT (task), "host", (gpointer) &options->host);
      options->host.funcs->search_async (options->host.owner, query, (guint) limit, g_task_get_cancellable (task), found_cb,
                                         g_object_ref (task));
    }
  g_object_unref (task);
}

const Tool tool_search_chats = {
  .name = "search_chats",
  .description = "Searches this person's earlier conversations with you. Gives the best places with their ids.",
  .schema =
      "{\"type\": \"object\", \"properties\": {\"query\": {\"type\": \"string\", \"description\": \"Words that must occur\"}, "
      "\"limit\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 10}}, \"required\": [\"query\"]}",
  .class = TOOL_CLASS_READS,
  .seconds = 30,
  .needs_host = TRUE,
  .start = start,
};
