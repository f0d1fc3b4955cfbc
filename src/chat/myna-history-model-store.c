/* myna-history-model-store.c: keeps the list of conversations as the store has them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list is read once; after that each change is read for itself.
 */
#include "chat/myna-history-model-private.h"

static void reload (MynaHistoryModel *self);

static MynaHistoryRecord *
record_new (MynaHistoryModel *self, const StoreConversation *conversation)
{
  MynaHistoryRecord *record = g_new0 (MynaHistoryRecord, 1);

  record->id = conversation->id;
  record->updated_at = conversation->updated_at;
  record->folder_id = conversation->folder_id;
  record->pinned = conversation->pinned && self->kind == STORE_LIST_ACTIVE;
  record->title = g_strdup (conversation->title);

  return record;
}

static gboolean
belongs_here (MynaHistoryModel *self, const StoreConversation *conversation)
{
  if (conversation->deleted_at)
    return self->kind == STORE_LIST_DELETED;

  return self->kind == (conversation->archived ? STORE_LIST_ARCHIVED : STORE_LIST_ACTIVE);
}

static void
notify_count (MynaHistoryModel *self)
{
  g_object_notify (G_OBJECT (self), "n-conversations");
}

static void
remove_record (MynaHistoryModel *self, gint64 id)
{
  MynaHistoryRecord *record = g_hash_table_lookup (self->by_id, &id);
  guint index;

  if (!record || !g_ptr_array_find (self->records, record, &index))
    return;
  g_hash_table_remove (self->by_id, &id);
  g_ptr_array_steal_index (self->records, index);
  myna_history_model_update_entries (self);
  myna_history_record_free (record);
  if (g_hash_table_remove (self->checked, &id))
    g_object_notify (G_OBJECT (self), "n-checked");
  notify_count (self);
}

static void
insert_record (MynaHistoryModel *self, MynaHistoryRecord *record)
{
  guint low = 0, high = self->records->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (myna_history_record_compare (&g_ptr_array_index (self->records, middle), &record) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  g_ptr_array_insert (self->records, low, record);
  g_hash_table_insert (self->by_id, &record->id, record);
  myna_history_model_update_entries (self);
  notify_count (self);
}

/* The same place: only what the row shows is new. */
static gboolean
update_in_place (MynaHistoryModel *self, const StoreConversation *conversation)
{
  MynaHistoryRecord *record = g_hash_table_lookup (self->by_id, &conversation->id);
  MynaHistoryItem *item = myna_history_model_get_living_item (self, conversation->id);
  char *before;

  if (!record || record->updated_at != conversation->updated_at || record->folder_id != conversation->folder_id
      || record->pinned != (conversation->pinned && self->kind == STORE_LIST_ACTIVE))
    return FALSE;
  if (g_str_equal (record->title, conversation->title))
    return TRUE;
  before = record->title;
  record->title = g_strdup (conversation->title);
  myna_history_model_update_entries (self);
  g_free (before);
  if (item)
    myna_history_item_set_title (item, record->title);

  return TRUE;
}

static void
update_record (MynaHistoryModel *self, const StoreConversation *conversation)
{
  g_autoptr (MynaHistoryItem) item = NULL;
  gboolean checked;

  if (!belongs_here (self, conversation))
    {
      remove_record (self, conversation->id);
      return;
    }
  if (update_in_place (self, conversation))
    return;

  /* Held over the move, so that the row that comes back is the same object. */
  if (myna_history_model_get_living_item (self, conversation->id))
    item = g_object_ref (myna_history_model_get_living_item (self, conversation->id));
  checked = myna_history_model_get_checked (self, conversation->id);
  remove_record (self, conversation->id);
  insert_record (self, record_new (self, conversation));
  if (checked)
    myna_history_model_set_checked (self, conversation->id, TRUE);
}

static void
conversation_changed_cb (MynaHistoryModel *self, gint64 id, const StoreConversation *row, StoreDb *store)
{
  if (!row || self->loading)
    reload (self);
  else
    update_record (self, row);
}

static void
conversation_removed_cb (MynaHistoryModel *self, gint64 id, StoreDb *store)
{
  if (id == 0)
    reload (self);
  else
    remove_record (self, id);
}

static void
take_folders (MynaHistoryModel *self, GPtrArray *list)
{
  g_autoptr (GPtrArray) before = self->folders;

  self->folders = g_ptr_array_new_with_free_func (myna_history_folder_free);
  for (guint i = 0; i < list->len; i++)
    {
      const StoreFolder *stored = g_ptr_array_index (list, i);
      MynaHistoryFolder *folder = g_new0 (MynaHistoryFolder, 1);

      folder->id = stored->id;
      folder->parent_id = stored->parent_id;
      folder->name = g_strdup (stored->name);
      folder->expanded = g_hash_table_contains (self->expanded, &stored->id);
      g_ptr_array_add (self->folders, folder);
    }
  /* While the list is being read its rows come all at once, so that it begins at the top. */
  if (!self->loading)
    {
      myna_history_model_update_entries (self);
      myna_history_model_update_items (self);
    }
  g_object_notify (G_OBJECT (self), "folders");
}

static void
folders_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaHistoryModel) self = user_data;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, NULL);

  if (list && self->store == STORE_DB (source))
    take_folders (self, list);
}

