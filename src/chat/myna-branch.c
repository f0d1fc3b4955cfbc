/* myna-branch.c: the messages of a conversation: the branch that is shown, then those that wait to be sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-branch.h"

#include "chat/myna-message-private.h"
#include "chat/reply-call.h"
#include "chat/texts.h"
#include "chat/tool-words.h"

#define UNDO_SECONDS 8   /* how long a deletion can be taken back */
#define PAGE         50  /* messages read at once */
#define KEEP_AROUND  150 /* texts kept on either side of what is shown */
#define KEEP_LOADED  600 /* … and only looked over when there are more than this */

struct _MynaBranch
{
  GObject parent_instance;

  StoreDb *store;
  GPtrArray *items;    /* MynaMessage */
  guint n_queued;      /* the last ones of them */
  GHashTable *pending; /* MynaMessage → itself: its text was asked for */
  guint n_loaded;      /* messages with text, roughly: decides when to look for ones to forget */
  gint64 deleted_id;   /* hidden, deleted when delete_source fires; 0: none */
  guint delete_source;
};

static guint deleted_signal;

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaBranch, myna_branch, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* ---- List model ------------------------------------------------------------------------------------------------- */

static GType
get_item_type (GListModel *list)
{
  return MYNA_TYPE_MESSAGE;
}

