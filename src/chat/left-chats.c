/* left-chats.c: where the person was in the chats that they looked at before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/left-chats.h"

#define KEY "myna-left-chats"

static void
left_free (gpointer data)
{
  MynaLeftChat *left = data;

  g_clear_pointer (&left->attachments, g_ptr_array_unref);
  g_clear_pointer (&left->files, g_ptr_array_unref);
  g_free (left->unsaved);
  g_free (left);
}

/* Id → MynaLeftChat. */
static GHashTable *
get_table (StoreDb *store)
{
  GHashTable *table = g_object_get_data (G_OBJECT (store), KEY);

  if (!table)
    {
      table = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, left_free);
      g_object_set_data_full (G_OBJECT (store), KEY, table, (GDestroyNotify) g_hash_table_unref);
    }
  return table;
}

void
myna_left_chats_put (StoreDb *store, gint64 id, const MynaLeftChat *left)
{
  if (left->message_id || left->attachments || left->files || left->unsaved)
    g_hash_table_replace (get_table (store), g_memdup2 (&id, sizeof id), g_memdup2 (left, sizeof *left));
  else
    g_hash_table_remove (get_table (store), &id);
}

MynaLeftChat *
myna_left_chats_get (StoreDb *store, gint64 id)
{
  return g_hash_table_lookup (get_table (store), &id);
}

char *
myna_left_chats_take_unsaved (StoreDb *store, gint64 id)
{
  MynaLeftChat *left = myna_left_chats_get (store, id);

  return left ? g_steal_pointer (&left->unsaved) : NULL;
}

void
myna_left_chats_move (gpointer from, gpointer to)
{
  g_object_set_data_full (to, KEY, g_object_steal_data (from, KEY), (GDestroyNotify) g_hash_table_unref);
}
