/* message-row-private.h: shared by message-row.c (what is shown), message-row-actions.c and message-row-menu.c (what can be done)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "transcript/message-row.h"

G_BEGIN_DECLS

struct _MynaMessageRow
{
  GtkWidget parent_instance;

  MynaMessageRowKind kind;
  MynaConversation *conversation;
  MynaMessage *message;
  GSignalGroup *message_signals;
  GSignalGroup *conversation_signals;

  GtkWidget *divider;  /* what came before is not given to the model; made when needed */
  GtkWidget *body;     /* GtkLabel (question) or MynaMarkdownView (reply) */
  GtkWidget *bubble;   /* around the question's body */
  GtkWidget *files;    /* GtkLabel: names of attachments */
  GtkWidget *editor;   /* while a question is edited: GtkTextView and buttons */
  GtkWidget *progress; /* while the reply has no text yet */
  GtkWidget *progress_label;
  GtkWidget *progress_bar;
  GtkWidget *status; /* "Interrupted" [Continue], "what went wrong" [Retry] */
  GtkWidget *status_label;
  GtkWidget *status_button;
  GtkWidget *bar; /* actions */
  GtkWidget *copy_button;
  GtkWidget *edit_button;
  GtkWidget *regenerate_button;
  GtkWidget *switcher;
  GtkWidget *switcher_label;
  GtkWidget *good_button;
  GtkWidget *bad_button;
  GtkWidget *more_button;
  GtkWidget *figures; /* of a reply */
  GtkWidget *time;    /* of a question */
  GtkWidget *menu;    /* made when it is first opened */
  GtkWidget *details; /* made when they are shown; a child of more_button */

  guint tick;      /* the text changed; shown once in the next frame */
  gint64 named_at; /* when the accessible name was set, monotonic µs */
  gboolean setting_marks;
};

void myna_message_row_build_actions (MynaMessageRow *self);
/* Which actions there are now, the switcher, the marks and the figures. */
void myna_message_row_update_actions (MynaMessageRow *self);
void myna_message_row_update_figures (MynaMessageRow *self);
void myna_message_row_stop_editing (MynaMessageRow *self);
void myna_message_row_copy (MynaMessageRow *self);
void myna_message_row_edit (MynaMessageRow *self);
void myna_message_row_regenerate (MynaMessageRow *self);

/* message-row-menu.c */
void myna_message_row_class_install_actions (GtkWidgetClass *widget_class);
void myna_message_row_build_menu (MynaMessageRow *self);
/* beside_text: for the text's own menu, which can select all by itself. */
GMenuModel *myna_message_row_new_menu (gboolean beside_text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
