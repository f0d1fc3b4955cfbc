/* sandbox-launch.c: the command that starts the interpreter where it can do no harm
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bubblewrap: a world of its own with /usr to read and two folders in memory to write; it ends with this program.  The portal of
 * Flatpak, with a sandbox of its own, which is why the worker limits itself to its folders, too.  In both descriptor 3 takes the
 * answers, and 4 has the worker's source: no file of the system has to be trusted, or shows a path.
 */
#include "tools/sandbox-launch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools-resources.h"

#define PYTHON     "/usr/bin/python3"
#define WORKER     "/io/github/myna_chat/Myna/tools/sandbox-worker.py"
#define FD_ANSWERS 3
#define FD_SOURCE  4
/* The guard's bound comes first. */
#define DISK_MARGIN_MIB 8
#define FILE_MIB        32
#define N_FILES         5000

GQuark
tool_sandbox_error_quark (void)
{
  return g_quark_from_static_string ("tool-sandbox-error-quark");
}

static const char *const environment[][2] = {
  { "PATH", "/usr/bin" },
  { "HOME", "/mnt/data" },
  { "TMPDIR", "/tmp" },
  { "LANG", "C.UTF-8" },
  { "MPLBACKEND", "agg" },
  { "MPLCONFIGDIR", "/tmp/matplotlib" },
  { "OPENBLAS_NUM_THREADS", "1" },
  { "PYTHONDONTWRITEBYTECODE", "1" },
};

ToolSandboxLimits
tool_sandbox_limits (const ToolSandboxLimits *limits)
{
  ToolSandboxLimits whole = limits ? *limits : (ToolSandboxLimits){ 0 };

  whole.seconds = whole.seconds ? whole.seconds : TOOL_SANDBOX_SECONDS;
  whole.cpu_seconds = whole.cpu_seconds ? whole.cpu_seconds : TOOL_SANDBOX_CPU_SECONDS;
  whole.memory_mib = whole.memory_mib ? whole.memory_mib : TOOL_SANDBOX_MEMORY_MIB;
  whole.disk_mib = whole.disk_mib ? whole.disk_mib : TOOL_SANDBOX_DISK_MIB;
  whole.n_files = whole.n_files ? whole.n_files : N_FILES;
  return whole;
}

/* ---- Commands --------------------------------------------------------------------------------------------------- */

/* The arguments, up to NULL. */
static void G_GNUC_NULL_TERMINATED
add (GPtrArray *command, const char *first, ...)
{
  va_list arguments;

  va_start (arguments, first);
  for (const char *text = first; text; text = va_arg (arguments, const char *))
    g_ptr_array_add (command, g_strdup (text));
  va_end (arguments);
}

