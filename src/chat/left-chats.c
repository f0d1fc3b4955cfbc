/* left-chats.c: where the person was in the chats that they looked at before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/left-chats.h"

static void
left_free (gpointer data)
{
  MynaLeftChat *left = data;

  g_clear_pointer (&left->attachments, g_ptr_array_unref);
  g_clear_pointer (&left->files, g_ptr_array_unref);
  g_free (left);
}

/* Id → MynaLeftChat. */
static GHashTable *
get_table (StoreDb *store)
{
  GHashTable *table = g_object_get_data (G_OBJECT (store), "myna-left-chats");

  if (!table)
    {
      table = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, left_free);
      g_object_set_data_full (G_OBJECT (store), "myna-left-chats", table, (GDestroyNotify) g_hash_table_unref);
    }
  return table;
}

void
myna_left_chats_put (StoreDb *store, gint64 id, const MynaLeftChat *left)
{
  if (left->message_id || left->attachments || left->files)
    g_hash_table_replace (get_table (store), g_memdup2 (&id, sizeof id), g_memdup2 (left, sizeof *left));
  else
    g_hash_table_remove (get_table (store), &id);
}

MynaLeftChat *
myna_left_chats_get (StoreDb *store, gint64 id)
{
  return g_hash_table_lookup (get_table (store), &id);
}
