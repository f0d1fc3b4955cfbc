/* store-maintenance.h: what the storage thread does when idle
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_MAINTENANCE_H
#define STORE_MAINTENANCE_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

/* Does one task that is due at `now`.  TRUE: there may be more to do. */
gboolean store_maintain (StoreConnection *connection, gint64 now, GError **error);

G_END_DECLS

#endif
