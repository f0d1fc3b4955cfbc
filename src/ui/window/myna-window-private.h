/* myna-window-private.h: what the files of the window share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

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
  GCancellable *cancellable; /* of what the window asked the store for */
  char *pending_question;    /* asked before the store was open */
  char *replaced_model;      /* the chat's before the one that is being loaded for it; "": the default */
  gint64 pending_id;         /* to be opened as soon as the store is */
  gint64 pending_message_id;

  GtkWidget *toasts;
  GtkWidget *split;
  GtkWidget *sidebar;
  GtkWidget *content_header;
  GtkWidget *title;
  GtkWidget *subtitle; /* the model, a menu button */
  GtkWidget *store_banner;
  GtkWidget *model_banner;
  GtkWidget *temporary_bar; /* says that nothing is saved */
  GtkWidget *view;
  GtkCssProvider *text_css;
};

/* myna-window-actions.c */
void myna_window_class_install_actions (GtkWidgetClass *widget_class);
void myna_window_update_actions (MynaWindow *self);
void myna_window_show_failure (MynaWindow *self, const char *title, const GError *error);
/* For what was asked of the store without waiting for a value; user_data: a reference to the window. */
void myna_window_changed_cb (GObject *source, GAsyncResult *result, gpointer user_data);

/* myna-window-banner.c */
void myna_window_update_store_banner (MynaWindow *self);
void myna_window_show_store_failure (MynaWindow *self, GError *error);
void myna_window_show_load_failure (MynaWindow *self, const char *path, GError *error);
void myna_window_check_model (MynaWindow *self);
/* The load of this model came to nothing: a chat that was to get it keeps what it had. */
void myna_window_restore_model (MynaWindow *self, const char *path);

/* myna-window-title.c */
/* Whether nothing of what is shown is kept. */
gboolean myna_window_is_temporary (MynaWindow *self);
GtkWidget *myna_window_make_title (MynaWindow *self);
void myna_window_update_title (MynaWindow *self);
void myna_window_update_model (MynaWindow *self);

/* myna-window-state.c: what the window finds again the next time */
void myna_window_save_state (MynaWindow *self);
void myna_window_restore_folders (MynaWindow *self);
/* Once the last conversation is shown. */
void myna_window_restore_position (MynaWindow *self);

/* myna-window-folders.c: what folders can be told to do */
void myna_window_class_install_folder_actions (GtkWidgetClass *widget_class);

/* myna-window-transfer.c: conversations out of the history and into it */
void myna_window_class_install_transfer_actions (GtkWidgetClass *widget_class);

/* myna-window.c */
/* The history is another one: forgets what is open and begins as at the start of the program. */
void myna_window_start_over (MynaWindow *self);
void myna_window_set_conversation (MynaWindow *self, MynaConversation *conversation);

G_END_DECLS
