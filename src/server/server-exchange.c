/* server-exchange.c: see server-exchange.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The headers of a stream wait until the prompt is known to fit, so that what is wrong with it has a status.  From then on a
 * client that gives up is noticed by the watch of its connection, and one that would give up hears a comment every second.
 */
#include "server/server-exchange.h"

#include <string.h>

#include "server/server-gate.h"
#include "server/server-reply.h"

struct ServerExchange
{
  SoupServerMessage *message;
  ServerRequest *request;
  ServerReply *reply;
  const ServerEngineFuncs *funcs;
  gpointer engine;
  guint64 id;
  void (*ended) (ServerExchange *exchange, gpointer user_data);
  gpointer user_data;
  int context_length;
  gsize n_prompt;
  gsize n_done, n_total; /* of the prompt */
  guint heart;           /* source */
  gboolean was_silent;   /* since its last beat */
  gboolean streams;      /* the headers are out */
  gboolean has_left, is_stopped;
  gboolean is_over; /* the message is: nothing can be written any more */
};

/* The message's work goes on, where it still has any. */
static void
wake_message (ServerExchange *self)
{
  if (!self->is_over)
    soup_server_message_unpause (self->message);
}

/* While it is ours, that is because the client has gone. */
static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  ServerExchange *self = user_data;

  self->is_over = TRUE;
  server_exchange_leave (self);
}

/* ---- A stream --------------------------------------------------------------------------------------------------- */

static void
begin_stream (ServerExchange *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  gboolean is_old = soup_server_message_get_http_version (self->message) == SOUP_HTTP_1_0;

  if (self->streams)
    return;
  self->streams = TRUE;
  soup_server_message_set_status (self->message, 200, NULL);
  soup_message_headers_set_encoding (headers, is_old ? SOUP_ENCODING_EOF : SOUP_ENCODING_CHUNKED);
  soup_message_headers_replace (headers, "Content-Type", "text/event-stream; charset=utf-8");
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  soup_message_body_set_accumulate (soup_server_message_get_response_body (self->message), FALSE);
}

static void
write_text (ServerExchange *self, const GString *text)
{
  if (text->len == 0 || self->has_left)
    return;
  begin_stream (self);
  soup_message_body_append (soup_server_message_get_response_body (self->message), SOUP_MEMORY_COPY, text->str, text->len);
  wake_message (self);
  self->was_silent = FALSE;
}

/* Bytes that clients skip, so that neither they nor what is between give up. */
static gboolean
on_heart (gpointer user_data)
{
  ServerExchange *self = user_data;
  g_autoptr (GString) comment = NULL;

  if (self->streams && self->was_silent)
    {
      comment = g_string_new (NULL);
      if (self->n_total > 0)
        g_string_printf (comment, ": reading %" G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT "\n\n", self->n_done, self->n_total);
      else
        g_string_assign (comment, ": writing\n\n");
      write_text (self, comment);
    }
  self->was_silent = TRUE;
  return G_SOURCE_CONTINUE;
}

/* ---- What the engine says --------------------------------------------------------------------------------------- */

static void
on_planned (const GlmPlanned *planned, gpointer user_data)
{
  ServerExchange *self = user_data;

  self->n_prompt = planned->n_prompt;
  self->context_length = planned->context_length;
  if (planned->n_prompt < (gsize) planned->context_length && self->request->stream && !self->has_left)
    {
      begin_stream (self);
      wake_message (self);
    }
}

static void
on_prompt (gsize n_done, gsize n_total, gpointer user_data)
{
  ServerExchange *self = user_data;

  self->n_done = n_done;
  self->n_total = n_total;
}

static void
on_chance (const GlmChance *token, const GlmChance *top, gsize n_top, gpointer user_data)
{
  server_reply_add_chance (((ServerExchange *) user_data)->reply, token, top, n_top);
}

static void
on_piece (GlmReplyKind kind, const char *text, gpointer user_data)
{
  ServerExchange *self = user_data;
  g_autoptr (GString) events = g_string_new (NULL);

  self->n_total = 0;
  server_reply_add_piece (self->reply, kind, text, events);
  write_text (self, events);
  if (server_reply_is_stopped (self->reply))
    self->funcs->cancel (self->engine, self->id);
}

static void
set_engine_problem (const ServerExchange *self, const GError *error, ServerProblem *problem)
{
  gboolean is_engine = error->domain == GLM_ENGINE_ERROR;
  ServerModel model = { 0 };

  self->funcs->describe (self->engine, &model);
  if (model.state != SERVER_MODEL_READY)
    server_problem_set (problem, 503, "model_changed", NULL, "The model was changed or unloaded.");
  else if (is_engine && error->code == GLM_ERROR_CONTEXT_FULL)
    server_problem_set (problem, 400, "context_length_exceeded",
                        self->request->kind == SERVER_REQUEST_CHAT ? "messages" : "prompt",
                        "The prompt has %" G_GSIZE_FORMAT " tokens, and this model's context holds %d with the reply.",
                        self->n_prompt, self->context_length);
  else if (is_engine && (error->code == GLM_ERROR_ARGUMENT || error->code == GLM_ERROR_UNSUPPORTED))
    server_problem_set (problem, 400, "invalid_value", NULL, "%s", error->message);
  else
    server_problem_set (problem, 500, "engine_error", NULL, "%s", error->message);
}

