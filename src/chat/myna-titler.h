/* myna-titler.h: gives conversations a title that the model finds, after the first answer (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TITLER (myna_titler_get_type ())
G_DECLARE_FINAL_TYPE (MynaTitler, myna_titler, MYNA, TITLER, GObject)

/* delay: milliseconds after an answer in which the model stays free for the person. */
MynaTitler *myna_titler_new (guint delay);
/* When the conversation has got its first whole answer, the model is asked for a title: a few tokens behind the prompt that
 * it holds already.  Whatever the person asks in any watched conversation ends that at once, and a title that is not
 * plausible is not used: the first line of the question stays.  A title that the person gave is never changed.
 * To be called once for a conversation.  titled: FALSE for one that gets no title, such as a temporary chat. */
void myna_titler_watch (MynaTitler *self, MynaConversation *conversation, gboolean titled);

/* Whether the model that is in use is able to find titles; at first it is.  No title is looked for while it is not. */
void myna_titler_set_able (MynaTitler *self, gboolean able);

/* A title out of what the model wrote, without quotation marks, "Title:" and the like, and with a
 * capital at the beginning; NULL where it is none: several lines,
 * too long, about the model itself, or without a word of the question or the answer.  The caller frees. */
char *myna_title_from_reply (const char *reply, const char *question, const char *answer) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
