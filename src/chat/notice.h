/* notice.h: a lasting problem, in words, with what the person can do about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-core.h"

G_BEGIN_DECLS

typedef struct
{
  char *title;
  char *body;         /* what helps; NULL: nothing */
  char *details;      /* exact, not translated; NULL: none */
  const char *button; /* what the action is called; NULL: there is none */
  const char *action;
  GVariant *target;    /* of the action; NULL: none */
  const char *refusal; /* what a second button is called; NULL: there is none … */
  GVariant *refused;   /* … and the same action's target then */
} MynaNotice;

/* The model that could not be loaded last. */
typedef struct
{
  const char *path;
  const GError *error;
  gconstpointer conversation; /* the chat that went back to its model before it, only to be compared; NULL: none */
} MynaFailedModel;

/* What is the matter with the history; NULL: nothing. */
MynaNotice *myna_notice_of_store (MynaCore *core) G_GNUC_WARN_UNUSED_RESULT;
/* What is the matter with the model of this chat: chats of other models have nothing to do with it.  NULL: nothing.  conversation
 * and failed may be NULL. */
MynaNotice *myna_notice_of_model (MynaCore *core, MynaConversation *conversation,
                                  const MynaFailedModel *failed) G_GNUC_WARN_UNUSED_RESULT;
/* What is to be said of the graphics card; NULL: nothing. */
MynaNotice *myna_notice_of_card (MynaCards *cards) G_GNUC_WARN_UNUSED_RESULT;
void myna_notice_free (MynaNotice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaNotice, myna_notice_free)

G_END_DECLS
