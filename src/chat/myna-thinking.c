/* myna-thinking.c: whether the model of a conversation thinks, and how its thought is ended
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-thinking.h"

#include "chat/myna-chat-settings.h"

gboolean
myna_conversation_get_thinking (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), TRUE);

  return myna_chat_settings_resolve_thinking (myna_conversation_get_settings (self));
}

void
myna_conversation_set_thinking (MynaConversation *self, gboolean thinking)
{
  g_auto (MynaChatSettings) settings = { 0 };
  g_autofree char *json = NULL;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  if (myna_conversation_get_thinking (self) == thinking)
    return;
  myna_chat_settings_parse (&settings, myna_conversation_get_settings (self));
  settings.thinking = MYNA_THINKING_UNSET;
  json = myna_chat_settings_to_json (&settings);
  /* What is so anyway need not be said. */
  if (myna_chat_settings_resolve_thinking (json) != thinking)
    {
      settings.thinking = thinking ? MYNA_THINKING_ON : MYNA_THINKING_OFF;
      g_free (json);
      json = myna_chat_settings_to_json (&settings);
    }
  myna_conversation_set_settings (self, json);
}

gboolean
myna_conversation_is_thinking (MynaConversation *self)
{
  MynaReply *reply = myna_conversation_get_reply (self);

  return reply && myna_reply_is_thinking (reply);
}

void
myna_conversation_answer_now (MynaConversation *self)
{
  if (myna_conversation_is_thinking (self))
    myna_reply_answer_now (myna_conversation_get_reply (self));
}
