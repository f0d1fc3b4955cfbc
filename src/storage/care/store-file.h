/* store-file.h: a database file, opened to be written or to be read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "care/store-handle.h"

G_BEGIN_DECLS

/* Makes the file where there is none, locks it, and brings it up to date. */
gboolean store_connection_open_writable (StoreConnection *self, GError **error);
/* After open_writable() failed with `problem`: reads what can be read.  FALSE and error: nothing can be. */
gboolean store_connection_fall_back (StoreConnection *self, GError *problem, GError **error);

/* A new connection that writes `path`; NULL and error where it cannot. */
StoreConnection *store_connection_open_file (const char *path, GError **error);
/* A database that is only read and not trusted: a backup, a damaged or an imported file.  Nothing is written beside it. */
StoreConnection *store_connection_open_foreign (const char *path, GError **error);
/* Migrates from `version`, makes sure of the schema, settles replies: the steps of opening after the file itself. */
gboolean store_connection_prepare_file (StoreConnection *self, int version, GError **error);

G_END_DECLS

#endif
