/* remote-wire.h: what the window and myna-remote say to each other, and how
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window opens no network connection: it starts myna-remote, and speaks with it through two pipes.  A frame is its length
 * in bytes, four of them, the highest first, and a JSON object in UTF-8.
 *
 * Asked, with an "id" above 0 that is not in use:
 *
 *     {"op": "models", "id": 1, "address": "https://host/v1", "key": "…"}
 *     {"op": "chat", "id": 2, "address": …, "key": …, "body": {a request of OpenAI's form}}
 *     {"op": "files", "id": 3, "address": "https://host/list", "form": "huggingface" or "modelscope"}
 *     {"op": "download", "id": 4, "address": "https://host/file", "hosts": ["cdn.example"], "path": "/…/file", "size": bytes,
 *      "sha256": "…", "reserve": bytes that stay free on the disk}
 *     {"op": "cancel", "id": 2}
 *
 * "key" may be missing, and is never there for files.  "limits", an object of seconds, may be there: connect, first, idle, and
 * tries: how often a download is tried again where nothing comes.  "hosts" are those that the file's own host may send us to.
 *
 * Answered, any number of times:
 *
 *     {"id": 2, "event": "waiting", "seconds": 12}      nothing has come from the server yet
 *     {"id": 2, "event": "text" or "thought", "text": …}
 *     {"id": 2, "event": "call", "index": 0, "name": …} a call has begun …
 *     {"id": 2, "event": "arguments", "index": 0, "text": …}
 *
 *     {"id": 4, "event": "progress", "bytes": 12345}    on the disk
 *     {"id": 4, "event": "checking", "bytes": 12345}    read again of what is there
 *     {"id": 4, "event": "retry", "seconds": 8, "code": why}
 *
 * and at last, exactly once:
 *
 *     {"id": 2, "event": "end", "reason": "stop", "length", "calls" or "filter", "prompt_tokens": …, "tokens": …, "cached": …}
 *     {"id": 1, "event": "models", "models": [{"id": …, "context": 0: not known}]}
 *     {"id": 3, "event": "files", "files": [{"path": …, "size": bytes, "sha256": "": not known}]}
 *     {"id": 4, "event": "end"}                         the file is there, and right
 *     {"id": 2, "event": "error", "code": see RemoteProblem, "status": of HTTP or 0, "retry_after": seconds or 0,
 *      "detail": what the server says of it, or ""}
 *
 * What is not known in either direction is ignored, so that more can be asked of a later myna-remote. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "text/json/text-json-member.h"

G_BEGIN_DECLS

/* What went wrong.  Each has a name on the wire. */
typedef enum
{
  REMOTE_PROBLEM_NONE,
  REMOTE_PROBLEM_ADDRESS,      /* not an address */
  REMOTE_PROBLEM_INSECURE,     /* http to an address that is neither this computer's nor private */
  REMOTE_PROBLEM_NAME,         /* no host has this name, or names cannot be looked up */
  REMOTE_PROBLEM_UNREACHABLE,  /* refused, no route, no network */
  REMOTE_PROBLEM_TIMEOUT,      /* no connection, or nothing of a reply, for a very long time */
  REMOTE_PROBLEM_CERTIFICATE,  /* not trusted, or for another host */
  REMOTE_PROBLEM_TLS,          /* no secure connection, for another reason */
  REMOTE_PROBLEM_PROXY,        /* the proxy refuses */
  REMOTE_PROBLEM_REQUEST,      /* 400, 422: the server does not like what it is asked */
  REMOTE_PROBLEM_CONTEXT,      /* … because it is longer than the model's context */
  REMOTE_PROBLEM_UNAUTHORIZED, /* 401 */
  REMOTE_PROBLEM_FORBIDDEN,    /* 403 */
  REMOTE_PROBLEM_NOT_FOUND,    /* 404, 405, 410: no such model, or no such server behind the address */
  REMOTE_PROBLEM_TOO_LARGE,    /* 413 */
  REMOTE_PROBLEM_BUSY,         /* 429 */
  REMOTE_PROBLEM_SERVER,       /* 500 and above, or an error in the middle of a reply */
  REMOTE_PROBLEM_STATUS,       /* any other status */
  REMOTE_PROBLEM_REDIRECT,     /* it sends us to another host, or in circles */
  REMOTE_PROBLEM_WEB_PAGE,     /* a page to sign in to the network, or another web site */
  REMOTE_PROBLEM_FORM,         /* what it says is not of the form that was agreed on */
  REMOTE_PROBLEM_ENDLESS,      /* more than any reply has */
  REMOTE_PROBLEM_CUT_OFF,      /* the connection ended in the middle of a reply */
  REMOTE_PROBLEM_STALLED,      /* … nothing more came */
  REMOTE_PROBLEM_CANCELLED,
  REMOTE_PROBLEM_DISK_FULL,
  REMOTE_PROBLEM_DISK,  /* nothing can be written there */
  REMOTE_PROBLEM_TAKEN, /* another file has the name, or another program writes it */
  REMOTE_PROBLEM_HASH,  /* what came is not the file that it must be */
  /* Found by the window. */
  REMOTE_PROBLEM_PROCESS,   /* myna-remote is not there, or ended */
  REMOTE_PROBLEM_ASK,       /* the person was not asked yet whether this may be sent */
  REMOTE_PROBLEM_FORGOTTEN, /* the server was removed */
  REMOTE_PROBLEM_FILTERED,  /* the server cut the reply off, for what it says */
  REMOTE_N_PROBLEMS
} RemoteProblem;

const char *remote_problem_get_name (RemoteProblem problem);
/* REMOTE_PROBLEM_FORM for a name that is not known. */
RemoteProblem remote_problem_from_name (const char *name);

/* Bytes of a frame. */
#define REMOTE_MAX_ASKED    (32u << 20)
#define REMOTE_MAX_ANSWERED (4u << 20)

/* A frame.  NULL: the object is larger than max. */
GBytes *remote_wire_pack (JsonObject *object, gsize max) G_GNUC_WARN_UNUSED_RESULT;
/* The next frame.  G_IO_ERROR_CLOSED: the other side has ended, between two frames; G_IO_ERROR_INVALID_DATA: it is not one. */
void remote_wire_read_async (GInputStream *stream, gsize max, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
JsonObject *remote_wire_read_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A JSON object of unknown origin: NULL where the text is none, or too deep.  NUL in its texts becomes U+FFFD. */
JsonObject *remote_json_parse (const char *text, gsize n_bytes) G_GNUC_WARN_UNUSED_RESULT;
/* A number that is not negative; 0: there is none.  object may be NULL.  Other members: text-json-member.h. */
gint64 remote_json_int (JsonObject *object, const char *name);

G_END_DECLS
