/* test-core-dump.c: a crash during a temporary chat leaves nothing of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/core-dump.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *folder;

/* Whether a child that crashes leaves a dump. */
static gboolean
crash_dumps (gboolean forbids)
{
  struct rlimit limit;
  int status = 0;
  pid_t child = fork ();

  if (child == 0)
    {
      if (chdir (folder) != 0 || getrlimit (RLIMIT_CORE, &limit) != 0)
        _exit (1);
      limit.rlim_cur = limit.rlim_max;
      if (setrlimit (RLIMIT_CORE, &limit) != 0 || (forbids && !myna_core_dump_forbid ()))
        _exit (1);
      signal (SIGABRT, SIG_DFL);
      raise (SIGABRT);
      _exit (2);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  return WCOREDUMP (status);
}

static void
test_crash (void)
{
  g_autofree char *own = g_dir_make_tmp ("myna-dump-XXXXXX", NULL);
  g_autoptr (GDir) dir = NULL;
  const char *name;
  gboolean dumps;

  folder = own;
  dumps = crash_dumps (FALSE);
  g_assert_false (crash_dumps (TRUE));
  dir = g_dir_open (own, 0, NULL);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (own, name, NULL);

      g_unlink (path);
    }
  g_rmdir (own);
  if (!dumps)
    g_test_skip ("this system writes no core dumps, whatever a program says");
}

/* The one value that dumps into a pipe obey too. */
static void
test_limit (void)
{
  struct rlimit limit;

  g_assert_true (myna_core_dump_forbid ());
  g_assert_cmpint (getrlimit (RLIMIT_CORE, &limit), ==, 0);
  if (limit.rlim_max > 0)
    g_assert_cmpint (limit.rlim_cur, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core-dump/crash", test_crash);
  g_test_add_func ("/core-dump/limit", test_limit);
  return g_test_run ();
}
