/* myna-conversation.c: conducts one conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   send → [queue behind a running reply] → submit: the conversation's row, the question's row → answer
 *        → MynaReply → reply_ended → the next one that waits
 *
 * Each step is asynchronous and may fail; what failed is told in the message it concerns, with a way to retry, and the
 * conversation is idle again.  A question that cannot be stored stays in the window; those after it wait till it is retried.
 */
#include "chat/myna-conversation.h"

#include "chat/myna-alternative.h"
#include "chat/myna-branch.h"
#include "chat/myna-live.h"
#include "chat/myna-message-private.h"
#include "chat/myna-problem.h"
#include "chat/myna-record.h"

struct _MynaConversation
{
  GObject parent_instance;

  StoreDb *store;
  MynaGenerator *generator;
  GCancellable *reloading; /* of the latest reading of the branch */

  MynaRecord *record;
  MynaBranch *branch;
  MynaActivity activity;
  char *error;             /* why it could not be read; NULL: it could */
  MynaReply *reply;        /* the one that is being written, or was last; NULL: none */
  gint64 context_start_id; /* first message given to the model; 0: the first */
  int context_used;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_TITLE,
  PROP_BUSY,
  PROP_LOADING,
  PROP_ERROR,
  PROP_ACTIVITY,
  PROP_DRAFT,
  PROP_MODEL,
  PROP_SETTINGS,
  PROP_CONTEXT_START,
  PROP_CONTEXT_USED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void list_model_init (GListModelInterface *iface);
static void send_next (MynaConversation *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaConversation, myna_conversation, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* ---- The messages ----------------------------------------------------------------------------------------------- */

static GType
get_item_type (GListModel *list)
{
  return MYNA_TYPE_MESSAGE;
}

static guint
get_n_items (GListModel *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (MYNA_CONVERSATION (list)->branch));
}

static gpointer
get_item (GListModel *list, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (MYNA_CONVERSATION (list)->branch), position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

guint
myna_conversation_find (MynaConversation *self, MynaMessage *message)
{
  return myna_branch_find (self->branch, message);
}

guint
myna_conversation_find_id (MynaConversation *self, gint64 id)
{
  return myna_branch_find_id (self->branch, id);
}

void
myna_conversation_load_range (MynaConversation *self, guint first, guint last)
{
  myna_branch_load_range (self->branch, first, last);
}

/* ---- State ------------------------------------------------------------------------------------------------------ */

static gboolean
is_busy (MynaActivity activity)
{
  return activity > MYNA_ACTIVITY_LOADING;
}

static void
set_activity (MynaConversation *self, MynaActivity activity)
{
  MynaActivity before = self->activity;

  self->activity = activity;
  if (activity != before || activity == MYNA_ACTIVITY_READING) /* its progress changed */
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVITY]);
  if (is_busy (activity) != is_busy (before))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
  if ((activity == MYNA_ACTIVITY_LOADING) != (before == MYNA_ACTIVITY_LOADING))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}

static void
set_error (MynaConversation *self, const GError *error)
{
  if (!error && !self->error)
    return;
  g_clear_pointer (&self->error, g_free);
  if (error)
    self->error = myna_problem_describe (error);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
}

static void
set_context (MynaConversation *self, gint64 start_id, int used)
{
  if (self->context_start_id != start_id)
    {
      self->context_start_id = start_id;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CONTEXT_START]);
    }
  if (self->context_used != used)
    {
      self->context_used = used;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CONTEXT_USED]);
    }
}

/* The record's properties are the conversation's, under the same names. */
static void
record_changed_cb (MynaConversation *self, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "id"))
    myna_live_add (self->store, myna_record_get_id (self->record), self);
  g_object_notify (G_OBJECT (self), pspec->name);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static void
branch_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaConversation) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);
  guint n;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* it is read once more */
  set_error (self, error);
  if (records)
    {
      myna_branch_replace (self->branch, records);
      set_context (self, self->context_start_id, myna_branch_get_context_used (self->branch));
      n = g_list_model_get_n_items (G_LIST_MODEL (self->branch));
      if (n > 0)
        myna_branch_load_range (self->branch, n - 1, n - 1);
    }
  set_activity (self, MYNA_ACTIVITY_IDLE);
  /* What was asked meanwhile. */
  send_next (self);
}

