/* reply-notices.h: tells the desktop of replies that ended, or ask something, while nobody looks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-core.h"

G_BEGIN_DECLS

typedef struct MynaReplyNotices MynaReplyNotices;

/* Whether the person looks at this conversation; NULL: at any. */
typedef gboolean (*MynaSeenFunc) (MynaConversation *conversation, gpointer user_data);

/* The notifications lead to the action app.open-chat.  Application and core must live longer. */
MynaReplyNotices *myna_reply_notices_new (GApplication *application, MynaCore *core, MynaSeenFunc is_seen,
                                          gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void myna_reply_notices_free (MynaReplyNotices *self);

G_END_DECLS
