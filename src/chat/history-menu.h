/* history-menu.h: the menus of conversations and folders
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-history-model.h"

G_BEGIN_DECLS

/* What can be done with the item in the list that it is in, as actions win.* and history.*; NULL for a heading. */
GMenuModel *myna_history_menu_new (MynaHistoryModel *history, MynaHistoryItem *item) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
