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
/* A button with a picture that does the action. */
GtkWidget *myna_action_button_new (const char *icon, const char *action, const char *name);
/* A button that opens a menu. */
GtkWidget *myna_menu_button_new (const char *icon, const char *name, GMenuModel *menu);
/* Text that begins at the start and has as many lines as it needs.  css_classes: NULL, or some with blanks between them. */
GtkWidget *myna_long_label_new (const char *text, const char *css_classes);
/* The same in one line, which ends in "…" where there is no room. */
GtkWidget *myna_line_label_new (const char *text, const char *css_classes);

/* AdwActionRow of plain text with as many lines as it needs; the texts may be NULL. */
GtkWidget *myna_row_new (const char *title, const char *subtitle);
/* At the end of an AdwActionRow, in its middle. */
void myna_row_add_suffix (GtkWidget *row, GtkWidget *suffix);
/* AdwPreferencesGroup; the texts may be NULL. */
GtkWidget *myna_group_new (const char *title, const char *description);
/* GtkListBox of rows as a group of preferences has, in which nothing is selected. */
GtkWidget *myna_list_new (const char *name);
/* Removes all rows of a GtkListBox. */
void myna_list_clear (GtkWidget *list);
/* Several classes of CSS, with blanks between them. */
void myna_add_css_classes (GtkWidget *widget, const char *css_classes);
/* Adds the class of CSS, or takes it away. */
void myna_set_css_class (GtkWidget *widget, const char *css_class, gboolean on);
/* All of a buffer's text.  The caller frees. */
char *myna_buffer_dup_text (GtkTextBuffer *buffer) G_GNUC_WARN_UNUSED_RESULT;
/* The window that a widget is in; NULL: in none, as when it was closed. */
GtkWindow *myna_get_window (gpointer widget);
/* What scrolls up and down, as high as its child up to max_height; -1: no such limit, and as small as it may be. */
GtkWidget *myna_scroller_new (GtkWidget *child, int max_height);
/* What a file chooser offers; the patterns end in NULL. */
GtkFileFilter *myna_filter_new (const char *name, ...) G_GNUC_NULL_TERMINATED;

/* For widgets whose height depends on their width, and that lay out their children themselves. */
void myna_class_set_height_for_width (GtkWidgetClass *widget_class);
/* For widgets that are no container of GTK's: takes all children away, in dispose(), too. */
void myna_drop_children (GtkWidget *widget);

/* Opens a menu at a place of the widget, and claims the gesture. */
typedef void (*MynaOpenMenu) (GtkWidget *widget, GtkGesture *gesture, double x, double y);
/* Calls that where the secondary button is pressed, or a finger rests. */
void myna_add_context_menu (GtkWidget *widget, MynaOpenMenu open);

G_END_DECLS
