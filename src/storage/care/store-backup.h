/* store-backup.h: copies of the whole history, one a day
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

/* Makes today's, or makes it anew, and deletes those that are too old.  An empty history has none. */
gboolean store_backup_today (StoreConnection *connection, gint64 now, GError **error);
/* The newest daily backup of the database `path`; NULL: none. */
char *store_find_backup (const char *path);

G_END_DECLS

#endif
