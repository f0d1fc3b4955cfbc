/* calls-child.h: a chat with a tool that is killed, and what must be true of it afterwards
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Before the first run. */
void calls_child_init (void);
/* A process of its own opens the history, asks or goes on where it was, and kills itself after so many steps of its main loop (0:
 * never).  TRUE: the model has answered.  Each run of the tool adds its number to the file `log`. */
gboolean calls_child_run (const char *path, const char *log, guint n_steps);