static guint
get_n_items (GListModel *list)
{
  return MYNA_BRANCH (list)->items->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  MynaMessage *message = myna_branch_peek (MYNA_BRANCH (list), position);

  return message ? g_object_ref (message) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

guint
myna_branch_get_n (MynaBranch *self)
{
  return self->items->len - self->n_queued;
}

guint
myna_branch_get_n_queued (MynaBranch *self)
{
  return self->n_queued;
}

MynaMessage *
myna_branch_peek (MynaBranch *self, guint position)
{
  return position < self->items->len ? g_ptr_array_index (self->items, position) : NULL;
}

MynaMessage *
myna_branch_peek_last (MynaBranch *self)
{
  return myna_branch_get_n (self) > 0 ? g_ptr_array_index (self->items, myna_branch_get_n (self) - 1) : NULL;
}

MynaMessage *
myna_branch_peek_unsaved (MynaBranch *self, StoreRole role)
{
  MynaMessage *last = myna_branch_peek_last (self);

  return last && !myna_message_get_id (last) && myna_message_get_role (last) == role ? last : NULL;
}

int
myna_branch_get_context_used (MynaBranch *self)
{
  for (guint i = myna_branch_get_n (self); i > 0; i--)
    {
      const StoreMessage *record = myna_message_get_record (g_ptr_array_index (self->items, i - 1));

      if (record->role == STORE_ROLE_ASSISTANT && record->n_prompt_tokens > 0)
        return record->n_prompt_tokens + record->n_tokens;
    }
  return 0;
}

guint
myna_branch_find (MynaBranch *self, MynaMessage *message)
{
  /* From the end: what is asked for is most often there. */
  for (guint i = self->items->len; i > 0; i--)
    if (g_ptr_array_index (self->items, i - 1) == message)
      return i - 1;
  return G_MAXUINT;
}

guint
myna_branch_find_id (MynaBranch *self, gint64 id)
{
  for (guint i = self->items->len; i > 0; i--)
    if (myna_message_get_id (g_ptr_array_index (self->items, i - 1)) == id)
      return i - 1;
  return G_MAXUINT;
}

gint64
myna_branch_get_last_id (MynaBranch *self)
{
  for (guint i = myna_branch_get_n (self); i > 0; i--)
    {
      gint64 id = myna_message_get_id (g_ptr_array_index (self->items, i - 1));

      if (id)
        return id;
    }
  return 0;
}

/* ---- Changing --------------------------------------------------------------------------------------------------- */

void
myna_branch_insert (MynaBranch *self, guint position, MynaMessage *message)
{
  g_ptr_array_insert (self->items, position, g_object_ref (message));
  self->n_loaded += myna_message_get_loaded (message);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

void
myna_branch_remove (MynaBranch *self, guint position, guint n)
{
  if (n == 0)
    return;
  for (guint i = position; i < position + n; i++)
    self->n_queued -= myna_message_get_queued (g_ptr_array_index (self->items, i));
  g_ptr_array_remove_range (self->items, position, n);
  g_list_model_items_changed (G_LIST_MODEL (self), position, n, 0);
}

void
myna_branch_cut (MynaBranch *self, guint position)
{
  myna_branch_remove (self, position, myna_branch_get_n (self) - position);
}

MynaMessage *
myna_branch_fork (MynaBranch *self, MynaMessage *message, const char *text, const char *attachments)
{
  const StoreMessage *old = myna_message_get_record (message);
  StoreMessage *record = myna_message_new_record (old->conversation_id, old->role, text);
  guint position = myna_branch_find (self, message);
  MynaMessage *fork;

  myna_branch_commit_delete (self);
  record->parent_id = old->parent_id;
  record->attachments = g_strdup (attachments);
  record->model = g_strdup (old->model);
  record->call = store_call_copy (old->call);
  record->n_siblings = old->id ? old->n_siblings + 1 : 1;
  record->sibling_index = record->n_siblings - 1;
  fork = myna_message_new_take (record, TRUE);
  myna_branch_cut (self, position);
  myna_branch_insert (self, position, fork);
  g_object_unref (fork);
  return fork;
}

void
myna_branch_queue (MynaBranch *self, MynaMessage *message)
{
  myna_message_set_queued (message, TRUE);
  self->n_queued++;
  myna_branch_insert (self, self->items->len, message);
}

MynaMessage *
myna_branch_unqueue (MynaBranch *self)
{
  MynaMessage *message = myna_branch_peek (self, myna_branch_get_n (self));

  self->n_queued--;
  myna_message_set_queued (message, FALSE);
  return message;
}

void
myna_branch_queue_unsaved (MynaBranch *self)
{
  MynaMessage *message = myna_branch_peek_unsaved (self, STORE_ROLE_USER);

  if (!message)
    return;
  self->n_queued++;
  myna_message_set_error (message, NULL);
  myna_message_set_state (message, STORE_STATE_COMPLETE);
  myna_message_set_queued (message, TRUE);
}

char *
myna_branch_dup_queued_text (MynaBranch *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = myna_branch_get_n (self); i < self->items->len; i++)
    {
      if (text->len)
        g_string_append (text, "\n\n");
      g_string_append (text, myna_message_get_text (g_ptr_array_index (self->items, i)));
    }
  return g_string_free (text, text->len == 0);
}

void
myna_branch_replace (MynaBranch *self, GPtrArray *records)
{
  guint n_old = myna_branch_get_n (self), same = 0;

  while (same < n_old && same < records->len)
    {
      const StoreMessage *record = g_ptr_array_index (records, same);
      MynaMessage *message = g_ptr_array_index (self->items, same);

      if (myna_message_get_id (message) != record->id)
        break;
      myna_message_set_siblings (message, record->sibling_index, record->n_siblings);
      same++;
    }
  if (n_old > same)
    g_ptr_array_remove_range (self->items, same, n_old - same);
  for (guint i = same; i < records->len; i++)
    {
      StoreMessage *record = g_steal_pointer (&g_ptr_array_index (records, i));

      g_ptr_array_insert (self->items, i, myna_message_new_take (record, FALSE));
    }
  if (n_old != same || records->len != same)
    g_list_model_items_changed (G_LIST_MODEL (self), same, n_old - same, records->len - same);
}

GPtrArray *
myna_branch_dup_before (MynaBranch *self, MynaMessage *message, gint64 id, guint *ret_first)
{
  GPtrArray *before = g_ptr_array_new_with_free_func (g_object_unref);

  *ret_first = 0;
  for (guint i = 0; i < self->items->len && g_ptr_array_index (self->items, i) != message; i++)
    {
      MynaMessage *item = g_ptr_array_index (self->items, i);
      gint64 item_id = myna_message_get_id (item);

      if (item_id == id)
        *ret_first = before->len;
      if (item_id || (!message && myna_message_get_role (item) == STORE_ROLE_OBSERVATION))
        g_ptr_array_add (before, g_object_ref (item));
    }
  return before;
}

/* ---- Deleting --------------------------------------------------------------------------------------------------- */

gboolean
myna_branch_undo_delete (MynaBranch *self)
{
  g_clear_handle_id (&self->delete_source, g_source_remove);
  if (!self->deleted_id)
    return FALSE;
  self->deleted_id = 0;
  return TRUE;
}

void
myna_branch_commit_delete (MynaBranch *self)
{
  gint64 id = self->deleted_id;

  if (myna_branch_undo_delete (self))
    store_delete_message_async (self->store, id, NULL, NULL, NULL);
}

static gboolean
delete_timeout_cb (gpointer user_data)
{
  MynaBranch *self = user_data;

  self->delete_source = 0;
  myna_branch_commit_delete (self);
  g_signal_emit (self, deleted_signal, 0);
  return G_SOURCE_REMOVE;
}

void
myna_branch_delete (MynaBranch *self, guint position)
{
  gint64 id = myna_message_get_id (g_ptr_array_index (self->items, position));

  myna_branch_commit_delete (self);
  myna_branch_cut (self, position);
  if (!id)
    return;
  self->deleted_id = id;
  self->delete_source = g_timeout_add_seconds (UNDO_SECONDS, delete_timeout_cb, self);
}

/* ---- Texts on request ------------------------------------------------------------------------------------------- */

typedef struct
{
  MynaBranch *branch;  /* owned */
  GPtrArray *messages; /* asked for */
} Request;

static void
request_free (Request *request)
{
  g_object_unref (request->branch);
  g_ptr_array_unref (request->messages);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* It may have been read again, or run again, by now. */
static void
made_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaMessage) message = user_data;
  g_autoptr (GPtrArray) made = store_finish_list (STORE_DB (source), result, NULL);
  const StoreCall *call = myna_message_get_record (message)->call;
  StoreCall *copy;

  if (!made || made->len == 0 || !call || call->made || !myna_message_get_loaded (message))
    return;
  copy = store_call_copy (call);
  copy->made = g_steal_pointer (&made);
  myna_message_set_call (message, copy);
}