static void
read_folders (MynaHistoryModel *self)
{
  store_list_folders_async (self->store, self->cancellable, folders_read_cb, g_object_ref (self));
}

static void
take_list (MynaHistoryModel *self, GPtrArray *list)
{
  g_autoptr (GPtrArray) before = self->records;

  self->records = g_ptr_array_new_full (list->len, myna_history_record_free);
  g_hash_table_remove_all (self->by_id);
  for (guint i = 0; i < list->len; i++)
    {
      MynaHistoryRecord *record = record_new (self, g_ptr_array_index (list, i));

      g_ptr_array_add (self->records, record);
      g_hash_table_insert (self->by_id, &record->id, record);
    }
  g_ptr_array_sort (self->records, myna_history_record_compare);
  myna_history_model_update_entries (self);
  myna_history_model_update_items (self);
  notify_count (self);
}

static void
set_loading (MynaHistoryModel *self, gboolean loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify (G_OBJECT (self), "loading");
}

static void
list_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaHistoryModel) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (list)
    take_list (self, list);
  set_loading (self, FALSE);
  if (self->reload_pending)
    {
      self->reload_pending = FALSE;
      reload (self);
    }
}

/* Reads the whole list again; what changes while that runs asks for one more reading. */
static void
reload (MynaHistoryModel *self)
{
  if (!self->store)
    return;
  if (self->loading)
    {
      self->reload_pending = TRUE;
      return;
    }
  set_loading (self, TRUE);
  read_folders (self);
  store_list_conversations_async (self->store, self->kind, self->cancellable, list_read_cb, g_object_ref (self));
}

void
myna_history_model_start_over (MynaHistoryModel *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->loading = self->reload_pending = FALSE;
  myna_history_model_uncheck_all (self);
  reload (self);
}

void
myna_history_model_set_store (MynaHistoryModel *self, StoreDb *store)
{
  g_autoptr (GPtrArray) empty = g_ptr_array_new ();

  g_return_if_fail (MYNA_IS_HISTORY_MODEL (self));

  if (self->store)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_set_object (&self->store, store);
  if (!store)
    {
      take_list (self, empty);
      return;
    }
  g_signal_connect_swapped (store, "conversation-changed", G_CALLBACK (conversation_changed_cb), self);
  g_signal_connect_swapped (store, "conversation-removed", G_CALLBACK (conversation_removed_cb), self);
  g_signal_connect_swapped (store, "folders-changed", G_CALLBACK (read_folders), self);
  myna_history_model_start_over (self);
}
