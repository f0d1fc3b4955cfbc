/* core-dump.h: keeping a chat that is not saved out of core dumps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From now on, and until it ends, this process leaves no core dump: what was typed lies in widgets, in the engine and in memory
 * that is free again, also after its chat is gone.  FALSE: the system refused. */
gboolean myna_core_dump_forbid (void);

G_END_DECLS
