/* remote-exchange.c: one request of HTTP and the beginning of its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "remote/process/remote-exchange.h"

#include <string.h>

#include "remote/process/remote-status.h"
#include "remote/wire/remote-address.h"

#define CHUNK           (16u << 10)
#define LARGE_CHUNK     (256u << 10) /* of a file */
#define MAX_ERROR       (64u << 10)  /* of the body of an answer that says what is wrong */
#define MAX_REDIRECTS   3
#define MAX_RETRY_AFTER (24u * 3600)

struct _RemoteExchange
{
  GObject parent_instance;

  SoupSession *session;
  SoupMessage *message;
  char *address, *key;
  GBytes *body; /* NULL: GET */
  RemoteLimits limits;
  GCancellable *cancellable;
  RemoteProblem reason; /* why it was cancelled; NONE: it was not */
  GInputStream *stream;
  GString *complaint; /* the body of an answer that says what is wrong */
  gboolean has_range;
  goffset from;
  char *etag;
  char **hosts; /* that may be gone on to */
  guint timeout;
  guint n_redirects;
};

G_DEFINE_FINAL_TYPE (RemoteExchange, remote_exchange, G_TYPE_OBJECT)
G_DEFINE_QUARK (remote - error - quark, remote_error)

static void send (RemoteExchange *self, GTask *task);

/* ---- Limits of time --------------------------------------------------------------------------------------------- */

static void
give_up (RemoteExchange *self, RemoteProblem reason)
{
  if (self->reason)
    return;
  self->reason = reason;
  g_cancellable_cancel (self->cancellable);
}

static gboolean
timeout_cb (gpointer user_data)
{
  RemoteExchange *self = user_data;

  self->timeout = 0;
  give_up (self, self->stream ? REMOTE_PROBLEM_STALLED : REMOTE_PROBLEM_TIMEOUT);
  return G_SOURCE_REMOVE;
}

static void
set_timeout (RemoteExchange *self, guint seconds)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  if (seconds)
    self->timeout = g_timeout_add_seconds (seconds, timeout_cb, self);
}

/* ---- The connection --------------------------------------------------------------------------------------------- */

/* A name may stand for any address: what counts is where the connection leads. */
static void
check_peer (RemoteExchange *self, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) peer = g_socket_connection_get_remote_address (connection, NULL);

  if (!remote_address_is_plain (self->address))
    return;
  if (!G_IS_INET_SOCKET_ADDRESS (peer)
      || !remote_address_is_private (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (peer))))
    give_up (self, REMOTE_PROBLEM_INSECURE);
}

static void
network_event_cb (SoupMessage *message, GSocketClientEvent event, GIOStream *connection, RemoteExchange *self)
{
  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (connection))
    {
      /* A server that is gone without a word is noticed while a slow one may think. */
      g_socket_set_keepalive (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)), TRUE);
      check_peer (self, G_SOCKET_CONNECTION (connection));
    }
  else if (event == G_SOCKET_CLIENT_COMPLETE)
    set_timeout (self, self->limits.first);
}

SoupSession *
remote_exchange_session_new (gboolean is_plain)
{
  SoupSession *session = soup_session_new_with_options ("user-agent", "Myna", "accept-language-auto", FALSE, "timeout", 0u,
                                                        "idle-timeout", 1u, "max-conns", 64, "max-conns-per-host", 32, NULL);

  /* A few bytes can be gigabytes: nothing compressed is asked for, and what comes nonetheless is refused. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  /* Behind a proxy the real address is unknown. */
  if (is_plain)
    soup_session_set_proxy_resolver (session, NULL);
  return session;
}

/* ---- The answer's head ------------------------------------------------------------------------------------------ */

/* What is told of an error that is not the server's. */
static GError *
translate (RemoteExchange *self, const GError *error)
{
  return g_error_new_literal (REMOTE_ERROR, self->reason ? self->reason : remote_status_of_error (error), "");
}

static void
fail (RemoteExchange *self, GTask *task, RemoteProblem problem, const char *detail)
{
  set_timeout (self, 0);
  g_task_return_new_error (task, REMOTE_ERROR, problem, "%s", detail);
  g_object_unref (task);
}

