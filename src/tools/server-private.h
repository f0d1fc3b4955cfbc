/* server-private.h: what the list of servers knows of one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_SERVER_PRIVATE_H
#define TOOL_SERVER_PRIVATE_H

#include "tools/mcp-result.h"
#include "tools/servers.h"

G_BEGIN_DECLS

/* ToolMcpTool, as it was listed last; the registered tools stand in the same order. */
GPtrArray *tool_server_get_listed (ToolServer *self);
/* What was listed by an earlier run of the program: it is on, and ready. */
void tool_server_set_listed (ToolServer *self, GPtrArray *tools);
/* Ends what runs. */
void tool_server_set_box (ToolServer *self, gboolean in_box, gboolean no_network);
/* The registered tool, or NULL. */
void tool_server_set_offered (ToolServer *self, guint i, const Tool *tool);
/* The pictures that came with the text of a finished call: GBytes of PNG or JPEG files. */
GPtrArray *tool_server_call_get_pictures (GAsyncResult *result);

G_END_DECLS

#endif
