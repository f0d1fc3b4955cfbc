/* test-lock.c: what a process cannot do any more once it is locked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each attempt runs in a process of its own, that locks itself and then tells by its exit status what came of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "documents/reader/lock.h"

enum
{
  DONE = 10,
  REFUSED,
  NOT_LOCKED,
};

static gboolean
connect_out (void)
{
  return socket (AF_INET, SOCK_STREAM, 0) >= 0 || socket (AF_UNIX, SOCK_STREAM, 0) >= 0
         || socket (AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static gboolean
read_passwd (void)
{
  return open ("/etc/passwd", O_RDONLY) >= 0 || open ("/proc/self/environ", O_RDONLY) >= 0;
}

static gboolean
write_file (void)
{
  return open ("/tmp/myna-lock-test", O_WRONLY | O_CREAT, 0600) >= 0
         || open ("/dev/shm/myna-lock-test", O_RDWR | O_CREAT, 0600) >= 0 || mkdir ("/tmp/myna-lock-test-folder", 0700) == 0
         || unlink ("/tmp/myna-lock-test") == 0;
}

static gboolean
start_process (void)
{
  pid_t child = fork ();

  if (child == 0)
    _exit (0);
  if (child > 0)
    return TRUE;
  execl ("/bin/true", "true", NULL);
  return FALSE;
}

static gboolean
signal_parent (void)
{
  return kill (getppid (), 0) == 0 || kill (getpid (), SIGCONT) == 0;
}

static gboolean
make_code (void)
{
  void *page = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
         || mprotect (page, 4096, PROT_READ | PROT_EXEC) == 0;
}

G_GNUC_UNUSED static gboolean
take_memory (void)
{
  for (guint i = 0; i < 64; i++)
    if (!malloc (16 << 20))
      return FALSE;
  return TRUE;
}

/* What reading does. */
static gboolean
work (void)
{
  void *memory = malloc (64 << 20);
  gboolean done = memory && write (STDERR_FILENO, "", 0) == 0;

  free (memory);
  return done;
}

static int
try_locked (gboolean (*attempt) (void))
{
  int status;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    _exit (!read_lock () ? NOT_LOCKED : attempt () ? DONE : REFUSED);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_attempt (gconstpointer data)
{
  g_assert_cmpint (try_locked ((gboolean (*) (void)) data), ==, REFUSED);
}

static void
test_work (void)
{
  g_assert_cmpint (try_locked (work), ==, DONE);
}

/* An endless loop is ended by its processor time. */
static void
test_time (void)
{
  int status;
  pid_t child = fork ();

  if (child == 0)
    {
      if (!read_lock ())
        _exit (NOT_LOCKED);
      for (;;)
        ;
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGXCPU);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lock/work", test_work);
  g_test_add_data_func ("/lock/connect", connect_out, test_attempt);
  g_test_add_data_func ("/lock/read", read_passwd, test_attempt);
  g_test_add_data_func ("/lock/write", write_file, test_attempt);
  g_test_add_data_func ("/lock/process", start_process, test_attempt);
  g_test_add_data_func ("/lock/signal", signal_parent, test_attempt);
  g_test_add_data_func ("/lock/code", make_code, test_attempt);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  g_test_add_data_func ("/lock/memory", take_memory, test_attempt);
#endif
  if (g_test_slow ())
    g_test_add_func ("/lock/time", test_time);
  return g_test_run ();
}
