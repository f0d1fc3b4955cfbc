/* store-import-json.c: which kind of JSON a file is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each piece of the file (store-slicer.c) tells by its members what it is: a conversation of one of the programs, something
 * around conversations, or a line of a chat that is kept a message a line.  Lines are collected until the chat ends.  What is
 * none of these is counted, and told at the end.
 */
#include "exchange/store-import-json.h"

#include <string.h>

#include "exchange/store-import-formats.h"
#include "exchange/store-json-member.h"
#include "exchange/store-mend.h"
#include "exchange/store-slicer.h"
#include "text/text-json.h"

/* clang-format off */
typedef enum { LINES_NONE, LINES_TURNS, LINES_LLAMA, LINES_TAVERN, LINES_JAN } LinesKind;
/* clang-format on */

typedef struct
{
  StoreReader base;
  StoreSlicer *slicer;
  JsonParser *parser;
  GQueue ready; /* of StoreWhole: read, not given yet */
  gboolean is_at_end;

  /* Each line, or each element of the outermost array, is a message of one chat. */
  LinesKind lines_kind;
  JsonArray *lines; /* NULL: none yet */
  const char *lines_source;
  char *lines_id;
  gsize lines_bytes;
  guint lines_document;
  gboolean lines_are_elements;

  guint n_unknown;           /* values of no known kind */
  const char *unread_source; /* a program whose files are recognised and not read; NULL: none was seen */
  guint n_mended;            /* characters since the last conversation */
  guint n_halves;            /* that the slicer replaced and that are told */
  GPtrArray *outer_notes;    /* of StoreImportNote, about members around the conversations */
} PieceReader;

/* ---- Conversations ---------------------------------------------------------------------------------------------- */

/* Takes whole.  problem: taken; NULL: none. */
static void
give (PieceReader *self, StoreWhole *whole, const char *source, GError *problem)
{
  guint n_halves = store_slicer_count_mended (self->slicer);

  self->n_mended += n_halves - self->n_halves;
  self->n_halves = n_halves;
  whole->source = source;
  if (problem)
    whole->problem = g_strdup (problem->message);
  g_clear_error (&problem);
  if (self->n_mended)
    store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_MENDED, NULL, self->n_mended);
  self->n_mended = 0;
  g_queue_push_tail (&self->ready, whole);
}

static void
give_problem (PieceReader *self, const char *source, GError *problem)
{
  give (self, store_whole_new (), source, problem);
}

static void
read_whole (PieceReader *self, StoreReadFunc read, JsonObject *object, const char *source)
{
  StoreWhole *whole = store_whole_new ();
  GError *problem = NULL;

  read (whole, object, &problem);
  give (self, whole, source, problem);
}

/* ---- Lines ------------------------------------------------------------------------------------------------------ */

static gboolean
read_llama_lines (StoreWhole *whole, JsonArray *lines, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *messages = json_array_new ();

  for (guint i = 0; i < json_array_get_length (lines); i++)
    {
      JsonObject *line = text_json_element (lines, i), *message = text_json_object (line, "message");

      if (message)
        json_array_add_object_element (messages, json_object_ref (message));
      else if (!json_object_has_member (object, "conv"))
        json_object_set_object_member (object, "conv", json_object_ref (line));
      else
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, text_json_string (line, "type"), 1);
    }
  if (!json_object_has_member (object, "conv"))
    json_object_set_object_member (object, "conv", json_object_new ());
  json_object_set_array_member (object, "messages", messages);
  return store_read_llama (whole, object, error);
}

static void
end_lines (PieceReader *self)
{
  static gboolean (*const readers[]) (StoreWhole *, JsonArray *, GError **) = {
    [LINES_TURNS] = store_read_turns,
    [LINES_LLAMA] = read_llama_lines,
    [LINES_TAVERN] = store_read_sillytavern,
    [LINES_JAN] = store_read_jan,
  };
  g_autoptr (JsonArray) lines = g_steal_pointer (&self->lines);
  LinesKind kind = self->lines_kind;
  StoreWhole *whole;
  GError *problem = NULL;

  self->lines_kind = LINES_NONE;
  g_clear_pointer (&self->lines_id, g_free);
  if (!lines)
    return;
  whole = store_whole_new ();
  if (self->lines_bytes > STORE_MAX_ELEMENT_BYTES)
    store_import_invalid (&problem, "A conversation in the file is larger than %d MiB", STORE_MAX_ELEMENT_BYTES >> 20);
  else
    readers[kind](whole, lines, &problem);
  give (self, whole, self->lines_source, problem);
}

