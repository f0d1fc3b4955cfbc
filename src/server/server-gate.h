/* server-gate.h: lets requests in that may come in, read whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Others are answered here: who is not allowed, and what is too large.
 */
#ifndef SERVER_GATE_H
#define SERVER_GATE_H

#include <libsoup/soup.h>

#include "server/server-connections.h"
#include "server/server-problem.h"

G_BEGIN_DECLS

#define SERVER_MAX_BODY ((gsize) 8 << 20)

typedef struct ServerGate ServerGate;

/* A request; path without a slash at its end. */
typedef void (*ServerGateFunc) (SoupServerMessage *message, ServerConnection *connection, const char *path, gpointer user_data);

/* token NULL: none is asked for, and there can be no port. */
ServerGate *server_gate_new (const char *token, ServerGateFunc func, gpointer user_data);
/* Closes all connections. */
void server_gate_free (ServerGate *gate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerGate, server_gate_free)

/* As the functions of the same names in server-connections.h. */
guint server_gate_listen_port (ServerGate *gate, guint port, GError **error);
gboolean server_gate_listen_socket (ServerGate *gate, const char *path, GError **error);

/* The connection of a message; NULL: it is gone. */
ServerConnection *server_gate_find (ServerGate *gate, SoupServerMessage *message);

/* An answer that is the problem. */
void server_answer_problem (SoupServerMessage *message, const ServerProblem *problem);
/* An answer of JSON text, which is taken. */
void server_answer_json (SoupServerMessage *message, guint status, char *json);

G_END_DECLS

#endif
