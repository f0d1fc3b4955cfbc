/* myna-python.c: the interpreter of a chat
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   run → the chat's documents → [start] → give them → the cell → pictures as files, on a thread
 */
#include "chat/myna-python.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/made.h"
#include "chat/myna-attachment.h"
#include "chat/myna-problem.h"

struct _MynaPython
{
  GObject parent_instance;

  ToolSandbox *sandbox; /* NULL: none is wanted yet */
  gboolean is_starting;
  GError *error;      /* of the last start */
  GPtrArray *waiting; /* GTask: cells that wait for the start */
  GHashTable *given;  /* name of a document → its text: what the sandbox has */
};

/* A cell under way. */
typedef struct
{
  char *code;
  GPtrArray *documents; /* ToolDocument */
  MynaToolHost *host;
  ToolSandboxOutput output;
  gpointer output_data;
} Run;

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MynaPython, myna_python, G_TYPE_OBJECT)

static void
run_free (gpointer data)
{
  Run *run = data;

  g_free (run->code);
  g_clear_pointer (&run->documents, g_ptr_array_unref);
  g_clear_object (&run->host);
  g_free (run);
}

void
myna_cell_free (MynaCell *cell)
{
  if (!cell)
    return;
  g_free (cell->text);
  g_free (cell->observed);
  g_clear_pointer (&cell->made, g_ptr_array_unref);
  g_free (cell);
}

char *
myna_python_describe_error (const GError *error)
{
  if (error->domain != TOOL_SANDBOX_ERROR)
    return myna_problem_describe (error);
  switch (error->code)
    {
    case TOOL_SANDBOX_ERROR_NO_BUBBLEWRAP:
      /* Translators: %s is the name of a package */
      return g_strdup_printf (_ ("Python needs the package “%s”, which shuts programs off from your files."), "bubblewrap");
    case TOOL_SANDBOX_ERROR_NO_PYTHON:
      /* Translators: %s is the name of a package */
      return g_strdup_printf (_ ("Python is not installed: the package “%s” is missing."), "python3");
    case TOOL_SANDBOX_ERROR_NO_MODULE:
      /* Translators: %s is the name of a package */
      return g_strdup_printf (_ ("Python is not installed completely: the package “%s” is needed."), "libpython3-stdlib");
    case TOOL_SANDBOX_ERROR_NO_NAMESPACES:
      return g_strdup (_ ("This system does not allow sandboxes (user namespaces), and Myna runs no program without one."));
    case TOOL_SANDBOX_ERROR_NO_LOCKS:
      return g_strdup (_ ("The kernel of this system is too old to shut programs off (Landlock and seccomp)."));
    case TOOL_SANDBOX_ERROR_NO_PORTAL: return g_strdup (_ ("Flatpak’s portal for sandboxes cannot be reached."));
    case TOOL_SANDBOX_ERROR_FAILED:
    default: return g_strdup_printf (_ ("Python cannot be started: %s"), error->message);
    }
}

/* ---- Starting --------------------------------------------------------------------------------------------------- */

static void run_cell (MynaPython *self, GTask *task);

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPython) self = user_data;
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->is_starting = FALSE;
  g_clear_error (&self->error);
  if (!tool_sandbox_start_finish (TOOL_SANDBOX (source), result, &self->error))
    g_clear_object (&self->sandbox);
  g_signal_emit (self, changed_signal, 0);
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);

      if (self->error)
        g_task_return_error (task, g_error_copy (self->error));
      else
        run_cell (self, task);
    }
}

void
myna_python_start (MynaPython *self)
{
  g_return_if_fail (MYNA_IS_PYTHON (self));

  if (self->is_starting || (self->sandbox && tool_sandbox_is_alive (self->sandbox)))
    return;
  g_clear_object (&self->sandbox);
  g_hash_table_remove_all (self->given);
  self->sandbox = tool_sandbox_new (NULL);
  self->is_starting = TRUE;
  tool_sandbox_start_async (self->sandbox, NULL, started_cb, g_object_ref (self));
}

MynaPython *
myna_python_hold (MynaPython *self)
{
  if (!self)
    return NULL;
  myna_python_start (self);
  return g_object_ref (self);
}

const GError *
myna_python_get_error (MynaPython *self)
{
  g_return_val_if_fail (MYNA_IS_PYTHON (self), NULL);

  return self->error;
}

