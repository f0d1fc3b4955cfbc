/* myna-branch.h: the messages of a conversation: the branch that is shown, then those that wait to be sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All messages have an object, but only those near what the window shows have their text in memory: a row asks for it
 * through myna_branch_load_range().
 */
#pragma once

#include "chat/myna-message.h"

G_BEGIN_DECLS

#define MYNA_TYPE_BRANCH (myna_branch_get_type ())
G_DECLARE_FINAL_TYPE (MynaBranch, myna_branch, MYNA, BRANCH, GObject)

/* A GListModel of MynaMessage, empty. */
MynaBranch *myna_branch_new (StoreDb *store) G_GNUC_WARN_UNUSED_RESULT;
/* Messages, without those that wait. */
guint myna_branch_get_n (MynaBranch *self);
guint myna_branch_get_n_queued (MynaBranch *self);
/* Borrowed; NULL behind the last one that waits. */
MynaMessage *myna_branch_peek (MynaBranch *self, guint position);
/* The last one that does not wait, or NULL. */
MynaMessage *myna_branch_peek_last (MynaBranch *self);
/* Positions, or G_MAXUINT. */
guint myna_branch_find (MynaBranch *self, MynaMessage *message);
guint myna_branch_find_id (MynaBranch *self, gint64 id);
/* The last one that does not wait, if it could not be stored and is of this role, or NULL. */
MynaMessage *myna_branch_peek_unsaved (MynaBranch *self, StoreRole role);
/* Tokens that the model held after the last reply, as far as the figures tell; 0: not known. */
int myna_branch_get_context_used (MynaBranch *self);
/* Id of the last stored message: what the next one answers. */
gint64 myna_branch_get_last_id (MynaBranch *self);

void myna_branch_insert (MynaBranch *self, guint position, MynaMessage *message);
void myna_branch_remove (MynaBranch *self, guint position, guint n);
/* Removes the messages from this position on that do not wait. */
void myna_branch_cut (MynaBranch *self, guint position);
/* Puts a new alternative of a message that does not wait in its place, with nothing below it: with another text and attachments (JSON
 * or NULL), and the same call.  Deletes at once what is hidden.  The branch keeps the new one. */
MynaMessage *myna_branch_fork (MynaBranch *self, MynaMessage *message, const char *text, const char *attachments);
/* Puts a message behind all others, to wait; and lets the first one that waits wait no more. */
void myna_branch_queue (MynaBranch *self, MynaMessage *message);
MynaMessage *myna_branch_unqueue (MynaBranch *self);
/* A question that could not be stored waits again, before all others: the branch is to be read. */
void myna_branch_queue_unsaved (MynaBranch *self);
/* The texts that wait, as one; NULL: none. */
char *myna_branch_dup_queued_text (MynaBranch *self);
/* Shows these StoreMessages, which it takes, in place of the branch; the messages of the common beginning stay as they are. */
void myna_branch_replace (MynaBranch *self, GPtrArray *records);

/* The stored messages before this one, as a new array of references; *ret_first: the position in it of the message with this
 * id, or 0. */
GPtrArray *myna_branch_dup_before (MynaBranch *self, MynaMessage *message, gint64 id,
                                   guint *ret_first) G_GNUC_WARN_UNUSED_RESULT;

/* Hides the stored message at this position and all below it: UNDO_SECONDS later they are deleted for good, unless taken back.
 * Till then the store is as it was, so that a crash deletes nothing.  Signal "deleted": the time has passed. */
void myna_branch_delete (MynaBranch *self, guint position);
/* Deletes at once what is hidden. */
void myna_branch_commit_delete (MynaBranch *self);
/* Gives up the deletion; FALSE: there is none.  The branch is to be read again. */
gboolean myna_branch_undo_delete (MynaBranch *self);

/* These texts are needed; those far away may be forgotten. */
void myna_branch_load_range (MynaBranch *self, guint first, guint last);

G_END_DECLS
