/* myna-live.c: the conversations that are open, by their ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-live.h"

#define LIVE_KEY "myna-live-conversations"

static GHashTable *
get_table (StoreDb *store)
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
myna_live_add (StoreDb *store, gint64 id, gpointer conversation)
{
  g_hash_table_insert (get_table (store), g_memdup2 (&id, sizeof id), conversation);
}

void
myna_live_remove (StoreDb *store, gint64 id, gpointer conversation)
{
  if (myna_live_find (store, id) == conversation)
    g_hash_table_remove (get_table (store), &id);
}

gpointer
myna_live_find (StoreDb *store, gint64 id)
{
  return g_hash_table_lookup (get_table (store), &id);
}

GPtrArray *
myna_live_list (StoreDb *store)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer conversation;

  g_hash_table_iter_init (&iter, get_table (store));
  while (g_hash_table_iter_next (&iter, NULL, &conversation))
    g_ptr_array_add (list, g_object_ref (conversation));
  return list;
}
