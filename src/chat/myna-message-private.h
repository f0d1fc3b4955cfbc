/* myna-message-private.h: how MynaConversation changes its messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-message.h"

G_BEGIN_DECLS

/* A record of a message that begins now. */
StoreMessage *myna_message_new_record (gint64 conversation_id, StoreRole role, const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* Takes the record.  has_text: whether record->text is the message's text, or only stands for one not read yet. */
MynaMessage *myna_message_new_take (StoreMessage *record, gboolean has_text) G_GNUC_WARN_UNUSED_RESULT;
/* A new one, written now. */
MynaMessage *myna_message_new (gint64 conversation_id, StoreRole role, const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* The record, for changes that need no notification. */
StoreMessage *myna_message_edit_record (MynaMessage *self);
/* A copy of the record with the current text; free with store_message_free(). */
StoreMessage *myna_message_dup_record (MynaMessage *self) G_GNUC_WARN_UNUSED_RESULT;
void myna_message_set_id (MynaMessage *self, gint64 id);
void myna_message_set_text (MynaMessage *self, const char *text);
void myna_message_append_text (MynaMessage *self, const char *piece);
/* Forgets a text that can be read again. */
void myna_message_unload (MynaMessage *self);
/* A thought is being written from now on, or no longer; where it is so already nothing happens. */
void myna_message_begin_thought (MynaMessage *self);
void myna_message_end_thought (MynaMessage *self);
void myna_message_set_state (MynaMessage *self, StoreState state);
/* The name of its author, to show. */
void myna_message_set_model (MynaMessage *self, const char *model);
/* The tool that it asks for, which is taken; NULL: none. */
void myna_message_set_call (MynaMessage *self, StoreCall *call);
void myna_message_set_told_result (MynaMessage *self, gboolean told_result);
void myna_message_set_queued (MynaMessage *self, gboolean queued);
void myna_message_set_error (MynaMessage *self, const GError *error);
void myna_message_set_siblings (MynaMessage *self, int index, int n_siblings);
void myna_message_set_mark (MynaMessage *self, int mark);

G_END_DECLS
