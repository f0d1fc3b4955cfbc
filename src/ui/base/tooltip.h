/* tooltip.h: tooltips that do not ask where the pointer is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The widget's tooltip, which a screen reader knows as its description; NULL or "": none.  gtk_widget_set_tooltip_text() asks the
 * X server each time, and waits for the answer, whether the pointer rests on the widget: use this instead, everywhere. */
void myna_set_tooltip (GtkWidget *widget, const char *text);
/* The same for what has no words on it: a screen reader calls it so, too. */
void myna_set_name (GtkWidget *widget, const char *name);
/* NULL: none. */
const char *myna_get_tooltip (GtkWidget *widget);

G_END_DECLS
