/* question-editor.h: a question while it is edited
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_QUESTION_EDITOR (myna_question_editor_get_type ())
G_DECLARE_FINAL_TYPE (MynaQuestionEditor, myna_question_editor, MYNA, QUESTION_EDITOR, GtkWidget)

/* attachments: JSON as StoreMessage keeps it, or NULL; they can be taken away.
 * Signals: send (const char *text, const char *attachments): it is to be asked like this; cancel (). */
GtkWidget *myna_question_editor_new (const char *text, const char *attachments);

G_END_DECLS
