/* lock.h: this process can only read its standard input and write its standard output from here on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef READ_LOCK_H
#define READ_LOCK_H

#include <glib.h>

/* Processor time, memory, files, calls to the system.  FALSE: one of them cannot be had, and nothing may be read.  Where the
 * kernel has no Landlock no file can be opened at all; with it, the tables of poppler can. */
gboolean read_lock (void) G_GNUC_WARN_UNUSED_RESULT;

#endif
