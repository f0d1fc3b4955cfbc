/* tool-json.h: JSON that a model, another program or a person wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The text, which ends with a 0, as JSON; NULL: it is not JSON, or has more than max_depth levels. */
JsonNode *tool_json_parse (const char *text, gsize n_bytes, guint max_depth) G_GNUC_WARN_UNUSED_RESULT;
/* Members of an object, still owned by it; NULL: the member is missing or has another type. */
const char *tool_json_string (JsonObject *object, const char *name);
JsonObject *tool_json_object (JsonObject *object, const char *name);
JsonArray *tool_json_array (JsonObject *object, const char *name);

G_END_DECLS

#endif
