/* server-gate.c: see server-gate.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who may come in is decided when the headers are there.  A body that is too large is read to its end, in vain and in no memory,
 * for a client hears an answer only when it has sent all; one that never ends is cut off by the connection's timer.
 */
#include "server/server-gate.h"

#include <string.h>

#include "server/server-guard.h"

#define KEY_PROBLEM "myna-problem"
#define KEY_SIZE    "myna-size"
#define KEY_GATE    "myna-gate"

struct ServerGate
{
  char *token; /* NULL: none */
  ServerGateFunc func;
  gpointer user_data;
  SoupServer *soup;
  ServerConnections *connections;
  GObject *anchor; /* signals of messages, which may outlive us, are connected to it */
};

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

void
server_answer_json (SoupServerMessage *message, guint status, char *json)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, json, strlen (json));
}

void
server_answer_problem (SoupServerMessage *message, const ServerProblem *problem)
{
  if (problem->status == 429 || problem->status == 503)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After", "5");
  if (problem->status == 401)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "WWW-Authenticate", "Bearer");
  server_answer_json (message, problem->status, server_problem_to_json (problem));
}

/* ---- Coming in -------------------------------------------------------------------------------------------------- */

static void
problem_free (gpointer data)
{
  server_problem_clear (data);
  g_free (data);
}

/* Remembers the first problem of a message; its body is not kept. */
static ServerProblem *
refuse (SoupServerMessage *message)
{
  ServerProblem *problem = g_object_get_data (G_OBJECT (message), KEY_PROBLEM);

  if (!problem)
    {
      problem = g_new0 (ServerProblem, 1);
      g_object_set_data_full (G_OBJECT (message), KEY_PROBLEM, problem, problem_free);
    }
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  return problem;
}

static void
refuse_size (SoupServerMessage *message)
{
  server_problem_set (refuse (message), 413, "body_too_large", NULL, "The body has more than %d MiB.",
                      (int) (SERVER_MAX_BODY >> 20));
}

static void
on_headers (SoupServerMessage *message, gpointer user_data)
{
  ServerGate *self = g_object_get_data (user_data, KEY_GATE);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  ServerConnection *connection = server_connections_find (self->connections, message);
  gboolean is_health = g_strcmp0 (g_uri_get_path (soup_server_message_get_uri (message)), "/health") == 0;
  g_auto (ServerProblem) problem = { 0 };

  if (!connection || !server_guard_check (headers, server_connection_get_port (connection), self->token, !is_health, &problem))
    {
      *refuse (message) = problem;
      problem = (ServerProblem){ 0 };
    }
  else if (soup_message_headers_get_content_length (headers) > (goffset) SERVER_MAX_BODY)
    refuse_size (message);
}

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  gsize size = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (message), KEY_SIZE)) + g_bytes_get_size (chunk);

  g_object_set_data (G_OBJECT (message), KEY_SIZE, GSIZE_TO_POINTER (size));
  if (size > SERVER_MAX_BODY)
    refuse_size (message);
}

/* The answer is written, or the client is gone. */
static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  ServerGate *self = g_object_get_data (user_data, KEY_GATE);
  ServerConnection *connection = server_connections_find (self->connections, message);

  if (connection)
    server_connection_end (connection);
}

static void
on_started (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  GObject *anchor = ((ServerGate *) user_data)->anchor;

  g_signal_connect_object (message, "got-headers", G_CALLBACK (on_headers), anchor, 0);
  g_signal_connect_object (message, "got-chunk", G_CALLBACK (on_chunk), anchor, 0);
  g_signal_connect_object (message, "finished", G_CALLBACK (on_finished), anchor, 0);
}

/* ---- A request -------------------------------------------------------------------------------------------------- */

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  ServerGate *self = user_data;
  const ServerProblem *problem = g_object_get_data (G_OBJECT (message), KEY_PROBLEM);
  ServerConnection *connection = server_connections_find (self->connections, message);
  g_autofree char *trimmed = g_strdup (path);
  gsize n = strlen (trimmed);

  if (connection)
    server_connection_begin (connection, NULL, NULL);
  /* Before 3.4 libsoup kept a connection for ever that its client closed between two requests. */
  if (!soup_check_version (3, 4, 0))
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection", "close");
  if (n > 1 && trimmed[n - 1] == '/')
    trimmed[n - 1] = '\0';
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "X-Content-Type-Options", "nosniff");
  if (problem && problem->status)
    server_answer_problem (message, problem);
  else if (problem || !connection)
    soup_server_message_set_status (message, 500, NULL);
  else
    self->func (message, connection, trimmed, self->user_data);
}

/* ---- ------------------------------------------------------------------------------------------------------------ */

ServerGate *
server_gate_new (const char *token, ServerGateFunc func, gpointer user_data)
{
  ServerGate *self = g_new0 (ServerGate, 1);

  self->token = g_strdup (token);
  self->func = func;
  self->user_data = user_data;
  self->soup = soup_server_new (NULL, NULL);
  self->anchor = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_data (self->anchor, KEY_GATE, self);
  self->connections = server_connections_new (self->soup);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (on_started), self);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  return self;
}

void
server_gate_free (ServerGate *self)
{
  if (!self)
    return;
  g_signal_handlers_disconnect_by_data (self->soup, self);
  soup_server_remove_handler (self->soup, NULL);
  g_object_unref (self->anchor);
  server_connections_free (self->connections);
  g_object_unref (self->soup);
  g_free (self->token);
  g_free (self);
}

guint
server_gate_listen_port (ServerGate *self, guint port, GError **error)
{
  if (self->token)
    return server_connections_listen_port (self->connections, port, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "A port needs a token.");
  return 0;
}

gboolean
server_gate_listen_socket (ServerGate *self, const char *path, GError **error)
{
  return server_connections_listen_socket (self->connections, path, error);
}

ServerConnection *
server_gate_find (ServerGate *self, SoupServerMessage *message)
{
  return server_connections_find (self->connections, message);
}
