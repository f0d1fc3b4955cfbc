/* controls.h: buttons, labels, rows and lists as all windows have them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A button with a picture alone; the name is its tooltip, too. */
GtkWidget *myna_icon_button_new (const char *icon, const char *name);
/* The same in a row or beside a text: flat, and not higher than it must be. */
GtkWidget *myna_flat_button_new (const char *icon, const char *name);
/* Text that begins at the start and has as many lines as it needs.  css_class: NULL or one. */
GtkWidget *myna_long_label_new (const char *text, const char *css_class);

/* AdwActionRow of plain text with as many lines as it needs; the texts may be NULL. */
GtkWidget *myna_row_new (const char *title, const char *subtitle);
/* AdwPreferencesGroup; the texts may be NULL. */
GtkWidget *myna_group_new (const char *title, const char *description);
/* GtkListBox of rows as a group of preferences has, in which nothing is selected. */
GtkWidget *myna_list_new (const char *name);
/* Removes all rows of a GtkListBox. */
void myna_list_clear (GtkWidget *list);
/* What scrolls up and down, as high as its child up to max_height; -1: no such limit, and as small as it may be. */
GtkWidget *myna_scroller_new (GtkWidget *child, int max_height);

G_END_DECLS
