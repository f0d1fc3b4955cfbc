/* myna-history-model.c: the list of conversations, grouped, as a list model that makes its rows lazily (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three levels, each cheaper than the next.  A Record holds what is known of a conversation (48 bytes and the title);
 * `records` has all of them, pinned first, then newest first.  `rows` is what the list shows: headings and
 * conversations, 16 bytes each, made from the records in one pass.  A MynaHistoryItem is a GObject and exists only while
 * a row on the screen holds it: `items` knows the living ones, weakly.  100,000 conversations are a few megabytes.
 *
 * After a change the rows are made anew (under a millisecond for 100,000) and compared with those before: what differs
 * between the common beginning and the common end is announced.  A conversation that moves is taken out in one step and
 * put back in a second one, so that each announcement is a single row.
 */
#include "history/myna-history-model.h"

#include <string.h>

typedef struct
{
  gint64 id;
  gint64 updated_at;            /* ms since 1970 */
  gint64 folder_id;
  char *title;
  gboolean pinned;
} Record;

typedef struct
{
  gint64 id;                    /* 0 for headings */
  Record *record;               /* NULL for headings */
  guint8 kind;                  /* MynaHistoryKind */
  guint8 group;                 /* MynaHistoryGroup */
  guint8 depth;
} Row;

struct _MynaHistoryModel
{
  GObject parent_instance;

  StoreDb *store;
  StoreListKind kind;
  GCancellable *cancellable;
  gboolean loading;
  gboolean reload_pending;
  guint midnight_source;

  GPtrArray *records;           /* of Record, owned, sorted */
  GHashTable *by_id;            /* gint64 * inside the record → Record */
  GArray *rows;                 /* of Row */
  GHashTable *items;            /* key of a row → MynaHistoryItem, not owned */
  GHashTable *busy;             /* set of gint64 */
  GHashTable *checked;          /* set of gint64 */
};

enum
{
  PROP_0,
  PROP_KIND,
  PROP_LOADING,
  PROP_N_CONVERSATIONS,
  PROP_N_CHECKED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void list_model_iface_init (GListModelInterface *iface);
static void reload (MynaHistoryModel *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaHistoryModel, myna_history_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
record_free (gpointer data)
{
  Record *record = data;

  g_free (record->title);
  g_free (record);
}

/* Pinned first, then newest first; the id decides between equals, so that the order is always the same. */
static int
compare_records (gconstpointer a,
                 gconstpointer b)
{
  const Record *left = *(const Record *const *) a;
  const Record *right = *(const Record *const *) b;

  if (left->pinned != right->pinned)
    return left->pinned ? -1 : 1;
  if (left->updated_at != right->updated_at)
    return left->updated_at > right->updated_at ? -1 : 1;

  return left->id > right->id ? -1 : left->id < right->id;
}

/* ---- Groups by date ----------------------------------------------------------------------------------------------- */

/* Beginnings of the groups today, yesterday, week and month, in ms since 1970, by the person's own midnight. */
static void
get_boundaries (gint64 boundaries[4])
{
  static const int days_back[4] = { 0, 1, 6, 29 };
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) midnight = g_date_time_new_local (g_date_time_get_year (now), g_date_time_get_month (now),
                                                          g_date_time_get_day_of_month (now), 0, 0, 0);

  for (int i = 0; i < 4; i++) {
    g_autoptr (GDateTime) day = g_date_time_add_days (midnight, -days_back[i]);

    boundaries[i] = g_date_time_to_unix (day) * 1000;
  }
}

static MynaHistoryGroup
get_group (const Record *record,
           const gint64  boundaries[4])
{
  if (record->pinned)
    return MYNA_HISTORY_PINNED;
  for (int i = 0; i < 4; i++) {
    if (record->updated_at >= boundaries[i])
      return MYNA_HISTORY_TODAY + i;
  }

  return MYNA_HISTORY_OLDER;
}

static gboolean
midnight_cb (gpointer user_data)
{
  MynaHistoryModel *self = user_data;

  self->midnight_source = 0;
  reload (self);

  return G_SOURCE_REMOVE;
}

static void
schedule_midnight (MynaHistoryModel *self)
{
  gint64 boundaries[4];
  gint64 now = g_get_real_time () / 1000;
  guint seconds;

  get_boundaries (boundaries);
  seconds = (guint) (24 * 3600 - MIN (24 * 3600 - 1, (now - boundaries[0]) / 1000)) + 1;
  g_clear_handle_id (&self->midnight_source, g_source_remove);
  self->midnight_source = g_timeout_add_seconds (seconds, midnight_cb, self);
}

/* ---- Rows --------------------------------------------------------------------------------------------------------- */

static void
add_row (GArray          *rows,
         MynaHistoryKind  kind,
         MynaHistoryGroup group,
         Record          *record,
         guint            depth)
{
  Row row = { record ? record->id : 0, record, kind, group, depth };

  g_array_append_val (rows, row);
}

static GArray *
make_rows (MynaHistoryModel *self)
{
  GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (Row), self->records->len + 8);
  int last_group = -1;
  gint64 boundaries[4];

