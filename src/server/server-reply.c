/* server-reply.c: see server-reply.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which calls are sound is known when the reply ends, and what the model writes may be Python or tags, where clients read
 * JSON.  So a call is told with its verdict, and one that is not to be run is given back as the text that it is.
 */
#include "server/server-reply.h"

#include <math.h>
#include <string.h>

#include "server/server-json.h"
#include "server/server-stops.h"

/* A call, from its name to its verdict. */
typedef struct
{
  char *id;
  char *name;
  GString *written; /* what the model wrote behind the name */
  char *arguments;  /* JSON; NULL: no verdict yet, or it is none */
} Call;

/* A token and what else it could have been. */
typedef struct
{
  gsize n;
  GlmChance *chances; /* [n], bytes behind them */
} Chances;

struct ServerReply
{
  const ServerRequest *request;
  char *id, *model;
  gint64 created;
  ServerStops stops;
  GString *text, *thought;
  GPtrArray *calls; /* of Call */
  guint n_judged;
  GPtrArray *chances; /* of Chances: those of the text so far */
  guint n_told;       /* … of which events have told */
  gboolean has_begun; /* the first event was written */
  gboolean is_stopped;
  const char *finish;
  GlmResult result;
};

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->id);
  g_free (call->name);
  g_free (call->arguments);
  g_string_free (call->written, TRUE);
  g_free (call);
}

static void
chances_free (gpointer data)
{
  g_free (((Chances *) data)->chances);
  g_free (data);
}

ServerReply *
server_reply_new (const ServerRequest *request, const char *id, const char *model, gint64 created)
{
  ServerReply *reply = g_new0 (ServerReply, 1);

  reply->request = request;
  reply->id = g_strdup (id);
  reply->model = g_strdup (model);
  reply->created = created;
  server_stops_init (&reply->stops, (const char *const *) request->stops);
  reply->text = g_string_new (NULL);
  reply->thought = g_string_new (NULL);
  reply->calls = g_ptr_array_new_with_free_func (call_free);
  reply->chances = g_ptr_array_new_with_free_func (chances_free);
  return reply;
}

void
server_reply_free (ServerReply *reply)
{
  if (!reply)
    return;
  g_free (reply->id);
  g_free (reply->model);
  server_stops_clear (&reply->stops);
  g_string_free (reply->text, TRUE);
  g_string_free (reply->thought, TRUE);
  g_ptr_array_unref (reply->calls);
  g_ptr_array_unref (reply->chances);
  g_free (reply);
}

/* ---- Members ---------------------------------------------------------------------------------------------------- */

