/* store-turn.c: one message of another program, which becomes one or several of ours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-turn.h"

#include <string.h>

#include "exchange/store-json-member.h"
#include "text/text-json.h"

struct _StoreTurn
{
  StoreWhole *whole;
  StoreRole role;
  gint64 time;
  char *model;
  GString *thought, *text; /* of the message that is being made */
  JsonArray *files;        /* of it; NULL: none */
  GPtrArray *messages;     /* made so far */
};

int
store_import_role (const char *name)
{
  /* clang-format off */
  static const struct { const char *name; StoreRole role; } names[] = {
    { "user", STORE_ROLE_USER }, { "human", STORE_ROLE_USER }, { "assistant", STORE_ROLE_ASSISTANT },
    { "gpt", STORE_ROLE_ASSISTANT }, { "chatgpt", STORE_ROLE_ASSISTANT }, { "bot", STORE_ROLE_ASSISTANT },
    { "model", STORE_ROLE_ASSISTANT }, { "ai", STORE_ROLE_ASSISTANT }, { "function_call", STORE_ROLE_ASSISTANT },
    { "tool_call", STORE_ROLE_ASSISTANT }, { "system", STORE_ROLE_SYSTEM }, { "developer", STORE_ROLE_SYSTEM },
    { "tool", STORE_ROLE_OBSERVATION }, { "observation", STORE_ROLE_OBSERVATION },
    { "function", STORE_ROLE_OBSERVATION }, { "function_response", STORE_ROLE_OBSERVATION },
    { "tool_response", STORE_ROLE_OBSERVATION },
  };
  /* clang-format on */

  for (gsize i = 0; name && i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i].name) == 0)
      return names[i].role;
  return -1;
}

StoreTurn *
store_turn_new (StoreWhole *whole, StoreRole role, gint64 time, const char *model)
{
  StoreTurn *self = g_new0 (StoreTurn, 1);

  self->whole = whole;
  self->role = role;
  self->time = time;
  self->model = model && *model ? g_strdup (model) : NULL;
  self->thought = g_string_new (NULL);
  self->text = g_string_new (NULL);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) store_message_free);
  return self;
}

void
store_turn_free (StoreTurn *self)
{
  if (!self)
    return;

  g_free (self->model);
  g_string_free (self->thought, TRUE);
  g_string_free (self->text, TRUE);
  g_clear_pointer (&self->files, json_array_unref);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_free (self);
}

/* ---- Messages --------------------------------------------------------------------------------------------------- */

static StoreMessage *
push (StoreTurn *self, StoreRole role, const char *text)
{
  StoreMessage *message = store_message_new ();

  message->role = role;
  message->created_at = self->time;
  message->model = role == STORE_ROLE_ASSISTANT ? g_strdup (self->model) : NULL;
  g_free (message->text);
  message->text = g_strdup (text);
  g_ptr_array_add (self->messages, message);
  return message;
}

/* What was added so far becomes a message. */
static void
flush (StoreTurn *self)
{
  g_autofree char *text = NULL;
  StoreMessage *message;

  if (self->thought->len == 0 && self->text->len == 0 && !self->files)
    return;
  text = self->thought->len ? g_strconcat ("<think>", self->thought->str, "</think>", self->text->str, NULL)
                            : g_strdup (self->text->str);
  message = push (self, self->role, text);
  if (self->files)
    {
      g_autoptr (JsonNode) root = json_node_init_array (json_node_alloc (), self->files);

      message->attachments = json_to_string (root, FALSE);
      g_clear_pointer (&self->files, json_array_unref);
    }
  g_string_truncate (self->thought, 0);
  g_string_truncate (self->text, 0);
}

static void
append_line (GString *to, const char *text)
{
  if (text && *text)
    g_string_append_printf (to, "%s%s", to->len ? "\n" : "", text);
}

void
store_turn_add_text (StoreTurn *self, const char *text)
{
  append_line (self->text, text);
}

