/* texts.c: the texts of a conversation's messages, a page at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/texts.h"

#include "chat/myna-message-private.h"

static void
clear_record (gpointer record)
{
  if (record)
    store_message_free (record);
}

/* Puts each record in the place of its message.  They come in the order of the ids that were asked for; some may be
 * missing. */
static void
page_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GPtrArray *texts = g_task_get_task_data (task);
  GPtrArray *messages = g_object_get_data (G_OBJECT (task), "messages");
  GError *error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);

  if (!records)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0, next = 0; i < messages->len && next < records->len; i++)
    {
      StoreMessage **record = (StoreMessage **) &g_ptr_array_index (records, next);

      if (g_ptr_array_index (texts, i) || (*record)->id != myna_message_get_id (g_ptr_array_index (messages, i)))
        continue;
      g_ptr_array_index (texts, i) = g_steal_pointer (record);
      next++;
    }
  g_task_return_pointer (task, g_ptr_array_ref (texts), (GDestroyNotify) g_ptr_array_unref);
}

/* Whether the message says all that is wanted of it. */
static gboolean
is_known (MynaMessage *message, gboolean with_given)
{
  gboolean is_question = with_given && myna_message_get_role (message) == STORE_ROLE_USER && myna_message_get_id (message) > 0;

  return myna_message_get_loaded (message) && !is_question;
}

static void
read_texts (StoreDb *store, GPtrArray *messages, guint first, guint n, gboolean with_given, GCancellable *cancellable,
            GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GPtrArray *texts = g_ptr_array_new_full (n, clear_record), *asked = g_ptr_array_new_full (n, g_object_unref);
  g_autofree gint64 *ids = g_new (gint64, n + 1);
  guint n_ids = 0;

  g_task_set_source_tag (task, myna_texts_read_async);
  g_task_set_task_data (task, texts, (GDestroyNotify) g_ptr_array_unref);
  g_object_set_data_full (G_OBJECT (task), "messages", asked, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = first; i < first + n; i++)
    {
      MynaMessage *message = g_ptr_array_index (messages, i);

      g_ptr_array_add (asked, g_object_ref (message));
      g_ptr_array_add (texts, is_known (message, with_given) ? myna_message_dup_record (message) : NULL);
      if (!is_known (message, with_given))
        ids[n_ids++] = myna_message_get_id (message);
    }
  if (n_ids > 0)
    store_get_messages_async (store, ids, n_ids, cancellable, page_read_cb, g_steal_pointer (&task));
  else
    g_task_return_pointer (task, g_ptr_array_ref (texts), (GDestroyNotify) g_ptr_array_unref);
}

void
myna_texts_read_async (StoreDb *store, GPtrArray *messages, guint first, guint n, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  read_texts (store, messages, first, n, FALSE, cancellable, callback, user_data);
}

void
myna_texts_read_given_async (StoreDb *store, GPtrArray *messages, guint first, guint n, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  read_texts (store, messages, first, n, TRUE, cancellable, callback, user_data);
}

GPtrArray *
myna_texts_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
