/* store-tree.h: messages of other programs that name each other by ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_TREE_H
#define STORE_TREE_H

#include "exchange/store-turn.h"

G_BEGIN_DECLS

typedef struct _StoreTree StoreTree;

StoreTree *store_tree_new (StoreWhole *whole);
void store_tree_free (StoreTree *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreTree, store_tree_free)

/* Adds a node; the order of the calls does not matter.  id NULL: nobody names it.  parent NULL: at the top, unless children of
 * another name it.  children (may be NULL): the ids below it in their order.  turn is taken; NULL: nothing of it is shown, and
 * what is below it moves up.  An id that is there already is noted.  Returns the id, owned by the tree. */
const char *store_tree_add (StoreTree *self, const char *id, const char *parent, JsonArray *children, StoreTurn *turn);
/* Fills the whole: parents first, alternatives in their order.  head: the id of the leaf shown; where it is unknown, the newest
 * leaf is.  A parent that is not there and a circle are noted.  FALSE: too many messages. */
gboolean store_tree_end (StoreTree *self, const char *head, GError **error);

G_END_DECLS

#endif
