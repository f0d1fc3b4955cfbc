/* store-import-deepseek.c: conversations.json of DeepSeek's data export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tree like ChatGPT's, but "message" is { "model", "inserted_at": ISO 8601, "fragments": [ { "type": "REQUEST" | "THINK" |
 * "RESPONSE", "content" } ] }; before fragments, { "content", "reasoning_content" }, and who speaks follows from the place.
 */
#include "exchange/store-import-formats.h"

#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"

static const char *const conversation_members[] = { "id", "title", "inserted_at", "updated_at", "mapping", NULL };
static const char *const message_members[] = {
  "files", "model", "inserted_at", "fragments", "content", "reasoning_content", "message_id", "role", "status", NULL
};

static void
add_files (StoreTurn *turn, JsonObject *message)
{
  JsonArray *files = text_json_array (message, "files");

  for (guint i = 0; files && i < json_array_get_length (files); i++)
    {
      JsonObject *file = text_json_element (files, i);
      const char *name = text_json_string (file, "file_name"), *text = text_json_string (file, "content");

      if (text && *text)
        store_turn_add_file (turn, name, text);
      else
        store_turn_add_medium (turn, "file", name);
    }
}

static void
add_fragments (StoreTurn *turn, StoreWhole *whole, JsonArray *fragments)
{
  for (guint i = 0; i < json_array_get_length (fragments); i++)
    {
      JsonObject *fragment = text_json_element (fragments, i);
      const char *type = text_json_string (fragment, "type"), *text = text_json_string (fragment, "content");

      if (g_strcmp0 (type, "THINK") == 0)
        store_turn_add_thought (turn, text);
      else if (g_strcmp0 (type, "REQUEST") == 0 || g_strcmp0 (type, "RESPONSE") == 0
               || g_strcmp0 (type, "TEMPLATE_RESPONSE") == 0)
        store_turn_add_text (turn, text);
      else
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, type, 1);
    }
}

static gboolean
has_request (JsonArray *fragments)
{
  for (guint i = 0; i < json_array_get_length (fragments); i++)
    if (g_strcmp0 (text_json_string (text_json_element (fragments, i), "type"), "REQUEST") == 0)
      return TRUE;
  return FALSE;
}

/* How many messages stand above a node: even for questions. */
static guint
count_above (JsonObject *mapping, JsonObject *entry)
{
  guint n = 0;

  for (guint steps = 0; entry && steps < json_object_get_size (mapping); steps++)
    {
      const char *parent = text_json_string (entry, "parent");

      entry = parent ? text_json_object (mapping, parent) : NULL;
      n += text_json_object (entry, "message") != NULL;
    }
  return n;
}

static StoreTurn *
read_message (StoreWhole *whole, JsonObject *mapping, JsonObject *entry, JsonObject *message)
{
  JsonArray *fragments = text_json_array (message, "fragments");
  int role = store_import_role (text_json_string (message, "role"));
  StoreTurn *turn;

  if (fragments)
    role = has_request (fragments) ? STORE_ROLE_USER : STORE_ROLE_ASSISTANT;
  else if (role < 0)
    role = count_above (mapping, entry) % 2 ? STORE_ROLE_ASSISTANT : STORE_ROLE_USER;
  turn = store_turn_new (whole, role, store_json_time (message, "inserted_at"), text_json_string (message, "model"));
  add_files (turn, message);
  if (fragments)
    add_fragments (turn, whole, fragments);
  store_turn_add_thought (turn, text_json_string (message, "reasoning_content"));
  store_turn_add_text (turn, text_json_string (message, "content"));
  store_import_notes_add_members (whole->notes, message, message_members);
  return turn;
}

gboolean
store_read_deepseek (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  JsonObject *mapping = text_json_object (object, "mapping");
  const char *id = text_json_string (object, "id"), *node_id;
  JsonObjectIter iter;
  JsonNode *node;

  whole->origin = id ? g_strconcat ("deepseek:", id, NULL) : NULL;
  store_whole_set_title (whole, text_json_string (object, "title"));
  whole->row->created_at = store_json_time (object, "inserted_at");
  whole->row->updated_at = store_json_time (object, "updated_at");
  store_import_notes_add_members (whole->notes, object, conversation_members);

  json_object_iter_init_ordered (&iter, mapping);
  while (json_object_iter_next_ordered (&iter, &node_id, &node))
    {
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonObject *message = text_json_object (entry, "message");

      if (!entry)
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
      store_tree_add (tree, node_id, text_json_string (entry, "parent"), text_json_array (entry, "children"),
                      message ? read_message (whole, mapping, entry, message) : NULL);
    }
  return store_tree_end (tree, text_json_string (object, "current_node"), error);
}
