/* question-editor.h: a question while it is edited
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-message.h"

G_BEGIN_DECLS

#define MYNA_TYPE_QUESTION_EDITOR (myna_question_editor_get_type ())
G_DECLARE_FINAL_TYPE (MynaQuestionEditor, myna_question_editor, MYNA, QUESTION_EDITOR, GtkWidget)

/* What is attached can be taken away.  What is typed is among the store's left edits until it is sent or canceled, and is shown again.
 * Signals: send (const char *text, const char *attachments): it is to be asked like this; cancel (). */
GtkWidget *myna_question_editor_new (StoreDb *store, MynaMessage *message);
/* While a reply is written nothing else can be asked. */
void myna_question_editor_set_can_send (MynaQuestionEditor *self, gboolean can_send);

G_END_DECLS
