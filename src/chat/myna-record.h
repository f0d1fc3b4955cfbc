/* myna-record.h: what the store keeps of a conversation beside its messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-generator.h"
#include "chat/myna-message.h"

G_BEGIN_DECLS

#define MYNA_TYPE_RECORD (myna_record_get_type ())
G_DECLARE_FINAL_TYPE (MynaRecord, myna_record, MYNA, RECORD, GObject)

/* Properties, all notified: "id" (0: no row yet), "title", "draft" (NULL: none), "model", "settings" (NULL: the defaults).
 * Follows what others write into the row.  Signal "failed" (GError *): it could not be read. */

/* id 0: a new conversation.  Another one's row is read at once. */
MynaRecord *myna_record_new (StoreDb *store, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
/* Stores a message of the conversation; before its first one the row, with a title from the message.  → finish: the message,
 * a new reference, with its id, or with its error and in state FAILED. */
void myna_record_add_message_async (MynaRecord *self, MynaMessage *message, GAsyncReadyCallback callback, gpointer user_data);
MynaMessage *myna_record_add_message_finish (GAsyncResult *result) G_GNUC_WARN_UNUSED_RESULT;
/* The program or the conversation ends: saves what is not saved yet. */
void myna_record_leave (MynaRecord *self);

gint64 myna_record_get_id (MynaRecord *self);
const char *myna_record_get_title (MynaRecord *self);
const char *myna_record_get_model (MynaRecord *self);
const char *myna_record_get_settings (MynaRecord *self);
const char *myna_record_get_draft (MynaRecord *self);
/* What replies are made with; what it points to is the record's. */
void myna_record_get_recipe (MynaRecord *self, MynaRecipe *ret_recipe);
/* These write into the row, if there is one; the draft a moment later. */
void myna_record_set_model (MynaRecord *self, const char *model);
void myna_record_set_settings (MynaRecord *self, const char *settings);
void myna_record_set_draft (MynaRecord *self, const char *draft);
/* Puts the text, if it is any, behind the draft. */
void myna_record_add_to_draft (MynaRecord *self, const char *text);
/* Saves all of these once more: it may be that they could not be.  Done also when the store says that writing works again. */
void myna_record_save_again (MynaRecord *self);
/* The messages that wait, as one text, or NULL: see myna-draft.h. */
void myna_record_set_queued (MynaRecord *self, const char *text);

G_END_DECLS
