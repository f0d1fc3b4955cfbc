/* remote-job.c: what the window has asked for, from the request to its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "remote/process/remote-job.h"

#include <string.h>

#include "remote/process/remote-events.h"
#include "remote/process/remote-files.h"
#include "remote/process/remote-models.h"
#include "remote/process/remote-reply.h"
#include "remote/wire/remote-address.h"

#define MAX_EVENT  (4u << 20)   /* bytes: longer than the longest arguments of a call that are sent at once */
#define MAX_WHOLE  (20u << 20)  /* of an answer that is not streamed */
#define MAX_STREAM (512u << 20) /* of all events with what stands around the text */
#define CONNECT    30           /* seconds */
#define FIRST      3600
#define IDLE       300

struct _RemoteJob
{
  GObject parent_instance;

  SoupSession *session;
  RemoteOutbox *outbox;
  JsonObject *asked;
  RemoteJobFunc ended;
  gpointer user_data;
  gint64 id;
  gboolean is_chat, is_files, is_over;
  RemoteExchange *exchange;
  RemoteEvents *events; /* NULL: the answer is not streamed … */
  GString *whole;       /* … and gathered here */
  RemoteReply *reply;
  gsize n_bytes;
  guint n_waited; /* seconds */
  guint tick;
  RemoteProblem problem; /* found while an event was read */
  char *detail;
};

G_DEFINE_FINAL_TYPE (RemoteJob, remote_job, G_TYPE_OBJECT)

/* ---- The end ---------------------------------------------------------------------------------------------------- */

static void
finish (RemoteJob *self, const char *event, JsonObject *object)
{
  g_autoptr (RemoteJob) kept = g_object_ref (self);

  if (self->is_over)
    {
      json_object_unref (object);
      return;
    }
  self->is_over = TRUE;
  g_clear_handle_id (&self->tick, g_source_remove);
  if (self->exchange)
    remote_exchange_cancel (self->exchange);
  remote_outbox_add (self->outbox, self->id, event, object);
  self->ended (self, self->user_data);
}

static void
fail (RemoteJob *self, RemoteProblem problem, const char *detail)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "code", remote_problem_get_name (problem));
  json_object_set_int_member (object, "status", self->exchange ? remote_exchange_get_status (self->exchange) : 0);
  json_object_set_int_member (object, "retry_after", self->exchange ? remote_exchange_get_retry_after (self->exchange) : 0);
  json_object_set_string_member (object, "detail", detail ? detail : "");
  finish (self, "error", object);
}

/* What was said before a problem is told before it. */
static void
fail_reply (RemoteJob *self, RemoteProblem problem, const char *detail)
{
  if (self->reply)
    remote_reply_end (self->reply);
  fail (self, problem, detail);
}

static void
finish_reply (RemoteJob *self)
{
  RemoteProblem problem = remote_reply_end (self->reply);
  JsonObject *object;

  if (problem)
    {
      fail (self, problem, NULL);
      return;
    }
  object = json_object_new ();
  remote_reply_describe (self->reply, object);
  finish (self, "end", object);
}

/* ---- The answer's body ------------------------------------------------------------------------------------------ */

static void
said_cb (RemoteReplyKind kind, int index, const char *text, gpointer user_data)
{
  RemoteJob *self = user_data;
  JsonObject *object;

  g_clear_handle_id (&self->tick, g_source_remove);
  switch (kind)
    {
    case REMOTE_REPLY_TEXT: remote_outbox_add_text (self->outbox, self->id, "text", -1, text); break;
    case REMOTE_REPLY_THOUGHT: remote_outbox_add_text (self->outbox, self->id, "thought", -1, text); break;
    case REMOTE_REPLY_ARGUMENTS: remote_outbox_add_text (self->outbox, self->id, "arguments", index, text); break;
    case REMOTE_REPLY_CALL:
    default:
      object = json_object_new ();
      json_object_set_int_member (object, "index", index);
      json_object_set_string_member (object, "name", text);
      remote_outbox_add (self->outbox, self->id, "call", object);
      break;
    }
}