static void
add_worker (GPtrArray *command, const ToolSandboxLimits *limits)
{
  const guint numbers[] = { limits->memory_mib, FILE_MIB, limits->cpu_seconds, limits->disk_mib, limits->n_files };

  add (command, PYTHON, "-I", "-u", "-X", "utf8", "/proc/self/fd/" G_STRINGIFY (FD_SOURCE), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_ptr_array_add (command, g_strdup_printf ("%u", numbers[i]));
  add (command, "/tmp", "/mnt/data", NULL);
}

/* /bin and its like are links into /usr in a merged system, and folders of their own in others. */
static void
add_system (GPtrArray *command)
{
  static const char *const folders[] = { "/bin", "/lib", "/lib64", "/lib32" };
  static const char *const files[] = { "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/matplotlibrc",
                                       "/var/cache/fontconfig" };

  add (command, "--ro-bind", "/usr", "/usr", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *target = g_file_read_link (folders[i], NULL);

      if (target)
        add (command, "--symlink", target, folders[i], NULL);
      else
        add (command, "--ro-bind-try", folders[i], folders[i], NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    add (command, "--ro-bind-try", files[i], files[i], NULL);
}

static GPtrArray *
make_bubblewrap_command (const char *program, const ToolSandboxLimits *limits)
{
  GPtrArray *command = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *size = g_strdup_printf ("%u", (limits->disk_mib + DISK_MARGIN_MIB) << 20);

  /* --disable-userns needs --unshare-user beside --unshare-all. */
  add (command, program, "--unshare-all", "--unshare-user", "--cap-drop", "ALL", "--die-with-parent", "--new-session",
       "--clearenv", "--hostname", "sandbox", NULL);
  add_system (command);
  add (command, "--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/tmp", "--size", size, "--tmpfs", "/mnt/data",
       "--chdir", "/mnt/data", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (environment); i++)
    add (command, "--setenv", environment[i][0], environment[i][1], NULL);
  /* /dev is a small file system of its own: read-only, so that the two folders are all that can be written. */
  add (command, "--remount-ro", "/dev", "--remount-ro", "/", "--disable-userns", NULL);
  add_worker (command, limits);
  return command;
}

/* Not --clear-env: the portal would run flatpak itself without an environment, and that then looks in another home.  env starts
 * Python without the session's variables. */
static GPtrArray *
make_portal_command (const ToolSandboxLimits *limits)
{
  GPtrArray *command = g_ptr_array_new_with_free_func (g_free);

  add (command, "flatpak-spawn", "--sandbox", "--no-network", "--watch-bus", "--directory=/",
       "--forward-fd=" G_STRINGIFY (FD_ANSWERS), "--forward-fd=" G_STRINGIFY (FD_SOURCE), "/usr/bin/env", "-i", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (environment); i++)
    g_ptr_array_add (command, g_strconcat (environment[i][0], "=", environment[i][1], NULL));
  add_worker (command, limits);
  return command;
}

/* ---- Starting --------------------------------------------------------------------------------------------------- */

/* The worker's source; -1: errno says why. */
static int
open_source (void)
{
  static gboolean is_registered;
  g_autoptr (GBytes) source = NULL;
  const char *data;
  gsize n = 0, done = 0;
  int fd = memfd_create ("sandbox-worker", MFD_CLOEXEC);

  if (!is_registered)
    tool_register_resource ();
  is_registered = TRUE;
  source = g_resources_lookup_data (WORKER, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  data = g_bytes_get_data (source, &n);
  while (fd >= 0 && done < n)
    {
      gssize written = write (fd, data + done, n - done);

      if (written < 0 && errno != EINTR)
        {
          close (fd);
          return -1;
        }
      done += MAX (written, 0);
    }
  return fd;
}

static GPtrArray *
make_command (const ToolSandboxLimits *limits, GError **error)
{
  gboolean in_flatpak = !limits->launcher && g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
  const char *name = limits->launcher ? limits->launcher : in_flatpak ? "flatpak-spawn" : "bwrap";
  g_autofree char *program = g_find_program_in_path (name);

  if (!program)
    g_set_error (error, TOOL_SANDBOX_ERROR, in_flatpak ? TOOL_SANDBOX_ERROR_NO_PORTAL : TOOL_SANDBOX_ERROR_NO_BUBBLEWRAP,
                 "%s is not installed", in_flatpak ? "flatpak-spawn" : "bubblewrap");
  else if (!g_file_test (PYTHON, G_FILE_TEST_IS_EXECUTABLE))
    g_set_error_literal (error, TOOL_SANDBOX_ERROR, TOOL_SANDBOX_ERROR_NO_PYTHON, PYTHON " is not installed");
  else
    return in_flatpak ? make_portal_command (limits) : make_bubblewrap_command (program, limits);
  return NULL;
}

static gboolean
fail (int saved_errno, GError **error)
{
  g_set_error (error, TOOL_SANDBOX_ERROR, TOOL_SANDBOX_ERROR_FAILED, "The interpreter cannot be started: %s",
               g_strerror (saved_errno));
  return FALSE;
}

/* Two pipes, and the source. */
static gboolean
open_all (int output[2], int answers[2], int *source, GError **error)
{
  if (!g_unix_open_pipe (output, FD_CLOEXEC, NULL))
    return fail (errno, error);
  if (!g_unix_open_pipe (answers, FD_CLOEXEC, NULL))
    {
      fail (errno, error);
      close (output[0]);
      close (output[1]);
      return FALSE;
    }
  *source = open_source ();
  if (*source >= 0)
    return TRUE;
  fail (errno, error);
  for (guint i = 0; i < 2; i++)
    {
      close (output[i]);
      close (answers[i]);
    }
  return FALSE;
}

/* Ctrl+C in a terminal is for this program alone. */
static void
leave_group (gpointer user_data)
{
  setpgid (0, 0);
}

GSubprocess *
tool_sandbox_launch (const ToolSandboxLimits *limits, int *ret_output, int *ret_answers, GError **error)
{
  static const char *const bare[] = { "PATH=/usr/bin:/bin", NULL };
  g_autoptr (GPtrArray) command = make_command (limits, error);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) local_error = NULL;
  GSubprocess *process;
  int output[2], answers[2], source;

  if (!command || !open_all (output, answers, &source, error))
    return NULL;
  g_ptr_array_add (command, NULL);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE);
  /* What bubblewrap does not know, it cannot pass on. */
  if (!g_str_equal (command->pdata[0], "flatpak-spawn"))
    g_subprocess_launcher_set_environ (launcher, (char **) bare);
  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_set_child_setup (launcher, leave_group, NULL, NULL);
  g_subprocess_launcher_take_stderr_fd (launcher, fcntl (output[1], F_DUPFD_CLOEXEC, 3));
  g_subprocess_launcher_take_stdout_fd (launcher, output[1]);
  g_subprocess_launcher_take_fd (launcher, answers[1], FD_ANSWERS);
  g_subprocess_launcher_take_fd (launcher, source, FD_SOURCE);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) command->pdata, &local_error);
  g_subprocess_launcher_close (launcher);
  if (!process)
    {
      g_set_error (error, TOOL_SANDBOX_ERROR, TOOL_SANDBOX_ERROR_FAILED, "The interpreter cannot be started: %s",
                   local_error->message);
      close (output[0]);
      close (answers[0]);
      return NULL;
    }
  g_unix_set_fd_nonblocking (output[0], TRUE, NULL);
  g_unix_set_fd_nonblocking (answers[0], TRUE, NULL);
  *ret_output = output[0];
  *ret_answers = answers[0];
  return process;
}

void
tool_sandbox_explain (const char *text, GError **error)
{
  gboolean from_bubblewrap = g_str_has_prefix (text, "bwrap: ");
  const char *end = strchr (text, '\n');
  g_autofree char *line = g_strndup (text, end ? (gsize) (end - text) : MIN (strlen (text), 400));
  ToolSandboxError code = TOOL_SANDBOX_ERROR_FAILED;

  /* A container may allow the namespaces, and no /proc in them. */
  if (from_bubblewrap
      && (strstr (line, "namespace") || strstr (line, "uid map") || strstr (line, "userns") || strstr (line, "loopback")
          || strstr (line, "Can't mount ")))
    code = TOOL_SANDBOX_ERROR_NO_NAMESPACES;
  else if (strstr (line, "org.freedesktop.portal") || strstr (line, "D-Bus"))
    code = TOOL_SANDBOX_ERROR_NO_PORTAL;
  g_set_error (error, TOOL_SANDBOX_ERROR, code, "The interpreter does not start: %s", *line ? line : "it ended without a word");
}
