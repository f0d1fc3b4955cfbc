/* myna-conversation-reply.c: the life of a reply
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   (question stored, myna-conversation-send.c) → start_reply: an empty reply in the list → plan the prompt → generate → first piece: the reply's row → pieces, flushed every FLUSH_MS → ended: final state, synced → send next
 *
 * Each step is asynchronous and may fail; what failed is told in the message it concerns, with a way to retry, and the
 * conversation is idle again.  A reply row exists from the first token, so a crash loses at most FLUSH_MS of it.
 */
#include "chat/myna-conversation-private.h"

#include <string.h>

#include "chat/myna-prompt-plan.h"

#define FLUSH_MS 300

/* What a callback needs to know which reply it belongs to. */
typedef struct
{
  MynaConversation *conversation; /* owned */
  guint64 serial;
} ReplyRef;

static void complete_reply (MynaConversation *self);

static ReplyRef *
reply_ref_new (MynaConversation *self)
{
  ReplyRef *ref = g_new (ReplyRef, 1);

  ref->conversation = g_object_ref (self);
  ref->serial = self->reply.serial;
  return ref;
}

static void
reply_ref_free (ReplyRef *ref)
{
  g_object_unref (ref->conversation);
  g_free (ref);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReplyRef, reply_ref_free)

static gboolean
is_current (const ReplyRef *ref)
{
  return ref->conversation->reply.message && ref->serial == ref->conversation->reply.serial;
}

/* ---- Storing a reply -------------------------------------------------------------------------------------------- */

static void
flush (MynaConversation *self)
{
  MynaMessage *message = self->reply.message;

  if (myna_message_get_id (message))
    store_flush_message_async (self->store, myna_message_get_id (message), myna_message_get_text (message), NULL, NULL, NULL);
}

static gboolean
flush_timeout_cb (gpointer user_data)
{
  MynaConversation *self = user_data;

  self->reply.flush_source = 0;
  flush (self);
  return G_SOURCE_REMOVE;
}

static void
schedule_flush (MynaConversation *self)
{
  if (!self->reply.flush_source)
    self->reply.flush_source = g_timeout_add (FLUSH_MS, flush_timeout_cb, self);
}

static void
reply_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ReplyRef) ref = user_data;
  MynaConversation *self = ref->conversation;
  g_autoptr (GError) error = NULL;
  gint64 id = store_finish_id (STORE_DB (source), result, &error);

  if (!is_current (ref))
    return;
  self->reply.adding = FALSE;
  if (id)
    {
      myna_message_set_id (self->reply.message, id);
      schedule_flush (self);
    }
  else
    myna_message_set_error (self->reply.message, error);
  if (self->reply.ended)
    complete_reply (self);
}

static void
add_reply (MynaConversation *self)
{
  g_autoptr (StoreMessage) record = myna_message_dup_record (self->reply.message);

  self->reply.adding = TRUE;
  store_add_message_async (self->store, record, NULL, reply_added_cb, reply_ref_new (self));
}

/* Its text stays in the window and can be saved again. */
static void
reply_finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaMessage) message = user_data;
  g_autoptr (GError) error = NULL;

  if (!store_finish (STORE_DB (source), result, &error))
    myna_message_set_error (message, error);
}

static void
store_final (MynaConversation *self, MynaMessage *message)
{
  g_autoptr (StoreMessage) record = myna_message_dup_record (message);

  store_finish_message_async (self->store, record, NULL, reply_finished_cb, g_object_ref (message));
}

static void
clear_reply (MynaConversation *self)
{
  MynaReply *reply = &self->reply;

  g_clear_handle_id (&reply->flush_source, g_source_remove);
  g_cancellable_cancel (reply->cancellable);
  g_clear_object (&reply->cancellable);
  g_clear_object (&reply->message);
  reply->request_id = 0;
  reply->adding = reply->ended = reply->stopping = FALSE;
  reply->serial++;
}

/* The reply has ended and its row, if it is to have one, is known: writes the final state and goes idle. */
static void
complete_reply (MynaConversation *self)
{
  g_autoptr (MynaMessage) message = g_object_ref (self->reply.message);
  StoreState state = myna_message_get_state (message);

  clear_reply (self);
  if (myna_message_get_id (message))
    store_final (self, message);
  if (state == STORE_STATE_COMPLETE || state == STORE_STATE_LENGTH)
    g_signal_emit_by_name (self, "replied", message);
  myna_conversation_set_activity (self, MYNA_ACTIVITY_IDLE);
  if (!myna_message_get_id (message) && state == STORE_STATE_STOPPED && !*myna_message_get_text (message))
    {
      /* Stopped before the first word: as if it had not been asked for; an earlier answer is shown again. */
      myna_conversation_remove (self, myna_conversation_find (self, message), 1);
      myna_conversation_reload (self);
    }
  else if (state != STORE_STATE_FAILED)
    myna_conversation_send_next (self);
}