static void
event_cb (const char *data, gsize n_bytes, gpointer user_data)
{
  RemoteJob *self = user_data;

  if (!self->problem && !remote_reply_is_done (self->reply))
    self->problem = remote_reply_take (self->reply, data, n_bytes, &self->detail);
}

static RemoteProblem
take_bytes (RemoteJob *self, GBytes *bytes)
{
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);

  self->n_bytes += n;
  if (self->n_bytes > (self->events ? MAX_STREAM : MAX_WHOLE))
    return REMOTE_PROBLEM_ENDLESS;
  if (!self->events)
    g_string_append_len (self->whole, data, (gssize) n);
  else if (!remote_events_feed (self->events, data, n) && !self->problem)
    return REMOTE_PROBLEM_ENDLESS;
  return self->problem;
}

static void
take_whole (RemoteJob *self)
{
  g_autofree char *detail = NULL, *valid = g_utf8_make_valid (self->whole->str, (gssize) self->whole->len);
  RemoteProblem problem = REMOTE_PROBLEM_NONE;
  JsonObject *models;

  if (self->is_chat)
    {
      problem = remote_reply_take_whole (self->reply, valid, strlen (valid), &detail);
      if (problem)
        fail_reply (self, problem, detail);
      else
        finish_reply (self);
      return;
    }
  models = self->is_files ? remote_files_read (text_json_string (self->asked, "form"), valid, strlen (valid))
                          : remote_models_read (valid, strlen (valid));
  if (models)
    finish (self, self->is_files ? "files" : "models", models);
  else
    fail (self, REMOTE_PROBLEM_FORM, NULL);
}

static void
take_end (RemoteJob *self)
{
  if (!self->events)
    {
      take_whole (self);
      return;
    }
  remote_events_end (self->events);
  if (self->problem)
    fail_reply (self, self->problem, self->detail);
  else
    finish_reply (self);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RemoteJob) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = remote_exchange_read_finish (self->exchange, result, &error);
  RemoteProblem problem;

  if (self->is_over)
    return;
  if (!bytes)
    {
      /* Servers that end without a word after the last event have said all. */
      if (error->code == REMOTE_PROBLEM_CUT_OFF && self->events && !self->problem)
        take_end (self);
      else
        fail_reply (self, (RemoteProblem) error->code, NULL);
      return;
    }
  problem = g_bytes_get_size (bytes) > 0 ? take_bytes (self, bytes) : REMOTE_PROBLEM_NONE;
  if (problem)
    fail_reply (self, problem, self->detail);
  else if (g_bytes_get_size (bytes) == 0)
    take_end (self);
  else if (self->reply && remote_reply_is_done (self->reply))
    finish_reply (self);
  else
    remote_exchange_read_async (self->exchange, read_cb, g_object_ref (self));
}

/* ---- Its head --------------------------------------------------------------------------------------------------- */

static gboolean
tick_cb (gpointer user_data)
{
  RemoteJob *self = user_data;
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "seconds", ++self->n_waited);
  remote_outbox_add (self->outbox, self->id, "waiting", object);
  return G_SOURCE_CONTINUE;
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RemoteJob) self = user_data;
  g_autoptr (GError) error = NULL;
  const char *type;

  if (!remote_exchange_send_finish (self->exchange, result, &error))
    {
      if (!self->is_over)
        fail (self, (RemoteProblem) error->code, error->message);
      return;
    }
  if (self->is_over)
    return;
  type = remote_exchange_get_type_name (self->exchange);
  if (type && (g_ascii_strcasecmp (type, "text/html") == 0 || g_ascii_strcasecmp (type, "application/xhtml+xml") == 0))
    {
      fail (self, REMOTE_PROBLEM_WEB_PAGE, NULL);
      return;
    }
  if (self->is_chat && type && g_ascii_strcasecmp (type, "text/event-stream") == 0)
    self->events = remote_events_new (MAX_EVENT, event_cb, self);
  else if (!type || g_ascii_strcasecmp (type, "application/json") == 0 || g_ascii_strcasecmp (type, "text/plain") == 0)
    self->whole = g_string_new (NULL);
  else
    {
      fail (self, REMOTE_PROBLEM_FORM, NULL);
      return;
    }
  remote_exchange_read_async (self->exchange, read_cb, g_object_ref (self));
}