/* Reads the shown branch again and keeps the messages that stay; a question that could not be stored is sent once more behind
 * them.  Not while busy. */
static void
reload (MynaConversation *self)
{
  myna_branch_queue_unsaved (self->branch);
  g_cancellable_cancel (self->reloading);
  g_clear_object (&self->reloading);
  self->reloading = g_cancellable_new ();
  store_list_branch_async (self->store, myna_record_get_id (self->record), 0, self->reloading, branch_read_cb,
                           g_object_ref (self));
  set_activity (self, MYNA_ACTIVITY_LOADING);
}

/* ---- Replies ---------------------------------------------------------------------------------------------------- */

/* Stopped before the first word it is as if it had not been asked for; an earlier answer is shown again. */
static void
reply_ended (MynaConversation *self, MynaMessage *message)
{
  StoreState state = myna_message_get_state (message);
  gboolean is_answer = myna_message_get_role (message) == STORE_ROLE_ASSISTANT && !myna_message_get_record (message)->call;

  if (is_answer && (state == STORE_STATE_COMPLETE || state == STORE_STATE_LENGTH))
    g_signal_emit_by_name (self, "replied", message);
  if (!myna_message_get_id (message) && state == STORE_STATE_STOPPED && !*myna_message_get_text (message))
    {
      myna_branch_remove (self->branch, myna_branch_find (self->branch, message), 1);
      reload (self);
      return;
    }
  set_context (self, self->context_start_id, myna_branch_get_context_used (self->branch));
  set_activity (self, MYNA_ACTIVITY_IDLE);
  if (state != STORE_STATE_FAILED)
    send_next (self);
}

static void
reply_changed_cb (MynaReply *reply, gpointer owner)
{
  static const MynaActivity activities[] = {
    [MYNA_REPLY_PLANNING] = MYNA_ACTIVITY_WAITING, [MYNA_REPLY_WAITING] = MYNA_ACTIVITY_WAITING,
    [MYNA_REPLY_READING] = MYNA_ACTIVITY_READING,  [MYNA_REPLY_WRITING] = MYNA_ACTIVITY_WRITING,
    [MYNA_REPLY_CALLING] = MYNA_ACTIVITY_CALLING,  [MYNA_REPLY_ASKING] = MYNA_ACTIVITY_ASKING,
    [MYNA_REPLY_RUNNING] = MYNA_ACTIVITY_CALLING,  [MYNA_REPLY_STOPPING] = MYNA_ACTIVITY_STOPPING,
    [MYNA_REPLY_FAILED] = MYNA_ACTIVITY_IDLE,
  };
  MynaReplyState state = myna_reply_get_state (reply);

  if (state == MYNA_REPLY_ENDED || state == MYNA_REPLY_FAILED)
    reply_ended (owner, myna_reply_get_message (reply));
  else if (activities[state])
    set_activity (owner, activities[state]);
}

static void
reply_planned_cb (MynaReply *reply, MynaMessage *first, int n_prompt, gpointer owner)
{
  set_context (owner, first ? myna_message_get_id (first) : 0, n_prompt);
}

static void
reply_part_cb (MynaReply *reply, MynaMessage *message, gpointer owner)
{
  MynaConversation *self = owner;

  myna_branch_insert (self->branch, myna_branch_get_n (self->branch), message);
}

static gboolean
reply_is_urgent_cb (MynaReply *reply, gpointer owner)
{
  return myna_branch_get_n_queued (((MynaConversation *) owner)->branch) > 0;
}

void
myna_conversation_get_recipe (MynaConversation *self, MynaRecipe *ret_recipe)
{
  myna_record_get_recipe (self->record, ret_recipe);
}

