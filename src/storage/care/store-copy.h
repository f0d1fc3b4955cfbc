/* store-copy.h: a copy of a whole database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

/* A copy of the whole file, complete and synced or not there. */
gboolean store_copy_database (StoreConnection *connection, const char *path, GError **error);

G_END_DECLS

#endif
