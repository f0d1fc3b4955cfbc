/* sandbox.c: where programs run that a model wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While it starts, and while a cell runs, two descriptors are read: what is printed, and the answers.  Otherwise nothing is read,
 * so that what goes on writing waits.  The end of the answers is the end of the interpreter; why it ended is its exit status.
 */
#include "tools/sandbox.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/sandbox-launch.h"
#include "tools/tool-json.h"
#include "tools/tool.h"

#define START_SECONDS    30
#define OUTPUT_MS        100
#define CHUNK            65536
#define MAX_OUTPUT       TOOL_MAX_RESULT_BYTES
#define MAX_ALL_OUTPUT   (64 * MAX_OUTPUT)
#define MAX_SHOWN_OUTPUT 65536 /* of a cell that runs */
#define MAX_HEADER       4096
#define MAX_PIECE        (16 << 20)
#define MAX_ANSWERS      (80 << 20) /* of a cell: four pictures and its files */
#define MAX_MADE         64
#define MAX_NAME         120
#define MAX_ERROR        2000
/* Reading is never so urgent that the window waits for it. */
#define PRIORITY G_PRIORITY_DEFAULT_IDLE
/* The worker's: see sandbox-worker.py. */
#define EXIT_CPU  11
#define EXIT_DISK 12

struct _ToolSandbox
{
  GObject parent_instance;

  ToolSandboxLimits limits;
  GSubprocess *process; /* NULL: not started, or ended */
  int output, answers;  /* -1: closed */
  GPtrArray *modules;

  GByteArray *outgoing; /* what is to be written before the next cell */
  GCancellable *writing;

  GTask *task; /* the start, or a cell; NULL: neither */
  gboolean is_starting;
  guint64 id; /* of the cell */
  ToolSandboxOutput func;
  gpointer func_data;
  GString *printed;
  gsize n_printed, n_answered, n_shown;
  GByteArray *buffer; /* answers that are not whole */
  GPtrArray *made;    /* ToolMade */
  guint n_pictures;
  ToolCellEnd end; /* why it is being ended; ALIVE: it is not */
  GSource *sources[5];
};

enum
{
  SOURCE_OUTPUT,
  SOURCE_ANSWERS,
  SOURCE_CLOCK,
  SOURCE_SHOW,
  SOURCE_CANCEL,
};

G_DEFINE_FINAL_TYPE (ToolSandbox, tool_sandbox, G_TYPE_OBJECT)

/* ---- Sources ---------------------------------------------------------------------------------------------------- */

static void
clear_source (ToolSandbox *self, guint which)
{
  if (!self->sources[which])
    return;
  g_source_destroy (self->sources[which]);
  g_clear_pointer (&self->sources[which], g_source_unref);
}

static void
set_source (ToolSandbox *self, guint which, GSource *source, GSourceFunc func, int priority)
{
  clear_source (self, which);
  self->sources[which] = source;
  g_source_set_callback (source, func, self, NULL);
  g_source_set_priority (source, priority);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
clear_sources (ToolSandbox *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sources); i++)
    clear_source (self, i);
}

/* ---- Ending ----------------------------------------------------------------------------------------------------- */

static void
close_all (ToolSandbox *self)
{
  g_cancellable_cancel (self->writing);
  if (self->output >= 0)
    close (self->output);
  if (self->answers >= 0)
    close (self->answers);
  self->output = self->answers = -1;
}

/* With its standard input it loses its guard, and with its first process all there is: neither way is trusted alone. */
static void
kill_process (ToolSandbox *self)
{
  if (!self->process)
    return;
  g_subprocess_force_exit (self->process);
  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
}

/* What the exit status says of the end. */
static ToolCellEnd
read_end (GSubprocess *process)
{
  int status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : 0;

  return status == EXIT_CPU ? TOOL_CELL_TOOK_TOO_MUCH_CPU : status == EXIT_DISK ? TOOL_CELL_FILES_TOO_LARGE : TOOL_CELL_CRASHED;
}

static ToolCell *
take_cell (ToolSandbox *self, const char *error, ToolCellEnd end)
{
  ToolCell *cell = g_new0 (ToolCell, 1);

  cell->output = tool_text_clean (self->printed->str, self->printed->len);
  cell->n_cut = self->n_printed - self->printed->len;
  if (error)
    {
      cell->error = tool_text_clean (error, MIN (strlen (error), MAX_ERROR));
      g_strdelimit (cell->error, "\n\t", ' ');
    }
  cell->end = end;
  cell->made = g_steal_pointer (&self->made);
  return cell;
}

