/* own-run.h: one of the person's own tools, and how it runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_OWN_RUN_H
#define TOOL_OWN_RUN_H

#include "tools/tool.h"

G_BEGIN_DECLS

/* See own-tools.h. */
typedef struct
{
  Tool tool;
  char **command;
  char *input; /* NULL: all arguments as JSON */
  char **reads, **writes;
  gboolean network;
} ToolOwnTool;

void tool_own_tool_free (ToolOwnTool *tool);
/* The name in braces in the word that is no member of these properties; NULL: there is none. */
char *tool_own_find_unknown (const char *word, JsonObject *properties) G_GNUC_WARN_UNUSED_RESULT;
/* Tool.start */
void tool_own_start (GTask *task, JsonObject *arguments, const ToolCallOptions *options);

G_END_DECLS

#endif
