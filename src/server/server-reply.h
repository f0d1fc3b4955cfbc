/* server-reply.h: what the model writes, as the bodies and events of OpenAI's API
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Takes what the engine tells of a reply and makes either one body at its end or a stream of events.  It knows no connection.
 */
#ifndef SERVER_REPLY_H
#define SERVER_REPLY_H

#include "engine/actor/glm-actor.h"
#include "server/server-request.h"

G_BEGIN_DECLS

typedef struct ServerReply ServerReply;

/* id, model and created (seconds) are in every body.  The request must outlive the reply. */
ServerReply *server_reply_new (const ServerRequest *request, const char *id, const char *model, gint64 created);
void server_reply_free (ServerReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerReply, server_reply_free)

/* What the engine says, in its order.  Of a stream, events are appended to `events`; else that may be NULL. */
void server_reply_add_chance (ServerReply *reply, const GlmChance *token, const GlmChance *top, gsize n_top);
void server_reply_add_piece (ServerReply *reply, GlmReplyKind kind, const char *text, GString *events);
/* Whether the text has come to one of the strings that stop it: nothing more is wanted. */
gboolean server_reply_is_stopped (const ServerReply *reply);
/* The end: the last events, with [DONE]. */
void server_reply_end (ServerReply *reply, const GlmResult *result, GString *events);
/* The end of one that failed after its first event. */
void server_reply_fail (ServerReply *reply, const ServerProblem *problem, GString *events);
/* After the end: the whole body of a reply that is no stream; the caller frees. */
char *server_reply_to_json (ServerReply *reply);

G_END_DECLS

#endif
