/* store-import-calls.c: calls of tools as OpenAI's interface writes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-import-calls.h"

#include <string.h>

#include "exchange/store-json-member.h"
#include "text/text-json.h"

void
store_import_add_call (StoreTurn *turn, StoreWhole *whole, JsonObject *call)
{
  JsonObject *function = text_json_object (call, "function");
  JsonObject *from = function ? function : call;
  const char *name = text_json_string (from, "name");
  JsonNode *arguments = from ? json_object_get_member (from, "arguments") : NULL;
  g_autofree char *text = arguments ? store_json_text (arguments) : NULL;

  if (name)
    store_turn_add_call (turn, name, text);
  else
    store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, "tool call", 1);
}

void
store_import_add_calls (StoreTurn *turn, StoreWhole *whole, JsonArray *calls)
{
  for (guint i = 0; calls && i < json_array_get_length (calls); i++)
    store_import_add_call (turn, whole, text_json_element (calls, i));
}

void
store_import_add_calls_text (StoreTurn *turn, StoreWhole *whole, const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root = NULL;

  if (!text || !*text)
    return;
  if (text_json_is_tame (text, strlen (text)) && json_parser_load_from_data (parser, text, -1, NULL))
    root = json_parser_get_root (parser);
  if (root && JSON_NODE_HOLDS_ARRAY (root))
    store_import_add_calls (turn, whole, json_node_get_array (root));
  else if (root && JSON_NODE_HOLDS_OBJECT (root) && json_object_has_member (json_node_get_object (root), "name"))
    store_import_add_call (turn, whole, json_node_get_object (root));
  else
    store_turn_add_call (turn, NULL, text);
}
