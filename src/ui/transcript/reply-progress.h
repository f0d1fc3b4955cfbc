/* reply-progress.h: what happens before a reply has any text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_REPLY_PROGRESS (myna_reply_progress_get_type ())
G_DECLARE_FINAL_TYPE (MynaReplyProgress, myna_reply_progress, MYNA, REPLY_PROGRESS, GtkWidget)

GtkWidget *myna_reply_progress_new (void);
void myna_reply_progress_update (MynaReplyProgress *self, MynaConversation *conversation);

G_END_DECLS
