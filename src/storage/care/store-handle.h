/* store-handle.h: SQLite as this program wants it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_HANDLE_H
#define STORE_HANDLE_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

/* sqlite3_open_v2(), within limits, by rules that trust no file, and with our tokenizer.  READ_ONLY where the file was to be
 * written and cannot. */
sqlite3 *store_handle_open (const char *name, int flags, GError **error);

/* A connection to `path` (NULL: in memory) that is not open yet. */
StoreConnection *store_connection_new (const char *path);
/* An empty database in memory, without a schema. */
StoreConnection *store_connection_new_memory (GError **error);
/* Closes the file and keeps the lock, so that it can be opened again. */
void store_connection_close_handle (StoreConnection *self);
/* Closes and frees; a file that was written and is sound is marked as closed in order. */
void store_connection_close (StoreConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreConnection, store_connection_close)

G_END_DECLS

#endif
