/* server-tools.h: the tools of servers in the registry
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_SERVER_TOOLS_H
#define TOOL_SERVER_TOOLS_H

#include "tools/server-private.h"

G_BEGIN_DECLS

/* Puts the tools of those servers that are on in the place of all that were there, in this order.  A tool is called as its server
 * calls it where no other is; else "server_tool". */
void tool_server_tools_offer (GListModel *servers, ToolSchemaCheck check);

G_END_DECLS

#endif
