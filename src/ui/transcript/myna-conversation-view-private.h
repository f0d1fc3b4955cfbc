/* myna-conversation-view-private.h: shared by the files that implement MynaConversationView
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "transcript/chat-canvas.h"
#include "composer/composer.h"
#include "transcript/empty-page.h"
#include "transcript/find-bar.h"
#include "transcript/message-row.h"
#include "transcript/myna-conversation-view.h"

G_BEGIN_DECLS

struct _MynaConversationView
{
  GtkWidget parent_instance;

  MynaConversation *conversation;
  GSignalGroup *conversation_signals;
  GSettings *settings; /* NULL where the schema is not installed (tests) */

  GtkWidget *toasts;
  GtkWidget *stack;
  GtkWidget *empty;
  GtkWidget *canvas;
  GtkWidget *jump; /* GtkRevealer */
  GtkWidget *find_bar;
  GtkWidget *composer;
  gboolean revealed;      /* its branch was asked for */
  gint64 wanted_id;       /* message to be shown when the branch is there; 0: none */
  int wanted_offset;      /* how far it is to begin above the view … */
  gboolean wanted_at_top; /* … or it comes into the upper third */
  gboolean send_waits;    /* Send was pressed when there was no conversation yet … */
  char *suggested;        /* … or this suggestion was */
  guint recalled;         /* position of the question in the composer; G_MAXUINT: none */
};

/* myna-conversation-view-composer.c */
GtkWidget *myna_conversation_view_new_composer (MynaConversationView *self);
/* What was written or asked when there was no conversation yet is for this one; its own draft is not lost by that. */
void myna_conversation_view_take_composer (MynaConversationView *self);
/* The conversation's draft was read, perhaps while the person wrote. */
void myna_conversation_view_show_draft (MynaConversationView *self);
void myna_conversation_view_ask_suggested (MynaConversationView *self, const char *question);

/* myna-conversation-view-place.c */
/* Another conversation is about to be shown: remembers where one is in this one, and what is attached. */
void myna_conversation_view_leave (MynaConversationView *self);
/* To where the conversation was left, if it was. */
void myna_conversation_view_come_back (MynaConversationView *self);

/* myna-conversation-view-actions.c */
void myna_conversation_view_class_install_actions (GtkWidgetClass *widget_class);
/* Up and Down in the composer walk through the questions of the conversation. */
void myna_conversation_view_recall (MynaConversationView *self, int step);
/* A key was pressed among the messages.  Who begins to write there means the composer. */
gboolean myna_conversation_view_transcript_key (MynaConversationView *self, guint keyval, guint keycode, GdkModifierType state,
                                                GtkEventControllerKey *controller);

G_END_DECLS
