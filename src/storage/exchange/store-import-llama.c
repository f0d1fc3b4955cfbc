/* store-import-llama.c: the chats of llama.cpp's web interface
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file { "conv": { "id", "name", "currNode", "lastModified": ms }, "messages": [ { "id", "parent", "children", "role", "type":
 * "root" | "text" …, "content", "timestamp": ms, "model", "reasoningContent", "toolCalls": JSON, "extra" } ] }, or a list of
 * them.  Newer ones are JSON Lines: a line { "type": "session", "id", "name", "currNode" }, then { "type": "message",
 * "message" } for each.
 */
#include "exchange/store-import-formats.h"

#include <string.h>

#include "exchange/store-import-calls.h"
#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"

static const char *const conversation_members[] = {
  "id",     "name", "currNode", "lastModified", "type", "harness", "version", "mcpServerOverrides", "forkedFromConversationId",
  "pinned", NULL
};
static const char *const message_members[] = {
  "id",    "convId",           "parent",   "children",  "role",       "type",  "content", "timestamp",
  "model", "reasoningContent", "thinking", "toolCalls", "toolCallId", "extra", "timings", NULL,
};

/* Texts that were given with a message, and what is not in the file. */
static void
add_extra (StoreTurn *turn, JsonArray *extra)
{
  for (guint i = 0; extra && i < json_array_get_length (extra); i++)
    {
      JsonObject *item = text_json_element (extra, i);
      const char *type = text_json_string (item, "type"), *name = text_json_string (item, "name");
      const char *text = text_json_string (item, "content");

      if (text)
        store_turn_add_file (turn, name, text);
      else if (type && g_ascii_strncasecmp (type, "image", 5) == 0)
        store_turn_add_medium (turn, "image", name);
      else if (type && g_ascii_strncasecmp (type, "audio", 5) == 0)
        store_turn_add_medium (turn, "voice", name);
      else
        store_turn_add_medium (turn, "file", name);
    }
}

static StoreTurn *
read_message (StoreWhole *whole, JsonObject *message)
{
  const char *name = text_json_string (message, "role"), *type = text_json_string (message, "type");
  int role = store_import_role (name);
  StoreTurn *turn;

  if (g_strcmp0 (type, "root") == 0)
    return NULL;
  store_import_notes_add_members (whole->notes, message, message_members);
  if (role < 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
      return NULL;
    }
  turn = store_turn_new (whole, role, store_json_time (message, "timestamp"), text_json_string (message, "model"));
  store_turn_add_thought (turn, text_json_string (message, "reasoningContent"));
  store_turn_add_thought (turn, text_json_string (message, "thinking"));
  store_turn_add_content (turn, json_object_get_member (message, "content"));
  add_extra (turn, text_json_array (message, "extra"));
  store_import_add_calls_text (turn, whole, text_json_string (message, "toolCalls"));
  return turn;
}

gboolean
store_read_llama (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  JsonObject *conversation = text_json_object (object, "conv");
  JsonArray *messages = text_json_array (object, "messages");
  const char *id = text_json_string (conversation, "id");
  JsonNode *head = json_object_get_member (conversation, "currNode");
  g_autofree char *head_id = store_json_id (head);

  whole->origin = id ? g_strconcat ("llama.cpp:", id, NULL) : NULL;
  store_whole_set_title (whole, text_json_string (conversation, "name"));
  whole->row->updated_at = store_json_time (conversation, "lastModified");
  whole->row->pinned = store_json_boolean (conversation, "pinned");
  store_import_notes_add_members (whole->notes, conversation, conversation_members);

  for (guint i = 0; i < json_array_get_length (messages); i++)
    {
      JsonObject *from = text_json_element (messages, i);
      g_autofree char *own = from ? store_json_id (json_object_get_member (from, "id")) : NULL;
      g_autofree char *parent = from ? store_json_id (json_object_get_member (from, "parent")) : NULL;

      if (!from)
        {
          store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
          continue;
        }
      if (parent && (g_str_equal (parent, "root") || g_str_equal (parent, "-1")))
        g_clear_pointer (&parent, g_free);
      store_tree_add (tree, own, parent, text_json_array (from, "children"), read_message (whole, from));
    }
  return store_tree_end (tree, head_id, error);
}
