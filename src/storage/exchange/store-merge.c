/* store-merge.c: a conversation of a file, and the one in the history that it may be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-merge.h"

#include <string.h>

#include "rows/store-conversation.h"
#include "rows/store-message.h"

/* ---- Identity --------------------------------------------------------------------------------------------------- */

static void
update (GChecksum *sum, const StoreMessage *message)
{
  g_autofree char *head =
      g_strdup_printf ("%d %" G_GINT64_FORMAT " %zu ", message->role, message->parent_id, strlen (message->text));

  g_checksum_update (sum, (const guchar *) head, strlen (head));
  g_checksum_update (sum, (const guchar *) message->text, strlen (message->text));
}

StoreIdentity *
store_identity_new (StoreWhole *whole)
{
  StoreIdentity *self = g_new0 (StoreIdentity, 1);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  self->origins = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < whole->messages->len; i++)
    {
      update (sum, whole->messages->pdata[i]);
      if (!whole->origin)
        {
          g_autoptr (GChecksum) so_far = g_checksum_copy (sum);

          g_ptr_array_add (self->origins, g_strconcat ("turns:", g_checksum_get_string (so_far), NULL));
        }
    }
  self->checksum = g_strdup (g_checksum_get_string (sum));
  if (!whole->origin)
    whole->origin = g_strconcat ("turns:", self->checksum, NULL);
  return self;
}

void
store_identity_free (StoreIdentity *self)
{
  if (!self)
    return;

  g_free (self->checksum);
  g_ptr_array_unref (self->origins);
  g_free (self);
}

/* ---- Merging ---------------------------------------------------------------------------------------------------- */

struct _StoreMerge
{
  gint64 id, head_id; /* of the conversation */
  GHashTable *ids;    /* id in the file → ours, of those that are there */
  guint n_new;
};

static char *
make_key (gint64 parent_id, const StoreMessage *message)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, message->text, -1);

  return g_strdup_printf ("%" G_GINT64_FORMAT " %d %s", parent_id, message->role, sum);
}

/* Place, role and text → ids, oldest first. */
static GHashTable *
index_messages (GPtrArray *messages)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_queue_free);

  for (guint i = 0; i < messages->len; i++)
    {
      StoreMessage *message = messages->pdata[i];
      g_autofree char *key = make_key (message->parent_id, message);
      GQueue *same = g_hash_table_lookup (index, key);

      if (!same)
        {
          same = g_queue_new ();
          g_hash_table_insert (index, g_steal_pointer (&key), same);
        }
      g_queue_push_tail (same, &message->id);
    }
  return index;
}

static void
set_id (StoreMerge *self, gint64 file_id, gint64 id)
{
  g_hash_table_insert (self->ids, g_memdup2 (&file_id, sizeof file_id), g_memdup2 (&id, sizeof id));
}

StoreMerge *
store_merge_new (StoreConnection *connection, StoreWhole *whole, gint64 id, GError **error)
{
  g_autofree char *origin = NULL;
  g_autoptr (StoreConversation) row = store_conversation_load (connection, id, &origin, error);
  g_autoptr (GPtrArray) there = row ? store_message_load_all (connection, id, error) : NULL;
  g_autoptr (GHashTable) index = there ? index_messages (there) : NULL;
  StoreMerge *self;

  if (!index)
    return NULL;
  self = g_new0 (StoreMerge, 1);
  self->id = id;
  self->head_id = row->head_id;
  self->ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  for (guint i = 0; i < whole->messages->len; i++)
    {
      const StoreMessage *message = whole->messages->pdata[i];
      gint64 *parent = message->parent_id ? g_hash_table_lookup (self->ids, &message->parent_id) : NULL;
      gboolean may_be_there = !message->parent_id || parent;
      g_autofree char *key = may_be_there ? make_key (parent ? *parent : 0, message) : NULL;
      GQueue *same = key ? g_hash_table_lookup (index, key) : NULL;
      gint64 *found = same ? g_queue_pop_head (same) : NULL;

      if (found)
        set_id (self, message->id, *found);
      else
        self->n_new++;
    }
  return self;
}

void
store_merge_free (StoreMerge *self)
{
  if (!self)
    return;

  g_hash_table_unref (self->ids);
  g_free (self);
}

guint
store_merge_count_new (StoreMerge *self)
{
  return self->n_new;
}

/* Whether the branch shown in the file goes on from the one shown here. */
static gboolean
goes_on (StoreMerge *self, StoreWhole *whole, GHashTable *parents)
{
  gint64 at = whole->row->head_id;

  for (guint i = 0; at && i <= whole->messages->len; i++)
    {
      gint64 *ours = g_hash_table_lookup (self->ids, &at), *parent = g_hash_table_lookup (parents, &at);

      if (ours && *ours == self->head_id)
        return TRUE;
      at = parent ? *parent : 0;
    }
  return self->head_id == 0;
}

gboolean
store_merge_add (StoreMerge *self, StoreConnection *connection, StoreWhole *whole, GError **error)
{
  g_autoptr (GHashTable) parents = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  gint64 *head;

  for (guint i = 0; i < whole->messages->len; i++)
    {
      StoreMessage *message = whole->messages->pdata[i];
      gint64 file_id = message->id, id, *parent;

      g_hash_table_insert (parents, g_memdup2 (&file_id, sizeof file_id),
                           g_memdup2 (&message->parent_id, sizeof message->parent_id));
      if (g_hash_table_contains (self->ids, &file_id))
        continue;
      parent = message->parent_id ? g_hash_table_lookup (self->ids, &message->parent_id) : NULL;
      message->conversation_id = self->id;
      message->parent_id = parent ? *parent : 0;
      if (!store_message_insert (connection, message, &id, error))
        return FALSE;
      set_id (self, file_id, id);
    }
  head = g_hash_table_lookup (self->ids, &whole->row->head_id);
  return store_exec (connection, NULL, error,
                     "UPDATE conversation SET head_id = ?1, updated_at = max (updated_at, ?2) WHERE id = ?3", "ZII",
                     head && goes_on (self, whole, parents) ? *head : self->head_id, whole->row->updated_at, self->id);
}
