/* myna-history-search.h: what a search through all conversations found, as the person types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_HISTORY_SEARCH (myna_history_search_get_type ())
G_DECLARE_FINAL_TYPE (MynaHistorySearch, myna_history_search, MYNA, HISTORY_SEARCH, GtkWidget)

/* Properties, which are also the actions search.where and search.when: "where" ("any", "me", "replies"),
 * "when" ("any", "day", "week", "month", "year").
 * Signal: open-hit (gint64 conversation_id, gint64 message_id): message_id is 0 where the title was found. */
GtkWidget *myna_history_search_new (void);
void myna_history_search_set_store (MynaHistorySearch *self, StoreDb *store);
/* Searches for this; "" shows nothing. */
void myna_history_search_set_text (MynaHistorySearch *self, const char *text);
/* Opens the best hit, if there is one. */
void myna_history_search_open_first (MynaHistorySearch *self);

G_END_DECLS
