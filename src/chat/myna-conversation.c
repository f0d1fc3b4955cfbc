/* myna-conversation.c: one conversation: the list of its messages and its properties
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objects are unique: a table on the store leads from an id to the live object, so that a reply which is being written
 * goes on, once, however often the person looks at other conversations meanwhile.
 */
#include "chat/myna-conversation-private.h"

#define LIVE_KEY "myna-live-conversations"

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
static guint prepare_signal;

static void myna_conversation_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaConversation, myna_conversation, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, myna_conversation_list_model_init))

/* ---- List model ------------------------------------------------------------------------------------------------- */

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
get_item (GListModel *list, guint position)
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
myna_conversation_peek (MynaConversation *self, guint position)
{
  return position < self->items->len ? g_ptr_array_index (self->items, position) : NULL;
}

guint
myna_conversation_find (MynaConversation *self, MynaMessage *message)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), G_MAXUINT);

  /* From the end: what is asked for is most often there. */
  for (guint i = self->items->len; i > 0; i--)
    if (g_ptr_array_index (self->items, i - 1) == message)
      return i - 1;
  return G_MAXUINT;
}

void
myna_conversation_insert (MynaConversation *self, guint position, MynaMessage *message)
{
  g_ptr_array_insert (self->items, position, g_object_ref (message));
  self->n_loaded += myna_message_get_loaded (message);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

void
myna_conversation_remove (MynaConversation *self, guint position, guint n)
{
  if (n == 0)
    return;
  g_ptr_array_remove_range (self->items, position, n);
  g_list_model_items_changed (G_LIST_MODEL (self), position, n, 0);
}

/* ---- Properties ------------------------------------------------------------------------------------------------- */

static void
myna_conversation_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaConversation *self = MYNA_CONVERSATION (object);

  switch (prop_id)
    {
    case PROP_ID: g_value_set_int64 (value, self->id); break;
    case PROP_TITLE: g_value_set_string (value, self->title); break;
    case PROP_BUSY: g_value_set_boolean (value, myna_conversation_get_busy (self)); break;
    case PROP_LOADING: g_value_set_boolean (value, self->loading); break;
    case PROP_ERROR: g_value_set_string (value, self->error); break;
    case PROP_ACTIVITY: g_value_set_int (value, self->activity); break;
    case PROP_DRAFT: g_value_set_string (value, self->draft); break;
    case PROP_MODEL: g_value_set_string (value, self->model); break;
    case PROP_SETTINGS: g_value_set_string (value, self->settings); break;
    case PROP_CONTEXT_START: g_value_set_uint (value, myna_conversation_get_context_start (self)); break;
    case PROP_CONTEXT_USED: g_value_set_int (value, self->context_used); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
myna_conversation_set_activity (MynaConversation *self, MynaActivity activity)
{
  gboolean was_busy = myna_conversation_get_busy (self);

  if (activity != self->activity)
    {
      self->activity = activity;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVITY]);
    }
  else if (activity == MYNA_ACTIVITY_READING)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVITY]); /* its progress changed */
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
myna_conversation_set_id (MynaConversation *self, gint64 id)
{
  self->id = id;
  g_hash_table_insert (live_table (self->store), g_memdup2 (&id, sizeof id), self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ID]);
}

void
myna_conversation_prepare (MynaConversation *self)
{
  g_signal_emit (self, prepare_signal, 0);
}

void
myna_conversation_set_title (MynaConversation *self, const char *title)
{
  if (g_strcmp0 (self->title, title) == 0)
    return;
  g_free (self->title);
  self->title = g_strdup (title ? title : "");
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
}

void
myna_conversation_set_context (MynaConversation *self, gint64 start_id, int used)
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

