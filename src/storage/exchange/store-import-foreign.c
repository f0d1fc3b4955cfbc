/* store-import-foreign.c: the JSON of ChatGPT, Claude, ShareGPT and the ChatGLM demos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ChatGPT (conversations.json of a data export): a tree.  "mapping" has a node for each message: { "parent", "children",
 * "message": { "author": { "role" }, "create_time": seconds, "content": { "content_type", "parts" } } }; "current_node" is
 * the leaf shown.  Nodes without a visible message are left out and their children move up.
 *
 * Claude (conversations.json): "chat_messages", each { "sender": "human" | "assistant", "text", "content": [ { "type": "text",
 * "text" } ], "created_at": ISO 8601, "attachments": [ { "file_name", "extracted_content" } ] }.
 *
 * ShareGPT: [ { "from": "human" | "gpt" | "system", "value" } ]; the same with "role" and "content".
 *
 * ChatGLM demos: [ [ question, answer ], … ], and since ChatGLM3 [ { "role", "content" }, … ].
 */
#include "exchange/store-import-foreign.h"

#include <string.h>

#include "exchange/store-json-member.h"

/* ---- Turns ------------------------------------------------------------------------------------------------------ */

int
store_import_role (const char *name)
{
  /* clang-format off */
  static const struct { const char *name; StoreRole role; } names[] = {
    { "user", STORE_ROLE_USER }, { "human", STORE_ROLE_USER }, { "assistant", STORE_ROLE_ASSISTANT },
    { "gpt", STORE_ROLE_ASSISTANT }, { "chatgpt", STORE_ROLE_ASSISTANT }, { "bot", STORE_ROLE_ASSISTANT },
    { "model", STORE_ROLE_ASSISTANT }, { "system", STORE_ROLE_SYSTEM }, { "tool", STORE_ROLE_OBSERVATION },
    { "observation", STORE_ROLE_OBSERVATION }, { "function", STORE_ROLE_OBSERVATION },
  };
  /* clang-format on */

  for (gsize i = 0; name && i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i].name) == 0)
      return names[i].role;
  return -1;
}

gboolean
store_read_turn (StoreWhole *whole, JsonObject *turn, GError **error)
{
  const char *name = store_json_string (turn, "from");
  const char *text = store_json_string (turn, "value");
  int role;

  if (!name)
    {
      name = store_json_string (turn, "role");
      text = store_json_string (turn, "content");
    }
  role = store_import_role (name);
  if (role < 0 || !text)
    return store_import_invalid (error, "A message in the file has no known role or no text");
  return store_whole_add_last (whole, role, text, error) != NULL;
}

gboolean
store_read_pair (StoreWhole *whole, JsonArray *pair, GError **error)
{
  for (guint i = 0; i < 2; i++)
    {
      JsonNode *node = json_array_get_element (pair, i);
      gboolean is_text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;

      /* The web demo keeps null where there is no answer yet. */
      if (JSON_NODE_HOLDS_NULL (node))
        continue;
      if (!is_text)
        return store_import_invalid (error, "A question or an answer in the file is not text");
      if (!store_whole_add_last (whole, i == 0 ? STORE_ROLE_USER : STORE_ROLE_ASSISTANT, json_node_get_string (node), error))
        return FALSE;
    }
  return TRUE;
}

gboolean
store_read_turns (StoreWhole *whole, JsonArray *turns, GError **error)
{
  for (guint i = 0; i < json_array_get_length (turns); i++)
    {
      JsonNode *node = json_array_get_element (turns, i);
      gboolean success = FALSE;

      if (JSON_NODE_HOLDS_OBJECT (node))
        success = store_read_turn (whole, json_node_get_object (node), error);
      else if (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) == 2)
        success = store_read_pair (whole, json_node_get_array (node), error);
      else
        store_import_invalid (error, "A message in the file is of no known kind");
      if (!success)
        return FALSE;
    }
  return TRUE;
}

/* ---- ChatGPT ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  StoreWhole *whole;
  JsonObject *mapping;
  GHashTable *places; /* node id (owned by the JSON) → id of its message, or of the one above it; 0: top */
  GPtrArray *stack;   /* node ids to visit, the next one last */
} Tree;