/* A line of a chat: the one that is collected, or a new one.  id (may be NULL): the chat's. */
static void
add_line (PieceReader *self, LinesKind kind, const char *source, const char *id, gboolean is_first, JsonNode *node,
          const StoreSlice *slice)
{
  if (kind != self->lines_kind || is_first || g_strcmp0 (id, self->lines_id) != 0)
    end_lines (self);
  if (!self->lines)
    {
      self->lines = json_array_new ();
      self->lines_kind = kind;
      self->lines_source = source;
      self->lines_id = g_strdup (id);
      self->lines_bytes = 0;
    }
  self->lines_document = slice->document;
  self->lines_are_elements = slice->is_element;
  self->lines_bytes += slice->text->len;
  if (self->lines_bytes <= STORE_MAX_ELEMENT_BYTES)
    json_array_add_element (self->lines, json_node_copy (node));
}

/* FALSE: the object is not a line of a chat. */
static gboolean
read_line (PieceReader *self, JsonNode *node, const StoreSlice *slice)
{
  JsonObject *object = json_node_get_object (node);
  const char *type = text_json_string (object, "type");
  gboolean is_session = g_strcmp0 (type, "session") == 0 && json_object_has_member (object, "harness");

  if (is_session || (type && text_json_object (object, "message")) || (type && self->lines_kind == LINES_LLAMA))
    add_line (self, LINES_LLAMA, "llama.cpp", NULL, is_session, node, slice);
  else if (json_object_has_member (object, "mes") || json_object_has_member (object, "chat_metadata")
           || (json_object_has_member (object, "user_name") && json_object_has_member (object, "character_name")))
    add_line (self, LINES_TAVERN, "SillyTavern", NULL, !json_object_has_member (object, "mes"), node, slice);
  else if (g_strcmp0 (text_json_string (object, "object"), "thread.message") == 0)
    add_line (self, LINES_JAN, "Jan", text_json_string (object, "thread_id"), FALSE, node, slice);
  else if (text_json_string (object, "from"))
    add_line (self, LINES_TURNS, "ShareGPT", NULL, FALSE, node, slice);
  else if (text_json_string (object, "role"))
    add_line (self, LINES_TURNS, "ChatGLM", NULL, FALSE, node, slice);
  else
    return FALSE;
  return TRUE;
}

/* ---- Objects ---------------------------------------------------------------------------------------------------- */

static gboolean
is_deepseek (JsonObject *object)
{
  return text_json_object (object, "mapping") && text_json_string (object, "inserted_at");
}

static gboolean
is_chatgpt (JsonObject *object)
{
  return text_json_object (object, "mapping") != NULL;
}

static gboolean
is_claude (JsonObject *object)
{
  return text_json_array (object, "chat_messages") != NULL;
}

static gboolean
is_llama (JsonObject *object)
{
  return text_json_object (object, "conv") && text_json_array (object, "messages");
}

static gboolean
is_open_webui (JsonObject *object)
{
  JsonObject *chat = text_json_object (object, "chat");

  return (chat && (text_json_object (chat, "history") || text_json_array (chat, "messages")))
         || text_json_object (text_json_object (object, "history"), "messages");
}

static gboolean
is_lm_studio (JsonObject *object)
{
  return text_json_array (text_json_element (text_json_array (object, "messages"), 0), "versions") != NULL;
}

static gboolean
is_text_generation (JsonObject *object)
{
  return (text_json_array (object, "internal") && text_json_array (object, "visible"))
         || (text_json_array (object, "data") && text_json_array (object, "data_visible"));
}

/* A list of conversations may have the same names as one of turns. */
static gboolean
is_turn_list (JsonArray *array)
{
  JsonNode *first = array && json_array_get_length (array) ? json_array_get_element (array, 0) : NULL;
  JsonObject *object = first && JSON_NODE_HOLDS_OBJECT (first) ? json_node_get_object (first) : NULL;

  if (!first)
    return array != NULL;
  return object ? text_json_string (object, "role") || text_json_string (object, "from") || text_json_string (object, "content")
                      || text_json_string (object, "value")
                : JSON_NODE_HOLDS_ARRAY (first);
}

