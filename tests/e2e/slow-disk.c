/* slow-disk.c: preloaded into the program by a test: a disk that takes its time while a file is there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * $MYNA_SLOW_DISK: reading a model takes long.  The engine tells the kernel by madvise() which part of it it reads next; a
 * slow disk lets it wait there.
 * $MYNA_SLOW_HISTORY: the history is not opened before this file is gone.
 */
#undef _FILE_OFFSET_BITS /* open() and open64() are two functions here */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DELAY_NS 150000000

int
madvise (void *data, size_t n_bytes, int advice)
{
  const char *path = getenv ("MYNA_SLOW_DISK");
  struct timespec delay = { 0, DELAY_NS };

  /* 22: MADV_POPULATE_READ of Linux 5.14. */
  if ((advice == 22 || advice == MADV_WILLNEED) && path && access (path, F_OK) == 0)
    while (nanosleep (&delay, &delay) != 0 && errno == EINTR)
      ;
  return (int) syscall (SYS_madvise, data, n_bytes, advice);
}

static void
wait_for_history (const char *path)
{
  const char *slow = getenv ("MYNA_SLOW_HISTORY"), *name = strrchr (path, '/');
  struct timespec delay = { 0, DELAY_NS / 10 };

  while (slow && name && strcmp (name, "/chats.db") == 0 && access (slow, F_OK) == 0)
    nanosleep (&delay, NULL);
}

/* What SQLite opens files with: the one name or the other, by how it was built. */
static int
open_file (const char *path, int flags, va_list arguments)
{
  int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg (arguments, int) : 0;

  wait_for_history (path);
  return (int) syscall (SYS_openat, AT_FDCWD, path, flags, mode);
}

int
open (const char *path, int flags, ...)
{
  va_list arguments;
  int fd;

  va_start (arguments, flags);
  fd = open_file (path, flags, arguments);
  va_end (arguments);
  return fd;
}

int
open64 (const char *path, int flags, ...)
{
  va_list arguments;
  int fd;

  va_start (arguments, flags);
  fd = open_file (path, flags | O_LARGEFILE, arguments);
  va_end (arguments);
  return fd;
}
