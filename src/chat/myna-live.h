/* myna-live.h: the conversations that are open, by their ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reply goes on being written while the person looks at other conversations: so there is one object for each, however often
 * it is opened.  The table belongs to the store and keeps nothing alive.
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

void myna_live_add (StoreDb *store, gint64 id, gpointer conversation);
/* Where the id is this one's. */
void myna_live_remove (StoreDb *store, gint64 id, gpointer conversation);
/* Borrowed; NULL: it is not open. */
gpointer myna_live_find (StoreDb *store, gint64 id);
/* New references to all of them. */
GPtrArray *myna_live_list (StoreDb *store) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