void
store_turn_add_thought (StoreTurn *self, const char *text)
{
  if (!text || !*text)
    return;
  if (self->text->len > 0)
    flush (self);
  append_line (self->thought, text);
}

void
store_turn_add_code (StoreTurn *self, const char *language, const char *text)
{
  g_autofree char *fence = NULL, *block = NULL;
  gsize longest = 2, run = 0;

  if (!text || !*text)
    return;
  for (const char *at = text; *at; at++)
    {
      run = *at == '`' ? run + 1 : 0;
      longest = MAX (longest, run);
    }
  fence = g_strnfill (longest + 1, '`');
  block = g_strconcat (fence, language ? language : "", "\n", text, g_str_has_suffix (text, "\n") ? "" : "\n", fence, NULL);
  store_turn_add_text (self, block);
}

static gboolean
is_json (const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  return text && *text && text_json_is_tame (text, strlen (text)) && json_parser_load_from_data (parser, text, -1, NULL);
}

void
store_turn_add_call (StoreTurn *self, const char *tool, const char *arguments)
{
  g_autofree char *text = g_strconcat (tool ? tool : "", tool && *tool && arguments && *arguments ? "\n" : "", arguments, NULL);

  StoreMessage *message;

  flush (self);
  if (!*text)
    return;
  message = push (self, STORE_ROLE_ASSISTANT, text);
  if (!tool || !*tool)
    return;
  /* What became of it is known when its result is (store-import.c). */
  message->call = store_call_new ();
  message->call->state = STORE_CALL_ASKED;
  g_free (message->call->metadata);
  message->call->metadata = g_strdup (tool);
  g_free (message->call->tool);
  message->call->tool = g_strdup (tool);
  message->call->arguments = is_json (arguments) ? g_strdup (arguments) : NULL;
}

void
store_turn_add_result (StoreTurn *self, const char *text)
{
  flush (self);
  push (self, STORE_ROLE_OBSERVATION, text ? text : "");
}

void
store_turn_add_medium (StoreTurn *self, const char *kind, const char *name)
{
  g_autofree char *text = name && *name ? g_strdup_printf ("[%s: %s]", kind, name) : g_strdup_printf ("[%s]", kind);

  store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_MEDIUM, kind, 1);
  store_turn_add_text (self, text);
}

void
store_turn_add_file (StoreTurn *self, const char *name, const char *text)
{
  JsonObject *file = json_object_new ();

  if (!self->files)
    self->files = json_array_new ();
  json_object_set_string_member (file, "name", name ? name : "");
  json_object_set_string_member (file, "text", text);
  json_array_add_object_element (self->files, file);
}

/* ---- Parts ------------------------------------------------------------------------------------------------------ */

/* "text": "…", or Jan's "text": { "value": "…" }. */
static const char *
part_text (JsonObject *part, const char *name)
{
  const char *text = text_json_string (part, name);

  return text ? text : text_json_string (text_json_object (part, name), "value");
}

void
store_turn_add_result_content (StoreTurn *self, JsonNode *content)
{
  g_autoptr (StoreTurn) result = store_turn_new (self->whole, STORE_ROLE_OBSERVATION, self->time, NULL);
  JsonObject *object = content && JSON_NODE_HOLDS_OBJECT (content) ? json_node_get_object (content) : NULL;
  JsonNode *inner = object ? json_object_get_member (object, "content") : NULL;
  g_autofree char *json = object && !inner && !text_json_string (object, "type") ? store_json_text (content) : NULL;

  if (json)
    store_turn_add_text (result, json);
  else
    store_turn_add_content (result, inner ? inner : content);
  store_turn_add_result (self, result->text->str);
}

/* Where a text is from is not kept. */
static void
note_citations (StoreTurn *self, JsonObject *part)
{
  static const char *const names[] = { "citations", "annotations" };
  JsonObject *text = text_json_object (part, "text");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      JsonArray *citations = text_json_array (text ? text : part, names[i]);
      guint n = citations ? json_array_get_length (citations) : 0;

      if (n > 0)
        store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_PART, "citation", n);
    }
}

