/* program.c: a program of other people's that runs beside this one: lines in, lines out, and its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/program.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "text/text-helper.h"
#include "tools/tools.h"

#define CHUNK       (64 << 10)
#define MAX_WAITING (4 << 20) /* bytes that it was sent and did not read */
#define MAX_LOG     4096      /* bytes of a line of standard error */
#define LATE_MS     2000      /* to read what it wrote before it ended */
#define CONTROL_FD  3

/* What is read of one of its two outputs. */
typedef struct
{
  ToolProgram *program; /* owned */
  GInputStream *stream;
  GByteArray *bytes; /* of a line that is not whole yet */
  gsize n_searched;  /* of those, where no line ends */
} Output;

struct _ToolProgram
{
  gatomicrefcount n_refs;
  const ToolProgramFuncs *funcs; /* NULL: it was freed */
  gpointer user_data;
  GSubprocess *process;
  int control;          /* what holds the guard; −1: let go */
  GCancellable *cancel; /* of reading */
  Output *outputs[2];   /* NULL: over */
  GOutputStream *input; /* NULL: closed */
  GString *waiting;     /* to be sent … */
  gsize n_sending;      /* … of them those that are on the way */
  gboolean closes;      /* the input, once all was sent */
  guint late_timer;     /* since it exited, while output is left to read; 0: none */
  gboolean has_exited;
  ToolProgramEnd end;
};

static ToolProgram *
program_ref (ToolProgram *self)
{
  g_atomic_ref_count_inc (&self->n_refs);
  return self;
}

static void
let_go (ToolProgram *self)
{
  if (self->control >= 0)
    close (self->control);
  self->control = -1;
}

static void
program_unref (ToolProgram *self)
{
  if (!g_atomic_ref_count_dec (&self->n_refs))
    return;
  let_go (self);
  g_clear_object (&self->process);
  g_clear_object (&self->cancel);
  g_string_free (self->waiting, TRUE);
  g_free (self);
}

/* ---- Finding ---------------------------------------------------------------------------------------------------- */

