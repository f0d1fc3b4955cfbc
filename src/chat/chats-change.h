/* chats-change.h: what can be done with several conversations at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ids: a GVariant "ax", as actions take it.
 */
#pragma once

#include "chat/myna-history-model.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_CHATS_PIN,
  MYNA_CHATS_UNPIN,
  MYNA_CHATS_ARCHIVE,
  MYNA_CHATS_UNARCHIVE,
  MYNA_CHATS_DELETE, /* into the bin */
  MYNA_CHATS_RESTORE,
  MYNA_CHATS_PURGE,
} MynaChatsChange;

/* The callback comes once for each, with a reference to the owner that it must release; store_finish() says how it went. */
void myna_chats_change (StoreDb *store, GVariant *ids, MynaChatsChange change, GCancellable *cancellable,
                        GAsyncReadyCallback callback, GObject *owner);
/* Into this folder, or 0: out of all. */
void myna_chats_move (StoreDb *store, GVariant *ids, gint64 folder_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                      GObject *owner);
/* What was done, for people: “Title” archived, 3 chats deleted.  change: ARCHIVE or DELETE.  The caller frees. */
char *myna_chats_describe (MynaHistoryModel *history, GVariant *ids, MynaChatsChange change) G_GNUC_WARN_UNUSED_RESULT;
gboolean myna_chats_contain (GVariant *ids, gint64 id);
/* The nearest of the list that is none of these: below it, else above; 0: there is none. */
gint64 myna_chats_find_beside (MynaHistoryModel *history, gint64 id, GVariant *ids);

G_END_DECLS
