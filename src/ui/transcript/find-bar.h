/* find-bar.h: find in the conversation that is shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "transcript/chat-canvas.h"
#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_FIND_BAR (myna_find_bar_get_type ())
G_DECLARE_FINAL_TYPE (MynaFindBar, myna_find_bar, MYNA, FIND_BAR, AdwBin)

/* Signal "closed": the keyboard's focus is free again. */
GtkWidget *myna_find_bar_new (MynaChatCanvas *canvas);
void myna_find_bar_set_conversation (MynaFindBar *self, MynaConversation *conversation);
void myna_find_bar_open (MynaFindBar *self);
/* Finds the words of the history's search, and goes to the message that it found. */
void myna_find_bar_show_hit (MynaFindBar *self, gint64 message_id, const char *query);
/* What rows must highlight (see markdown.h), or NULL. */
const char *myna_find_bar_get_needle (MynaFindBar *self);

G_END_DECLS
