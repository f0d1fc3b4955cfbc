/* documents-window.h: the documents of a chat, and how its model reads them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

void myna_documents_window_show (GtkWindow *parent, MynaConversation *conversation);

G_END_DECLS
