/* accessible-text.h: the text of a widget for screen readers: by characters, words and sentences, and as it grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GTK has an interface for this since 4.14.  Before it a widget has its name, and these do nothing.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Gives a type of widgets the interface.  To be called where the type is defined, as G_IMPLEMENT_INTERFACE is. */
void myna_accessible_text_add (GType type);
/* What the widget says from now on.  What came and what went is told to a screen reader. */
void myna_accessible_text_set (GtkWidget *widget, const char *text);

G_END_DECLS
