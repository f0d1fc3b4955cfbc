/* reading-row.h: which file is being read, with a button that stops it and those that wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/file-reader.h"

G_BEGIN_DECLS

#define MYNA_TYPE_READING_ROW (myna_reading_row_get_type ())
G_DECLARE_FINAL_TYPE (MynaReadingRow, myna_reading_row, MYNA, READING_ROW, GtkBox)

/* Shown while a file takes longer than a moment. */
GtkWidget *myna_reading_row_new (MynaFileReader *reader);

G_END_DECLS
