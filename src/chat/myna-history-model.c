/* myna-history-model.c: the list of conversations, grouped, as a list model that makes its rows lazily (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three levels, each cheaper than the next.  A MynaHistoryRecord holds what is known of a conversation (48 bytes and the
 * title); `records` has all of them.  `entries` are the rows of the list, 24 bytes each, made from records and folders in
 * one pass.  A MynaHistoryItem is a GObject and exists only while a row on the screen holds it: `items` knows the living
 * ones, weakly.  100,000 conversations are about twelve megabytes.
 *
 * After a change the entries are made anew (a few milliseconds for 100,000) and compared with those before: what differs
 * between the common beginning and the common end is announced.  A conversation that moves is taken out in one step and
 * put back in a second one, so that each announcement is a single row.
 */
#include "chat/myna-history-model.h"

#include <glib/gi18n.h>

struct _MynaHistoryModel
{
  GObject parent_instance;

  StoreDb *store;
  MynaRemoteServers *servers; /* NULL: not known yet */
  StoreListKind kind;
  GCancellable *cancellable;
  gboolean loading;
  gboolean held;
  gboolean reload_pending;
  guint midnight_source;

  GPtrArray *records;   /* of MynaHistoryRecord, owned, sorted */
  GHashTable *by_id;    /* id inside the record → MynaHistoryRecord */
  GPtrArray *folders;   /* of MynaHistoryFolder, owned, by name */
  GPtrArray *named;     /* the folders whose names the entries have, where these are others; else NULL */
  GArray *entries;      /* of MynaHistoryEntry: the rows */
  GHashTable *items;    /* key of a row → MynaHistoryItem, not owned */
  GHashTable *expanded; /* ids of folders, set of gint64 */
  GHashTable *busy;     /* set of gint64 */
  GHashTable *asking;   /* the same */
  GHashTable *checked;  /* set of gint64 */
};

enum
{
  PROP_0,
  PROP_KIND,
  PROP_LOADING,
  PROP_N_CONVERSATIONS,
  PROP_N_CHECKED,
  PROP_FOLDERS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void list_model_iface_init (GListModelInterface *iface);
static void reload (MynaHistoryModel *self);
static void update_entries (MynaHistoryModel *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaHistoryModel, myna_history_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static gboolean
midnight_cb (gpointer user_data)
{
  MynaHistoryModel *self = user_data;

  self->midnight_source = 0;
  if (self->held)
    reload (self);
  else
    update_entries (self);

  return G_SOURCE_REMOVE;
}

/* The groups by date change then. */
static void
schedule_midnight (MynaHistoryModel *self, GDateTime *now)
{
  int second_of_day = g_date_time_get_hour (now) * 3600 + g_date_time_get_minute (now) * 60 + g_date_time_get_second (now);

  g_clear_handle_id (&self->midnight_source, g_source_remove);
  self->midnight_source = g_timeout_add_seconds (MAX (24 * 3600 - second_of_day, 1) + 1, midnight_cb, self);
}

static void
update_entries (MynaHistoryModel *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GArray) before = self->entries;
  guint position, n_removed, n_added;

  schedule_midnight (self, now);
  self->entries = myna_history_entries_make (self->records, self->kind == STORE_LIST_ACTIVE ? self->folders : NULL, now);
  g_clear_pointer (&self->named, g_ptr_array_unref);
  if (myna_history_entries_diff (before, self->entries, &position, &n_removed, &n_added))
    g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
}

/* ---- Items ------------------------------------------------------------------------------------------------------ */

static void
item_gone_cb (gpointer user_data, GObject *item)
{
  MynaHistoryModel *self = user_data;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      if (value == item)
        {
          g_hash_table_iter_remove (&iter);
          return;
        }
    }
}

static MynaHistoryItem *
get_living_item (MynaHistoryModel *self, gint64 id)
{
  return g_hash_table_lookup (self->items, &id);
}

/* The name of the server that the conversation's model is on. */
static void
update_server (MynaHistoryModel *self, MynaHistoryItem *item)
{
  gint64 id = myna_history_item_get_id (item);
  MynaHistoryRecord *record = g_hash_table_lookup (self->by_id, &id);
  const char *model;
  MynaRemoteServer *server = self->servers && record && record->remote
                                 ? myna_remote_servers_find_by_path (self->servers, record->remote, &model)
                                 : NULL;

  if (record)
    myna_history_item_set_server (item, server           ? myna_remote_server_get_name (server)
                                        : record->remote ? _ ("removed server")
                                                         : NULL);
}

