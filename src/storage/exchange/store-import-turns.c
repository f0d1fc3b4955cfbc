/* store-import-turns.c: lists of turns, as OpenAI's interface, ShareGPT and the ChatGLM demos have them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ShareGPT: [ { "from": "human" | "gpt" | "system" | "function_call" | "observation", "value" } ].  OpenAI: [ { "role", "content":
 * text, null or parts, "tool_calls", "reasoning_content" } ].  ChatGLM demos: [ [ question, answer ], … ].  Around them there may
 * be an object with "system", "title" and so on.
 */
#include "exchange/store-import-formats.h"

#include "exchange/store-import-calls.h"
#include "exchange/store-json-member.h"
#include "exchange/store-turn.h"

static const char *const turn_members[] = {
  "from",          "value",
  "role",          "content",
  "name",          "id",
  "timestamp",     "created_at",
  "create_time",   "model",
  "tool_calls",    "tool_call_id",
  "function_call", "reasoning_content",
  "reasoning",     "thinking",
  "weight",        "metadata",
  "loss",          "parts",
  "text",          NULL,
};
static const char *const object_members[] = {
  "id",         "conversations", "messages",   "history",     "system", "title",    "name", "model",
  "created_at", "create_time",   "updated_at", "update_time", "source", "language", NULL,
};

static gboolean
is_call (const char *role)
{
  return g_ascii_strcasecmp (role, "function_call") == 0 || g_ascii_strcasecmp (role, "tool_call") == 0;
}

static void
fill_turn (StoreTurn *turn, StoreWhole *whole, JsonObject *from, const char *role)
{
  static const char *const thoughts[] = { "reasoning_content", "reasoning", "thinking" };
  static const char *const contents[] = { "value", "content", "text", "parts" };
  JsonObject *call = text_json_object (from, "function_call");

  for (gsize i = 0; i < G_N_ELEMENTS (thoughts); i++)
    store_turn_add_thought (turn, text_json_string (from, thoughts[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      JsonNode *content = json_object_get_member (from, contents[i]);

      if (!content)
        continue;
      if (is_call (role) && store_json_node_string (content))
        store_import_add_calls_text (turn, whole, store_json_node_string (content));
      else
        store_turn_add_content (turn, content);
      break;
    }
  if (call)
    store_import_add_call (turn, whole, call);
  store_import_add_calls (turn, whole, text_json_array (from, "tool_calls"));
}

static gboolean
read_turn (StoreWhole *whole, JsonObject *from, const char *default_model, GError **error)
{
  static const char *const times[] = { "timestamp", "created_at", "create_time" };
  const char *speaker = text_json_string (from, "from"), *model = text_json_string (from, "model");
  const char *name = speaker ? speaker : text_json_string (from, "role");
  int role = store_import_role (name);
  gint64 time = 0;
  StoreTurn *turn;

  store_import_notes_add_members (whole->notes, from, turn_members);
  if (role < 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
      return TRUE;
    }
  for (gsize i = 0; !time && i < G_N_ELEMENTS (times); i++)
    time = store_json_time (from, times[i]);
  turn = store_turn_new (whole, role, time, model ? model : default_model);
  fill_turn (turn, whole, from, name);
  return store_turn_append (turn, error);
}

static gboolean
add_text (StoreWhole *whole, StoreRole role, const char *text, GError **error)
{
  return !text || !*text || store_whole_add_last (whole, role, text, error) != NULL;
}

static gboolean
read_pair (StoreWhole *whole, JsonArray *pair, GError **error)
{
  for (guint i = 0; i < json_array_get_length (pair); i++)
    {
      JsonNode *node = json_array_get_element (pair, i);
      const char *text = i < 2 ? store_json_node_string (node) : NULL;

      /* The web demo keeps null where there is no answer yet. */
      if (!text && !JSON_NODE_HOLDS_NULL (node))
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
      else if (!add_text (whole, i == 0 ? STORE_ROLE_USER : STORE_ROLE_ASSISTANT, text, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_list (StoreWhole *whole, JsonArray *turns, const char *model, GError **error)
{
  for (guint i = 0; i < json_array_get_length (turns); i++)
    {
      JsonNode *node = json_array_get_element (turns, i);
      gboolean success = TRUE;

      if (JSON_NODE_HOLDS_OBJECT (node))
        success = read_turn (whole, json_node_get_object (node), model, error);
      else if (JSON_NODE_HOLDS_ARRAY (node))
        success = read_pair (whole, json_node_get_array (node), error);
      else
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, NULL, 1);
      if (!success)
        return FALSE;
    }
  return TRUE;
}

gboolean
store_read_turns (StoreWhole *whole, JsonArray *turns, GError **error)
{
  return read_list (whole, turns, NULL, error);
}

gboolean
store_read_turns_object (StoreWhole *whole, JsonObject *object, GError **error)
{
  static const char *const lists[] = { "conversations", "messages", "history" };
  const char *title = text_json_string (object, "title");

  store_whole_set_title (whole, title ? title : text_json_string (object, "name"));
  whole->row->created_at = MAX (store_json_time (object, "created_at"), store_json_time (object, "create_time"));
  whole->row->updated_at = MAX (store_json_time (object, "updated_at"), store_json_time (object, "update_time"));
  store_import_notes_add_members (whole->notes, object, object_members);
  if (!add_text (whole, STORE_ROLE_SYSTEM, text_json_string (object, "system"), error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    if (text_json_array (object, lists[i])
        && !read_list (whole, text_json_array (object, lists[i]), text_json_string (object, "model"), error))
      return FALSE;
  return TRUE;
}

gboolean
store_read_instruction (StoreWhole *whole, JsonObject *object, GError **error)
{
  static const char *const members[] = { "instruction", "prompt", "question", "input",   "output", "response",
                                         "completion",  "answer", "system",   "history", "id",     NULL };
  static const char *const questions[] = { "instruction", "prompt", "question" };
  static const char *const answers[] = { "output", "response", "completion", "answer" };
  const char *question = NULL, *answer = NULL, *input = text_json_string (object, "input");
  JsonArray *history = text_json_array (object, "history");
  g_autofree char *both = NULL;

  for (gsize i = 0; !question && i < G_N_ELEMENTS (questions); i++)
    question = text_json_string (object, questions[i]);
  for (gsize i = 0; !answer && i < G_N_ELEMENTS (answers); i++)
    answer = text_json_string (object, answers[i]);
  if (!question || !answer)
    return FALSE;
  store_import_notes_add_members (whole->notes, object, members);
  both = input && *input ? g_strconcat (question, "\n\n", input, NULL) : g_strdup (question);
  return add_text (whole, STORE_ROLE_SYSTEM, text_json_string (object, "system"), error)
         && (!history || read_list (whole, history, NULL, error)) && add_text (whole, STORE_ROLE_USER, both, error)
         && add_text (whole, STORE_ROLE_ASSISTANT, answer, error);
}
