/* myna-history-search.h: what a search through all conversations found, as the person types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/chat-search.h"

G_BEGIN_DECLS

#define MYNA_TYPE_HISTORY_SEARCH (myna_history_search_get_type ())
G_DECLARE_FINAL_TYPE (MynaHistorySearch, myna_history_search, MYNA, HISTORY_SEARCH, AdwBin)

/* Signal: open-hit (gint64 conversation_id, gint64 message_id): message_id is 0 where the title was found. */
GtkWidget *myna_history_search_new (void);
/* What it shows the hits of; its properties are also the actions search.where and search.when. */
MynaChatSearch *myna_history_search_get_search (MynaHistorySearch *self);
/* Opens the best hit, if there is one. */
void myna_history_search_open_first (MynaHistorySearch *self);

G_END_DECLS