/* model: another one for this reply alone, whose evaluated state is not the conversation's; NULL: its own. */
static void
take_reply (MynaConversation *self, MynaMessage *message, const char *model)
{
  static const MynaReplyFuncs funcs = { reply_changed_cb, reply_planned_cb, reply_part_cb, reply_is_urgent_cb };
  MynaRecipe recipe;

  myna_record_get_recipe (self->record, &recipe);
  if (model && g_strcmp0 (model, recipe.model) != 0)
    {
      recipe.model = model;
      recipe.id = 0;
    }
  g_clear_object (&self->reply);
  self->reply = myna_reply_new (myna_generator_find (self->generator, recipe.model), &recipe, message, &funcs, self);
}

/* begin: what the reply does.  The model reads the messages before `message`, or with myna_reply_resume() all of them. */
static void
begin_reply (MynaConversation *self, MynaMessage *message, const char *model, void (*begin) (MynaReply *, GPtrArray *, guint))
{
  guint first;
  g_autoptr (GPtrArray) before =
      myna_branch_dup_before (self->branch, begin == myna_reply_resume ? NULL : message, self->context_start_id, &first);

  take_reply (self, message, model);
  begin (self->reply, before, first);
}

/* Answers the last question of the branch. */
static void
answer (MynaConversation *self, const char *model)
{
  g_autoptr (MynaMessage) message = myna_message_new (myna_record_get_id (self->record), STORE_ROLE_ASSISTANT, "");

  myna_message_set_state (message, STORE_STATE_GENERATING);
  myna_message_edit_record (message)->parent_id = myna_branch_get_last_id (self->branch);
  myna_branch_insert (self->branch, myna_branch_get_n (self->branch), message);
  begin_reply (self, message, model, myna_reply_start);
}

/* The model that this message was written with, where it is known to be another one than the conversation's, or NULL. */
static char *
dup_other_model (MynaConversation *self, MynaMessage *message)
{
  const char *model =
      self->reply && myna_reply_get_message (self->reply) == message ? myna_reply_get_model (self->reply) : NULL;

  return g_strcmp0 (model, myna_record_get_model (self->record)) == 0 ? NULL : g_strdup (model);
}

void
myna_conversation_stop (MynaConversation *self)
{
  if (!is_busy (self->activity))
    return;
  set_activity (self, MYNA_ACTIVITY_STOPPING);
  if (self->reply)
    myna_reply_stop (self->reply);
}

/* ---- Questions -------------------------------------------------------------------------------------------------- */

static void
question_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaConversation) self = user_data;
  g_autoptr (MynaMessage) message = myna_record_add_message_finish (result);
  gboolean stopped = self->activity == MYNA_ACTIVITY_STOPPING, stored = myna_message_get_id (message) != 0;

  if (stored && !stopped)
    answer (self, NULL);
  else
    set_activity (self, MYNA_ACTIVITY_IDLE);
  if (stored && stopped)
    send_next (self);
}

/* Stores a question and answers it.  The message is in the list already. */
static void
submit (MynaConversation *self, MynaMessage *message)
{
  myna_message_set_error (message, NULL);
  myna_message_set_state (message, STORE_STATE_COMPLETE);
  g_clear_object (&self->reply);
  set_activity (self, MYNA_ACTIVITY_WAITING);
  myna_record_add_message_async (self->record, message, question_added_cb, g_object_ref (self));
}

static void
save_queue (MynaConversation *self)
{
  g_autofree char *queued = myna_branch_dup_queued_text (self->branch);

  myna_record_set_queued (self->record, queued);
}

static void
send_next (MynaConversation *self)
{
  MynaMessage *message;

  /* A question that could not be stored comes before anything else. */
  if (!myna_branch_get_n_queued (self->branch) || self->activity != MYNA_ACTIVITY_IDLE
      || myna_branch_peek_unsaved (self->branch, STORE_ROLE_USER))
    return;
  /* An answer that never began makes room for the next question. */
  if (myna_branch_peek_unsaved (self->branch, STORE_ROLE_ASSISTANT))
    myna_branch_cut (self->branch, myna_branch_get_n (self->branch) - 1);
  message = myna_branch_peek (self->branch, myna_branch_get_n (self->branch));
  myna_message_edit_record (message)->parent_id = myna_branch_get_last_id (self->branch);
  myna_branch_unqueue (self->branch);
  submit (self, message);
  save_queue (self);
}

