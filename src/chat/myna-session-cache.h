/* myna-session-cache.h: the evaluated state of conversations on disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/actor/glm-actor.h"
#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_SESSION_CACHE (myna_session_cache_get_type ())
G_DECLARE_FINAL_TYPE (MynaSessionCache, myna_session_cache, MYNA, SESSION_CACHE, GObject)

/* The folder need not exist. */
MynaSessionCache *myna_session_cache_new (GlmActor *actor, const char *folder) G_GNUC_WARN_UNUSED_RESULT;
/* The history whose conversations are kept here, and whose deletions are followed.  NULL: nothing is kept. */
void myna_session_cache_set_store (MynaSessionCache *self, StoreDb *store);
/* The file for this conversation's state (see GlmRequest), or NULL: of another store's conversation nothing is kept. */
char *myna_session_cache_dup_path (MynaSessionCache *self, StoreDb *store, gint64 id,
                                   gint64 created_at) G_GNUC_WARN_UNUSED_RESULT;
/* The conversation is shown: reads its state soon, unless another one is shown before. */
void myna_session_cache_restore (MynaSessionCache *self, StoreDb *store, gint64 id);
/* Removes the oldest files beyond the limits. */
void myna_session_cache_trim (MynaSessionCache *self);

G_END_DECLS
