/* store-import-open-webui.c: the chats of Open WebUI
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * [ { "id", "title", "created_at": seconds, "updated_at", "archived", "pinned", "chat": { "title", "history": { "currentId",
 * "messages": { ID: { "id", "parentId", "childrenIds", "role", "content", "timestamp": seconds, "model", "files" } } },
 * "messages": the branch shown, "params": { "system" } } } ].  Thoughts and calls are in the content: <details type="reasoning"> with
 * quoted lines, <details type="tool_calls" done="true" name="…" arguments="JSON" result="JSON">, <details type="code_interpreter"
 * output="JSON"> around the code.
 */
#include "exchange/store-import-formats.h"

#include <string.h>

#include "exchange/store-import-calls.h"
#include "exchange/store-json-member.h"
#include "exchange/store-tree.h"
#include "text/text-json.h"

#define DETAILS     "<details type=\""
#define DETAILS_END "</details>"
#define SUMMARY_END "</summary>"

static const char *const message_members[] = {
  "id",        "parentId",   "childrenIds", "role",  "content",      "timestamp", "model", "modelName",     "models",
  "modelIdx",  "files",      "userContext", "done",  "lastSentence", "info",      "usage", "statusHistory", "originalContent",
  "followUps", "annotation", "feedbackId",  "error", "tool_calls",   "output",    NULL,
};

static const char *const object_members[] = { "id",       "user_id",  "title",  "chat", "created_at", "updated_at",
                                              "share_id", "archived", "pinned", "meta", NULL };
static const char *const chat_members[] = { "id",
                                            "title",
                                            "models",
                                            "params",
                                            "system",
                                            "history",
                                            "messages",
                                            "timestamp",
                                            "files",
                                            "originalChatId",
                                            "branchPointMessageId",
                                            NULL };

/* ---- Thoughts and calls in a text ------------------------------------------------------------------------------- */

static char *
unescape (const char *escaped, gsize n_bytes)
{
  static const struct
  {
    const char *name;
    char letter;
  } entities[] = {
    { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#x27;", '\'' }, { "&#39;", '\'' }, { "&amp;", '&' }
  };
  GString *text = g_string_sized_new (n_bytes);

  for (const char *at = escaped, *end = escaped + n_bytes; at < end;)
    {
      gsize i = 0;

      while (*at == '&' && i < G_N_ELEMENTS (entities) && strncmp (at, entities[i].name, strlen (entities[i].name)) != 0)
        i++;
      if (*at == '&' && i < G_N_ELEMENTS (entities))
        {
          g_string_append_c (text, entities[i].letter);
          at += strlen (entities[i].name);
        }
      else
        g_string_append_c (text, *at++);
    }
  return g_string_free (text, FALSE);
}

/* Quoted lines, which newer versions escape. */
static char *
unquote (const char *start, const char *end)
{
  g_autofree char *quoted = g_strndup (start, end - start);
  g_auto (GStrv) lines = NULL;
  GString *plain = g_string_new (NULL);

  if (strstr (quoted, "&gt;"))
    {
      g_free (quoted);
      quoted = unescape (start, end - start);
    }
  lines = g_strsplit (g_strstrip (quoted), "\n", -1);
  for (guint i = 0; lines[i]; i++)
    g_string_append_printf (plain, "%s%s", i ? "\n" : "",
                            lines[i] + (g_str_has_prefix (lines[i], "> ") ? 2 : *lines[i] == '>'));
  return g_string_free (plain, FALSE);
}

/* An attribute of the tag that ends at tag_end; what is JSON of a string becomes the string.  NULL: it has none, or an empty one. */
static char *
dup_attribute (const char *tag, const char *tag_end, const char *name)
{
  g_autofree char *start_text = g_strdup_printf (" %s=\"", name), *text = NULL;
  const char *start = g_strstr_len (tag, tag_end - tag, start_text), *end;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  start = start ? start + strlen (start_text) : NULL;
  end = start ? memchr (start, '"', tag_end - start) : NULL;
  if (!end || end == start)
    return NULL;
  text = unescape (start, end - start);
  if (*text == '"' && text_json_is_tame (text, strlen (text)) && json_parser_load_from_data (parser, text, -1, NULL))
    return store_json_text (json_parser_get_root (parser));
  return g_steal_pointer (&text);
}

/* The end of the tag that begins here; quotes may hold ">".  NULL: there is none. */
static const char *
find_tag_end (const char *tag)
{
  gboolean quoted = FALSE;

  for (; *tag; tag++)
    {
      if (*tag == '"')
        quoted = !quoted;
      else if (*tag == '>' && !quoted)
        return tag;
    }
  return NULL;
}

/* tag: the beginning of what ends before `end`. */
static void
add_details (StoreTurn *turn, const char *tag, const char *end)
{
  const char *tag_end = find_tag_end (tag), *summary_end = g_strstr_len (tag_end, end - tag_end, SUMMARY_END);
  const char *body = summary_end ? summary_end + strlen (SUMMARY_END) : tag_end + 1;
  g_autofree char *type = dup_attribute (tag, tag_end, "type");
  g_autofree char *inner = g_strstrip (g_strndup (body, end - body));

  if (g_strcmp0 (type, "reasoning") == 0)
    {
      g_autofree char *thought = unquote (body, end);

      store_turn_add_thought (turn, thought);
    }
  else if (g_strcmp0 (type, "tool_calls") == 0)
    {
      g_autofree char *name = dup_attribute (tag, tag_end, "name"), *arguments = dup_attribute (tag, tag_end, "arguments");
      g_autofree char *result = dup_attribute (tag, tag_end, "result"), *shown = unescape (inner, strlen (inner));

      store_turn_add_call (turn, name, arguments);
      if (result || *shown)
        store_turn_add_result (turn, result ? result : shown);
    }
  else
    {
      g_autofree char *output = dup_attribute (tag, tag_end, "output");

      store_turn_add_text (turn, inner);
      store_turn_add_code (turn, NULL, output);
    }
}

static gboolean
is_details (const char *line)
{
  static const char *const types[] = { "reasoning\"", "tool_calls\"", "code_interpreter\"" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_prefix (line, DETAILS) && g_str_has_prefix (line + strlen (DETAILS), types[i]))
      return TRUE;
  return FALSE;
}

static void
add_between (StoreTurn *turn, const char *start, const char *end)
{
  g_autofree char *text = g_strndup (start, end - start);

  g_strchomp (text);
  store_turn_add_text (turn, text + strspn (text, "\r\n"));
}

static void
add_text (StoreTurn *turn, const char *text)
{
  const char *start = text, *line = text;
  gboolean in_code = FALSE;

  while (*line)
    {
      const char *tag_end, *end;

      in_code ^= g_str_has_prefix (line, "```") || g_str_has_prefix (line, "~~~");
      if (in_code || !is_details (line))
        {
          line += strcspn (line, "\n");
          line += *line == '\n';
          continue;
        }
      tag_end = find_tag_end (line);
      end = tag_end ? strstr (tag_end, DETAILS_END) : NULL;
      /* One without an end: what follows belongs to it. */
      if (!end)
        break;
      add_between (turn, start, line);
      add_details (turn, line, end);
      start = line = end + strlen (DETAILS_END);
      line += *line == '\n';
    }
  if (start == text)
    store_turn_add_text (turn, text);
  else
    add_between (turn, start, start + strlen (start));
}

/* ---- Messages --------------------------------------------------------------------------------------------------- */

static void
add_files (StoreTurn *turn, JsonArray *files)
{
  for (guint i = 0; files && i < json_array_get_length (files); i++)
    {
      JsonObject *item = text_json_element (files, i);
      JsonObject *file = text_json_object (item, "file");
      const char *name = text_json_string (item, "name");
      const char *text = text_json_string (text_json_object (file, "data"), "content");

      if (text)
        store_turn_add_file (turn, name ? name : text_json_string (file, "filename"), text);
      else
        store_turn_add_medium (turn, g_strcmp0 (text_json_string (item, "type"), "image") == 0 ? "image" : "file", name);
    }
}

static StoreTurn *
read_message (StoreWhole *whole, JsonObject *message)
{
  const char *name = text_json_string (message, "role"), *text = text_json_string (message, "content");
  int role = store_import_role (name);
  StoreTurn *turn;

  store_import_notes_add_members (whole->notes, message, message_members);
  if (role < 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
      return NULL;
    }
  turn = store_turn_new (whole, role, store_json_time (message, "timestamp"), text_json_string (message, "model"));
  if (text)
    add_text (turn, text);
  else
    store_turn_add_content (turn, json_object_get_member (message, "content"));
  add_files (turn, text_json_array (message, "files"));
  store_import_add_calls (turn, whole, text_json_array (message, "tool_calls"));
  return turn;
}

/* top: what stands above the first messages, or NULL. */
static void
add_history (StoreTree *tree, StoreWhole *whole, JsonObject *messages, const char *top)
{
  JsonObjectIter iter;
  const char *id;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, messages);
  while (json_object_iter_next_ordered (&iter, &id, &node))
    {
      JsonObject *message = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *parent = text_json_string (message, "parentId");

      if (message)
        store_tree_add (tree, id, parent ? parent : top, text_json_array (message, "childrenIds"),
                        read_message (whole, message));
      else
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
    }
}

