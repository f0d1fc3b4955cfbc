/* myna-conversation-send.c: questions on their way into the store, and those that wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   send → [queue behind a running reply] → submit: the conversation's row, the question's row → start_reply
 *
 * A question that cannot be stored stays in the window with what went wrong; those after it wait till it is retried.
 */
#include "chat/myna-conversation-private.h"

MynaMessage *
myna_conversation_new_message (MynaConversation *self, StoreRole role, StoreState state, const char *text)
{
  StoreMessage *record = store_message_new ();

  record->role = role;
  record->state = state;
  g_free (record->text);
  record->text = g_strdup (text);
  record->conversation_id = self->id;
  record->n_siblings = 1;
  record->created_at = g_get_real_time () / 1000;
  return myna_message_new_take (record, TRUE);
}

/* ---- Questions -------------------------------------------------------------------------------------------------- */

/* A question on its way into the store. */
typedef struct
{
  MynaConversation *conversation; /* owned */
  MynaMessage *message;           /* owned */
} Submission;

static void
submission_free (Submission *submission)
{
  g_object_unref (submission->conversation);
  g_object_unref (submission->message);
  g_free (submission);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Submission, submission_free)

static void
submission_failed (Submission *submission, const GError *error)
{
  submission->conversation->reply.stopping = FALSE;
  myna_message_set_error (submission->message, error);
  myna_message_set_state (submission->message, STORE_STATE_FAILED);
  myna_conversation_set_activity (submission->conversation, MYNA_ACTIVITY_IDLE);
}

static void
question_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Submission) submission = user_data;
  MynaConversation *self = submission->conversation;
  g_autoptr (GError) error = NULL;
  gint64 id = store_finish_id (STORE_DB (source), result, &error);

  if (!id)
    {
      submission_failed (submission, error);
      return;
    }
  myna_message_set_id (submission->message, id);
  if (self->reply.stopping)
    {
      self->reply.stopping = FALSE;
      myna_conversation_set_activity (self, MYNA_ACTIVITY_IDLE);
      myna_conversation_send_next (self);
    }
  else
    myna_conversation_start_reply (self, NULL);
}

static void
add_question (Submission *submission)
{
  MynaConversation *self = submission->conversation;
  StoreMessage *record = myna_message_edit_record (submission->message);
  g_autoptr (StoreMessage) copy = NULL;

  record->conversation_id = self->id;
  copy = myna_message_dup_record (submission->message);
  store_add_message_async (self->store, copy, NULL, question_added_cb, submission);
}

static void
conversation_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Submission *submission = user_data;
  g_autoptr (GError) error = NULL;
  gint64 id = store_finish_id (STORE_DB (source), result, &error);

  if (!id)
    {
      submission_failed (submission, error);
      submission_free (submission);
      return;
    }
  myna_conversation_set_id (submission->conversation, id);
  if (submission->conversation->draft)
    myna_conversation_save_draft (submission->conversation);
  add_question (submission);
}

void
myna_conversation_submit (MynaConversation *self, MynaMessage *message)
{
  Submission *submission = g_new (Submission, 1);

  submission->conversation = g_object_ref (self);
  submission->message = g_object_ref (message);
  myna_message_set_error (message, NULL);
  myna_message_set_state (message, STORE_STATE_COMPLETE);
  myna_conversation_set_activity (self, MYNA_ACTIVITY_WAITING);
  if (self->id == 0)
    {
      g_autoptr (StoreConversation) record = store_conversation_new ();
      g_autofree char *title =
          myna_title_from_question (myna_message_get_text (message), myna_message_get_record (message)->attachments);

      g_free (record->title);
      record->title = g_strdup (title);
      record->created_at = self->created_at = g_get_real_time () / 1000;
      record->model = g_strdup (self->model);
      record->settings = g_strdup (self->settings);
      myna_conversation_set_title (self, title);
      store_add_conversation_async (self->store, record, NULL, conversation_added_cb, submission);
    }
  else
    add_question (submission);
}

/* The last message of the branch that is stored: what the next one answers. */
gint64
myna_conversation_last_id (MynaConversation *self, guint n)
{
  for (guint i = n; i > 0; i--)
    {
      gint64 id = myna_message_get_id (myna_conversation_peek (self, i - 1));

      if (id)
        return id;
    }
  return 0;
}

/* A question that could not be stored comes before anything else. */
static MynaMessage *
unsaved_question (MynaConversation *self)
{
  MynaMessage *last = myna_conversation_peek (self, myna_conversation_n_branch (self) - 1);

  if (last && !myna_message_get_id (last) && myna_message_get_role (last) == STORE_ROLE_USER)
    return last;
  return NULL;
}

/* An answer of which nothing came makes room for the next question. */
static void
drop_failed_reply (MynaConversation *self)
{
  guint n = myna_conversation_n_branch (self);
  MynaMessage *last = n ? myna_conversation_peek (self, n - 1) : NULL;

  if (last && !myna_message_get_id (last) && myna_message_get_role (last) == STORE_ROLE_ASSISTANT)
    myna_conversation_remove (self, n - 1, 1);
}

void
myna_conversation_send_next (MynaConversation *self)
{
  guint n = myna_conversation_n_branch (self);
  MynaMessage *message = myna_conversation_peek (self, n);

  if (!self->n_queued || myna_conversation_get_busy (self) || self->loading || unsaved_question (self))
    return;
  drop_failed_reply (self);
  n = myna_conversation_n_branch (self);
  self->n_queued--;
  myna_message_edit_record (message)->parent_id = myna_conversation_last_id (self, n);
  myna_message_set_queued (message, FALSE);
  myna_conversation_submit (self, message);
  myna_conversation_save_draft (self);
}

void
myna_conversation_send_full (MynaConversation *self, const char *text, const char *attachments)
{
  g_autoptr (MynaMessage) message = NULL;
  MynaMessage *unsaved;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));
  g_return_if_fail (text != NULL);

  myna_conversation_commit_delete (self);
  message = myna_conversation_new_message (self, STORE_ROLE_USER, STORE_STATE_COMPLETE, text);
  myna_message_edit_record (message)->attachments = g_strdup (attachments);
  myna_message_set_queued (message, TRUE);
  self->n_queued++;
  myna_conversation_insert (self, self->items->len, message);
  unsaved = myna_conversation_n_branch (self) ? unsaved_question (self) : NULL;
  if (unsaved && !myna_conversation_get_busy (self))
    myna_conversation_submit (self, unsaved);
  else
    myna_conversation_send_next (self);
  if (myna_message_get_queued (message))
    myna_conversation_save_draft (self);
}

void
myna_conversation_send (MynaConversation *self, const char *text)
{
  myna_conversation_send_full (self, text, NULL);
}

void
myna_conversation_unqueue (MynaConversation *self, MynaMessage *message)
{
  guint position;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  position = myna_conversation_find (self, message);
  if (position == G_MAXUINT || !myna_message_get_queued (message))
    return;
  self->n_queued--;
  myna_conversation_remove (self, position, 1);
  myna_conversation_save_draft (self);
}
