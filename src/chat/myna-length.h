/* myna-length.h: whether a message fits the model, before it is sent (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_LENGTH (myna_length_get_type ())
G_DECLARE_FINAL_TYPE (MynaLength, myna_length, MYNA, LENGTH, GObject)

/* Signal "changed": it is known now, or not any more. */
MynaLength *myna_length_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* This is about to be asked; attachments: JSON as StoreMessage keeps it, or NULL.  A text that is short enough for any model costs
 * nothing.  For another one the conversation's model counts, a moment later, and is loaded for that where it is not: it will be
 * needed.  conversation NULL: nothing is asked. */
void myna_length_measure (MynaLength *self, MynaConversation *conversation, const char *text, const char *attachments);
/* Tokens of the message with what must stand before it, and how many the model can hold.  FALSE: it fits, or is not known. */
gboolean myna_length_get_too_long (MynaLength *self, int *ret_n_tokens, int *ret_limit);
/* That, or that the model is given passages of what is attached, in words; NULL: there is nothing to say. */
char *myna_length_describe (MynaLength *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
