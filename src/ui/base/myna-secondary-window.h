/* myna-secondary-window.h: what the windows beside the main one have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Ctrl+Q quits the program from this window, too: the application's keys reach its own windows alone.  Ctrl+W closes it.
 * And it opens no wider than its parent. */
void myna_secondary_window_add_keys (GtkWidget *window);

/* For a window of the program's own kind that a parent has once: the keys above, Escape closes it, too, and it goes with the parent.
 * name: by which it is found again. */
void myna_secondary_window_follow (GtkWindow *window, GtkWindow *parent, const char *name);
/* The window of this name that follows the parent; NULL: none is open. */
GtkWindow *myna_secondary_window_find (GtkWindow *parent, const char *name);

/* Enter does what this button does, from everything that has no use for Enter itself: a check button or a row of them is switched
 * by the space bar.  The keyboard begins on the button, or comes to it when it can be pressed, unless it is in the content already:
 * it never begins on Cancel. */
void myna_secondary_window_set_default (GtkWindow *window, GtkWidget *button);

G_END_DECLS
