/* servers.h: other people's programs that offer tools (MCP over standard input and output)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A ToolServer is such a program: how it is started, what it offers, what it wrote to its log.  A ToolServers is the list of those
 * that the person entered, in a file of the data folder.  A server is off until the person starts it; from then on its tools are
 * in the registry, and it is started once, with the first call.  Its tools are of the class outside.
 *
 * Used from the main thread.
 */
#ifndef TOOL_SERVERS_H
#define TOOL_SERVERS_H

#include "tools/tools.h"

G_BEGIN_DECLS

typedef enum
{
  TOOL_SERVER_OFF,
  TOOL_SERVER_READY, /* on, and started with the next call */
  TOOL_SERVER_STARTING,
  TOOL_SERVER_RUNS,
  TOOL_SERVER_FAILED,
} ToolServerState;

/* Why it failed; the detail is in tool_server_get_detail(). */
typedef enum
{
  TOOL_SERVER_NO_PROBLEM,
  TOOL_SERVER_NOT_FOUND,   /* there is no such command; detail: the folders that were looked through, or NULL */
  TOOL_SERVER_NOT_STARTED, /* detail: the system's reason */
  TOOL_SERVER_ENDED,       /* by itself; detail: the last line of its log, may be NULL */
  TOOL_SERVER_NO_ANSWER,   /* in time */
  TOOL_SERVER_NO_SERVER,   /* it writes lines that are no messages */
  TOOL_SERVER_TOO_LARGE,   /* its answers are */
  TOOL_SERVER_DEAF,        /* it does not read what it is sent */
  TOOL_SERVER_VERSION,     /* it speaks another version of the protocol */
  TOOL_SERVER_REFUSED,     /* it answered with an error; detail: its words */
  TOOL_SERVER_TOO_OFTEN,   /* it ended again and again */
  TOOL_SERVER_NO_BOX,      /* it is to run in a sandbox, which cannot be had; detail: why */
} ToolServerProblem;

/* A tool as the server describes it. */
typedef struct
{
  const char *name;        /* as the server calls it */
  const char *offered;     /* as the model does; NULL: it is not offered … */
  const char *refused;     /* … for this reason, in English; NULL: its server is off */
  const char *description; /* foreign: plain text */
} ToolServerTool;

/* How a server is started. */
typedef struct
{
  char *name;
  char **command;      /* the program and its arguments: no shell reads them */
  char **environment;  /* "NAME=VALUE"; NULL: none */
  char *folder;        /* where it works; NULL: the home folder */
  gboolean in_box;     /* it sees no file of the person's but those that the command, the variables and the folder name … */
  gboolean no_network; /* … and, in there, no network */
} ToolServerConfig;

ToolServerConfig *tool_server_config_copy (const ToolServerConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void tool_server_config_free (ToolServerConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolServerConfig, tool_server_config_free)

/* Signal "changed": anything about it. */
#define TOOL_TYPE_SERVER (tool_server_get_type ())
G_DECLARE_FINAL_TYPE (ToolServer, tool_server, TOOL, SERVER, GObject)

ToolServer *tool_server_new (const ToolServerConfig *config) G_GNUC_WARN_UNUSED_RESULT;
const ToolServerConfig *tool_server_get_config (ToolServer *self);
/* The command as a shell would be given it. */
char *tool_server_dup_command_line (ToolServer *self) G_GNUC_WARN_UNUSED_RESULT;
ToolServerState tool_server_get_state (ToolServer *self);
ToolServerProblem tool_server_get_problem (ToolServer *self);
const char *tool_server_get_detail (ToolServer *self);
/* What it wrote to its standard error, and what was wrong with its messages: the last of it. */
const char *tool_server_get_log (ToolServer *self);
guint tool_server_get_n_tools (ToolServer *self);
/* Borrowed till the server changes. */
ToolServerTool tool_server_get_tool (ToolServer *self, guint i);
/* Whether its list was cut at the limits. */
gboolean tool_server_is_cut (ToolServer *self);
/* Runs its command. */
void tool_server_start (ToolServer *self);
void tool_server_stop (ToolServer *self);
/* How long the first answer and a call may take; 0: as people get (60 s).  Tests. */
void tool_server_set_limits (ToolServer *self, guint first_ms, guint silence_ms);

/* Calls a tool by its own name, and starts the server if it is on.  allowed: what the person allowed; where the server now
 * describes it otherwise it is not run.  NULL: whatever has that name.  arguments: JSON that fits its schema.  The result as
 * tool_call_finish() gives it. */
void tool_server_call_async (ToolServer *self, const char *tool, const Tool *allowed, const char *arguments,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
char *tool_server_call_finish (ToolServer *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- The list --------------------------------------------------------------------------------------------------- */

/* What is wrong with a schema, in English, or NULL: owned by the caller. */
typedef char *(*ToolSchemaCheck) (const char *schema);

/* Signal "changed": there are other tools in the registry. */
#define TOOL_TYPE_SERVERS (tool_servers_get_type ())
G_DECLARE_FINAL_TYPE (ToolServers, tool_servers, TOOL, SERVERS, GObject)

/* The servers of a file, which need not be there; one that cannot be read stays until the list is saved, and is kept under another
 * name then.  path NULL: of no file.  Only one at a time. */
ToolServers *tool_servers_new (const char *path, ToolSchemaCheck check) G_GNUC_WARN_UNUSED_RESULT;
/* The file is there and cannot be read, so that the list is empty. */
gboolean tool_servers_are_unreadable (ToolServers *self);
/* The one that there is, or NULL. */
ToolServers *tool_servers_get_default (void);
/* Items are ToolServer. */
GListModel *tool_servers_get_list (ToolServers *self);
/* FALSE: there is one of this name, or a name or a command is missing; or the file could not be written.  It is off. */
gboolean tool_servers_add (ToolServers *self, const ToolServerConfig *config, GError **error);
gboolean tool_servers_remove (ToolServers *self, ToolServer *server, GError **error);
/* Starts it, and keeps it on; or stops it. */
gboolean tool_servers_set_on (ToolServers *self, ToolServer *server, gboolean on, GError **error);
/* The registry has other tools: those of the servers are registered anew behind them. */
void tool_servers_refresh (ToolServers *self);
/* What the sandbox is like (see ToolServerConfig): one that runs starts again in it.  Permissions for its tools end with that. */
gboolean tool_servers_set_box (ToolServers *self, ToolServer *server, gboolean in_box, gboolean no_network, GError **error);
/* The servers that another program's file names (mcp.json, claude_desktop_config.json) → GPtrArray of ToolServerConfig.
 * ret_left_out: names of those that are not started by a command, with commas between, or NULL.  On failure *ret_line is the line that
 * is not JSON (TOOL_ERROR_ARGUMENTS), 0: not known; without servers the error is TOOL_ERROR_FAILED. */
GPtrArray *tool_servers_read_file (const char *path, char **ret_left_out, guint *ret_line, GError **error);
/* An earlier version of a tool by its fingerprint: how it was started, described and called.  NULL: not known. */
char *tool_servers_dup_version (ToolServers *self, const char *fingerprint) G_GNUC_WARN_UNUSED_RESULT;
/* The same of a tool as it is now; NULL: it is not a server's. */
char *tool_servers_dup_current (const Tool *tool) G_GNUC_WARN_UNUSED_RESULT;
/* The server that a tool belongs to; NULL: none. */
const char *tool_get_server (const Tool *tool);

G_END_DECLS

#endif
