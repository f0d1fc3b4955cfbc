/* server-service.h: the server: a model's owner gives it an engine, and says where it listens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It lives on the main thread.  Nothing of what passes is stored or logged.
 */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include "server/server-engine.h"

G_BEGIN_DECLS

#define SERVER_MAX_BODY     ((gsize) 8 << 20)
#define SERVER_MAX_QUEUE    8 /* requests that wait behind the one that runs */

#define SERVER_TYPE_SERVICE (server_service_get_type ())
G_DECLARE_FINAL_TYPE (ServerService, server_service, SERVER, SERVICE, GObject)

/* The engine must outlive the service.  token NULL: none is asked for, and it can only listen at a UNIX socket.
 * Property: "n-requests" (uint): those that run or wait. */
ServerService *server_service_new (const ServerEngineFuncs *funcs, gpointer engine, const char *token);

/* Loopback.  port 0: any; returns it, or 0 on error. */
guint server_service_listen_port (ServerService *self, guint port, GError **error);
/* A UNIX socket, readable by its owner alone, which is removed with the service. */
gboolean server_service_listen_socket (ServerService *self, const char *path, GError **error);

guint server_service_get_n_requests (ServerService *self);
/* Ends all requests: their clients are told that a person stopped them. */
void server_service_stop_requests (ServerService *self);

G_END_DECLS

#endif
