/* fake-server.c: the server on the fake engine, for test-server.py and test-clients.mjs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: fake-server TOKEN-FILE [SOCKET]: says its port, then obeys lines: "stats", "stop", "loading", "none", "ready",
 * "untrained", "never"; ends with its input.
 */
#include <stdio.h>
#include <string.h>

#include "fake-engine.h"
#include "server/server-service.h"
#include "server/server-token.h"

typedef struct
{
  FakeEngine engine;
  ServerService *service;
  GMainLoop *loop;
} Fake;

static guint
count_files (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static gboolean
on_line (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  Fake *fake = user_data;
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (fake->loop);
      return G_SOURCE_REMOVE;
    }
  g_strstrip (line);
  if (strcmp (line, "stop") == 0)
    server_service_stop_requests (fake->service);
  else if (strcmp (line, "loading") == 0)
    fake->engine.model.state = SERVER_MODEL_LOADING;
  else if (strcmp (line, "none") == 0)
    fake->engine.model.state = SERVER_MODEL_NONE;
  else if (strcmp (line, "ready") == 0)
    fake_engine_init (&fake->engine);
  else if (strcmp (line, "untrained") == 0)
    fake->engine.model.calling = GLM_CALLING_UNTRAINED;
  else if (strcmp (line, "never") == 0)
    fake->engine.model.calling = GLM_CALLING_NEVER;
  printf ("{\"started\":%u,\"ended\":%u,\"cancelled\":%u,\"late\":%u,\"requests\":%u,\"files\":%u}\n", fake->engine.n_started,
          fake->engine.n_ended, fake->engine.n_cancelled, fake->engine.n_late, server_service_get_n_requests (fake->service),
          count_files ());
  fflush (stdout);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  Fake fake = { .loop = g_main_loop_new (NULL, FALSE) };
  g_autoptr (GError) error = NULL;
  g_autofree char *token = server_token_load (argv[1], &error);
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (0);
  guint port;

  if (!token)
    g_error ("%s", error->message);
  fake_engine_init (&fake.engine);
  fake.service = server_service_new (&fake_engine_funcs, &fake.engine, token);
  port = server_service_listen_port (fake.service, 0, &error);
  if (!port || (argc > 2 && !server_service_listen_socket (fake.service, argv[2], &error)))
    g_error ("%s", error->message);
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, on_line, &fake);
  printf ("%u\n", port);
  fflush (stdout);
  g_main_loop_run (fake.loop);
  g_object_unref (fake.service);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_main_loop_unref (fake.loop);
  return 0;
}
