/* myna-chat-print.h: one conversation on paper, or in a PDF file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "storage/storage.h"

G_BEGIN_DECLS

/* Reads the shown branch of the conversation and prints it: by the print dialog, or, where `pdf` is a file, to that one,
 * which is replaced when all is written. */
void myna_chat_print_async (GtkWindow *parent, StoreDb *store, gint64 id, GFile *pdf, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
/* FALSE with G_IO_ERROR_CANCELLED also where the person left the print dialog. */
gboolean myna_chat_print_finish (GAsyncResult *result, GError **error);

G_END_DECLS