static void
update_item (MynaHistoryModel *self, MynaHistoryItem *item, const MynaHistoryEntry *entry)
{
  if (entry->kind == MYNA_HISTORY_HEADING)
    return;
  myna_history_item_set_title (item, entry->title);
  myna_history_item_set_depth (item, entry->depth);
  myna_history_item_set_expanded (item, entry->expanded);
  if (entry->kind == MYNA_HISTORY_CONVERSATION)
    {
      myna_history_item_set_busy (item, g_hash_table_contains (self->busy, &entry->id));
      myna_history_item_set_asking (item, g_hash_table_contains (self->asking, &entry->id));
      myna_history_item_set_checked (item, g_hash_table_contains (self->checked, &entry->id));
      update_server (self, item);
    }
}

static void
update_items (MynaHistoryModel *self)
{
  for (guint i = 0; g_hash_table_size (self->items) > 0 && i < self->entries->len; i++)
    {
      const MynaHistoryEntry *entry = &g_array_index (self->entries, MynaHistoryEntry, i);
      gint64 key = myna_history_entry_get_key (entry);
      MynaHistoryItem *item = g_hash_table_lookup (self->items, &key);

      if (item)
        update_item (self, item, entry);
    }
}

static GType
get_item_type (GListModel *model)
{
  return MYNA_TYPE_HISTORY_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return MYNA_HISTORY_MODEL (model)->entries->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  MynaHistoryModel *self = MYNA_HISTORY_MODEL (model);
  const MynaHistoryEntry *entry;
  MynaHistoryItem *item;
  gint64 key;

  if (position >= self->entries->len)
    return NULL;
  entry = &g_array_index (self->entries, MynaHistoryEntry, position);
  key = myna_history_entry_get_key (entry);
  item = g_hash_table_lookup (self->items, &key);
  if (item)
    {
      g_object_ref (item);
    }
  else
    {
      item = myna_history_item_new (entry->kind, entry->group, entry->id);
      g_hash_table_insert (self->items, g_memdup2 (&key, sizeof key), item);
      g_object_weak_ref (G_OBJECT (item), item_gone_cb, self);
    }
  update_item (self, item, entry);

  return item;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* ---- The store ---------------------------------------------------------------------------------------------------
 *
 * The list is read once; after that each change is read for itself. */

static MynaHistoryRecord *
record_new (MynaHistoryModel *self, const StoreConversation *conversation)
{
  MynaHistoryRecord *record = g_new0 (MynaHistoryRecord, 1);

  record->id = conversation->id;
  record->updated_at = conversation->updated_at;
  record->folder_id = conversation->folder_id;
  record->pinned = conversation->pinned && self->kind == STORE_LIST_ACTIVE;
  record->title = g_strdup (conversation->title);
  record->remote = myna_remote_server_is_path (conversation->model) ? g_strdup (conversation->model) : NULL;

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
  update_entries (self);
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
  update_entries (self);
  notify_count (self);
}

/* The same place: only what the row shows is new. */
static gboolean
update_in_place (MynaHistoryModel *self, const StoreConversation *conversation)
{
  MynaHistoryRecord *record = g_hash_table_lookup (self->by_id, &conversation->id);
  MynaHistoryItem *item = get_living_item (self, conversation->id);
  char *before;

  if (!record || record->updated_at != conversation->updated_at || record->folder_id != conversation->folder_id
      || record->pinned != (conversation->pinned && self->kind == STORE_LIST_ACTIVE))
    return FALSE;
  g_free (record->remote);
  record->remote = myna_remote_server_is_path (conversation->model) ? g_strdup (conversation->model) : NULL;
  if (item)
    update_server (self, item);
  if (g_str_equal (record->title, conversation->title))
    return TRUE;
  before = record->title;
  record->title = g_strdup (conversation->title);
  update_entries (self);
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
  if (get_living_item (self, conversation->id))
    item = g_object_ref (get_living_item (self, conversation->id));
  checked = myna_history_model_get_checked (self, conversation->id);
  remove_record (self, conversation->id);
  insert_record (self, record_new (self, conversation));
  if (checked)
    myna_history_model_set_checked (self, conversation->id, TRUE);
}

static void
conversation_changed_cb (MynaHistoryModel *self, gint64 id, const StoreConversation *row, StoreDb *store)
{
  if (!row || self->loading || self->held)
    reload (self);
  else
    update_record (self, row);
}

static void
conversation_removed_cb (MynaHistoryModel *self, gint64 id, StoreDb *store)
{
  if (id == 0 || self->held)
    reload (self);
  else
    remove_record (self, id);
}

static void
take_folders (MynaHistoryModel *self, GPtrArray *list)
{
  g_autoptr (GPtrArray) before = self->folders;

  self->folders = myna_history_folders_make (list, self->expanded);
  /* While the list is being read its rows come all at once, so that it begins at the top. */
  if (self->loading && !self->named)
    {
      self->named = g_steal_pointer (&before);
    }
  else if (!self->loading)
    {
      update_entries (self);
      update_items (self);
    }
  g_object_notify (G_OBJECT (self), "folders");
}

static void
folders_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaHistoryModel) self = user_data;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, NULL);

  if (!list || self->store != STORE_DB (source))
    return;
  if (self->held)
    reload (self);
  else
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
  update_entries (self);
  update_items (self);
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
reload_if_pending (MynaHistoryModel *self)
{
  if (self->reload_pending)
    {
      self->reload_pending = FALSE;
      reload (self);
    }
}

