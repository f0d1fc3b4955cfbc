/* remote-outbox.h: what is told to the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pieces of text wait some milliseconds for those after them, so that a fast server costs the window no more than a slow one.
 * Writing blocks where the window does not read: then nothing more is read of any server either.
 */
#pragma once

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

typedef struct _RemoteOutbox RemoteOutbox;

/* Takes the descriptor. */
RemoteOutbox *remote_outbox_new (int fd) G_GNUC_WARN_UNUSED_RESULT;
void remote_outbox_free (RemoteOutbox *self);
/* event: a static string.  index below 0: it has none. */
void remote_outbox_add_text (RemoteOutbox *self, gint64 id, const char *event, int index, const char *text);
/* Takes the event, behind all text. */
void remote_outbox_add (RemoteOutbox *self, gint64 id, const char *event, JsonObject *object);
void remote_outbox_add_error (RemoteOutbox *self, gint64 id, RemoteProblem problem, guint status, guint retry_after,
                              const char *detail);

G_END_DECLS