/* ---- Beginning -------------------------------------------------------------------------------------------------- */

/* What would end a header of HTTP, or does not belong into one. */
static gboolean
is_key (const char *key)
{
  for (const char *at = key; *at; at++)
    if (*at <= ' ' || *at > '~')
      return FALSE;
  return *key != '\0';
}

static GBytes *
dup_body (RemoteJob *self)
{
  JsonObject *body = text_json_object (self->asked, "body");
  g_autoptr (JsonNode) node = NULL;
  gsize n;
  char *text;

  if (!body)
    return NULL;
  node = json_node_init_object (json_node_alloc (), body);
  text = json_to_string (node, FALSE);
  n = strlen (text);
  return g_bytes_new_take (text, n);
}

void
remote_job_start (RemoteJob *self)
{
  const RemoteLimits limits = { remote_limit (self->asked, "connect", CONNECT), remote_limit (self->asked, "first", FIRST),
                                remote_limit (self->asked, "idle", IDLE) };
  const char *given = text_json_string (self->asked, "address"), *key = text_json_string (self->asked, "key");
  RemoteProblem problem = REMOTE_PROBLEM_ADDRESS;
  g_autofree char *address = given && !self->is_files ? remote_address_normalize (given, &problem) : NULL, *target = NULL;
  g_autoptr (GBytes) body = self->is_chat ? dup_body (self) : NULL;

  if (given && self->is_files)
    problem = remote_address_check (given);
  if (address && self->is_chat && !body)
    problem = REMOTE_PROBLEM_REQUEST;
  if (address && key && !is_key (key))
    problem = REMOTE_PROBLEM_UNAUTHORIZED;
  if (problem)
    {
      fail (self, problem, NULL);
      return;
    }
  if (self->is_chat)
    self->reply = remote_reply_new (said_cb, self);
  target = self->is_files ? g_strdup (given) : g_strconcat (address, self->is_chat ? "/chat/completions" : "/models", NULL);
  self->exchange = remote_exchange_new (self->session, target, self->is_files ? NULL : key, body, &limits);
  self->tick = g_timeout_add_seconds (1, tick_cb, self);
  remote_exchange_send_async (self->exchange, sent_cb, g_object_ref (self));
}

void
remote_job_cancel (RemoteJob *self)
{
  fail_reply (self, REMOTE_PROBLEM_CANCELLED, NULL);
}

gint64
remote_job_get_id (RemoteJob *self)
{
  return self->id;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
remote_job_finalize (GObject *object)
{
  RemoteJob *self = REMOTE_JOB (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_object (&self->exchange);
  g_clear_object (&self->session);
  g_clear_pointer (&self->events, remote_events_free);
  g_clear_pointer (&self->reply, remote_reply_free);
  if (self->whole)
    g_string_free (self->whole, TRUE);
  json_object_unref (self->asked);
  g_free (self->detail);
  G_OBJECT_CLASS (remote_job_parent_class)->finalize (object);
}

static void
remote_job_class_init (RemoteJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = remote_job_finalize;
}

static void
remote_job_init (RemoteJob *self)
{
}

RemoteJob *
remote_job_new (SoupSession *session, RemoteOutbox *outbox, JsonObject *asked, RemoteJobFunc ended, gpointer user_data)
{
  RemoteJob *self = g_object_new (REMOTE_TYPE_JOB, NULL);

  self->session = g_object_ref (session);
  self->outbox = outbox;
  self->asked = json_object_ref (asked);
  self->ended = ended;
  self->user_data = user_data;
  self->id = remote_json_int (asked, "id");
  self->is_chat = g_strcmp0 (text_json_string (asked, "op"), "chat") == 0;
  self->is_files = g_strcmp0 (text_json_string (asked, "op"), "files") == 0;
  return self;
}
