/* picture-decode.c: foreign pictures as pixels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * No decoder runs in this process.  myna-read gets the file as its standard input, a file in memory, locks itself and writes
 * "WIDTH HEIGHT\n" and RGBA pixels.  A file may have taken it over: what it writes is bounded and checked.
 */
#include "tools/picture-decode.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "text/text-helper.h"

/* See documents/wire.h and reader/picture.c. */
#define MAX_PIXELS  1000000
#define MAX_HEAD    16
#define EXIT_BROKEN 20
#define SECONDS     30

static void
made_free (gpointer made)
{
  tool_made_free (made);
}

/* Somewhere in memory, to be read from its beginning; −1: there is no room. */
static int
open_file (GBytes *file)
{
  gsize n = 0, done = 0;
  const char *data = g_bytes_get_data (file, &n);
  int fd = memfd_create ("picture", MFD_CLOEXEC);

  while (fd >= 0 && done < n)
    {
      gssize written = write (fd, data + done, n - done);

      if (written < 0 && errno != EINTR)
        {
          close (fd);
          return -1;
        }
      done += (gsize) MAX (written, 0);
    }
  if (fd >= 0)
    lseek (fd, 0, SEEK_SET);
  return fd;
}

static GSubprocess *
start_reader (int fd)
{
  static const char *const bare[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL };
  g_autofree char *program = text_dup_helper ("myna-read");
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  g_subprocess_launcher_set_environ (launcher, (char **) bare);
  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_take_stdin_fd (launcher, fd);
  return g_subprocess_launcher_spawn (launcher, NULL, program, "--picture", NULL);
}

/* NULL: they are not the pixels of a picture. */
static ToolMade *
read_pixels (const char *data, gsize n)
{
  const char *end = memchr (data, '\n', MIN (n, MAX_HEAD));
  g_autofree char *head = end ? g_strndup (data, end - data) : NULL;
  g_autoptr (GBytes) pixels = NULL;
  guint width, height;
  gsize n_pixels;

  if (!head || sscanf (head, "%5u %5u", &width, &height) != 2 || width < 1 || height < 1)
    return NULL;
  n_pixels = (gsize) width * height;
  if (n_pixels > MAX_PIXELS || n != (gsize) (end + 1 - data) + n_pixels * 4)
    return NULL;
  pixels = g_bytes_new (end + 1, n_pixels * 4);
  return tool_made_new ("", width, height, pixels);
}

static gboolean
late_cb (gpointer process)
{
  g_subprocess_force_exit (process);
  return G_SOURCE_REMOVE;
}

/* The reader's limit of processor time ends it; this ends one that only waits. */
static GSource *
limit_time (GSubprocess *process)
{
  GSource *source = g_timeout_source_new_seconds (SECONDS);

  g_source_set_callback (source, late_cb, g_object_ref (process), g_object_unref);
  g_source_attach (source, NULL);
  return source;
}

/* NULL: *ret_broken says whether it is the file that is wrong. */
static ToolMade *
decode (GBytes *file, GCancellable *cancellable, gboolean *ret_broken)
{
  const gsize room = MAX_HEAD + MAX_PIXELS * 4 + 1;
  int fd = open_file (file);
  g_autoptr (GSubprocess) process = fd >= 0 ? start_reader (fd) : NULL;
  g_autoptr (GSource) late = NULL;
  g_autofree char *data = NULL;
  gsize n = 0;

  *ret_broken = FALSE;
  if (!process)
    return NULL;
  late = limit_time (process);
  data = g_malloc (room);
  if (!g_input_stream_read_all (g_subprocess_get_stdout_pipe (process), data, room, &n, cancellable, NULL))
    n = 0;
  /* Do not wait for more output than a picture can have. */
  if (n == 0 || n == room)
    g_input_stream_close (g_subprocess_get_stdout_pipe (process), NULL, NULL);
  if (n == room || g_cancellable_is_cancelled (cancellable))
    g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_source_destroy (late);
  *ret_broken = !g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) == EXIT_BROKEN;
  return g_subprocess_get_successful (process) ? read_pixels (data, n) : NULL;
}

static ToolMade *
make_file (GBytes *file)
{
  const guint8 *data = g_bytes_get_data (file, NULL);

  return tool_made_new (g_bytes_get_size (file) > 0 && data[0] == 0xff ? "picture.jpg" : "picture.png", 0, 0, file);
}

static void
decode_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GPtrArray *files = data;
  GPtrArray *made = g_ptr_array_new_with_free_func (made_free);

  for (guint i = 0; i < files->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      GBytes *file = g_ptr_array_index (files, i);
      gboolean is_broken;
      ToolMade *picture = decode (file, cancellable, &is_broken);

      g_ptr_array_add (made, picture || is_broken ? picture : make_file (file));
    }
  g_task_return_pointer (task, made, (GDestroyNotify) g_ptr_array_unref);
}

void
tool_pictures_decode_async (GPtrArray *files, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tool_pictures_decode_async);
  g_task_set_task_data (task, g_ptr_array_ref (files), (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (task, decode_thread);
}

GPtrArray *
tool_pictures_decode_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
