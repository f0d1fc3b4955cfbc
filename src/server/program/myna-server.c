/* myna-server.c: lets other programs of this computer use a model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It listens on loopback and nowhere else: there is no option for another address.
 */
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/server-relay.h"
#include "server/server-service.h"
#include "server/server-token.h"

#define DEFAULT_PORT 8642

typedef struct
{
  char *model, *socket, *connect, *token_file;
  int port, context, threads;
  char *device;
  gboolean no_token, version;
} Options;

typedef struct
{
  GMainLoop *loop;
  int status;
} Run;

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (((Run *) user_data)->loop);
  return G_SOURCE_CONTINUE;
}

static int
complain (const char *message)
{
  g_printerr ("myna-server: %s\n", message);
  return EXIT_FAILURE;
}

static char *
starter_path (void)
{
  const char *folder = g_getenv ("MYNA_DATA_DIR");

  return g_build_filename (folder ? folder : MYNA_PKGDATADIR, "models", "myna-fledgling-q8_0.gguf", NULL);
}

/* NULL without an error: none is asked for. */
static char *
load_token (const Options *options, GError **error)
{
  g_autofree char *path = options->token_file ? g_strdup (options->token_file) : server_token_get_path ();
  char *token;

  if (options->no_token)
    return NULL;
  token = server_token_load (path, error);
  if (token)
    g_print ("The API key is the line in %s\n", path);
  return token;
}

static void
say_port (guint port)
{
  g_print ("Listening at http://127.0.0.1:%u/v1\n", port);
}

static void
run (Run *run_data)
{
  guint interrupt = g_unix_signal_add (SIGINT, on_signal, run_data),
        terminate = g_unix_signal_add (SIGTERM, on_signal, run_data);

  fflush (stdout);
  g_main_loop_run (run_data->loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
}

/* ---- With a model ----------------------------------------------------------------------------------------------- */

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Run *run_data = user_data;

  if (glm_actor_load_finish (GLM_ACTOR (object), result, &error))
    {
      const GlmModelInfo *info = glm_actor_get_model_info (GLM_ACTOR (object));

      if (info->device_problem[0])
        g_printerr ("On the processor: %s\n", info->device_problem);
      g_print ("Ready: %s\n", info->name);
      fflush (stdout);
      return;
    }
  run_data->status = complain (error->message);
  g_main_loop_quit (run_data->loop);
}

static int
serve (const Options *options, Run *run_data)
{
  GlmActorLoadOptions load = { .n_threads = options->threads, .context_length = options->context };
  g_autofree char *model = options->model ? g_strdup (options->model) : starter_path ();
  g_autoptr (GlmActor) actor = glm_actor_new ();
  g_autoptr (ServerService) service = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *token = load_token (options, &error);
  guint port = 0;

  if (error)
    return complain (error->message);
  g_strlcpy (load.device, options->device ? options->device : "", sizeof load.device);
  service = server_service_new (&server_actor_funcs, actor, token);
  if (options->socket && !server_service_listen_socket (service, options->socket, &error))
    return complain (error->message);
  if (token && !(port = server_service_listen_port (service, (guint) options->port, &error)))
    return complain (error->message);
  if (port)
    say_port (port);
  if (options->socket)
    g_print ("Listening at the socket %s\n", options->socket);
  glm_actor_load_async (actor, model, &load, cancellable, on_loaded, run_data);
  run (run_data);
  g_cancellable_cancel (cancellable);
  return run_data->status;
}

/* ---- Without one ------------------------------------------------------------------------------------------------ */

static int
relay (const Options *options, Run *run_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = load_token (options, &error);
  g_autoptr (ServerRelay) passage = NULL;
  guint port;

  if (error)
    return complain (error->message);
  passage = server_relay_new (options->connect, token);
  port = server_relay_listen_port (passage, (guint) options->port, &error);
  if (!port)
    return complain (error->message);
  say_port (port);
  run (run_data);
  return run_data->status;
}

/* ---- ------------------------------------------------------------------------------------------------------------ */

static const char *
check (const Options *options)
{
  if (options->port < 0 || options->port > 65535)
    return "a port is between 0 and 65535.";
  if (options->context < 0 || options->threads < 0)
    return "--context and --threads take positive numbers.";
  if (options->no_token && !options->socket)
    return "--no-token is for --socket alone: whoever can reach the port could use the model.";
  if (options->connect && (options->model || options->socket || options->no_token))
    return "--connect passes a port on to a socket; it takes neither a model nor a socket of its own.";
  return NULL;
}

int
main (int argc, char **argv)
{
  Options options = { .port = DEFAULT_PORT };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model, "The model; else the starter model", "FILE" },
    { "port", 'p', 0, G_OPTION_ARG_INT, &options.port, "The port on 127.0.0.1 and [::1]; 0: any (8642)", "PORT" },
    { "socket", 0, 0, G_OPTION_ARG_FILENAME, &options.socket, "Listen at a UNIX socket, too", "PATH" },
    { "no-token", 0, 0, G_OPTION_ARG_NONE, &options.no_token, "Ask for no API key: no port, the socket alone", NULL },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &options.token_file, "Where the API key is; made where it is missing",
      "FILE" },
    { "connect", 0, 0, G_OPTION_ARG_FILENAME, &options.connect, "Load no model, and pass the port on to this socket", "PATH" },
    { "context", 'c', 0, G_OPTION_ARG_INT, &options.context, "The length of the context", "TOKENS" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads, "Processors to use", "N" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &options.device, "Compute on this graphics card; auto: the best", "NAME" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options.version, "Say the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("— a local server of OpenAI's API");
  g_autoptr (GError) error = NULL;
  Run run_data = { .status = EXIT_SUCCESS };
  int status;

  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return complain (error->message);
  if (argc > 1)
    return complain ("there are no arguments but options; see --help.");
  if (options.version)
    {
      g_print ("myna-server %s\n", MYNA_VERSION);
      return EXIT_SUCCESS;
    }
  if (check (&options))
    return complain (check (&options));
  run_data.loop = g_main_loop_new (NULL, FALSE);
  status = options.connect ? relay (&options, &run_data) : serve (&options, &run_data);
  g_main_loop_unref (run_data.loop);
  g_free (options.model);
  g_free (options.socket);
  g_free (options.connect);
  g_free (options.token_file);
  return status;
}
