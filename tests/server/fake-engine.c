/* fake-engine.c: see fake-engine.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-engine.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  FakeEngine *engine;
  guint64 id;
  GlmRequestFuncs funcs;
  gpointer user_data;
  char **lines;
  guint at, count;
  gboolean cancelled, planned;
  GlmResult result;
  gboolean running; /* the one whose turn it is */
} FakeReply;

static void begin_next (FakeEngine *engine);

static void
end (FakeReply *reply, const GError *error)
{
  FakeEngine *engine = reply->engine;

  engine->replies = g_list_remove (engine->replies, reply);
  engine->n_ended++;
  reply->funcs.ended (&reply->result, error, reply->user_data);
  g_strfreev (reply->lines);
  g_free (reply);
  begin_next (engine);
}

static void
tell_chance (FakeReply *reply, const char *rest)
{
  g_auto (GStrv) words = g_strsplit (rest, " ", 2);
  GlmChance token = { 1, (float) g_ascii_strtod (words[1], NULL), (const guint8 *) words[0], strlen (words[0]) };
  const GlmChance top[2] = { token, { 2, -9, (const guint8 *) "\xe4\xbd", 2 } };

  reply->funcs.chance (&token, top, 2, reply->user_data);
}

static void
say (FakeReply *reply, GlmReplyKind kind, const char *text)
{
  g_autofree char *whole = g_strcompress (text);

  reply->result.n_generated++;
  reply->funcs.piece (kind, whole, reply->user_data);
}

/* FALSE: the reply has ended. */
static gboolean
step (FakeReply *reply, const char *word, const char *rest)
{
  static const struct
  {
    const char *word;
    GlmReplyKind kind;
  } kinds[] = { { "text", GLM_REPLY_TEXT },           { "thought", GLM_REPLY_THOUGHT }, { "call", GLM_REPLY_CALL },
                { "arguments", GLM_REPLY_ARGUMENTS }, { "called", GLM_REPLY_CALLED },   { "bad", GLM_REPLY_BAD },
                { "not", GLM_REPLY_NOT_CALLED } };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (word, kinds[i].word) == 0)
      say (reply, kinds[i].kind, rest);
  if (strcmp (word, "chance") == 0)
    tell_chance (reply, rest);
  else if (strcmp (word, "prompt") == 0)
    reply->funcs.prompt ((gsize) atoi (rest), (gsize) atoi (strchr (rest, ' ')), reply->user_data);
  else if (strcmp (word, "planned") == 0)
    reply->result.n_prompt = (gsize) atoi (rest);
  else if (strcmp (word, "stop") == 0)
    reply->result.reason = (GlmStopReason) atoi (rest);
  else if (strcmp (word, "fail") == 0)
    {
      const GlmError theirs = { .code = (GlmErrorCode) atoi (rest), .message = "it failed" };
      g_autoptr (GError) error = glm_engine_error_new (&theirs);

      end (reply, error);
      return FALSE;
    }
  return TRUE;
}

static gboolean
on_turn (gpointer user_data)
{
  FakeReply *reply = user_data;
  g_auto (GStrv) words = NULL;

  if (reply->cancelled)
    {
      reply->result.reason = GLM_STOP_CANCELLED;
      end (reply, NULL);
      return G_SOURCE_REMOVE;
    }
  if (!reply->lines[reply->at])
    {
      end (reply, NULL);
      return G_SOURCE_REMOVE;
    }
  if (!*reply->lines[reply->at])
    {
      reply->at++;
      return G_SOURCE_CONTINUE;
    }
  words = g_strsplit (reply->lines[reply->at], " ", 2);
  if (strcmp (words[0], "planned") != 0 && !reply->planned)
    {
      const GlmPlanned planned = { 0, reply->result.n_prompt, reply->engine->model.context_length };

      reply->planned = TRUE;
      reply->funcs.planned (&planned, reply->user_data);
      return G_SOURCE_CONTINUE;
    }
  if (strcmp (words[0], "hold") == 0)
    {
      g_usleep (1000);
      return G_SOURCE_CONTINUE;
    }
  if (strcmp (words[0], "count") == 0 && words[1] && reply->count++ < (guint) atoi (words[1]))
    {
      reply->engine->n_late += reply->cancelled;
      say (reply, GLM_REPLY_TEXT, "word ");
      return G_SOURCE_CONTINUE;
    }
  reply->at++;
  return step (reply, words[0], words[1] ? words[1] : "") ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* One after the other, as the actor does. */
static void
begin_next (FakeEngine *engine)
{
  FakeReply *reply = engine->replies ? engine->replies->data : NULL;

  if (!reply || reply->running)
    return;
  reply->running = TRUE;
  g_idle_add (on_turn, reply);
}

static guint64
generate (gpointer data, const GlmRequest *request, const GlmRequestFuncs *funcs, gpointer user_data)
{
  FakeEngine *engine = data;
  FakeReply *reply = g_new0 (FakeReply, 1);
  const char *script = request->text;

  if (request->n_turns > 0)
    script = request->turns[request->n_turns - 1].content;
  engine->n_started++;
  engine->last = *request;
  reply->engine = engine;
  reply->id = ++engine->last_id;
  reply->funcs = *funcs;
  reply->user_data = user_data;
  reply->lines = g_strsplit (script ? script : "", "\n", 0);
  reply->result = (GlmResult){ .reason = GLM_STOP_END, .stop_id = -1, .n_prompt = 12, .n_reused = 8 };
  engine->replies = g_list_append (engine->replies, reply);
  begin_next (engine);
  return reply->id;
}

static void
cancel (gpointer data, guint64 id)
{
  FakeEngine *engine = data;

  for (GList *link = engine->replies; link; link = link->next)
    if (((FakeReply *) link->data)->id == id && !((FakeReply *) link->data)->cancelled)
      {
        ((FakeReply *) link->data)->cancelled = TRUE;
        engine->n_cancelled++;
      }
}

static void
describe (gpointer data, ServerModel *ret_model)
{
  *ret_model = ((FakeEngine *) data)->model;
}

const ServerEngineFuncs fake_engine_funcs = { describe, generate, cancel };

void
fake_engine_init (FakeEngine *engine)
{
  *engine = (FakeEngine){ .model = { .state = SERVER_MODEL_READY,
                                     .name = "fake",
                                     .context_length = 4096,
                                     .calling = GLM_CALLING_TRAINED,
                                     .created = 1700000000 } };
}
