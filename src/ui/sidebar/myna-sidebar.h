/* myna-sidebar.h: one side of the window: the conversations, the search through them, and what else is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-history-model.h"

G_BEGIN_DECLS

#define MYNA_TYPE_SIDEBAR (myna_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (MynaSidebar, myna_sidebar, MYNA, SIDEBAR, AdwBin)

/* Signals: open (gint64 id): the person wants this conversation.
 *          open-hit (gint64 id, gint64 message_id): … and this message of it (0: the title was found). */
GtkWidget *myna_sidebar_new (void);
void myna_sidebar_set_store (MynaSidebar *self, StoreDb *store);
MynaHistoryModel *myna_sidebar_get_model (MynaSidebar *self);
/* Marks the conversation that the window shows (0: none); emits nothing. */
void myna_sidebar_set_current (MynaSidebar *self, gint64 id);
void myna_sidebar_begin_rename (MynaSidebar *self, MynaHistoryKind kind, gint64 id);
/* Renames the focused row; FALSE: no row has the focus. */
gboolean myna_sidebar_rename_focused (MynaSidebar *self);
void myna_sidebar_begin_search (MynaSidebar *self);
/* Opens the main menu; FALSE where it has no place, as while chats are being selected. */
gboolean myna_sidebar_open_menu (MynaSidebar *self);
/* As if the person had typed this into the search. */
void myna_sidebar_search (MynaSidebar *self, const char *text);
const char *myna_sidebar_get_search (MynaSidebar *self);
/* The active conversations, the archive or the bin. */
void myna_sidebar_show_list (MynaSidebar *self, StoreListKind kind);
void myna_sidebar_set_selecting (MynaSidebar *self, gboolean selecting);

G_END_DECLS
