/* myna-remote.c: the one program of Myna that opens network connections, for the window that started it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Questions come from standard input and answers go to standard output: see remote-wire.h.  It ends with its input.  It writes
 * no file but those that it is asked to download, and keeps nothing: keys come with each question.
 */
#include <gio/gunixinputstream.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "remote/process/remote-download.h"
#include "remote/process/remote-job.h"
#include "remote/wire/remote-address.h"

#define MAX_JOBS 64

typedef struct
{
  GMainLoop *loop;
  GInputStream *input;
  RemoteOutbox *outbox;
  SoupSession *secure, *plain;
  GPtrArray *jobs;      /* RemoteJob */
  GPtrArray *downloads; /* RemoteDownload */
} Service;

static void
ended_cb (RemoteJob *job, gpointer user_data)
{
  g_ptr_array_remove_fast (((Service *) user_data)->jobs, job);
}

static void
downloaded_cb (RemoteDownload *download, gpointer user_data)
{
  g_ptr_array_remove_fast (((Service *) user_data)->downloads, download);
}

static RemoteDownload *
find_download (Service *service, gint64 id)
{
  for (guint i = 0; i < service->downloads->len; i++)
    if (remote_download_get_id (g_ptr_array_index (service->downloads, i)) == id)
      return g_ptr_array_index (service->downloads, i);
  return NULL;
}

static RemoteJob *
find (Service *service, gint64 id)
{
  for (guint i = 0; i < service->jobs->len; i++)
    if (remote_job_get_id (g_ptr_array_index (service->jobs, i)) == id)
      return g_ptr_array_index (service->jobs, i);
  return NULL;
}

static void
begin (Service *service, gint64 id, JsonObject *asked, gboolean is_download)
{
  const char *address = text_json_string (asked, "address");
  RemoteProblem problem;
  g_autofree char *normal = address ? remote_address_normalize (address, &problem) : NULL;
  const gboolean is_plain = normal ? remote_address_is_plain (normal) : address && remote_address_is_plain (address);
  SoupSession *session = is_plain ? service->plain : service->secure;
  g_autoptr (RemoteJob) job = NULL;

  if (is_download && service->downloads->len < MAX_JOBS)
    {
      g_autoptr (RemoteDownload) download = remote_download_new (session, service->outbox, asked, downloaded_cb, service);

      g_ptr_array_add (service->downloads, g_object_ref (download));
      remote_download_start (download);
      return;
    }
  if (is_download || service->jobs->len >= MAX_JOBS)
    {
      remote_outbox_add_error (service->outbox, id, REMOTE_PROBLEM_BUSY, 0, 0, "");
      return;
    }
  job = remote_job_new (session, service->outbox, asked, ended_cb, service);
  g_ptr_array_add (service->jobs, g_object_ref (job));
  remote_job_start (job);
}

static void
take (Service *service, JsonObject *asked)
{
  const char *op = text_json_string (asked, "op");
  gint64 id = remote_json_int (asked, "id");
  RemoteJob *job = find (service, id);
  RemoteDownload *download = find_download (service, id);

  if (!op || id == 0)
    return;
  if (g_str_equal (op, "cancel"))
    {
      if (job)
        remote_job_cancel (job);
      if (download)
        remote_download_cancel (download);
    }
  else if (!job && !download)
    {
      const gboolean is_download = g_str_equal (op, "download");

      if (is_download || g_str_equal (op, "chat") || g_str_equal (op, "models") || g_str_equal (op, "files"))
        begin (service, id, asked, is_download);
    }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Service *service = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) asked = remote_wire_read_finish (result, &error);

  if (!asked)
    {
      g_main_loop_quit (service->loop);
      return;
    }
  take (service, asked);
  remote_wire_read_async (service->input, REMOTE_MAX_ASKED, NULL, read_cb, service);
}

/* Keys and conversations are in its memory. */
static void
protect (void)
{
  prctl (PR_SET_DUMPABLE, 0);
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  signal (SIGPIPE, SIG_IGN);
  /* One request is one connection, which ends with it: what HTTP/2 adds is of no use here. */
  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);
}

int
main (int argc, char **argv)
{
  static Service service; /* what it has ends with the process, and is no leak */
  int output;

  protect ();
  if (argc > 1 || isatty (STDIN_FILENO))
    {
      fprintf (stderr, "myna-remote %s: started by Myna when you use a server; there is nothing to call it for\n",
               MYNA_VERSION);
      return EXIT_FAILURE;
    }
  /* Whatever a library prints must not come between the frames. */
  output = dup (STDOUT_FILENO);
  if (output < 0 || dup2 (STDERR_FILENO, STDOUT_FILENO) < 0)
    return EXIT_FAILURE;
  service.loop = g_main_loop_new (NULL, FALSE);
  service.input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  service.outbox = remote_outbox_new (output);
  service.secure = remote_exchange_session_new (FALSE);
  service.plain = remote_exchange_session_new (TRUE);
  service.jobs = g_ptr_array_new_with_free_func (g_object_unref);
  service.downloads = g_ptr_array_new_with_free_func (g_object_unref);
  remote_wire_read_async (service.input, REMOTE_MAX_ASKED, NULL, read_cb, &service);
  g_main_loop_run (service.loop);
  /* The connections end with the process. */
  return EXIT_SUCCESS;
}