/* Why the reply has not come to its end; status 0: it has. */
static void
find_problem (const ServerExchange *self, const GlmResult *result, const GError *error, ServerProblem *problem)
{
  if (error)
    set_engine_problem (self, error, problem);
  else if (result->reason != GLM_STOP_CANCELLED || server_reply_is_stopped (self->reply))
    return;
  else if (self->is_stopped)
    server_problem_set (problem, 503, "stopped", NULL, "The person at this computer has stopped the reply.");
  else
    server_problem_set (problem, 503, "model_changed", NULL, "The model was changed or unloaded.");
}

static void
exchange_free (ServerExchange *self)
{
  if (self->heart)
    g_source_remove (self->heart);
  g_signal_handlers_disconnect_by_data (self->message, self);
  server_reply_free (self->reply);
  server_request_free (self->request);
  g_object_unref (self->message);
  g_free (self);
}

static void
answer (ServerExchange *self, const GlmResult *result, const GError *error)
{
  g_auto (ServerProblem) problem = { 0 };
  g_autoptr (GString) events = g_string_new (NULL);

  find_problem (self, result, error, &problem);
  if (problem.status && self->streams)
    server_reply_fail (self->reply, &problem, events);
  else if (problem.status)
    server_answer_problem (self->message, &problem);
  else
    server_reply_end (self->reply, result, events);
  if (!problem.status && !self->request->stream)
    server_answer_json (self->message, 200, server_reply_to_json (self->reply));
  write_text (self, events);
}

static void
on_ended (const GlmResult *result, const GError *error, gpointer user_data)
{
  ServerExchange *self = user_data;

  if (!self->ended)
    {
      exchange_free (self);
      return;
    }
  if (!self->has_left)
    answer (self, result, error);
  else
    soup_server_message_set_status (self->message, 503, NULL);
  if (self->streams)
    soup_message_body_complete (soup_server_message_get_response_body (self->message));
  wake_message (self);
  self->ended (self, self->user_data);
  exchange_free (self);
}

/* ---- ------------------------------------------------------------------------------------------------------------ */

static void
begin_engine (ServerExchange *self)
{
  static const GlmRequestFuncs funcs = {
    .planned = on_planned, .piece = on_piece, .prompt = on_prompt, .ended = on_ended, .chance = on_chance
  };
  const ServerRequest *asked = self->request;
  GlmToolSet tools = { 0 };
  GlmRequest request = {
    .turns = (const GlmTurn *) asked->turns->data,
    .n_turns = asked->turns->len,
    .sampling = &asked->sampling,
    .form = asked->form,
    .text = asked->text,
    .ids = asked->ids ? (const int32_t *) asked->ids->data : NULL,
    .n_ids = asked->ids ? asked->ids->len : 0,
    .wants_chances = asked->wants_chances,
    .n_top = asked->n_top,
  };

  if (asked->tools)
    {
      tools = (GlmToolSet){ (const GlmTool *) asked->tools->data, asked->tools->len, FALSE };
      request.fit.tools = &tools;
    }
  request.fit.no_thoughts = asked->form.kind != GLM_FORM_FREE;
  self->id = self->funcs->generate (self->engine, &request, &funcs, self);
}

ServerExchange *
server_exchange_start (SoupServerMessage *message, ServerRequest *request, const ServerModel *model,
                       const ServerEngineFuncs *funcs, gpointer engine,
                       void (*ended) (ServerExchange *exchange, gpointer user_data), gpointer user_data)
{
  ServerExchange *self = g_new0 (ServerExchange, 1);
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *id = NULL;

  id = g_strdup_printf ("%s-%.8s%.4s%.4s", request->kind == SERVER_REQUEST_CHAT ? "chatcmpl" : "cmpl", uuid, uuid + 9,
                        uuid + 14);
  self->message = g_object_ref (message);
  self->request = request;
  self->reply = server_reply_new (request, id, model->name, g_get_real_time () / G_USEC_PER_SEC);
  self->funcs = funcs;
  self->engine = engine;
  self->ended = ended;
  self->user_data = user_data;
  if (request->stream)
    self->heart = g_timeout_add_seconds (1, on_heart, self);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), self);
  soup_server_message_pause (message);
  begin_engine (self);
  return self;
}

SoupServerMessage *
server_exchange_get_message (const ServerExchange *self)
{
  return self->message;
}

void
server_exchange_leave (ServerExchange *self)
{
  if (!self->has_left)
    self->funcs->cancel (self->engine, self->id);
  self->has_left = TRUE;
}

void
server_exchange_stop (ServerExchange *self)
{
  self->is_stopped = TRUE;
  self->funcs->cancel (self->engine, self->id);
}

void
server_exchange_abandon (ServerExchange *self)
{
  self->ended = NULL;
  self->has_left = TRUE;
  self->funcs->cancel (self->engine, self->id);
}
