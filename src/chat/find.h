/* find.h: how often a text occurs in the messages of a conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

/* Counts the occurrences in what is shown of each message, reading the texts that are not loaded.  → array of guint, one a message. */
void myna_conversation_find_async (MynaConversation *conversation, const char *needle, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
GArray *myna_conversation_find_finish (MynaConversation *conversation, GAsyncResult *result,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
