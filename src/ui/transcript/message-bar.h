/* message-bar.h: what is below a message: buttons for what can be done with it, and its figures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MESSAGE_BAR (myna_message_bar_get_type ())
G_DECLARE_FINAL_TYPE (MynaMessageBar, myna_message_bar, MYNA, MESSAGE_BAR, GtkWidget)

/* menu: of the button with the dots.  The bar's buttons use the actions message.edit and message.regenerate of the row around
 * it. */
/* models: other models that the reply could be written by, as items with message.regenerate-with; may be NULL, and may change. */
GtkWidget *myna_message_bar_new (gboolean is_question, GMenuModel *menu, GMenuModel *models);
/* Whose bar it is; both NULL for none. */
void myna_message_bar_bind (MynaMessageBar *self, MynaConversation *conversation, MynaMessage *message);
/* Which buttons there are now, the switcher, the marks and the figures. */
void myna_message_bar_update (MynaMessageBar *self);
/* The text has grown. */
void myna_message_bar_update_text (MynaMessageBar *self);
/* Whether it is read aloud now: then a button ends that. */
void myna_message_bar_set_read_aloud (MynaMessageBar *self, gboolean is_read);
void myna_message_bar_copy (MynaMessageBar *self);
/* The button with the dots. */
GtkWidget *myna_message_bar_get_menu_button (MynaMessageBar *self);

G_END_DECLS