static void
add_call_part (StoreTurn *self, JsonObject *part)
{
  JsonNode *arguments = json_object_get_member (part, json_object_has_member (part, "input") ? "input" : "arguments");
  const char *name = text_json_string (part, "name");
  g_autofree char *text = arguments ? store_json_text (arguments) : NULL;

  store_turn_add_call (self, name, text);
}

static void
add_part (StoreTurn *self, JsonObject *part)
{
  static const char *const media[][2] = {
    { "image", "image" },   { "image_url", "image" },  { "input_image", "image" }, { "input_audio", "voice" },
    { "audio", "voice" },   { "video", "video" },      { "file", "file" },         { "input_file", "file" },
    { "document", "file" }, { "image_file", "image" }, { "audio_url", "voice" },   { "video_url", "video" },
  };
  const char *type = text_json_string (part, "type");

  if (!type || g_str_equal (type, "text") || g_str_equal (type, "input_text") || g_str_equal (type, "output_text"))
    {
      if (!part_text (part, "text"))
        store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_PART, type, 1);
      store_turn_add_text (self, part_text (part, "text"));
      note_citations (self, part);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (media); i++)
    if (g_str_equal (type, media[i][0]))
      {
        const char *name = text_json_string (part, "filename");

        store_turn_add_medium (self, media[i][1], name ? name : text_json_string (part, "name"));
        return;
      }
  if (g_str_equal (type, "thinking") && part_text (part, "thinking"))
    store_turn_add_thought (self, part_text (part, "thinking"));
  else if (g_str_equal (type, "reasoning") && part_text (part, "text"))
    store_turn_add_thought (self, part_text (part, "text"));
  else if (g_str_equal (type, "tool_use") || g_str_equal (type, "tool_call"))
    add_call_part (self, part);
  else if (g_str_equal (type, "tool_result"))
    store_turn_add_result_content (self, json_object_get_member (part, "content"));
  else
    {
      if (part_text (part, "text"))
        store_turn_add_text (self, part_text (part, "text"));
      store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_PART, type, 1);
    }
}

void
store_turn_add_content (StoreTurn *self, JsonNode *content)
{
  JsonArray *parts;

  if (!content || JSON_NODE_HOLDS_NULL (content))
    return;
  if (store_json_node_string (content))
    store_turn_add_text (self, store_json_node_string (content));
  else if (JSON_NODE_HOLDS_OBJECT (content))
    add_part (self, json_node_get_object (content));
  else if (JSON_NODE_HOLDS_ARRAY (content))
    {
      parts = json_node_get_array (content);
      for (guint i = 0; i < json_array_get_length (parts); i++)
        if (!JSON_NODE_HOLDS_ARRAY (json_array_get_element (parts, i)))
          store_turn_add_content (self, json_array_get_element (parts, i));
        else
          store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
    }
  else
    store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
}

/* ---- The end ---------------------------------------------------------------------------------------------------- */

GPtrArray *
store_turn_end (StoreTurn *self)
{
  GPtrArray *messages;

  flush (self);
  messages = g_steal_pointer (&self->messages);
  store_turn_free (self);
  return messages;
}

gboolean
store_turn_append (StoreTurn *self, GError **error)
{
  StoreWhole *whole = self->whole;
  g_autoptr (GPtrArray) messages = store_turn_end (self);

  if (messages->len == 0)
    store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_EMPTY, NULL, 1);
  for (guint i = 0; i < messages->len; i++)
    {
      StoreMessage *message = g_steal_pointer (&messages->pdata[i]);

      if (!store_whole_take (whole, whole->row->head_id, message, error))
        return FALSE;
      whole->row->head_id = message->id;
    }
  return TRUE;
}
