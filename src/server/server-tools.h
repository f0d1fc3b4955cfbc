/* server-tools.h: the tools and the form of the reply that a client asks for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERVER_TOOLS_H
#define SERVER_TOOLS_H

#include "server/server-request.h"

G_BEGIN_DECLS

/* Reads tools, tool_choice, parallel_tool_calls and response_format into request->tools and request->form. */
gboolean server_tools_read (ServerRequest *request, JsonObject *body, ServerProblem *problem);

G_END_DECLS

#endif