/* ---- Generating ------------------------------------------------------------------------------------------------- */

static void
end_reply (MynaConversation *self, StoreState state, const GError *error)
{
  MynaReply *reply = &self->reply;
  MynaMessage *message = reply->message;

  reply->ended = TRUE;
  g_clear_handle_id (&reply->flush_source, g_source_remove);
  myna_message_edit_record (message)->finished_at = g_get_real_time () / 1000;
  if (error)
    myna_message_set_error (message, error);
  myna_message_set_state (message, state);
  if (reply->adding)
    return; /* reply_added_cb() goes on */
  if (!myna_message_get_id (message) && (*myna_message_get_text (message) || state == STORE_STATE_COMPLETE))
    add_reply (self); /* an empty answer, or one whose row could not be added before */
  else
    complete_reply (self);
}

static void
take_figures (MynaConversation *self, const GlmResult *result)
{
  StoreMessage *record = myna_message_edit_record (self->reply.message);

  g_debug ("%zu of %zu prompt tokens were at hand", result->n_reused, result->n_prompt);
  record->n_prompt_tokens = result->n_prompt - MIN ((gsize) self->reply.n_tokens_before, result->n_prompt);
  record->n_tokens = self->reply.n_tokens_before + result->n_generated;
  if (!self->reply.n_tokens_before)
    record->first_token_seconds = result->first_token_seconds;
  record->seconds = self->reply.seconds_before + result->generate_seconds;
  myna_conversation_set_context (self, self->context_start_id, record->n_prompt_tokens + record->n_tokens);
}

static void
ended_cb (const GlmResult *result, const GError *error, gpointer user_data)
{
  ReplyRef *ref = user_data;
  MynaConversation *self = ref->conversation;
  StoreState state = STORE_STATE_FAILED;

  if (!is_current (ref))
    return;
  if (!error)
    {
      static const StoreState states[] = {
        [GLM_STOP_END] = STORE_STATE_COMPLETE,      [GLM_STOP_CALL] = STORE_STATE_COMPLETE,
        [GLM_STOP_LENGTH] = STORE_STATE_LENGTH,     [GLM_STOP_CONTEXT] = STORE_STATE_LENGTH,
        [GLM_STOP_CANCELLED] = STORE_STATE_STOPPED,
      };

      state = states[result->reason];
      take_figures (self, result);
    }
  else if (self->reply.stopping)
    {
      state = STORE_STATE_STOPPED;
      error = NULL;
    }
  end_reply (self, state, error);
}

/* A message keeps the tags around a thought, whoever wrote them, and a line between the parts of a reply. */
static void
append_piece (MynaConversation *self, GlmReplyKind kind, const char *text)
{
  MynaMessage *message = self->reply.message;
  gboolean thinks = kind == GLM_REPLY_THOUGHT, is_empty = *myna_message_get_text (message) == '\0';

  if (self->reply.thinks && !thinks)
    myna_message_append_text (message, "</think>");
  if (thinks && is_empty)
    myna_message_append_text (message, "<think>");
  if (kind == GLM_REPLY_PART && !is_empty)
    myna_message_append_text (message, "\n\n");
  self->reply.thinks = thinks;
  myna_message_append_text (message, text);
}

static void
piece_cb (GlmReplyKind kind, const char *text, gpointer user_data)
{
  ReplyRef *ref = user_data;
  MynaConversation *self = ref->conversation;

  if (!is_current (ref) || self->reply.ended)
    return;
  append_piece (self, kind, text);
  if (!self->reply.stopping)
    myna_conversation_set_activity (self, MYNA_ACTIVITY_WRITING);
  if (myna_message_get_id (self->reply.message))
    schedule_flush (self);
  else if (!self->reply.adding && !myna_message_get_error (self->reply.message))
    add_reply (self);
}

