/* myna-export-window.h: writing one, several or all conversations to a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/myna-task-window.h"
#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_EXPORT_WINDOW (myna_export_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaExportWindow, myna_export_window, MYNA, EXPORT_WINDOW, MynaTaskWindow)

/* Asks for the format and the file, and writes it.  ids (copied): the conversations; n_ids 0: all that are not in the bin.
 * title: of the only one, for the file's name; NULL for several. */
GtkWidget *myna_export_window_new (GtkWindow *parent, StoreDb *store, const gint64 *ids, gsize n_ids, const char *title);

G_END_DECLS
