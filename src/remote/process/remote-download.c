/* remote-download.c: one file that the window has asked for, from the request to its place on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "remote/process/remote-download.h"

#include <stdio.h>
#include <string.h>

#include "remote/process/remote-part.h"
#include "remote/wire/remote-address.h"

#define CONNECT     30 /* seconds */
#define FIRST       60
#define IDLE        60
#define TRIES       8   /* in a row that bring nothing */
#define MAX_DELAY   60  /* seconds between two of them … */
#define MAX_WAIT    900 /* … and where the server asks for more */
#define MAX_HOSTS   16
#define TELL_US     (G_USEC_PER_SEC / 4)
#define CHECKING_MS 500
#define LOCK_MS     100
#define LOCK_TRIES  50

struct _RemoteDownload
{
  GObject parent_instance;

  SoupSession *session;
  RemoteOutbox *outbox;
  JsonObject *asked;
  RemoteDownloadFunc ended;
  gpointer user_data;
  gint64 id;
  gboolean is_over;
  gboolean is_busy; /* another thread has the part */
  char **hosts;
  goffset size;
  RemoteLimits limits;
  guint max_tries;

  RemotePart *part;
  GCancellable *cancellable; /* of reading the part */
  RemoteExchange *exchange;  /* NULL: none is under way */
  char *etag;                /* of what the part began with in this run */
  goffset best;              /* the furthest that it came */
  guint n_tries;             /* since then */
  guint retry, tick;
  gint64 told_at;
};

G_DEFINE_FINAL_TYPE (RemoteDownload, remote_download, G_TYPE_OBJECT)

static void fetch (RemoteDownload *self);

/* ---- What is told ----------------------------------------------------------------------------------------------- */

static void
finish (RemoteDownload *self, const char *event, JsonObject *object)
{
  g_autoptr (RemoteDownload) kept = g_object_ref (self);

  if (self->is_over)
    {
      json_object_unref (object);
      return;
    }
  self->is_over = TRUE;
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->retry, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  if (self->exchange)
    remote_exchange_cancel (self->exchange);
  /* The next one may want it at once. */
  if (!self->is_busy)
    g_clear_pointer (&self->part, remote_part_free);
  remote_outbox_add (self->outbox, self->id, event, object);
  self->ended (self, self->user_data);
}

static void
fail (RemoteDownload *self, RemoteProblem problem)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "code", remote_problem_get_name (problem));
  json_object_set_int_member (object, "status", self->exchange ? remote_exchange_get_status (self->exchange) : 0);
  json_object_set_int_member (object, "retry_after", self->exchange ? remote_exchange_get_retry_after (self->exchange) : 0);
  json_object_set_string_member (object, "detail", "");
  finish (self, "error", object);
}

static void
tell_bytes (RemoteDownload *self, const char *event, goffset bytes)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "bytes", bytes);
  remote_outbox_add (self->outbox, self->id, event, object);
  self->told_at = g_get_monotonic_time ();
}

static gboolean
tick_cb (gpointer user_data)
{
  RemoteDownload *self = user_data;

  tell_bytes (self, "checking", remote_part_get_checked (self->part));
  return G_SOURCE_CONTINUE;
}

/* ---- Trying again ----------------------------------------------------------------------------------------------- */

/* What may be otherwise in a while. */
static gboolean
is_passing (RemoteProblem problem)
{
  switch (problem)
    {
    case REMOTE_PROBLEM_NAME:
    case REMOTE_PROBLEM_UNREACHABLE:
    case REMOTE_PROBLEM_TIMEOUT:
    case REMOTE_PROBLEM_TLS:
    case REMOTE_PROBLEM_BUSY:
    case REMOTE_PROBLEM_SERVER:
    case REMOTE_PROBLEM_CUT_OFF:
    case REMOTE_PROBLEM_STALLED: return TRUE;
    default: return FALSE;
    }
}

static gboolean
retry_cb (gpointer user_data)
{
  RemoteDownload *self = user_data;

  self->retry = 0;
  fetch (self);
  return G_SOURCE_REMOVE;
}

