/* myna-new-chat-draft.h: what was written in a new chat and not sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-core.h"

G_BEGIN_DECLS

#define MYNA_TYPE_NEW_CHAT_DRAFT (myna_new_chat_draft_get_type ())
G_DECLARE_FINAL_TYPE (MynaNewChatDraft, myna_new_chat_draft, MYNA, NEW_CHAT_DRAFT, GObject)

/* The core must live longer. */
MynaNewChatDraft *myna_new_chat_draft_new (MynaCore *core) G_GNUC_WARN_UNUSED_RESULT;

/* Reads what an earlier run left; the callback gives it to take(), before the store is used. */
void myna_new_chat_draft_read (StoreDb *store, GAsyncReadyCallback callback, gpointer user_data);
/* is_kept: FALSE for a store in memory, which has none; what is written meanwhile waits for the history. */
void myna_new_chat_draft_take (MynaNewChatDraft *self, StoreDb *store, gboolean is_kept, GAsyncResult *result);
/* The new chat gets what was left behind in the one before. */
void myna_new_chat_draft_give (MynaNewChatDraft *self, MynaConversation *conversation);
/* At once, if there is something to save. */
void myna_new_chat_draft_save (MynaNewChatDraft *self);

G_END_DECLS