static char *
find_in (const char *folder, const char *command)
{
  g_autofree char *file = g_build_filename (folder, command, NULL);

  return g_file_test (file, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (file, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&file)
                                                                                                  : NULL;
}

char *
tool_program_find (const char *command, const char *path)
{
  g_auto (GStrv) folders = g_strsplit (path ? path : "", ":", -1);

  if (strchr (command, '/'))
    return g_path_is_absolute (command) ? find_in ("/", command) : NULL;
  for (char **folder = folders; *folder && *command; folder++)
    {
      char *file = g_path_is_absolute (*folder) ? find_in (*folder, command) : NULL;

      if (file)
        return file;
    }
  return NULL;
}

char **
tool_program_environment (const char *path, const char *const *entered)
{
  static const char *const kept[] = { "HOME", "LANG", "USER", "LOGNAME" };
  char **environment = g_environ_setenv (NULL, "PATH", path ? path : "/usr/local/bin:/usr/bin:/bin", TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_getenv (kept[i]))
      environment = g_environ_setenv (environment, kept[i], g_getenv (kept[i]), TRUE);
  for (guint i = 0; entered && entered[i]; i++)
    {
      const char *value = strchr (entered[i], '=');
      g_autofree char *name = value ? g_strndup (entered[i], value - entered[i]) : NULL;

      if (name && *name)
        environment = g_environ_setenv (environment, name, value + 1, TRUE);
    }
  return environment;
}

/* ---- Its end ---------------------------------------------------------------------------------------------------- */

static void
report (ToolProgram *self)
{
  const ToolProgramFuncs *funcs = self->funcs;
  int status;

  if (!funcs || !self->has_exited || self->outputs[0] || self->outputs[1])
    return;
  self->funcs = NULL;
  let_go (self);
  status = g_subprocess_get_if_exited (self->process) ? g_subprocess_get_exit_status (self->process)
                                                      : 128 + g_subprocess_get_term_sig (self->process);
  funcs->ended (self->end, status, self->user_data);
}

static gboolean
read_late_cb (gpointer user_data)
{
  ToolProgram *self = user_data;

  self->late_timer = 0;
  g_cancellable_cancel (self->cancel);
  return G_SOURCE_REMOVE;
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ToolProgram *self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  self->has_exited = TRUE;
  /* All that could write is dead; what was written is read within that time. */
  if (self->funcs && (self->outputs[0] || self->outputs[1]))
    self->late_timer = g_timeout_add (LATE_MS, read_late_cb, self);
  report (self);
  program_unref (self);
}

static void close_input (ToolProgram *self);

static void
end_because (ToolProgram *self, ToolProgramEnd end)
{
  if (self->end == TOOL_PROGRAM_EXITED)
    self->end = end;
  close_input (self);
  let_go (self);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static void
take_line (Output *output, const char *line, gsize n_bytes)
{
  ToolProgram *self = output->program;
  g_autofree char *text = NULL;

  if (!self->funcs)
    return;
  if (n_bytes > 0 && line[n_bytes - 1] == '\r')
    n_bytes--;
  if (output == self->outputs[0])
    {
      self->funcs->line (line, n_bytes, self->user_data);
      return;
    }
  text = tool_text_clean (line, MIN (n_bytes, MAX_LOG));
  self->funcs->log (text, self->user_data);
}

static void
take_lines (Output *output)
{
  GByteArray *bytes = output->bytes;
  gsize start = 0;
  const guint8 *end;

  while ((end = memchr (bytes->data + output->n_searched, '\n', bytes->len - output->n_searched)))
    {
      gsize n = (gsize) (end - bytes->data);

      /* A terminating 0 in the place of the line's end. */
      bytes->data[n] = '\0';
      take_line (output, (const char *) bytes->data + start, n - start);
      start = output->n_searched = n + 1;
      if (output->n_searched == bytes->len)
        break;
    }
  if (start > 0)
    g_byte_array_remove_range (bytes, 0, start);
  output->n_searched = bytes->len;
  /* The beginning of a long log line is enough. */
  if (output == output->program->outputs[1] && bytes->len > MAX_LOG)
    {
      g_byte_array_set_size (bytes, MAX_LOG);
      output->n_searched = MAX_LOG;
    }
}

static void
output_free (Output *output)
{
  g_object_unref (output->stream);
  g_byte_array_unref (output->bytes);
  program_unref (output->program);
  g_free (output);
}

static void
output_ends (Output *output)
{
  ToolProgram *self = output->program;
  guint8 nul = 0;

  if (output->bytes->len > 0)
    {
      g_byte_array_append (output->bytes, &nul, 1);
      take_line (output, (const char *) output->bytes->data, output->bytes->len - 1);
    }
  self->outputs[output == self->outputs[0] ? 0 : 1] = NULL;
  report (self);
  output_free (output);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Output *output = user_data;
  ToolProgram *self = output->program;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);

  if (!bytes || g_bytes_get_size (bytes) == 0)
    {
      output_ends (output);
      return;
    }
  g_byte_array_append (output->bytes, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  take_lines (output);
  if (output->bytes->len > TOOL_MAX_LINE)
    {
      g_byte_array_set_size (output->bytes, 0);
      output->n_searched = 0;
      end_because (self, TOOL_PROGRAM_TOO_LARGE);
      output_ends (output);
      return;
    }
  g_input_stream_read_bytes_async (output->stream, CHUNK, G_PRIORITY_DEFAULT, self->cancel, read_cb, output);
}

static void
read_output (ToolProgram *self, guint i, GInputStream *stream)
{
  Output *output = g_new0 (Output, 1);

  output->program = program_ref (self);
  output->stream = g_object_ref (stream);
  output->bytes = g_byte_array_new ();
  self->outputs[i] = output;
  g_input_stream_read_bytes_async (stream, CHUNK, G_PRIORITY_DEFAULT, self->cancel, read_cb, output);
}

/* ---- Sending ---------------------------------------------------------------------------------------------------- */

static void
close_input (ToolProgram *self)
{
  if (self->input)
    g_output_stream_close (self->input, NULL, NULL);
  g_clear_object (&self->input);
}

static void send_waiting (ToolProgram *self);

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ToolProgram *self = user_data;
  gssize n = g_output_stream_write_bytes_finish (G_OUTPUT_STREAM (source), result, NULL);

  self->n_sending = 0;
  /* The program closed its input, and will exit. */
  if (n < 0)
    g_string_truncate (self->waiting, 0);
  else
    g_string_erase (self->waiting, 0, n);
  send_waiting (self);
  program_unref (self);
}

static void
send_waiting (ToolProgram *self)
{
  g_autoptr (GBytes) bytes = NULL;

  if (self->n_sending > 0 || !self->input)
    return;
  if (self->waiting->len == 0)
    {
      if (self->closes)
        close_input (self);
      return;
    }
  self->n_sending = MIN (self->waiting->len, CHUNK);
  bytes = g_bytes_new (self->waiting->str, self->n_sending);
  g_output_stream_write_bytes_async (self->input, bytes, G_PRIORITY_DEFAULT, self->cancel, sent_cb, program_ref (self));
}

void
tool_program_send (ToolProgram *self, const char *line)
{
  if (!self->input || self->closes)
    return;
  if (self->waiting->len > MAX_WAITING)
    {
      end_because (self, TOOL_PROGRAM_DEAF);
      return;
    }
  g_string_append (self->waiting, line);
  g_string_append_c (self->waiting, '\n');
  send_waiting (self);
}

void
tool_program_close_input (ToolProgram *self)
{
  self->closes = TRUE;
  send_waiting (self);
}

/* ---- Starting --------------------------------------------------------------------------------------------------- */

static GSubprocess *
launch (const char *const *command, const char *const *environment, const char *folder, int control, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree char *guard = text_dup_helper ("myna-guard");

  g_ptr_array_add (arguments, guard);
  g_ptr_array_add (arguments, (char *) G_STRINGIFY (CONTROL_FD));
  for (guint i = 0; command[i]; i++)
    g_ptr_array_add (arguments, (char *) command[i]);
  g_ptr_array_add (arguments, NULL);
  g_subprocess_launcher_set_environ (launcher, (char **) environment);
  if (!folder)
    folder = g_file_test (g_get_home_dir (), G_FILE_TEST_IS_DIR) ? g_get_home_dir () : "/";
  g_subprocess_launcher_set_cwd (launcher, folder);
  g_subprocess_launcher_take_fd (launcher, control, CONTROL_FD);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, error);
}

