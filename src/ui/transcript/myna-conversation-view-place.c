/* myna-conversation-view-place.c: a chat that one comes back to is as it was left
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The conversation keeps its draft; where one was reading, and what was attached to the draft, is remembered here for as long as
 * the store is open: with that of a temporary chat all of it is forgotten.
 */
#include "transcript/myna-conversation-view-private.h"

typedef struct
{
  gint64 message_id; /* at the top of the view; 0: it was at the end */
  int offset;
  GPtrArray *attachments; /* MynaAttachment; NULL: none */
} Left;

static void
left_free (gpointer data)
{
  Left *left = data;

  g_clear_pointer (&left->attachments, g_ptr_array_unref);
  g_free (left);
}

/* Id → Left; 0 is a new chat. */
static GHashTable *
left_table (MynaConversationView *self)
{
  GObject *store = G_OBJECT (myna_conversation_get_store (self->conversation));
  GHashTable *table = g_object_get_data (store, "myna-left-chats");

  if (!table)
    {
      table = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, left_free);
      g_object_set_data_full (store, "myna-left-chats", table, (GDestroyNotify) g_hash_table_unref);
    }
  return table;
}

void
myna_conversation_view_leave (MynaConversationView *self)
{
  Left *left;
  gint64 id;

  if (!self->conversation)
    return;
  id = myna_conversation_get_id (self->conversation);
  left = g_new0 (Left, 1);
  myna_conversation_view_get_position (self, &left->message_id, &left->offset);
  left->attachments = myna_composer_take_attachments (MYNA_COMPOSER (self->composer));
  if (left->message_id || left->attachments)
    {
      g_hash_table_replace (left_table (self), g_memdup2 (&id, sizeof id), left);
    }
  else
    {
      g_hash_table_remove (left_table (self), &id);
      left_free (left);
    }
}

void
myna_conversation_view_come_back (MynaConversationView *self)
{
  gint64 id = myna_conversation_get_id (self->conversation);
  Left *left = g_hash_table_lookup (left_table (self), &id);

  if (!left)
    return;
  myna_conversation_view_set_position (self, left->message_id, left->offset);
  if (left->attachments)
    myna_composer_give_attachments (MYNA_COMPOSER (self->composer), g_steal_pointer (&left->attachments));
}

void
myna_conversation_view_get_position (MynaConversationView *self, gint64 *ret_message_id, int *ret_offset)
{
  g_autoptr (MynaMessage) message = NULL;
  guint position;

  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

  *ret_message_id = 0;
  *ret_offset = 0;
  if (!self->conversation || myna_chat_canvas_get_at_end (MYNA_CHAT_CANVAS (self->canvas))
      || !myna_chat_canvas_get_anchor (MYNA_CHAT_CANVAS (self->canvas), &position, ret_offset))
    return;
  message = g_list_model_get_item (G_LIST_MODEL (self->conversation), position);
  if (message)
    *ret_message_id = myna_message_get_id (message);
}
