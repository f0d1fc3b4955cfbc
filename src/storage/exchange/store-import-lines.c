/* store-import-lines.c: chats that are kept a message a line: SillyTavern and Jan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SillyTavern: a line { "user_name", "character_name", "create_date", "chat_metadata": { "integrity" } }, then { "name", "is_user",
 * "is_system", "send_date", "mes", "swipes": [ "…" ], "swipe_id", "extra": { "model", "reasoning" } } for each message; the
 * swipes are its alternatives.
 *
 * Jan (messages.jsonl): { "object": "thread.message", "id", "thread_id", "role", "content": [ { "type": "text", "text": { "value"
 * } } ], "created_at": seconds or ms, "metadata" }.
 */
#include "exchange/store-import-formats.h"

#include "exchange/store-import-calls.h"
#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"

/* ---- SillyTavern ------------------------------------------------------------------------------------------------ */

static const char *const tavern_members[] = { "name",        "is_user",      "is_system",       "send_date", "mes",
                                              "swipes",      "swipe_id",     "swipe_info",      "extra",     "force_avatar",
                                              "gen_started", "gen_finished", "original_avatar", "variables", "title",
                                              NULL };

static void
read_tavern_header (StoreWhole *whole, JsonObject *line)
{
  const char *name = text_json_string (line, "character_name"), *date = text_json_string (line, "create_date");
  const char *id = text_json_string (text_json_object (line, "chat_metadata"), "integrity");

  if (id)
    whole->origin = g_strconcat ("sillytavern:", id, NULL);
  else if (date)
    whole->origin = g_strconcat ("sillytavern:", name ? name : "", "@", date, NULL);
  /* A chat of several characters. */
  if (g_strcmp0 (name, "unused") != 0)
    store_whole_set_title (whole, name);
}

/* is_system also hides a message of any speaker from the model: only what the program itself or a narrator says is the system's. */
static StoreRole
tavern_role (JsonObject *line, JsonObject *extra)
{
  const char *name = text_json_string (line, "name");

  if (text_json_array (extra, "tool_invocations"))
    return STORE_ROLE_ASSISTANT;
  if (store_json_boolean (line, "is_user"))
    return STORE_ROLE_USER;
  if (g_strcmp0 (text_json_string (extra, "type"), "narrator") == 0)
    return STORE_ROLE_SYSTEM;
  return store_json_boolean (line, "is_system")
                 && (text_json_string (extra, "type") || g_strcmp0 (name, "System") == 0
                     || g_strcmp0 (name, "SillyTavern System") == 0)
             ? STORE_ROLE_SYSTEM
             : STORE_ROLE_ASSISTANT;
}

static void
add_tavern_media (StoreTurn *turn, JsonObject *extra)
{
  JsonArray *files = text_json_array (extra, "files"), *media = text_json_array (extra, "media");
  JsonObject *file = text_json_object (extra, "file");

  if (text_json_string (extra, "image"))
    store_turn_add_medium (turn, "image", NULL);
  if (text_json_string (extra, "video"))
    store_turn_add_medium (turn, "video", NULL);
  if (file)
    store_turn_add_medium (turn, "file", text_json_string (file, "name"));
  for (guint i = 0; files && i < json_array_get_length (files); i++)
    store_turn_add_medium (turn, "file", text_json_string (text_json_element (files, i), "name"));
  for (guint i = 0; media && i < json_array_get_length (media); i++)
    {
      const char *type = text_json_string (text_json_element (media, i), "type");

      store_turn_add_medium (turn,
                             g_strcmp0 (type, "video") == 0   ? "video"
                             : g_strcmp0 (type, "audio") == 0 ? "voice"
                                                              : "image",
                             text_json_string (text_json_element (media, i), "title"));
    }
}

static void
add_tavern_calls (StoreTurn *turn, StoreWhole *whole, JsonArray *calls)
{
  for (guint i = 0; i < json_array_get_length (calls); i++)
    {
      JsonObject *call = text_json_element (calls, i);
      JsonNode *result = call ? json_object_get_member (call, "result") : NULL;

      if (!call)
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, "tool call", 1);
      store_turn_add_call (turn, text_json_string (call, "name"), text_json_string (call, "parameters"));
      if (result && !JSON_NODE_HOLDS_NULL (result))
        store_turn_add_result_content (turn, result);
    }
}

