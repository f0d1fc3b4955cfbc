/* myna-recall.h: going back through the questions of a conversation (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

/* The position of the question that is recalled. */
typedef guint MynaRecall;
#define MYNA_RECALL_NONE G_MAXUINT

/* The question before (-1) or after (+1) the recalled one; "" after the last; NULL: there is none, or its text is still being
 * read.  Borrowed. */
const char *myna_recall_step (MynaRecall *recall, MynaConversation *conversation, int step);
/* The last reply of the branch; NULL: there is none, or no conversation.  The caller unrefs. */
MynaMessage *myna_recall_last_reply (MynaConversation *conversation);
/* What was typed in it and the store does not have: questions that could not be saved, and where it can only be read the draft, too.
 * NULL: nothing.  The caller frees. */
char *myna_recall_dup_unsaved (MynaConversation *conversation) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
