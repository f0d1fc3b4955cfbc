/* myna-application-private.h: what myna-application.c and myna-application-actions.c share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "myna-application.h"
#include "myna-session-cache.h"
#include "myna-window.h"

G_BEGIN_DECLS

struct _MynaApplication
{
  AdwApplication parent_instance;

  GSettings *settings;
  GlmActor *actor;
  MynaModelLibrary *models;
  MynaSessionCache *sessions;
  StoreDb *store;
  GError *store_error;
  gboolean opening;
  gboolean holding;             /* a reply is being written that must be finished without a window */

  GtkWidget *models_window;     /* weak: NULL while there is none */
  StoreDb *temporary_store;
  MynaConversation *temporary;
  GPtrArray *busy;              /* MynaConversation in which a reply is being written */
};

/* myna-application.c */
MynaWindow *myna_application_get_window  (MynaApplication *self);
/* Shows the window, making it if there is none. */
void        myna_application_present     (MynaApplication *self);
/* Listens to the conversation, which is returned, once. */
MynaConversation *myna_application_follow (MynaApplication  *self,
                                           MynaConversation *conversation);
/* Stays without a window for as long as a reply is being written, if it is to. */
void        myna_application_update_hold (MynaApplication *self);

/* myna-application-actions.c */
void        myna_application_add_actions (MynaApplication *self);
/* The models; adds the file, if it is not NULL, to them. */
void        myna_application_show_models (MynaApplication *self,
                                          GFile           *file);

G_END_DECLS
