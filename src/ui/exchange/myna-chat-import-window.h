/* myna-chat-import-window.h: conversations from a file: what is in it, and which of it to take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/myna-task-window.h"
#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CHAT_IMPORT_WINDOW (myna_chat_import_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaChatImportWindow, myna_chat_import_window, MYNA, CHAT_IMPORT_WINDOW, MynaTaskWindow)

/* Reads the file, lists its conversations and imports those that are checked. */
GtkWidget *myna_chat_import_window_new (GtkWindow *parent, StoreDb *store, GFile *file);
/* Files that can be imported, for the file dialog; the caller owns it. */
GtkFileFilter *myna_chat_import_make_filter (void);

G_END_DECLS
