/* store-import-text-generation.c: the chats of text-generation-webui
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * { "internal": [ [ question, answer ], … ], "visible": the same as HTML, "metadata": { "assistant_0": { "timestamp": "Jan 02, 2026
 * 10:00", "model_name", "versions": [ { "content", "timestamp" } ], "current_version_index" }, "user_0": { "timestamp",
 * "attachments": [ { "name", "type", "content" } ] } } }; older ones name the two "data" and "data_visible".  A third text of a pair
 * is what a tool gave.  Where the character speaks first, the question is "<|BEGIN-VISIBLE-CHAT|>".
 */
#include "exchange/store-import-formats.h"

#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"

#define BEGIN "<|BEGIN-VISIBLE-CHAT|>"

static void
add_attachments (StoreTurn *turn, JsonArray *attachments)
{
  for (guint i = 0; attachments && i < json_array_get_length (attachments); i++)
    {
      JsonObject *file = text_json_element (attachments, i);
      const char *name = text_json_string (file, "name"), *type = text_json_string (file, "type");
      const char *text = text_json_string (file, "content");

      if (text && *text)
        store_turn_add_file (turn, name, text);
      else
        store_turn_add_medium (turn, type && g_str_has_prefix (type, "image/") ? "image" : "file", name);
    }
}

/* about: what is known of the text, or NULL. */
static const char *
add (StoreTree *tree, StoreWhole *whole, StoreRole role, const char *text, JsonObject *about, const char *parent)
{
  g_autofree char *id = g_strdup_printf ("%p", (gconstpointer) text); /* each string of the file has a place of its own */
  StoreTurn *turn = store_turn_new (whole, role, store_json_time (about, "timestamp"), text_json_string (about, "model_name"));

  store_turn_add_text (turn, text);
  add_attachments (turn, text_json_array (about, "attachments"));
  return store_tree_add (tree, id, parent, NULL, turn);
}

/* A text and its other versions; returns the one that is shown. */
static const char *
add_versions (StoreTree *tree, StoreWhole *whole, StoreRole role, const char *text, JsonObject *about, const char *parent)
{
  JsonArray *versions = text_json_array (about, "versions");
  gint64 selected = store_json_int (about, "current_version_index");
  const char *shown = NULL;

  for (guint i = 0; versions && i < json_array_get_length (versions); i++)
    {
      JsonObject *version = text_json_element (versions, i);
      const char *content = text_json_string (version, "content");

      if (i == selected)
        shown = add (tree, whole, role, text, about, parent);
      else if (content && *content)
        add (tree, whole, role, content, version, parent);
    }
  return shown ? shown : add (tree, whole, role, text, about, parent);
}

static JsonObject *
get_about (JsonObject *metadata, const char *who, guint i)
{
  g_autofree char *name = g_strdup_printf ("%s_%u", who, i);

  return text_json_object (metadata, name);
}

static const char *
get_text (StoreWhole *whole, JsonArray *pair, guint i)
{
  JsonNode *node = pair && i < json_array_get_length (pair) ? json_array_get_element (pair, i) : NULL;
  const char *text = store_json_node_string (node);

  if (!text && (node || i < 2))
    store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
  return text && *text ? text : NULL;
}

gboolean
store_read_text_generation (StoreWhole *whole, JsonObject *object, GError **error)
{
  static const char *const members[] = { "internal", "visible", "data", "data_visible", "metadata", NULL };
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  JsonArray *internal = text_json_array (object, "internal");
  JsonArray *pairs = internal ? internal : text_json_array (object, "data");
  JsonObject *metadata = text_json_object (object, "metadata");
  const char *last = NULL;

  store_import_notes_add_members (whole->notes, object, members);
  for (guint i = 0; i < json_array_get_length (pairs); i++)
    {
      JsonNode *node = json_array_get_element (pairs, i);
      JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      const char *question, *answer, *result;

      if (!pair)
        {
          store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
          continue;
        }
      question = get_text (whole, pair, 0);
      answer = get_text (whole, pair, 1);
      result = get_text (whole, pair, 2);
      if (question && !g_str_equal (question, BEGIN))
        last = add_versions (tree, whole, STORE_ROLE_USER, question, get_about (metadata, "user", i), last);
      if (answer)
        last = add_versions (tree, whole, STORE_ROLE_ASSISTANT, answer, get_about (metadata, "assistant", i), last);
      if (result)
        last = add (tree, whole, STORE_ROLE_OBSERVATION, result, NULL, last);
    }
  return store_tree_end (tree, last, error);
}
