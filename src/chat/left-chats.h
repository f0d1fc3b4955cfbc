/* left-chats.h: where the person was in the chats that they looked at before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chat that the person comes back to is as it was left.  The conversation keeps its draft; the place, and what was attached to the
 * draft, is remembered here for as long as the store is open: with that of a temporary chat all of it is forgotten.
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 message_id; /* at the top of the view; 0: it was at the end */
  int offset;
  GPtrArray *attachments; /* MynaAttachment; NULL: none */
  GPtrArray *files;       /* GFile, to be attached and not read yet; NULL: none */
} MynaLeftChat;

/* Remembers it for the chat with this id (0: a new one); takes attachments and files. */
void myna_left_chats_put (StoreDb *store, gint64 id, const MynaLeftChat *left);
/* What was remembered, or NULL. A caller that takes attachments or files clears the field. */
MynaLeftChat *myna_left_chats_get (StoreDb *store, gint64 id);

G_END_DECLS
