/* tools-button.h: the button beside the message that says which tools the chat offers to its model, and lets the person choose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TOOLS_BUTTON (myna_tools_button_get_type ())
G_DECLARE_FINAL_TYPE (MynaToolsButton, myna_tools_button, MYNA, TOOLS_BUTTON, GtkWidget)

GtkWidget *myna_tools_button_new (void);
/* NULL: none; nothing can be chosen then. */
void myna_tools_button_set_conversation (MynaToolsButton *self, MynaConversation *conversation);

G_END_DECLS
