/* store-import-json.c: which kind of JSON a file is, and our own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each piece of the file (store-slicer.c) tells by itself what it is: a conversation of ChatGPT has a "mapping", one of
 * Claude "chat_messages".  Pieces that are a single turn (the histories of the ChatGLM demos) are collected into one
 * conversation.
 */
#include "exchange/store-import-json.h"

#include <string.h>

#include "exchange/store-import-foreign.h"
#include "exchange/store-json-member.h"
#include "exchange/store-slicer.h"

typedef struct
{
  StoreReader base;
  StoreSlicer *slicer;
  JsonParser *parser;
  gboolean is_myna;
  StoreWhole *collected; /* of single turns; NULL: none yet */
  const char *collected_source;
  guint n_found;
} PieceReader;

/* ---- Our own ---------------------------------------------------------------------------------------------------- */

static StoreCall *
read_call (JsonObject *object)
{
  const char *metadata = store_json_string (object, "metadata"), *tool = store_json_string (object, "tool");
  int state = store_call_state_from_name (store_json_string (object, "state"));
  int allowed_by = store_allowed_by_from_name (store_json_string (object, "allowed_by"));
  StoreCall *call;

  if (state < 0 || state == STORE_CALL_RUNNING || allowed_by < 0 || !metadata || !tool)
    return NULL;
  call = g_new (StoreCall, 1);
  *call = (StoreCall){
    .state = state,
    .allowed_by = allowed_by,
    .edited = store_json_boolean (object, "edited"),
    .started_at = store_json_int (object, "started_at"),
    .finished_at = store_json_int (object, "finished_at"),
    .metadata = g_strdup (metadata),
    .tool = g_strdup (tool),
    .arguments = g_strdup (store_json_string (object, "arguments")),
    .result = g_strdup (store_json_string (object, "result")),
  };
  return call;
}

static gboolean
read_message (StoreWhole *whole, JsonObject *object, GHashTable *ids, GError **error)
{
  int role = store_role_from_name (store_json_string (object, "role"));
  int state = store_state_from_name (store_json_string (object, "state"));
  gint64 id = store_json_int (object, "id"), parent_id = store_json_int (object, "parent_id");
  const char *text = store_json_string (object, "text");
  JsonObject *call = store_json_object (object, "call");
  StoreMessage *message;

  if (role < 0 || state < 0 || state == STORE_STATE_GENERATING || id <= 0 || !text)
    return store_import_invalid (error, "A message in the file is not complete");
  if (g_hash_table_contains (ids, &id) || (parent_id && !g_hash_table_contains (ids, &parent_id)))
    return store_import_invalid (error, "The messages in the file are not in order");

  message = store_whole_add (whole, parent_id, role, text, error);
  if (!message)
    return FALSE;
  message->id = id;
  message->state = state;
  message->attachments = g_strdup (store_json_string (object, "attachments"));
  message->model = g_strdup (store_json_string (object, "model"));
  message->created_at = store_json_int (object, "created_at");
  message->finished_at = store_json_int (object, "finished_at");
  message->n_prompt_tokens = CLAMP (store_json_int (object, "n_prompt_tokens"), 0, G_MAXINT);
  message->n_tokens = CLAMP (store_json_int (object, "n_tokens"), 0, G_MAXINT);
  message->first_token_seconds = store_json_double (object, "first_token_seconds");
  message->seconds = store_json_double (object, "seconds");
  message->mark = CLAMP (store_json_int (object, "mark"), -1, 1);
  if (call && (role != STORE_ROLE_ASSISTANT || !(message->call = read_call (call))))
    return store_import_invalid (error, "A call in the file is not complete");
  g_hash_table_add (ids, &message->id);
  return TRUE;
}

