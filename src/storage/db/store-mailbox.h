/* store-mailbox.h: from the storage thread to the contexts of its users
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the thread shares with the sources that it attached.  It outlives the store: a source may run when the store is gone.
 */
#ifndef STORE_MAILBOX_H
#define STORE_MAILBOX_H

#include "storage.h"

G_BEGIN_DECLS

typedef struct _StoreMailbox StoreMailbox;

StoreMailbox *store_mailbox_new (StoreDb *db);
StoreMailbox *store_mailbox_ref (StoreMailbox *self);
void store_mailbox_unref (gpointer self);

/* A new reference; NULL when the store is gone. */
StoreDb *store_mailbox_get_db (StoreMailbox *self);

/* What one thread wrote between lock and unlock, or before, is seen by the next that locks.  The mutex is pthread's because
 * ThreadSanitizer does not see through GLib's. */
void store_mailbox_lock (StoreMailbox *self);
void store_mailbox_unlock (StoreMailbox *self);

/* Runs func once on the context. */
void store_mailbox_attach (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify destroy);

/* Takes the changes (of StoreChange; emptied) with their rows and emits their signals on the context, all that are waiting at once. */
void store_mailbox_post (StoreMailbox *self, GMainContext *context, GArray *changes);

G_END_DECLS

#endif