  get_boundaries (boundaries);
  for (guint i = 0; i < self->records->len; i++) {
    Record *record = g_ptr_array_index (self->records, i);
    MynaHistoryGroup group = get_group (record, boundaries);

    if ((int) group != last_group)
      add_row (rows, MYNA_HISTORY_HEADING, group, NULL, 0);
    last_group = group;
    add_row (rows, MYNA_HISTORY_CONVERSATION, group, record, 0);
  }

  return rows;
}

static gboolean
same_row (const Row *a,
          const Row *b)
{
  return a->id == b->id && a->kind == b->kind && a->group == b->group && a->depth == b->depth;
}

/* Makes the rows anew and announces what differs from those before. */
static void
update_rows (MynaHistoryModel *self)
{
  GArray *before = self->rows;
  GArray *after = make_rows (self);
  guint start = 0, end = 0;
  guint shorter = MIN (before->len, after->len);

  while (start < shorter && same_row (&g_array_index (before, Row, start), &g_array_index (after, Row, start)))
    start++;
  while (end < shorter - start && same_row (&g_array_index (before, Row, before->len - 1 - end),
                                            &g_array_index (after, Row, after->len - 1 - end)))
    end++;
  self->rows = after;
  if (before->len - start - end > 0 || after->len - start - end > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), start, before->len - start - end, after->len - start - end);
  g_array_unref (before);
}

/* ---- Items -------------------------------------------------------------------------------------------------------- */

/* One number for each row that can exist: conversations by id, folders and headings below zero. */
static gint64
row_key (const Row *row)
{
  if (row->kind == MYNA_HISTORY_CONVERSATION)
    return row->id;
  if (row->kind == MYNA_HISTORY_FOLDER)
    return -row->id - 1000;

  return -1 - row->group;
}

static void
item_gone_cb (gpointer  user_data,
              GObject  *item)
{
  MynaHistoryModel *self = user_data;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (value == item) {
      g_hash_table_iter_remove (&iter);
      return;
    }
  }
}

static MynaHistoryItem *
get_living_item (MynaHistoryModel *self,
                 gint64            id)
{
  return g_hash_table_lookup (self->items, &id);
}

static MynaHistoryItem *
make_item (MynaHistoryModel *self,
           const Row        *row,
           gint64            key)
{
  MynaHistoryItem *item = myna_history_item_new (row->kind, row->group, row->id);

  if (row->record) {
    myna_history_item_set_title (item, row->record->title);
    myna_history_item_set_depth (item, row->depth);
    myna_history_item_set_busy (item, g_hash_table_contains (self->busy, &row->id));
    myna_history_item_set_checked (item, g_hash_table_contains (self->checked, &row->id));
  }
  g_hash_table_insert (self->items, g_memdup2 (&key, sizeof key), item);
  g_object_weak_ref (G_OBJECT (item), item_gone_cb, self);

  return item;
}

static GType
get_item_type (GListModel *model)
{
  return MYNA_TYPE_HISTORY_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return MYNA_HISTORY_MODEL (model)->rows->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  MynaHistoryModel *self = MYNA_HISTORY_MODEL (model);
  MynaHistoryItem *item;
  const Row *row;
  gint64 key;

  if (position >= self->rows->len)
    return NULL;
  row = &g_array_index (self->rows, Row, position);
  key = row_key (row);
  item = g_hash_table_lookup (self->items, &key);
  if (item)
    return g_object_ref (item);

  return make_item (self, row, key);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* ---- Following the store ------------------------------------------------------------------------------------------ */

static Record *
record_new (StoreConversation *conversation)
{
  Record *record = g_new0 (Record, 1);

  record->id = conversation->id;
  record->updated_at = conversation->updated_at;
  record->folder_id = conversation->folder_id;
  record->pinned = conversation->pinned;
  record->title = g_steal_pointer (&conversation->title);

  return record;
}

static gboolean
belongs_here (MynaHistoryModel        *self,
              const StoreConversation *conversation)
{
  if (conversation->deleted_at)
    return self->kind == STORE_LIST_DELETED;

  return self->kind == (conversation->archived ? STORE_LIST_ARCHIVED : STORE_LIST_ACTIVE);
}

static void
notify_count (MynaHistoryModel *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CONVERSATIONS]);
}