static void
try_again (RemoteDownload *self, RemoteProblem problem)
{
  guint asked = self->exchange ? remote_exchange_get_retry_after (self->exchange) : 0;
  JsonObject *object;
  guint seconds;

  if (remote_part_get_length (self->part) > self->best)
    self->n_tries = 0;
  self->best = MAX (self->best, remote_part_get_length (self->part));
  if (++self->n_tries > self->max_tries || !is_passing (problem) || asked > MAX_WAIT)
    {
      fail (self, problem);
      return;
    }
  /* At once where something came. */
  seconds = self->n_tries == 1 ? 0 : MIN (1u << (self->n_tries - 2), MAX_DELAY);
  seconds = MAX (seconds, asked);
  if (self->exchange)
    remote_exchange_cancel (self->exchange);
  g_clear_object (&self->exchange);
  object = json_object_new ();
  json_object_set_int_member (object, "seconds", seconds);
  json_object_set_string_member (object, "code", remote_problem_get_name (problem));
  remote_outbox_add (self->outbox, self->id, "retry", object);
  self->retry = g_timeout_add (seconds * 1000, retry_cb, self);
}

/* ---- The file is there ------------------------------------------------------------------------------------------ */

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RemoteDownload) self = user_data;
  RemoteProblem problem = remote_part_finish_finish (result);

  self->is_busy = FALSE;
  if (problem)
    fail (self, problem);
  else
    finish (self, "end", json_object_new ());
}

static void
complete (RemoteDownload *self)
{
  tell_bytes (self, "progress", remote_part_get_length (self->part));
  self->is_busy = TRUE;
  remote_part_finish_async (self->part, finished_cb, g_object_ref (self));
}

/* ---- Its bytes -------------------------------------------------------------------------------------------------- */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RemoteDownload) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = remote_exchange_read_finish (REMOTE_EXCHANGE (source), result, &error);
  RemoteProblem problem;
  gsize n = 0;

  if (self->is_over || REMOTE_EXCHANGE (source) != self->exchange)
    return;
  if (!bytes || g_bytes_get_size (bytes) == 0)
    {
      if (bytes && remote_part_get_length (self->part) == self->size)
        complete (self);
      else
        try_again (self, bytes ? REMOTE_PROBLEM_CUT_OFF : (RemoteProblem) error->code);
      return;
    }
  problem = remote_part_write (self->part, g_bytes_get_data (bytes, &n), g_bytes_get_size (bytes));
  if (problem == REMOTE_PROBLEM_HASH)
    remote_part_restart (self->part); /* none of it is worth keeping */
  if (problem)
    {
      fail (self, problem);
      return;
    }
  if (g_get_monotonic_time () - self->told_at > TELL_US)
    tell_bytes (self, "progress", remote_part_get_length (self->part));
  remote_exchange_read_async (self->exchange, read_cb, g_object_ref (self));
}

/* ---- Its head --------------------------------------------------------------------------------------------------- */

/* "bytes 100-199/200": whether these are the ones that were asked for. */
static gboolean
is_range (RemoteDownload *self, const char *text)
{
  long long first, last, total;

  return text && sscanf (text, "bytes %lld-%lld/%lld", &first, &last, &total) == 3
         && first == remote_part_get_length (self->part) && last < total && total == self->size;
}

/* The answer has begun: NONE, where its bytes are the next ones. */
static RemoteProblem
take_head (RemoteDownload *self)
{
  const char *type = remote_exchange_get_type_name (self->exchange);
  const char *length = remote_exchange_get_header (self->exchange, "Content-Length");
  goffset whole = self->size;

  if (type && (g_ascii_strcasecmp (type, "text/html") == 0 || g_ascii_strcasecmp (type, "application/xhtml+xml") == 0))
    return REMOTE_PROBLEM_WEB_PAGE;
  if (remote_exchange_get_status (self->exchange) == SOUP_STATUS_PARTIAL_CONTENT)
    {
      if (!is_range (self, remote_exchange_get_header (self->exchange, "Content-Range")))
        return REMOTE_PROBLEM_FORM;
      whole -= remote_part_get_length (self->part);
    }
  else if (remote_part_get_length (self->part) > 0)
    {
      /* It is another version, or a server that cannot go on. */
      RemoteProblem problem = remote_part_restart (self->part);

      if (problem)
        return problem;
    }
  if (length && g_ascii_strtoll (length, NULL, 10) > whole)
    return REMOTE_PROBLEM_HASH;
  return REMOTE_PROBLEM_NONE;
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RemoteDownload) self = user_data;
  g_autoptr (GError) error = NULL;
  GInputStream *stream = remote_exchange_send_finish (REMOTE_EXCHANGE (source), result, &error);
  RemoteProblem problem;
  const char *etag;

  if (self->is_over || REMOTE_EXCHANGE (source) != self->exchange)
    return;
  if (!stream)
    {
      try_again (self, (RemoteProblem) error->code);
      return;
    }
  problem = take_head (self);
  if (problem)
    {
      fail (self, problem);
      return;
    }
  /* A weak one says nothing of single bytes. */
  etag = remote_exchange_get_header (self->exchange, "ETag");
  g_free (self->etag);
  self->etag = etag && *etag == '"' ? g_strdup (etag) : NULL;
  remote_exchange_read_async (self->exchange, read_cb, g_object_ref (self));
}

