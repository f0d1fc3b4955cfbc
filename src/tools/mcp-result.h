/* mcp-result.h: what a server of tools answers: its list of tools, and the result of a call
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_MCP_RESULT_H
#define TOOL_MCP_RESULT_H

#include <json-glib/json-glib.h>

#include "tools/mcp-messages.h"
#include "tools/tools.h"

G_BEGIN_DECLS

#define TOOL_MCP_MAX_TOOLS       512
#define TOOL_MCP_MAX_PAGES       50
#define TOOL_MCP_MAX_LIST        (4 << 20) /* bytes of a server's list */
#define TOOL_MCP_MAX_DESCRIPTION 1024      /* characters */
#define TOOL_MCP_MAX_SCHEMA      (64 << 10)

/* A tool as a server describes it. */
typedef struct
{
  char *name;
  char *description;    /* "" where there is none; plain text */
  char *schema;         /* of the arguments */
  gboolean structured;  /* it says what its results look like */
  char *refused;        /* why it is not offered among the tools that there are now; NULL: it is */
  const char *unusable; /* why it never is; NULL: it can be */
} ToolMcpTool;

void tool_mcp_tool_free (ToolMcpTool *tool);
/* Whether it is described as the registered one is. */
gboolean tool_mcp_is_tool (const ToolMcpTool *tool, const Tool *registered);

/* Appends the tools of a page of the list.  *n_bytes: of all pages so far.  FALSE: the list is too large, and was cut. */
gboolean tool_mcp_read_tools (JsonObject *page, GPtrArray *tools, gsize *n_bytes);
/* The cursor of the next page; NULL: there is none. */
const char *tool_mcp_get_cursor (JsonObject *page);

/* The text of a call's result.  structured: the tool says what its results look like.  pictures: takes GBytes, the files of those
 * pictures that can be shown, in the order in which the text names them.  NULL: TOOL_ERROR. */
char *tool_mcp_dup_text (JsonObject *result, ToolMcpEra era, gboolean structured, GPtrArray *pictures,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

#endif
