/* server-guard.c: see server-guard.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server/server-guard.h"

#include <string.h>

#include "server/server-token.h"

static gboolean
is_our_host (const char *host, guint port)
{
  static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

  for (gsize i = 0; host && i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *with_port = g_strdup_printf ("%s:%u", names[i], port);

      if (g_ascii_strcasecmp (host, with_port) == 0 || (port == 80 && g_ascii_strcasecmp (host, names[i]) == 0))
        return TRUE;
    }
  return FALSE;
}

/* Whether there is exactly one value: several are how proxies are misled. */
static gboolean
has_one (SoupMessageHeaders *headers, const char *name)
{
  const char *list = soup_message_headers_get_list (headers, name);

  return list && !strchr (list, ',');
}

gboolean
server_guard_check (SoupMessageHeaders *headers, guint port, const char *token, gboolean needs_token, ServerProblem *problem)
{
  if (soup_message_headers_get_list (headers, "Origin"))
    return server_problem_set (problem, 403, "origin_not_allowed", NULL, "Pages in a browser may not use this server.");
  if (port > 0 && (!has_one (headers, "Host") || !is_our_host (soup_message_headers_get_one (headers, "Host"), port)))
    return server_problem_set (problem, 403, "host_not_allowed", NULL,
                               "This server answers to localhost, 127.0.0.1 and [::1] with its port, and to no other name.");
  if (token && needs_token && !server_token_fits (token, soup_message_headers_get_one (headers, "Authorization")))
    return server_problem_set (problem, 401, "invalid_api_key", NULL,
                               "The API key is not right. It is the line in the file that myna-server names when it starts.");
  return TRUE;
}
