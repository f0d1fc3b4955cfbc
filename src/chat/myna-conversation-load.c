/* myna-conversation-load.c: what a conversation reads from the store, and its draft
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All messages of the shown branch have an object, but only those near what the window shows (and what the model is given)
 * have their text in memory: a row asks for it through myna_conversation_load_range().
 */
#include "chat/myna-conversation-private.h"

#include "chat/myna-problem.h"

#define PAGE           50  /* messages read at once */
#define KEEP_AROUND    150 /* texts kept on either side of what is shown */
#define KEEP_LOADED    600 /* … and only looked over when there are more than this */
#define DRAFT_DELAY_MS 400

/* ---- The branch ------------------------------------------------------------------------------------------------- */

static void
set_loading (MynaConversation *self, gboolean loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify (G_OBJECT (self), "loading");
}

static void
set_error (MynaConversation *self, const GError *error)
{
  if (!error && !self->error)
    return;
  g_clear_pointer (&self->error, g_free);
  if (error)
    self->error = myna_problem_describe (error);
  g_object_notify (G_OBJECT (self), "error");
}

/* What the model held after the last reply, as far as its figures tell. */
static void
update_context_used (MynaConversation *self)
{
  for (guint i = myna_conversation_n_branch (self); i > 0; i--)
    {
      const StoreMessage *record = myna_message_get_record (g_ptr_array_index (self->items, i - 1));

      if (record->role == STORE_ROLE_ASSISTANT && record->n_prompt_tokens > 0)
        {
          myna_conversation_set_context (self, self->context_start_id, record->n_prompt_tokens + record->n_tokens);
          return;
        }
    }
  myna_conversation_set_context (self, self->context_start_id, 0);
}

/* Shows these records in place of the branch; the messages of the common beginning stay as they are. */
static void
replace_branch (MynaConversation *self, GPtrArray *records)
{
  guint n_old = myna_conversation_n_branch (self), same = 0;

  while (same < n_old && same < records->len)
    {
      const StoreMessage *record = g_ptr_array_index (records, same);
      MynaMessage *message = g_ptr_array_index (self->items, same);

      if (myna_message_get_id (message) != record->id)
        break;
      myna_message_set_siblings (message, record->sibling_index, record->n_siblings);
      same++;
    }
  g_ptr_array_remove_range (self->items, same, n_old - same);
  for (guint i = same; i < records->len; i++)
    {
      StoreMessage *record = g_steal_pointer (&g_ptr_array_index (records, i));

      g_ptr_array_insert (self->items, i, myna_message_new_take (record, FALSE));
    }
  if (n_old != same || records->len != same)
    g_list_model_items_changed (G_LIST_MODEL (self), same, n_old - same, records->len - same);
  update_context_used (self);
}

static void
branch_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaConversation) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      set_loading (self, FALSE);
      return;
    }
  set_error (self, error);
  if (records)
    {
      replace_branch (self, records);
      if (self->items->len > 0)
        myna_conversation_load_range (self, self->items->len - 1, self->items->len - 1);
    }
  set_loading (self, FALSE);
  /* What was asked meanwhile. */
  if (!myna_conversation_get_busy (self))
    myna_conversation_send_next (self);
}

void
myna_conversation_reload (MynaConversation *self)
{
  set_loading (self, TRUE);
  store_list_branch_async (self->store, self->id, 0, self->cancellable, branch_read_cb, g_object_ref (self));
}

static void
record_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaConversation) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);

  if (!records || records->len == 0)
    {
      if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        set_error (self, error);
      return;
    }
  myna_conversation_take_record (self, g_ptr_array_index (records, 0));
}

void
myna_conversation_read_record (MynaConversation *self)
{
  store_get_conversation_async (self->store, self->id, self->cancellable, record_read_cb, g_object_ref (self));
}

/* ---- Texts on request ------------------------------------------------------------------------------------------- */

typedef struct
{
  MynaConversation *conversation;
  GPtrArray *messages;
} TextRequest;

static void
text_request_free (TextRequest *request)
{
  g_object_unref (request->conversation);
  g_ptr_array_unref (request->messages);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TextRequest, text_request_free)

static void
take_text (MynaConversation *self, MynaMessage *message, StoreMessage *record)
{
  StoreMessage *kept = myna_message_edit_record (message);

  if (myna_message_get_loaded (message))
    return;
  if (!kept->attachments)
    kept->attachments = g_steal_pointer (&record->attachments);
  self->n_loaded++;
  myna_message_set_text (message, record->text);
}

static void
texts_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TextRequest) request = user_data;
  MynaConversation *self = request->conversation;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);

  /* The records come in the order of the ids that were asked for; some may be missing. */
  for (guint i = 0, j = 0; i < request->messages->len; i++)
    {
      MynaMessage *message = g_ptr_array_index (request->messages, i);
      StoreMessage *record = records && j < records->len ? g_ptr_array_index (records, j) : NULL;

      g_hash_table_remove (self->pending_texts, message);
      if (record && record->id == myna_message_get_id (message))
        {
          take_text (self, message, record);
          j++;
        }
      else if (!records && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        myna_message_set_error (message, error);
    }
}