/* Nothing is under way any more. */
static GTask *
take_task (ToolSandbox *self)
{
  clear_sources (self);
  return g_steal_pointer (&self->task);
}

static void
return_ended (ToolSandbox *self, ToolCellEnd end)
{
  g_autoptr (GTask) task = take_task (self);
  GError *error = NULL;

  if (!task || g_task_return_error_if_cancelled (task))
    return;
  if (!self->is_starting)
    {
      g_task_return_pointer (task, take_cell (self, NULL, end), (GDestroyNotify) tool_cell_free);
      return;
    }
  g_string_truncate (self->printed, MIN (self->printed->len, MAX_HEADER));
  tool_sandbox_explain (self->printed->str, &error);
  g_task_return_error (task, error);
}

static void
waited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ToolSandbox) self = user_data;
  GSubprocess *process = G_SUBPROCESS (source);

  g_subprocess_wait_finish (process, result, NULL);
  return_ended (self, self->end != TOOL_CELL_ALIVE ? self->end : read_end (process));
}

/* It is over with the interpreter, for this reason; ALIVE: by itself. */
static void
finish_off (ToolSandbox *self, ToolCellEnd end)
{
  g_autoptr (GSubprocess) process = NULL;

  if (!self->process)
    return;
  self->end = end;
  if (end != TOOL_CELL_ALIVE)
    kill_process (self);
  process = g_steal_pointer (&self->process);
  clear_sources (self);
  close_all (self);
  /* Do not wait for a process that closed its output and lives on. */
  g_subprocess_wait_async (process, NULL, waited_cb, g_object_ref (self));
  if (end == TOOL_CELL_ALIVE)
    g_output_stream_close (g_subprocess_get_stdin_pipe (process), NULL, NULL);
}

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

/* A file's own name, as it may be shown and proposed. */
static char *
clean_name (const char *name)
{
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *clean = tool_text_clean (base, strlen (base));
  g_autofree char *shown = NULL;

  g_strdelimit (clean, "/\\\n\t", '_');
  shown = tool_text_show (clean);
  if (!*shown || g_str_equal (shown, ".") || g_str_equal (shown, ".."))
    return g_strdup ("file");
  return g_utf8_substring (shown, 0, MIN (g_utf8_strlen (shown, -1), MAX_NAME));
}

/* −1: it is not there, or no whole number. */
static gint64
get_number (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                                                 : -1;
}

static void
take_picture (ToolSandbox *self, JsonNode *size, const guint8 *data, gsize n)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (size) ? json_node_get_array (size) : NULL;
  gint64 width, height;
  g_autoptr (GBytes) bytes = NULL;

  if (!array || json_array_get_length (array) != 2 || self->n_pictures == TOOL_SANDBOX_MAX_PICTURES)
    return;
  width = get_number (json_array_get_element (array, 0));
  height = get_number (json_array_get_element (array, 1));
  if (width < 1 || height < 1 || width > 4096 || height > 4096 || (gsize) (width * height) * 4 != n)
    return;
  bytes = g_bytes_new (data, n);
  g_ptr_array_insert (self->made, (int) self->n_pictures++, tool_made_new ("", (guint) width, (guint) height, bytes));
}

static void
take_file (ToolSandbox *self, const char *name, const guint8 *data, gsize n, gboolean is_whole)
{
  g_autofree char *clean = clean_name (name);
  g_autoptr (GBytes) bytes = is_whole ? g_bytes_new (data, n) : NULL;

  if (self->made->len < MAX_MADE)
    g_ptr_array_add (self->made, tool_made_new (clean, 0, 0, bytes));
}

