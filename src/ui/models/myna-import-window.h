/* myna-import-window.h: making a model file out of what was published in another form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_IMPORT_WINDOW (myna_import_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaImportWindow, myna_import_window, MYNA, IMPORT_WINDOW, AdwWindow)

/* source: a Hugging Face or ModelScope folder, or a chatglm.cpp file. */
GtkWidget *myna_import_window_new (GtkWindow *parent, GFile *source);

G_END_DECLS
