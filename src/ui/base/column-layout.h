/* column-layout.h: children one below the other, whose heights always depend on the width
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GTK keeps whether a widget's height depends on its width, and asks its children for it before they have forgotten what they were:
 * a box whose children had no text is measured once more as if it had all the room there is, after they got some, and what is below
 * lies over their second lines.  This layout says what it is without asking.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_COLUMN_LAYOUT (myna_column_layout_get_type ())
G_DECLARE_FINAL_TYPE (MynaColumnLayout, myna_column_layout, MYNA, COLUMN_LAYOUT, GtkLayoutManager)

/* Gives a widget whose class has this layout so many pixels between its children. */
void myna_column_layout_set_spacing (GtkWidget *widget, int spacing);

G_END_DECLS
