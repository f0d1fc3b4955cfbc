/* tool-json.h: JSON that a model, another program or a person wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <json-glib/json-glib.h>

#include "text/json/text-json-member.h"

G_BEGIN_DECLS

/* The text, which ends with a 0, as JSON; NULL: it is not JSON, or has more than max_depth levels. */
JsonNode *tool_json_parse (const char *text, gsize n_bytes, guint max_depth) G_GNUC_WARN_UNUSED_RESULT;
/* What is wrong with a text that is none, in the parser's words, and in which line; 0: not known. */
guint tool_json_find_error (const char *text, gsize n_bytes, guint max_depth, char **ret_reason);

G_END_DECLS

#endif
