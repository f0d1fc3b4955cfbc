/* store-import-chatgpt.c: conversations.json of ChatGPT's data export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tree.  "mapping" has a node for each message: { "parent", "children", "message": { "author": { "role" }, "create_time":
 * seconds, "content": { "content_type", "parts" }, "metadata" } }; "current_node" is the leaf shown.
 *
 * In a text, what is between U+E200 and U+E201 stands for a citation, which metadata.content_references has by "matched_text".
 */
#include "exchange/store-import-formats.h"

#include <string.h>

#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"

#define MARK_BEGIN "\356\210\200"
#define MARK_END   "\356\210\201"

static const char *const conversation_members[] = {
  "title",
  "mapping",
  "current_node",
  "conversation_id",
  "id",
  "create_time",
  "update_time",
  "is_archived",
  "is_starred",
  "default_model_slug",
  "plugin_ids",
  "conversation_template_id",
  "gizmo_id",
  "gizmo_type",
  "safe_urls",
  "blocked_urls",
  "disabled_tool_ids",
  "moderation_results",
  "conversation_origin",
  "voice",
  "async_status",
  "memory_scope",
  "context_scopes",
  "sugar_item_id",
  "owner",
  "workspace_id",
  NULL,
};
static const char *const node_members[] = { "id", "message", "parent", "children", NULL };
static const char *const message_members[] = {
  "id",       "author", "create_time", "update_time", "content", "status",
  "end_turn", "weight", "metadata",    "recipient",   "channel", NULL,
};
static const char *const content_members[] = {
  "content_type",
  "parts",
  "text",
  "language",
  "response_format_name",
  "thoughts",
  "source_analysis_msg_id",
  "result",
  "summary",
  "url",
  "domain",
  "title",
  "name",
  "tether_id",
  NULL,
};

/* ---- Citations -------------------------------------------------------------------------------------------------- */

/* What to write for a citation; owned by the caller. */
static char *
describe_reference (JsonObject *reference)
{
  const char *alt = text_json_string (reference, "alt");
  JsonArray *items = text_json_array (reference, "items");
  GString *links = g_string_new (alt);

  for (guint i = 0; links->len == 0 && items && i < json_array_get_length (items); i++)
    {
      JsonObject *item = text_json_element (items, i);
      const char *url = text_json_string (item, "url"), *title = text_json_string (item, "title");

      if (url)
        g_string_append_printf (links, "%s[%s](%s)", links->len ? " " : "", title && *title ? title : url, url);
    }
  return g_string_free (links, FALSE);
}

/* Marks that no reference explains. */
static void
cut_marks (StoreWhole *whole, GString *text)
{
  const char *start, *end;

  while ((start = strstr (text->str, MARK_BEGIN)) && (end = strstr (start, MARK_END)))
    {
      g_string_erase (text, start - text->str, end + strlen (MARK_END) - start);
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, "citation", 1);
    }
}

static char *
cite (StoreWhole *whole, JsonObject *metadata, const char *raw)
{
  JsonArray *references = text_json_array (metadata, "content_references");
  GString *text = g_string_new (raw);

  for (guint i = 0; references && i < json_array_get_length (references); i++)
    {
      JsonObject *reference = text_json_element (references, i);
      const char *matched = text_json_string (reference, "matched_text");
      g_autofree char *shown = reference ? describe_reference (reference) : NULL;

      if (!matched || !matched[strspn (matched, " \t\r\n")] || !strstr (text->str, matched))
        continue;
      if (!*shown)
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, "citation", 1);
      g_string_replace (text, matched, shown, 0);
    }
  cut_marks (whole, text);
  return g_string_free (text, FALSE);
}

/* ---- Messages --------------------------------------------------------------------------------------------------- */

static void
add_object_part (StoreTurn *turn, StoreWhole *whole, JsonObject *part)
{
  /* clang-format off */
  static const struct { const char *type, *kind; } media[] = {
    { "image_asset_pointer", "image" }, { "audio_asset_pointer", "voice" }, { "video_container_asset_pointer", "video" },
    { "real_time_user_audio_video_asset_pointer", "voice" },
  };
  /* clang-format on */
  const char *type = text_json_string (part, "content_type"), *text = text_json_string (part, "text");

  for (gsize i = 0; i < G_N_ELEMENTS (media); i++)
    if (g_strcmp0 (type, media[i].type) == 0)
      {
        store_turn_add_medium (turn, media[i].kind, NULL);
        return;
      }
  if (!type && text_json_string (part, "asset_pointer"))
    {
      store_turn_add_medium (turn, "image", NULL);
      return;
    }
  store_turn_add_text (turn, text);
  if (!text || (type && !g_str_equal (type, "audio_transcription") && !g_str_equal (type, "text")))
    store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, type, 1);
}

static void
add_parts (StoreTurn *turn, StoreWhole *whole, JsonObject *content, JsonObject *metadata)
{
  JsonArray *parts = text_json_array (content, "parts");

  for (guint i = 0; parts && i < json_array_get_length (parts); i++)
    {
      JsonNode *node = json_array_get_element (parts, i);
      const char *text = store_json_node_string (node);
      g_autofree char *cited = text ? cite (whole, metadata, text) : NULL;

      store_turn_add_text (turn, cited);
      if (JSON_NODE_HOLDS_OBJECT (node))
        add_object_part (turn, whole, json_node_get_object (node));
      else if (!text && !JSON_NODE_HOLDS_NULL (node))
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
    }
  if (!parts)
    store_turn_add_text (turn, text_json_string (content, "text"));
}

