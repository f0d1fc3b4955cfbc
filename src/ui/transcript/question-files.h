/* question-files.h: what is attached to a question, above its text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Names and sizes, as a button that activates "message.documents". */
GtkWidget *myna_question_files_new (void);
/* json: StoreMessage.attachments; NULL: nothing is shown. */
void myna_question_files_update (GtkWidget *files, const char *json);

G_END_DECLS