static void
complaint_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  RemoteExchange *self = g_task_get_source_object (task);
  guint status = soup_message_get_status (self->message);
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  g_autofree char *detail = NULL;

  if (self->reason)
    {
      fail (self, task, self->reason, "");
      return;
    }
  if (bytes && g_bytes_get_size (bytes) > 0 && self->complaint->len < MAX_ERROR)
    {
      g_string_append_len (self->complaint, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
      g_input_stream_read_bytes_async (G_INPUT_STREAM (source), CHUNK, G_PRIORITY_DEFAULT, self->cancellable, complaint_read_cb,
                                       task);
      return;
    }
  detail = remote_status_dup_detail (self->complaint->str, self->complaint->len);
  fail (self, task, remote_status_get_problem (status, self->complaint->str, self->complaint->len), detail);
}

/* An answer that sends us elsewhere.  FALSE: not to where we may go. */
static gboolean
redirect (RemoteExchange *self)
{
  guint status = soup_message_get_status (self->message);
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Location");
  g_autofree char *target = location ? g_uri_resolve_relative (self->address, location, G_URI_FLAGS_ENCODED, NULL) : NULL;

  if (!target || ++self->n_redirects > MAX_REDIRECTS
      || (!remote_address_is_same_origin (self->address, target)
          && (self->key || !remote_address_is_of (target, self->address, (const char *const *) self->hosts))))
    return FALSE;
  /* Others would turn what is posted into a question without a body. */
  if (self->body && status != SOUP_STATUS_TEMPORARY_REDIRECT && status != SOUP_STATUS_PERMANENT_REDIRECT)
    return FALSE;
  g_free (self->address);
  self->address = g_steal_pointer (&target);
  return TRUE;
}

static gboolean
is_compressed (SoupMessage *message)
{
  const char *encoding = soup_message_headers_get_list (soup_message_get_response_headers (message), "Content-Encoding");

  return encoding && *encoding && g_ascii_strcasecmp (encoding, "identity") != 0;
}

static gboolean
is_good (RemoteExchange *self)
{
  guint status = soup_message_get_status (self->message);

  return status == SOUP_STATUS_OK || (status == SOUP_STATUS_PARTIAL_CONTENT && self->from > 0);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  RemoteExchange *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  guint status;

  self->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  status = soup_message_get_status (self->message);
  if (!self->stream)
    {
      g_autoptr (GError) told = translate (self, error);

      fail (self, task, (RemoteProblem) told->code, "");
      return;
    }
  set_timeout (self, self->limits.idle);
  if (self->reason)
    fail (self, task, self->reason, "");
  else if (status >= 300 && status < 400)
    {
      if (redirect (self))
        send (self, task);
      else
        fail (self, task, REMOTE_PROBLEM_REDIRECT, "");
    }
  else if (is_good (self) && is_compressed (self->message))
    fail (self, task, REMOTE_PROBLEM_FORM, "");
  else if (!is_good (self))
    {
      self->complaint = g_string_new (NULL);
      g_input_stream_read_bytes_async (self->stream, CHUNK, G_PRIORITY_DEFAULT, self->cancellable, complaint_read_cb, task);
    }
  else
    {
      g_task_return_pointer (task, self->stream, NULL);
      g_object_unref (task);
    }
}

static void
ask_for_range (RemoteExchange *self, SoupMessageHeaders *headers)
{
  g_autofree char *range = g_strdup_printf ("bytes=%" G_GOFFSET_FORMAT "-", self->from);

  if (self->from <= 0)
    return;
  soup_message_headers_replace (headers, "Range", range);
  if (self->etag)
    soup_message_headers_replace (headers, "If-Range", self->etag);
}

/* Takes the task. */
static void
send (RemoteExchange *self, GTask *task)
{
  SoupMessageHeaders *headers;

  g_clear_object (&self->stream);
  if (self->message)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  self->message = soup_message_new (self->body ? SOUP_METHOD_POST : SOUP_METHOD_GET, self->address);
  if (!self->message)
    {
      fail (self, task, REMOTE_PROBLEM_ADDRESS, "");
      return;
    }
  headers = soup_message_get_request_headers (self->message);
  /* A connection that is kept would save a handshake, but a reply is over with its last event, before the connection could be used
   * again: without these two lines 1,000 chats make 1,000 connections all the same, with libsoup 3.2 as with 3.6. */
  soup_message_set_flags (self->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (self->key)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->key, NULL);

      soup_message_headers_replace (headers, "Authorization", bearer);
    }
  ask_for_range (self, headers);
  if (self->body)
    soup_message_set_request_body_from_bytes (self->message, "application/json", self->body);
  g_signal_connect (self->message, "network-event", G_CALLBACK (network_event_cb), self);
  set_timeout (self, self->limits.connect);
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable, sent_cb, task);
}

