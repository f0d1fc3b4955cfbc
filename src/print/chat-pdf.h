/* chat-pdf.h: a conversation as a PDF file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

/* A sheet, in points: its whole size, and the margin on each side. */
typedef struct
{
  double width, height;
  double margin;
} MynaSheet;

/* Reads the shown branch of the conversation and draws it into the file, a page at each turn of the main loop.  The file is replaced
 * when all is written. */
void myna_chat_pdf_async (StoreDb *store, gint64 id, GFile *file, const MynaSheet *sheet, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
/* FALSE: what was there before is there still. */
gboolean myna_chat_pdf_finish (GAsyncResult *result, GError **error);

G_END_DECLS
