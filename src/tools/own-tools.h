/* own-tools.h: tools that the person describes: a JSON file for each, in a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   {
 *     "name": "count_words",
 *     "description": "Counts the words of a text.",
 *     "parameters": { "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] },
 *     "command": ["/usr/bin/wc", "--words"],
 *     "stdin": "{text}",
 *     "reads": ["~/Documents"], "writes": [], "network": false, "seconds": 60
 *   }
 *
 * "command" is a program and its words, which no shell reads; "{text}" in one of them is the argument of that name.  A word with an
 * argument that was not given is left out.  The standard input is what "stdin" says, else all arguments as JSON; the result is what
 * the program prints.  It runs in a sandbox without the home folder, and without the network unless the file asks for it.  "name",
 * "description" and "command" are needed.
 *
 * Used from the main thread.
 */
#ifndef TOOL_OWN_TOOLS_H
#define TOOL_OWN_TOOLS_H

#include "tools/servers.h"

G_BEGIN_DECLS

/* Why a file describes no tool; the detail is in ToolOwn. */
typedef enum
{
  TOOL_OWN_NO_PROBLEM,
  TOOL_OWN_UNREADABLE,  /* detail: the system's reason */
  TOOL_OWN_NO_JSON,     /* it is no JSON object */
  TOOL_OWN_MISSING,     /* detail: the member that is missing, or of another type */
  TOOL_OWN_UNKNOWN,     /* detail: a member that nobody knows */
  TOOL_OWN_NAME,        /* detail: the name, which has other characters than letters, digits and _.- */
  TOOL_OWN_TAKEN,       /* detail: the name, which another tool has */
  TOOL_OWN_SCHEMA,      /* detail: what is wrong with the parameters, in English */
  TOOL_OWN_PLACEHOLDER, /* detail: a name in braces that is no parameter */
  TOOL_OWN_NOT_FOUND,   /* detail: the program, which is nowhere */
  TOOL_OWN_TOO_MANY,
} ToolOwnProblem;

/* What came of a file. */
typedef struct
{
  char *file;        /* its name, without the folder */
  char *name;        /* NULL: none */
  char *description; /* NULL: none */
  char *command;     /* as a shell would be given it; NULL: none */
  gboolean network;
  char *paths; /* what it may read and write, with commas between; NULL: nothing */
  ToolOwnProblem problem;
  char *detail; /* may be NULL */
} ToolOwn;

/* Reads the folder, which need not be there, and registers its tools in the place of those that were read before.  Those of servers
 * are to be registered anew after that: tool_servers_refresh(). */
void tool_own_read (const char *folder, ToolSchemaCheck check);
/* ToolOwn as last read, ordered by file name. */
GPtrArray *tool_own_get_all (void);
/* The one that is a registered tool; NULL: it is none of these. */
const ToolOwn *tool_own_find (const Tool *tool);

G_END_DECLS

#endif
