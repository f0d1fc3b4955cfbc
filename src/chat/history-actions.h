/* history-actions.h: what a window can be told to do with chats and folders that needs nothing of the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-history-model.h"

G_BEGIN_DECLS

#define MYNA_TYPE_HISTORY_ACTIONS (myna_history_actions_get_type ())
G_DECLARE_FINAL_TYPE (MynaHistoryActions, myna_history_actions, MYNA, HISTORY_ACTIONS, GObject)

/* Signal failed (const GError *): a change could not be saved. */
MynaHistoryActions *myna_history_actions_new (MynaHistoryModel *history);
/* Adds rename-chat and rename-folder (xs: id and name), pin-chats, unpin-chats, unarchive-chats and restore-chats (ax: ids),
 * move-chats (axx: ids and a folder or 0), move-folder (xx: id and the folder above it or 0), and delete-folder (x: id).  The map
 * must not outlive the object. */
void myna_history_actions_add (MynaHistoryActions *self, GActionMap *map);
/* What they change; NULL: nothing. */
void myna_history_actions_set_store (MynaHistoryActions *self, StoreDb *store);

G_END_DECLS
