/* myna-message.h: one message as the window sees it (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MESSAGE (myna_message_get_type ())
G_DECLARE_FINAL_TYPE (MynaMessage, myna_message, MYNA, MESSAGE, GObject)

/* Signal "changed" (gboolean text_only): something about it is different, or only its text has grown. */

/* 0 until it is stored. */
gint64 myna_message_get_id (MynaMessage *self);
const char *myna_message_get_text (MynaMessage *self);
StoreRole myna_message_get_role (MynaMessage *self);
StoreState myna_message_get_state (MynaMessage *self);
/* Whether the text was read from the store; where it was not, the text is "". */
gboolean myna_message_get_loaded (MynaMessage *self);
/* Whether the message waits for the running reply to end before it is sent. */
gboolean myna_message_get_queued (MynaMessage *self);
/* What went wrong, in plain words for the person, or NULL; the engine's own words are in the details. */
const char *myna_message_get_error (MynaMessage *self);
const char *myna_message_get_error_details (MynaMessage *self);
/* Whether the error is that the question does not fit the model: asking once more does not help, another question does. */
gboolean myna_message_get_too_long (MynaMessage *self);
int myna_message_get_sibling_index (MynaMessage *self);
int myna_message_get_n_siblings (MynaMessage *self);
int myna_message_get_mark (MynaMessage *self);
/* Bytes of the text, known without reading it. */
int myna_message_get_n_bytes (MynaMessage *self);
/* Whether an observation is exactly the result that its call shows. */
gboolean myna_message_get_told_result (MynaMessage *self);
/* How long its thought took so far, or in the end; of one that was read from the store, what its figures make likely.  0: not
 * known, or there is none. */
double myna_message_get_thought_seconds (MynaMessage *self);
/* Figures, model, times: the stored record.  Its text is not kept up to date: ask for the text. */
const StoreMessage *myna_message_get_record (MynaMessage *self);

G_END_DECLS
