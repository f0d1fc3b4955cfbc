/* myna-session-cache.h: the evaluated state of conversations on disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_SESSION_CACHE (myna_session_cache_get_type ())
G_DECLARE_FINAL_TYPE (MynaSessionCache, myna_session_cache, MYNA, SESSION_CACHE, GObject)

/* The folder need not exist. */
MynaSessionCache *myna_session_cache_new (GlmActor *actor, const char *folder) G_GNUC_WARN_UNUSED_RESULT;
/* The history whose conversations are kept here, and whose deletions are followed.  NULL: nothing is kept. */
void myna_session_cache_set_store (MynaSessionCache *self, StoreDb *store);
/* Tells the conversation where its state is kept; of another store's conversation nothing is.  Before each reply. */
void myna_session_cache_prepare (MynaSessionCache *self, MynaConversation *conversation);
/* The conversation is shown: reads its state soon, unless another one is shown before. */
void myna_session_cache_restore (MynaSessionCache *self, MynaConversation *conversation);
/* Removes the oldest files beyond the limits. */
void myna_session_cache_trim (MynaSessionCache *self);

G_END_DECLS
