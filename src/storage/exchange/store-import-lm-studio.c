/* store-import-lm-studio.c: the chats of LM Studio
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file a chat: { "name", "createdAt": ms, "systemPrompt", "messages": [ { "currentlySelected": 0, "versions": [ VERSION … ] } ]
 * }.  A version is { "type": "singleStep", "role", "content": [ { "type": "text", "text" } ] } or { "type": "multiStep", "role",
 * "senderInfo": { "senderName" }, "steps": [ { "type": "contentBlock", "style": { "type": "thinking" }, "content" } ] }.  What
 * follows a message follows the selected version.
 */
#include "exchange/store-import-formats.h"

#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"

static const char *const chat_members[] = {
  "name",
  "pinned",
  "createdAt",
  "preset",
  "tokenCount",
  "userLastMessagedAt",
  "assistantLastMessagedAt",
  "systemPrompt",
  "messages",
  "usePerChatPredictionConfig",
  "perChatPredictionConfig",
  "lastUsedModel",
  "plugins",
  "pluginConfigs",
  "disabledPluginTools",
  "looseFiles",
  "userFilesSizeBytes",
  NULL,
};

/* Tags that the model wrote around a thought are "structural". */
static void
add_item (StoreTurn *turn, StoreWhole *whole, JsonObject *item, gboolean is_thought)
{
  const char *type = text_json_string (item, "type"), *text = text_json_string (item, "text");
  JsonNode *arguments = item ? json_object_get_member (item, "parameters") : NULL;

  if (store_json_boolean (item, "isStructural"))
    return;
  if (g_strcmp0 (type, "text") == 0)
    (is_thought ? store_turn_add_thought : store_turn_add_text) (turn, text);
  else if (g_strcmp0 (type, "file") == 0)
    store_turn_add_medium (turn, g_strcmp0 (text_json_string (item, "fileType"), "image") == 0 ? "image" : "file",
                           text_json_string (item, "name"));
  else if (g_strcmp0 (type, "toolCallRequest") == 0)
    {
      g_autofree char *json = arguments ? store_json_text (arguments) : NULL;

      store_turn_add_call (turn, text_json_string (item, "name"), json);
    }
  else if (g_strcmp0 (type, "toolCallResult") == 0)
    store_turn_add_result (turn, text_json_string (item, "content"));
  else
    store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, type, 1);
}

static void
add_content (StoreTurn *turn, StoreWhole *whole, JsonArray *content, gboolean is_thought)
{
  for (guint i = 0; content && i < json_array_get_length (content); i++)
    add_item (turn, whole, text_json_element (content, i), is_thought);
}

static void
add_steps (StoreTurn *turn, StoreWhole *whole, JsonArray *steps)
{
  for (guint i = 0; steps && i < json_array_get_length (steps); i++)
    {
      JsonObject *step = text_json_element (steps, i);
      const char *type = text_json_string (step, "type");
      const char *style = text_json_string (text_json_object (step, "style"), "type");

      if (g_strcmp0 (type, "contentBlock") == 0)
        add_content (turn, whole, text_json_array (step, "content"), g_strcmp0 (style, "thinking") == 0);
      else if (g_strcmp0 (type, "debugInfoBlock") != 0 && g_strcmp0 (type, "toolStatus") != 0)
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, type, 1);
    }
}

/* NULL: nothing is shown of it. */
static StoreTurn *
read_version (StoreWhole *whole, JsonObject *version)
{
  static const char *const members[] = { "type", "role", "content", "steps", "senderInfo", "preprocessed", NULL };
  const char *name = text_json_string (version, "role");
  int role = store_import_role (name);
  StoreTurn *turn;

  if (!version || role < 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
      return NULL;
    }
  store_import_notes_add_members (whole->notes, version, members);
  turn = store_turn_new (whole, role, 0, text_json_string (text_json_object (version, "senderInfo"), "senderName"));
  add_content (turn, whole, text_json_array (version, "content"), FALSE);
  add_steps (turn, whole, text_json_array (version, "steps"));
  return turn;
}

/* Newer versions keep it among the settings of the chat. */
static const char *
find_system (JsonObject *object)
{
  JsonArray *fields = text_json_array (text_json_object (object, "perChatPredictionConfig"), "fields");
  const char *system = text_json_string (object, "systemPrompt");

  for (guint i = 0; (!system || !*system) && fields && i < json_array_get_length (fields); i++)
    {
      JsonObject *field = text_json_element (fields, i);

      if (g_strcmp0 (text_json_string (field, "key"), "llm.prediction.systemPrompt") == 0)
        system = text_json_string (field, "value");
    }
  return system;
}

gboolean
store_read_lm_studio (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  JsonArray *messages = text_json_array (object, "messages");
  const char *system = find_system (object);
  gint64 time = store_json_time (object, "createdAt");
  g_autofree char *parent = NULL;

  /* The file's name is the identity, which a copy loses: the time of its beginning is as good. */
  whole->origin = time ? g_strdup_printf ("lm-studio:%" G_GINT64_FORMAT, time) : NULL;
  store_whole_set_title (whole, text_json_string (object, "name"));
  whole->row->created_at = time;
  whole->row->updated_at = store_json_time (object, "userLastMessagedAt");
  whole->row->pinned = store_json_boolean (object, "pinned");
  store_import_notes_add_members (whole->notes, object, chat_members);
  if (system && *system)
    {
      StoreTurn *turn = store_turn_new (whole, STORE_ROLE_SYSTEM, 0, NULL);

      store_turn_add_text (turn, system);
      parent = g_strdup (store_tree_add (tree, "system", NULL, NULL, turn));
    }
  for (guint i = 0; i < json_array_get_length (messages); i++)
    {
      JsonObject *message = text_json_element (messages, i);
      JsonArray *versions = text_json_array (message, "versions");
      gint64 selected = store_json_int (message, "currentlySelected");
      g_autofree char *next = NULL;

      if (!versions)
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
      for (guint j = 0; versions && j < json_array_get_length (versions); j++)
        {
          g_autofree char *id = g_strdup_printf ("%u.%u", i, j);

          store_tree_add (tree, id, parent, NULL, read_version (whole, text_json_element (versions, j)));
          if (!next || j == selected)
            {
              g_free (next);
              next = g_steal_pointer (&id);
            }
        }
      if (next)
        {
          g_free (parent);
          parent = g_steal_pointer (&next);
        }
    }
  return store_tree_end (tree, parent, error);
}