static void
append_part (GString *text, JsonNode *part)
{
  const char *found = NULL;

  if (JSON_NODE_HOLDS_VALUE (part) && json_node_get_value_type (part) == G_TYPE_STRING)
    found = json_node_get_string (part);
  else if (JSON_NODE_HOLDS_OBJECT (part))
    {
      found = store_json_string (json_node_get_object (part), "text");
      if (!found && store_json_string (json_node_get_object (part), "asset_pointer"))
        found = "[image]";
    }
  if (found && *found)
    g_string_append_printf (text, "%s%s", text->len ? "\n" : "", found);
}

/* NULL: nothing that was shown in the conversation. */
static char *
chatgpt_text (JsonObject *message)
{
  static const char *const shown[] = { "text", "multimodal_text", "code", "execution_output", NULL };
  JsonObject *content = store_json_object (message, "content");
  JsonObject *metadata = store_json_object (message, "metadata");
  JsonArray *parts = content ? store_json_array (content, "parts") : NULL;
  const char *type = content ? store_json_string (content, "content_type") : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!type || !g_strv_contains (shown, type)
      || (metadata && store_json_boolean (metadata, "is_visually_hidden_from_conversation")))
    return NULL;
  for (guint i = 0; parts && i < json_array_get_length (parts); i++)
    append_part (text, json_array_get_element (parts, i));
  if (!parts && store_json_string (content, "text"))
    g_string_append (text, store_json_string (content, "text"));
  return text->len ? g_strdup (text->str) : NULL;
}

static gboolean
add_node (Tree *tree, JsonObject *node, gint64 parent, gint64 *ret_place, GError **error)
{
  JsonObject *message = store_json_object (node, "message");
  JsonObject *author = message ? store_json_object (message, "author") : NULL;
  JsonObject *metadata = message ? store_json_object (message, "metadata") : NULL;
  int role = author ? store_import_role (store_json_string (author, "role")) : -1;
  g_autofree char *text = role >= 0 ? chatgpt_text (message) : NULL;
  StoreMessage *added;

  *ret_place = parent;
  if (!text)
    return TRUE;
  added = store_whole_add (tree->whole, parent, role, text, error);
  if (!added)
    return FALSE;
  added->created_at = store_json_double (message, "create_time") * 1000;
  if (role == STORE_ROLE_ASSISTANT && metadata)
    added->model = g_strdup (store_json_string (metadata, "model_slug"));
  *ret_place = added->id;
  return TRUE;
}

static void
push_children (Tree *tree, JsonObject *node)
{
  JsonArray *children = store_json_array (node, "children");

  for (guint i = children ? json_array_get_length (children) : 0; i > 0; i--)
    {
      JsonNode *child = json_array_get_element (children, i - 1);

      if (JSON_NODE_HOLDS_VALUE (child) && json_node_get_value_type (child) == G_TYPE_STRING)
        g_ptr_array_add (tree->stack, (gpointer) json_node_get_string (child));
    }
}

/* Depth first, so that parents come before their children and alternatives keep their order. */
static gboolean
walk (Tree *tree, GError **error)
{
  while (tree->stack->len > 0)
    {
      const char *id = g_ptr_array_steal_index (tree->stack, tree->stack->len - 1);
      JsonObject *node = store_json_object (tree->mapping, id);
      const char *parent = node ? store_json_string (node, "parent") : NULL;
      gint64 above = parent ? GPOINTER_TO_SIZE (g_hash_table_lookup (tree->places, parent)) : 0;
      gint64 place;

      if (!node || g_hash_table_contains (tree->places, id))
        continue;
      if (!add_node (tree, node, above, &place, error))
        return FALSE;
      g_hash_table_insert (tree->places, (gpointer) id, GSIZE_TO_POINTER (place));
      push_children (tree, node);
    }
  return TRUE;
}

static void
push_roots (Tree *tree)
{
  JsonObjectIter iter;
  const char *id;
  JsonNode *node;

  json_object_iter_init (&iter, tree->mapping);
  while (json_object_iter_next (&iter, &id, &node))
    {
      const char *parent = JSON_NODE_HOLDS_OBJECT (node) ? store_json_string (json_node_get_object (node), "parent") : NULL;

      if (!parent || !json_object_has_member (tree->mapping, parent))
        g_ptr_array_add (tree->stack, (gpointer) id);
    }
}

