/* myna-draft.h: what is written in a conversation and not sent, kept in the store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store's draft also holds the questions that are being edited (left-edits.h) and the messages that wait to be sent, so that
 * quitting loses none.
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

typedef struct MynaDraft MynaDraft;

/* id 0: a new conversation, which has no row yet.  Of another's row nothing is written over before
 * myna_draft_take_stored(). */
MynaDraft *myna_draft_new (StoreDb *store, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
/* Saves what is not saved yet. */
void myna_draft_free (MynaDraft *self);

/* The new conversation has got its row. */
void myna_draft_set_id (MynaDraft *self, gint64 id);
/* What the row says, when it is read for the first time; later calls do nothing.  What was written meanwhile stays, behind
 * it.  TRUE where the text is another. */
gboolean myna_draft_take_stored (MynaDraft *self, const char *stored);
/* NULL: none. */
const char *myna_draft_get_text (MynaDraft *self);
/* Saves it soon.  TRUE where it is another. */
gboolean myna_draft_set_text (MynaDraft *self, const char *text);
/* The messages that wait, as one text, or NULL.  Saves them at once. */
void myna_draft_set_queued (MynaDraft *self, const char *text);
/* What is edited changed. */
void myna_draft_save_soon (MynaDraft *self);
/* Saves it once more: it may be that it could not be. */
void myna_draft_save (MynaDraft *self);
/* The last chance: what was not saved is. */
void myna_draft_leave (MynaDraft *self);

G_END_DECLS