/* The chat's own system prompt; returns its id, or NULL. */
static const char *
add_system (StoreTree *tree, StoreWhole *whole, JsonObject *chat)
{
  const char *params = text_json_string (text_json_object (chat, "params"), "system");
  const char *text = params && *params ? params : text_json_string (chat, "system");
  StoreTurn *turn;

  if (!text || !*text)
    return NULL;
  turn = store_turn_new (whole, STORE_ROLE_SYSTEM, 0, NULL);
  store_turn_add_text (turn, text);
  return store_tree_add (tree, "system prompt", NULL, NULL, turn);
}

gboolean
store_read_open_webui (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (StoreTree) tree = store_tree_new (whole);
  JsonObject *inner = text_json_object (object, "chat"), *chat = inner ? inner : object;
  JsonObject *history = text_json_object (chat, "history"), *messages = text_json_object (history, "messages");
  JsonArray *list = messages ? NULL : text_json_array (chat, "messages");
  const char *id = text_json_string (object, "id"), *title = text_json_string (object, "title"), *last = NULL;

  whole->origin = id ? g_strconcat ("open-webui:", id, NULL) : NULL;
  store_whole_set_title (whole, title ? title : text_json_string (chat, "title"));
  whole->row->created_at = store_json_time (object, "created_at");
  whole->row->updated_at = store_json_time (object, "updated_at");
  whole->row->archived = store_json_boolean (object, "archived");
  whole->row->pinned = store_json_boolean (object, "pinned");

  store_import_notes_add_members (whole->notes, object, inner ? object_members : chat_members);
  if (inner)
    store_import_notes_add_members (whole->notes, inner, chat_members);

  last = add_system (tree, whole, chat);
  if (messages)
    add_history (tree, whole, messages, last);
  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *message = text_json_element (list, i);
      g_autofree char *name = g_strdup_printf ("%u", i);

      if (message)
        last = store_tree_add (tree, name, last, NULL, read_message (whole, message));
      else
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
    }
  return store_tree_end (tree, messages ? text_json_string (history, "currentId") : last, error);
}
