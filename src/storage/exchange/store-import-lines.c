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
  const char *name = store_json_string (line, "character_name"), *date = store_json_string (line, "create_date");
  const char *id = store_json_string (store_json_object (line, "chat_metadata"), "integrity");

  if (id)
    whole->origin = g_strconcat ("sillytavern:", id, NULL);
  else if (date)
    whole->origin = g_strconcat ("sillytavern:", name ? name : "", "@", date, NULL);
  store_whole_set_title (whole, name);
}

/* A version of a message; text NULL: the one that is shown. */
static StoreTurn *
read_tavern_version (StoreWhole *whole, JsonObject *line, const char *text)
{
  JsonObject *extra = store_json_object (line, "extra");
  const char *model = store_json_string (extra, "model");
  StoreRole role = store_json_boolean (line, "is_user")     ? STORE_ROLE_USER
                   : store_json_boolean (line, "is_system") ? STORE_ROLE_SYSTEM
                                                            : STORE_ROLE_ASSISTANT;
  StoreTurn *turn =
      store_turn_new (whole, role, store_json_time (line, "send_date"), model ? model : store_json_string (line, "name"));

  if (!text)
    {
      store_turn_add_thought (turn, store_json_string (extra, "reasoning"));
      text = store_json_string (line, "mes");
      if (store_json_string (extra, "image"))
        store_turn_add_medium (turn, "image", NULL);
    }
  store_turn_add_text (turn, text);
  return turn;
}

gboolean
store_read_sillytavern (StoreWhole *whole, JsonArray *lines, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  g_autofree char *last = NULL;

  for (guint i = 0; i < json_array_get_length (lines); i++)
    {
      JsonObject *line = store_json_element (lines, i);
      JsonArray *swipes = store_json_array (line, "swipes");
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
          store_tree_add (tree, id, last, NULL, read_tavern_version (whole, line, text));
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

gboolean
store_read_jan (StoreWhole *whole, JsonArray *lines, GError **error)
{
  const char *thread = store_json_string (store_json_element (lines, 0), "thread_id");

  whole->origin = thread ? g_strconcat ("jan:", thread, NULL) : NULL;
  for (guint i = 0; i < json_array_get_length (lines); i++)
    {
      JsonObject *line = store_json_element (lines, i);
      JsonObject *metadata = store_json_object (line, "metadata");
      const char *name = store_json_string (line, "role"), *model = store_json_string (metadata, "modelId");
      int role = store_import_role (name);
      StoreTurn *turn;

      store_import_notes_add_members (whole->notes, line, jan_members);
      if (role < 0)
        {
          store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
          continue;
        }
      turn = store_turn_new (whole, role, store_json_time (line, "created_at"),
                             model ? model : store_json_string (metadata, "model"));
      store_turn_add_content (turn, json_object_get_member (line, "content"));
      store_import_add_calls (turn, whole, store_json_array (line, "tool_calls"));
      if (!store_turn_append (turn, error))
        return FALSE;
    }
  return TRUE;
}
