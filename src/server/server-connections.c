/* server-connections.c: see server-connections.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SoupServer would accept any number, wait for ever for the rest of a request, and learn that a client is gone at the next
 * write.  So connections are accepted here and given to it; each has a timer while it owes us bytes, and while we owe it an
 * answer a watch for its end (POLLRDHUP), which comes at once.  A message is known by the address that was given for its
 * client: an object of its own for each connection.
 */
#include "server/server-connections.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

struct ServerConnection
{
  ServerConnections *owner;
  GSocketAddress *address;   /* by which messages name it */
  GSocketConnection *stream; /* not counted: the server has it */
  GSocket *socket;
  guint port;
  guint timer, watch; /* sources */
  void (*left) (gpointer user_data);
  gpointer user_data;
};

struct ServerConnections
{
  SoupServer *server;
  GSocketService *service;
  GHashTable *table; /* GSocketAddress* → ServerConnection* */
  GPtrArray *paths;  /* of sockets, to be removed */
  guint64 last_id;
  guint start; /* source */
};

static void
stop_source (guint *id)
{
  if (*id)
    g_source_remove (*id);
  *id = 0;
}

/* ---- One connection --------------------------------------------------------------------------------------------- */

static void
connection_gone (gpointer data, GObject *where_the_stream_was)
{
  ServerConnection *connection = data;
  void (*left) (gpointer) = connection->left;
  gpointer user_data = connection->user_data;

  stop_source (&connection->timer);
  stop_source (&connection->watch);
  g_hash_table_remove (connection->owner->table, connection->address);
  g_object_unref (connection->address);
  g_object_unref (connection->socket);
  g_free (connection);
  if (left)
    left (user_data);
}

/* No more bytes are read or written. */
static void
shut (ServerConnection *connection)
{
  g_socket_shutdown (connection->socket, TRUE, TRUE, NULL);
}

static gboolean
on_too_slow (gpointer data)
{
  ServerConnection *connection = data;

  connection->timer = 0;
  shut (connection);
  return G_SOURCE_REMOVE;
}

static void
start_timer (ServerConnection *connection)
{
  stop_source (&connection->timer);
  connection->timer = g_timeout_add_seconds (SERVER_READ_SECONDS, on_too_slow, connection);
}

static gboolean
on_left (gint fd, GIOCondition condition, gpointer data)
{
  ServerConnection *connection = data;
  void (*left) (gpointer) = connection->left;

  connection->watch = 0;
  connection->left = NULL;
  if (left)
    left (connection->user_data);
  return G_SOURCE_REMOVE;
}

void
server_connection_begin (ServerConnection *connection, void (*left) (gpointer user_data), gpointer user_data)
{
  stop_source (&connection->timer);
  stop_source (&connection->watch);
  connection->left = left;
  connection->user_data = user_data;
  if (left)
    connection->watch = g_unix_fd_add (g_socket_get_fd (connection->socket), (GIOCondition) (POLLRDHUP | POLLHUP | POLLERR),
                                       on_left, connection);
}

void
server_connection_end (ServerConnection *connection)
{
  stop_source (&connection->watch);
  connection->left = NULL;
  start_timer (connection);
}

guint
server_connection_get_port (const ServerConnection *connection)
{
  return connection->port;
}

/* ---- Accepting -------------------------------------------------------------------------------------------------- */

static guint
port_of (GSocketConnection *stream)
{
  g_autoptr (GSocketAddress) address = g_socket_connection_get_local_address (stream, NULL);

  return address && G_IS_INET_SOCKET_ADDRESS (address) ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}

/* One too many is told so, if that can be said without waiting. */
static void
turn_away (GSocketConnection *stream)
{
  static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 112\r\n"
                               "Retry-After: 5\r\nConnection: close\r\n\r\n"
                               "{\"error\":{\"message\":\"Too many connections.\",\"type\":\"server_error\",\"param\":null,"
                               "\"code\":\"too_many_connections\"}}  ";
  GSocket *socket = g_socket_connection_get_socket (stream);

  g_socket_send_with_blocking (socket, answer, sizeof answer - 1, FALSE, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (stream), NULL, NULL);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *stream, GObject *source, gpointer user_data)
{
  ServerConnections *self = user_data;
  ServerConnection *connection;
  g_autofree char *name = NULL;

  if (g_hash_table_size (self->table) >= SERVER_MAX_CONNECTIONS)
    {
      turn_away (stream);
      return TRUE;
    }
  name = g_strdup_printf ("/%" G_GUINT64_FORMAT, ++self->last_id);
  connection = g_new0 (ServerConnection, 1);
  connection->owner = self;
  connection->address = g_unix_socket_address_new (name);
  connection->stream = stream;
  connection->socket = g_object_ref (g_socket_connection_get_socket (stream));
  connection->port = port_of (stream);
  /* A token is a small packet, and must not wait for the next. */
  if (connection->port)
    g_socket_set_option (connection->socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  g_hash_table_insert (self->table, connection->address, connection);
  g_object_weak_ref (G_OBJECT (stream), connection_gone, connection);
  start_timer (connection);
  soup_server_accept_iostream (self->server, G_IO_STREAM (stream), connection->address, connection->address, NULL);
  return TRUE;
}

/* A SoupServer without a listener closes each connection after one answer.  It gets one that nobody can reach: its name is gone
 * before it listens. */
static void
give_listener (SoupServer *server)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-XXXXXX", NULL);
  g_autofree char *path = folder ? g_build_filename (folder, "none", NULL) : NULL;
  g_autoptr (GSocketAddress) address = path ? g_unix_socket_address_new (path) : NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  gboolean bound = socket && address && g_socket_bind (socket, address, FALSE, NULL);

  if (path)
    {
      g_unlink (path);
      g_rmdir (folder);
    }
  if (bound && g_socket_listen (socket, NULL))
    soup_server_listen_socket (server, socket, 0, NULL);
}