/* A version of a message; text NULL: the one that is shown. */
static StoreTurn *
read_tavern_version (StoreWhole *whole, JsonObject *line, const char *text, JsonObject *info)
{
  JsonObject *extra = text_json_object (text ? info : line, "extra");
  JsonArray *calls = text_json_array (extra, "tool_invocations");
  const char *own = text_json_string (extra, "model");
  const char *model = own ? own : text_json_string (text_json_object (line, "extra"), "model");
  gint64 time = store_json_time (text && info ? info : line, "send_date");
  const char *name = calls ? NULL : text_json_string (line, "name");
  StoreTurn *turn = store_turn_new (whole, tavern_role (line, extra), time, model ? model : name);

  /* A translation, which was shown in the place of the text. */
  if (text_json_string (extra, "display_text"))
    store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, "display_text", 1);
  store_turn_add_thought (turn, text_json_string (extra, "reasoning"));
  add_tavern_media (turn, extra);
  if (calls)
    add_tavern_calls (turn, whole, calls);
  else
    store_turn_add_text (turn, text ? text : text_json_string (line, "mes"));
  return turn;
}

gboolean
store_read_sillytavern (StoreWhole *whole, JsonArray *lines, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  g_autofree char *last = NULL;

  for (guint i = 0; i < json_array_get_length (lines); i++)
    {
      JsonObject *line = text_json_element (lines, i);
      JsonArray *swipes = text_json_array (line, "swipes"), *infos = text_json_array (line, "swipe_info");
      gint64 selected = swipes ? CLAMP (store_json_int (line, "swipe_id"), 0, MAX (1, json_array_get_length (swipes)) - 1) : 0;
      guint n = swipes ? MAX (1, json_array_get_length (swipes)) : 1;
      g_autofree char *next = NULL;

      if (!json_object_has_member (line, "mes"))
        {
          read_tavern_header (whole, line);
          continue;
        }
      store_import_notes_add_members (whole->notes, line, tavern_members);
      for (guint j = 0; j < n; j++)
        {
          g_autofree char *id = g_strdup_printf ("%u.%u", i, j);
          const char *text = j == selected ? NULL : store_json_node_string (json_array_get_element (swipes, j));

          if (j != selected && (!text || !*text))
            continue;
          store_tree_add (tree, id, last, NULL, read_tavern_version (whole, line, text, text_json_element (infos, j)));
          if (j == selected)
            next = g_steal_pointer (&id);
        }
      g_free (last);
      last = g_steal_pointer (&next);
    }
  return store_tree_end (tree, last, error);
}

/* ---- Jan -------------------------------------------------------------------------------------------------------- */

static const char *const jan_members[] = { "id",           "object",   "thread_id",    "role",
                                           "content",      "status",   "type",         "created_at",
                                           "completed_at", "metadata", "assistant_id", "attachments",
                                           "tool_calls",   NULL };

/* Calls, each with its result. */
static void
add_jan_calls (StoreTurn *turn, StoreWhole *whole, JsonArray *calls)
{
  for (guint i = 0; calls && i < json_array_get_length (calls); i++)
    {
      JsonObject *call = text_json_element (calls, i);
      JsonObject *tool = text_json_object (call, "tool");
      JsonNode *response = call ? json_object_get_member (call, "response") : NULL;

      store_import_add_call (turn, whole, tool ? tool : call);
      if (response && !JSON_NODE_HOLDS_NULL (response))
        store_turn_add_result_content (turn, response);
    }
}

gboolean
store_read_jan (StoreWhole *whole, JsonArray *lines, GError **error)
{
  const char *thread = text_json_string (text_json_element (lines, 0), "thread_id");

  whole->origin = thread ? g_strconcat ("jan:", thread, NULL) : NULL;
  for (guint i = 0; i < json_array_get_length (lines); i++)
    {
      JsonObject *line = text_json_element (lines, i);
      JsonObject *metadata = text_json_object (line, "metadata");
      JsonArray *attachments = text_json_array (line, "attachments");
      const char *name = text_json_string (line, "role"), *model = text_json_string (metadata, "modelId");
      int role = store_import_role (name);
      StoreTurn *turn;

      store_import_notes_add_members (whole->notes, line, jan_members);
      if (role < 0)
        {
          store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
          continue;
        }
      turn = store_turn_new (whole, role, store_json_time (line, "created_at"),
                             model ? model : text_json_string (metadata, "model"));
      store_turn_add_content (turn, json_object_get_member (line, "content"));
      store_import_add_calls (turn, whole, text_json_array (line, "tool_calls"));
      add_jan_calls (turn, whole, text_json_array (metadata, "tool_calls"));
      for (guint j = 0; attachments && j < json_array_get_length (attachments); j++)
        store_turn_add_medium (turn, "file", text_json_string (text_json_element (attachments, j), "name"));
      if (!store_turn_append (turn, error))
        return FALSE;
    }
  return TRUE;
}
