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

guint
tool_json_find_error (const char *text, gsize n_bytes, guint max_depth, char **ret_reason)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  const char *end = text + n_bytes, *place = memchr (text, '\0', n_bytes);
  guint line = 1;

  if (place)
    *ret_reason = g_strdup ("There is a byte 0");
  else if (!g_utf8_validate (text, (gssize) n_bytes, &place))
    *ret_reason = g_strdup ("The text is not UTF-8");
  else if (text_json_is_tame_to (text, n_bytes, max_depth)
           && !json_parser_load_from_data (parser, text, (gssize) n_bytes, &error))
    {
      const char *number = strchr (error->message, ':'); /* "<data>:3:7: Parse error: …" */

      *ret_reason = g_strdup (error->message);
      return number ? (guint) g_ascii_strtoull (number + 1, NULL, 10) : 0;
    }
  else
    {
      *ret_reason = g_strdup ("It is nested too deeply, or has more than JSON allows: comments or single quotes");
      return 0;
    }
  for (const char *p = text; p < place && p < end; p++)
    line += *p == '\n';
  return line;
}
