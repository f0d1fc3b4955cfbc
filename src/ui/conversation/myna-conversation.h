/* myna-conversation.h: conducts one conversation: store and engine meet here, and only here (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/actor/glm-actor.h"
#include "storage/storage.h"
#include "conversation/myna-message.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CONVERSATION (myna_conversation_get_type ())
G_DECLARE_FINAL_TYPE (MynaConversation, myna_conversation, MYNA, CONVERSATION, GObject)

/* Implements GListModel of MynaMessage: the branch that is shown.  Properties: "id" (0 until the first message is sent:
 * an empty conversation leaves nothing in the history), "title", "busy" (a reply is being written), "loading". */

/* A new, empty conversation. */
MynaConversation *myna_conversation_new (StoreDb *store, GlmActor *actor);
/* One from the history; loads by itself. */
MynaConversation *myna_conversation_new_for_id (StoreDb *store, GlmActor *actor, gint64 id);

gint64      myna_conversation_get_id (MynaConversation *self);
const char *myna_conversation_get_title (MynaConversation *self);
gboolean    myna_conversation_get_busy (MynaConversation *self);
/* Text of the composer not sent yet; kept in the store. */
const char *myna_conversation_get_draft (MynaConversation *self);
void        myna_conversation_set_draft (MynaConversation *self, const char *draft);

void myna_conversation_send (MynaConversation *self, const char *text);
void myna_conversation_stop (MynaConversation *self);

G_END_DECLS
