/* slow-disk.c: preloaded into the program by a test: reading a model takes long while $MYNA_SLOW_DISK is there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine tells the kernel by madvise() which part of a model it reads next; a slow disk lets it wait there.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DELAY_NS 150000000

int
madvise (void  *data,
         size_t n_bytes,
         int    advice)
{
  const char *path = getenv ("MYNA_SLOW_DISK");
  struct timespec delay = { 0, DELAY_NS };

  /* 22: MADV_POPULATE_READ of Linux 5.14. */
  if ((advice == 22 || advice == MADV_WILLNEED) && path && access (path, F_OK) == 0)
    while (nanosleep (&delay, &delay) != 0 && errno == EINTR)
      ;
  return (int) syscall (SYS_madvise, data, n_bytes, advice);
}