static gboolean
is_turns_object (JsonObject *object)
{
  return is_turn_list (text_json_array (object, "conversations")) || is_turn_list (text_json_array (object, "messages"));
}

/* Programs whose files are not read, by members that only theirs have. */
static const char *
find_unread (JsonObject *object)
{
  static const struct
  {
    const char *member, *other; /* other NULL: the first is enough */
    const char *source;
  } unread[] = {
    { "responses", "conversation", "Grok" },
    { "messagesTree", NULL, "LibreChat" },
    { "messages", "conversationId", "LibreChat" },
    { "chat-sessions-list", NULL, "Chatbox" },
    { "chat-sessions", NULL, "Chatbox" },
    { "safeHtmlItem", "header", "Gemini" },
    { "subtitles", "header", "Gemini" },
    { "assistants", "object", "Jan (thread.json; the messages are in messages.jsonl)" },
    { "full_name", "email_address", "Claude (users.json; the chats are in conversations.json)" },
    { "prompt_template", "docs", "Claude (projects.json; the chats are in conversations.json)" },
    { "is_anonymous", "conversation_id", "ChatGPT (shared_conversations.json; the chats are in conversations.json)" },
    { "chatgpt_plus_user", "email", "ChatGPT (user.json; the chats are in conversations.json)" },
    { "spec_version", "data", "a character card" },
    { "folders", "prompts", "Chatbot UI" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (unread); i++)
    if (json_object_has_member (object, unread[i].member)
        && (!unread[i].other || json_object_has_member (object, unread[i].other)))
      return unread[i].source;
  return NULL;
}

static void
read_folder (PieceReader *self, JsonObject *object)
{
  StoreFolder *folder;
  const char *name = text_json_string (object, "name");

  if (!name || !*name || g_hash_table_size (self->base.folders) >= 10000)
    {
      store_import_notes_add (self->outer_notes, STORE_IMPORT_NOTE_PART, "folder", 1);
      return;
    }
  folder = g_new0 (StoreFolder, 1);
  folder->id = store_json_int (object, "id");
  folder->name = g_strdup (name);
  folder->parent_id = store_json_int (object, "parent_id");
  g_hash_table_replace (self->base.folders, &folder->id, folder);
}

static gboolean read_node (PieceReader *self, JsonNode *node, const StoreSlice *slice, gboolean is_inner);

/* An object around conversations: what its arrays hold of them.  FALSE: there are none. */
static gboolean
read_wrapper (PieceReader *self, JsonObject *object, const StoreSlice *slice)
{
  g_autoptr (GList) names = json_object_get_members (object);
  guint n_before = g_queue_get_length (&self->ready), n_unknown = self->n_unknown;

  for (GList *name = names; name; name = name->next)
    {
      JsonArray *array = text_json_array (object, name->data);
      guint n_found = g_queue_get_length (&self->ready);

      for (guint i = 0; array && i < json_array_get_length (array); i++)
        if (!JSON_NODE_HOLDS_VALUE (json_array_get_element (array, i)))
          read_node (self, json_array_get_element (array, i), slice, TRUE);
      if (n_found == g_queue_get_length (&self->ready) && (array || text_json_object (object, name->data)))
        store_import_notes_add (self->outer_notes, STORE_IMPORT_NOTE_MEMBER, name->data, 1);
    }
  if (n_before != g_queue_get_length (&self->ready))
    return TRUE;
  self->n_unknown = n_unknown;
  g_ptr_array_set_size (self->outer_notes, 0);
  return FALSE;
}

static gboolean
read_known (PieceReader *self, JsonObject *object)
{
  static const struct
  {
    gboolean (*is) (JsonObject *object);
    StoreReadFunc read;
    const char *source;
  } formats[] = {
    { is_deepseek, store_read_deepseek, "DeepSeek" },
    { is_chatgpt, store_read_chatgpt, "ChatGPT" },
    { is_claude, store_read_claude, "Claude" },
    { is_llama, store_read_llama, "llama.cpp" },
    { is_open_webui, store_read_open_webui, "Open WebUI" },
    { is_lm_studio, store_read_lm_studio, "LM Studio" },
    { is_text_generation, store_read_text_generation, "text-generation-webui" },
    { is_turns_object, store_read_turns_object, "ShareGPT" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].is (object))
      {
        end_lines (self);
        read_whole (self, formats[i].read, object, formats[i].source);
        return TRUE;
      }
  return FALSE;
}

/* FALSE: it is no conversation. */
static gboolean
read_others (PieceReader *self, JsonObject *object)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (StoreWhole) whole = store_whole_new ();
  GError *problem = NULL;

  if (text_json_array (text_json_object (object, "indexedDB"), "topics"))
    {
      end_lines (self);
      store_read_cherry (list, object);
      for (guint i = 0; i < list->len; i++)
        give (self, list->pdata[i], "Cherry Studio", NULL);
      return TRUE;
    }
  if (!store_read_instruction (whole, object, &problem) && !problem)
    return FALSE;
  end_lines (self);
  give (self, g_steal_pointer (&whole), "", problem);
  return TRUE;
}

