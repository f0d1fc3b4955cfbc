/* document-read.c: the process that reads a document, and what came of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "documents/document-records.h"
#include "documents/wire.h"
#include "text/text-helper.h"

/* By the clock: a file system may hang, and so may the process. */
#define CLOCK_SECONDS 120

/* ---- The file --------------------------------------------------------------------------------------------------- */

static int
fail_file (GError **error, const char *why)
{
  g_set_error (error, DOCUMENT_ERROR, DOCUMENT_ERROR_FILE, "it cannot be opened: %s", why);
  return -1;
}

/* What has no path is copied into memory. */
static int
copy_file (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, &local_error);
  g_autofree char *buffer = g_malloc (1 << 16);
  gsize total = 0;
  gssize n = 0;
  int fd;

  if (!stream)
    return fail_file (error, local_error->message);
  fd = memfd_create ("document", MFD_CLOEXEC);
  if (fd < 0)
    return fail_file (error, g_strerror (errno));
  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), buffer, 1 << 16, cancellable, &local_error)) > 0)
    {
      total += n;
      if (total > DOCUMENT_MAX_FILE || write (fd, buffer, n) != n)
        break;
    }
  if (n == 0 && lseek (fd, 0, SEEK_SET) == 0)
    return fd;
  close (fd);
  if (total > DOCUMENT_MAX_FILE)
    g_set_error_literal (error, DOCUMENT_ERROR, DOCUMENT_ERROR_LARGE, "it is too large");
  else
    fail_file (error, local_error ? local_error->message : g_strerror (ENOSPC));
  return -1;
}

/* A pipe or a device is no document; opening one must not wait. */
static int
open_file (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = g_file_get_path (file);
  struct stat st;
  int fd;

  if (!path)
    return copy_file (file, cancellable, error);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0)
    return fail_file (error, g_strerror (errno));
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    return fd;
  fail_file (error, S_ISDIR (st.st_mode) ? g_strerror (EISDIR) : "it is not a file");
  close (fd);
  return -1;
}

/* ---- The process ------------------------------------------------------------------------------------------------ */

/* The end of a pipe that holds it whole, or -1. */
static int
open_password (const char *password)
{
  gsize n = strlen (password);
  int ends[2];

  if (n > DOCUMENT_MAX_PASSWORD || !g_unix_open_pipe (ends, FD_CLOEXEC, NULL))
    return -1;
  if (write (ends[1], password, n) != (gssize) n)
    n = 0;
  close (ends[1]);
  return ends[0];
}

static GSubprocess *
start_reader (GFile *file, int fd, const char *password, GError **error)
{
  g_autofree char *program = text_dup_helper ("myna-read");
  g_autofree char *name = g_file_get_basename (file);
  static const char *const nothing[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL };
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) local_error = NULL;
  int password_fd = password ? open_password (password) : -1;
  GSubprocess *process;

  g_subprocess_launcher_set_environ (launcher, (char **) nothing);
  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_take_stdin_fd (launcher, fd);
  if (password_fd >= 0)
    g_subprocess_launcher_take_fd (launcher, password_fd, DOCUMENT_PASSWORD_FD);
  process = g_subprocess_launcher_spawn (launcher, &local_error, program, name ? name : "",
                                         password_fd >= 0 ? "--password" : NULL, NULL);
  if (!process)
    g_set_error (error, DOCUMENT_ERROR, DOCUMENT_ERROR_NO_READER, "%s", local_error->message);
  return process;
}

/* Waits for more to read.  FALSE: canceled, or nothing came in time. */
static gboolean
wait_for_more (int fd, gint64 deadline, GCancellable *cancellable, GError **error)
{
  GPollFD ends[2] = { { fd, G_IO_IN, 0 }, { -1, G_IO_IN, 0 } };
  guint n = g_cancellable_make_pollfd (cancellable, &ends[1]) ? 2 : 1;
  gint64 left = (deadline - g_get_monotonic_time ()) / 1000;
  int ready = left > 0 ? g_poll (ends, n, left) : 0;

  if (n == 2)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (ready != 0)
    return TRUE;
  g_set_error_literal (error, DOCUMENT_ERROR, DOCUMENT_ERROR_TIME, "it takes too long");
  return FALSE;
}

static gboolean
read_records (GSubprocess *process, DocumentRecords *records, GCancellable *cancellable, GError **error)
{
  GInputStream *output = g_subprocess_get_stdout_pipe (process);
  int fd = g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (output));
  gint64 deadline = g_get_monotonic_time () + CLOCK_SECONDS * G_USEC_PER_SEC;
  g_autofree char *buffer = g_malloc (1 << 16);

  while (wait_for_more (fd, deadline, cancellable, error))
    {
      gssize n = g_input_stream_read (output, buffer, 1 << 16, NULL, NULL);

      if (n <= 0)
        return TRUE;
      if (!document_records_add (records, buffer, n, error))
        return FALSE;
    }
  return FALSE;
}

/* How it ended says more than that it did not finish. */
static Document *
finish (GSubprocess *process, DocumentRecords *records, GError **error)
{
  if (g_subprocess_get_if_signaled (process))
    {
      int number = g_subprocess_get_term_sig (process);

      if (number == SIGXCPU || number == SIGKILL)
        g_set_error_literal (error, DOCUMENT_ERROR, DOCUMENT_ERROR_TIME, "it takes too long");
      else
        g_set_error_literal (error, DOCUMENT_ERROR, DOCUMENT_ERROR_DAMAGED, "it is damaged, or too large");
      return NULL;
    }
  return document_records_finish (records, error);
}

Document *
document_read (GFile *file, const char *password, GCancellable *cancellable, GError **error)
{
  g_autoptr (DocumentRecords) records = document_records_new ();
  g_autoptr (GSubprocess) process = NULL;
  struct stat st;
  gboolean done;
  int fd;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  fd = open_file (file, cancellable, error);
  if (fd < 0)
    return NULL;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_size == 0)
    {
      g_set_error_literal (error, DOCUMENT_ERROR, DOCUMENT_ERROR_EMPTY, "it is empty");
      close (fd);
      return NULL;
    }
  process = start_reader (file, fd, password, error);
  if (!process)
    return NULL;
  done = read_records (process, records, cancellable, error);
  if (!done)
    g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  return done ? finish (process, records, error) : NULL;
}

/* ---- Beside the main loop --------------------------------------------------------------------------------------- */

typedef struct
{
  GFile *file;
  char *password;
} Asked;

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_object_unref (asked->file);
  document_free_password (asked->password);
  g_free (asked);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Asked *asked = data;
  GError *error = NULL;
  Document *document = document_read (asked->file, asked->password, cancellable, &error);

  if (!document)
    {
      g_task_return_error (task, error);
      return;
    }
  document->text = document_dup_text (document);
  g_task_return_pointer (task, document, (GDestroyNotify) document_free);
}

void
document_read_async (GFile *file, const char *password, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Asked *asked = g_new (Asked, 1);

  g_task_set_source_tag (task, document_read_async);
  *asked = (Asked){ g_object_ref (file), g_strdup (password) };
  g_task_set_task_data (task, asked, asked_free);
  g_task_run_in_thread (task, read_thread);
}

Document *
document_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