static void
add_string (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_integer (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
begin_body (const ServerReply *reply, JsonBuilder *builder)
{
  gboolean is_chat = reply->request->kind == SERVER_REQUEST_CHAT;

  json_builder_begin_object (builder);
  add_string (builder, "id", reply->id);
  add_string (builder, "object",
              !is_chat                 ? "text_completion"
              : reply->request->stream ? "chat.completion.chunk"
                                       : "chat.completion");
  add_integer (builder, "created", reply->created);
  add_string (builder, "model", reply->model);
  add_string (builder, "system_fingerprint", "myna-" MYNA_VERSION);
}

static void
add_usage (const ServerReply *reply, JsonBuilder *builder)
{
  gint64 n_prompt = (gint64) reply->result.n_prompt, n_generated = (gint64) reply->result.n_generated;

  json_builder_set_member_name (builder, "usage");
  json_builder_begin_object (builder);
  add_integer (builder, "prompt_tokens", n_prompt);
  add_integer (builder, "completion_tokens", n_generated);
  add_integer (builder, "total_tokens", n_prompt + n_generated);
  json_builder_set_member_name (builder, "prompt_tokens_details");
  json_builder_begin_object (builder);
  add_integer (builder, "cached_tokens", (gint64) reply->result.n_reused);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

/* ---- Chances ---------------------------------------------------------------------------------------------------- */

void
server_reply_add_chance (ServerReply *reply, const GlmChance *token, const GlmChance *top, gsize n_top)
{
  Chances *chances = g_new0 (Chances, 1);
  gsize n_bytes = token->n_bytes;
  guint8 *bytes;

  for (gsize i = 0; i < n_top; i++)
    n_bytes += top[i].n_bytes;
  chances->n = 1 + n_top;
  chances->chances = g_malloc (chances->n * sizeof (GlmChance) + n_bytes);
  bytes = (guint8 *) (chances->chances + chances->n);
  for (gsize i = 0; i < chances->n; i++)
    {
      chances->chances[i] = i == 0 ? *token : top[i - 1];
      if (chances->chances[i].n_bytes > 0)
        memcpy (bytes, chances->chances[i].bytes, chances->chances[i].n_bytes);
      chances->chances[i].bytes = bytes;
      bytes += chances->chances[i].n_bytes;
    }
  g_ptr_array_add (reply->chances, chances);
}

/* U+FFFD for a part of a character. */
static char *
text_of (const GlmChance *chance)
{
  return g_utf8_make_valid ((const char *) chance->bytes, (gssize) chance->n_bytes);
}

/* JSON has no infinity. */
static double
finite_of (const GlmChance *chance)
{
  return isfinite (chance->logprob) ? (double) chance->logprob : -9999.0;
}

static void
add_chance (JsonBuilder *builder, const GlmChance *chance)
{
  g_autofree char *text = text_of (chance);

  add_string (builder, "token", text);
  json_builder_set_member_name (builder, "logprob");
  json_builder_add_double_value (builder, finite_of (chance));
  json_builder_set_member_name (builder, "bytes");
  json_builder_begin_array (builder);
  for (gsize i = 0; i < chance->n_bytes; i++)
    json_builder_add_int_value (builder, chance->bytes[i]);
  json_builder_end_array (builder);
}

/* The chances from `first` on, in the form of chat completions. */
static void
add_chat_chances (const ServerReply *reply, JsonBuilder *builder, guint first)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "content");
  json_builder_begin_array (builder);
  for (guint i = first; i < reply->chances->len; i++)
    {
      const Chances *chances = g_ptr_array_index (reply->chances, i);

      json_builder_begin_object (builder);
      add_chance (builder, &chances->chances[0]);
      json_builder_set_member_name (builder, "top_logprobs");
      json_builder_begin_array (builder);
      for (gsize k = 1; k < chances->n; k++)
        {
          json_builder_begin_object (builder);
          add_chance (builder, &chances->chances[k]);
          json_builder_end_object (builder);
        }
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  add_string (builder, "refusal", NULL);
  json_builder_end_object (builder);
}

static void
add_top_of_text (JsonBuilder *builder, const Chances *chances)
{
  json_builder_begin_object (builder);
  for (gsize k = 1; k < chances->n; k++)
    {
      g_autofree char *text = text_of (&chances->chances[k]);

      json_builder_set_member_name (builder, text);
      json_builder_add_double_value (builder, finite_of (&chances->chances[k]));
    }
  json_builder_end_object (builder);
}

/* … and as texts have them. */
static void
add_text_chances (const ServerReply *reply, JsonBuilder *builder, guint first)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "tokens");
  json_builder_begin_array (builder);
  for (guint i = first; i < reply->chances->len; i++)
    {
      g_autofree char *text = text_of (((Chances *) g_ptr_array_index (reply->chances, i))->chances);

      json_builder_add_string_value (builder, text);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "token_logprobs");
  json_builder_begin_array (builder);
  for (guint i = first; i < reply->chances->len; i++)
    json_builder_add_double_value (builder, finite_of (((Chances *) g_ptr_array_index (reply->chances, i))->chances));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "top_logprobs");
  json_builder_begin_array (builder);
  for (guint i = first; i < reply->chances->len; i++)
    add_top_of_text (builder, g_ptr_array_index (reply->chances, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* What was not told yet. */
static void
add_chances (ServerReply *reply, JsonBuilder *builder, guint first)
{
  json_builder_set_member_name (builder, "logprobs");
  if (!reply->request->wants_chances || (reply->request->stream && first >= reply->chances->len))
    json_builder_add_null_value (builder);
  else if (reply->request->kind == SERVER_REQUEST_CHAT)
    add_chat_chances (reply, builder, first);
  else
    add_text_chances (reply, builder, first);
}

/* ---- Events ----------------------------------------------------------------------------------------------------- */

static void
put_event (JsonBuilder *builder, GString *events)
{
  g_autofree char *json = server_json_write (builder);

  g_string_append_printf (events, "data: %s\n\n", json);
}

/* Begins an event whose delta, or text, is to follow. */
static JsonBuilder *
begin_event (ServerReply *reply)
{
  JsonBuilder *builder = json_builder_new ();

  begin_body (reply, builder);
  json_builder_set_member_name (builder, "choices");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  add_integer (builder, "index", 0);
  if (reply->request->kind == SERVER_REQUEST_CHAT)
    {
      json_builder_set_member_name (builder, "delta");
      json_builder_begin_object (builder);
    }
  return builder;
}

static void
end_event (ServerReply *reply, JsonBuilder *builder, const char *finish, gboolean tells, GString *events)
{
  if (reply->request->kind == SERVER_REQUEST_CHAT)
    json_builder_end_object (builder);
  add_chances (reply, builder, tells ? reply->n_told : reply->chances->len);
  if (tells)
    reply->n_told = reply->chances->len;
  add_string (builder, "finish_reason", finish);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  if (reply->request->wants_usage)
    add_string (builder, "usage", NULL);
  json_builder_end_object (builder);
  put_event (builder, events);
}

/* The first event says whose words follow. */
static void
begin_stream (ServerReply *reply, GString *events)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (reply->has_begun)
    return;
  reply->has_begun = TRUE;
  if (reply->request->kind != SERVER_REQUEST_CHAT)
    return;
  builder = begin_event (reply);
  add_string (builder, "role", "assistant");
  add_string (builder, "content", reply->request->form.kind == GLM_FORM_CALL ? NULL : "");
  add_string (builder, "refusal", NULL);
  end_event (reply, builder, NULL, FALSE, events);
}

static void
stream_text (ServerReply *reply, const char *member, const char *text, GString *events)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!reply->request->stream || !*text)
    return;
  begin_stream (reply, events);
  builder = begin_event (reply);
  add_string (builder, reply->request->kind == SERVER_REQUEST_CHAT ? member : "text", text);
  end_event (reply, builder, NULL, strcmp (member, "content") == 0, events);
}

