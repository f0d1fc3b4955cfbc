/* myna-remote-body.c: a conversation in OpenAI's form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thoughts of earlier replies are not sent.  Calls belong to the message before them, and each must have its result: one that has
 * none, because the person did not allow it or went on, is answered with a sentence.
 */
#include "chat/myna-remote-body.h"

#include <string.h>

#include "chat/myna-chat-settings.h"

#define OPEN  "<think>"
#define CLOSE "</think>"

/* What is built. */
typedef struct
{
  JsonArray *messages;
  JsonObject *assistant; /* the last message, where it is the model's */
  guint n_calls;         /* of the whole conversation … */
  guint n_results;       /* … and how many of them have one */
} Builder;

static JsonObject *
add_message (Builder *builder, const char *role, const char *content)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "role", role);
  json_object_set_string_member (message, "content", content);
  json_array_add_object_element (builder->messages, message);
  builder->assistant = g_str_equal (role, "assistant") ? message : NULL;
  return message;
}

static void
add_result (Builder *builder, const char *content)
{
  g_autofree char *id = g_strdup_printf ("call_%u", builder->n_results++);

  json_object_set_string_member (add_message (builder, "tool", content), "tool_call_id", id);
}

static void
close_calls (Builder *builder)
{
  while (builder->n_results < builder->n_calls)
    add_result (builder, "There is no result: the call was not run.");
}

static void
add_call (Builder *builder, const GlmTurn *turn)
{
  JsonObject *call = json_object_new (), *function = json_object_new ();
  g_autofree char *id = g_strdup_printf ("call_%u", builder->n_calls);

  /* A new round: the results of the one before stand between. */
  if (!builder->assistant)
    {
      close_calls (builder);
      add_message (builder, "assistant", "");
    }
  if (!json_object_has_member (builder->assistant, "tool_calls"))
    json_object_set_array_member (builder->assistant, "tool_calls", json_array_new ());
  builder->n_calls++;
  json_object_set_string_member (function, "name", turn->metadata);
  json_object_set_string_member (function, "arguments", turn->arguments && *turn->arguments ? turn->arguments : "{}");
  json_object_set_string_member (call, "id", id);
  json_object_set_string_member (call, "type", "function");
  json_object_set_object_member (call, "function", function);
  json_array_add_object_element (json_object_get_array_member (builder->assistant, "tool_calls"), call);
}

/* The answer behind a thought. */
static const char *
skip_thought (const char *text)
{
  const char *close = g_str_has_prefix (text, OPEN) ? strstr (text, CLOSE) : NULL;

  if (!close)
    return g_str_has_prefix (text, OPEN) ? "" : text;
  close += strlen (CLOSE);
  while (g_ascii_isspace (*close))
    close++;
  return close;
}

static void
add_turn (Builder *builder, const GlmTurn *turn)
{
  if (g_str_equal (turn->role, "observation"))
    {
      if (builder->n_results < builder->n_calls)
        add_result (builder, turn->content);
      else
        add_message (builder, "user", turn->content);
    }
  else if (g_str_equal (turn->role, "assistant") && turn->metadata && *turn->metadata)
    add_call (builder, turn);
  else
    {
      gboolean is_reply = g_str_equal (turn->role, "assistant");
      const char *content = is_reply ? skip_thought (turn->content) : turn->content;

      close_calls (builder);
      if (!is_reply || *content)
        add_message (builder, turn->role, content);
    }
}

static void
add_tools (JsonObject *body, const GlmToolSet *set)
{
  JsonArray *tools;

  if (!set || set->n_tools == 0)
    return;
  tools = json_array_new ();
  for (gsize i = 0; i < set->n_tools; i++)
    {
      const GlmTool *tool = &set->tools[i];
      JsonObject *function = json_object_new (), *object = json_object_new ();
      g_autoptr (JsonNode) schema = tool->schema ? json_from_string (tool->schema, NULL) : NULL;

      json_object_set_string_member (function, "name", tool->name);
      json_object_set_string_member (function, "description", tool->description);
      if (schema)
        json_object_set_member (function, "parameters", g_steal_pointer (&schema));
      json_object_set_string_member (object, "type", "function");
      json_object_set_object_member (object, "function", function);
      json_array_add_object_element (tools, object);
    }
  json_object_set_array_member (body, "tools", tools);
}

/* A float as people wrote it: 0.8, not 0.800000011920929. */
static void
set_number (JsonObject *body, const char *name, float value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  json_object_set_double_member (body, name,
                                 g_ascii_strtod (g_ascii_formatd (text, sizeof text, "%.4f", (double) value), NULL));
}

