/* server-lines.c: what a server of tools says: its tools, and the results of calls
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: server-lines [--sandbox] [NAME=VALUE…] COMMAND [ARGUMENT…] < CALLS, of which each line is a tool's name, a blank and its arguments as
 * JSON.  Prints "tools N: NAME …", then for each call "ok MS TEXT" or "error MS TEXT" in one line: MS is how much processor time this
 * program took meanwhile.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/servers.h"

static double
read_clock (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
call (ToolServer *server, char *line)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  char *arguments = strchr (g_strchomp (line), ' ');
  double start = read_clock (), ms;

  if (!arguments)
    return;
  *arguments++ = '\0';
  tool_server_call_async (server, line, NULL, arguments, NULL, ended_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  text = tool_server_call_finish (server, result, &error);
  ms = read_clock () - start;
  if (error)
    text = g_strdup (error->message);
  printf ("%s %.1f %s\n", error ? "error" : "ok", ms, g_strdelimit (text, "\n", ' '));
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) environment = g_ptr_array_new ();
  ToolServerConfig config = { .name = (char *) "server", .command = argv + 1 };
  g_autoptr (ToolServer) server = NULL;
  char line[65536];

  config.in_box = argc > 1 && g_str_equal (argv[1], "--sandbox");
  if (config.in_box)
    config.command++;
  for (; *config.command && strchr (*config.command, '='); config.command++)
    g_ptr_array_add (environment, *config.command);
  g_ptr_array_add (environment, NULL);
  config.environment = (char **) environment->pdata;
  if (!*config.command)
    return 2;
  server = tool_server_new (&config);
  tool_server_start (server);
  while (tool_server_get_state (server) == TOOL_SERVER_STARTING)
    g_main_context_iteration (NULL, TRUE);
  if (tool_server_get_state (server) != TOOL_SERVER_RUNS)
    {
      printf ("failed %d: %s\n%s", tool_server_get_problem (server), tool_server_get_detail (server),
              tool_server_get_log (server));
      return 1;
    }
  printf ("tools %u:", tool_server_get_n_tools (server));
  for (guint i = 0; i < tool_server_get_n_tools (server); i++)
    printf (" %s", tool_server_get_tool (server, i).name);
  printf ("\n");
  while (fgets (line, sizeof line, stdin))
    call (server, line);
  return 0;
}