/* When all addresses are there: a service that gets another one loses a client that comes just then. */
static gboolean
start_service (gpointer data)
{
  ServerConnections *self = data;

  self->start = 0;
  g_socket_service_start (self->service);
  return G_SOURCE_REMOVE;
}

ServerConnections *
server_connections_new (SoupServer *server)
{
  ServerConnections *self = g_new0 (ServerConnections, 1);

  self->server = g_object_ref (server);
  give_listener (server);
  self->service = g_socket_service_new ();
  self->table = g_hash_table_new (NULL, NULL);
  self->paths = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  g_socket_service_stop (self->service); /* new ones are active */
  self->start = g_idle_add_full (G_PRIORITY_HIGH, start_service, self, NULL);
  return self;
}

void
server_connections_free (ServerConnections *self)
{
  GHashTableIter iter;
  gpointer connection;

  if (!self)
    return;
  stop_source (&self->start);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_object_unref (self->service);
  for (guint i = 0; i < self->paths->len; i++)
    g_unlink (g_ptr_array_index (self->paths, i));
  g_ptr_array_unref (self->paths);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  /* Streams that somebody still holds must not come back to us. */
  g_hash_table_iter_init (&iter, self->table);
  while (g_hash_table_iter_next (&iter, NULL, &connection))
    {
      ServerConnection *open = connection;

      g_object_weak_unref (G_OBJECT (open->stream), connection_gone, open);
      shut (open);
      stop_source (&open->timer);
      stop_source (&open->watch);
      g_object_unref (open->address);
      g_object_unref (open->socket);
      g_free (open);
    }
  g_hash_table_unref (self->table);
  g_free (self);
}

ServerConnection *
server_connections_find (ServerConnections *self, SoupServerMessage *message)
{
  return g_hash_table_lookup (self->table, soup_server_message_get_remote_address (message));
}

/* ---- Listening -------------------------------------------------------------------------------------------------- */

static guint
listen_at (ServerConnections *self, GSocketFamily family, guint port, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (family);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, (guint16) port);
  g_autoptr (GSocketAddress) effective = NULL;

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                      NULL, &effective, error))
    return 0;
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
}

guint
server_connections_listen_port (ServerConnections *self, guint port, GError **error)
{
  guint chosen = listen_at (self, G_SOCKET_FAMILY_IPV4, port, error);

  if (chosen)
    listen_at (self, G_SOCKET_FAMILY_IPV6, chosen, NULL);
  return chosen;
}

/* Whether somebody answers there. */
static gboolean
is_in_use (GSocketAddress *address)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  return socket && g_socket_connect (socket, address, NULL, NULL);
}

/* Only a socket is removed, whatever stands in its place. */
static gboolean
make_room (const char *path, GSocketAddress *address, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  GStatBuf status;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Cannot make the folder “%s”: %s", folder,
                   g_strerror (errno));
      return FALSE;
    }
  if (g_lstat (path, &status) != 0)
    return TRUE;
  if (!S_ISSOCK (status.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "“%s” is there and is no socket.", path);
      return FALSE;
    }
  if (is_in_use (address))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "Another program listens at “%s”.", path);
      return FALSE;
    }
  g_unlink (path);
  return TRUE;
}

gboolean
server_connections_listen_socket (ServerConnections *self, const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) socket = NULL;
  mode_t before;
  gboolean ok;

  if (strlen (path) >= 108)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG, "“%s” is too long for a socket.", path);
      return FALSE;
    }
  address = g_unix_socket_address_new (path);
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  if (!socket || !make_room (path, address, error))
    return FALSE;
  before = umask (0177);
  ok = g_socket_bind (socket, address, FALSE, error);
  umask (before);
  if (ok)
    g_ptr_array_add (self->paths, g_strdup (path));
  g_socket_set_listen_backlog (socket, SERVER_MAX_CONNECTIONS);
  return ok && g_socket_listen (socket, error)
         && g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service), socket, NULL, error);
}
