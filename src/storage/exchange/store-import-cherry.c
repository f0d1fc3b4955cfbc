/* store-import-cherry.c: the backup of Cherry Studio
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * data.json: { "version", "indexedDB": { "topics": [ { "id", "messages": [ { "id", "role", "createdAt": ISO 8601, "blocks": [ ids
 * ], "askId", "foldSelected", "model": { "name" } } ] } ], "message_blocks": [ { "id", "type": "main_text" | "thinking" …,
 * "content" } ] }, "localStorage": { "persist:cherry-studio": JSON in a string } }; before blocks, a message has "content".
 * Answers of several models to one question have its id as askId.  Names of topics are in localStorage, as JSON in the JSON.
 */
#include "exchange/store-import-formats.h"

#include <string.h>

#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"
#include "text/text-json.h"

static const char *const message_members[] = {
  "id",
  "role",
  "assistantId",
  "topicId",
  "createdAt",
  "updatedAt",
  "status",
  "blocks",
  "content",
  "askId",
  "foldSelected",
  "model",
  "modelId",
  "type",
  "usage",
  "metrics",
  "multiModelMessageStyle",
  "mentions",
  "traceId",
  "reasoning_content",
  NULL,
};

/* ---- Names of topics -------------------------------------------------------------------------------------------- */

