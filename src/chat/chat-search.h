/* chat-search.h: searches through all conversations, as the person types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CHAT_SEARCH (myna_chat_search_get_type ())
G_DECLARE_FINAL_TYPE (MynaChatSearch, myna_chat_search, MYNA, CHAT_SEARCH, GObject)

/* Properties: "where" ("any", "me", "replies"), "when" ("any", "day", "week", "month", "year").
 * Signal "found" (GPtrArray *hits): StoreHit, the best first. */
MynaChatSearch *myna_chat_search_new (void) G_GNUC_WARN_UNUSED_RESULT;
void myna_chat_search_set_store (MynaChatSearch *self, StoreDb *store);
/* Searches for this; "" for nothing. */
void myna_chat_search_set_text (MynaChatSearch *self, const char *text);
const char *myna_chat_search_get_text (MynaChatSearch *self);

G_END_DECLS