/* Its first answer: that it is locked, and what there is. */
static void
take_ready (ToolSandbox *self, JsonObject *header)
{
  JsonArray *array = text_json_array (header, "modules");
  const char *lacks = text_json_string (header, "lacks");
  g_autoptr (GTask) task = NULL;

  for (guint i = 0; array && i < MIN (json_array_get_length (array), 16); i++)
    if (json_node_get_value_type (json_array_get_element (array, i)) == G_TYPE_STRING)
      g_ptr_array_add (self->modules, g_strdup (json_array_get_string_element (array, i)));
  if (lacks || get_number (json_object_get_member (header, "landlock")) < 1
      || get_number (json_object_get_member (header, "seccomp")) < 1)
    {
      task = take_task (self);
      kill_process (self);
      if (lacks)
        g_task_return_new_error (task, TOOL_SANDBOX_ERROR, TOOL_SANDBOX_ERROR_NO_MODULE, "Python has no module %s", lacks);
      else
        g_task_return_new_error (task, TOOL_SANDBOX_ERROR, TOOL_SANDBOX_ERROR_NO_LOCKS,
                                 "This system has no Landlock, or no seccomp");
      finish_off (self, TOOL_CELL_CRASHED);
      return;
    }
  task = take_task (self);
  self->is_starting = FALSE;
  g_task_return_boolean (task, TRUE);
}

static gboolean output_cb (int fd, GIOCondition condition, gpointer user_data);

static void
take_end (ToolSandbox *self, JsonObject *header)
{
  g_autoptr (GTask) task = NULL;
  const char *error = text_json_string (header, "error");

  /* What it printed before is there by now. */
  output_cb (self->output, G_IO_IN, self);
  if (!self->process)
    return;
  task = take_task (self);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, take_cell (self, error, TOOL_CELL_ALIVE), (GDestroyNotify) tool_cell_free);
}

/* One answer; an unknown one is passed over. */
static void
take_answer (ToolSandbox *self, JsonObject *header, const guint8 *data, gsize n)
{
  JsonNode *image = json_object_get_member (header, "image");
  const char *file = text_json_string (header, "file"), *left = text_json_string (header, "left");

  if (self->is_starting)
    take_ready (self, header);
  else if (image)
    take_picture (self, image, data, n);
  else if (file || left)
    take_file (self, file ? file : left, data, n, file != NULL);
  else if (get_number (json_object_get_member (header, "id")) == (gint64) self->id)
    take_end (self, header);
}

/* NULL: nonsense. */
static JsonObject *
parse_header (const guint8 *line, gsize n, gsize *ret_n_bytes)
{
  g_autofree char *text = g_strndup ((const char *) line, n);
  g_autoptr (JsonNode) node = strlen (text) == n ? tool_json_parse (text, n, TOOL_MAX_ARGUMENT_DEPTH) : NULL;
  JsonObject *header;
  gint64 bytes;

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  header = json_node_get_object (node);
  bytes = get_number (json_object_get_member (header, "bytes"));
  if (bytes < 0 || bytes > MAX_PIECE)
    return NULL;
  *ret_n_bytes = (gsize) bytes;
  return json_object_ref (header);
}

/* Takes the answers that are whole.  FALSE: they make no sense. */
static gboolean
take_answers (ToolSandbox *self)
{
  gsize from = 0;

  while (self->task && from < self->buffer->len)
    {
      const guint8 *start = self->buffer->data + from;
      gsize left = self->buffer->len - from, n_bytes = 0;
      const guint8 *end = memchr (start, '\n', MIN (left, MAX_HEADER));
      g_autoptr (JsonObject) header = NULL;

      if (!end && left >= MAX_HEADER)
        return FALSE;
      if (!end)
        break;
      header = parse_header (start, end - start, &n_bytes);
      if (!header)
        return FALSE;
      if (left - (end + 1 - start) < n_bytes)
        break;
      from += (end + 1 - start) + n_bytes;
      take_answer (self, header, end + 1, n_bytes);
    }
  g_byte_array_remove_range (self->buffer, 0, from);
  return TRUE;
}

static gboolean
answers_cb (int fd, GIOCondition condition, gpointer user_data)
{
  g_autoptr (ToolSandbox) self = g_object_ref (user_data);
  guint8 chunk[CHUNK];
  gssize n = read (fd, chunk, sizeof chunk);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      output_cb (self->output, G_IO_IN, self);
      finish_off (self, TOOL_CELL_ALIVE);
      return G_SOURCE_REMOVE;
    }
  self->n_answered += n;
  g_byte_array_append (self->buffer, chunk, n);
  if (self->n_answered > MAX_ANSWERS)
    finish_off (self, TOOL_CELL_TOO_MUCH_OUTPUT);
  else if (!take_answers (self))
    finish_off (self, TOOL_CELL_CRASHED);
  return self->sources[SOURCE_ANSWERS] ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* ---- Output ----------------------------------------------------------------------------------------------------- */

