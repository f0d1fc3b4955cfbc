/* store-schema.h: the tables of a file and their version
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

#define STORE_APPLICATION_ID 0x4d796e61 /* "Myna" */

int store_schema_version (void);
gboolean store_schema_read_version (sqlite3 *db, int *ret_version, int *ret_application_id, GError **error);
/* Runs the migrations from `version` on, each in one transaction, after a copy of the file where it holds anything. */
gboolean store_schema_migrate (StoreConnection *connection, int version, GError **error);

/* FTS5 tables can be used in triggers only when the schema is trusted (before SQLite 3.41 at least).  Ours is, once all
 * triggers and views are known to be ours: others are replaced.  They hold no data. */
gboolean store_schema_trust (StoreConnection *connection, GError **error);

G_END_DECLS

#endif
