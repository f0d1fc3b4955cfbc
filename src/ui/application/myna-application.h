/* myna-application.h: what lives as long as the program: the store, the engine, the models and the settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-conversation.h"
#include "engine/actor/glm-actor.h"
#include "chat/myna-model-library.h"
#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_APPLICATION (myna_application_get_type ())
G_DECLARE_FINAL_TYPE (MynaApplication, myna_application, MYNA, APPLICATION, AdwApplication)

/* Properties: "store" (StoreDb or NULL: not open yet), "temporary" (the temporary chat or NULL).
 * Signals: conversation-busy (gint64 id, gboolean busy): a reply began or ended, in the window or behind it. */
MynaApplication *myna_application_new (void);
GSettings *myna_application_get_settings (MynaApplication *self);
MynaModelLibrary *myna_application_get_models (MynaApplication *self);
/* The history; a store in memory if it could not be opened; NULL until it is open. */
StoreDb *myna_application_get_store (MynaApplication *self);
/* Why the history cannot be written or read, or NULL. */
const GError *myna_application_get_store_error (MynaApplication *self);
/* A new conversation, or the one with this id; the caller owns the reference.  The application keeps it alive for as
 * long as a reply is being written.  NULL while the store is not open. */
MynaConversation *myna_application_new_conversation (MynaApplication *self) G_GNUC_WARN_UNUSED_RESULT;
MynaConversation *myna_application_open_conversation (MynaApplication *self, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
/* A chat that lives in memory alone, until it is ended or the program is. */
MynaConversation *myna_application_get_temporary (MynaApplication *self);
void myna_application_begin_temporary (MynaApplication *self);
void myna_application_end_temporary (MynaApplication *self);
gboolean myna_application_is_busy (MynaApplication *self, gint64 id);
/* Tries to open the history again, after a problem. */
void myna_application_reopen_store (MynaApplication *self);

G_END_DECLS
