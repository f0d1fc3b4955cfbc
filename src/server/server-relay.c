/* server-relay.c: see server-relay.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server/server-relay.h"

#include <gio/gunixsocketaddress.h>

#include "server/server-gate.h"

#define CHUNK 16384

struct ServerRelay
{
  ServerGate *gate;
  SoupSession *session;
  GHashTable *passages; /* set of Passage* */
};

/* One request on its way. */
typedef struct
{
  ServerRelay *relay; /* NULL: it is gone */
  SoupServerMessage *here;
  SoupMessage *there;
  GInputStream *stream;
  GCancellable *cancellable;
  gboolean is_over; /* nothing can be written here any more */
} Passage;

static void
wake_message (Passage *passage)
{
  if (!passage->is_over)
    soup_server_message_unpause (passage->here);
}

static void
passage_free (Passage *passage)
{
  ServerConnection *connection = passage->relay ? server_gate_find (passage->relay->gate, passage->here) : NULL;

  if (connection)
    server_connection_end (connection);
  if (passage->relay)
    g_hash_table_remove (passage->relay->passages, passage);
  g_signal_handlers_disconnect_by_data (passage->here, passage);
  g_object_unref (passage->here);
  g_object_unref (passage->there);
  g_clear_object (&passage->stream);
  g_object_unref (passage->cancellable);
  g_free (passage);
}

static void
on_left (gpointer user_data)
{
  g_cancellable_cancel (((Passage *) user_data)->cancellable);
}

static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  ((Passage *) user_data)->is_over = TRUE;
  on_left (user_data);
}

static void read_on (Passage *passage);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Passage *passage = user_data;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  SoupMessageBody *body = soup_server_message_get_response_body (passage->here);

  if (!passage->relay)
    {
      passage_free (passage);
      return;
    }
  if (bytes && g_bytes_get_size (bytes) > 0)
    {
      soup_message_body_append_bytes (body, bytes);
      wake_message (passage);
      read_on (passage);
      return;
    }
  soup_message_body_complete (body);
  wake_message (passage);
  passage_free (passage);
}

static void
read_on (Passage *passage)
{
  g_input_stream_read_bytes_async (passage->stream, CHUNK, G_PRIORITY_DEFAULT, passage->cancellable, on_read, passage);
}

/* The lines of the answer that mean something here. */
static void
copy_headers (Passage *passage)
{
  static const char *const names[] = { "Content-Type", "Cache-Control", "Retry-After", "Allow" };
  SoupMessageHeaders *theirs = soup_message_get_response_headers (passage->there);
  SoupMessageHeaders *ours = soup_server_message_get_response_headers (passage->here);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (soup_message_headers_get_one (theirs, names[i]))
      soup_message_headers_replace (ours, names[i], soup_message_headers_get_one (theirs, names[i]));
  soup_message_headers_set_encoding (ours, soup_server_message_get_http_version (passage->here) == SOUP_HTTP_1_0
                                               ? SOUP_ENCODING_EOF
                                               : SOUP_ENCODING_CHUNKED);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Passage *passage = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (ServerProblem) problem = { 0 };

  passage->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (!passage->relay)
    {
      passage_free (passage);
      return;
    }
  if (passage->stream)
    {
      soup_server_message_set_status (passage->here, soup_message_get_status (passage->there), NULL);
      copy_headers (passage);
      soup_message_body_set_accumulate (soup_server_message_get_response_body (passage->here), FALSE);
      wake_message (passage);
      read_on (passage);
      return;
    }
  server_problem_set (&problem, 503, "not_running", NULL,
                      "Nothing answers at the socket: is Myna open, and may other programs use its model? (%s)",
                      error->message);
  server_answer_problem (passage->here, &problem);
  wake_message (passage);
  passage_free (passage);
}

static void
on_request (SoupServerMessage *message, ServerConnection *connection, const char *path, gpointer user_data)
{
  ServerRelay *self = user_data;
  Passage *passage = g_new0 (Passage, 1);
  g_autofree char *escaped = g_uri_escape_string (path, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, TRUE);
  g_autofree char *uri = g_strconcat ("http://localhost", escaped, NULL);
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));

  passage->relay = self;
  passage->here = g_object_ref (message);
  passage->there = soup_message_new (soup_server_message_get_method (message), uri);
  passage->cancellable = g_cancellable_new ();
  if (g_bytes_get_size (body) > 0)
    soup_message_set_request_body_from_bytes (passage->there, "application/json", body);
  g_hash_table_add (self->passages, passage);
  server_connection_begin (connection, on_left, passage);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), passage);
  soup_server_message_pause (message);
  soup_session_send_async (self->session, passage->there, G_PRIORITY_DEFAULT, passage->cancellable, on_sent, passage);
}

ServerRelay *
server_relay_new (const char *socket_path, const char *token)
{
  ServerRelay *self = g_new0 (ServerRelay, 1);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);

  self->gate = server_gate_new (token, on_request, self);
  /* A reply may wait long for its turn, and others must not wait for it. */
  self->session = g_object_new (SOUP_TYPE_SESSION, "remote-connectable", address, "timeout", 0, "idle-timeout", 5, "max-conns",
                                SERVER_MAX_CONNECTIONS, "max-conns-per-host", SERVER_MAX_CONNECTIONS, NULL);
  self->passages = g_hash_table_new (NULL, NULL);
  return self;
}

void
server_relay_free (ServerRelay *self)
{
  GHashTableIter iter;
  gpointer passage;

  if (!self)
    return;
  g_hash_table_iter_init (&iter, self->passages);
  while (g_hash_table_iter_next (&iter, &passage, NULL))
    {
      ((Passage *) passage)->relay = NULL;
      g_cancellable_cancel (((Passage *) passage)->cancellable);
    }
  server_gate_free (self->gate);
  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_hash_table_unref (self->passages);
  g_free (self);
}

guint
server_relay_listen_port (ServerRelay *self, guint port, GError **error)
{
  return server_gate_listen_port (self->gate, port, error);
}
