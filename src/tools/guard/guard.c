/* guard.c: runs a program that ends, with all that it started, when whoever started it does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: myna-guard FD COMMAND [ARGUMENT…].  FD is the end of a pipe whose other end only the starter holds: when that is closed,
 * by the starter or because it was killed, the program has a second to end by itself, as its input has ended, too; then its group
 * gets TERM, and two seconds later all that is left of it KILL.  Descendants that left the group are found as well: they become
 * children of this process, for it is their subreaper.  Whatever the program leaves behind when it ends is ended in the same way.
 *
 * The exit status is the program's, or 128 and the number of the signal that ended it; 127 and a line on standard error where it
 * could not be started.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MS 1000 /* to end by itself when its input has ended */
#define TERM_MS  2000 /* … after TERM */
#define LEFT_MS  500  /* the same for what the program leaves behind */
#define KILL_MS  20   /* between two rounds of KILL */

typedef enum
{
  RUNS,
  INPUT_ENDED,
  TERMINATED,
  KILLED,
} Phase;

typedef struct
{
  pid_t pid;  /* of the program, and of its group */
  int status; /* what it left, once it has ended */
  bool has_ended;
  Phase phase;
  long long deadline; /* ms; of the phase, but of RUNS */
} Guard;

static long long
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (long long) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Starting --------------------------------------------------------------------------------------------------- */

static void
fail (const char *what)
{
  fprintf (stderr, "%s: %s\n", what, strerror (errno));
  _exit (127);
}

/* The child's side; does not return. */
static void
become (char **command, pid_t guard, const sigset_t *signals)
{
  setpgid (0, 0);
  /* Should this process be killed, at least the program itself ends. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != guard)
    _exit (127);
  signal (SIGPIPE, SIG_DFL);
  sigprocmask (SIG_UNBLOCK, signals, NULL);
  execvp (command[0], command);
  fail (command[0]);
}

static pid_t
start (char **command, const sigset_t *signals)
{
  pid_t guard = getpid (), pid;
  int null;

  pid = fork ();
  if (pid < 0)
    fail ("myna-guard");
  if (pid == 0)
    become (command, guard, signals);
  setpgid (pid, pid);
  /* The pipes are the program's alone: their ends say that it has closed them. */
  null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  if (null >= 0)
    for (int fd = 0; fd < 3; fd++)
      dup2 (null, fd);
  return pid;
}

/* ---- Ending ----------------------------------------------------------------------------------------------------- */

/* The parent of the process, or 0. */
static pid_t
read_parent (const char *pid)
{
  char path[64], line[512], *end;
  ssize_t n;
  int fd, parent = 0;

  snprintf (path, sizeof path, "/proc/%.20s/stat", pid);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  n = read (fd, line, sizeof line - 1);
  close (fd);
  if (n <= 0)
    return 0;
  line[n] = '\0';
  /* The name between the brackets can hold anything. */
  end = strrchr (line, ')');
  if (!end || sscanf (end + 1, " %*c %d", &parent) != 1)
    return 0;
  return parent;
}

/* To the group, and to those children that are in none of ours: whoever was left by its parent is a child. */
static void
signal_all (const Guard *guard, int number)
{
  DIR *dir = opendir ("/proc");
  struct dirent *entry;

  kill (-guard->pid, number);
  while (dir && (entry = readdir (dir)))
    if (isdigit ((unsigned char) entry->d_name[0]) && read_parent (entry->d_name) == getpid ())
      kill (atoi (entry->d_name), number);
  if (dir)
    closedir (dir);
}

static void
enter (Guard *guard, Phase phase)
{
  static const int times[] = { [INPUT_ENDED] = INPUT_MS, [TERMINATED] = TERM_MS, [KILLED] = KILL_MS };

  guard->phase = phase;
  guard->deadline = now_ms () + (guard->has_ended && phase == TERMINATED ? LEFT_MS : times[phase]);
  if (phase == TERMINATED)
    signal_all (guard, SIGTERM);
  else if (phase == KILLED)
    signal_all (guard, SIGKILL);
}

/* Takes what children left.  Returns false once there are none. */
static bool
reap (Guard *guard)
{
  pid_t pid;
  int status;

  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    if (pid == guard->pid)
      {
        guard->status = status;
        guard->has_ended = true;
      }
  if (pid < 0 && errno == ECHILD)
    return false;
  /* What the program left behind. */
  if (guard->has_ended && guard->phase < TERMINATED)
    enter (guard, TERMINATED);
  return true;
}

static void
watch (Guard *guard, int control, int signals)
{
  struct pollfd fds[] = { { .fd = signals, .events = POLLIN }, { .fd = control, .events = POLLIN } };

  while (reap (guard))
    {
      long long left = guard->phase == RUNS ? -1 : guard->deadline - now_ms ();

      if (guard->phase != RUNS && left <= 0)
        {
          /* KILL again and again: whoever forks meanwhile is found the next time. */
          enter (guard, guard->phase == KILLED ? KILLED : guard->phase + 1);
          continue;
        }
      if (poll (fds, guard->phase == RUNS ? 2 : 1, (int) left) < 0 && errno != EINTR)
        enter (guard, KILLED);
      if (fds[0].revents & POLLIN)
        {
          struct signalfd_siginfo info;

          if (read (signals, &info, sizeof info) == sizeof info && info.ssi_signo != SIGCHLD && guard->phase < TERMINATED)
            enter (guard, TERMINATED);
        }
      if (guard->phase == RUNS && fds[1].revents)
        enter (guard, INPUT_ENDED);
    }
}

int
main (int argc, char **argv)
{
  Guard guard = { 0 };
  sigset_t signals;
  int control, signal_fd;

  if (argc < 3)
    {
      fputs ("usage: myna-guard FD COMMAND [ARGUMENT…]\n", stderr);
      return 2;
    }
  control = atoi (argv[1]);
  if (fcntl (control, F_SETFD, FD_CLOEXEC) != 0)
    fail ("myna-guard");
  /* A session of its own: what is sent to the starter's terminal is not sent here. */
  setsid ();
  if (prctl (PR_SET_CHILD_SUBREAPER, 1) != 0)
    fail ("myna-guard");
  sigemptyset (&signals);
  for (size_t i = 0; i < 4; i++)
    sigaddset (&signals, (const int[]){ SIGCHLD, SIGTERM, SIGINT, SIGHUP }[i]);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  signal_fd = signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signal_fd < 0)
    fail ("myna-guard");
  guard.pid = start (argv + 2, &signals);
  watch (&guard, control, signal_fd);
  return WIFEXITED (guard.status) ? WEXITSTATUS (guard.status) : 128 + WTERMSIG (guard.status);
}