/* A call's first event has its name; the others have arguments alone. */
static void
stream_call (ServerReply *reply, guint index, const Call *call, const char *arguments, GString *events)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!reply->request->stream)
    return;
  begin_stream (reply, events);
  builder = begin_event (reply);
  json_builder_set_member_name (builder, "tool_calls");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  add_integer (builder, "index", index);
  if (!arguments)
    {
      add_string (builder, "id", call->id);
      add_string (builder, "type", "function");
    }
  json_builder_set_member_name (builder, "function");
  json_builder_begin_object (builder);
  if (!arguments)
    add_string (builder, "name", call->name);
  add_string (builder, "arguments", arguments ? arguments : "");
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  end_event (reply, builder, NULL, FALSE, events);
}

/* ---- Pieces ----------------------------------------------------------------------------------------------------- */

static void
add_text (ServerReply *reply, const char *text, GString *events)
{
  g_autoptr (GString) certain = g_string_new (NULL);

  if (reply->is_stopped)
    return;
  reply->is_stopped = server_stops_push (&reply->stops, text, certain);
  g_string_append (reply->text, certain->str);
  stream_text (reply, "content", certain->str, events);
}

static void
open_call (ServerReply *reply, const char *name)
{
  Call *call = g_new0 (Call, 1);
  g_autofree char *uuid = g_uuid_string_random ();

  call->id = g_strdup_printf ("call_%.8s%.4s%.4s", uuid, uuid + 9, uuid + 14);
  call->name = g_strdup (name);
  call->written = g_string_new (NULL);
  g_ptr_array_add (reply->calls, call);
}

/* The number of calls that are sound before this one: its index. */
static guint
index_of (const ServerReply *reply, guint at)
{
  guint index = 0;

  for (guint i = 0; i < at; i++)
    index += ((Call *) g_ptr_array_index (reply->calls, i))->arguments != NULL;
  return index;
}

/* The verdict on the next call that has none. */
static void
judge (ServerReply *reply, GlmReplyKind kind, const char *text, GString *events)
{
  Call *call;

  if (reply->n_judged >= reply->calls->len)
    return;
  call = g_ptr_array_index (reply->calls, reply->n_judged);
  if (kind == GLM_REPLY_CALLED)
    {
      guint index = index_of (reply, reply->n_judged);

      stream_call (reply, index, call, NULL, events);
      stream_call (reply, index, call, text, events);
      call->arguments = g_strdup (text);
    }
  else
    {
      g_autofree char *written = g_strconcat (call->name, call->written->str, NULL);

      add_text (reply, written, events);
    }
  reply->n_judged++;
}

