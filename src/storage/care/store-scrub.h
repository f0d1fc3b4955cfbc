/* store-scrub.h: what deleted rows leave behind in the pages of the file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_SCRUB_H
#define STORE_SCRUB_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

/* Overwrites what rows that are deleted left in the file.  CANCELLED where this is not the time. */
gboolean store_scrub (StoreConnection *connection, GError **error);

G_END_DECLS

#endif
