/* myna-conversation-branch.c: alternatives of a message, editing, deleting, marks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-conversation-private.h"

/* How long a deletion can be taken back. */
#define UNDO_SECONDS 8

/* ---- Alternatives ----------------------------------------------------------------------------------------------- */

typedef struct
{
  MynaConversation *conversation; /* owned */
  int step;
  gint64 id;
} Switch;

static void
switch_free (Switch *data)
{
  g_object_unref (data->conversation);
  g_free (data);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Switch, switch_free)

static void
leaf_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Switch) data = user_data;
  MynaConversation *self = data->conversation;
  gint64 leaf = store_finish_id (STORE_DB (source), result, NULL);

  if (!leaf || myna_conversation_get_busy (self))
    return;
  store_set_head_async (self->store, self->id, leaf, NULL, NULL, NULL);
  myna_conversation_reload (self);
}

static void
siblings_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Switch) data = user_data;
  MynaConversation *self = data->conversation;
  g_autoptr (GPtrArray) siblings = store_finish_list (STORE_DB (source), result, NULL);

  for (guint i = 0; siblings && i < siblings->len; i++)
    {
      gint64 other = (gint64) i + data->step;

      if (((StoreMessage *) g_ptr_array_index (siblings, i))->id != data->id || other < 0 || other >= siblings->len)
        continue;
      store_newest_leaf_async (self->store, ((StoreMessage *) g_ptr_array_index (siblings, other))->id, self->cancellable,
                               leaf_found_cb, g_steal_pointer (&data));
      return;
    }
}

void
myna_conversation_switch (MynaConversation *self, MynaMessage *message, int step)
{
  Switch *data;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (myna_conversation_get_busy (self) || !myna_message_get_id (message))
    return;
  myna_conversation_commit_delete (self);
  data = g_new (Switch, 1);
  data->conversation = g_object_ref (self);
  data->step = step;
  data->id = myna_message_get_id (message);
  store_list_siblings_async (self->store, data->id, self->cancellable, siblings_listed_cb, data);
}

void
myna_conversation_reveal (MynaConversation *self, gint64 message_id)
{
  Switch *data;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (myna_conversation_get_busy (self))
    return;
  data = g_new0 (Switch, 1);
  data->conversation = g_object_ref (self);
  store_newest_leaf_async (self->store, message_id, self->cancellable, leaf_found_cb, data);
}

void
myna_conversation_edit (MynaConversation *self, MynaMessage *message, const char *text)
{
  g_autoptr (MynaMessage) edited = NULL;
  const StoreMessage *old;
  StoreMessage *record;
  guint position;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  position = myna_conversation_find (self, message);
  if (position == G_MAXUINT || myna_conversation_get_busy (self) || self->loading
      || myna_message_get_role (message) != STORE_ROLE_USER || myna_message_get_queued (message))
    return;
  myna_conversation_commit_delete (self);
  old = myna_message_get_record (message);
  record = store_message_new ();
  record->role = STORE_ROLE_USER;
  record->conversation_id = self->id;
  record->parent_id = old->parent_id;
  record->created_at = g_get_real_time () / 1000;
  record->attachments = g_strdup (old->attachments);
  record->n_siblings = myna_message_get_id (message) ? myna_message_get_n_siblings (message) + 1 : 1;
  record->sibling_index = record->n_siblings - 1;
  g_free (record->text);
  record->text = g_strdup (text);
  edited = myna_message_new_take (record, TRUE);
  myna_conversation_remove (self, position, myna_conversation_n_branch (self) - position);
  myna_conversation_insert (self, position, edited);
  myna_conversation_submit (self, edited);
}

/* ---- Deleting --------------------------------------------------------------------------------------------------- */

/* The rows are taken from the list at once, and from the store when the time to take it back has passed; till then the
 * store is as it was, so that a crash deletes nothing. */
void
myna_conversation_commit_delete (MynaConversation *self)
{
  g_clear_handle_id (&self->delete_source, g_source_remove);
  if (!self->deleted_id)
    return;
  store_delete_message_async (self->store, self->deleted_id, NULL, NULL, NULL);
  self->deleted_id = 0;
}

static gboolean
delete_timeout_cb (gpointer user_data)
{
  MynaConversation *self = user_data;

  self->delete_source = 0;
  myna_conversation_commit_delete (self);
  if (!myna_conversation_get_busy (self))
    myna_conversation_reload (self); /* the store may show an alternative now */
  return G_SOURCE_REMOVE;
}

void
myna_conversation_delete (MynaConversation *self, MynaMessage *message)
{
  guint position;
  gint64 id;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  position = myna_conversation_find (self, message);
  if (position == G_MAXUINT || myna_conversation_get_busy (self))
    return;
  if (myna_message_get_queued (message))
    {
      myna_conversation_unqueue (self, message);
      return;
    }
  myna_conversation_commit_delete (self);
  id = myna_message_get_id (message);
  myna_conversation_remove (self, position, myna_conversation_n_branch (self) - position);
  if (!id)
    return;
  self->deleted_id = id;
  self->delete_source = g_timeout_add_seconds (UNDO_SECONDS, delete_timeout_cb, self);
}

void
myna_conversation_undo_delete (MynaConversation *self)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (!self->deleted_id)
    return;
  g_clear_handle_id (&self->delete_source, g_source_remove);
  self->deleted_id = 0;
  myna_conversation_reload (self);
}

void
myna_conversation_set_mark (MynaConversation *self, MynaMessage *message, int mark)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  myna_message_set_mark (message, mark);
  if (myna_message_get_id (message))
    store_set_mark_async (self->store, myna_message_get_id (message), mark, NULL, NULL, NULL);
}