/* What a program made, which is not read with the texts. */
static void
read_made (MynaBranch *self, MynaMessage *message)
{
  const StoreCall *call = myna_message_get_record (message)->call;

  if (call && call->started_at && myna_call_may_have_made (call))
    store_list_made_async (self->store, myna_message_get_id (message), NULL, made_read_cb, g_object_ref (message));
}

static void
take_text (MynaBranch *self, MynaMessage *message, StoreMessage *record)
{
  StoreMessage *kept = myna_message_edit_record (message);

  if (myna_message_get_loaded (message))
    return;
  if (!kept->attachments)
    kept->attachments = g_steal_pointer (&record->attachments);
  if (record->call)
    {
      /* With arguments and result, which the branch was read without. */
      store_call_free (kept->call);
      kept->call = g_steal_pointer (&record->call);
    }
  self->n_loaded++;
  myna_message_set_text (message, record->text);
  read_made (self, message);
}

/* The call that the observation at POSITION belongs to: they stand call, call …, observation, observation …  NULL: none. */
static const StoreCall *
find_call (MynaBranch *self, guint position)
{
  guint first = position, n_calls = 0;

  while (first > 0 && myna_message_get_role (g_ptr_array_index (self->items, first - 1)) == STORE_ROLE_OBSERVATION)
    first--;
  while (n_calls < first && myna_message_get_record (g_ptr_array_index (self->items, first - n_calls - 1))->call)
    n_calls++;
  if (position - first >= n_calls)
    return NULL;
  return myna_message_get_record (g_ptr_array_index (self->items, position - n_calls))->call;
}