static void
remove_record (MynaHistoryModel *self,
               gint64            id)
{
  Record *record = g_hash_table_lookup (self->by_id, &id);

  if (!record)
    return;
  g_hash_table_remove (self->by_id, &id);
  g_ptr_array_set_free_func (self->records, NULL);
  g_ptr_array_remove (self->records, record);
  g_ptr_array_set_free_func (self->records, record_free);
  update_rows (self);
  record_free (record);
  notify_count (self);
}

static void
insert_record (MynaHistoryModel *self,
               Record           *record)
{
  guint low = 0, high = self->records->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (compare_records (&g_ptr_array_index (self->records, middle), &record) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  g_ptr_array_insert (self->records, low, record);
  g_hash_table_insert (self->by_id, &record->id, record);
  update_rows (self);
  notify_count (self);
}

/* The same place: only what the row shows is new. */
static gboolean
update_in_place (MynaHistoryModel        *self,
                 const StoreConversation *conversation)
{
  Record *record = g_hash_table_lookup (self->by_id, &conversation->id);
  MynaHistoryItem *item;

  if (!record || record->updated_at != conversation->updated_at || record->pinned != conversation->pinned ||
      record->folder_id != conversation->folder_id)
    return FALSE;
  if (!g_str_equal (record->title, conversation->title)) {
    g_free (record->title);
    record->title = g_strdup (conversation->title);
  }
  item = get_living_item (self, record->id);
  if (item)
    myna_history_item_set_title (item, record->title);

  return TRUE;
}

static void
update_record (MynaHistoryModel  *self,
               StoreConversation *conversation)
{
  MynaHistoryItem *item;
  Record *record;

  if (!belongs_here (self, conversation)) {
    remove_record (self, conversation->id);
    return;
  }
  if (update_in_place (self, conversation))
    return;

  /* Held over the move, so that the row that comes back is the same object. */
  item = get_living_item (self, conversation->id);
  if (item)
    g_object_ref (item);
  remove_record (self, conversation->id);
  record = record_new (conversation);
  if (item)
    myna_history_item_set_title (item, record->title);
  insert_record (self, record);
  g_clear_object (&item);
}

static void
conversation_read_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr (MynaHistoryModel) self = user_data;
  g_autoptr (GPtrArray) list = NULL;

  /* A row that is gone has its own signal; a read that failed is told by the store's. */
  list = store_finish_list (STORE_DB (source), result, NULL);
  if (list && list->len > 0 && self->store == STORE_DB (source))
    update_record (self, g_ptr_array_index (list, 0));
}

static void
conversation_changed_cb (MynaHistoryModel *self,
                         gint64            id,
                         StoreDb          *store)
{
  if (id == 0 || self->loading)
    reload (self);
  else
    store_get_conversation_async (store, id, self->cancellable, conversation_read_cb, g_object_ref (self));
}

static void
conversation_removed_cb (MynaHistoryModel *self,
                         gint64            id,
                         StoreDb          *store)
{
  if (id == 0)
    reload (self);
  else
    remove_record (self, id);
}

static void
take_list (MynaHistoryModel *self,
           GPtrArray        *list)
{
  GPtrArray *before = self->records;

  self->records = g_ptr_array_new_full (list->len, record_free);
  g_hash_table_remove_all (self->by_id);
  for (guint i = 0; i < list->len; i++) {
    Record *record = record_new (g_ptr_array_index (list, i));
    MynaHistoryItem *item = get_living_item (self, record->id);

    g_ptr_array_add (self->records, record);
    g_hash_table_insert (self->by_id, &record->id, record);
    if (item)
      myna_history_item_set_title (item, record->title);
  }
  g_ptr_array_sort (self->records, compare_records);
  update_rows (self);
  g_ptr_array_unref (before);
  notify_count (self);
}

