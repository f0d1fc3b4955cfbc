/* server-relay.h: a port that passes on to a server's UNIX socket, so that one model serves both
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who may come in is decided here, for behind the socket anybody's Host will do.
 */
#ifndef SERVER_RELAY_H
#define SERVER_RELAY_H

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct ServerRelay ServerRelay;

/* token: as for a service. */
ServerRelay *server_relay_new (const char *socket_path, const char *token);
/* Closes all connections. */
void server_relay_free (ServerRelay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerRelay, server_relay_free)

/* Loopback.  port 0: any; returns it, or 0 on error. */
guint server_relay_listen_port (ServerRelay *relay, guint port, GError **error);

G_END_DECLS

#endif
