/* fuzz-server.c: any bytes as the body of a request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A body is taken or refused with a reason; what is taken has what the engine needs.  A refusal is JSON.
 */
#include "fuzz.h"

#include <string.h>

#include "server/server-request.h"

static void
require (bool condition)
{
  if (!condition)
    abort ();
}

static void
check_request (const ServerRequest *request)
{
  require (request->kind == SERVER_REQUEST_CHAT ? request->turns->len > 0 : request->text || request->ids);
  for (guint i = 0; i < request->turns->len; i++)
    {
      const GlmTurn *turn = &g_array_index (request->turns, GlmTurn, i);

      require (turn->role && g_utf8_validate (turn->content, -1, NULL) && (!turn->metadata || turn->arguments));
    }
  require (request->form.kind != GLM_FORM_CALL || request->tools);
  require (request->sampling.temperature <= 2 && request->sampling.max_tokens >= -1 && request->n_top <= GLM_MAX_CHANCES);
}

void
fuzz_input (const uint8_t *data, size_t n)
{
  for (int kind = 0; kind < 2; kind++)
    {
      g_auto (ServerProblem) problem = { 0 };
      g_autoptr (ServerRequest) request = server_request_new ((ServerRequestKind) kind, (const char *) data, n, &problem);

      if (request)
        check_request (request);
      else
        {
          g_autofree char *json = server_problem_to_json (&problem);
          g_autoptr (JsonParser) parser = json_parser_new ();

          require (problem.status == 400 && problem.message && json_parser_load_from_data (parser, json, -1, NULL));
        }
    }
}
