/* myna-palette-window.h: everything that can be opened or done, by typing a part of its name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-core.h"

G_BEGIN_DECLS

/* Over the window, whose actions are activated.  Goes by itself when something was chosen. */
void myna_palette_window_show (GtkWindow *parent, MynaCore *core);

G_END_DECLS
