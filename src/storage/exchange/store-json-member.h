/* store-json-member.h: members of a JSON object that may not be what they should
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_JSON_MEMBER_H
#define STORE_JSON_MEMBER_H

#include <json-glib/json-glib.h>

#include "text/json/text-json-member.h"

G_BEGIN_DECLS

/* Members of an object where they have the type; 0 otherwise.  Strings, objects and arrays: text-json-member.h. */
gint64 store_json_int (JsonObject *object, const char *name);
double store_json_double (JsonObject *object, const char *name);
gboolean store_json_boolean (JsonObject *object, const char *name);
/* A node's string where it is one. */
const char *store_json_node_string (JsonNode *node);
/* A string, or a number as one: what programs use as ids.  NULL: neither.  Owned by the caller. */
char *store_json_id (JsonNode *node);
/* A time in ms since 1970: ISO 8601, a number of seconds or milliseconds, told apart by its size, or as programs show it to people:
 * "January 2, 2026 10:00am", "2026-1-2 @10h 00m 05s", in the zone of this computer; 0: none. */
gint64 store_json_time (JsonObject *object, const char *name);
/* A node as JSON text; a string as it is.  Owned by the caller. */
char *store_json_text (JsonNode *node);

G_END_DECLS

#endif
