/* myna-application-private.h: what myna-application.c and myna-application-actions.c share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-titler.h"
#include "application/myna-application.h"
#include "application/myna-search-provider.h"
#include "chat/myna-session-cache.h"
#include "window/myna-window.h"

G_BEGIN_DECLS

struct _MynaApplication
{
  AdwApplication parent_instance;

  GSettings *settings;
  GlmActor *actor;
  MynaModelLibrary *models;
  MynaSessionCache *sessions;
  MynaTitler *titler;
  StoreDb *store;
  GError *store_error;
  gboolean opening;
  gboolean prepared; /* there was a window: history and model are wanted */
  gboolean holding;  /* a reply is being written that must be finished without a window */

  GtkWidget *models_window; /* weak: NULL while there is none */
  StoreDb *temporary_store;
  MynaConversation *temporary;
  MynaSearchProvider *search_provider; /* NULL: not on the bus */
  GPtrArray *busy;                     /* MynaConversation in which a reply is being written */

  char *draft;         /* written in a new chat and not sent; NULL: nothing */
  gboolean draft_read; /* … in the run of the program before */
  guint draft_source;
  MynaConversation *new_conversation; /* weak: the chat that has the draft */
};

/* myna-application.c */
MynaWindow *myna_application_get_window (MynaApplication *self);
/* Shows the window, making it if there is none. */
void myna_application_present (MynaApplication *self);
/* Listens to the conversation, which is returned, once.  store: where it can get a title; NULL: it is temporary. */
MynaConversation *myna_application_follow (MynaApplication *self, MynaConversation *conversation, StoreDb *store);
/* Stays without a window for as long as a reply is being written, if it is to. */
void myna_application_update_hold (MynaApplication *self);

/* myna-application-store.c */
/* Opens the history, which is made if there is none, unless it is open. */
void myna_application_open_store (MynaApplication *self);
/* The same where one is kept.  FALSE: there is none yet. */
gboolean myna_application_open_kept_store (MynaApplication *self);
/* Tells the history for how long the bin keeps what is in it. */
void myna_application_apply_bin_days (MynaApplication *self);

/* myna-application-draft.c */
/* Reads what an earlier run left; the callback gives it to take_draft(), before the store is used. */
void myna_application_read_draft (MynaApplication *self, StoreDb *store, GAsyncReadyCallback callback);
void myna_application_take_draft (MynaApplication *self, StoreDb *store, GAsyncResult *result);
/* The new chat gets what was left behind in the one before. */
void myna_application_give_draft (MynaApplication *self, MynaConversation *conversation);
/* At once, if there is something to save. */
void myna_application_save_draft (MynaApplication *self);

/* myna-application-actions.c */
void myna_application_add_actions (MynaApplication *self);
/* The models; adds the file, if it is not NULL, to them. */
void myna_application_show_models (MynaApplication *self, GFile *file);

G_END_DECLS
