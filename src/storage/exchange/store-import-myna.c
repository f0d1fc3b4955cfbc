/* store-import-myna.c: a conversation of our own JSON, which store-export-json.c describes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-import-formats.h"

#include "exchange/store-json-member.h"

static const char *const conversation_members[] = {
  "origin",    "title",   "title_by_user", "created_at", "updated_at", "pinned",   "archived",
  "folder_id", "head_id", "model",         "draft",      "settings",   "messages", NULL,
};
static const char *const message_members[] = {
  "id",      "parent_id",  "role",        "state",           "text",     "attachments",
  "model",   "created_at", "finished_at", "n_prompt_tokens", "n_tokens", "first_token_seconds",
  "seconds", "call",       "mark",        "given",           NULL,
};

#define MAX_GIVEN     4096
#define MAX_MADE      64
#define MAX_MADE_SIDE 65535

/* Nobody trusts a picture's bytes for being in the file: see tool_picture_read(). */
static GPtrArray *
read_made (StoreWhole *whole, JsonArray *array)
{
  static const char *const members[] = { "name", "width", "height", "data", NULL };
  GPtrArray *list = store_made_list_new ();

  for (guint i = 0; i < MIN (json_array_get_length (array), MAX_MADE); i++)
    {
      JsonObject *object = text_json_element (array, i);
      const char *name = object ? text_json_string (object, "name") : NULL;
      const char *text = object ? text_json_string (object, "data") : NULL;
      g_autofree char *tame = name ? store_tame_name (name) : NULL;
      g_autoptr (GBytes) data = NULL;
      gsize n = 0;

      if (!tame)
        continue;
      store_import_notes_add_members (whole->notes, object, members);
      if (text)
        {
          guchar *bytes = g_base64_decode (text, &n);

          data = g_bytes_new_take (bytes, n);
        }
      g_ptr_array_add (list, store_made_new (tame, CLAMP (store_json_int (object, "width"), 0, MAX_MADE_SIDE),
                                             CLAMP (store_json_int (object, "height"), 0, MAX_MADE_SIDE), data));
    }
  return list;
}

static StoreCall *
read_call (StoreWhole *whole, JsonObject *object)
{
  static const char *const members[] = { "state", "allowed_by", "edited", "started_at", "finished_at", "metadata",
                                         "tool",  "arguments",  "result", "made",       NULL };
  const char *metadata = text_json_string (object, "metadata"), *tool = text_json_string (object, "tool");
  int state = store_call_state_from_name (text_json_string (object, "state"));
  int allowed_by = store_allowed_by_from_name (text_json_string (object, "allowed_by"));
  JsonArray *made = text_json_array (object, "made");
  StoreCall *call;

  if (state < 0 || state == STORE_CALL_RUNNING || allowed_by < 0 || !metadata || !tool)
    return NULL;
  store_import_notes_add_members (whole->notes, object, members);
  call = g_new (StoreCall, 1);
  *call = (StoreCall){
    .state = state,
    .allowed_by = allowed_by,
    .edited = store_json_boolean (object, "edited"),
    .started_at = store_json_int (object, "started_at"),
    .finished_at = store_json_int (object, "finished_at"),
    .metadata = g_strdup (metadata),
    .tool = g_strdup (tool),
    .arguments = g_strdup (text_json_string (object, "arguments")),
    .result = g_strdup (text_json_string (object, "result")),
    .made = made ? read_made (whole, made) : NULL,
  };
  return call;
}

/* What names nothing that is attached is left out when it is written. */
static GPtrArray *
read_given (StoreWhole *whole, JsonArray *array)
{
  static const char *const members[] = { "number", "sha256", "ordinal", NULL };
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) store_passage_free);

  for (guint i = 0; i < MIN (json_array_get_length (array), MAX_GIVEN); i++)
    {
      JsonObject *object = text_json_element (array, i);
      const char *sha256 = object ? text_json_string (object, "sha256") : NULL;
      StorePassage *passage;

      if (!sha256)
        continue;
      store_import_notes_add_members (whole->notes, object, members);
      passage = store_passage_new ();
      passage->number = CLAMP (store_json_int (object, "number"), 1, G_MAXINT);
      passage->ordinal = CLAMP (store_json_int (object, "ordinal"), 0, G_MAXINT);
      passage->sha256 = g_strdup (sha256);
      g_ptr_array_add (list, passage);
    }
  return list;
}

static gboolean
read_message (StoreWhole *whole, JsonObject *object, GHashTable *ids, GError **error)
{
  int role = store_role_from_name (text_json_string (object, "role"));
  int state = store_state_from_name (text_json_string (object, "state"));
  gint64 id = store_json_int (object, "id"), parent_id = store_json_int (object, "parent_id");
  const char *text = text_json_string (object, "text");
  JsonObject *call = text_json_object (object, "call");
  JsonArray *given = text_json_array (object, "given");
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
  message->attachments = g_strdup (text_json_string (object, "attachments"));
  message->model = g_strdup (text_json_string (object, "model"));
  message->created_at = store_json_int (object, "created_at");
  message->finished_at = store_json_int (object, "finished_at");
  message->n_prompt_tokens = CLAMP (store_json_int (object, "n_prompt_tokens"), 0, G_MAXINT);
  message->n_tokens = CLAMP (store_json_int (object, "n_tokens"), 0, G_MAXINT);
  message->first_token_seconds = store_json_double (object, "first_token_seconds");
  message->seconds = store_json_double (object, "seconds");
  message->mark = CLAMP (store_json_int (object, "mark"), -1, 1);
  if (call && (role != STORE_ROLE_ASSISTANT || !(message->call = read_call (whole, call))))
    return store_import_invalid (error, "A call in the file is not complete");
  if (given && role == STORE_ROLE_USER)
    message->given = read_given (whole, given);
  store_import_notes_add_members (whole->notes, object, message_members);
  g_hash_table_add (ids, &message->id);
  return TRUE;
}

gboolean
store_read_myna (StoreWhole *whole, JsonObject *object, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_int64_hash, g_int64_equal);
  JsonArray *messages = text_json_array (object, "messages");
  StoreConversation *row = whole->row;
  const char *title = text_json_string (object, "title");

  if (!messages || !text_json_string (object, "origin"))
    return store_import_invalid (error, "A conversation in the file is not complete");
  whole->origin = g_strdup (text_json_string (object, "origin"));
  g_free (row->title);
  row->title = g_strdup (title ? title : "");
  row->title_by_user = store_json_boolean (object, "title_by_user");
  row->created_at = store_json_int (object, "created_at");
  row->updated_at = store_json_int (object, "updated_at");
  row->pinned = store_json_boolean (object, "pinned");
  row->archived = store_json_boolean (object, "archived");
  row->folder_id = store_json_int (object, "folder_id");
  row->model = g_strdup (text_json_string (object, "model"));
  row->draft = g_strdup (text_json_string (object, "draft"));
  row->settings = g_strdup (text_json_string (object, "settings"));
  store_import_notes_add_members (whole->notes, object, conversation_members);

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
