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
  char *unsaved;          /* what was typed and could not be saved; NULL: nothing */
} MynaLeftChat;

/* Remembers it for the chat with this id (0: a new one); takes what is in it. */
void myna_left_chats_put (StoreDb *store, gint64 id, const MynaLeftChat *left);
/* What was remembered, or NULL. A caller that takes something out of it clears the field. */
MynaLeftChat *myna_left_chats_get (StoreDb *store, gint64 id);
/* What could not be saved of it, or NULL; the caller frees. */
char *myna_left_chats_take_unsaved (StoreDb *store, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
/* The same history is opened anew: all that is remembered goes from one GObject to another, which are stores or stand for one. */
void myna_left_chats_move (gpointer from, gpointer to);

G_END_DECLS
