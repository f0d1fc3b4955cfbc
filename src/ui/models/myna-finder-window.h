/* myna-finder-window.h: models of other programs, to be added where they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/myna-task-window.h"

G_BEGIN_DECLS

#define MYNA_TYPE_FINDER_WINDOW (myna_finder_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaFinderWindow, myna_finder_window, MYNA, FINDER_WINDOW, MynaTaskWindow)

/* Signal "chosen" (const char *path): once for each that is to be added. */
GtkWidget *myna_finder_window_new (GtkWindow *parent);

G_END_DECLS
