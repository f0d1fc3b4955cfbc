/* myna-history-list.h: the conversations as a list that can be browsed, sorted by hand and selected from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-history-model.h"

G_BEGIN_DECLS

#define MYNA_TYPE_HISTORY_LIST (myna_history_list_get_type ())
G_DECLARE_FINAL_TYPE (MynaHistoryList, myna_history_list, MYNA, HISTORY_LIST, GtkWidget)

/* Signals: open (gint64 id): the person wants this conversation; selecting-changed.
 * The rows' menus and drops use the window's actions: win.pin-chats, win.move-chats, win.delete-chats … */
GtkWidget *myna_history_list_new (MynaHistoryModel *model);
/* Marks the conversation that the window shows (0: none); emits nothing. */
void myna_history_list_set_current (MynaHistoryList *self, gint64 id);
/* While several are selected, check buttons stand before the titles, and a click switches them. */
gboolean myna_history_list_get_selecting (MynaHistoryList *self);
void myna_history_list_set_selecting (MynaHistoryList *self, gboolean selecting);
/* Puts an entry in the place of this conversation's or folder's title, as soon as its row is there. */
void myna_history_list_begin_rename (MynaHistoryList *self, MynaHistoryKind kind, gint64 id);
/* The same in the row that the keyboard is on; FALSE: it is elsewhere. */
gboolean myna_history_list_rename_focused (MynaHistoryList *self);

G_END_DECLS