static void
prompt_cb (gsize n_done, gsize n_total, gpointer user_data)
{
  ReplyRef *ref = user_data;
  MynaConversation *self = ref->conversation;
  MynaPromptProgress *progress = &self->reply.progress;
  double elapsed;

  if (!is_current (ref) || self->reply.stopping)
    return;
  if (!self->reply.read_from)
    self->reply.read_from = g_get_monotonic_time ();
  elapsed = (g_get_monotonic_time () - self->reply.read_from) / (double) G_USEC_PER_SEC;
  progress->n_done = n_done;
  progress->n_total = n_total;
  progress->seconds_left = n_done > 0 && elapsed > 0.5 ? elapsed * (n_total - n_done) / n_done : -1;
  myna_conversation_set_activity (self, MYNA_ACTIVITY_READING);
}

static void
rate_cb (gsize n_tokens, double seconds, gpointer user_data)
{
  ReplyRef *ref = user_data;

  if (!is_current (ref))
    return;
  ref->conversation->reply.rate_tokens = n_tokens;
  ref->conversation->reply.rate_seconds = seconds;
}

static const GlmRequestFuncs request_funcs = {
  .piece = piece_cb,
  .rate = rate_cb,
  .prompt = prompt_cb,
  .ended = ended_cb,
};

static void
planned_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ReplyRef) ref = user_data;
  MynaConversation *self = ref->conversation;
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaPromptPlan) plan = myna_prompt_plan_finish (result, &error);
  const char *continue_text;
  MynaMessage *first;

  if (!is_current (ref))
    return;
  if (!plan)
    {
      gboolean stopped = self->reply.stopping;

      end_reply (self, stopped ? STORE_STATE_STOPPED : STORE_STATE_FAILED, stopped ? NULL : error);
      return;
    }
  first = myna_conversation_peek (self, plan->first);
  myna_conversation_set_context (self, plan->first && first ? myna_message_get_id (first) : 0, self->context_used);
  continue_text = myna_message_get_text (self->reply.message);
  myna_conversation_prepare (self);
  self->reply.request_id = myna_generator_generate (self->generator, (const GlmTurn *) plan->turns->data, plan->turns->len,
                                                    *continue_text ? continue_text : NULL, self->session_path, self->sampling,
                                                    &request_funcs, reply_ref_new (self), (GDestroyNotify) reply_ref_free);
}

static void
plan_reply (MynaConversation *self)
{
  guint position = myna_conversation_find (self, self->reply.message);
  const char *text = myna_message_get_text (self->reply.message);
  g_autoptr (GPtrArray) before = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < position; i++)
    {
      MynaMessage *message = g_ptr_array_index (self->items, i);

      if (myna_message_get_id (message))
        g_ptr_array_add (before, g_object_ref (message));
    }
  self->reply.cancellable = g_cancellable_new ();
  myna_conversation_prepare (self);
  myna_prompt_plan_async (self->generator, self->store, before, myna_conversation_get_context_start (self), self->system,
                          *text ? text : NULL, self->reply.cancellable, planned_cb, reply_ref_new (self));
}

void
myna_conversation_start_reply (MynaConversation *self, MynaMessage *continued)
{
  const char *model = myna_generator_get_model_name (self->generator);
  guint n = myna_conversation_n_branch (self);
  MynaReply *reply = &self->reply;
  StoreMessage *record;

  clear_reply (self);
  reply->read_from = 0;
  reply->progress = (MynaPromptProgress){ 0, 0, -1 };
  reply->rate_tokens = 0;
  reply->rate_seconds = 0;
  reply->message = continued ? g_object_ref (continued)
                             : myna_conversation_new_message (self, STORE_ROLE_ASSISTANT, STORE_STATE_GENERATING, "");
  record = myna_message_edit_record (reply->message);
  reply->thinks = g_str_has_prefix (myna_message_get_text (reply->message), "<think>")
                  && !strstr (myna_message_get_text (reply->message), "</think>");
  reply->n_tokens_before = continued ? record->n_tokens : 0;
  reply->seconds_before = continued ? record->seconds : 0;
  g_free (record->model);
  record->model = g_strdup (model);
  myna_message_set_error (reply->message, NULL);
  if (continued)
    {
      store_resume_message_async (self->store, record->id, NULL, NULL, NULL);
      myna_message_set_state (reply->message, STORE_STATE_GENERATING);
    }
  else
    {
      record->parent_id = myna_conversation_last_id (self, n);
      myna_conversation_insert (self, n, reply->message);
    }
  myna_conversation_set_activity (self, MYNA_ACTIVITY_WAITING);
  plan_reply (self);
}

