/* myna-wanted.c: the message that is to be shown once it is there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-wanted.h"

void
myna_wanted_set_message (MynaWanted *self, gint64 id)
{
  *self = (MynaWanted){ .id = id };
}

void
myna_wanted_set_place (MynaWanted *self, gint64 id, int offset)
{
  *self = (MynaWanted){ .id = id, .at_top = TRUE, .offset = offset, .revealed = TRUE };
}

guint
myna_wanted_take (MynaWanted *self, MynaConversation *conversation)
{
  guint position;

  if (!self->id || myna_conversation_get_loading (conversation))
    return G_MAXUINT;
  position = myna_conversation_find_id (conversation, self->id);
  if (position != G_MAXUINT)
    self->id = 0;
  else if (!self->revealed)
    {
      self->revealed = TRUE;
      myna_conversation_reveal (conversation, self->id);
    }
  return position;
}
