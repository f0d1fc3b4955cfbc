/* models-menu.h: the models that a chat could have, and those that a reply could be written by again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"
#include "chat/myna-model-library.h"
#include "chat/myna-remote-servers.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MODELS_MENU (myna_models_menu_get_type ())
G_DECLARE_FINAL_TYPE (MynaModelsMenu, myna_models_menu, MYNA, MODELS_MENU, GObject)

MynaModelsMenu *myna_models_menu_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* The models that can run, except the conversation's own, as items with the action message.regenerate-with.  Kept up to date.
 * Owned by the object. */
GMenuModel *myna_models_menu_get_menu (MynaModelsMenu *self);
void myna_models_menu_set_library (MynaModelsMenu *self, MynaModelLibrary *library);
void myna_models_menu_set_conversation (MynaModelsMenu *self, MynaConversation *conversation);

/* The models of now, here and on servers, as items with the action win.try-model, and what can be done about them. */
GMenuModel *myna_models_menu_new_choice (MynaModelLibrary *library, MynaRemoteServers *servers) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
