/* myna-history-row.h: the widget of one row of the sidebar: heading, folder or conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-history-item.h"

G_BEGIN_DECLS

#define MYNA_TYPE_HISTORY_ROW (myna_history_row_get_type ())
G_DECLARE_FINAL_TYPE (MynaHistoryRow, myna_history_row, MYNA, HISTORY_ROW, GtkWidget)

/* Signals: renaming (gboolean): the title became an entry, or is a title again.
 *          renamed (const char *title): the person typed a new title and confirmed it.
 *          check-toggled (): the check button was switched by the person. */
GtkWidget *myna_history_row_new (void);
MynaHistoryItem *myna_history_row_get_item (MynaHistoryRow *self);
/* NULL: shows nothing (the row waits to be used again). */
void myna_history_row_set_item (MynaHistoryRow *self, MynaHistoryItem *item);
/* Whether check buttons stand before the titles. */
void myna_history_row_set_selecting (MynaHistoryRow *self, gboolean selecting);
/* Puts an entry in the title's place, where that can have the keyboard; what is being typed stays. */
void myna_history_row_begin_rename (MynaHistoryRow *self);

G_END_DECLS
