/* myna-tool-host.c: what tools may ask of a conversation and the history
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-tool-host.h"

#include "chat/myna-attachment.h"
#include "chat/texts.h"

struct _MynaToolHost
{
  GObject parent_instance;

  StoreDb *store;
  gint64 conversation_id;
  GPtrArray *messages; /* MynaMessage */
};

G_DEFINE_FINAL_TYPE (MynaToolHost, myna_tool_host, G_TYPE_OBJECT)

/* ---- Searching -------------------------------------------------------------------------------------------------- */

/* More than are wanted: those of this conversation are left out. */
#define MORE_HITS 50

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MynaToolHost *self = g_task_get_source_object (task);
  guint limit = GPOINTER_TO_UINT (g_task_get_task_data (task));
  GError *error = NULL;
  g_autoptr (GPtrArray) hits = store_finish_list (STORE_DB (source), result, &error);
  GPtrArray *places;

  if (!hits)
    {
      g_task_return_error (task, error);
      return;
    }
  places = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_place_free);
  for (guint i = 0; i < hits->len && places->len < limit; i++)
    {
      const StoreHit *hit = g_ptr_array_index (hits, i);

      if (hit->conversation_id != self->conversation_id)
        g_ptr_array_add (places, tool_place_new (hit->message_id ? hit->message_id : hit->conversation_id, hit->time,
                                                 hit->title, hit->snippet));
    }
  g_task_return_pointer (task, places, (GDestroyNotify) g_ptr_array_unref);
}

static void
search_async (gpointer owner, const char *query, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer user_data)
{
  MynaToolHost *self = owner;
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  StoreSearch search = STORE_SEARCH_INIT;

  g_task_set_task_data (task, GUINT_TO_POINTER (limit), NULL);
  search.text = query;
  search.limit = (int) limit + MORE_HITS;
  store_search_async (self->store, &search, cancellable, searched_cb, task);
}

static GPtrArray *
finish_list (gpointer owner, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Documents -------------------------------------------------------------------------------------------------- */

static void
documents_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);
  GPtrArray *documents;

  if (!records)
    {
      g_task_return_error (task, error);
      return;
    }
  documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_document_free);
  for (guint i = 0; i < records->len; i++)
    {
      const StoreMessage *record = g_ptr_array_index (records, i);
      g_autoptr (GPtrArray) attachments = myna_attachments_from_json (record->attachments);

      for (guint j = 0; j < attachments->len; j++)
        {
          const MynaAttachment *attachment = g_ptr_array_index (attachments, j);

          g_ptr_array_add (documents, tool_document_new (attachment->name, attachment->text));
        }
    }
  g_task_return_pointer (task, documents, (GDestroyNotify) g_ptr_array_unref);
}

static void
documents_async (gpointer owner, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  MynaToolHost *self = owner;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < self->messages->len; i++)
    {
      gint64 id = myna_message_get_id (g_ptr_array_index (self->messages, i));

      if (id && myna_message_get_role (g_ptr_array_index (self->messages, i)) == STORE_ROLE_USER)
        g_array_append_val (ids, id);
    }
  store_get_whole_messages_async (self->store, (const gint64 *) ids->data, ids->len, cancellable, documents_read_cb,
                                  g_task_new (self, cancellable, callback, user_data));
}

/* ---- Results ---------------------------------------------------------------------------------------------------- */

static void
result_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) records = myna_texts_read_finish (result, &error);
  const StoreMessage *record = records ? g_ptr_array_index (records, 0) : NULL;

  if (!records)
    g_task_return_error (task, error);
  else if (record && record->call && record->call->result)
    g_task_return_pointer (task, g_strdup (record->call->result), g_free);
  else
    g_task_return_new_error (task, TOOL_ERROR, TOOL_ERROR_FAILED, "This call gave no result");
}

static void
result_async (gpointer owner, guint number, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  MynaToolHost *self = owner;
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  guint n = 0;

  for (guint i = 0; i < self->messages->len; i++)
    if (myna_message_get_record (g_ptr_array_index (self->messages, i))->call && ++n == number)
      {
        myna_texts_read_async (self->store, self->messages, i, 1, cancellable, result_read_cb, task);
        return;
      }
  g_task_return_new_error (task, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "There is no result %u", number);
  g_object_unref (task);
}

static char *
finish_text (gpointer owner, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_tool_host_finalize (GObject *object)
{
  MynaToolHost *self = MYNA_TOOL_HOST (object);

  g_object_unref (self->store);
  g_ptr_array_unref (self->messages);
  G_OBJECT_CLASS (myna_tool_host_parent_class)->finalize (object);
}

static void
myna_tool_host_class_init (MynaToolHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_tool_host_finalize;
}

static void
myna_tool_host_init (MynaToolHost *self)
{
}

MynaToolHost *
myna_tool_host_new (StoreDb *store, gint64 conversation_id, GPtrArray *messages)
{
  MynaToolHost *self = g_object_new (MYNA_TYPE_TOOL_HOST, NULL);

  self->store = g_object_ref (store);
  self->conversation_id = conversation_id;
  self->messages = g_ptr_array_ref (messages);
  return self;
}

ToolHost
myna_tool_host_get (MynaToolHost *self)
{
  static const ToolHostFuncs funcs = { search_async, finish_list, documents_async, finish_list, result_async, finish_text };

  return (ToolHost){ &funcs, self };
}
