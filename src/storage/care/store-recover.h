/* store-recover.h: what can be read of a damaged database, in a new one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_RECOVER_H
#define STORE_RECOVER_H

#include "storage.h"

G_BEGIN_DECLS

/* Renames the damaged database to ret_recovery->path, which the caller frees, and makes a new one of what can be read.  FALSE:
 * all is as before.  The caller holds the lock. */
gboolean store_recover (const char *path, StoreRecovery *ret_recovery, GError **error);

G_END_DECLS

#endif
