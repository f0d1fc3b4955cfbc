/* server-test.c: servers of tools in tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server-test.h"

ToolServer *
test_server_new (const char *const *command)
{
  const ToolServerConfig config = { .name = (char *) "Fake", .command = (char **) command };

  return tool_server_new (&config);
}

ToolServer *
test_server_fake (const char *fault, const char *more)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tools", "fake-server.py", NULL);

  return test_server_new ((const char *[]){ PYTHON, script, fault, fault ? more : NULL, NULL });
}

void
test_server_start (ToolServer *server)
{
  tool_server_start (server);
  while (tool_server_get_state (server) == TOOL_SERVER_STARTING)
    g_main_context_iteration (NULL, TRUE);
}

void
test_server_runs (ToolServer *server)
{
  test_server_start (server);
  if (tool_server_get_state (server) != TOOL_SERVER_RUNS)
    g_test_message ("problem %d, %s: %s", tool_server_get_problem (server), tool_server_get_detail (server),
                    tool_server_get_log (server));
  g_assert_cmpint (tool_server_get_state (server), ==, TOOL_SERVER_RUNS);
}

void
test_server_ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

char *
test_server_call (ToolServer *server, const char *tool, const char *arguments, GCancellable *cancellable)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *text;

  tool_server_call_async (server, tool, NULL, arguments, cancellable, test_server_ended_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  text = tool_server_call_finish (server, result, &error);
  return text ? text : g_strdup_printf ("! %s", error->message);
}
