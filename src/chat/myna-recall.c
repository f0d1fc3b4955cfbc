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
