/* chat-read.c: the shown branch of a conversation, with its texts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   conversation → ids of its branch → messages with texts
 */
#include "print/chat-read.h"

typedef struct
{
  gint64 id;
  StoreConversation *conversation;
  GPtrArray *messages;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_clear_pointer (&reading->conversation, store_conversation_free);
  g_clear_pointer (&reading->messages, g_ptr_array_unref);
  g_free (reading);
}

static GPtrArray *
finish_list (GTask *task, GObject *source, GAsyncResult *result)
{
  GError *error = NULL;
  GPtrArray *list = store_finish_list (STORE_DB (source), result, &error);

  if (!list)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
    }
  return list;
}

static void
messages_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);

  reading->messages = finish_list (task, source, result);
  if (!reading->messages)
    return;
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
branch_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (GPtrArray) branch = finish_list (task, source, result);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (!branch)
    return;
  for (guint i = 0; i < branch->len; i++)
    g_array_append_val (ids, ((StoreMessage *) g_ptr_array_index (branch, i))->id);
  store_get_messages_async (STORE_DB (source), (const gint64 *) ids->data, ids->len, g_task_get_cancellable (task), messages_cb,
                            task);
}

static void
conversation_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);
  g_autoptr (GPtrArray) list = finish_list (task, source, result);

  if (!list)
    return;
  reading->conversation = store_conversation_copy (g_ptr_array_index (list, 0));
  store_list_branch_async (STORE_DB (source), reading->id, 0, g_task_get_cancellable (task), branch_cb, task);
}

void
myna_chat_read_async (StoreDb *store, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (store, cancellable, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);

  reading->id = id;
  g_task_set_task_data (task, reading, reading_free);
  store_get_conversation_async (store, id, cancellable, conversation_cb, task);
}

gboolean
myna_chat_read_finish (GAsyncResult *result, StoreConversation **ret_conversation, GPtrArray **ret_messages, GError **error)
{
  Reading *reading = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *ret_conversation = g_steal_pointer (&reading->conversation);
  *ret_messages = g_steal_pointer (&reading->messages);
  return TRUE;
}
