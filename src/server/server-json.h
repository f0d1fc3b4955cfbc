/* server-json.h: reading JSON that anybody may have sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An optional member that is absent or null leaves what is there.  One of the wrong type is a problem that names it.
 */
#ifndef SERVER_JSON_H
#define SERVER_JSON_H

#include "server/server-problem.h"

G_BEGIN_DECLS

#define SERVER_JSON_MAX_DEPTH 32

/* The text's root, an object; NULL: the problem says why. */
JsonNode *server_json_parse (const char *text, gsize n_bytes, ServerProblem *problem);
/* What was built, as text on one line; the caller frees. */
char *server_json_write (JsonBuilder *builder);
char *server_json_write_node (JsonNode *node);

/* The member, or NULL where it is absent or null. */
JsonNode *server_json_get (JsonObject *object, const char *name);

gboolean server_json_read_number (JsonObject *object, const char *name, double minimum, double maximum, double *number,
                                  ServerProblem *problem);
gboolean server_json_read_integer (JsonObject *object, const char *name, gint64 minimum, gint64 maximum, gint64 *number,
                                   ServerProblem *problem);
gboolean server_json_read_boolean (JsonObject *object, const char *name, gboolean *value, ServerProblem *problem);
/* The three below belong to the object. */
gboolean server_json_read_string (JsonObject *object, const char *name, const char **text, ServerProblem *problem);
gboolean server_json_read_object (JsonObject *object, const char *name, JsonObject **value, ServerProblem *problem);
gboolean server_json_read_array (JsonObject *object, const char *name, JsonArray **value, ServerProblem *problem);

/* Whether the node is a string, which *text is then. */
gboolean server_json_is_string (JsonNode *node, const char **text);

G_END_DECLS

#endif
