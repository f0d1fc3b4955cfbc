/* store-merge.h: a conversation of a file, and the one in the history that it may be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include "exchange/store-whole.h"

G_BEGIN_DECLS

/* What a conversation is by its messages. */
typedef struct
{
  char *checksum;     /* of all messages: roles, texts and places */
  GPtrArray *origins; /* where the file gave none: what it would have been made of after each message, the last one is its own;
                       * empty otherwise */
} StoreIdentity;

/* Gives the whole an origin where it has none. */
StoreIdentity *store_identity_new (StoreWhole *whole);
void store_identity_free (StoreIdentity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreIdentity, store_identity_free)

/* Which message of the whole is which of the conversation `id`: the same role and text at the same place. */
typedef struct _StoreMerge StoreMerge;

StoreMerge *store_merge_new (StoreConnection *connection, StoreWhole *whole, gint64 id, GError **error);
void store_merge_free (StoreMerge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreMerge, store_merge_free)

/* Messages that the conversation does not have. */
guint store_merge_count_new (StoreMerge *self);
/* Adds them, inside of a transaction.  The branch shown becomes the file's where it goes on from the one shown. */
gboolean store_merge_add (StoreMerge *self, StoreConnection *connection, StoreWhole *whole, GError **error);

G_END_DECLS

#endif
