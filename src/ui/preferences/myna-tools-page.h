/* myna-tools-page.h: tools of new chats, what the person allowed, and what was run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TOOLS_PAGE (myna_tools_page_get_type ())
G_DECLARE_FINAL_TYPE (MynaToolsPage, myna_tools_page, MYNA, TOOLS_PAGE, AdwPreferencesPage)

/* settings: whose chat-settings say what new chats offer.  store: where permissions and calls are kept; NULL: it is not open.
 * Signal "open" (gint64 conversation_id, gint64 message_id): the person wants to see a call where it was made. */
GtkWidget *myna_tools_page_new (GSettings *settings, StoreDb *store);

G_END_DECLS
