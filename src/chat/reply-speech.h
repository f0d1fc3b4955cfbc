/* reply-speech.h: what a screen reader is given to say of a reply
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Without a screen reader that the desktop knows of, the whole reply once, when it is there.  With one, its sentences while it is
 * written, each once and as soon as it is whole, and the rest when it is there.  Thoughts are not said.
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

typedef struct _MynaReplySpeech MynaReplySpeech;

MynaReplySpeech *myna_reply_speech_new (void (*say) (const char *text, gpointer user_data), gpointer user_data);
void myna_reply_speech_free (MynaReplySpeech *self);
/* The conversation whose replies are read aloud from now on.  NULL: none. */
void myna_reply_speech_set_conversation (MynaReplySpeech *self, MynaConversation *conversation);

G_END_DECLS