static gboolean
show_cb (gpointer user_data)
{
  ToolSandbox *self = user_data;
  gsize n = MIN (self->printed->len, MAX_SHOWN_OUTPUT);
  g_autofree char *text = NULL;

  if (n == self->n_shown)
    return G_SOURCE_CONTINUE;
  self->n_shown = n;
  text = tool_text_clean (self->printed->str, n);
  self->func (text, self->func_data);
  return G_SOURCE_CONTINUE;
}

/* Reads what is there, but no more than a share of it at a time. */
static gboolean
output_cb (int fd, GIOCondition condition, gpointer user_data)
{
  ToolSandbox *self = user_data;
  char chunk[CHUNK];
  gssize n = 1;

  for (guint i = 0; fd >= 0 && i < 16 && n > 0; i++)
    {
      n = read (fd, chunk, sizeof chunk);
      if (n <= 0)
        break;
      self->n_printed += n;
      g_string_append_len (self->printed, chunk, MIN ((gsize) n, MAX_OUTPUT - self->printed->len));
    }
  if (self->n_printed > MAX_ALL_OUTPUT)
    {
      finish_off (self, TOOL_CELL_TOO_MUCH_OUTPUT);
      return G_SOURCE_REMOVE;
    }
  /* Closed: the answers say what that means. */
  if (n == 0)
    clear_source (self, SOURCE_OUTPUT);
  return self->sources[SOURCE_OUTPUT] ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* ---- Under way -------------------------------------------------------------------------------------------------- */

static gboolean
clock_cb (gpointer user_data)
{
  g_autoptr (ToolSandbox) self = g_object_ref (user_data);

  finish_off (self, TOOL_CELL_TOOK_TOO_LONG);
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (ToolSandbox) self = g_object_ref (user_data);

  finish_off (self, TOOL_CELL_CRASHED);
  return G_SOURCE_REMOVE;
}

/* Takes the task. */
static void
begin (ToolSandbox *self, GTask *task, guint seconds)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  self->task = task;
  self->end = TOOL_CELL_ALIVE;
  g_string_truncate (self->printed, 0);
  self->n_printed = self->n_answered = self->n_shown = 0;
  g_clear_pointer (&self->made, g_ptr_array_unref);
  self->made = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_made_free);
  self->n_pictures = 0;
  set_source (self, SOURCE_OUTPUT, g_unix_fd_source_new (self->output, G_IO_IN), G_SOURCE_FUNC (output_cb), PRIORITY);
  set_source (self, SOURCE_ANSWERS, g_unix_fd_source_new (self->answers, G_IO_IN), G_SOURCE_FUNC (answers_cb), PRIORITY);
  set_source (self, SOURCE_CLOCK, g_timeout_source_new_seconds (seconds), clock_cb, G_PRIORITY_DEFAULT);
  if (self->func)
    set_source (self, SOURCE_SHOW, g_timeout_source_new (OUTPUT_MS), show_cb, PRIORITY);
  if (cancellable)
    set_source (self, SOURCE_CANCEL, g_cancellable_source_new (cancellable), G_SOURCE_FUNC (cancelled_cb), G_PRIORITY_DEFAULT);
}

void
tool_sandbox_start_async (ToolSandbox *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_return_if_fail (TOOL_IS_SANDBOX (self) && !self->process && !self->task);

  g_task_set_source_tag (task, tool_sandbox_start_async);
  /* Writing to one that is gone is an error like others. */
  signal (SIGPIPE, SIG_IGN);
  self->process = tool_sandbox_launch (&self->limits, &self->output, &self->answers, &error);
  if (!self->process)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  self->is_starting = TRUE;
  self->func = NULL;
  begin (self, task, START_SECONDS);
}

gboolean
tool_sandbox_start_finish (ToolSandbox *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
tool_sandbox_is_alive (ToolSandbox *self)
{
  g_return_val_if_fail (TOOL_IS_SANDBOX (self), FALSE);

  return self->process && !self->is_starting;
}

gboolean
tool_sandbox_has_module (ToolSandbox *self, const char *module)
{
  g_return_val_if_fail (TOOL_IS_SANDBOX (self), FALSE);

  return g_ptr_array_find_with_equal_func (self->modules, module, g_str_equal, NULL);
}

/* ---- Requests --------------------------------------------------------------------------------------------------- */

static void
wrote_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* Where it cannot be written, the interpreter has ended, and its answers say so. */
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  g_bytes_unref (user_data);
}

