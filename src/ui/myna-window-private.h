/* myna-window-private.h: what myna-window.c and myna-window-actions.c share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "conversation/myna-conversation-view.h"
#include "history/myna-sidebar.h"
#include "myna-banner.h"
#include "myna-split-view.h"
#include "myna-window.h"

G_BEGIN_DECLS

struct _MynaWindow
{
  AdwApplicationWindow parent_instance;

  MynaApplication *application;         /* not owned: it owns the window */
  GSettings *settings;
  MynaConversation *conversation;       /* shown now; NULL while the store is not open */
  GSignalGroup *conversation_signals;
  GCancellable *cancellable;            /* of what the window asked the store for */
  char *pending_question;               /* asked before the store was open */
  gint64 pending_id;                    /* to be opened as soon as the store is */

  GtkWidget *toasts;
  GtkWidget *split;
  GtkWidget *sidebar;
  GtkWidget *content_header;
  GtkWidget *title;
  GtkWidget *subtitle;                  /* the model, a menu button */
  GtkWidget *store_banner;
  GtkWidget *model_banner;
  GtkWidget *temporary_bar;             /* says that nothing is saved */
  GtkWidget *view;
  GtkCssProvider *text_css;
};

/* myna-window-actions.c */
void myna_window_class_install_actions (GtkWidgetClass *widget_class);
void myna_window_update_actions        (MynaWindow     *self);

/* myna-window.c */
void myna_window_set_conversation      (MynaWindow       *self,
                                        MynaConversation *conversation);

G_END_DECLS
