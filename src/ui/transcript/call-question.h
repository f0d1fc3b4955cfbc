/* call-question.h: what asks the person before a tool is run, and the answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/question-words.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CALL_QUESTION (myna_call_question_get_type ())
G_DECLARE_FINAL_TYPE (MynaCallQuestion, myna_call_question, MYNA, CALL_QUESTION, GtkWidget)

/* Signals: "answered" (): it did what the answer says; "canceled" (): AGAIN is not wanted.
 * A question is said by a screen reader when it is first shown; the keyboard stays where it is. */
GtkWidget *myna_call_question_new (void);
/* Hidden for NONE, with both NULL.  What was changed in a form stays for as long as the same is asked, also where it is shown by
 * another widget. */
void myna_call_question_update (MynaCallQuestion *self, MynaCallQuestionKind kind, MynaConversation *conversation,
                                MynaMessage *message);
/* The answers, where something is asked: what a button does. */
void myna_call_question_allow (MynaCallQuestion *self, MynaAllowScope scope);
void myna_call_question_deny (MynaCallQuestion *self);

G_END_DECLS
