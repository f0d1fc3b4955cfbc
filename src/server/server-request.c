/* server-request.c: see server-request.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server/server-request.h"

#include <string.h>

#include "server/server-json.h"
#include "server/server-messages.h"
#include "server/server-tools.h"

#define MAX_LENGTH (G_GINT64_CONSTANT (1) << 30)

/* ---- Sampling --------------------------------------------------------------------------------------------------- */

/* A new name wins over the old one. */
static gboolean
read_length (JsonObject *body, GlmSampling *sampling, ServerProblem *problem)
{
  gint64 length = -1;

  if (!server_json_read_integer (body, "max_tokens", 1, MAX_LENGTH, &length, problem)
      || !server_json_read_integer (body, "max_completion_tokens", 1, MAX_LENGTH, &length, problem))
    return FALSE;
  sampling->max_tokens = (int) length;
  return TRUE;
}

/* The engine takes 0 for "any". */
static gboolean
read_seed (JsonObject *body, GlmSampling *sampling, ServerProblem *problem)
{
  gint64 seed = 0;

  if (!server_json_get (body, "seed"))
    return TRUE;
  if (!server_json_read_integer (body, "seed", G_MININT64, G_MAXINT64, &seed, problem))
    return FALSE;
  sampling->seed = seed == 0 ? G_MAXUINT64 : (guint64) seed;
  return TRUE;
}

static gboolean
read_sampling (JsonObject *body, GlmSampling *sampling, ServerProblem *problem)
{
  double temperature = sampling->temperature, top_p = sampling->top_p, min_p = sampling->min_p;
  gint64 top_k = sampling->top_k;

  if (!server_json_read_number (body, "temperature", 0, 2, &temperature, problem)
      || !server_json_read_number (body, "top_p", 0, 1, &top_p, problem)
      || !server_json_read_number (body, "min_p", 0, 1, &min_p, problem)
      || !server_json_read_integer (body, "top_k", -1, G_MAXINT32, &top_k, problem))
    return FALSE;
  sampling->temperature = (float) temperature;
  sampling->top_p = (float) top_p;
  sampling->min_p = (float) min_p;
  /* Elsewhere −1 means "off". */
  sampling->top_k = server_json_get (body, "top_k") && top_k < 0 ? 0 : (int) top_k;
  return read_length (body, sampling, problem) && read_seed (body, sampling, problem);
}

static gboolean
add_stop (ServerRequest *request, JsonNode *node, ServerProblem *problem)
{
  const char *text = NULL;
  guint n = 0;

  while (request->stops[n])
    n++;
  if (!server_json_is_string (node, &text))
    return server_problem_set (problem, 400, "invalid_type", "stop", "“stop” must be a string or a list of strings.");
  if (strlen (text) > SERVER_MAX_STOP)
    return server_problem_set (problem, 400, "invalid_value", "stop", "A string of “stop” has more than %d bytes.",
                               SERVER_MAX_STOP);
  if (!*text)
    return TRUE;
  if (n == SERVER_MAX_STOPS)
    return server_problem_set (problem, 400, "invalid_value", "stop", "“stop” has more than %d strings.", SERVER_MAX_STOPS);
  request->stops[n] = g_strdup (text);
  return TRUE;
}

static gboolean
read_stops (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  JsonNode *node = server_json_get (body, "stop");
  JsonArray *list;

  if (!node)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return add_stop (request, node, problem);
  list = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!add_stop (request, json_array_get_element (list, i), problem))
      return FALSE;
  return TRUE;
}

/* ---- Both kinds ------------------------------------------------------------------------------------------------- */

static gboolean
read_stream (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  JsonObject *options = NULL;

  return server_json_read_boolean (body, "stream", &request->stream, problem)
         && server_json_read_object (body, "stream_options", &options, problem)
         && (!options || server_json_read_boolean (options, "include_usage", &request->wants_usage, problem));
}

static gboolean
read_common (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  const char *model = NULL;
  gint64 n = 1;

  if (!server_json_read_string (body, "model", &model, problem) || !server_json_read_integer (body, "n", 1, 1, &n, problem)
      || !read_stream (request, body, problem) || !read_sampling (body, &request->sampling, problem)
      || !read_stops (request, body, problem))
    return FALSE;
  request->model = g_strdup (model);
  return TRUE;
}

/* ---- Chats ------------------------------------------------------------------------------------------------------ */

