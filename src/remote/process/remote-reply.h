/* remote-reply.h: what a model says, out of the objects of OpenAI's form that a server sends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

typedef struct _RemoteReply RemoteReply;

typedef enum
{
  REMOTE_REPLY_TEXT,
  REMOTE_REPLY_THOUGHT,
  REMOTE_REPLY_CALL,      /* text: the tool's name */
  REMOTE_REPLY_ARGUMENTS, /* text: the next of them */
} RemoteReplyKind;

/* index: of the call. */
typedef void (*RemoteReplyFunc) (RemoteReplyKind kind, int index, const char *text, gpointer user_data);

RemoteReply *remote_reply_new (RemoteReplyFunc func, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void remote_reply_free (RemoteReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RemoteReply, remote_reply_free)

/* The data of an event.  A problem ends the reply: what the server says of it is in ret_detail, which the caller frees. */
RemoteProblem remote_reply_take (RemoteReply *self, const char *data, gsize n_bytes, char **ret_detail);
/* The whole answer of a server that does not stream. */
RemoteProblem remote_reply_take_whole (RemoteReply *self, const char *data, gsize n_bytes, char **ret_detail);
/* No more comes: what was held back is told.  NONE: the reply is whole. */
RemoteProblem remote_reply_end (RemoteReply *self);
/* Whether the server said that nothing more comes. */
gboolean remote_reply_is_done (RemoteReply *self);
/* Adds how the reply ended ("stop", "length", "calls" or "filter") and the server's token counts; 0: not given. */
void remote_reply_describe (RemoteReply *self, JsonObject *event);

G_END_DECLS