void
myna_conversation_send_full (MynaConversation *self, const char *text, const char *attachments)
{
  g_autoptr (MynaMessage) message = NULL;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));
  g_return_if_fail (text != NULL);

  myna_branch_commit_delete (self->branch);
  message = myna_message_new (myna_record_get_id (self->record), STORE_ROLE_USER, text);
  myna_message_edit_record (message)->attachments = g_strdup (attachments);
  myna_branch_queue (self->branch, message);
  if (myna_branch_peek_unsaved (self->branch, STORE_ROLE_USER) && !is_busy (self->activity))
    submit (self, myna_branch_peek_unsaved (self->branch, STORE_ROLE_USER));
  else
    send_next (self);
  if (myna_message_get_queued (message))
    save_queue (self);
  /* A new message instead of an answer means no. */
  if (self->activity == MYNA_ACTIVITY_ASKING)
    myna_reply_deny (self->reply, NULL);
}

void
myna_conversation_send (MynaConversation *self, const char *text)
{
  myna_conversation_send_full (self, text, NULL);
}

void
myna_conversation_unqueue (MynaConversation *self, MynaMessage *message)
{
  guint position = myna_branch_find (self->branch, message);

  if (position == G_MAXUINT || !myna_message_get_queued (message))
    return;
  myna_branch_remove (self->branch, position, 1);
  save_queue (self);
}

/* ---- Again ------------------------------------------------------------------------------------------------------ */

gboolean
myna_conversation_can_regenerate (MynaConversation *self, MynaMessage *message)
{
  if (self->activity != MYNA_ACTIVITY_IDLE || myna_message_get_queued (message))
    return FALSE;
  return myna_message_get_role (message) == STORE_ROLE_ASSISTANT
         || (myna_branch_peek_last (self->branch) == message && myna_message_get_id (message));
}

void
myna_conversation_regenerate (MynaConversation *self, MynaMessage *message)
{
  myna_conversation_regenerate_with (self, message, NULL);
}

void
myna_conversation_regenerate_with (MynaConversation *self, MynaMessage *message, const char *model)
{
  guint position = myna_branch_find (self->branch, message), n_siblings = 0;

  if (position == G_MAXUINT || !myna_conversation_can_regenerate (self, message))
    return;
  myna_branch_commit_delete (self->branch);
  if (myna_message_get_role (message) == STORE_ROLE_ASSISTANT)
    {
      /* One that failed without a word has got its place beside the others already. */
      n_siblings = myna_message_get_n_siblings (message) - (myna_message_get_id (message) ? 0 : 1);
      if (message != myna_branch_peek_last (self->branch))
        set_context (self, 0, self->context_used); /* its question relies on what stood before it then */
      myna_branch_cut (self->branch, position);
    }
  answer (self, model);
  if (n_siblings)
    myna_message_set_siblings (myna_reply_get_message (self->reply), n_siblings, n_siblings + 1);
}

gboolean
myna_conversation_can_continue (MynaConversation *self, MynaMessage *message)
{
  StoreState state = myna_message_get_state (message);

  if (is_busy (self->activity) || myna_branch_peek_last (self->branch) != message || !myna_message_get_id (message))
    return FALSE;
  if (myna_call_round_can_resume (message))
    return TRUE;
  return myna_message_get_role (message) == STORE_ROLE_ASSISTANT
         && (state == STORE_STATE_INTERRUPTED || state == STORE_STATE_STOPPED || state == STORE_STATE_LENGTH
             || state == STORE_STATE_FAILED);
}

void
myna_conversation_continue (MynaConversation *self, MynaMessage *message)
{
  g_autofree char *model = dup_other_model (self, message);

  /* Without its text it would begin anew; and while the branch is read it may be another. */
  if (myna_conversation_can_continue (self, message) && myna_message_get_loaded (message)
      && self->activity == MYNA_ACTIVITY_IDLE)
    {
      myna_branch_commit_delete (self->branch);
      begin_reply (self, message, model, myna_call_round_can_resume (message) ? myna_reply_resume : myna_reply_start);
    }
}