/* In the language of the families' own words about programs. */
void
myna_python_add_hint (MynaPython *self, char **prompt)
{
  char *whole;
  gboolean numpy, plots;

  if (!self || !self->sandbox || !tool_sandbox_is_alive (self->sandbox))
    return;
  numpy = tool_sandbox_has_module (self->sandbox, "numpy");
  plots = tool_sandbox_has_module (self->sandbox, "matplotlib");
  if (numpy && plots)
    return;
  whole = g_strconcat (*prompt && **prompt ? *prompt : "", *prompt && **prompt ? "\n\n" : "",
                       numpy ? "此 Python 环境没有安装 matplotlib。"
                             : "此 Python 环境只有标准库，没有安装 numpy、pandas 和 matplotlib。",
                       NULL);
  g_free (*prompt);
  *prompt = whole;
}

/* ---- A cell ----------------------------------------------------------------------------------------------------- */

/* Packing pictures takes a while. */
static void
keep_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const ToolCell *raw = data;
  MynaCell *cell = g_new0 (MynaCell, 1);

  cell->text = tool_cell_dup_text (raw, FALSE);
  cell->observed = tool_cell_dup_text (raw, TRUE);
  cell->failed = raw->error || raw->end != TOOL_CELL_ALIVE;
  cell->made = myna_made_pack (raw->made);
  g_task_return_pointer (task, cell, (GDestroyNotify) myna_cell_free);
}

static void
ran_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  ToolCell *cell = tool_sandbox_run_finish (TOOL_SANDBOX (source), result, &error);

  if (!cell)
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_set_task_data (task, cell, (GDestroyNotify) tool_cell_free);
  /* It ran: what came of it is kept, whatever is cancelled by now. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, keep_thread);
}

static void
give_documents (MynaPython *self, GPtrArray *documents)
{
  for (guint i = 0; i < documents->len; i++)
    {
      const ToolDocument *document = g_ptr_array_index (documents, i);
      g_autofree char *name = myna_attachment_dup_file_name (document->name);
      g_autoptr (GBytes) data = NULL;

      if (g_strcmp0 (g_hash_table_lookup (self->given, document->name), document->text) == 0)
        continue;
      data = g_bytes_new (document->text, strlen (document->text));
      tool_sandbox_give (self->sandbox, name, data);
      g_hash_table_insert (self->given, g_strdup (document->name), g_strdup (document->text));
    }
}

static void
run_cell (MynaPython *self, GTask *task)
{
  Run *run = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return;
  give_documents (self, run->documents);
  tool_sandbox_run_async (self->sandbox, run->code, run->output, run->output_data, g_task_get_cancellable (task), ran_cb,
                          g_object_ref (task));
}

static void
documents_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MynaPython *self = g_task_get_source_object (task);
  Run *run = g_task_get_task_data (task);
  ToolHost host = myna_tool_host_get (run->host);
  GError *error = NULL;

  run->documents = host.funcs->documents_finish (host.owner, result, &error);
  if (!run->documents)
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->sandbox && tool_sandbox_is_alive (self->sandbox))
    {
      run_cell (self, task);
      return;
    }
  g_ptr_array_add (self->waiting, g_object_ref (task));
  myna_python_start (self);
}

void
myna_python_run_async (MynaPython *self, const char *code, MynaToolHost *host, ToolSandboxOutput output, gpointer output_data,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Run *run = g_new0 (Run, 1);
  ToolHost owner = myna_tool_host_get (host);

  g_return_if_fail (MYNA_IS_PYTHON (self));

  *run = (Run){ g_strdup (code), NULL, g_object_ref (host), output, output_data };
  g_task_set_source_tag (task, myna_python_run_async);
  g_task_set_task_data (task, run, run_free);
  owner.funcs->documents_async (owner.owner, cancellable, documents_cb, task);
}

MynaCell *
myna_python_run_finish (MynaPython *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_python_finalize (GObject *object)
{
  MynaPython *self = MYNA_PYTHON (object);

  g_clear_object (&self->sandbox);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->given);
  G_OBJECT_CLASS (myna_python_parent_class)->finalize (object);
}

static void
myna_python_class_init (MynaPythonClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_python_finalize;
  changed_signal = g_signal_new ("changed", MYNA_TYPE_PYTHON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_python_init (MynaPython *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

MynaPython *
myna_python_new (void)
{
  return g_object_new (MYNA_TYPE_PYTHON, NULL);
}
