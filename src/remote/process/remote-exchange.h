/* remote-exchange.h: one request of HTTP and the beginning of its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What holds for everything that goes out: certificates are verified; without encryption nothing is sent to an address of the
 * internet, whatever its name resolves to; another host is never gone on to, but for those that were named; nothing compressed is read; no cookies; a connection
 * of its own, which ends with the exchange.  Proxies are the desktop's.
 */
#pragma once

#include <libsoup/soup.h>

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

#define REMOTE_ERROR (remote_error_quark ())
GQuark remote_error_quark (void); /* codes are RemoteProblem; the message is what the server says of it, or "" */

#define REMOTE_TYPE_EXCHANGE (remote_exchange_get_type ())
G_DECLARE_FINAL_TYPE (RemoteExchange, remote_exchange, REMOTE, EXCHANGE, GObject)

/* Seconds: to a connection; from there to the beginning of the answer; between two pieces of it. */
typedef struct
{
  guint connect, first, idle;
} RemoteLimits;

/* A number of "limits" in what was asked, or the usual one. */
guint remote_limit (JsonObject *asked, const char *name, guint usual);

/* address: a whole one, as remote_address_normalize() makes them, with what follows the path.  key: NULL or what stands behind
 * "Bearer".  body: NULL to GET. */
RemoteExchange *remote_exchange_new (SoupSession *session, const char *address, const char *key, GBytes *body,
                                     const RemoteLimits *limits) G_GNUC_WARN_UNUSED_RESULT;
/* Before it is sent.  Of the answer's body only what follows so many bytes, if it is still the one with this tag (NULL: whichever it
 * is); an answer with the status 206 is none that fails then, and comes in larger pieces. */
void remote_exchange_set_range (RemoteExchange *self, goffset from, const char *etag);
/* Before it is sent, and only without a key: hosts, and all below them, that the server may send us to. */
void remote_exchange_set_hosts (RemoteExchange *self, const char *const *hosts);
/* Sends it and reads the answer's head.  finish: the answer's body, which belongs to the exchange; NULL: a REMOTE_ERROR, also
 * where the status is one. */
void remote_exchange_send_async (RemoteExchange *self, GAsyncReadyCallback callback, gpointer user_data);
GInputStream *remote_exchange_send_finish (RemoteExchange *self, GAsyncResult *result, GError **error);
/* Reads the next bytes; none: the end.  At most one at a time. */
void remote_exchange_read_async (RemoteExchange *self, GAsyncReadyCallback callback, gpointer user_data);
GBytes *remote_exchange_read_finish (RemoteExchange *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Ends it at once, and its connection.  What is under way fails with REMOTE_PROBLEM_CANCELLED. */
void remote_exchange_cancel (RemoteExchange *self);
/* The kind of the answer, "text/event-stream"; NULL: it does not say. */
const char *remote_exchange_get_type_name (RemoteExchange *self);
/* A header of the answer; NULL: it is missing. */
const char *remote_exchange_get_header (RemoteExchange *self, const char *name);
/* HTTP status of the answer; 0: none yet.  Seconds of its Retry-After, or 0. */
guint remote_exchange_get_status (RemoteExchange *self);
guint remote_exchange_get_retry_after (RemoteExchange *self);
/* The session for all exchanges with encryption, or for all without: those are never led through a proxy. */
SoupSession *remote_exchange_session_new (gboolean is_plain) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