/* JSON in a string; NULL: it is none.  Owned by the caller. */
static JsonNode *
parse (const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (!text || !text_json_is_tame (text, strlen (text)) || !json_parser_load_from_data (parser, text, -1, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

/* id → name. */
static GHashTable *
read_names (JsonObject *object)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  JsonObject *storage = text_json_object (object, "localStorage");
  g_autoptr (JsonNode) outer = parse (text_json_string (storage, "persist:cherry-studio"));
  JsonObject *slices = outer && JSON_NODE_HOLDS_OBJECT (outer) ? json_node_get_object (outer) : NULL;
  g_autoptr (JsonNode) inner = parse (text_json_string (slices, "assistants"));
  JsonObject *state = inner && JSON_NODE_HOLDS_OBJECT (inner) ? json_node_get_object (inner) : NULL;
  JsonArray *assistants = text_json_array (state, "assistants");

  for (guint i = 0; assistants && i < json_array_get_length (assistants); i++)
    {
      JsonArray *topics = text_json_array (text_json_element (assistants, i), "topics");

      for (guint j = 0; topics && j < json_array_get_length (topics); j++)
        {
          const char *id = text_json_string (text_json_element (topics, j), "id");
          const char *name = text_json_string (text_json_element (topics, j), "name");

          if (id && name)
            g_hash_table_replace (names, g_strdup (id), g_strdup (name));
        }
    }
  return names;
}

/* ---- Messages --------------------------------------------------------------------------------------------------- */

/* What was asked of the tool stands in the block only in newer versions, but always in what came back. */
static void
add_tool (StoreTurn *turn, JsonObject *block)
{
  JsonObject *raw = text_json_object (text_json_object (block, "metadata"), "rawMcpToolResponse");
  const char *name = text_json_string (block, "toolName");
  JsonNode *arguments = json_object_get_member (block, "arguments"), *result = json_object_get_member (block, "content");
  g_autofree char *json = NULL;

  if (!name)
    name = text_json_string (text_json_object (raw, "tool"), "name");
  if (!arguments && raw)
    arguments = json_object_get_member (raw, "arguments");
  if (!result && raw)
    result = json_object_get_member (raw, "response");
  json = arguments && !JSON_NODE_HOLDS_NULL (arguments) ? store_json_text (arguments) : NULL;
  store_turn_add_call (turn, name, json);
  if (result && !JSON_NODE_HOLDS_NULL (result))
    store_turn_add_result_content (turn, result);
}

static void
add_block (StoreTurn *turn, StoreWhole *whole, JsonObject *block)
{
  const char *type = text_json_string (block, "type"), *text = text_json_string (block, "content");

  if (g_strcmp0 (type, "main_text") == 0)
    store_turn_add_text (turn, text);
  else if (g_strcmp0 (type, "thinking") == 0)
    store_turn_add_thought (turn, text);
  else if (g_strcmp0 (type, "code") == 0)
    store_turn_add_code (turn, text_json_string (block, "language"), text);
  else if (g_strcmp0 (type, "tool") == 0)
    add_tool (turn, block);
  else if (g_strcmp0 (type, "image") == 0 || g_strcmp0 (type, "video") == 0 || g_strcmp0 (type, "file") == 0)
    store_turn_add_medium (turn, type, text_json_string (text_json_object (block, "file"), "origin_name"));
  else
    {
      store_turn_add_text (turn, text);
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, type, 1);
    }
}

static StoreTurn *
read_message (StoreWhole *whole, JsonObject *message, GHashTable *blocks)
{
  JsonObject *model = text_json_object (message, "model");
  JsonArray *ids = text_json_array (message, "blocks");
  const char *name = text_json_string (message, "role"), *model_name = text_json_string (model, "name");
  int role = store_import_role (name);
  StoreTurn *turn;

  store_import_notes_add_members (whole->notes, message, message_members);
  if (role < 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
      return NULL;
    }
  turn = store_turn_new (whole, role, store_json_time (message, "createdAt"),
                         model_name ? model_name : text_json_string (message, "modelId"));
  store_turn_add_thought (turn, text_json_string (message, "reasoning_content"));
  store_turn_add_content (turn, json_object_get_member (message, "content"));
  for (guint i = 0; ids && i < json_array_get_length (ids); i++)
    {
      const char *id = store_json_node_string (json_array_get_element (ids, i));
      JsonObject *block = id ? g_hash_table_lookup (blocks, id) : NULL;

      if (block)
        add_block (turn, whole, block);
      else
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
    }
  return turn;
}

/* Answers to one question are alternatives, and what follows follows the one that was chosen, else the last. */
static gboolean
read_topic (StoreWhole *whole, JsonObject *topic, GHashTable *blocks, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  JsonArray *messages = text_json_array (topic, "messages");
  const char *last = NULL, *above = NULL, *asked = NULL;
  gboolean is_chosen = FALSE;

  for (guint i = 0; messages && i < json_array_get_length (messages); i++)
    {
      JsonObject *message = text_json_element (messages, i);
      const char *ask = text_json_string (message, "askId");
      gboolean is_alternative = ask && asked && g_str_equal (ask, asked);
      g_autofree char *name = g_strdup_printf ("%u", i);
      const char *added;

      if (!message)
        {
          store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
          continue;
        }
      if (!is_alternative)
        {
          above = last;
          is_chosen = FALSE;
        }
      added = store_tree_add (tree, name, above, NULL, read_message (whole, message, blocks));
      if (!is_chosen)
        last = added;
      is_chosen |= store_json_boolean (message, "foldSelected");
      if (is_chosen && store_json_boolean (message, "foldSelected"))
        last = added;
      asked = ask;
    }
  return store_tree_end (tree, last, error);
}

void
store_read_cherry (GPtrArray *list, JsonObject *object)
{
  JsonObject *database = text_json_object (object, "indexedDB");
  JsonArray *topics = text_json_array (database, "topics"), *all = text_json_array (database, "message_blocks");
  g_autoptr (GHashTable) names = read_names (object);
  g_autoptr (GHashTable) blocks = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; all && i < json_array_get_length (all); i++)
    {
      JsonObject *block = text_json_element (all, i);
      const char *id = text_json_string (block, "id");

      if (id)
        g_hash_table_replace (blocks, (gpointer) id, block);
    }
  for (guint i = 0; topics && i < json_array_get_length (topics); i++)
    {
      JsonObject *topic = text_json_element (topics, i);
      const char *id = text_json_string (topic, "id");
      const char *name = id ? g_hash_table_lookup (names, id) : NULL;
      g_autoptr (GError) problem = NULL;
      StoreWhole *whole = store_whole_new ();

      whole->source = "Cherry Studio";
      whole->origin = id ? g_strconcat ("cherry-studio:", id, NULL) : NULL;
      store_whole_set_title (whole, name ? name : text_json_string (topic, "name"));
      if (!topic || !read_topic (whole, topic, blocks, &problem))
        whole->problem = g_strdup (problem ? problem->message : "A conversation in the file is not an object");
      g_ptr_array_add (list, whole);
    }
}
