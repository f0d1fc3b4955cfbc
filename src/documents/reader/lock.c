/* lock.c: this process can only read its standard input and write its standard output from here on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three layers.  Limits of processor time and memory end what a document makes endless.  Landlock takes away every file but the
 * tables that poppler reads Chinese, Japanese and Korean documents with.  seccomp lets through only the calls that reading takes:
 * no socket, no process, no signal to another, no code in memory that was written.
 */
#include "documents/reader/lock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "documents/wire.h"

/* Debian's poppler-data; a Flatpak brings its own. */
static const char *const tables[] = { "/usr/share/poppler", "/app/share/poppler" };

static gboolean
limit (int what, rlim_t value)
{
  return setrlimit (what, &(struct rlimit){ value, value }) == 0;
}

/* Sanitizers reserve terabytes of addresses, and take several times as long. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW  TRUE
#define CPU_SECONDS (8 * DOCUMENT_CPU_SECONDS)
#else
#define HAS_SHADOW  FALSE
#define CPU_SECONDS DOCUMENT_CPU_SECONDS
#endif

/* Processor time ends with a signal of its own, then with the one that cannot be caught.  The address space is wider than the
 * memory: it also has the libraries and the document itself. */
static gboolean
set_limits (void)
{
  const rlim_t memory = (rlim_t) DOCUMENT_MEMORY_MIB << 20, beside = DOCUMENT_MAX_FILE + ((rlim_t) 512 << 20);

  return limit (RLIMIT_CORE, 0) && limit (RLIMIT_NOFILE, 32)
         && setrlimit (RLIMIT_CPU, &(struct rlimit){ CPU_SECONDS, CPU_SECONDS + 1 }) == 0
         && (HAS_SHADOW || (limit (RLIMIT_DATA, memory) && limit (RLIMIT_AS, memory + beside)));
}

/* Whether files are locked away. */
static gboolean
set_landlock (void)
{
  /* All that its first version knows. */
  const guint64 all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
  struct landlock_ruleset_attr attr = { .handled_access_fs = all };
  int ruleset = syscall (SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
  gboolean done;

  if (ruleset < 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      struct landlock_path_beneath_attr rule = { .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR };

      rule.parent_fd = open (tables[i], O_PATH | O_CLOEXEC);
      if (rule.parent_fd < 0)
        continue;
      syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
      close (rule.parent_fd);
    }
  done = syscall (SYS_landlock_restrict_self, ruleset, 0) == 0;
  close (ruleset);
  return done;
}

static gboolean
allow_calls (scmp_filter_ctx filter, gboolean with_files)
{
  static const int calls[] = {
    SCMP_SYS (read),         SCMP_SYS (readv),          SCMP_SYS (pread64),       SCMP_SYS (write),
    SCMP_SYS (writev),       SCMP_SYS (close),          SCMP_SYS (fstat),         SCMP_SYS (newfstatat),
    SCMP_SYS (stat),         SCMP_SYS (lstat),          SCMP_SYS (statx),         SCMP_SYS (lseek),
    SCMP_SYS (munmap),       SCMP_SYS (mremap),         SCMP_SYS (brk),           SCMP_SYS (madvise),
    SCMP_SYS (futex),        SCMP_SYS (exit),           SCMP_SYS (exit_group),    SCMP_SYS (rt_sigreturn),
    SCMP_SYS (rt_sigaction), SCMP_SYS (rt_sigprocmask), SCMP_SYS (clock_gettime), SCMP_SYS (gettimeofday),
    SCMP_SYS (time),         SCMP_SYS (getrandom),      SCMP_SYS (getpid),        SCMP_SYS (gettid),
    SCMP_SYS (getuid),       SCMP_SYS (geteuid),        SCMP_SYS (getgid),        SCMP_SYS (getegid),
    SCMP_SYS (getcwd),       SCMP_SYS (sched_yield),    SCMP_SYS (sigaltstack),
  };
  /* No memory that is code. */
  const struct scmp_arg_cmp no_code = SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
  /* abort() of itself. */
  const struct scmp_arg_cmp itself = SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) getpid ());
  const struct scmp_arg_cmp to_read = SCMP_A2 (SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
  const struct scmp_arg_cmp flags = SCMP_A1 (SCMP_CMP_LT, F_DUPFD_CLOEXEC + 1);
  gboolean done = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    done = done && seccomp_rule_add (filter, SCMP_ACT_ALLOW, calls[i], 0) == 0;
  done = done && seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 1, no_code) == 0
         && seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mprotect), 1, no_code) == 0
         && seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (tgkill), 1, itself) == 0;
  if (with_files)
    done = done && seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (openat), 1, to_read) == 0
           && seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (getdents64), 0) == 0
           && seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (fcntl), 2, flags, SCMP_A0 (SCMP_CMP_GT, STDERR_FILENO)) == 0;
  return done;
}

static gboolean
set_seccomp (gboolean with_files)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ERRNO (EPERM));
  gboolean done;

  if (!filter)
    return FALSE;
  done = allow_calls (filter, with_files) && seccomp_load (filter) == 0;
  seccomp_release (filter);
  return done;
}

gboolean
read_lock (void)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || !set_limits ())
    return FALSE;
  return set_seccomp (set_landlock ());
}
