/* myna-window.h: the window: conversations on one side, the one that is open on the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-core.h"
#include "chat/myna-new-chat-draft.h"

G_BEGIN_DECLS

#define MYNA_TYPE_WINDOW (myna_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaWindow, myna_window, MYNA, WINDOW, AdwApplicationWindow)

/* What windows can be told to do, by key, menu or button: once, before the first is made. */
void myna_window_install_actions (void);
/* draft: what new chats begin with. */
GtkWidget *myna_window_new (GtkApplication *application, MynaCore *core, MynaNewChatDraft *draft);
/* Shows an empty conversation; the one shown already, if it is empty. */
void myna_window_new_chat (MynaWindow *self);
void myna_window_open_chat (MynaWindow *self, gint64 id);
/* A result of a search: the conversation, at the message that was found (0: the title was). */
void myna_window_open_message (MynaWindow *self, gint64 id, gint64 message_id);
/* Goes on with this one, which may have no question yet, or be the temporary one. */
void myna_window_show_conversation (MynaWindow *self, MynaConversation *conversation);
/* Asks whether this may be sent to the server, and if so sends it. */
void myna_window_ask_server (MynaWindow *self, MynaRemoteServer *server, guint sends);
/* Whether this is the conversation that is open. */
gboolean myna_window_shows (MynaWindow *self, MynaConversation *conversation);
/* Looks for this in the history. */
void myna_window_search (MynaWindow *self, const char *text);
/* Asks this in a new conversation.  files: GFile, to be attached: the question is only written then, for a person to end and send. */
void myna_window_ask (MynaWindow *self, const char *question, GSList *files);
void myna_window_add_toast (MynaWindow *self, AdwToast *toast);

G_END_DECLS
