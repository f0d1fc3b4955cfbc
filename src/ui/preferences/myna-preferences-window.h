/* myna-preferences-window.h: the application's preferences, and the settings of one conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-cards.h"
#include "chat/myna-conversation.h"

G_BEGIN_DECLS

/* store: the history, or NULL while it is not open. */
GtkWidget *myna_preferences_window_new (GtkWindow *parent, GSettings *settings, MynaModelLibrary *models, MynaCards *cards,
                                        StoreDb *store);
/* How the model answers in this conversation. */
GtkWidget *myna_chat_settings_window_new (GtkWindow *parent, MynaConversation *conversation, MynaModelLibrary *models);

G_END_DECLS
