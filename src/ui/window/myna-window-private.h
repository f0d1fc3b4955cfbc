/* myna-window-private.h: what myna-window.c, myna-window-actions.c and myna-window-model.c share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/history-actions.h"
#include "transcript/myna-conversation-view.h"
#include "sidebar/myna-sidebar.h"
#include "base/myna-banner.h"
#include "base/myna-split-view.h"
#include "window/myna-window.h"

G_BEGIN_DECLS

struct _MynaWindow
{
  AdwApplicationWindow parent_instance;

  MynaCore *core;
  MynaNewChatDraft *draft;
  GSettings *settings;            /* the core's */
  MynaConversation *conversation; /* shown now; NULL while the store is not open */
  GSignalGroup *conversation_signals;
  MynaHistoryActions *history_actions;
  GCancellable *cancellable; /* of what the window asked the store for */
  char *pending_question;    /* asked before the store was open … */
  GSList *pending_files;     /* … of these */
  char *replaced_model;      /* the chat's before the one that is being loaded for it; "": the default */
  char *failed_model;        /* the one that could not be loaded last, or NULL … */
  GError *load_error;        /* … why … */
  gpointer failed_in;        /* … and the chat that went back to its model before it, only to be compared; NULL: none */
  gint64 pending_id;         /* to be opened as soon as the store is */
  gint64 pending_message_id;
  gboolean wants_temporary; /* the temporary chat is shown here, or is to be as soon as it is there */
  gboolean store_failed;    /* the banner says that something could not be saved */

  GtkWidget *toasts;
  GtkWidget *split;
  GtkWidget *sidebar;
  GtkWidget *content_header;
  GtkWidget *title;
  GtkWidget *model_button;
  GtkWidget *subtitle;    /* on it: the model */
  GtkWidget *server_icon; /* beside it: the model is on a server */
  GtkWidget *store_banner;
  GtkWidget *model_banner;
  GtkWidget *card_banner;
  GtkWidget *guest_banner;
  GtkWidget *temporary_bar; /* says that nothing is saved */
  GtkWidget *view;
};

/* Id of the chat that is shown; 0: it is not in the history. */
gint64 myna_window_get_current_id (MynaWindow *self);
/* The keyboard leaves the sidebar: where it lies over the content it goes. */
void myna_window_leave_sidebar (MynaWindow *self);
/* The history is another one: forgets what is open and begins as at the start of the program. */
void myna_window_start_over (MynaWindow *self);

/* Shows what is the matter with the model of the chat that is shown, if anything is. */
void myna_window_update_model_banner (MynaWindow *self);
/* The same for the history. */
void myna_window_update_store_banner (MynaWindow *self);
void myna_window_update_card_banner (MynaWindow *self);
/* A model could not be loaded, or its loading was canceled: the chat that it was chosen for has the one before again. */
void myna_window_show_load_failure (MynaWindow *self, const char *path, GError *error);
/* GtkMenuButtonCreatePopupFunc, of a MynaWindow: the menu always has the models of now. */
void myna_window_fill_model_menu_cb (GtkMenuButton *button, gpointer user_data);
void myna_window_restore_model (MynaWindow *self, const char *path);

G_END_DECLS
