/* server-messages.h: the messages of a chat as turns for the model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERVER_MESSAGES_H
#define SERVER_MESSAGES_H

#include "server/server-request.h"

G_BEGIN_DECLS

/* Appends to request->turns. */
gboolean server_messages_read (ServerRequest *request, JsonArray *messages, ServerProblem *problem);
/* A name that a tool may have: letters, digits, _ . - */
gboolean server_is_tool_name (const char *name);

G_END_DECLS

#endif
