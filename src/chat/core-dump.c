/* core-dump.c: keeping a chat that is not saved out of core dumps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A limit of one byte is too small for a core file, and where dumps go to a program (core_pattern "|…"), for which Linux
 * ignores limits, it is the one value that it does not ignore: see core(5) and do_coredump().  PR_SET_DUMPABLE would do as
 * well, but takes /proc/PID from the portals, which look there for who asks: so it is the second choice, for a hard limit of
 * zero, which a pipe ignores.  MADV_DONTDUMP holds for single pages; the words of a chat are in too many.
 */
#include "chat/core-dump.h"

#include <sys/prctl.h>
#include <sys/resource.h>

gboolean
myna_core_dump_forbid (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_CORE, &limit) == 0)
    {
      limit.rlim_cur = 1;
      if (setrlimit (RLIMIT_CORE, &limit) == 0)
        return TRUE;
    }
  return prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}
