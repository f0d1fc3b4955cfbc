/* myna-conversation.c: one conversation: list of its messages, loading, title and draft
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All messages of the shown branch have an object, but only those near what the window shows (and what the model is given)
 * have their text in memory: a row asks for it through myna_conversation_load_range().
 *
 * Objects are unique: a table on the store leads from an id to the live object, so that a reply which is being written
 * goes on, once, however often the person looks at other conversations meanwhile.
 */
#include "conversation/myna-conversation-private.h"

#include "conversation/myna-problem.h"

#define PAGE           50       /* messages read at once */
#define KEEP_AROUND    150      /* texts kept on either side of what is shown */
#define KEEP_LOADED    600      /* … and only looked over when there are more than this */
#define DRAFT_DELAY_MS 400
#define LIVE_KEY       "myna-live-conversations"

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
  PROP_CONTEXT_START,
  PROP_CONTEXT_USED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void myna_conversation_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaConversation, myna_conversation, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, myna_conversation_list_model_init))

/* ---- List model --------------------------------------------------------------------------------------------------- */

static GType
get_item_type (GListModel *list)
{
  return MYNA_TYPE_MESSAGE;
}

static guint
get_n_items (GListModel *list)
{
  return MYNA_CONVERSATION (list)->items->len;
}

static gpointer
get_item (GListModel *list,
          guint       position)
{
  MynaConversation *self = MYNA_CONVERSATION (list);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
myna_conversation_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

guint
myna_conversation_n_branch (MynaConversation *self)
{
  return self->items->len - self->n_queued;
}

MynaMessage *
myna_conversation_peek (MynaConversation *self,
                        guint             position)
{
  return position < self->items->len ? g_ptr_array_index (self->items, position) : NULL;
}

guint
myna_conversation_find (MynaConversation *self,
                        MynaMessage      *message)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), G_MAXUINT);

  /* From the end: what is asked for is most often there. */
  for (guint i = self->items->len; i > 0; i--)
    if (g_ptr_array_index (self->items, i - 1) == message)
      return i - 1;
  return G_MAXUINT;
}

void
myna_conversation_insert (MynaConversation *self,
                          guint             position,
                          MynaMessage      *message)
{
  g_ptr_array_insert (self->items, position, g_object_ref (message));
  self->n_loaded += myna_message_get_loaded (message);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

void
myna_conversation_remove (MynaConversation *self,
                          guint             position,
                          guint             n)
{
  if (n == 0)
    return;
  g_ptr_array_remove_range (self->items, position, n);
  g_list_model_items_changed (G_LIST_MODEL (self), position, n, 0);
}

/* ---- Properties --------------------------------------------------------------------------------------------------- */

static void
myna_conversation_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MynaConversation *self = MYNA_CONVERSATION (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_int64 (value, self->id);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, myna_conversation_get_busy (self));
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case PROP_ACTIVITY:
      g_value_set_int (value, self->activity);
      break;
    case PROP_DRAFT:
      g_value_set_string (value, self->draft);
      break;
    case PROP_CONTEXT_START:
      g_value_set_uint (value, myna_conversation_get_context_start (self));
      break;
    case PROP_CONTEXT_USED:
      g_value_set_int (value, self->context_used);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
myna_conversation_set_activity (MynaConversation *self,
                                MynaActivity      activity)
{
  gboolean was_busy = myna_conversation_get_busy (self);

  if (activity != self->activity)
    {
      self->activity = activity;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVITY]);
    }
  else if (activity == MYNA_ACTIVITY_READING)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVITY]);   /* its progress changed */
  if (myna_conversation_get_busy (self) != was_busy)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
}

static GHashTable *
live_table (StoreDb *store)
{
  GHashTable *table = g_object_get_data (G_OBJECT (store), LIVE_KEY);

  if (!table)
    {
      table = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
      g_object_set_data_full (G_OBJECT (store), LIVE_KEY, table, (GDestroyNotify) g_hash_table_unref);
    }
  return table;
}

void
myna_conversation_set_id (MynaConversation *self,
                          gint64            id)
{
  self->id = id;
  g_hash_table_insert (live_table (self->store), g_memdup2 (&id, sizeof id), self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ID]);
}

