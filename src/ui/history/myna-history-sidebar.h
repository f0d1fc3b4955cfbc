/* myna-history-sidebar.h: the list of conversations and what can be done with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "history/myna-history-model.h"

G_BEGIN_DECLS

#define MYNA_TYPE_HISTORY_SIDEBAR (myna_history_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (MynaHistorySidebar, myna_history_sidebar, MYNA, HISTORY_SIDEBAR, GtkWidget)

/* Signals: open (gint64 id): the person wants this conversation.
 * The rows' menus use the window's actions: win.pin-chat, win.archive-chat, win.delete-chat … with an id ('x'). */
GtkWidget        *myna_history_sidebar_new           (void);
void              myna_history_sidebar_set_store     (MynaHistorySidebar *self,
                                                      StoreDb            *store);
MynaHistoryModel *myna_history_sidebar_get_model     (MynaHistorySidebar *self);
/* Marks the conversation that the window shows (0: none); emits nothing. */
void              myna_history_sidebar_set_current   (MynaHistorySidebar *self,
                                                      gint64              id);
/* Puts an entry in the place of this conversation's title. */
void              myna_history_sidebar_begin_rename  (MynaHistorySidebar *self,
                                                      gint64              id);

G_END_DECLS
