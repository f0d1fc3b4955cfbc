/* sandbox-launch.h: the command that starts the interpreter where it can do no harm
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_SANDBOX_LAUNCH_H
#define TOOL_SANDBOX_LAUNCH_H

#include "tools/sandbox.h"

G_BEGIN_DECLS

/* The limits with no 0 in them. */
ToolSandboxLimits tool_sandbox_limits (const ToolSandboxLimits *limits);

/* Starts it, with a pipe for its standard input.  ret_output, ret_answers: descriptors to read, not blocking; the caller closes.
 * NULL: TOOL_SANDBOX_ERROR. */
GSubprocess *tool_sandbox_launch (const ToolSandboxLimits *limits, int *ret_output, int *ret_answers,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Why it ended before it was ready, from what it wrote. */
void tool_sandbox_explain (const char *text, GError **error);

G_END_DECLS

#endif
