/* store-export-json.c: conversations as JSON, with everything
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The format "myna-conversations", version 1.  Times are milliseconds since 1970, UTC; 0 and null mean "none".
 *
 *   { "format": "myna-conversations",
 *     "version": 1,
 *     "folders": [ { "id": 1, "name": "Work", "parent_id": 0 }, … ],        parents first
 *     "conversations": [
 *       { "origin": "…",                     identity: a conversation with the same origin is the same one
 *         "title": "…", "title_by_user": false,
 *         "created_at": 0, "updated_at": 0, "pinned": false, "archived": false,
 *         "folder_id": 0,                    one of the folders, or 0
 *         "head_id": 12,                     the last message of the branch that is shown
 *         "model": null, "draft": null,
 *         "settings": null,                  JSON in a string, as the program keeps it
 *         "messages": [                      all branches, parents first
 *           { "id": 11, "parent_id": 0,      ids are those of this file
 *             "role": "system" | "user" | "assistant" | "observation",
 *             "state": "complete" | "interrupted" | "stopped" | "length" | "failed",
 *             "text": "…",                   raw, as the model or the person wrote it
 *             "attachments": null,           JSON in a string: [ { "name": "…", "text": "…" }, … ], and see storage.h
 *             "model": "…", "created_at": 0, "finished_at": 0, "n_prompt_tokens": 0, "n_tokens": 0,
 *             "first_token_seconds": 0.0, "seconds": 0.0, "mark": -1 | 0 | 1,
 *             "call": {                      only where an assistant's message asks for a tool
 *               "state": "asked" | "done" | "failed" | "refused" | "stopped" | "lost" | "not-run",
 *               "allowed_by": "nobody" | "person" | "chat-rule" | "rule" | "class",
 *               "edited": false, "started_at": 0, "finished_at": 0,
 *               "metadata": "…", "tool": "…",
 *               "arguments": null,           JSON in a string, as it was run
 *               "result": null,
 *               "made": [                    only where it made something
 *                 { "name": "…",             "" for a picture
 *                   "width": 0, "height": 0, "data": null }, … ] },                     Base64; a picture is a PNG
 *             "given": [                     only where a question's model was given passages of documents
 *               { "number": 1,               as which it may cite it
 *                 "sha256": "…",             of the text of one that is attached to it or before it
 *                 "ordinal": 0 }, … ] }, … ] }, … ] }                                   of the passages that the text splits into
 *
 * Readers ignore names that they do not know.
 */
#include "exchange/store-export.h"

#include <json-glib/json-glib.h>

/* JSON is UTF-8; what is not (there should be nothing) is replaced. */
static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  g_autofree char *valid = text ? g_utf8_make_valid (text, -1) : NULL;

  json_builder_set_member_name (builder, name);
  if (valid)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
append_built (GString *out, JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_indent (generator, 1);
  text = json_generator_to_data (generator, NULL);
  g_string_append (out, text);
}