static void
fetch (RemoteDownload *self)
{
  if (remote_part_get_length (self->part) == self->size)
    {
      complete (self);
      return;
    }
  self->exchange = remote_exchange_new (self->session, text_json_string (self->asked, "address"), NULL, NULL, &self->limits);
  remote_exchange_set_range (self->exchange, remote_part_get_length (self->part), self->etag);
  remote_exchange_set_hosts (self->exchange, (const char *const *) self->hosts);
  remote_exchange_send_async (self->exchange, sent_cb, g_object_ref (self));
}

/* ---- Beginning -------------------------------------------------------------------------------------------------- */

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RemoteDownload) self = user_data;
  RemoteProblem problem = remote_part_check_finish (result);

  self->is_busy = FALSE;
  g_clear_handle_id (&self->tick, g_source_remove);
  if (self->is_over)
    return;
  if (problem)
    {
      fail (self, problem);
      return;
    }
  self->best = remote_part_get_length (self->part);
  tell_bytes (self, "progress", self->best);
  fetch (self);
}

static char **
read_hosts (JsonArray *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; array && i < MIN (json_array_get_length (array), MAX_HOSTS); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (node));
    }
  return g_strv_builder_end (builder);
}

/* One that was paused a moment ago lets go of its part soon. */
static gboolean
start_cb (gpointer user_data)
{
  RemoteDownload *self = user_data;

  self->retry = 0;
  remote_download_start (self);
  return G_SOURCE_REMOVE;
}

void
remote_download_start (RemoteDownload *self)
{
  const char *address = text_json_string (self->asked, "address"), *path = text_json_string (self->asked, "path");
  const char *sha256 = text_json_string (self->asked, "sha256");
  RemoteProblem problem = address ? remote_address_check (address) : REMOTE_PROBLEM_ADDRESS;

  if (!problem && (!path || !sha256))
    problem = REMOTE_PROBLEM_REQUEST;
  if (!problem)
    self->part =
        remote_part_open (path, self->size, sha256, (guint64) MAX (remote_json_int (self->asked, "reserve"), 0), &problem);
  if (problem == REMOTE_PROBLEM_BUSY && self->n_tries++ < LOCK_TRIES)
    {
      self->retry = g_timeout_add (LOCK_MS, start_cb, self);
      return;
    }
  if (problem)
    {
      fail (self, problem == REMOTE_PROBLEM_BUSY ? REMOTE_PROBLEM_TAKEN : problem);
      return;
    }
  self->n_tries = 0;
  self->is_busy = TRUE;
  if (remote_part_get_length (self->part) > 0)
    self->tick = g_timeout_add (CHECKING_MS, tick_cb, self);
  remote_part_check_async (self->part, self->cancellable, checked_cb, g_object_ref (self));
}

void
remote_download_cancel (RemoteDownload *self)
{
  fail (self, REMOTE_PROBLEM_CANCELLED);
}

gint64
remote_download_get_id (RemoteDownload *self)
{
  return self->id;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
remote_download_finalize (GObject *object)
{
  RemoteDownload *self = REMOTE_DOWNLOAD (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_object (&self->exchange);
  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->part, remote_part_free);
  json_object_unref (self->asked);
  g_strfreev (self->hosts);
  g_free (self->etag);
  G_OBJECT_CLASS (remote_download_parent_class)->finalize (object);
}

static void
remote_download_class_init (RemoteDownloadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = remote_download_finalize;
}

static void
remote_download_init (RemoteDownload *self)
{
  self->cancellable = g_cancellable_new ();
}

RemoteDownload *
remote_download_new (SoupSession *session, RemoteOutbox *outbox, JsonObject *asked, RemoteDownloadFunc ended,
                     gpointer user_data)
{
  RemoteDownload *self = g_object_new (REMOTE_TYPE_DOWNLOAD, NULL);

  self->session = g_object_ref (session);
  self->outbox = outbox;
  self->asked = json_object_ref (asked);
  self->ended = ended;
  self->user_data = user_data;
  self->id = remote_json_int (asked, "id");
  self->size = remote_json_int (asked, "size");
  self->hosts = read_hosts (text_json_array (asked, "hosts"));
  self->limits = (RemoteLimits){ remote_limit (self->asked, "connect", CONNECT), remote_limit (self->asked, "first", FIRST),
                                 remote_limit (self->asked, "idle", IDLE) };
  self->max_tries = remote_limit (self->asked, "tries", TRIES);
  return self;
}