static gboolean
read_object (PieceReader *self, JsonNode *node, const StoreSlice *slice, gboolean is_inner)
{
  JsonObject *object = json_node_get_object (node);
  const char *unread;

  if (read_known (self, object) || (!is_inner && read_line (self, node, slice)) || read_others (self, object))
    return TRUE;
  unread = find_unread (object);
  if (!unread && !is_inner && read_wrapper (self, object, slice))
    return TRUE;
  self->unread_source = unread ? unread : self->unread_source;
  self->n_unknown++;
  return FALSE;
}

/* ---- Pieces ----------------------------------------------------------------------------------------------------- */

static gboolean
read_array (PieceReader *self, JsonNode *node, const StoreSlice *slice)
{
  JsonArray *array = json_node_get_array (node);
  JsonNode *first = json_array_get_length (array) ? json_array_get_element (array, 0) : NULL;
  GError *problem = NULL;
  StoreWhole *whole;

  if (!first || JSON_NODE_HOLDS_VALUE (first) || JSON_NODE_HOLDS_NULL (first))
    {
      if (json_array_get_length (array) == 2)
        add_line (self, LINES_TURNS, "ChatGLM", NULL, FALSE, node, slice);
      else
        self->n_unknown++;
      return TRUE;
    }
  end_lines (self);
  whole = store_whole_new ();
  store_read_turns (whole, array, &problem);
  give (self, whole, "ChatGLM", problem);
  return TRUE;
}

static gboolean
read_node (PieceReader *self, JsonNode *node, const StoreSlice *slice, gboolean is_inner)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return read_object (self, node, slice, is_inner);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return read_array (self, node, slice);
  self->n_unknown++;
  return FALSE;
}

/* What is in our own outermost object. */
static gboolean
read_myna_piece (PieceReader *self, const char *key, JsonNode *node, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  self->base.is_known = TRUE;
  if (g_str_equal (key, "version") && JSON_NODE_HOLDS_VALUE (node) && json_node_get_int (node) > 1)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NEWER_VERSION, "The file was written by a newer version of Myna");
      return FALSE;
    }
  if (g_str_equal (key, "conversations"))
    {
      if (object)
        read_whole (self, store_read_myna, object, "Myna");
      else
        self->n_unknown++;
    }
  else if (g_str_equal (key, "folders") && object)
    read_folder (self, object);
  else if (!g_str_equal (key, "format") && !g_str_equal (key, "version"))
    store_import_notes_add (self->outer_notes, STORE_IMPORT_NOTE_MEMBER, key, 1);
  return TRUE;
}

/* The same where the members are in another order, so that the file is one piece. */
static gboolean
read_whole_myna (PieceReader *self, JsonObject *object, GError **error)
{
  static const char *const keys[] = { "version", "folders", "conversations" };
  static const char *const known[] = { "format", "version", "folders", "conversations", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      JsonNode *node = json_object_get_member (object, keys[i]);
      JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

      if (node && !array && !read_myna_piece (self, keys[i], node, error))
        return FALSE;
      for (guint j = 0; array && j < json_array_get_length (array); j++)
        if (!read_myna_piece (self, keys[i], json_array_get_element (array, j), error))
          return FALSE;
    }
  store_import_notes_add_members (self->outer_notes, object, known);
  return TRUE;
}

