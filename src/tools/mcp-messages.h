/* mcp-messages.h: the lines of the Model Context Protocol, in both of its eras
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All that depends on the version of the protocol is in this file and its source.  A line is one JSON-RPC message.
 */
#ifndef TOOL_MCP_MESSAGES_H
#define TOOL_MCP_MESSAGES_H

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define TOOL_MCP_MAX_DEPTH        64 /* of a message; beyond it is no message */

#define TOOL_MCP_METHOD_NOT_FOUND -32601

typedef enum
{
  TOOL_MCP_UNKNOWN,
  TOOL_MCP_LEGACY, /* 2024-11-05 … 2025-11-25: begins with a handshake */
  TOOL_MCP_MODERN, /* 2026-07-28: each request says who asks */
} ToolMcpEra;

typedef enum
{
  TOOL_MCP_RESULT,
  TOOL_MCP_ERROR,
  TOOL_MCP_REQUEST,
  TOOL_MCP_NOTIFICATION,
} ToolMcpKind;

typedef struct
{
  ToolMcpKind kind;
  gint64 id;          /* of a result or an error; −1: none of the ids that we give */
  JsonNode *their_id; /* of a request; NULL: none */
  char *method;       /* of a request or a notification */
  JsonObject *body;   /* the result, or the parameters; NULL: none, or no object */
  gint64 code;        /* of an error … */
  char *message;      /* … and its text; may be NULL */
} ToolMcpMessage;

/* FALSE: the line is no message. */
gboolean tool_mcp_read (const char *line, gsize n_bytes, ToolMcpMessage *ret_message);
/* Whether it fails only because it is nested more deeply than TOOL_MCP_MAX_DEPTH: its request will never be answered. */
gboolean tool_mcp_is_too_deep (const char *line, gsize n_bytes);
void tool_mcp_message_clear (ToolMcpMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToolMcpMessage, tool_mcp_message_clear)

/* What is sent: a line each, without its end.  params: taken; may be NULL. */
char *tool_mcp_request (ToolMcpEra era, gint64 id, const char *method, JsonObject *params) G_GNUC_WARN_UNUSED_RESULT;
char *tool_mcp_notification (const char *method, JsonObject *params) G_GNUC_WARN_UNUSED_RESULT;
/* The error that answers a request of the server: none are supported. */
char *tool_mcp_refuse (const ToolMcpMessage *request) G_GNUC_WARN_UNUSED_RESULT;

/* The questions that begin a conversation. */
char *tool_mcp_discover (gint64 id) G_GNUC_WARN_UNUSED_RESULT;
char *tool_mcp_initialize (gint64 id) G_GNUC_WARN_UNUSED_RESULT;
/* What the answer to the first question says of the server's era. */
ToolMcpEra tool_mcp_judge (const ToolMcpMessage *answer);
/* Whether the answer to the handshake names a version that is spoken here. */
gboolean tool_mcp_is_version_known (JsonObject *initialized);
/* Whether the server says when its list of tools changes. */
gboolean tool_mcp_tells_of_changes (JsonObject *answer);

G_END_DECLS

#endif
