/* myna-memory.h: how much memory a model may take now
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that can be used without pushing others out: the kernel's MemAvailable, and not more than the control group still
 * allows.  0 if neither can be told.  The environment variable MYNA_MEMORY_AVAILABLE stands in for both (tests). */
guint64 myna_memory_available (void);

/* The parts, for tests: MemAvailable of the text of /proc/meminfo; the limit of one control group folder less what it
 * uses (page cache that can go is not counted as used).  G_MAXUINT64: no limit, or not known. */
guint64 myna_memory_parse_meminfo (const char *text);
guint64 myna_memory_read_cgroup (const char *folder);

G_END_DECLS