static gboolean
read_myna (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_int64_hash, g_int64_equal);
  JsonArray *messages = store_json_array (object, "messages");
  StoreConversation *row = whole->row;
  const char *title = store_json_string (object, "title");

  if (!messages || !store_json_string (object, "origin"))
    return store_import_invalid (error, "A conversation in the file is not complete");
  whole->origin = g_strdup (store_json_string (object, "origin"));
  g_free (row->title);
  row->title = g_strdup (title ? title : "");
  row->title_by_user = store_json_boolean (object, "title_by_user");
  row->created_at = store_json_int (object, "created_at");
  row->updated_at = store_json_int (object, "updated_at");
  row->pinned = store_json_boolean (object, "pinned");
  row->archived = store_json_boolean (object, "archived");
  row->folder_id = store_json_int (object, "folder_id");
  row->model = g_strdup (store_json_string (object, "model"));
  row->draft = g_strdup (store_json_string (object, "draft"));
  row->settings = g_strdup (store_json_string (object, "settings"));

  for (guint i = 0; i < json_array_get_length (messages); i++)
    {
      JsonNode *node = json_array_get_element (messages, i);

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return store_import_invalid (error, "A message in the file is not complete");
      if (!read_message (whole, json_node_get_object (node), ids, error))
        return FALSE;
    }
  row->head_id = store_json_int (object, "head_id");
  if (row->head_id && !g_hash_table_contains (ids, &row->head_id))
    return store_import_invalid (error, "A conversation in the file shows a message that is not there");
  return TRUE;
}

static void
read_folder (PieceReader *self, JsonObject *object)
{
  StoreFolder *folder;
  const char *name = store_json_string (object, "name");

  if (!name || !*name || g_hash_table_size (self->base.folders) >= 10000)
    return;
  folder = g_new0 (StoreFolder, 1);
  folder->id = store_json_int (object, "id");
  folder->name = g_strdup (name);
  folder->parent_id = store_json_int (object, "parent_id");
  g_hash_table_replace (self->base.folders, &folder->id, folder);
}

/* ---- The pieces ------------------------------------------------------------------------------------------------- */

/* The turns collected so far, as a conversation of its own. */
static StoreWhole *
steal_collected (PieceReader *self)
{
  g_autoptr (GChecksum) sum = NULL;
  StoreWhole *whole = g_steal_pointer (&self->collected);

  if (!whole)
    return NULL;
  sum = g_checksum_new (G_CHECKSUM_SHA256);
  for (guint i = 0; i < whole->messages->len; i++)
    {
      const StoreMessage *message = whole->messages->pdata[i];

      g_checksum_update (sum, (const guchar *) message->text, strlen (message->text) + 1);
    }
  whole->origin = g_strconcat ("turns:", g_checksum_get_string (sum), NULL);
  return whole;
}

static StoreWhole *
collected (PieceReader *self, const char *source)
{
  if (!self->collected)
    self->collected = store_whole_new ();
  self->collected_source = source;
  self->n_found++;
  return self->collected;
}

typedef gboolean (*ReadObject) (StoreWhole *whole, JsonObject *object, GError **error);

static gboolean
read_whole (PieceReader *self, ReadObject read, JsonObject *object, StoreWhole **ret_whole, GError **error)
{
  g_autoptr (StoreWhole) whole = store_whole_new ();

  self->n_found++;
  if (!read (whole, object, error))
    return FALSE;
  *ret_whole = g_steal_pointer (&whole);
  return TRUE;
}

static gboolean
read_turns (PieceReader *self, JsonArray *turns, const char *text, const char *title, StoreWhole **ret_whole, GError **error)
{
  g_autoptr (StoreWhole) whole = store_whole_new ();
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  self->n_found++;
  whole->origin = g_strconcat ("turns:", sum, NULL);
  if (title)
    {
      g_free (whole->row->title);
      whole->row->title = g_strdup (title);
    }
  if (!store_read_turns (whole, turns, error))
    return FALSE;
  *ret_whole = g_steal_pointer (&whole);
  return TRUE;
}

