/* chats-change.c: what can be done with several conversations at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/chats-change.h"

#include <glib/gi18n.h>

static void
change_one (StoreDb *store, gint64 id, MynaChatsChange change, GCancellable *cancellable, GAsyncReadyCallback callback,
            gpointer user_data)
{
  switch (change)
    {
    case MYNA_CHATS_PIN:
    case MYNA_CHATS_UNPIN:
      store_set_pinned_async (store, id, change == MYNA_CHATS_PIN, cancellable, callback, user_data);
      break;
    case MYNA_CHATS_ARCHIVE:
    case MYNA_CHATS_UNARCHIVE:
      store_set_archived_async (store, id, change == MYNA_CHATS_ARCHIVE, cancellable, callback, user_data);
      break;
    case MYNA_CHATS_DELETE: store_delete_async (store, id, cancellable, callback, user_data); break;
    case MYNA_CHATS_RESTORE: store_restore_async (store, id, cancellable, callback, user_data); break;
    case MYNA_CHATS_PURGE:
    default: store_purge_async (store, id, cancellable, callback, user_data);
    }
}

void
myna_chats_change (StoreDb *store, GVariant *ids, MynaChatsChange change, GCancellable *cancellable,
                   GAsyncReadyCallback callback, GObject *owner)
{
  gsize n_ids;
  const gint64 *id = g_variant_get_fixed_array (ids, &n_ids, sizeof *id);

  for (gsize i = 0; i < n_ids; i++)
    change_one (store, id[i], change, cancellable, callback, g_object_ref (owner));
}

void
myna_chats_move (StoreDb *store, GVariant *ids, gint64 folder_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                 GObject *owner)
{
  gsize n_ids;
  const gint64 *id = g_variant_get_fixed_array (ids, &n_ids, sizeof *id);

  for (gsize i = 0; i < n_ids; i++)
    store_set_folder_async (store, id[i], folder_id, cancellable, callback, g_object_ref (owner));
}

char *
myna_chats_describe (MynaHistoryModel *history, GVariant *ids, MynaChatsChange change)
{
  gboolean deleted = change == MYNA_CHATS_DELETE;
  gsize n;
  const gint64 *array = g_variant_get_fixed_array (ids, &n, sizeof *array);
  const char *title = n == 1 ? myna_history_model_get_title (history, array[0]) : NULL;

  if (n == 1)
    return g_strdup_printf (deleted ? _ ("“%s” deleted") : _ ("“%s” archived"), title && *title ? title : _ ("Untitled chat"));
  if (deleted)
    return g_strdup_printf (ngettext ("%u chat deleted", "%u chats deleted", (guint) n), (guint) n);
  return g_strdup_printf (ngettext ("%u chat archived", "%u chats archived", (guint) n), (guint) n);
}

gboolean
myna_chats_contain (GVariant *ids, gint64 id)
{
  gsize n_ids;
  const gint64 *array = g_variant_get_fixed_array (ids, &n_ids, sizeof *array);

  for (gsize i = 0; i < n_ids; i++)
    if (array[i] == id)
      return TRUE;
  return FALSE;
}

gint64
myna_chats_find_beside (MynaHistoryModel *history, gint64 id, GVariant *ids)
{
  for (int step = 1; step >= -1; step -= 2)
    {
      gint64 next = id;

      do
        next = myna_history_model_get_neighbour (history, next, step);
      while (next && myna_chats_contain (ids, next));
      if (next)
        return next;
    }
  return 0;
}
