/* myna-conversation-view.h: transcript and composer of one conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-conversation.h"
#include "chat/myna-model-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CONVERSATION_VIEW (myna_conversation_view_get_type ())
G_DECLARE_FINAL_TYPE (MynaConversationView, myna_conversation_view, MYNA, CONVERSATION_VIEW, GtkWidget)

/* Signal "begin": something is asked while there is no conversation.  It waits for the one that is set next, and so does what
 * is only written.
 * Installs the widget actions conversation.stop, .regenerate, .find, .copy-last …; the window binds keys to them. */
GtkWidget *myna_conversation_view_new (void);
void myna_conversation_view_set_conversation (MynaConversationView *self, MynaConversation *conversation);
/* Whether something was written, attached or asked while there was no conversation yet: the person sees an empty page then
 * and means a new chat. */
gboolean myna_conversation_view_has_begun (MynaConversationView *self);
/* Name of the model that will answer, as the person knows it; shown while the conversation is empty. */
void myna_conversation_view_set_model (MynaConversationView *self, const char *name);
/* Once, for a small window: the composer is at the top, the transcript below it once something was asked.  Escape does not stop the
 * reply: it is the window's. */
void myna_conversation_view_set_compact (MynaConversationView *self);
/* Asks this, also where there is no conversation yet. */
void myna_conversation_view_ask (MynaConversationView *self, const char *question);
/* Puts the beginning of a question into what is being written, and attaches files (GFile). */
void myna_conversation_view_begin (MynaConversationView *self, const char *text, GSList *files);
/* Puts this into what is being written, as a quotation; what is too long for that is attached. */
void myna_conversation_view_quote (MynaConversationView *self, const char *text);
/* Scrolls to a message of the conversation (a search's hit), switching to its branch where it is in another one.  query: what
 * was searched for, to be marked; "" for nothing. */
void myna_conversation_view_show_message (MynaConversationView *self, gint64 message_id, const char *query);
/* What is at the top of the view, to come back to: the message (0: the view is at the end) and how far it begins above the
 * view, in pixels. */
void myna_conversation_view_get_position (MynaConversationView *self, gint64 *ret_message_id, int *ret_offset);
void myna_conversation_view_set_position (MynaConversationView *self, gint64 message_id, int offset);
/* Once: the models that replies can be written by, and that personas name. */
void myna_conversation_view_set_library (MynaConversationView *self, MynaModelLibrary *library);
/* Takes the toast, and shows it above the composer. */
void myna_conversation_view_add_toast (MynaConversationView *self, AdwToast *toast);
void myna_conversation_view_focus_composer (MynaConversationView *self);
/* To the newest message in sight, or to the first suggestion; FALSE: there is nothing. */
gboolean myna_conversation_view_focus_messages (MynaConversationView *self);
/* Whether the keyboard is in the composer. */
gboolean myna_conversation_view_is_writing (MynaConversationView *self);
/* A key was pressed where nothing is written, and nobody wanted it: who begins to write means the composer.  FALSE: the key writes
 * nothing. */
gboolean myna_conversation_view_write_key (MynaConversationView *self, guint keyval, GdkModifierType state,
                                           GtkEventControllerKey *controller);

G_END_DECLS
