/* left-edits.h: questions that are being edited and were not asked yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A question's row goes away with its chat.  What was written in it is here, for as long as the store is open, and is found in the row
 * when that comes back.  The chat's draft holds it in the store, so that the program's end does not lose it: see myna-draft.h.
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_LEFT_EDITS (myna_left_edits_get_type ())
G_DECLARE_FINAL_TYPE (MynaLeftEdits, myna_left_edits, MYNA, LEFT_EDITS, GObject)

typedef struct
{
  gint64 chat_id;
  gint64 message_id;
  char *text;
  GPtrArray *attachments; /* MynaAttachment, what was left of the question's; NULL: none, or the row is there */
} MynaLeftEdit;

/* The store's, which owns it.  Signal "changed" (gint64 chat_id). */
MynaLeftEdits *myna_left_edits_of (StoreDb *store);
/* What is written in place of this message, which is stored. */
void myna_left_edits_put (MynaLeftEdits *self, const StoreMessage *message, const char *text);
/* The same history is opened anew: as myna_left_chats_move(). */
void myna_left_edits_move (gpointer from, gpointer to);
/* It was asked, or is not wanted. */
void myna_left_edits_drop (MynaLeftEdits *self, gint64 message_id);
/* Or NULL.  A caller that takes attachments clears the field. */
MynaLeftEdit *myna_left_edits_find (MynaLeftEdits *self, gint64 message_id);
/* All that is written in this chat's questions, in the order in which it was begun, as paragraphs; NULL: nothing. */
char *myna_left_edits_dup_text (MynaLeftEdits *self, gint64 chat_id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
