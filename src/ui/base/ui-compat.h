/* ui-compat.h: what differs between GTK 4.8 / libadwaita 1.2 and the newest ones, behind one face
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void myna_show_about (GtkWindow *parent);

/* Opens the address with the program that the person chose for it. */
void myna_open_uri (GtkWindow *parent, const char *uri);
/* The same for a file. */
void myna_open_file (GtkWindow *parent, GFile *file);
/* Opens the folder that holds the file, with the file selected where the file manager can do that. */
void myna_show_in_folder (GtkWindow *parent, GFile *file);

void myna_expander_row_add_suffix (AdwExpanderRow *row, GtkWidget *widget);
void myna_css_provider_load_string (GtkCssProvider *provider, const char *css);

/* The color of the widget's text. */
GdkRGBA myna_widget_get_color (GtkWidget *widget);
/* A color that the theme has under this name; the text's where it has none. */
GdkRGBA myna_widget_get_named_color (GtkWidget *widget, const char *name);

/* Lets a screen reader say the text.  GTK before 4.14 has no announcements, nor has newer GTK without an accessibility bus: there
 * the text becomes the widget's description, and a change of that is said only where the widget has the keyboard's focus: pass
 * the one that has it. */
void myna_announce (GtkWidget *widget, const char *text);

/* What a screen reader says of a button whose text alone says too little.  Newer GTK takes the text before all else. */
void myna_button_set_spoken_name (GtkWidget *button, const char *name);

typedef enum
{
  MYNA_QUESTION_PLAIN,
  MYNA_QUESTION_DESTRUCTIVE, /* the answer cannot be taken back */
} MynaQuestionKind;

/* Asks for one decision: `accept_label` or Cancel. */
void myna_ask_async (GtkWindow *parent, MynaQuestionKind kind, const char *heading, const char *body, const char *accept_label,
                     GAsyncReadyCallback callback, gpointer user_data);
/* The same with a widget below the text; it is the dialog's. */
void myna_ask_with_async (GtkWindow *parent, MynaQuestionKind kind, const char *heading, const char *body, GtkWidget *widget,
                          const char *accept_label, GAsyncReadyCallback callback, gpointer user_data);
/* Tells what went wrong, where nothing can be done.  parent: NULL where the window is gone. */
void myna_tell (GtkWindow *parent, const char *heading, const char *body);
void myna_tell_error (GtkWindow *parent, const char *heading, const GError *error);
/* TRUE: accepted. */
gboolean myna_ask_finish (GAsyncResult *result);

typedef enum
{
  MYNA_FILE_OPEN,
  MYNA_FILE_OPEN_FOLDER,
  MYNA_FILE_SAVE,
} MynaFileAction;

/* Lets the person choose a file (by the portal inside Flatpak).  filter and name may be NULL. */
void myna_choose_file_async (GtkWindow *parent, MynaFileAction action, const char *title, GtkFileFilter *filter,
                             const char *name, GAsyncReadyCallback callback, gpointer user_data);
/* The file, or NULL if nothing was chosen; the caller owns it. */
GFile *myna_choose_file_finish (GAsyncResult *result);

/* The same for several that are there; a list of GFile. */
void myna_choose_files_async (GtkWindow *parent, const char *title, GAsyncReadyCallback callback, gpointer user_data);
/* Transfer full; NULL: none was chosen. */
GListModel *myna_choose_files_finish (GAsyncResult *result);

G_END_DECLS
