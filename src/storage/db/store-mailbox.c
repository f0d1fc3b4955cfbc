/* store-mailbox.c: from the storage thread to the contexts of its users
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "db/store-mailbox.h"

#include <pthread.h>

#include "db/store-sqlite.h"

struct _StoreMailbox
{
  gatomicrefcount ref_count;
  pthread_mutex_t mutex;
  GWeakRef db;
  GArray *changes; /* of StoreChange, not yet signalled; guarded by mutex */
};

static void
clear_change (gpointer change)
{
  store_conversation_free (((StoreChange *) change)->row);
}

static GArray *
new_changes (void)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (StoreChange));

  g_array_set_clear_func (changes, clear_change);
  return changes;
}

StoreMailbox *
store_mailbox_new (StoreDb *db)
{
  StoreMailbox *self = g_new0 (StoreMailbox, 1);

  g_atomic_ref_count_init (&self->ref_count);
  pthread_mutex_init (&self->mutex, NULL);
  g_weak_ref_init (&self->db, db);
  self->changes = new_changes ();
  return self;
}

StoreMailbox *
store_mailbox_ref (StoreMailbox *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
store_mailbox_unref (gpointer data)
{
  StoreMailbox *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  pthread_mutex_destroy (&self->mutex);
  g_weak_ref_clear (&self->db);
  g_array_unref (self->changes);
  g_free (self);
}

StoreDb *
store_mailbox_get_db (StoreMailbox *self)
{
  return g_weak_ref_get (&self->db);
}

void
store_mailbox_lock (StoreMailbox *self)
{
  pthread_mutex_lock (&self->mutex);
}

void
store_mailbox_unlock (StoreMailbox *self)
{
  pthread_mutex_unlock (&self->mutex);
}

void
store_mailbox_attach (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, context);
  g_source_unref (source);
}

/* A conversation that was changed and removed at once is only removed. */
static void
emit_conversation (StoreDb *db, const StoreChange *change)
{
  if (change->id == 0 || change->row)
    g_signal_emit_by_name (db, "conversation-changed", change->id, change->row);
}

static gboolean
emit_changes_cb (gpointer data)
{
  StoreMailbox *mailbox = data;
  g_autoptr (StoreDb) db = g_weak_ref_get (&mailbox->db);
  g_autoptr (GArray) changes = NULL;

  pthread_mutex_lock (&mailbox->mutex);
  changes = g_steal_pointer (&mailbox->changes);
  mailbox->changes = new_changes ();
  pthread_mutex_unlock (&mailbox->mutex);

  for (guint i = 0; db && i < changes->len; i++)
    {
      StoreChange *change = &g_array_index (changes, StoreChange, i);

      switch (change->kind)
        {
        case STORE_CHANGE_CONVERSATION: emit_conversation (db, change); break;
        case STORE_CHANGE_CONVERSATION_REMOVED: g_signal_emit_by_name (db, "conversation-removed", change->id); break;
        case STORE_CHANGE_MESSAGE: g_signal_emit_by_name (db, "message-changed", change->id, change->message_id); break;
        case STORE_CHANGE_FOLDERS: g_signal_emit_by_name (db, "folders-changed"); break;
        }
    }
  return G_SOURCE_REMOVE;
}

void
store_mailbox_post (StoreMailbox *self, GMainContext *context, GArray *changes)
{
  gboolean was_empty;

  if (changes->len == 0)
    return;

  pthread_mutex_lock (&self->mutex);
  was_empty = self->changes->len == 0;
  g_array_append_vals (self->changes, changes->data, changes->len);
  if (was_empty)
    store_mailbox_attach (context, emit_changes_cb, store_mailbox_ref (self), store_mailbox_unref);
  pthread_mutex_unlock (&self->mutex);
  g_array_set_size (changes, 0);
}