void
myna_conversation_retry (MynaConversation *self, MynaMessage *message)
{
  g_autofree char *model = dup_other_model (self, message);
  guint position = myna_branch_find (self->branch, message);
  gboolean is_question = myna_message_get_role (message) == STORE_ROLE_USER;

  if (is_busy (self->activity) || position == G_MAXUINT || (is_question && myna_message_get_id (message)))
    return;
  if (is_question)
    submit (self, message);
  else if (myna_message_get_state (message) == STORE_STATE_FAILED)
    myna_conversation_regenerate_with (self, message, model);
  else if (!myna_message_get_loaded (message))
    {
      myna_message_set_error (message, NULL);
      myna_branch_load_range (self->branch, position, position);
    }
  else if (myna_call_round_is_unfinished (message))
    begin_reply (self, message, model, myna_reply_resume);
  else
    {
      /* Written, but not saved. */
      take_reply (self, message, model);
      set_activity (self, MYNA_ACTIVITY_WAITING);
      myna_reply_store (self->reply);
    }
}

void
myna_conversation_save_again (MynaConversation *self)
{
  MynaMessage *last = myna_branch_peek_last (self->branch);

  /* An answer that failed is not what could not be saved. */
  if (last && myna_message_get_error (last)
      && (myna_message_get_role (last) == STORE_ROLE_USER || myna_message_get_state (last) != STORE_STATE_FAILED))
    myna_conversation_retry (self, last);
  myna_record_save_again (self->record);
}

/* ---- Alternatives ----------------------------------------------------------------------------------------------- */

static void
leaf_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaConversation) self = user_data;
  gint64 leaf = myna_alternative_find_finish (result, NULL);

  if (!leaf || is_busy (self->activity))
    return;
  store_set_head_async (self->store, myna_record_get_id (self->record), leaf, NULL, NULL, NULL);
  reload (self);
}

void
myna_conversation_switch (MynaConversation *self, MynaMessage *message, int step)
{
  if (is_busy (self->activity) || !myna_message_get_id (message))
    return;
  myna_branch_commit_delete (self->branch);
  myna_alternative_find_async (self->store, myna_message_get_id (message), step, NULL, leaf_found_cb, g_object_ref (self));
}

void
myna_conversation_reveal (MynaConversation *self, gint64 message_id)
{
  if (!is_busy (self->activity))
    myna_alternative_find_async (self->store, message_id, 0, NULL, leaf_found_cb, g_object_ref (self));
}

/* Whether the message is one of the branch, of this role, and nothing else is under way. */
static gboolean
can_branch_off (MynaConversation *self, MynaMessage *message, StoreRole role)
{
  return myna_branch_find (self->branch, message) != G_MAXUINT && self->activity == MYNA_ACTIVITY_IDLE
         && myna_message_get_role (message) == role && !myna_message_get_queued (message);
}

void
myna_conversation_edit (MynaConversation *self, MynaMessage *message, const char *text, const char *attachments)
{
  if (can_branch_off (self, message, STORE_ROLE_USER))
    submit (self, myna_branch_fork (self->branch, message, text, attachments));
}

gboolean
myna_conversation_can_run_again (MynaConversation *self, MynaMessage *message)
{
  const StoreCall *call = myna_message_get_record (message)->call;

  return can_branch_off (self, message, STORE_ROLE_ASSISTANT) && myna_message_get_loaded (message) && call && call->arguments
         && tool_find (call->tool);
}

void
myna_conversation_run_again (MynaConversation *self, MynaMessage *message, const char *arguments)
{
  g_autoptr (MynaMessage) kept = g_object_ref (message);
  MynaMessage *again;

  if (!myna_conversation_can_run_again (self, message))
    return;
  again = myna_branch_fork (self->branch, message, myna_message_get_text (message), NULL);
  myna_message_set_call (again, myna_call_dup_again (myna_message_get_record (message)->call, arguments));
  begin_reply (self, again, NULL, myna_reply_run);
}

static void
deleted_cb (MynaConversation *self)
{
  if (!is_busy (self->activity))
    reload (self); /* the store may show an alternative now */
}

