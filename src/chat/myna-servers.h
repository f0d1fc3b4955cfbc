/* myna-servers.h: the person's servers of tools, and what is said of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "tools/servers.h"

G_BEGIN_DECLS

/* FALSE in a Flatpak: only programs inside it could run, and it has none that are servers. */
gboolean myna_servers_are_possible (void);
/* What is wrong with the parameters of a tool, in English, or NULL; the caller frees. */
char *myna_tool_check_schema (const char *schema) G_GNUC_WARN_UNUSED_RESULT;
/* The servers of the data folder.  NULL: they are not possible. */
ToolServers *myna_servers_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* What is said above their list: what they are, or that their file cannot be read.  Static. */
const char *myna_servers_get_word (ToolServers *servers);

/* Adds those of a list of servers (mcp.json …) that there are not yet.  FALSE with an error for people where some or all are left out;
 * *ret_title (static) says above it which. */
gboolean myna_servers_import (ToolServers *servers, const char *path, const char **ret_title, GError **error);

/* How it is, in a line: "Running: 3 tools", or what went wrong. */
char *myna_server_dup_state (ToolServer *server) G_GNUC_WARN_UNUSED_RESULT;
/* What it sees of the person's files, in a sentence.  Static. */
const char *myna_server_get_box (const ToolServerConfig *config);
/* What a call of one of its tools may touch, in a sentence.  Static. */
const char *myna_server_get_reach (const char *server);
/* Why a tool of it is not offered, or NULL. */
char *myna_server_dup_refused (const ToolServerTool *tool) G_GNUC_WARN_UNUSED_RESULT;
/* All that is said of its first n tools, to be compared. */
char *myna_server_dup_tools (ToolServer *server, guint n) G_GNUC_WARN_UNUSED_RESULT;
/* What a person typed as a server's command, taken apart as a shell would, without anything that a shell does.  NULL: a quote does
 * not end. */
char **myna_server_parse_command (const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* The lines that are "NAME=VALUE"; *ret_wrong: the first that is not, or NULL. */
char **myna_server_parse_variables (const char *text, char **ret_wrong) G_GNUC_WARN_UNUSED_RESULT;

/* What a person typed of a new server, as it stands in the fields. */
typedef struct
{
  const char *name;
  const char *command;
  const char *folder;    /* empty: the home folder */
  const char *variables; /* a line each */
  gboolean in_box, no_network;
} MynaServerTyped;

/* Adds the server.  FALSE: *ret_problem says to people what is wrong with it; the caller frees. */
gboolean myna_servers_add_typed (ToolServers *servers, const MynaServerTyped *typed, char **ret_problem);
/* What is passed to the system: the program and each argument, a line each, in marks that nobody types; or what is wrong with the
 * command.  The caller frees. */
char *myna_server_show_command (const char *command) G_GNUC_WARN_UNUSED_RESULT;
/* The command, description and arguments of a tool, as the person allowed it and as it is now, one above the other.  NULL: the earlier
 * ones are not known.  The caller frees. */
char *myna_server_dup_versions (const char *tool, const char *allowed_fingerprint) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