ToolProgram *
tool_program_start (const char *const *command, const char *const *environment, const char *folder,
                    const ToolProgramFuncs *funcs, gpointer user_data, GError **error)
{
  ToolProgram *self;
  GSubprocess *process;
  int control[2];

  /* Writing to one that has ended is an error like others. */
  signal (SIGPIPE, SIG_IGN);
  /* Both ends close when a program is started: only the guard gets its own. */
  if (!g_unix_open_pipe (control, FD_CLOEXEC, error))
    return NULL;
  process = launch (command, environment, folder, control[0], error);
  if (!process)
    {
      close (control[1]);
      return NULL;
    }
  self = g_new0 (ToolProgram, 1);
  g_atomic_ref_count_init (&self->n_refs);
  self->funcs = funcs;
  self->user_data = user_data;
  self->process = process;
  self->control = control[1];
  self->cancel = g_cancellable_new ();
  self->input = g_object_ref (g_subprocess_get_stdin_pipe (process));
  self->waiting = g_string_new (NULL);
  read_output (self, 0, g_subprocess_get_stdout_pipe (process));
  read_output (self, 1, g_subprocess_get_stderr_pipe (process));
  g_subprocess_wait_async (process, NULL, exited_cb, program_ref (self));
  return self;
}

void
tool_program_free (ToolProgram *self)
{
  if (!self)
    return;
  self->funcs = NULL;
  g_clear_handle_id (&self->late_timer, g_source_remove);
  g_cancellable_cancel (self->cancel);
  close_input (self);
  let_go (self);
  program_unref (self);
}
