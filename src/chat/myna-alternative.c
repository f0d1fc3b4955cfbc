/* myna-alternative.c: the branch below an alternative of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-alternative.h"

typedef struct
{
  gint64 id;
  int step;
} Place;

static void
leaf_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  gint64 leaf = store_finish_id (STORE_DB (source), result, &error);

  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, leaf);
}

static void
siblings_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Place *place = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) siblings = store_finish_list (STORE_DB (source), result, &error);

  if (!siblings)
    {
      g_task_return_error (task, error);
      return;
    }
  for (gint64 i = 0; i < siblings->len; i++)
    {
      gint64 other = i + place->step;

      if (((StoreMessage *) g_ptr_array_index (siblings, i))->id != place->id || other < 0 || other >= siblings->len)
        continue;
      store_newest_leaf_async (STORE_DB (source), ((StoreMessage *) g_ptr_array_index (siblings, other))->id, cancellable,
                               leaf_found_cb, g_steal_pointer (&task));
      return;
    }
  g_task_return_int (task, 0);
}

void
myna_alternative_find_async (StoreDb *store, gint64 message_id, int step, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Place *place = g_new (Place, 1);

  *place = (Place){ message_id, step };
  g_task_set_task_data (task, place, g_free);
  if (step == 0)
    store_newest_leaf_async (store, message_id, cancellable, leaf_found_cb, task);
  else
    store_list_siblings_async (store, message_id, cancellable, siblings_listed_cb, task);
}

gint64
myna_alternative_find_finish (GAsyncResult *result, GError **error)
{
  gssize leaf = g_task_propagate_int (G_TASK (result), error);

  return MAX (leaf, 0); /* −1: an error */
}
