/* store-import-text-generation.c: the chats of text-generation-webui
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * { "internal": [ [ question, answer ], … ], "visible": the same as HTML, "metadata": { "assistant_0": { "versions": [ {
 * "content" } ], "current_version_index" } } }; older ones name the two "data" and "data_visible".  Where the character speaks
 * first, the question is "<|BEGIN-VISIBLE-CHAT|>".
 */
#include "exchange/store-import-formats.h"

#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"

#define BEGIN "<|BEGIN-VISIBLE-CHAT|>"

static const char *
add (StoreTree *tree, StoreWhole *whole, StoreRole role, const char *text, const char *parent)
{
  g_autofree char *id = g_strdup_printf ("%p", (gconstpointer) text); /* each string of the file has a place of its own */
  StoreTurn *turn = store_turn_new (whole, role, 0, NULL);

  store_turn_add_text (turn, text);
  return store_tree_add (tree, id, parent, NULL, turn);
}

/* The answer and its other versions; returns the one that is shown. */
static const char *
add_answers (StoreTree *tree, StoreWhole *whole, JsonObject *metadata, guint i, const char *text, const char *parent)
{
  g_autofree char *name = g_strdup_printf ("assistant_%u", i);
  JsonObject *about = store_json_object (metadata, name);
  JsonArray *versions = store_json_array (about, "versions");
  gint64 selected = store_json_int (about, "current_version_index");
  const char *shown = NULL;

  for (guint j = 0; versions && j < json_array_get_length (versions); j++)
    {
      const char *content = store_json_string (store_json_element (versions, j), "content");

      if (j == selected)
        shown = add (tree, whole, STORE_ROLE_ASSISTANT, text, parent);
      else if (content && *content)
        add (tree, whole, STORE_ROLE_ASSISTANT, content, parent);
    }
  return shown ? shown : add (tree, whole, STORE_ROLE_ASSISTANT, text, parent);
}

gboolean
store_read_text_generation (StoreWhole *whole, JsonObject *object, GError **error)
{
  static const char *const members[] = { "internal", "visible", "data", "data_visible", "metadata", NULL };
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  JsonArray *internal = store_json_array (object, "internal");
  JsonArray *pairs = internal ? internal : store_json_array (object, "data");
  const char *last = NULL;

  store_import_notes_add_members (whole->notes, object, members);
  for (guint i = 0; i < json_array_get_length (pairs); i++)
    {
      JsonNode *node = json_array_get_element (pairs, i);
      JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      gboolean is_pair = pair && json_array_get_length (pair) == 2;
      const char *question = is_pair ? store_json_node_string (json_array_get_element (pair, 0)) : NULL;
      const char *answer = is_pair ? store_json_node_string (json_array_get_element (pair, 1)) : NULL;

      if (!question || !answer)
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
      if (question && *question && !g_str_equal (question, BEGIN))
        last = add (tree, whole, STORE_ROLE_USER, question, last);
      if (answer && *answer)
        last = add_answers (tree, whole, store_json_object (object, "metadata"), i, answer, last);
    }
  return store_tree_end (tree, last, error);
}
