/* myna-disk.c: how fast a file can be read from its disk, which is what bounds the speed of a model larger than memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is read is like what the engine reads of experts: pieces of a few MiB, each somewhere else.
 */
#include "chat/myna-disk.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE       ((gsize) 2 << 20)
#define MAX_PIECES  32
#define MAX_TIME_US (1 * G_USEC_PER_SEC)
#define PAGE        4096

/* Some file systems have no reading past memory: what they hold of the file is given back first. */
static int
open_uncached (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_DIRECT);

  if (fd >= 0)
    return fd;
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0)
    posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
  return fd;
}

static double
measure (int fd, char *buffer, GCancellable *cancellable)
{
  gint64 start = g_get_monotonic_time (), took;
  goffset n_bytes = 0, step;
  struct stat status;

  if (fstat (fd, &status) != 0 || status.st_size < (off_t) PIECE)
    return 0;
  step = (status.st_size - (goffset) PIECE) / MAX_PIECES / PAGE * PAGE;
  for (int i = 0; i < MAX_PIECES && !g_cancellable_is_cancelled (cancellable); i++)
    {
      ssize_t n = pread (fd, buffer, PIECE, i * step);

      if (n <= 0)
        break;
      n_bytes += n;
      if (g_get_monotonic_time () - start > MAX_TIME_US)
        break;
    }
  took = g_get_monotonic_time () - start;
  return g_cancellable_is_cancelled (cancellable) || took <= 0 ? 0 : n_bytes * (double) G_USEC_PER_SEC / took;
}

static void
measure_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  double *speed = g_new0 (double, 1);
  void *buffer = NULL;
  int fd = open_uncached (task_data);

  if (fd >= 0 && posix_memalign (&buffer, PAGE, PIECE) == 0)
    *speed = measure (fd, buffer, cancellable);
  free (buffer);
  if (fd >= 0)
    close (fd);
  g_task_return_pointer (task, speed, g_free);
}

void
myna_disk_measure_async (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, measure_thread);
}

double
myna_disk_measure_finish (GAsyncResult *result)
{
  g_autofree double *speed = g_task_propagate_pointer (G_TASK (result), NULL);

  return speed ? *speed : 0;
}
