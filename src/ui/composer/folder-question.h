/* folder-question.h: whether all files of a folder are to be attached
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What is to be attached (GFile), or why nothing can be. */
typedef void (*MynaFolderFunc) (gpointer owner, GSList *files, const char *problem);

/* Counts the files of the folder and asks; answer() is called unless the person says no.  The widget is kept until then. */
void myna_folder_question_ask (GtkWidget *owner, GFile *folder, MynaFolderFunc answer);

G_END_DECLS