/* What was read without the calls before it is shown, though it may say the same. */
static void
compare_observations (MynaBranch *self)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      MynaMessage *message = g_ptr_array_index (self->items, i);
      const StoreCall *call;

      if (myna_message_get_role (message) != STORE_ROLE_OBSERVATION || !myna_message_get_loaded (message))
        continue;
      call = find_call (self, i);
      if (call && call->result)
        myna_message_set_told_result (message, myna_reply_call_tells (call, myna_message_get_text (message)));
    }
}

static void
texts_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) texts = myna_texts_read_finish (result, &error);

  for (guint i = 0; i < request->messages->len; i++)
    {
      MynaMessage *message = g_ptr_array_index (request->messages, i);

      g_hash_table_remove (request->branch->pending, message);
      if (texts && g_ptr_array_index (texts, i))
        take_text (request->branch, message, g_ptr_array_index (texts, i));
      else if (error)
        myna_message_set_error (message, error);
    }
  compare_observations (request->branch);
}

/* Whether the text can be read again, and is not being read already. */
static gboolean
is_spare (MynaBranch *self, guint position)
{
  MynaMessage *message = g_ptr_array_index (self->items, position);

  return myna_message_get_id (message) && !myna_message_get_error (message) && position + 1 != myna_branch_get_n (self)
         && myna_message_get_state (message) != STORE_STATE_GENERATING;
}

/* Texts are cheap to read again: forgets those far from [first, last] once there are many. */
static void
forget_far (MynaBranch *self, guint first, guint last)
{
  if (self->n_loaded <= KEEP_LOADED)
    return;
  self->n_loaded = 0;
  for (guint i = 0; i < self->items->len; i++)
    {
      gboolean near = i + KEEP_AROUND >= first && i <= last + KEEP_AROUND;

      if (!near && is_spare (self, i))
        myna_message_unload (g_ptr_array_index (self->items, i));
      self->n_loaded += myna_message_get_loaded (g_ptr_array_index (self->items, i));
    }
}

void
myna_branch_load_range (MynaBranch *self, guint first, guint last)
{
  Request *request;
  guint end;

  g_return_if_fail (MYNA_IS_BRANCH (self));

  first = first / PAGE * PAGE;
  end = MIN (self->items->len, (last / PAGE + 1) * PAGE);
  /* The last page is seldom full; the one before it is wanted too. */
  if (end == self->items->len && first >= PAGE && end - first < PAGE)
    first -= PAGE;
  if (first >= end)
    return;
  request = g_new (Request, 1);
  request->branch = g_object_ref (self);
  request->messages = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = first; i < end; i++)
    {
      MynaMessage *message = g_ptr_array_index (self->items, i);

      if (!myna_message_get_loaded (message) && g_hash_table_add (self->pending, message))
        g_ptr_array_add (request->messages, g_object_ref (message));
    }
  if (request->messages->len > 0)
    myna_texts_read_async (self->store, request->messages, 0, request->messages->len, NULL, texts_read_cb, request);
  else
    request_free (request);
  forget_far (self, first, end);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_branch_finalize (GObject *object)
{
  MynaBranch *self = MYNA_BRANCH (object);

  myna_branch_commit_delete (self);
  g_object_unref (self->store);
  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->pending);

  G_OBJECT_CLASS (myna_branch_parent_class)->finalize (object);
}

static void
myna_branch_class_init (MynaBranchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_branch_finalize;
  deleted_signal = g_signal_new ("deleted", MYNA_TYPE_BRANCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_branch_init (MynaBranch *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->pending = g_hash_table_new (NULL, NULL);
}

MynaBranch *
myna_branch_new (StoreDb *store)
{
  MynaBranch *self = g_object_new (MYNA_TYPE_BRANCH, NULL);

  self->store = g_object_ref (store);
  return self;
}