void
server_reply_add_piece (ServerReply *reply, GlmReplyKind kind, const char *text, GString *events)
{
  switch (kind)
    {
    case GLM_REPLY_TEXT: add_text (reply, text, events); break;
    case GLM_REPLY_THOUGHT:
      g_string_append (reply->thought, text);
      stream_text (reply, "reasoning_content", text, events);
      break;
    case GLM_REPLY_PART:
      if (reply->text->len > 0)
        add_text (reply, "\n", events);
      break;
    case GLM_REPLY_CALL: open_call (reply, text); break;
    case GLM_REPLY_ARGUMENTS:
      if (reply->calls->len > 0)
        g_string_append (((Call *) g_ptr_array_index (reply->calls, reply->calls->len - 1))->written, text);
      break;
    case GLM_REPLY_CALLED:
    case GLM_REPLY_CODE:
    case GLM_REPLY_BAD:
    case GLM_REPLY_NOT_CALLED: judge (reply, kind, text, events); break;
    }
}

gboolean
server_reply_is_stopped (const ServerReply *reply)
{
  return reply->is_stopped;
}

/* ---- The end ---------------------------------------------------------------------------------------------------- */

static const char *
finish_of (const ServerReply *reply)
{
  if (reply->is_stopped)
    return "stop";
  if (reply->result.reason == GLM_STOP_LENGTH || reply->result.reason == GLM_STOP_CONTEXT)
    return "length";
  return index_of (reply, reply->calls->len) > 0 ? "tool_calls" : "stop";
}

static void
stream_usage (ServerReply *reply, GString *events)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  begin_body (reply, builder);
  json_builder_set_member_name (builder, "choices");
  json_builder_begin_array (builder);
  json_builder_end_array (builder);
  add_usage (reply, builder);
  json_builder_end_object (builder);
  put_event (builder, events);
}

void
server_reply_end (ServerReply *reply, const GlmResult *result, GString *events)
{
  g_autoptr (GString) rest = g_string_new (NULL);
  g_autoptr (JsonBuilder) builder = NULL;

  reply->result = *result;
  if (!reply->is_stopped)
    server_stops_end (&reply->stops, rest);
  g_string_append (reply->text, rest->str);
  stream_text (reply, "content", rest->str, events);
  reply->finish = finish_of (reply);
  if (!reply->request->stream)
    return;
  begin_stream (reply, events);
  builder = begin_event (reply);
  if (reply->request->kind == SERVER_REQUEST_TEXT)
    add_string (builder, "text", "");
  end_event (reply, builder, reply->finish, TRUE, events); /* and the tokens that came to no text */
  if (reply->request->wants_usage)
    stream_usage (reply, events);
  g_string_append (events, "data: [DONE]\n\n");
}

void
server_reply_fail (ServerReply *reply, const ServerProblem *problem, GString *events)
{
  g_autofree char *json = server_problem_to_json (problem);

  g_string_append_printf (events, "data: %s\n\n", json);
}

/* ---- A whole body ----------------------------------------------------------------------------------------------- */

static void
add_calls (const ServerReply *reply, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "tool_calls");
  json_builder_begin_array (builder);
  for (guint i = 0; i < reply->calls->len; i++)
    {
      const Call *call = g_ptr_array_index (reply->calls, i);

      if (!call->arguments)
        continue;
      json_builder_begin_object (builder);
      add_string (builder, "id", call->id);
      add_string (builder, "type", "function");
      json_builder_set_member_name (builder, "function");
      json_builder_begin_object (builder);
      add_string (builder, "name", call->name);
      add_string (builder, "arguments", call->arguments);
      json_builder_end_object (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_message (const ServerReply *reply, JsonBuilder *builder)
{
  gboolean has_calls = index_of (reply, reply->calls->len) > 0;

  json_builder_set_member_name (builder, "message");
  json_builder_begin_object (builder);
  add_string (builder, "role", "assistant");
  add_string (builder, "content", has_calls && reply->text->len == 0 ? NULL : reply->text->str);
  if (reply->thought->len > 0)
    add_string (builder, "reasoning_content", reply->thought->str);
  add_string (builder, "refusal", NULL);
  if (has_calls)
    add_calls (reply, builder);
  json_builder_end_object (builder);
}

char *
server_reply_to_json (ServerReply *reply)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  begin_body (reply, builder);
  json_builder_set_member_name (builder, "choices");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  add_integer (builder, "index", 0);
  if (reply->request->kind == SERVER_REQUEST_CHAT)
    add_message (reply, builder);
  else
    add_string (builder, "text", reply->text->str);
  add_chances (reply, builder, 0);
  add_string (builder, "finish_reason", reply->finish);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  add_usage (reply, builder);
  json_builder_end_object (builder);
  return server_json_write (builder);
}
