/* store-import-open-webui.c: the chats of Open WebUI
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * [ { "id", "title", "created_at": seconds, "updated_at", "archived", "pinned", "chat": { "title", "history": { "currentId",
 * "messages": { ID: { "id", "parentId", "childrenIds", "role", "content", "timestamp": seconds, "model", "files" } } },
 * "messages": the branch shown } } ].  A thought is in the content, as <details type="reasoning"> with quoted lines.
 */
#include "exchange/store-import-formats.h"

#include <string.h>

#include "exchange/store-import-calls.h"
#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"

#define DETAILS     "<details type=\"reasoning\""
#define DETAILS_END "</details>"
#define SUMMARY_END "</summary>"

static const char *const message_members[] = {
  "id",        "parentId",   "childrenIds", "role",  "content",      "timestamp", "model", "modelName",     "models",
  "modelIdx",  "files",      "userContext", "done",  "lastSentence", "info",      "usage", "statusHistory", "originalContent",
  "followUps", "annotation", "feedbackId",  "error", "tool_calls",   "output",    NULL,
};

/* Quoted lines, which newer versions escape. */
static char *
unquote (const char *start, const char *end)
{
  g_autofree char *quoted = g_strndup (start, end - start);
  g_auto (GStrv) lines = NULL;
  GString *plain = g_string_new (NULL);

  if (strstr (quoted, "&gt;"))
    {
      static const char *const entities[][2] = { { "&lt;", "<" },   { "&gt;", ">" },  { "&quot;", "\"" },
                                                 { "&#x27;", "'" }, { "&#39;", "'" }, { "&amp;", "&" } };
      g_autoptr (GString) text = g_string_new (quoted);

      for (gsize i = 0; i < G_N_ELEMENTS (entities); i++)
        g_string_replace (text, entities[i][0], entities[i][1], 0);
      g_free (quoted);
      quoted = g_strdup (text->str);
    }
  lines = g_strsplit (g_strstrip (quoted), "\n", -1);
  for (guint i = 0; lines[i]; i++)
    g_string_append_printf (plain, "%s%s", i ? "\n" : "",
                            lines[i] + (g_str_has_prefix (lines[i], "> ") ? 2 : *lines[i] == '>'));
  return g_string_free (plain, FALSE);
}

static void
add_text (StoreTurn *turn, const char *text)
{
  const char *start = g_str_has_prefix (text, DETAILS) ? strstr (text, SUMMARY_END) : NULL;
  const char *end = start ? strstr (start, DETAILS_END) : NULL;

  if (end)
    {
      g_autofree char *thought = unquote (start + strlen (SUMMARY_END), end);

      store_turn_add_thought (turn, thought);
      text = end + strlen (DETAILS_END);
      text += strspn (text, "\r\n");
    }
  store_turn_add_text (turn, text);
}

static void
add_files (StoreTurn *turn, JsonArray *files)
{
  for (guint i = 0; files && i < json_array_get_length (files); i++)
    {
      JsonObject *item = store_json_element (files, i);
      JsonObject *file = store_json_object (item, "file");
      const char *name = store_json_string (item, "name");
      const char *text = store_json_string (store_json_object (file, "data"), "content");

      if (text)
        store_turn_add_file (turn, name ? name : store_json_string (file, "filename"), text);
      else
        store_turn_add_medium (turn, g_strcmp0 (store_json_string (item, "type"), "image") == 0 ? "image" : "file", name);
    }
}

static StoreTurn *
read_message (StoreWhole *whole, JsonObject *message)
{
  const char *name = store_json_string (message, "role"), *text = store_json_string (message, "content");
  int role = store_import_role (name);
  StoreTurn *turn;

  store_import_notes_add_members (whole->notes, message, message_members);
  if (role < 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
      return NULL;
    }
  turn = store_turn_new (whole, role, store_json_time (message, "timestamp"), store_json_string (message, "model"));
  if (text)
    add_text (turn, text);
  else
    store_turn_add_content (turn, json_object_get_member (message, "content"));
  add_files (turn, store_json_array (message, "files"));
  store_import_add_calls (turn, whole, store_json_array (message, "tool_calls"));
  return turn;
}

static void
add_history (StoreTree *tree, StoreWhole *whole, JsonObject *messages)
{
  JsonObjectIter iter;
  const char *id;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, messages);
  while (json_object_iter_next_ordered (&iter, &id, &node))
    {
      JsonObject *message = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (message)
        store_tree_add (tree, id, store_json_string (message, "parentId"), store_json_array (message, "childrenIds"),
                        read_message (whole, message));
      else
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
    }
}

gboolean
store_read_open_webui (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  JsonObject *inner = store_json_object (object, "chat"), *chat = inner ? inner : object;
  JsonObject *history = store_json_object (chat, "history"), *messages = store_json_object (history, "messages");
  JsonArray *list = messages ? NULL : store_json_array (chat, "messages");
  const char *id = store_json_string (object, "id"), *title = store_json_string (object, "title"), *last = NULL;

  whole->origin = id ? g_strconcat ("open-webui:", id, NULL) : NULL;
  store_whole_set_title (whole, title ? title : store_json_string (chat, "title"));
  whole->row->created_at = store_json_time (object, "created_at");
  whole->row->updated_at = store_json_time (object, "updated_at");
  whole->row->archived = store_json_boolean (object, "archived");
  whole->row->pinned = store_json_boolean (object, "pinned");

  if (messages)
    add_history (tree, whole, messages);
  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *message = store_json_element (list, i);
      g_autofree char *name = g_strdup_printf ("%u", i);

      if (message)
        last = store_tree_add (tree, name, last, NULL, read_message (whole, message));
      else
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
    }
  return store_tree_end (tree, messages ? store_json_string (history, "currentId") : last, error);
}
