/* myna-wanted.h: the message that is to be shown once it is there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 id;       /* 0: none */
  gboolean at_top; /* it begins `offset` pixels above the view; else it comes into the upper third */
  int offset;
  gboolean revealed; /* its branch was asked for */
} MynaWanted;

/* A message to be seen, in whatever branch it is. */
void myna_wanted_set_message (MynaWanted *self, gint64 id);
/* The place where one was; a message of another branch is not worth changing the branch for. */
void myna_wanted_set_place (MynaWanted *self, gint64 id, int offset);
/* The position of the message, which is wanted no more; G_MAXUINT: none is, or it is not there yet.  Where another branch has it, that
 * one is asked for.  To be called whenever something was read. */
guint myna_wanted_take (MynaWanted *self, MynaConversation *conversation);

G_END_DECLS