void
myna_conversation_stop (MynaConversation *self)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (!myna_conversation_get_busy (self) || self->reply.stopping)
    return;
  self->reply.stopping = TRUE;
  myna_conversation_set_activity (self, MYNA_ACTIVITY_STOPPING);
  if (self->reply.request_id)
    myna_generator_cancel (self->generator, self->reply.request_id);
  else
    g_cancellable_cancel (self->reply.cancellable);
}

/* The object or the program goes: the store gets what there is of the reply, and its end is not waited for. */
void
myna_conversation_abandon_reply (MynaConversation *self)
{
  MynaMessage *message = self->reply.message;

  if (!message)
    return;
  if (self->reply.request_id)
    myna_generator_cancel (self->generator, self->reply.request_id);
  if (!self->reply.ended)
    {
      myna_message_set_state (message, STORE_STATE_INTERRUPTED);
      if (myna_message_get_id (message))
        store_final (self, message);
    }
  clear_reply (self);
  myna_conversation_set_activity (self, MYNA_ACTIVITY_IDLE);
}

/* ---- Again ------------------------------------------------------------------------------------------------------ */

gboolean
myna_conversation_can_regenerate (MynaConversation *self, MynaMessage *message)
{
  guint n;

  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), FALSE);

  if (myna_conversation_get_busy (self) || self->loading || myna_message_get_queued (message))
    return FALSE;
  if (myna_message_get_role (message) == STORE_ROLE_ASSISTANT)
    return TRUE;
  n = myna_conversation_n_branch (self);
  return n > 0 && myna_conversation_peek (self, n - 1) == message && myna_message_get_id (message);
}

void
myna_conversation_regenerate (MynaConversation *self, MynaMessage *message)
{
  guint position, n_siblings = 0;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (!myna_conversation_can_regenerate (self, message))
    return;
  myna_conversation_commit_delete (self);
  position = myna_conversation_find (self, message);
  if (position == G_MAXUINT)
    return;
  if (myna_message_get_role (message) == STORE_ROLE_ASSISTANT)
    {
      if (myna_message_get_id (message))
        n_siblings = myna_message_get_n_siblings (message);
      myna_conversation_remove (self, position, myna_conversation_n_branch (self) - position);
    }
  myna_conversation_start_reply (self, NULL);
  if (n_siblings)
    myna_message_set_siblings (self->reply.message, n_siblings, n_siblings + 1);
}

gboolean
myna_conversation_can_continue (MynaConversation *self, MynaMessage *message)
{
  guint n;
  StoreState state;

  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), FALSE);

  n = myna_conversation_n_branch (self);
  state = myna_message_get_state (message);
  return !myna_conversation_get_busy (self) && n > 0 && myna_conversation_peek (self, n - 1) == message
         && myna_message_get_id (message) && myna_message_get_role (message) == STORE_ROLE_ASSISTANT
         && (state == STORE_STATE_INTERRUPTED || state == STORE_STATE_STOPPED || state == STORE_STATE_LENGTH
             || state == STORE_STATE_FAILED);
}

void
myna_conversation_continue (MynaConversation *self, MynaMessage *message)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  /* Without its text it would begin anew. */
  if (myna_conversation_can_continue (self, message) && myna_message_get_loaded (message))
    myna_conversation_start_reply (self, message);
}

void
myna_conversation_retry (MynaConversation *self, MynaMessage *message)
{
  guint position;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  position = myna_conversation_find (self, message);
  if (myna_conversation_get_busy (self) || position == G_MAXUINT)
    return;
  if (myna_message_get_role (message) == STORE_ROLE_USER)
    {
      if (!myna_message_get_id (message))
        myna_conversation_submit (self, message);
    }
  else if (myna_message_get_state (message) == STORE_STATE_FAILED)
    myna_conversation_regenerate (self, message);
  else if (!myna_message_get_loaded (message))
    {
      myna_message_set_error (message, NULL);
      myna_conversation_load_range (self, position, position);
    }
  else
    {
      /* Written, but not saved. */
      myna_message_set_error (message, NULL);
      if (myna_message_get_id (message))
        store_final (self, message);
      else
        {
          clear_reply (self);
          self->reply.message = g_object_ref (message);
          self->reply.ended = TRUE;
          myna_conversation_set_activity (self, MYNA_ACTIVITY_STOPPING);
          add_reply (self);
        }
    }
}
