/* chat-read.h: the shown branch of a conversation, with its texts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

void myna_chat_read_async (StoreDb *store, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);
/* The messages are StoreMessage.  The caller owns both. */
gboolean myna_chat_read_finish (GAsyncResult *result, StoreConversation **ret_conversation, GPtrArray **ret_messages,
                                GError **error);

G_END_DECLS