static void
list_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaHistoryModel) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (self->held)
    self->reload_pending = TRUE;
  else if (list)
    take_list (self, list);
  set_loading (self, FALSE);
  reload_if_pending (self);
}

/* Reads the whole list again; what changes while that runs, or while the list is held, asks for one more reading. */
static void
reload (MynaHistoryModel *self)
{
  if (!self->store)
    return;
  if (self->loading || self->held)
    {
      self->reload_pending = TRUE;
      return;
    }
  set_loading (self, TRUE);
  read_folders (self);
  store_list_conversations_async (self->store, self->kind, self->cancellable, list_read_cb, g_object_ref (self));
}

static void
start_over (MynaHistoryModel *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  /* Nobody types in the list that comes. */
  self->loading = self->reload_pending = self->held = FALSE;
  myna_history_model_uncheck_all (self);
  reload (self);
}

void
myna_history_model_set_held (MynaHistoryModel *self, gboolean held)
{
  g_return_if_fail (MYNA_IS_HISTORY_MODEL (self));

  self->held = held;
  if (!held)
    reload_if_pending (self);
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
  start_over (self);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_history_model_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaHistoryModel *self = MYNA_HISTORY_MODEL (object);

  switch (prop_id)
    {
    case PROP_KIND: g_value_set_int (value, self->kind); break;
    case PROP_LOADING: g_value_set_boolean (value, self->loading); break;
    case PROP_N_CONVERSATIONS: g_value_set_uint (value, self->records->len); break;
    case PROP_N_CHECKED: g_value_set_uint (value, g_hash_table_size (self->checked)); break;
    case PROP_FOLDERS: g_value_set_pointer (value, self->folders); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_history_model_dispose (GObject *object)
{
  MynaHistoryModel *self = MYNA_HISTORY_MODEL (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->midnight_source, g_source_remove);
  if (self->store)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (myna_history_model_parent_class)->dispose (object);
}

static void
myna_history_model_finalize (GObject *object)
{
  MynaHistoryModel *self = MYNA_HISTORY_MODEL (object);
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    g_object_weak_unref (item, item_gone_cb, self);
  g_hash_table_unref (self->items);
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->expanded);
  g_hash_table_unref (self->busy);
  g_hash_table_unref (self->asking);
  g_hash_table_unref (self->checked);
  g_array_unref (self->entries);
  g_ptr_array_unref (self->records);
  g_ptr_array_unref (self->folders);
  g_clear_pointer (&self->named, g_ptr_array_unref);
  g_object_unref (self->cancellable);

  g_clear_object (&self->servers);
  G_OBJECT_CLASS (myna_history_model_parent_class)->finalize (object);
}

static void
myna_history_model_class_init (MynaHistoryModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_history_model_get_property;
  object_class->dispose = myna_history_model_dispose;
  object_class->finalize = myna_history_model_finalize;

  properties[PROP_KIND] = g_param_spec_int ("kind", NULL, NULL, 0, STORE_LIST_DELETED, 0, flags);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  properties[PROP_N_CONVERSATIONS] = g_param_spec_uint ("n-conversations", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_CHECKED] = g_param_spec_uint ("n-checked", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_FOLDERS] = g_param_spec_pointer ("folders", NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_history_model_init (MynaHistoryModel *self)
{
  self->cancellable = g_cancellable_new ();
  self->records = g_ptr_array_new_with_free_func (myna_history_record_free);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->entries = g_array_new (FALSE, FALSE, sizeof (MynaHistoryEntry));
  self->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->folders = g_ptr_array_new_with_free_func (myna_history_folder_free);
  self->expanded = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->busy = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->asking = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->checked = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

MynaHistoryModel *
myna_history_model_new (void)
{
  return g_object_new (MYNA_TYPE_HISTORY_MODEL, NULL);
}

void
myna_history_model_set_servers (MynaHistoryModel *self, MynaRemoteServers *servers)
{
  g_return_if_fail (MYNA_IS_HISTORY_MODEL (self));

  g_set_object (&self->servers, servers);
}

StoreListKind
myna_history_model_get_kind (MynaHistoryModel *self)
{
  return self->kind;
}

void
myna_history_model_set_kind (MynaHistoryModel *self, StoreListKind kind)
{
  g_return_if_fail (MYNA_IS_HISTORY_MODEL (self));

  if (self->kind == kind)
    return;
  self->kind = kind;
  start_over (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_KIND]);
}

gboolean
myna_history_model_get_loading (MynaHistoryModel *self)
{
  return self->loading;
}

guint
myna_history_model_get_n_conversations (MynaHistoryModel *self)
{
  return self->records->len;
}

const char *
myna_history_model_get_title (MynaHistoryModel *self, gint64 id)
{
  const MynaHistoryRecord *record = g_hash_table_lookup (self->by_id, &id);

  return record ? record->title : NULL;
}

gboolean
myna_history_model_get_pinned (MynaHistoryModel *self, gint64 id)
{
  const MynaHistoryRecord *record = g_hash_table_lookup (self->by_id, &id);

  return record && record->pinned;
}

gint64
myna_history_model_get_folder (MynaHistoryModel *self, gint64 id)
{
  const MynaHistoryRecord *record = g_hash_table_lookup (self->by_id, &id);

  return record ? record->folder_id : 0;
}

GPtrArray *
myna_history_model_get_folders (MynaHistoryModel *self)
{
  return self->folders;
}

const char *
myna_history_model_get_folder_name (MynaHistoryModel *self, gint64 id)
{
  const MynaHistoryFolder *folder = myna_history_folders_find (self->folders, id);

  return folder ? folder->name : "";
}

static void
set_in (GHashTable *set, gint64 id, gboolean is_in)
{
  if (is_in)
    g_hash_table_add (set, g_memdup2 (&id, sizeof id));
  else
    g_hash_table_remove (set, &id);
}

void
myna_history_model_set_expanded (MynaHistoryModel *self, gint64 folder_id, gboolean expanded)
{
  set_in (self->expanded, folder_id, expanded);
  for (guint i = 0; i < self->folders->len; i++)
    {
      MynaHistoryFolder *folder = g_ptr_array_index (self->folders, i);

      folder->expanded = g_hash_table_contains (self->expanded, &folder->id);
    }
  update_entries (self);
  update_items (self);
}

gboolean
myna_history_model_reveal (MynaHistoryModel *self, gint64 id)
{
  const MynaHistoryFolder *folder;

  g_return_val_if_fail (MYNA_IS_HISTORY_MODEL (self), FALSE);

  if (myna_history_model_find (self, MYNA_HISTORY_CONVERSATION, id) != G_MAXUINT)
    return TRUE;
  /* A folder in a folder has no folders. */
  folder = myna_history_folders_find (self->folders, myna_history_model_get_folder (self, id));
  for (int i = 0; folder && i < 2; i++, folder = myna_history_folders_find (self->folders, folder->parent_id))
    myna_history_model_set_expanded (self, folder->id, TRUE);
  return self->loading || myna_history_model_find (self, MYNA_HISTORY_CONVERSATION, id) != G_MAXUINT;
}

GVariant *
myna_history_model_dup_expanded (MynaHistoryModel *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ax"));
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->expanded);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_variant_builder_add (&builder, "x", *(gint64 *) id);

  return g_variant_builder_end (&builder);
}

guint
myna_history_model_find (MynaHistoryModel *self, MynaHistoryKind kind, gint64 id)
{
  if (kind == MYNA_HISTORY_CONVERSATION && !g_hash_table_contains (self->by_id, &id))
    return G_MAXUINT;
  return myna_history_entries_find (self->entries, kind, id);
}

gint64
myna_history_model_get_neighbour (MynaHistoryModel *self, gint64 id, int step)
{
  guint position = myna_history_model_find (self, MYNA_HISTORY_CONVERSATION, id);
  gint64 i = position == G_MAXUINT ? (step > 0 ? 0 : (gint64) self->entries->len - 1) : (gint64) position + step;

  for (; i >= 0 && i < self->entries->len; i += step)
    {
      const MynaHistoryEntry *entry = &g_array_index (self->entries, MynaHistoryEntry, i);

      if (entry->kind == MYNA_HISTORY_CONVERSATION)
        return entry->id;
    }

  return 0;
}

void
myna_history_model_set_busy (MynaHistoryModel *self, gint64 id, gboolean busy)
{
  MynaHistoryItem *item = get_living_item (self, id);

  set_in (self->busy, id, busy);
  if (item)
    myna_history_item_set_busy (item, busy);
}

void
myna_history_model_set_asking (MynaHistoryModel *self, gint64 id, gboolean asking)
{
  MynaHistoryItem *item = get_living_item (self, id);

  set_in (self->asking, id, asking);
  if (item)
    myna_history_item_set_asking (item, asking);
}

void
myna_history_model_set_checked (MynaHistoryModel *self, gint64 id, gboolean checked)
{
  MynaHistoryItem *item = get_living_item (self, id);

  set_in (self->checked, id, checked);
  if (item)
    myna_history_item_set_checked (item, checked);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CHECKED]);
}