static void
set_loading (MynaHistoryModel *self,
             gboolean          loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static void
list_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (MynaHistoryModel) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (list)
    take_list (self, list);
  set_loading (self, FALSE);
  if (self->reload_pending) {
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
  if (self->loading) {
    self->reload_pending = TRUE;
    return;
  }
  set_loading (self, TRUE);
  schedule_midnight (self);
  store_list_conversations_async (self->store, self->kind, self->cancellable, list_read_cb, g_object_ref (self));
}

static void
start_over (MynaHistoryModel *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->loading = self->reload_pending = FALSE;
  myna_history_model_uncheck_all (self);
  reload (self);
}

/* ---- Object ------------------------------------------------------------------------------------------------------- */

static void
myna_history_model_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MynaHistoryModel *self = MYNA_HISTORY_MODEL (object);

  switch (prop_id) {
  case PROP_KIND:
    g_value_set_int (value, self->kind);
    break;
  case PROP_LOADING:
    g_value_set_boolean (value, self->loading);
    break;
  case PROP_N_CONVERSATIONS:
    g_value_set_uint (value, self->records->len);
    break;
  case PROP_N_CHECKED:
    g_value_set_uint (value, g_hash_table_size (self->checked));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
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
  g_hash_table_unref (self->busy);
  g_hash_table_unref (self->checked);
  g_array_unref (self->rows);
  g_ptr_array_unref (self->records);
  g_object_unref (self->cancellable);

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
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_history_model_init (MynaHistoryModel *self)
{
  self->cancellable = g_cancellable_new ();
  self->records = g_ptr_array_new_with_free_func (record_free);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  self->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->busy = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->checked = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

MynaHistoryModel *
myna_history_model_new (void)
{
  return g_object_new (MYNA_TYPE_HISTORY_MODEL, NULL);
}

void
myna_history_model_set_store (MynaHistoryModel *self,
                              StoreDb          *store)
{
  g_autoptr (GPtrArray) empty = g_ptr_array_new ();

  g_return_if_fail (MYNA_IS_HISTORY_MODEL (self));

  if (self->store)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_set_object (&self->store, store);
  if (!store) {
    take_list (self, empty);
    return;
  }
  g_signal_connect_swapped (store, "conversation-changed", G_CALLBACK (conversation_changed_cb), self);
  g_signal_connect_swapped (store, "conversation-removed", G_CALLBACK (conversation_removed_cb), self);
  start_over (self);
}

StoreListKind
myna_history_model_get_kind (MynaHistoryModel *self)
{
  return self->kind;
}

void
myna_history_model_set_kind (MynaHistoryModel *self,
                             StoreListKind     kind)
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
myna_history_model_get_title (MynaHistoryModel *self,
                              gint64            id)
{
  const Record *record = g_hash_table_lookup (self->by_id, &id);

  return record ? record->title : NULL;
}

gboolean
myna_history_model_get_pinned (MynaHistoryModel *self,
                               gint64            id)
{
  const Record *record = g_hash_table_lookup (self->by_id, &id);

  return record && record->pinned;
}

guint
myna_history_model_find (MynaHistoryModel *self,
                         gint64            id)
{
  if (id == 0 || !g_hash_table_contains (self->by_id, &id))
    return G_MAXUINT;
  for (guint i = 0; i < self->rows->len; i++) {
    const Row *row = &g_array_index (self->rows, Row, i);

    if (row->kind == MYNA_HISTORY_CONVERSATION && row->id == id)
      return i;
  }

  return G_MAXUINT;
}

gint64
myna_history_model_get_neighbour (MynaHistoryModel *self,
                                  gint64            id,
                                  int               step)
{
  guint position = myna_history_model_find (self, id);
  gint64 i = position == G_MAXUINT ? (step > 0 ? 0 : (gint64) self->rows->len - 1) : (gint64) position + step;

  for (; i >= 0 && i < self->rows->len; i += step) {
    const Row *row = &g_array_index (self->rows, Row, i);

    if (row->kind == MYNA_HISTORY_CONVERSATION)
      return row->id;
  }

  return 0;
}

void
myna_history_model_set_busy (MynaHistoryModel *self,
                             gint64            id,
                             gboolean          busy)
{
  MynaHistoryItem *item = get_living_item (self, id);

  if (busy)
    g_hash_table_add (self->busy, g_memdup2 (&id, sizeof id));
  else
    g_hash_table_remove (self->busy, &id);
  if (item)
    myna_history_item_set_busy (item, busy);
}

void
myna_history_model_set_checked (MynaHistoryModel *self,
                                gint64            id,
                                gboolean          checked)
{
  MynaHistoryItem *item = get_living_item (self, id);

  if (checked)
    g_hash_table_add (self->checked, g_memdup2 (&id, sizeof id));
  else
    g_hash_table_remove (self->checked, &id);
  if (item)
    myna_history_item_set_checked (item, checked);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CHECKED]);
}

gboolean
myna_history_model_get_checked (MynaHistoryModel *self,
                                gint64            id)
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

  for (guint i = 0; i < self->records->len; i++) {
    const Record *record = g_ptr_array_index (self->records, i);

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
  while (g_hash_table_iter_next (&iter, NULL, &item)) {
    gint64 id = myna_history_item_get_id (item);

    if (myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION)
      myna_history_item_set_checked (item, g_hash_table_contains (self->checked, &id));
  }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CHECKED]);
}

void
myna_history_model_check_all (MynaHistoryModel *self)
{
  for (guint i = 0; i < self->records->len; i++) {
    const Record *record = g_ptr_array_index (self->records, i);

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
