/* myna-chat-print.h: one conversation on paper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "print/chat-pdf.h"

G_BEGIN_DECLS

/* The sheet of paper that is usual here, for a file. */
void myna_chat_print_get_sheet (MynaSheet *ret_sheet);
/* Reads the shown branch of the conversation and prints it, by the print dialog. */
void myna_chat_print_async (GtkWindow *parent, StoreDb *store, gint64 id, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
/* FALSE with G_IO_ERROR_CANCELLED also where the person left the print dialog. */
gboolean myna_chat_print_finish (GAsyncResult *result, GError **error);

G_END_DECLS