/* Renamed in the sidebar, perhaps.  Model and settings are changed here alone: the row may be older than they are. */
static void
conversation_changed_cb (MynaConversation *self, gint64 id, const StoreConversation *row)
{
  if (self->id && !row)
    myna_conversation_read_record (self);
  if (!self->id || id != self->id)
    return;
  self->created_at = row->created_at;
  self->title_by_user = row->title_by_user;
  myna_conversation_set_title (self, row->title);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_conversation_dispose (GObject *object)
{
  MynaConversation *self = MYNA_CONVERSATION (object);

  if (self->store)
    {
      GHashTable *live = live_table (self->store);

      myna_conversation_leave_draft (self);
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
  g_free (self->model);
  g_free (self->settings);
  g_free (self->sampling);
  g_free (self->system);
  g_free (self->session_path);
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
  props[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, NULL, flags);
  props[PROP_SETTINGS] = g_param_spec_string ("settings", NULL, NULL, NULL, flags);
  props[PROP_CONTEXT_START] = g_param_spec_uint ("context-start", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_CONTEXT_USED] = g_param_spec_int ("context-used", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  prepare_signal = g_signal_new ("prepare", MYNA_TYPE_CONVERSATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("replied", MYNA_TYPE_CONVERSATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MYNA_TYPE_MESSAGE);
}

static void
myna_conversation_init (MynaConversation *self)
{
  self->title = g_strdup ("");
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->pending_texts = g_hash_table_new (NULL, NULL);
  self->cancellable = g_cancellable_new ();
}

/* A model was loaded or let go: what its context holds of the conversation is another share of it. */
static void
context_length_changed_cb (MynaConversation *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CONTEXT_USED]);
}

MynaConversation *
myna_conversation_new_with_generator (StoreDb *store, MynaGenerator *generator, gint64 id)
{
  MynaConversation *self = id ? g_hash_table_lookup (live_table (store), &id) : NULL;

  if (self)
    return g_object_ref (self);
  self = g_object_new (MYNA_TYPE_CONVERSATION, NULL);
  self->store = g_object_ref (store);
  self->generator = g_object_ref (generator);
  g_signal_connect_object (generator, "context-length-changed", G_CALLBACK (context_length_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "conversation-changed", G_CALLBACK (conversation_changed_cb), self, G_CONNECT_SWAPPED);
  self->draft_known = id == 0;
  if (id)
    {
      myna_conversation_set_id (self, id);
      myna_conversation_read_record (self);
      myna_conversation_reload (self);
    }
  return self;
}

MynaConversation *
myna_conversation_new (StoreDb *store, GlmActor *actor)
{
  return myna_conversation_new_for_id (store, actor, 0);
}

MynaConversation *
myna_conversation_new_for_id (StoreDb *store, GlmActor *actor, gint64 id)
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
      myna_conversation_leave_draft (self);
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
myna_conversation_get_progress (MynaConversation *self, MynaPromptProgress *ret_progress)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  *ret_progress = self->reply.progress;
}

double
myna_conversation_get_rate (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), 0);

  return self->reply.rate_seconds > 0.2 ? self->reply.rate_tokens / self->reply.rate_seconds : 0;
}

void
myna_conversation_get_context (MynaConversation *self, int *ret_used, int *ret_length)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  *ret_used = self->context_used;
  *ret_length = myna_generator_get_context_length (self->generator);
}

guint
myna_conversation_find_id (MynaConversation *self, gint64 id)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), G_MAXUINT);

  for (guint i = self->items->len; i > 0; i--)
    if (myna_message_get_id (g_ptr_array_index (self->items, i - 1)) == id)
      return i - 1;
  return G_MAXUINT;
}

guint
myna_conversation_get_context_start (MynaConversation *self)
{
  guint position;

  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), 0);

  position = self->context_start_id ? myna_conversation_find_id (self, self->context_start_id) : G_MAXUINT;
  return position == G_MAXUINT ? 0 : position;
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

const char *
myna_conversation_get_model (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), NULL);

  return self->model;
}

/* TRUE where the value changed. */
static gboolean
take_string (char **field, const char *value)
{
  if (g_strcmp0 (*field, value) == 0)
    return FALSE;
  g_free (*field);
  *field = g_strdup (value);
  return TRUE;
}

void
myna_conversation_set_model (MynaConversation *self, const char *model)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (!take_string (&self->model, model))
    return;
  if (self->id)
    store_set_model_async (self->store, self->id, model, NULL, NULL, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL]);
}

const char *
myna_conversation_get_settings (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), NULL);

  return self->settings;
}

void
myna_conversation_set_settings (MynaConversation *self, const char *settings)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (!take_string (&self->settings, settings))
    return;
  if (self->id)
    store_set_settings_async (self->store, self->id, settings, NULL, NULL, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SETTINGS]);
}

void
myna_conversation_set_sampling (MynaConversation *self, const GlmSampling *sampling, const char *system)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  g_free (self->sampling);
  self->sampling = sampling ? g_memdup2 (sampling, sizeof *sampling) : NULL;
  take_string (&self->system, system);
}

/* What the store says; it is not written back. */
void
myna_conversation_take_record (MynaConversation *self, const StoreConversation *record)
{
  self->created_at = record->created_at;
  self->title_by_user = record->title_by_user;
  myna_conversation_set_title (self, record->title);
  if (take_string (&self->model, record->model))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL]);
  if (take_string (&self->settings, record->settings))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SETTINGS]);
  if (!self->draft_known)
    myna_conversation_take_draft (self, record->draft);
}
