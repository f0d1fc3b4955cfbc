/* store-import-claude.c: conversations.json of Claude's data export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "chat_messages", each { "uuid", "parent_message_uuid", "sender": "human" | "assistant", "text", "content": [ { "type": "text" |
 * "thinking" | "tool_use" | "tool_result" … } ], "created_at": ISO 8601, "attachments": [ { "file_name", "extracted_content" } ],
 * "files": [ { "file_name" } ] }.  "text" repeats the blocks, with a placeholder for those of tools.  Older ones name no
 * parents: each message follows the one before.
 */
#include "exchange/store-import-formats.h"

#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"

#define NO_PARENT "00000000-0000-4000-8000-000000000000"

static const char *const conversation_members[] = {
  "uuid",  "name",     "summary", "created_at",   "updated_at", "account", "chat_messages", "current_leaf_message_uuid",
  "model", "settings", "project", "project_uuid", "platform",   NULL,
};
static const char *const message_members[] = {
  "uuid",       "text",         "content",     "sender",   "created_at",
  "updated_at", "attachments",  "files",       "files_v2", "parent_message_uuid",
  "index",      "sync_sources", "stop_reason", NULL,
};

static void
add_files (StoreTurn *turn, JsonArray *files)
{
  for (guint i = 0; files && i < json_array_get_length (files); i++)
    {
      JsonObject *file = text_json_element (files, i);
      const char *name = text_json_string (file, "file_name"), *text = text_json_string (file, "extracted_content");

      if (text)
        store_turn_add_file (turn, name, text);
      else
        store_turn_add_medium (turn, "file", name);
    }
}

/* NULL: nothing is shown of it. */
static StoreTurn *
read_message (StoreWhole *whole, JsonObject *message, const char *model)
{
  JsonArray *content = text_json_array (message, "content");
  const char *sender = text_json_string (message, "sender");
  int role = store_import_role (sender);
  StoreTurn *turn;

  store_import_notes_add_members (whole->notes, message, message_members);
  if (role < 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, sender, 1);
      return NULL;
    }
  turn = store_turn_new (whole, role, store_json_time (message, "created_at"), model);
  if (content && json_array_get_length (content))
    store_turn_add_content (turn, json_object_get_member (message, "content"));
  else
    store_turn_add_text (turn, text_json_string (message, "text"));
  add_files (turn, text_json_array (message, "attachments"));
  add_files (turn, text_json_array (message, "files"));
  return turn;
}

gboolean
store_read_claude (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  JsonArray *messages = text_json_array (object, "chat_messages");
  const char *id = text_json_string (object, "uuid"), *head = text_json_string (object, "current_leaf_message_uuid");
  const char *model = text_json_string (object, "model"), *last = NULL;

  whole->origin = id ? g_strconcat ("claude:", id, NULL) : NULL;
  store_whole_set_title (whole, text_json_string (object, "name"));
  whole->row->created_at = store_json_time (object, "created_at");
  whole->row->updated_at = store_json_time (object, "updated_at");
  store_import_notes_add_members (whole->notes, object, conversation_members);

  for (guint i = 0; i < json_array_get_length (messages); i++)
    {
      JsonObject *from = text_json_element (messages, i);
      const char *uuid = text_json_string (from, "uuid"), *parent = text_json_string (from, "parent_message_uuid");
      const char *own_model = text_json_string (from, "model");
      g_autofree char *made_id = uuid ? NULL : g_strdup_printf ("message %u", i);
      StoreTurn *turn;

      if (!from)
        {
          store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
          continue;
        }
      turn = read_message (whole, from, own_model ? own_model : model);
      if (!parent)
        parent = last;
      else if (g_str_equal (parent, NO_PARENT))
        parent = NULL;
      last = store_tree_add (tree, uuid ? uuid : made_id, parent, NULL, turn);
    }
  return store_tree_end (tree, head ? head : last, error);
}
