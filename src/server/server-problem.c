/* server-problem.c: see server-problem.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server/server-problem.h"

#include <json-glib/json-glib.h>

gboolean
server_problem_set (ServerProblem *problem, guint status, const char *code, const char *param, const char *format, ...)
{
  va_list args;

  if (problem->status)
    return FALSE;
  problem->status = status;
  problem->code = code;
  problem->param = g_strdup (param);
  va_start (args, format);
  problem->message = g_strdup_vprintf (format, args);
  va_end (args);
  return FALSE;
}

void
server_problem_clear (ServerProblem *problem)
{
  g_free (problem->param);
  g_free (problem->message);
  *problem = (ServerProblem){ 0 };
}

/* What OpenAI's server says beside each status. */
static const char *
type_of (guint status)
{
  switch (status)
    {
    case 401: return "authentication_error";
    case 403: return "permission_error";
    case 429: return "rate_limit_error";
    case 500:
    case 503: return "server_error";
    default: return "invalid_request_error";
    }
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

char *
server_problem_to_json (const ServerProblem *problem)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  add_text (builder, "message", problem->message);
  add_text (builder, "type", type_of (problem->status));
  add_text (builder, "param", problem->param);
  add_text (builder, "code", problem->code);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