void
myna_conversation_delete (MynaConversation *self, MynaMessage *message)
{
  guint position = myna_branch_find (self->branch, message);

  if (position == G_MAXUINT || is_busy (self->activity))
    return;
  if (myna_message_get_queued (message))
    myna_conversation_unqueue (self, message);
  else
    myna_branch_delete (self->branch, position);
}

void
myna_conversation_undo_delete (MynaConversation *self)
{
  if (!is_busy (self->activity) && myna_branch_undo_delete (self->branch))
    reload (self);
}

void
myna_conversation_set_mark (MynaConversation *self, MynaMessage *message, int mark)
{
  myna_message_set_mark (message, mark);
  if (myna_message_get_id (message))
    store_set_mark_async (self->store, myna_message_get_id (message), mark, NULL, NULL, NULL);
}

/* ---- Properties ------------------------------------------------------------------------------------------------- */

static void
myna_conversation_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaConversation *self = MYNA_CONVERSATION (object);

  switch (prop_id)
    {
    case PROP_BUSY: g_value_set_boolean (value, myna_conversation_get_busy (self)); break;
    case PROP_LOADING: g_value_set_boolean (value, self->activity == MYNA_ACTIVITY_LOADING); break;
    case PROP_ERROR: g_value_set_string (value, self->error); break;
    case PROP_ACTIVITY: g_value_set_int (value, self->activity); break;
    case PROP_ID:
    case PROP_TITLE:
    case PROP_DRAFT:
    case PROP_MODEL:
    case PROP_SETTINGS: g_object_get_property (G_OBJECT (self->record), pspec->name, value); break;
    case PROP_CONTEXT_START: g_value_set_uint (value, myna_conversation_get_context_start (self)); break;
    case PROP_CONTEXT_USED: g_value_set_int (value, self->context_used); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_conversation_dispose (GObject *object)
{
  MynaConversation *self = MYNA_CONVERSATION (object);

  if (self->store)
    {
      myna_record_leave (self->record);
      myna_branch_commit_delete (self->branch);
      myna_live_remove (self->store, myna_record_get_id (self->record), self);
    }

  G_OBJECT_CLASS (myna_conversation_parent_class)->dispose (object);
}

static void
myna_conversation_finalize (GObject *object)
{
  MynaConversation *self = MYNA_CONVERSATION (object);

  g_clear_object (&self->reply);
  g_clear_object (&self->branch);
  g_clear_object (&self->record);
  g_clear_object (&self->store);
  g_clear_object (&self->generator);
  g_clear_object (&self->reloading);
  g_free (self->error);

  G_OBJECT_CLASS (myna_conversation_parent_class)->finalize (object);
}

static void
myna_conversation_class_init (MynaConversationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_conversation_get_property;
  object_class->dispose = myna_conversation_dispose;
  object_class->finalize = myna_conversation_finalize;

  props[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  props[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  props[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  props[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  props[PROP_ACTIVITY] = g_param_spec_int ("activity", NULL, NULL, 0, MYNA_ACTIVITY_STOPPING, 0, flags);
  props[PROP_DRAFT] = g_param_spec_string ("draft", NULL, NULL, NULL, flags);
  props[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, NULL, flags);
  props[PROP_SETTINGS] = g_param_spec_string ("settings", NULL, NULL, NULL, flags);
  props[PROP_CONTEXT_START] = g_param_spec_uint ("context-start", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_CONTEXT_USED] = g_param_spec_int ("context-used", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_signal_new ("replied", MYNA_TYPE_CONVERSATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MYNA_TYPE_MESSAGE);
}

static void
myna_conversation_init (MynaConversation *self)
{
}

/* A model was loaded or let go: what its context holds of the conversation is another share of it. */
static void
context_length_changed_cb (MynaConversation *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CONTEXT_USED]);
}

MynaConversation *
myna_conversation_new (StoreDb *store, MynaGenerator *generator, gint64 id)
{
  MynaConversation *self = id ? myna_live_find (store, id) : NULL;

  if (self)
    return g_object_ref (self);
  self = g_object_new (MYNA_TYPE_CONVERSATION, NULL);
  self->store = g_object_ref (store);
  self->generator = g_object_ref (generator);
  self->record = myna_record_new (store, id);
  g_signal_connect_object (self->record, "notify", G_CALLBACK (record_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->record, "failed", G_CALLBACK (set_error), self, G_CONNECT_SWAPPED);
  self->branch = myna_branch_new (store);
  g_signal_connect_object (self->branch, "deleted", G_CALLBACK (deleted_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->branch, "items-changed", G_CALLBACK (g_list_model_items_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (generator, "context-length-changed", G_CALLBACK (context_length_changed_cb), self,
                           G_CONNECT_SWAPPED);
  if (id)
    {
      myna_live_add (store, id, self);
      reload (self);
    }
  return self;
}

void
myna_conversation_finish_all (StoreDb *store)
{
  g_autoptr (GPtrArray) live = myna_live_list (store);

  for (guint i = 0; i < live->len; i++)
    {
      MynaConversation *self = g_ptr_array_index (live, i);

      if (self->reply)
        myna_reply_abandon (self->reply);
      if (is_busy (self->activity))
        set_activity (self, MYNA_ACTIVITY_IDLE);
      myna_branch_commit_delete (self->branch);
      myna_record_leave (self->record);
    }
}

gint64
myna_conversation_get_id (MynaConversation *self)
{
  return myna_record_get_id (self->record);
}

const char *
myna_conversation_get_title (MynaConversation *self)
{
  return myna_record_get_title (self->record);
}

MynaReply *
myna_conversation_get_reply (MynaConversation *self)
{
  return self->reply;
}

gboolean
myna_conversation_get_busy (MynaConversation *self)
{
  return is_busy (self->activity);
}

gboolean
myna_conversation_get_loading (MynaConversation *self)
{
  return self->activity == MYNA_ACTIVITY_LOADING;
}

const char *
myna_conversation_get_error (MynaConversation *self)
{
  return self->error;
}

MynaActivity
myna_conversation_get_activity (MynaConversation *self)
{
  return self->activity;
}

void
myna_conversation_get_progress (MynaConversation *self, MynaPromptProgress *ret_progress)
{
  if (self->reply)
    myna_reply_get_progress (self->reply, ret_progress);
  else
    *ret_progress = (MynaPromptProgress){ 0, 0, -1 };
}

double
myna_conversation_get_rate (MynaConversation *self)
{
  return self->reply ? myna_reply_get_rate (self->reply) : 0;
}

void
myna_conversation_get_context (MynaConversation *self, int *ret_used, int *ret_length)
{
  *ret_used = self->context_used;
  *ret_length = myna_generator_get_context_length (myna_conversation_get_generator (self));
}

guint
myna_conversation_get_context_start (MynaConversation *self)
{
  guint position = self->context_start_id ? myna_branch_find_id (self->branch, self->context_start_id) : G_MAXUINT;

  return position == G_MAXUINT ? 0 : position;
}

MynaGenerator *
myna_conversation_get_generator (MynaConversation *self)
{
  return myna_generator_find (self->generator, myna_record_get_model (self->record));
}

const char *
myna_conversation_get_draft (MynaConversation *self)
{
  return myna_record_get_draft (self->record);
}

void
myna_conversation_set_draft (MynaConversation *self, const char *draft)
{
  myna_record_set_draft (self->record, draft);
}

void
myna_conversation_add_to_draft (MynaConversation *self, const char *text)
{
  myna_record_add_to_draft (self->record, text);
}

const char *
myna_conversation_get_model (MynaConversation *self)
{
  return myna_record_get_model (self->record);
}

void
myna_conversation_set_model (MynaConversation *self, const char *model)
{
  myna_record_set_model (self->record, model);
}

const char *
myna_conversation_get_settings (MynaConversation *self)
{
  return myna_record_get_settings (self->record);
}

void
myna_conversation_set_settings (MynaConversation *self, const char *settings)
{
  myna_record_set_settings (self->record, settings);
}

StoreDb *
myna_conversation_get_store (MynaConversation *self)
{
  return self->store;
}
