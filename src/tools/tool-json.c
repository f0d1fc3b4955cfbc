/* tool-json.c: JSON that a model, another program or a person wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tool-json.h"

#include <string.h>

#include "text/text-json.h"

JsonNode *
tool_json_parse (const char *text, gsize n_bytes, guint max_depth)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  /* What stands behind a 0 would be read unseen. */
  if (memchr (text, '\0', n_bytes) || !g_utf8_validate (text, (gssize) n_bytes, NULL)
      || !text_json_is_tame_to (text, n_bytes, max_depth) || !json_parser_load_from_data (parser, text, (gssize) n_bytes, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}