static void
add_sampling (JsonObject *body, const char *settings)
{
  GlmSampling sampling = GLM_SAMPLING_OWN;
  g_autofree char *system = NULL;

  myna_chat_settings_resolve (settings, &sampling, &system);
  if (sampling.temperature >= 0)
    set_number (body, "temperature", sampling.temperature);
  if (sampling.top_p >= 0)
    set_number (body, "top_p", sampling.top_p);
  if (sampling.top_k >= 0)
    json_object_set_int_member (body, "top_k", sampling.top_k);
  if (sampling.min_p >= 0)
    set_number (body, "min_p", sampling.min_p);
  if (sampling.repetition_penalty >= 0)
    set_number (body, "repetition_penalty", sampling.repetition_penalty);
  if (sampling.seed > 0)
    json_object_set_int_member (body, "seed", (gint64) (sampling.seed & G_MAXINT32));
  if (sampling.max_tokens > 0)
    json_object_set_int_member (body, "max_tokens", sampling.max_tokens);
}

/* A reply that is to go on: vLLM's and SGLang's words for it; others take the model's words at the end for its beginning. */
static void
add_beginning (JsonObject *body, Builder *builder, const char *reply)
{
  if (!reply || !*skip_thought (reply))
    return;
  add_message (builder, "assistant", skip_thought (reply));
  json_object_set_boolean_member (body, "continue_final_message", TRUE);
  json_object_set_boolean_member (body, "add_generation_prompt", FALSE);
}

JsonObject *
myna_remote_body_new (const char *model, const GlmRequest *request, gsize first, const char *settings)
{
  JsonObject *body = json_object_new (), *options = json_object_new ();
  Builder builder = { .messages = json_array_new () };

  json_object_set_string_member (body, "model", model);
  json_object_set_boolean_member (body, "stream", TRUE);
  json_object_set_boolean_member (options, "include_usage", TRUE);
  json_object_set_object_member (body, "stream_options", options);
  for (gsize i = 0; i < request->n_turns; i++)
    if (i >= first || g_str_equal (request->turns[i].role, "system"))
      add_turn (&builder, &request->turns[i]);
  close_calls (&builder);
  add_beginning (body, &builder, request->reply);
  json_object_set_array_member (body, "messages", builder.messages);
  add_tools (body, request->fit.tools);
  add_sampling (body, settings);
  if (request->fit.no_thoughts)
    {
      JsonObject *template = json_object_new ();

      json_object_set_boolean_member (template, "enable_thinking", FALSE);
      json_object_set_object_member (body, "chat_template_kwargs", template);
    }
  return body;
}

/* ---- Length ----------------------------------------------------------------------------------------------------- */

/* Four letters of an alphabet are a token, and so is about one of what is written without. */
static gsize
guess_text (const char *text)
{
  gsize n_ascii = 0, n_others = 0;

  for (const char *at = text ? text : ""; *at; at++)
    if (!(*at & 0x80))
      n_ascii++;
    else if ((*at & 0xc0) == 0xc0)
      n_others++;
  return n_ascii / 4 + n_others + 4;
}

static gsize
guess_turn (const GlmTurn *turn)
{
  return guess_text (turn->content) + (turn->arguments ? guess_text (turn->arguments) : 0);
}

gsize
myna_remote_body_guess (const GlmRequest *request)
{
  const GlmToolSet *set = request->fit.tools;
  gsize n = request->reply ? guess_text (request->reply) : 0;

  for (gsize i = 0; i < request->n_turns; i++)
    n += guess_turn (&request->turns[i]);
  for (gsize i = 0; set && i < set->n_tools; i++)
    n += guess_text (set->tools[i].description) + guess_text (set->tools[i].schema);
  return n;
}

gsize
myna_remote_body_fit (const GlmRequest *request, int context_length)
{
  gsize all = myna_remote_body_guess (request), n = all, length = (gsize) MAX (0, context_length), first = 0;

  if (length == 0 || n * 8 <= length * 7)
    return 0;
  for (gsize i = 0; i < request->n_turns; i++)
    {
      if (i > 0 && g_str_equal (request->turns[i].role, "user"))
        first = i;
      if (first > 0 && n * 10 <= length * 6)
        break;
      if (!g_str_equal (request->turns[i].role, "system"))
        n -= guess_turn (&request->turns[i]);
    }
  /* The last question always stays. */
  return first;
}
