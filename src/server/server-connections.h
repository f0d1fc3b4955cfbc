/* server-connections.h: accepts connections, no more than are good, and none that does nothing for long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERVER_CONNECTIONS_H
#define SERVER_CONNECTIONS_H

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define SERVER_MAX_CONNECTIONS 16
#define SERVER_READ_SECONDS    30 /* for headers and body, and for a connection that waits for its next request */

typedef struct ServerConnections ServerConnections;
typedef struct ServerConnection ServerConnection;

/* The server gets the connections that are accepted. */
ServerConnections *server_connections_new (SoupServer *server);
/* Closes all. */
void server_connections_free (ServerConnections *connections);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerConnections, server_connections_free)

/* Listens on loopback: 127.0.0.1 and, if there is one, [::1].  port 0: any free one.  Returns the port, or 0 on error. */
guint server_connections_listen_port (ServerConnections *connections, guint port, GError **error);
/* Listens on a UNIX socket that only its owner can open.  Replaces one without a listener, and creates the folder. */
gboolean server_connections_listen_socket (ServerConnections *connections, const char *path, GError **error);

/* The connection of a message; NULL: it is gone. */
ServerConnection *server_connections_find (ServerConnections *connections, SoupServerMessage *message);
/* The port where it came in; 0: a UNIX socket. */
guint server_connection_get_port (const ServerConnection *connection);
/* A request has been read whole: what follows takes the time it takes.  `left` is called if the client goes away before the next
 * request begins; it may be NULL. */
void server_connection_begin (ServerConnection *connection, void (*left) (gpointer user_data), gpointer user_data);
/* The answer is written, or no longer wanted: the next request may come. */
void server_connection_end (ServerConnection *connection);

G_END_DECLS

#endif
