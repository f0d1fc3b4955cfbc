/* myna-backups-window.h: the copies of the history that are made each day, and the way back to one of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/myna-task-window.h"
#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_BACKUPS_WINDOW (myna_backups_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaBackupsWindow, myna_backups_window, MYNA, BACKUPS_WINDOW, MynaTaskWindow)

/* Signals: restoring (): the history is about to be replaced; what is being written must come to its end now.
 *          restored (): it is another one. */
GtkWidget *myna_backups_window_new (GtkWindow *parent, StoreDb *store);

G_END_DECLS
