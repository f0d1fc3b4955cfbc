/* reply-call.h: what the calls that a model writes become in the store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/engine.h"
#include "chat/myna-message.h"

G_BEGIN_DECLS

/* The caller frees. */
StoreCall *myna_reply_call_new (StoreCallState state, const char *tool) G_GNUC_WARN_UNUSED_RESULT;
/* What the verdict makes of a message: a call to be run, one that is not, or text. */
void myna_reply_call_judge (MynaMessage *message, GlmReplyKind verdict, const char *text);
/* Whether the model went on after this call without its result. */
gboolean myna_reply_call_did_not_wait (MynaMessage *message);
/* Whether there is something in the message that deserves a row.  An empty answer does, once it is known to be one; a call once it
 * is known whether it is one. */
gboolean myna_reply_call_wants_row (MynaMessage *message);
/* Whether a message is a call that is being written, or waits for its verdict. */
gboolean myna_reply_call_is_pending (MynaMessage *message);
/* The oldest call of a reply's messages without a verdict, or else the last message. */
MynaMessage *myna_reply_call_find_judged (GPtrArray *parts);

/* Whether an observation with this text is what the call's card shows of its result, and nothing else. */
gboolean myna_reply_call_tells (const StoreCall *call, const char *text);

G_END_DECLS
