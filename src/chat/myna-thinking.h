/* myna-thinking.h: whether the model of a conversation thinks, and how its thought is ended
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

/* Whether the next reply begins with a thought, where its model can do either. */
gboolean myna_conversation_get_thinking (MynaConversation *self);
/* From the next reply on; kept with the conversation's other settings. */
void myna_conversation_set_thinking (MynaConversation *self, gboolean thinking);
/* Whether a thought is being written now. */
gboolean myna_conversation_is_thinking (MynaConversation *self);
/* Ends it: the model answers. */
void myna_conversation_answer_now (MynaConversation *self);

G_END_DECLS