/* A line with what the builder holds. */
static void
add_request (ToolSandbox *self, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *line = json_to_string (root, FALSE);

  g_byte_array_append (self->outgoing, (const guint8 *) line, strlen (line));
  g_byte_array_append (self->outgoing, (const guint8 *) "\n", 1);
}

void
tool_sandbox_give (ToolSandbox *self, const char *name, GBytes *data)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  gsize n;
  const guint8 *bytes = g_bytes_get_data (data, &n);

  g_return_if_fail (TOOL_IS_SANDBOX (self));

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "file");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "bytes");
  json_builder_add_int_value (builder, n);
  json_builder_end_object (builder);
  add_request (self, builder);
  g_byte_array_append (self->outgoing, bytes, n);
}

static void
send_cell (ToolSandbox *self, const char *code)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GBytes *bytes;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_int_value (builder, self->id);
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, code);
  json_builder_end_object (builder);
  add_request (self, builder);
  bytes = g_byte_array_free_to_bytes (self->outgoing);
  self->outgoing = g_byte_array_new ();
  g_output_stream_write_all_async (g_subprocess_get_stdin_pipe (self->process), g_bytes_get_data (bytes, NULL),
                                   g_bytes_get_size (bytes), PRIORITY, self->writing, wrote_cb, bytes);
}

void
tool_sandbox_run_async (ToolSandbox *self, const char *code, ToolSandboxOutput output, gpointer output_data,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (TOOL_IS_SANDBOX (self) && !self->task && !self->is_starting);

  g_task_set_source_tag (task, tool_sandbox_run_async);
  if (!self->process)
    {
      g_string_truncate (self->printed, 0);
      self->n_printed = 0;
      self->made = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_made_free);
      g_task_return_pointer (task, take_cell (self, NULL, TOOL_CELL_CRASHED), (GDestroyNotify) tool_cell_free);
      g_object_unref (task);
      return;
    }
  self->id++;
  self->func = output;
  self->func_data = output_data;
  begin (self, task, self->limits.seconds);
  send_cell (self, code);
}

ToolCell *
tool_sandbox_run_finish (ToolSandbox *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
tool_sandbox_end (ToolSandbox *self)
{
  g_return_if_fail (TOOL_IS_SANDBOX (self));

  finish_off (self, TOOL_CELL_CRASHED);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
tool_sandbox_dispose (GObject *object)
{
  ToolSandbox *self = TOOL_SANDBOX (object);

  clear_sources (self);
  kill_process (self);
  close_all (self);
  g_clear_object (&self->process);
  G_OBJECT_CLASS (tool_sandbox_parent_class)->dispose (object);
}

static void
tool_sandbox_finalize (GObject *object)
{
  ToolSandbox *self = TOOL_SANDBOX (object);

  g_ptr_array_unref (self->modules);
  g_byte_array_unref (self->outgoing);
  g_byte_array_unref (self->buffer);
  g_object_unref (self->writing);
  g_string_free (self->printed, TRUE);
  g_clear_pointer (&self->made, g_ptr_array_unref);
  G_OBJECT_CLASS (tool_sandbox_parent_class)->finalize (object);
}

static void
tool_sandbox_class_init (ToolSandboxClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tool_sandbox_dispose;
  G_OBJECT_CLASS (klass)->finalize = tool_sandbox_finalize;
}

static void
tool_sandbox_init (ToolSandbox *self)
{
  self->output = self->answers = -1;
  self->modules = g_ptr_array_new_with_free_func (g_free);
  self->outgoing = g_byte_array_new ();
  self->buffer = g_byte_array_new ();
  self->writing = g_cancellable_new ();
  self->printed = g_string_new (NULL);
}

ToolSandbox *
tool_sandbox_new (const ToolSandboxLimits *limits)
{
  ToolSandbox *self = g_object_new (TOOL_TYPE_SANDBOX, NULL);

  self->limits = tool_sandbox_limits (limits);
  return self;
}