void
remote_exchange_send_async (RemoteExchange *self, GAsyncReadyCallback callback, gpointer user_data)
{
  send (self, g_task_new (self, NULL, callback, user_data));
}

GInputStream *
remote_exchange_send_finish (RemoteExchange *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Its body --------------------------------------------------------------------------------------------------- */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RemoteExchange *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  set_timeout (self, 0);
  if (bytes && !self->reason)
    {
      g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
      return;
    }
  g_clear_pointer (&bytes, g_bytes_unref);
  /* Whatever it was, the answer ends in its middle. */
  g_task_return_new_error (task, REMOTE_ERROR, self->reason ? self->reason : REMOTE_PROBLEM_CUT_OFF, "%s", "");
}

void
remote_exchange_read_async (RemoteExchange *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  set_timeout (self, self->limits.idle);
  g_input_stream_read_bytes_async (self->stream, self->has_range ? LARGE_CHUNK : CHUNK, G_PRIORITY_DEFAULT, self->cancellable,
                                   read_cb, task);
}

GBytes *
remote_exchange_read_finish (RemoteExchange *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
remote_exchange_cancel (RemoteExchange *self)
{
  give_up (self, REMOTE_PROBLEM_CANCELLED);
}

const char *
remote_exchange_get_type_name (RemoteExchange *self)
{
  return soup_message_headers_get_content_type (soup_message_get_response_headers (self->message), NULL);
}

const char *
remote_exchange_get_header (RemoteExchange *self, const char *name)
{
  return self->message ? soup_message_headers_get_one (soup_message_get_response_headers (self->message), name) : NULL;
}

guint
remote_limit (JsonObject *asked, const char *name, guint usual)
{
  gint64 given = remote_json_int (text_json_object (asked, "limits"), name);

  return given > 0 && given < G_MAXINT ? (guint) given : usual;
}

guint
remote_exchange_get_status (RemoteExchange *self)
{
  return self->message ? soup_message_get_status (self->message) : 0;
}

guint
remote_exchange_get_retry_after (RemoteExchange *self)
{
  const char *text =
      self->message ? soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Retry-After") : NULL;
  g_autoptr (GDateTime) at = NULL;
  guint64 seconds;

  if (!text)
    return 0;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &seconds, NULL))
    return (guint) MIN (seconds, MAX_RETRY_AFTER);
  at = soup_date_time_new_from_http_string (text);
  return at ? (guint) CLAMP (g_date_time_to_unix (at) - g_get_real_time () / G_USEC_PER_SEC, 0, MAX_RETRY_AFTER) : 0;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
remote_exchange_finalize (GObject *object)
{
  RemoteExchange *self = REMOTE_EXCHANGE (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  if (self->message)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->stream);
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->body, g_bytes_unref);
  if (self->complaint)
    g_string_free (self->complaint, TRUE);
  g_free (self->address);
  g_free (self->key);
  g_free (self->etag);
  g_strfreev (self->hosts);
  G_OBJECT_CLASS (remote_exchange_parent_class)->finalize (object);
}

static void
remote_exchange_class_init (RemoteExchangeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = remote_exchange_finalize;
}

static void
remote_exchange_init (RemoteExchange *self)
{
  self->cancellable = g_cancellable_new ();
}

RemoteExchange *
remote_exchange_new (SoupSession *session, const char *address, const char *key, GBytes *body, const RemoteLimits *limits)
{
  RemoteExchange *self = g_object_new (REMOTE_TYPE_EXCHANGE, NULL);

  self->session = g_object_ref (session);
  self->address = g_strdup (address);
  self->key = g_strdup (key);
  self->body = body ? g_bytes_ref (body) : NULL;
  self->limits = *limits;
  return self;
}

void
remote_exchange_set_range (RemoteExchange *self, goffset from, const char *etag)
{
  self->has_range = TRUE;
  self->from = from;
  self->etag = g_strdup (etag);
}

void
remote_exchange_set_hosts (RemoteExchange *self, const char *const *hosts)
{
  self->hosts = g_strdupv ((char **) hosts);
}
