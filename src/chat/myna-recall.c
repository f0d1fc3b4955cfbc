/* myna-recall.c: going back through the questions of a conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-recall.h"

const char *
myna_recall_step (MynaRecall *recall, MynaConversation *conversation, int step)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (conversation));
  guint i = *recall == MYNA_RECALL_NONE ? n : *recall;

  while ((step < 0 && i > 0) || (step > 0 && i + 1 < n))
    {
      g_autoptr (MynaMessage) message = NULL;

      i += step;
      message = g_list_model_get_item (G_LIST_MODEL (conversation), i);
      if (myna_message_get_role (message) != STORE_ROLE_USER)
        continue;
      if (!myna_message_get_loaded (message))
        {
          myna_conversation_load_range (conversation, i, i);
          return NULL;
        }
      *recall = i;
      return myna_message_get_text (message);
    }
  if (step < 0 || *recall == MYNA_RECALL_NONE)
    return NULL;
  *recall = MYNA_RECALL_NONE;
  return "";
}

MynaMessage *
myna_recall_last_reply (MynaConversation *conversation)
{
  for (guint i = conversation ? g_list_model_get_n_items (G_LIST_MODEL (conversation)) : 0; i > 0; i--)
    {
      MynaMessage *message = g_list_model_get_item (G_LIST_MODEL (conversation), i - 1);

      if (myna_message_get_role (message) == STORE_ROLE_ASSISTANT)
        return message;
      g_object_unref (message);
    }
  return NULL;
}

static void
add_paragraph (GString *all, const char *text)
{
  if (text && *text)
    g_string_append_printf (all, "%s%s", all->len ? "\n\n" : "", text);
}

char *
myna_recall_dup_unsaved (MynaConversation *conversation)
{
  GString *all = g_string_new (NULL);

  /* What is under way is asked all the same. */
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (conversation))
                    && myna_conversation_get_activity (conversation) == MYNA_ACTIVITY_IDLE;
       i++)
    {
      g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (conversation), i);

      if (myna_message_get_role (message) == STORE_ROLE_USER && !myna_message_get_id (message))
        add_paragraph (all, myna_message_get_text (message));
    }
  /* A new chat's is kept elsewhere. */
  if (store_is_read_only (myna_conversation_get_store (conversation)) && myna_conversation_get_id (conversation))
    add_paragraph (all, myna_conversation_get_draft (conversation));
  return g_string_free (all, all->len == 0);
}
