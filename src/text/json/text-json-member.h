/* text-json-member.h: members of JSON that somebody else wrote, which may not be what they should
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TEXT_JSON_MEMBER_H
#define TEXT_JSON_MEMBER_H

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A member of an object, still owned by it; NULL: there is no object, or no such member, or it has another type. */
const char *text_json_string (JsonObject *object, const char *name);
JsonObject *text_json_object (JsonObject *object, const char *name);
JsonArray *text_json_array (JsonObject *object, const char *name);
/* An array's element where it is an object; NULL otherwise. */
JsonObject *text_json_element (JsonArray *array, guint i);

G_END_DECLS

#endif