char *
myna_history_model_dup_title (MynaHistoryModel *self, gboolean selecting)
{
  guint n = myna_history_model_get_n_checked (self);

  if (selecting)
    return n ? g_strdup_printf (ngettext ("%u selected", "%u selected", n), n) : g_strdup (_ ("Select chats"));
  switch (myna_history_model_get_kind (self))
    {
    case STORE_LIST_ARCHIVED: return g_strdup (_ ("Archive"));
    case STORE_LIST_DELETED: return g_strdup (_ ("Trash"));
    case STORE_LIST_ACTIVE:
    default: return g_strdup (_ ("Chats"));
    }
}

gboolean
myna_history_model_check_range (MynaHistoryModel *self, gint64 from_id, gint64 to_id)
{
  guint from = myna_history_model_find (self, MYNA_HISTORY_CONVERSATION, from_id);
  guint to = myna_history_model_find (self, MYNA_HISTORY_CONVERSATION, to_id);

  if (from == G_MAXUINT || to == G_MAXUINT)
    return FALSE;
  for (guint i = MIN (from, to); i <= MAX (from, to); i++)
    {
      g_autoptr (MynaHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (self), i);

      if (myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION)
        myna_history_model_set_checked (self, myna_history_item_get_id (item), TRUE);
    }
  return TRUE;
}

gboolean
myna_history_model_get_checked (MynaHistoryModel *self, gint64 id)
{
  return g_hash_table_contains (self->checked, &id);
}

guint
myna_history_model_get_n_checked (MynaHistoryModel *self)
{
  return g_hash_table_size (self->checked);
}

GArray *
myna_history_model_dup_checked (MynaHistoryModel *self)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < self->records->len; i++)
    {
      const MynaHistoryRecord *record = g_ptr_array_index (self->records, i);

      if (g_hash_table_contains (self->checked, &record->id))
        g_array_append_val (ids, record->id);
    }

  return ids;
}

static void
show_checks (MynaHistoryModel *self)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    {
      gint64 id = myna_history_item_get_id (item);

      if (myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION)
        myna_history_item_set_checked (item, g_hash_table_contains (self->checked, &id));
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CHECKED]);
}

void
myna_history_model_check_all (MynaHistoryModel *self)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      const MynaHistoryRecord *record = g_ptr_array_index (self->records, i);

      g_hash_table_add (self->checked, g_memdup2 (&record->id, sizeof record->id));
    }
  show_checks (self);
}

void
myna_history_model_uncheck_all (MynaHistoryModel *self)
{
  g_hash_table_remove_all (self->checked);
  show_checks (self);
}
