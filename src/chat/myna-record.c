/* myna-record.c: what the store keeps of a conversation beside its messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-record.h"

#include <string.h>

#include "chat/left-edits.h"
#include "chat/myna-chat-settings.h"
#include "chat/myna-draft.h"
#include "chat/myna-message-private.h"
#include "chat/myna-title.h"

struct _MynaRecord
{
  GObject parent_instance;

  StoreDb *store;
  gint64 id;
  gint64 created_at;
  char *title;
  char *model;
  char *settings;
  MynaDraft *draft;
  MynaPython *python; /* NULL: not in this mode, or not asked for yet */
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_TITLE,
  PROP_DRAFT,
  PROP_MODEL,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint failed_signal;

G_DEFINE_FINAL_TYPE (MynaRecord, myna_record, G_TYPE_OBJECT)

/* TRUE where the value changed, which it tells. */
static gboolean
take_string (MynaRecord *self, char **field, const char *value, int prop)
{
  char *copy;

  if (g_strcmp0 (*field, value) == 0)
    return FALSE;
  copy = g_strdup (value);
  g_free (*field);
  *field = copy;
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
  return TRUE;
}

/* ---- The row ---------------------------------------------------------------------------------------------------- */

/* What the store says; it is not written back. */
static void
take_row (MynaRecord *self, const StoreConversation *row)
{
  self->created_at = row->created_at;
  take_string (self, &self->title, row->title, PROP_TITLE);
  take_string (self, &self->model, row->model, PROP_MODEL);
  take_string (self, &self->settings, row->settings, PROP_SETTINGS);
  if (myna_draft_take_stored (self->draft, row->draft))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DRAFT]);
}

static void
row_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaRecord) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = store_finish_list (STORE_DB (source), result, &error);

  if (rows && rows->len > 0)
    take_row (self, g_ptr_array_index (rows, 0));
  else if (error)
    g_signal_emit (self, failed_signal, 0, error);
}

static void
read_row (MynaRecord *self)
{
  store_get_conversation_async (self->store, self->id, NULL, row_read_cb, g_object_ref (self));
}

/* Renamed in the sidebar, perhaps.  Model and settings are changed here alone: the row may be older than they are. */
static void
changed_cb (MynaRecord *self, gint64 id, const StoreConversation *row)
{
  if (self->id && !row)
    read_row (self);
  if (!self->id || id != self->id)
    return;
  self->created_at = row->created_at;
  take_string (self, &self->title, row->title, PROP_TITLE);
}

static void
edits_changed_cb (MynaRecord *self, gint64 id)
{
  if (id == self->id)
    myna_draft_save_soon (self->draft);
}

static void
add_failed (GTask *task, const GError *error)
{
  MynaMessage *message = g_task_get_task_data (task);

  myna_message_set_error (message, error);
  myna_message_set_state (message, STORE_STATE_FAILED);
  g_task_return_pointer (task, g_object_ref (message), g_object_unref);
}

static void
long_text_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaMessage) message = user_data;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, NULL);
  StoreMessage *record = myna_message_edit_record (message), *stored = list && list->len > 0 ? list->pdata[0] : NULL;

  if (!stored || !stored->attachments)
    return;
  g_free (record->attachments);
  record->attachments = g_steal_pointer (&stored->attachments);
  g_signal_emit_by_name (message, "changed", FALSE);
}

/* A long text is in the history now, and not kept here as well. */
static void
drop_long_texts (StoreDb *store, MynaMessage *message)
{
  const StoreMessage *record = myna_message_get_record (message);

  if (record->attachments && strlen (record->attachments) > STORE_LONG_DOCUMENT_BYTES)
    store_get_messages_async (store, &record->id, 1, NULL, long_text_read_cb, g_object_ref (message));
}

static void
message_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MynaMessage *message = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gint64 id = store_finish_id (STORE_DB (source), result, &error);

  if (!id)
    {
      add_failed (task, error);
      return;
    }
  myna_message_set_id (message, id);
  drop_long_texts (STORE_DB (source), message);
  g_task_return_pointer (task, g_object_ref (message), g_object_unref);
}

static void
add_message (GTask *task)
{
  MynaRecord *self = g_task_get_source_object (task);
  MynaMessage *message = g_task_get_task_data (task);

  myna_message_edit_record (message)->conversation_id = self->id;
  store_take_message_async (self->store, myna_message_dup_record (message), NULL, message_added_cb, task);
}

static void
row_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MynaRecord *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  self->id = store_finish_id (STORE_DB (source), result, &error);
  if (!self->id)
    {
      add_failed (task, error);
      return;
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ID]);
  myna_draft_set_id (self->draft, self->id);
  add_message (g_steal_pointer (&task));
}

static void
add_row (GTask *task)
{
  MynaRecord *self = g_task_get_source_object (task);
  g_autoptr (StoreConversation) row = store_conversation_new ();

  g_free (row->title);
  row->title = myna_title_from_question (myna_message_get_text (g_task_get_task_data (task)),
                                         myna_message_get_record (g_task_get_task_data (task))->attachments);
  row->created_at = self->created_at = g_get_real_time () / 1000;
  row->model = g_strdup (self->model);
  row->settings = g_strdup (self->settings);
  take_string (self, &self->title, row->title, PROP_TITLE);
  store_add_conversation_async (self->store, row, NULL, row_added_cb, task);
}

