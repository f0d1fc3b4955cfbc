/* dialog-header.h: the header of a dialog: Cancel, its title, and the one thing that it suggests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A header bar for the window.  Cancel closes it; the button with this label, which may change, calls
 * accept_cb (window).  ret_close, which may be NULL, and ret_accept: the buttons, which belong to the header. */
GtkWidget *myna_dialog_header_new (GtkWindow *window, const char *label, GCallback accept_cb, GtkWidget **ret_close,
                                   GtkWidget **ret_accept);

G_END_DECLS