static void
set_title (StoreWhole *whole, const char *title)
{
  g_free (whole->row->title);
  whole->row->title = g_strdup (title ? title : "");
}

gboolean
store_read_chatgpt (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  Tree tree = { whole, store_json_object (object, "mapping"), places, stack };
  const char *id = store_json_string (object, "conversation_id");
  const char *current = store_json_string (object, "current_node");

  if (!id)
    id = store_json_string (object, "id");
  if (!id)
    return store_import_invalid (error, "A conversation in the file has no identity");
  whole->origin = g_strconcat ("chatgpt:", id, NULL);
  set_title (whole, store_json_string (object, "title"));
  whole->row->created_at = store_json_double (object, "create_time") * 1000;
  whole->row->updated_at = store_json_double (object, "update_time") * 1000;
  whole->row->archived = store_json_boolean (object, "is_archived");

  push_roots (&tree);
  if (!walk (&tree, error))
    return FALSE;
  whole->row->head_id = current ? GPOINTER_TO_SIZE (g_hash_table_lookup (places, current)) : 0;
  if (!whole->row->head_id && whole->messages->len > 0)
    whole->row->head_id = ((StoreMessage *) whole->messages->pdata[whole->messages->len - 1])->id;
  return TRUE;
}

/* ---- Claude ----------------------------------------------------------------------------------------------------- */

static gint64
parse_time (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return time ? g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000 : 0;
}

static char *
claude_text (JsonObject *message)
{
  const char *text = store_json_string (message, "text");
  JsonArray *content = store_json_array (message, "content");
  g_autoptr (GString) joined = g_string_new (NULL);

  if (text && *text)
    return g_strdup (text);
  for (guint i = 0; content && i < json_array_get_length (content); i++)
    {
      JsonNode *node = json_array_get_element (content, i);
      JsonObject *part = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (g_strcmp0 (store_json_string (part, "type"), "text") == 0)
        append_part (joined, node);
    }
  return g_strdup (joined->str);
}

/* [ { "name", "text" } ] as we keep it; NULL: none. */
static char *
claude_attachments (JsonObject *message)
{
  JsonArray *list = store_json_array (message, "attachments");
  g_autoptr (JsonArray) kept = json_array_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      JsonObject *from = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = store_json_string (from, "file_name");
      const char *text = store_json_string (from, "extracted_content");
      JsonObject *to;

      if (!text)
        continue;
      to = json_object_new ();
      json_object_set_string_member (to, "name", name ? name : "");
      json_object_set_string_member (to, "text", text);
      json_array_add_object_element (kept, to);
    }
  json_node_set_array (root, kept);
  return json_array_get_length (kept) ? json_to_string (root, FALSE) : NULL;
}

gboolean
store_read_claude (StoreWhole *whole, JsonObject *object, GError **error)
{
  JsonArray *messages = store_json_array (object, "chat_messages");
  const char *id = store_json_string (object, "uuid");

  if (!id)
    return store_import_invalid (error, "A conversation in the file has no identity");
  whole->origin = g_strconcat ("claude:", id, NULL);
  set_title (whole, store_json_string (object, "name"));
  whole->row->created_at = parse_time (store_json_string (object, "created_at"));
  whole->row->updated_at = parse_time (store_json_string (object, "updated_at"));

  for (guint i = 0; i < json_array_get_length (messages); i++)
    {
      JsonNode *node = json_array_get_element (messages, i);
      JsonObject *from = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      int role = store_import_role (store_json_string (from, "sender"));
      g_autofree char *text = role >= 0 ? claude_text (from) : NULL;
      StoreMessage *added;

      if (role < 0)
        return store_import_invalid (error, "A message in the file has no known sender");
      added = store_whole_add_last (whole, role, text, error);
      if (!added)
        return FALSE;
      added->created_at = parse_time (store_json_string (from, "created_at"));
      added->attachments = claude_attachments (from);
    }
  return TRUE;
}
