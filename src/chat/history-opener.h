/* history-opener.h: opens the person's history for a core
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A history that cannot be opened is a problem to tell, not a reason to stop: conversations then live in memory.
 */
#pragma once

#include "chat/myna-new-chat-draft.h"

G_BEGIN_DECLS

typedef struct MynaHistoryOpener MynaHistoryOpener;

/* The application is held while the history is being opened.  All three must live longer; the draft is read from the history. */
MynaHistoryOpener *myna_history_opener_new (GApplication *application, MynaCore *core,
                                            MynaNewChatDraft *draft) G_GNUC_WARN_UNUSED_RESULT;
void myna_history_opener_free (MynaHistoryOpener *self);
/* Opens the history, which is made if there is none, unless it is open. */
void myna_history_opener_open (MynaHistoryOpener *self);
/* The same where one is kept.  FALSE: there is none yet. */
gboolean myna_history_opener_open_kept (MynaHistoryOpener *self);
/* Closes what is open, and opens the history anew. */
void myna_history_opener_try_again (MynaHistoryOpener *self);

G_END_DECLS
