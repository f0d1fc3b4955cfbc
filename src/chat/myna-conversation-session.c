/* myna-conversation-session.c: where a conversation's evaluated state is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-conversation-private.h"

StoreDb *
myna_conversation_get_store (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), NULL);

  return self->store;
}

gint64
myna_conversation_get_created_at (MynaConversation *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION (self), 0);

  return self->created_at;
}

void
myna_conversation_set_session_path (MynaConversation *self, const char *path)
{
  char *copy;

  g_return_if_fail (MYNA_IS_CONVERSATION (self));

  copy = g_strdup (path);
  g_free (self->session_path);
  self->session_path = copy;
}