/* NULL with what is wrong. */
static JsonNode *
parse (PieceReader *self, const StoreSlice *slice, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (slice->is_too_long)
    {
      store_import_invalid (error, "A conversation in the file is larger than %d MiB", STORE_MAX_ELEMENT_BYTES >> 20);
      return NULL;
    }
  self->n_mended += store_mend_json (slice->text);
  if (!text_json_is_tame (slice->text->str, slice->text->len))
    {
      store_import_invalid (error, "A piece of the file is not strict JSON, or nested too deeply");
      return NULL;
    }
  if (!json_parser_load_from_data (self->parser, slice->text->str, slice->text->len, &problem))
    {
      store_import_invalid (error, "A piece of the file is not correct JSON: %s", problem->message);
      return NULL;
    }
  return json_parser_get_root (self->parser);
}

static gboolean
read_piece (PieceReader *self, const StoreSlice *slice, GError **error)
{
  GError *problem = NULL;
  JsonNode *root;

  if (self->lines && slice->document != self->lines_document && (self->lines_are_elements || slice->is_element))
    end_lines (self);
  root = parse (self, slice, &problem);
  if (problem)
    {
      end_lines (self);
      give_problem (self, "", problem);
    }
  if (!root)
    return TRUE;
  if (*slice->key)
    return read_myna_piece (self, slice->key, root, error);
  if (JSON_NODE_HOLDS_OBJECT (root)
      && g_strcmp0 (text_json_string (json_node_get_object (root), "format"), "myna-conversations") == 0)
    return read_whole_myna (self, json_node_get_object (root), error);
  read_node (self, root, slice, FALSE);
  return TRUE;
}

/* ---- The reader ------------------------------------------------------------------------------------------------- */

/* What was seen beside the conversations. */
static void
give_rest (PieceReader *self)
{
  GError *problem = NULL;
  StoreWhole *whole;

  if (self->n_unknown && self->unread_source)
    store_import_invalid (&problem, "%u values of the file are of %s, which cannot be read", self->n_unknown,
                          self->unread_source);
  else if (self->n_unknown)
    store_import_invalid (&problem, "%u values of the file are of no known kind", self->n_unknown);
  if (!problem && self->outer_notes->len == 0)
    return;
  whole = store_whole_new ();
  g_ptr_array_unref (whole->notes);
  whole->notes = g_steal_pointer (&self->outer_notes);
  self->outer_notes = store_import_notes_new ();
  if (!problem)
    store_import_invalid (&problem, "The file has members around the conversations that are not known");
  give (self, whole, "", problem);
}

static void
end (PieceReader *self)
{
  self->is_at_end = TRUE;
  end_lines (self);
  give_rest (self);
}

static gboolean
json_next (StoreReader *reader, StoreWhole **ret_whole, GError **error)
{
  PieceReader *self = (PieceReader *) reader;

  while (g_queue_is_empty (&self->ready) && !self->is_at_end)
    {
      GError *problem = NULL;
      StoreSlice slice;

      if (!store_slicer_next (self->slicer, &slice, &problem))
        {
          end_lines (self);
          give_problem (self, "", problem);
          end (self);
        }
      else if (!slice.text)
        end (self);
      else if (!read_piece (self, &slice, error))
        return FALSE;
    }
  reader->n_done = store_slicer_tell (self->slicer);
  *ret_whole = g_queue_pop_head (&self->ready);
  return TRUE;
}

static void
json_free (StoreReader *reader)
{
  PieceReader *self = (PieceReader *) reader;

  store_slicer_free (self->slicer);
  g_object_unref (self->parser);
  g_clear_pointer (&self->lines, json_array_unref);
  g_free (self->lines_id);
  g_queue_clear_full (&self->ready, (GDestroyNotify) store_whole_free);
  g_ptr_array_unref (self->outer_notes);
  g_hash_table_unref (self->base.folders);
  g_free (self);
}

StoreReader *
store_json_reader_new (GInputStream *stream, gint64 n_bytes)
{
  PieceReader *self = g_new0 (PieceReader, 1);

  self->base.next = json_next;
  self->base.free = json_free;
  self->base.n_total = n_bytes;
  self->base.folders = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) store_folder_free);
  self->slicer = store_slicer_new (stream);
  self->parser = json_parser_new_immutable ();
  self->outer_notes = store_import_notes_new ();
  g_queue_init (&self->ready);
  return &self->base;
}
