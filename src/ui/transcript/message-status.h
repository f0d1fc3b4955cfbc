/* message-status.h: the line below a message that says what is the matter with it, and the button for that
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MESSAGE_STATUS (myna_message_status_get_type ())
G_DECLARE_FINAL_TYPE (MynaMessageStatus, myna_message_status, MYNA, MESSAGE_STATUS, GtkWidget)

/* Signal "clicked" (): the button was pressed, and did what it says.  For a question that is too long it asks the view around it for
 * conversation.edit-question. */
GtkWidget *myna_message_status_new (void);
/* Shown where there is something to say; both NULL: of nothing, and nothing is kept alive. */
void myna_message_status_update (MynaMessageStatus *self, MynaConversation *conversation, MynaMessage *message);

G_END_DECLS
