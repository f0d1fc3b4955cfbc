/* myna-secondary-window.h: what the windows beside the main one have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Ctrl+Q quits the program from this window, too: the application's keys reach its own windows alone. */
void myna_secondary_window_add_keys (GtkWidget *window);

G_END_DECLS