/* Texts are cheap to read again: forgets those far from [first, last] once there are many. */
static void
forget_far (MynaConversation *self, guint first, guint last)
{
  if (self->n_loaded <= KEEP_LOADED)
    return;
  self->n_loaded = 0;
  for (guint i = 0; i < self->items->len; i++)
    {
      MynaMessage *message = g_ptr_array_index (self->items, i);
      gboolean near = i + KEEP_AROUND >= first && i <= last + KEEP_AROUND;

      if (!near && myna_message_get_id (message) && message != self->reply.message)
        myna_message_unload (message);
      self->n_loaded += myna_message_get_loaded (message);
    }
}

void
myna_conversation_load_range (MynaConversation *self, guint first, guint last)
{
  TextRequest *request;
  g_autofree gint64 *ids = NULL;
  guint end;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  first = first / PAGE * PAGE;
  end = MIN (self->items->len, (last / PAGE + 1) * PAGE);
  /* The last page is seldom full; the one before it is wanted too. */
  if (end == self->items->len && first >= PAGE && end - first < PAGE)
    first -= PAGE;
  if (first >= end)
    return;

  request = g_new (TextRequest, 1);
  request->conversation = g_object_ref (self);
  request->messages = g_ptr_array_new_with_free_func (g_object_unref);
  ids = g_new (gint64, end - first);
  for (guint i = first; i < end; i++)
    {
      MynaMessage *message = g_ptr_array_index (self->items, i);

      if (myna_message_get_loaded (message) || !g_hash_table_add (self->pending_texts, message))
        continue;
      ids[request->messages->len] = myna_message_get_id (message);
      g_ptr_array_add (request->messages, g_object_ref (message));
    }
  if (request->messages->len > 0)
    store_get_messages_async (self->store, ids, request->messages->len, self->cancellable, texts_read_cb, request);
  else
    text_request_free (request);
  forget_far (self, first, end);
}

/* ---- Draft ------------------------------------------------------------------------------------------------------ */

/* The queued messages and what is being written, as one text; NULL: none. */
static char *
dup_unsent (MynaConversation *self)
{
  GString *unsent = g_string_new (self->draft);

  for (guint i = self->items->len; i > myna_conversation_n_branch (self); i--)
    {
      if (unsent->len)
        g_string_prepend (unsent, "\n\n");
      g_string_prepend (unsent, myna_message_get_text (g_ptr_array_index (self->items, i - 1)));
    }
  return g_string_free (unsent, unsent->len == 0);
}

void
myna_conversation_save_draft (MynaConversation *self)
{
  g_autofree char *draft = NULL;

  if (self->id == 0 || !self->draft_known)
    return;
  g_clear_handle_id (&self->draft_source, g_source_remove);
  draft = dup_unsent (self);
  store_set_draft_async (self->store, self->id, draft, NULL, NULL, NULL);
}

/* The last chance. */
void
myna_conversation_leave_draft (MynaConversation *self)
{
  g_autofree char *draft = NULL;

  if (self->draft_source)
    myna_conversation_save_draft (self);
  if (self->id == 0 || self->draft_known)
    return;
  self->draft_known = TRUE;
  draft = dup_unsent (self);
  if (draft)
    store_append_draft_async (self->store, self->id, draft, NULL, NULL, NULL);
}

static gboolean
draft_timeout_cb (gpointer user_data)
{
  MynaConversation *self = user_data;

  self->draft_source = 0;
  myna_conversation_save_draft (self);
  return G_SOURCE_REMOVE;
}

static void
save_draft_soon (MynaConversation *self)
{
  if (self->id && self->draft_known && !self->draft_source)
    self->draft_source = g_timeout_add (DRAFT_DELAY_MS, draft_timeout_cb, self);
}

void
myna_conversation_set_draft (MynaConversation *self, const char *draft)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (g_strcmp0 (self->draft ? self->draft : "", draft ? draft : "") == 0)
    return;
  g_free (self->draft);
  self->draft = g_strdup (draft);
  save_draft_soon (self);
  g_object_notify (G_OBJECT (self), "draft");
}

void
myna_conversation_add_to_draft (MynaConversation *self, const char *text)
{
  g_autofree char *both = NULL;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (!text || !*text)
    return;
  if (self->draft && *self->draft)
    both = g_strconcat (self->draft, "\n\n", text, NULL);
  myna_conversation_set_draft (self, both ? both : text);
}

/* The store says what was there; what was written meanwhile stands behind it. */
void
myna_conversation_take_draft (MynaConversation *self, const char *kept)
{
  g_autofree char *written = g_steal_pointer (&self->draft);

  self->draft_known = TRUE;
  if (kept && *kept)
    {
      self->draft = written && *written ? g_strconcat (kept, "\n\n", written, NULL) : g_strdup (kept);
      g_object_notify (G_OBJECT (self), "draft");
    }
  else
    {
      self->draft = g_strdup (written);
    }
  if (written || self->n_queued)
    save_draft_soon (self);
}
