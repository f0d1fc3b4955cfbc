/* sandbox-child.h: the sandbox, used and waited for, and a program that is killed while a cell of it runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "tools/sandbox.h"

/* Started; NULL and the error: it cannot be had here.  The caller unrefs. */
ToolSandbox *sandbox_start (const ToolSandboxLimits *limits, GError **error);
/* Runs a cell to its end; the caller frees. */
ToolCell *sandbox_run (ToolSandbox *self, const char *code);

/* How many a sandbox has at least that can be seen from here: in a Flatpak those of the portal cannot. */
guint sandbox_min_processes (void);
/* The processes below this one: pids with the time at which each began.  The caller unrefs. */
GHashTable *sandbox_processes (GPid pid);
/* Waits till none of them is left; FALSE: some are, after 10 s.  They are to be no children of this process. */
gboolean sandbox_wait_gone (GHashTable *processes);

/* In the program that is killed: runs a cell that ignores all signals, and says "up". */
int sandbox_child_main (void);
/* Starts this program again with --hold, kills it, and waits for the end of all that it had started; FALSE: something is left.
 * ret_n: how many processes there were; ret_seconds: how long it took. */
gboolean sandbox_child_kill (guint *ret_n, double *ret_seconds);
