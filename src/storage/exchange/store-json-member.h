/* store-json-member.h: members of a JSON object that may not be what they should
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_JSON_MEMBER_H
#define STORE_JSON_MEMBER_H

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Members of an object where they have the type; NULL or 0 otherwise. */
const char *store_json_string (JsonObject *object, const char *name);
gint64 store_json_int (JsonObject *object, const char *name);
double store_json_double (JsonObject *object, const char *name);
gboolean store_json_boolean (JsonObject *object, const char *name);
JsonObject *store_json_object (JsonObject *object, const char *name);
JsonArray *store_json_array (JsonObject *object, const char *name);

G_END_DECLS

#endif