void
myna_conversation_set_title (MynaConversation *self,
                             const char       *title)
{
  if (g_strcmp0 (self->title, title) == 0)
    return;
  g_free (self->title);
  self->title = g_strdup (title ? title : "");
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
}

void
myna_conversation_set_context (MynaConversation *self,
                               gint64            start_id,
                               int               used)
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

/* ---- Loading ------------------------------------------------------------------------------------------------------ */

static void
set_loading (MynaConversation *self,
             gboolean          loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}

static void
set_error (MynaConversation *self,
           const GError     *error)
{
  if (!error && !self->error)
    return;
  g_clear_pointer (&self->error, g_free);
  if (error)
    self->error = myna_problem_describe (error);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
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
replace_branch (MynaConversation *self,
                GPtrArray        *records)
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
branch_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (MynaConversation) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);

  if (!records)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        set_error (self, error);
      set_loading (self, FALSE);
      return;
    }
  set_error (self, NULL);
  replace_branch (self, records);
  if (self->items->len > 0)
    myna_conversation_load_range (self, self->items->len - 1, self->items->len - 1);
  set_loading (self, FALSE);
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
record_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (MynaConversation) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);
  const StoreConversation *record;

  if (!records || records->len == 0)
    {
      if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        set_error (self, error);
      return;
    }
  record = g_ptr_array_index (records, 0);
  self->title_by_user = record->title_by_user;
  myna_conversation_set_title (self, record->title);
  if (!self->draft && record->draft)
    {
      self->draft = g_strdup (record->draft);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DRAFT]);
    }
}

static void
read_record (MynaConversation *self)
{
  store_get_conversation_async (self->store, self->id, self->cancellable, record_read_cb, g_object_ref (self));
}

/* Renamed in the sidebar, perhaps. */
static void
conversation_changed_cb (MynaConversation *self,
                         gint64            id)
{
  if (self->id && (id == self->id || id == 0))
    read_record (self);
}

/* ---- Texts on request --------------------------------------------------------------------------------------------- */

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
take_text (MynaConversation *self,
           MynaMessage      *message,
           StoreMessage     *record)
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
texts_read_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
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
forget_far (MynaConversation *self,
            guint             first,
            guint             last)
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
myna_conversation_load_range (MynaConversation *self,
                              guint             first,
                              guint             last)
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

/* ---- Draft -------------------------------------------------------------------------------------------------------- */

void
myna_conversation_save_draft (MynaConversation *self)
{
  g_autoptr (GString) draft = g_string_new (NULL);

  g_clear_handle_id (&self->draft_source, g_source_remove);
  if (self->id == 0)
    return;
  for (guint i = myna_conversation_n_branch (self); i < self->items->len; i++)
    g_string_append_printf (draft, "%s\n\n", myna_message_get_text (g_ptr_array_index (self->items, i)));
  if (self->draft && *self->draft)
    g_string_append (draft, self->draft);
  else if (draft->len)
    g_string_truncate (draft, draft->len - 2);
  store_set_draft_async (self->store, self->id, draft->len ? draft->str : NULL, NULL, NULL, NULL);
}

static gboolean
draft_timeout_cb (gpointer user_data)
{
  MynaConversation *self = user_data;

  self->draft_source = 0;
  myna_conversation_save_draft (self);
  return G_SOURCE_REMOVE;
}

void
myna_conversation_set_draft (MynaConversation *self,
                             const char       *draft)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (g_strcmp0 (self->draft ? self->draft : "", draft ? draft : "") == 0)
    return;
  g_free (self->draft);
  self->draft = g_strdup (draft);
  if (self->id && !self->draft_source)
    self->draft_source = g_timeout_add (DRAFT_DELAY_MS, draft_timeout_cb, self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DRAFT]);
}

/* ---- Object ------------------------------------------------------------------------------------------------------- */

