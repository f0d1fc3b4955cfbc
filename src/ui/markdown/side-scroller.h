/* side-scroller.h: scrolls what is too wide for the message sideways
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A scrolled window around the child.  While the child is wider than it, Tab comes to it and Left, Right, Home and End scroll
 * it; otherwise the keyboard passes it by.  The wheel and the touchpad scroll it sideways (or with Shift); what they do up and
 * down is left to what is around it. */
GtkWidget *myna_side_scroller_new (GtkWidget *child);

G_END_DECLS
