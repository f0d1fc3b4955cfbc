/* store-db.h: requests for the storage thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A request has two sides: a public store_x_async() in a file of its subject (rows/store-message.c …) that makes it, and a
 * static work function there that the storage thread runs with the connection.  A work function runs inside a transaction
 * when its access says so, and never touches the StoreDb.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "db/store-sqlite.h"

G_BEGIN_DECLS

/* What the thread does with the file itself; care/store-open.c has it. */
typedef struct
{
  /* As store_connection_open(). */
  StoreConnection *(*open) (const char *path, GError **ret_warning, GError **error);
  void (*close) (StoreConnection *connection);
  /* As store_maintain(): one task when nothing was asked for; TRUE: there may be more to do. */
  gboolean (*maintain) (StoreConnection *connection, gint64 now, GError **error);
  /* Reads the rows of connection->changes. */
  void (*read_changes) (StoreConnection *connection);
} StoreKeeper;

/* Makes a store with its thread, and opens `path` (NULL: in memory) there; store_open_finish(). */
void store_db_open_async (const char *path, const StoreKeeper *keeper, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data);

typedef struct
{
  gint64 id;
  GPtrArray *list;
  gboolean again; /* in: FALSE.  TRUE: not finished; run the work again after what is waiting */
} StoreResult;

typedef gboolean (*StoreWork) (StoreConnection *connection, gpointer request, StoreResult *result, GError **error);

/* Queues work for the storage thread.  Takes over `request`, which free_request (may be NULL) frees on the caller's side.
 * Without a callback, failures are told by the signal "failed". */
void store_db_request (StoreDb *self, StoreAccess access, StoreWork work, gpointer request, GDestroyNotify free_request,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* Work that is cancelled by the next work of the same kind (search as you type); reads only. */
void store_db_request_latest (StoreDb *self, StoreWork work, gpointer request, GDestroyNotify free_request,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* The request of the many calls that need an id, a number and a text. */
typedef struct
{
  gint64 id;
  gint64 number;
  char *text;
} StoreArgs;

StoreArgs *store_args_new (gint64 id, gint64 number, const char *text);
void store_args_free (gpointer args);

G_END_DECLS

#endif