static void
myna_conversation_dispose (GObject *object)
{
  MynaConversation *self = MYNA_CONVERSATION (object);

  if (self->store)
    {
      GHashTable *live = live_table (self->store);

      if (self->draft_source)
        myna_conversation_save_draft (self);
      myna_conversation_commit_delete (self);
      if (self->id && g_hash_table_lookup (live, &self->id) == self)
        g_hash_table_remove (live, &self->id);
    }
  g_cancellable_cancel (self->cancellable);
  myna_conversation_abandon_reply (self);

  G_OBJECT_CLASS (myna_conversation_parent_class)->dispose (object);
}

static void
myna_conversation_finalize (GObject *object)
{
  MynaConversation *self = MYNA_CONVERSATION (object);

  g_clear_object (&self->store);
  g_clear_object (&self->generator);
  g_clear_object (&self->cancellable);
  g_free (self->title);
  g_free (self->draft);
  g_free (self->error);
  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->pending_texts);

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
  props[PROP_CONTEXT_START] = g_param_spec_uint ("context-start", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_CONTEXT_USED] = g_param_spec_int ("context-used", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
myna_conversation_init (MynaConversation *self)
{
  self->title = g_strdup ("");
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->pending_texts = g_hash_table_new (NULL, NULL);
  self->cancellable = g_cancellable_new ();
}

MynaConversation *
myna_conversation_new_with_generator (StoreDb       *store,
                                      MynaGenerator *generator,
                                      gint64         id)
{
  MynaConversation *self = id ? g_hash_table_lookup (live_table (store), &id) : NULL;

  if (self)
    return g_object_ref (self);
  self = g_object_new (MYNA_TYPE_CONVERSATION, NULL);
  self->store = g_object_ref (store);
  self->generator = g_object_ref (generator);
  g_signal_connect_object (store, "conversation-changed", G_CALLBACK (conversation_changed_cb), self,
                           G_CONNECT_SWAPPED);
  if (id)
    {
      myna_conversation_set_id (self, id);
      read_record (self);
      myna_conversation_reload (self);
    }
  return self;
}

MynaConversation *
myna_conversation_new (StoreDb  *store,
                       GlmActor *actor)
{
  return myna_conversation_new_for_id (store, actor, 0);
}

MynaConversation *
myna_conversation_new_for_id (StoreDb  *store,
                              GlmActor *actor,
                              gint64    id)
{
  g_autoptr (MynaGenerator) generator = myna_actor_generator_new (actor);

  return myna_conversation_new_with_generator (store, generator, id);
}

void
myna_conversation_finish_all (StoreDb *store)
{
  g_autoptr (GList) live = g_hash_table_get_values (live_table (store));

  for (GList *l = live; l; l = l->next)
    {
      MynaConversation *self = l->data;

      myna_conversation_abandon_reply (self);
      myna_conversation_commit_delete (self);
      if (self->draft_source)
        myna_conversation_save_draft (self);
    }
}

gint64
myna_conversation_get_id (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), 0);

  return self->id;
}

const char *
myna_conversation_get_title (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), "");

  return self->title;
}

gboolean
myna_conversation_get_busy (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), FALSE);

  return self->activity != MYNA_ACTIVITY_IDLE;
}

gboolean
myna_conversation_get_loading (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), FALSE);

  return self->loading;
}

const char *
myna_conversation_get_error (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), NULL);

  return self->error;
}

MynaActivity
myna_conversation_get_activity (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), MYNA_ACTIVITY_IDLE);

  return self->activity;
}

void
myna_conversation_get_progress (MynaConversation   *self,
                                MynaPromptProgress *ret_progress)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  *ret_progress = self->reply.progress;
}

void
myna_conversation_get_context (MynaConversation *self,
                               int              *ret_used,
                               int              *ret_length)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  *ret_used = self->context_used;
  *ret_length = myna_generator_get_context_length (self->generator);
}

guint
myna_conversation_get_context_start (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), 0);

  if (self->context_start_id)
    for (guint i = 0; i < self->items->len; i++)
      if (myna_message_get_id (g_ptr_array_index (self->items, i)) == self->context_start_id)
        return i;
  return 0;
}

MynaGenerator *
myna_conversation_get_generator (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), NULL);

  return self->generator;
}

const char *
myna_conversation_get_draft (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), NULL);

  return self->draft;
}