static void
add_made (JsonBuilder *builder, GPtrArray *list)
{
  json_builder_set_member_name (builder, "made");
  json_builder_begin_array (builder);
  for (guint i = 0; i < list->len; i++)
    {
      const StoreMade *made = g_ptr_array_index (list, i);
      gsize n = 0;
      const guchar *data = made->data ? g_bytes_get_data (made->data, &n) : NULL;
      g_autofree char *text = made->data ? g_base64_encode (data, n) : NULL;

      json_builder_begin_object (builder);
      add_text (builder, "name", made->name);
      add_int (builder, "width", made->width);
      add_int (builder, "height", made->height);
      add_text (builder, "data", text);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_call (JsonBuilder *builder, const StoreCall *call)
{
  StoreCallState state = call->state == STORE_CALL_RUNNING ? STORE_CALL_LOST : call->state;

  json_builder_set_member_name (builder, "call");
  json_builder_begin_object (builder);
  add_text (builder, "state", store_call_state_name (state));
  add_text (builder, "allowed_by", store_allowed_by_name (call->allowed_by));
  add_boolean (builder, "edited", call->edited);
  add_int (builder, "started_at", call->started_at);
  add_int (builder, "finished_at", call->finished_at);
  add_text (builder, "metadata", call->metadata);
  add_text (builder, "tool", call->tool);
  add_text (builder, "arguments", call->arguments);
  add_text (builder, "result", call->result);
  if (call->made && call->made->len > 0)
    add_made (builder, call->made);
  json_builder_end_object (builder);
}

static void
add_given (JsonBuilder *builder, GPtrArray *given)
{
  json_builder_set_member_name (builder, "given");
  json_builder_begin_array (builder);
  for (guint i = 0; i < given->len; i++)
    {
      const StorePassage *passage = g_ptr_array_index (given, i);

      json_builder_begin_object (builder);
      add_int (builder, "number", passage->number);
      add_text (builder, "sha256", passage->sha256);
      add_int (builder, "ordinal", passage->ordinal);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_message (JsonBuilder *builder, const StoreMessage *message)
{
  StoreState state = message->state == STORE_STATE_GENERATING ? STORE_STATE_INTERRUPTED : message->state;

  json_builder_begin_object (builder);
  add_int (builder, "id", message->id);
  add_int (builder, "parent_id", message->parent_id);
  add_text (builder, "role", store_role_name (message->role));
  add_text (builder, "state", store_state_name (state));
  add_text (builder, "text", message->text);
  add_text (builder, "attachments", message->attachments);
  add_text (builder, "model", message->model);
  add_int (builder, "created_at", message->created_at);
  add_int (builder, "finished_at", message->finished_at);
  add_int (builder, "n_prompt_tokens", message->n_prompt_tokens);
  add_int (builder, "n_tokens", message->n_tokens);
  add_double (builder, "first_token_seconds", message->first_token_seconds);
  add_double (builder, "seconds", message->seconds);
  add_int (builder, "mark", message->mark);
  if (message->call)
    add_call (builder, message->call);
  if (message->given)
    add_given (builder, message->given);
  json_builder_end_object (builder);
}

static void
append_conversation (GString *out, StoreWhole *whole, gboolean is_first, StoreRenderFunc render, gpointer render_data)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const StoreConversation *row = whole->row;

  json_builder_begin_object (builder);
  add_text (builder, "origin", whole->origin);
  add_text (builder, "title", row->title);
  add_boolean (builder, "title_by_user", row->title_by_user);
  add_int (builder, "created_at", row->created_at);
  add_int (builder, "updated_at", row->updated_at);
  add_boolean (builder, "pinned", row->pinned);
  add_boolean (builder, "archived", row->archived);
  add_int (builder, "folder_id", row->folder_id);
  add_int (builder, "head_id", row->head_id);
  add_text (builder, "model", row->model);
  add_text (builder, "draft", row->draft);
  add_text (builder, "settings", row->settings);
  json_builder_set_member_name (builder, "messages");
  json_builder_begin_array (builder);
  for (guint i = 0; i < whole->messages->len; i++)
    add_message (builder, whole->messages->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  g_string_append (out, is_first ? "\n" : ",\n");
  append_built (out, builder);
}

/* A folder that cannot be read is left out: the conversations are what matters. */
static void
begin (GString *out, StoreConnection *connection)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, NULL, "SELECT id, name, parent_id FROM folder ORDER BY parent_id IS NOT NULL, id", "");
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  while (row && store_step (row, NULL))
    {
      json_builder_begin_object (builder);
      add_int (builder, "id", sqlite3_column_int64 (row, 0));
      add_text (builder, "name", (const char *) sqlite3_column_text (row, 1));
      add_int (builder, "parent_id", sqlite3_column_int64 (row, 2));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);

  g_string_append (out, "{\n\"format\": \"myna-conversations\",\n\"version\": 1,\n\"folders\": ");
  append_built (out, builder);
  g_string_append (out, ",\n\"conversations\": [");
}

static void
end (GString *out)
{
  g_string_append (out, "\n]\n}\n");
}

const StoreWriter store_json_writer = { begin, append_conversation, end };
