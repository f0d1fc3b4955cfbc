/* question-words.h: what is asked before a tool is run, and what the answers are called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_CALL_QUESTION_NONE,
  MYNA_CALL_QUESTION_CALL,  /* may the call of this message be run? */
  MYNA_CALL_QUESTION_GO_ON, /* there were many rounds: more? */
  MYNA_CALL_QUESTION_AGAIN, /* the person wants it run again */
} MynaCallQuestionKind;

/* What the conversation asks at this message now; never AGAIN, which the person asks for. */
MynaCallQuestionKind myna_call_question_find (MynaConversation *conversation, MynaMessage *message);

/* The question, in one sentence; the caller frees. */
char *myna_call_question_dup_heading (MynaCallQuestionKind kind, MynaMessage *message) G_GNUC_WARN_UNUSED_RESULT;
/* What the tool may touch, and why it is asked; NULL: there is nothing to say.  The caller frees. */
char *myna_call_question_dup_reason (MynaCallQuestionKind kind, MynaConversation *conversation,
                                     MynaMessage *message) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  const char *deny;
  const char *allow;
  const char *allow_in_chat; /* NULL: `allow` does */
} MynaCallAnswers;

MynaCallAnswers myna_call_question_get_answers (MynaCallQuestionKind kind, MynaMessage *message);

G_END_DECLS