static gboolean
read_chat (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  JsonArray *messages = NULL;
  gint64 n_top = 0;

  if (!server_json_read_array (body, "messages", &messages, problem) || !server_messages_read (request, messages, problem)
      || !server_tools_read (request, body, problem)
      || !server_json_read_boolean (body, "logprobs", &request->wants_chances, problem)
      || !server_json_read_integer (body, "top_logprobs", 0, GLM_MAX_CHANCES, &n_top, problem))
    return FALSE;
  if (n_top > 0 && !request->wants_chances)
    return server_problem_set (problem, 400, "invalid_value", "top_logprobs", "“top_logprobs” needs “logprobs”.");
  request->n_top = (guint) n_top;
  return TRUE;
}

/* ---- Texts ------------------------------------------------------------------------------------------------------ */

static gboolean
read_ids (ServerRequest *request, JsonArray *list, ServerProblem *problem)
{
  request->ids = g_array_new (FALSE, FALSE, sizeof (int32_t));
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      gint64 id =
          JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : -1;
      int32_t value = (int32_t) id;

      if (id < 0 || id > G_MAXINT32)
        return server_problem_set (problem, 400, "invalid_value", "prompt", "“prompt” must be a text or a list of token ids.");
      g_array_append_val (request->ids, value);
    }
  return TRUE;
}

static gboolean
read_prompt (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  JsonNode *node = server_json_get (body, "prompt");
  const char *text = NULL;
  JsonArray *list;

  if (node && JSON_NODE_HOLDS_ARRAY (node))
    {
      list = json_node_get_array (node);
      if (json_array_get_length (list) != 1 || !server_json_is_string (json_array_get_element (list, 0), &text))
        {
          if (json_array_get_length (list) > 0)
            return read_ids (request, list, problem);
          return server_problem_set (problem, 400, "invalid_value", "prompt", "“prompt” is empty.");
        }
    }
  else if (!server_json_is_string (node, &text))
    return server_problem_set (problem, 400, "invalid_type", "prompt", "“prompt” must be a text or a list of token ids.");
  request->text = g_strdup (text);
  return TRUE;
}

static gboolean
read_text (ServerRequest *request, JsonObject *body, ServerProblem *problem)
{
  gboolean echo = FALSE;
  gint64 n_top = 0, best_of = 1;
  const char *suffix = NULL;

  if (!read_prompt (request, body, problem) || !server_json_read_boolean (body, "echo", &echo, problem)
      || !server_json_read_integer (body, "logprobs", 0, GLM_MAX_CHANCES, &n_top, problem)
      || !server_json_read_integer (body, "best_of", 1, 1, &best_of, problem)
      || !server_json_read_string (body, "suffix", &suffix, problem))
    return FALSE;
  if (echo)
    return server_problem_set (problem, 400, "unsupported_value", "echo", "“echo” is not supported.");
  if (suffix && *suffix)
    return server_problem_set (problem, 400, "unsupported_value", "suffix", "“suffix” is not supported.");
  request->form.kind = GLM_FORM_PLAIN;
  request->wants_chances = server_json_get (body, "logprobs") != NULL;
  request->n_top = (guint) n_top;
  return TRUE;
}

/* ---- ------------------------------------------------------------------------------------------------------------ */

ServerRequest *
server_request_new (ServerRequestKind kind, const char *body, gsize n_bytes, ServerProblem *problem)
{
  g_autoptr (JsonNode) root = server_json_parse (body, n_bytes, problem);
  g_autoptr (ServerRequest) request = g_new0 (ServerRequest, 1);
  JsonObject *object;

  request->kind = kind;
  request->turns = g_array_new (FALSE, TRUE, sizeof (GlmTurn));
  request->strings = g_ptr_array_new_with_free_func (g_free);
  request->sampling = (GlmSampling) GLM_SAMPLING_OWN;
  if (!root)
    return NULL;
  object = json_node_get_object (root);
  if (!read_common (request, object, problem)
      || !(kind == SERVER_REQUEST_CHAT ? read_chat (request, object, problem) : read_text (request, object, problem)))
    return NULL;
  return g_steal_pointer (&request);
}

void
server_request_free (ServerRequest *request)
{
  if (!request)
    return;
  g_free (request->model);
  g_free (request->text);
  g_clear_pointer (&request->turns, g_array_unref);
  g_clear_pointer (&request->ids, g_array_unref);
  g_clear_pointer (&request->tools, g_array_unref);
  for (guint i = 0; request->stops[i]; i++)
    g_free (request->stops[i]);
  g_ptr_array_unref (request->strings);
  g_free (request);
}
