/* made.c: what a call made, to be kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/made.h"

/* Limits of kept files: for one, and for all of a call. */
#define MAX_FILE_BYTES (4 << 20)
#define MAX_CALL_BYTES (16 << 20)

GPtrArray *
myna_made_pack (GPtrArray *made)
{
  GPtrArray *list = store_made_list_new ();
  gsize left = MAX_CALL_BYTES;

  for (guint i = 0; i < made->len; i++)
    {
      const ToolMade *one = g_ptr_array_index (made, i);
      g_autoptr (GBytes) picture = one->width > 0 ? tool_picture_write (one->width, one->height, one->data) : NULL;
      GBytes *data = one->width > 0 ? picture : one->data;
      gsize n = data ? g_bytes_get_size (data) : 0;

      if (n > MIN (MAX_FILE_BYTES, left))
        data = NULL;
      else
        left -= n;
      g_ptr_array_add (list, store_made_new (one->name, (int) one->width, (int) one->height, data));
    }
  return list;
}

static void
pack_thread (GTask *task, gpointer source, gpointer made, GCancellable *cancellable)
{
  g_task_return_pointer (task, myna_made_pack (made), (GDestroyNotify) g_ptr_array_unref);
}

void
myna_made_pack_async (GPtrArray *made, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, myna_made_pack_async);
  g_task_set_task_data (task, g_ptr_array_ref (made), (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (task, pack_thread);
}

GPtrArray *
myna_made_pack_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