static void
add_thoughts (StoreTurn *turn, JsonObject *content)
{
  JsonArray *thoughts = text_json_array (content, "thoughts");

  for (guint i = 0; thoughts && i < json_array_get_length (thoughts); i++)
    {
      JsonObject *thought = text_json_element (thoughts, i);
      const char *text = text_json_string (thought, "content");

      store_turn_add_thought (turn, text && *text ? text : text_json_string (thought, "summary"));
    }
}

/* Files that a person sent; pictures are parts. */
static void
add_files (StoreTurn *turn, JsonObject *metadata)
{
  JsonArray *files = text_json_array (metadata, "attachments");

  for (guint i = 0; files && i < json_array_get_length (files); i++)
    {
      JsonObject *file = text_json_element (files, i);
      const char *type = text_json_string (file, "mime_type");

      type = type ? type : text_json_string (file, "mimeType");
      if (file && !(type && g_str_has_prefix (type, "image/")))
        store_turn_add_medium (turn, "file", text_json_string (file, "name"));
    }
}

/* The page that a text is from. */
static void
add_page (StoreTurn *turn, JsonObject *content)
{
  const char *url = text_json_string (content, "url"), *title = text_json_string (content, "title");
  g_autofree char *link = url && *url ? g_strdup_printf ("[%s](%s)", title && *title ? title : url, url) : NULL;

  store_turn_add_text (turn, link);
}

static void
add_content (StoreTurn *turn, StoreWhole *whole, JsonObject *content, JsonObject *metadata)
{
  const char *type = text_json_string (content, "content_type"), *text = text_json_string (content, "text");
  const char *language = text_json_string (content, "language");

  if (g_strcmp0 (type, "code") == 0)
    store_turn_add_code (turn, g_strcmp0 (language, "unknown") == 0 ? NULL : language, text);
  else if (g_strcmp0 (type, "execution_output") == 0)
    store_turn_add_code (turn, NULL, text);
  else if (g_strcmp0 (type, "thoughts") == 0)
    add_thoughts (turn, content);
  else if (g_strcmp0 (type, "tether_browsing_display") == 0)
    store_turn_add_text (turn, text_json_string (content, "result"));
  else
    {
      static const char *const known[] = { "text", "multimodal_text", "tether_quote", "sonic_webpage", "system_error", NULL };

      add_page (turn, content);
      add_parts (turn, whole, content, metadata);
      if (!type || !g_strv_contains (known, type))
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, type, 1);
    }
  add_files (turn, metadata);
  store_import_notes_add_members (whole->notes, content, content_members);
}

/* Hidden ones are the empty beginning of every chat, and what the person told about themselves. */
static gboolean
is_hidden (StoreWhole *whole, JsonObject *content, JsonObject *metadata)
{
  JsonArray *parts = text_json_array (content, "parts");
  const char *text = parts && json_array_get_length (parts) ? store_json_node_string (json_array_get_element (parts, 0)) : NULL;

  if (!metadata || !store_json_boolean (metadata, "is_visually_hidden_from_conversation"))
    return FALSE;
  if (!parts || (text && *text) || json_array_get_length (parts) > 1)
    store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_HIDDEN, NULL, 1);
  return TRUE;
}

/* NULL: nothing is shown of it. */
static StoreTurn *
read_message (StoreWhole *whole, JsonObject *message, const char *default_model)
{
  JsonObject *author = text_json_object (message, "author"), *content = text_json_object (message, "content");
  JsonObject *metadata = text_json_object (message, "metadata");
  const char *name = text_json_string (author, "role"), *model = text_json_string (metadata, "model_slug");
  int role = store_import_role (name);
  StoreTurn *turn;

  store_import_notes_add_members (whole->notes, message, message_members);
  if (is_hidden (whole, content, metadata))
    return NULL;
  if (role < 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
      return NULL;
    }
  /* "Thought for 5 s" */
  if (g_strcmp0 (text_json_string (content, "content_type"), "reasoning_recap") == 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, "reasoning_recap", 1);
      return NULL;
    }
  turn = store_turn_new (whole, role, store_json_time (message, "create_time"), model ? model : default_model);
  if (content)
    add_content (turn, whole, content, metadata);
  return turn;
}

gboolean
store_read_chatgpt (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  const char *id = text_json_string (object, "conversation_id"), *node_id;
  JsonObjectIter iter;
  JsonNode *node;

  id = id ? id : text_json_string (object, "id");
  whole->origin = id ? g_strconcat ("chatgpt:", id, NULL) : NULL;
  store_whole_set_title (whole, text_json_string (object, "title"));
  whole->row->created_at = store_json_time (object, "create_time");
  whole->row->updated_at = store_json_time (object, "update_time");
  whole->row->archived = store_json_boolean (object, "is_archived");
  store_import_notes_add_members (whole->notes, object, conversation_members);

  json_object_iter_init_ordered (&iter, text_json_object (object, "mapping"));
  while (json_object_iter_next_ordered (&iter, &node_id, &node))
    {
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonObject *message = text_json_object (entry, "message");
      StoreTurn *turn = message ? read_message (whole, message, text_json_string (object, "default_model_slug")) : NULL;

      if (entry)
        store_import_notes_add_members (whole->notes, entry, node_members);
      else
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
      store_tree_add (tree, node_id, text_json_string (entry, "parent"), text_json_array (entry, "children"), turn);
    }
  return store_tree_end (tree, text_json_string (object, "current_node"), error);
}