void
myna_record_add_message_async (MynaRecord *self, MynaMessage *message, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_task_data (task, g_object_ref (message), g_object_unref);
  if (self->id)
    add_message (task);
  else
    add_row (task);
}

MynaMessage *
myna_record_add_message_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

void
myna_record_leave (MynaRecord *self)
{
  myna_draft_leave (self->draft);
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

gint64
myna_record_get_id (MynaRecord *self)
{
  return self->id;
}

/* Follows the mode. */
static MynaPython *
update_python (MynaRecord *self)
{
  if (myna_chat_settings_resolve_mode (self->settings) != MYNA_MODE_PYTHON)
    g_clear_object (&self->python);
  else if (!self->python)
    self->python = myna_python_new ();
  return self->python;
}

void
myna_record_get_recipe (MynaRecord *self, MynaRecipe *ret_recipe)
{
  *ret_recipe = (MynaRecipe){
    .model = self->model,
    .settings = self->settings,
    .store = self->store,
    .id = self->id,
    .created_at = self->created_at,
    .python = update_python (self),
  };
}

const char *
myna_record_get_title (MynaRecord *self)
{
  return self->title;
}

const char *
myna_record_get_model (MynaRecord *self)
{
  return self->model;
}

const char *
myna_record_get_settings (MynaRecord *self)
{
  return self->settings;
}

const char *
myna_record_get_draft (MynaRecord *self)
{
  return myna_draft_get_text (self->draft);
}

void
myna_record_set_model (MynaRecord *self, const char *model)
{
  if (take_string (self, &self->model, model, PROP_MODEL) && self->id)
    store_set_model_async (self->store, self->id, model, NULL, NULL, NULL);
}

void
myna_record_set_settings (MynaRecord *self, const char *settings)
{
  if (!take_string (self, &self->settings, settings, PROP_SETTINGS))
    return;
  if (update_python (self))
    myna_python_start (self->python);
  if (self->id)
    store_set_settings_async (self->store, self->id, settings, NULL, NULL, NULL);
}

void
myna_record_save_again (MynaRecord *self)
{
  if (!self->id)
    return;
  myna_draft_save (self->draft);
  store_set_model_async (self->store, self->id, self->model, NULL, NULL, NULL);
  store_set_settings_async (self->store, self->id, self->settings, NULL, NULL, NULL);
}

void
myna_record_set_draft (MynaRecord *self, const char *draft)
{
  if (myna_draft_set_text (self->draft, draft))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DRAFT]);
}

void
myna_record_add_to_draft (MynaRecord *self, const char *text)
{
  const char *before = myna_record_get_draft (self);
  g_autofree char *both = NULL;

  if (!text || !*text)
    return;
  if (before && *before)
    both = g_strconcat (before, "\n\n", text, NULL);
  myna_record_set_draft (self, both ? both : text);
}

void
myna_record_set_queued (MynaRecord *self, const char *text)
{
  myna_draft_set_queued (self->draft, text);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_record_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaRecord *self = MYNA_RECORD (object);

  switch (prop_id)
    {
    case PROP_ID: g_value_set_int64 (value, self->id); break;
    case PROP_TITLE: g_value_set_string (value, self->title); break;
    case PROP_DRAFT: g_value_set_string (value, myna_record_get_draft (self)); break;
    case PROP_MODEL: g_value_set_string (value, self->model); break;
    case PROP_SETTINGS: g_value_set_string (value, self->settings); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_record_finalize (GObject *object)
{
  MynaRecord *self = MYNA_RECORD (object);

  myna_draft_free (self->draft);
  g_object_unref (self->store);
  g_clear_object (&self->python);
  g_free (self->title);
  g_free (self->model);
  g_free (self->settings);

  G_OBJECT_CLASS (myna_record_parent_class)->finalize (object);
}

static void
myna_record_class_init (MynaRecordClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_record_get_property;
  object_class->finalize = myna_record_finalize;

  props[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  props[PROP_DRAFT] = g_param_spec_string ("draft", NULL, NULL, NULL, flags);
  props[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, NULL, flags);
  props[PROP_SETTINGS] = g_param_spec_string ("settings", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  failed_signal =
      g_signal_new ("failed", MYNA_TYPE_RECORD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
myna_record_init (MynaRecord *self)
{
  self->title = g_strdup ("");
}

MynaRecord *
myna_record_new (StoreDb *store, gint64 id)
{
  MynaRecord *self = g_object_new (MYNA_TYPE_RECORD, NULL);

  self->store = g_object_ref (store);
  self->id = id;
  self->draft = myna_draft_new (store, id);
  g_signal_connect_object (store, "conversation-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "recovered", G_CALLBACK (myna_record_save_again), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (myna_left_edits_of (store), "changed", G_CALLBACK (edits_changed_cb), self, G_CONNECT_SWAPPED);
  if (id)
    read_row (self);
  return self;
}