static gboolean
read_object (PieceReader *self, const char *key, JsonObject *object, const char *text, StoreWhole **ret_whole,
             const char **ret_source, GError **error)
{
  JsonArray *turns;

  if (self->is_myna && g_str_equal (key, "folders"))
    {
      read_folder (self, object);
      return TRUE;
    }
  *ret_source = "Myna";
  if (self->is_myna && g_str_equal (key, "conversations"))
    return read_whole (self, read_myna, object, ret_whole, error);
  *ret_source = "ChatGPT";
  if (store_json_object (object, "mapping"))
    return read_whole (self, store_read_chatgpt, object, ret_whole, error);
  *ret_source = "Claude";
  if (store_json_array (object, "chat_messages"))
    return read_whole (self, store_read_claude, object, ret_whole, error);
  *ret_source = "ShareGPT";
  if ((turns = store_json_array (object, "conversations")) || (turns = store_json_array (object, "messages")))
    return read_turns (self, turns, text, store_json_string (object, "title"), ret_whole, error);
  if (store_json_string (object, "from"))
    return store_read_turn (collected (self, "ShareGPT"), object, error);
  if (store_json_string (object, "role"))
    return store_read_turn (collected (self, "ChatGLM"), object, error);
  return TRUE;
}

static gboolean
read_array (PieceReader *self, JsonArray *array, const char *text, StoreWhole **ret_whole, const char **ret_source,
            GError **error)
{
  JsonNode *first = json_array_get_length (array) ? json_array_get_element (array, 0) : NULL;

  *ret_source = "ChatGLM";
  if (first && !JSON_NODE_HOLDS_VALUE (first) && !JSON_NODE_HOLDS_NULL (first))
    return read_turns (self, array, text, NULL, ret_whole, error);
  return json_array_get_length (array) != 2 || store_read_pair (collected (self, "ChatGLM"), array, error);
}

static gboolean
read_value (PieceReader *self, const char *key, JsonNode *node, GError **error)
{
  if (g_str_equal (key, "format") && json_node_get_value_type (node) == G_TYPE_STRING)
    self->is_myna = g_str_equal (json_node_get_string (node), "myna-conversations");
  if (self->is_myna && g_str_equal (key, "version") && json_node_get_int (node) > 1)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_NEWER_VERSION, "The file was written by a newer version of Myna");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_piece (PieceReader *self, const char *key, const char *text, StoreWhole **ret_whole, const char **ret_source,
            GError **error)
{
  g_autoptr (GError) problem = NULL;
  JsonNode *root;

  if (!store_json_is_tame (text, strlen (text)))
    return store_import_invalid (error, "The file is not strict JSON, or nested too deeply");
  if (!json_parser_load_from_data (self->parser, text, -1, &problem))
    return store_import_invalid (error, "The file is not correct JSON: %s", problem->message);
  root = json_parser_get_root (self->parser);
  if (!root)
    return TRUE;
  if (JSON_NODE_HOLDS_OBJECT (root))
    return read_object (self, key, json_node_get_object (root), text, ret_whole, ret_source, error);
  if (JSON_NODE_HOLDS_ARRAY (root))
    return read_array (self, json_node_get_array (root), text, ret_whole, ret_source, error);
  return !JSON_NODE_HOLDS_VALUE (root) || read_value (self, key, root, error);
}

static gboolean
json_next (StoreReader *reader, StoreWhole **ret_whole, const char **ret_source, GError **error)
{
  PieceReader *self = (PieceReader *) reader;
  const char *key = "", *text = NULL;

  *ret_whole = NULL;
  while (!*ret_whole)
    {
      if (!store_slicer_next (self->slicer, &key, &text, error))
        return FALSE;
      if (!text)
        break;
      if (!read_piece (self, key, text, ret_whole, ret_source, error))
        return FALSE;
    }
  reader->n_done = store_slicer_tell (self->slicer);
  if (!*ret_whole && self->collected)
    {
      *ret_source = self->collected_source;
      *ret_whole = steal_collected (self);
    }
  if (!*ret_whole && self->n_found == 0 && !self->is_myna)
    return store_import_invalid (error, "There are no conversations in the file");
  return TRUE;
}

static void
json_free (StoreReader *reader)
{
  PieceReader *self = (PieceReader *) reader;

  store_slicer_free (self->slicer);
  g_object_unref (self->parser);
  g_clear_pointer (&self->collected, store_whole_free);
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
  return &self->base;
}
