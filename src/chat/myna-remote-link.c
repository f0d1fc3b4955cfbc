/* myna-remote-link.c: the process that opens network connections for the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is asked is written by GIO's thread, one frame after the other, so that a process that does not read keeps nobody waiting.
 */
#include "chat/myna-remote-link.h"

#include <signal.h>

#include "text/text-helper.h"

typedef struct
{
  guint64 id;
  MynaRemoteFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} Question;

struct _MynaRemoteLink
{
  GObject parent_instance;

  GSubprocess *process; /* NULL: it does not run */
  GCancellable *cancellable;
  GQueue frames; /* GBytes, to be written; the first is being written where is_writing */
  gboolean is_writing;
  GHashTable *questions; /* by id */
  guint64 last_id;
};

G_DEFINE_FINAL_TYPE (MynaRemoteLink, myna_remote_link, G_TYPE_OBJECT)

static void
question_free (gpointer data)
{
  Question *question = data;

  if (question->destroy)
    question->destroy (question->user_data);
  g_free (question);
}

gboolean
myna_remote_link_is_there (void)
{
  g_autofree char *path = text_dup_helper ("myna-remote");

  return g_file_test (path, G_FILE_TEST_IS_EXECUTABLE);
}

/* ---- Events ----------------------------------------------------------------------------------------------------- */

static gboolean
is_last (const char *name)
{
  return g_str_equal (name, "end") || g_str_equal (name, "error") || g_str_equal (name, "models")
         || g_str_equal (name, "files");
}

static void
dispatch (MynaRemoteLink *self, JsonObject *event)
{
  guint64 id = (guint64) remote_json_int (event, "id");
  const char *name = text_json_string (event, "event");
  Question *question = g_hash_table_lookup (self->questions, &id);

  if (!question || !name)
    return;
  if (!is_last (name))
    {
      question->func (event, name, question->user_data);
      return;
    }
  g_hash_table_steal (self->questions, &id);
  question->func (event, name, question->user_data);
  question_free (question);
}

static void
fail (MynaRemoteLink *self, guint64 id)
{
  g_autoptr (JsonObject) event = json_object_new ();

  json_object_set_int_member (event, "id", (gint64) id);
  json_object_set_string_member (event, "event", "error");
  json_object_set_string_member (event, "code", remote_problem_get_name (REMOTE_PROBLEM_PROCESS));
  dispatch (self, event);
}

/* The process has ended, or talks nonsense.  The next question starts another. */
static void
lose_process (MynaRemoteLink *self)
{
  g_autoptr (MynaRemoteLink) kept = g_object_ref (self);
  g_autoptr (GList) ids = NULL;
  g_autofree guint64 *lost = NULL;
  guint n = 0;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->process)
    g_subprocess_force_exit (self->process);
  g_clear_object (&self->process);
  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);
  self->is_writing = FALSE;
  ids = g_hash_table_get_keys (self->questions);
  lost = g_new (guint64, g_list_length (ids) + 1);
  for (GList *l = ids; l; l = l->next)
    lost[n++] = *(guint64 *) l->data;
  for (guint i = 0; i < n; i++)
    fail (self, lost[i]);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaRemoteLink) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) event = remote_wire_read_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !self->process
      || G_INPUT_STREAM (source) != g_subprocess_get_stdout_pipe (self->process))
    return;
  if (!event)
    {
      g_debug ("myna-remote: %s", error->message);
      lose_process (self);
      return;
    }
  dispatch (self, event);
  if (self->process)
    remote_wire_read_async (G_INPUT_STREAM (source), REMOTE_MAX_ANSWERED, self->cancellable, read_cb, g_object_ref (self));
}

/* ---- Questions -------------------------------------------------------------------------------------------------- */

static void write_next (MynaRemoteLink *self);

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaRemoteLink) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !self->process
      || G_OUTPUT_STREAM (source) != g_subprocess_get_stdin_pipe (self->process))
    return;
  g_bytes_unref (g_queue_pop_head (&self->frames));
  self->is_writing = FALSE;
  if (ok)
    write_next (self);
  else
    lose_process (self);
}

static void
write_next (MynaRemoteLink *self)
{
  GBytes *frame = g_queue_peek_head (&self->frames);

  if (!frame || self->is_writing)
    return;
  self->is_writing = TRUE;
  g_output_stream_write_all_async (g_subprocess_get_stdin_pipe (self->process), g_bytes_get_data (frame, NULL),
                                   g_bytes_get_size (frame), G_PRIORITY_DEFAULT, self->cancellable, written_cb,
                                   g_object_ref (self));
}

static gboolean
start (MynaRemoteLink *self)
{
  g_autofree char *path = text_dup_helper ("myna-remote");
  g_autoptr (GError) error = NULL;

  if (self->process)
    return TRUE;
  /* Writing to one that has ended is an error like others. */
  signal (SIGPIPE, SIG_IGN);
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, path, NULL);
  if (!self->process)
    {
      g_warning ("myna-remote could not be started: %s", error->message);
      return FALSE;
    }
  self->cancellable = g_cancellable_new ();
  remote_wire_read_async (g_subprocess_get_stdout_pipe (self->process), REMOTE_MAX_ANSWERED, self->cancellable, read_cb,
                          g_object_ref (self));
  return TRUE;
}

static gboolean
fail_cb (gpointer user_data)
{
  Question *question = user_data;
  g_autoptr (JsonObject) event = json_object_new ();

  json_object_set_int_member (event, "id", (gint64) question->id);
  json_object_set_string_member (event, "code", remote_problem_get_name (REMOTE_PROBLEM_PROCESS));
  question->func (event, "error", question->user_data);
  return G_SOURCE_REMOVE;
}

guint64
myna_remote_link_ask (MynaRemoteLink *self, JsonObject *asked, MynaRemoteFunc func, gpointer user_data, GDestroyNotify destroy)
{
  Question *question = g_new0 (Question, 1);
  GBytes *frame;

  *question = (Question){ ++self->last_id, func, user_data, destroy };
  json_object_set_int_member (asked, "id", (gint64) question->id);
  frame = start (self) ? remote_wire_pack (asked, REMOTE_MAX_ASKED) : NULL;
  if (!frame)
    {
      g_idle_add_full (G_PRIORITY_DEFAULT, fail_cb, question, question_free);
      return question->id;
    }
  g_hash_table_insert (self->questions, &question->id, question);
  g_queue_push_tail (&self->frames, frame);
  write_next (self);
  return question->id;
}

void
myna_remote_link_cancel (MynaRemoteLink *self, guint64 id)
{
  g_autoptr (JsonObject) asked = NULL;

  if (!self->process || !g_hash_table_contains (self->questions, &id))
    return;
  asked = json_object_new ();
  json_object_set_string_member (asked, "op", "cancel");
  json_object_set_int_member (asked, "id", (gint64) id);
  g_queue_push_tail (&self->frames, remote_wire_pack (asked, REMOTE_MAX_ASKED));
  write_next (self);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

/* It keeps nothing: there is nothing to wait for. */
static void
myna_remote_link_dispose (GObject *object)
{
  MynaRemoteLink *self = MYNA_REMOTE_LINK (object);

  if (self->process)
    g_subprocess_force_exit (self->process);

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->process);
  g_hash_table_remove_all (self->questions);
  G_OBJECT_CLASS (myna_remote_link_parent_class)->dispose (object);
}

static void
myna_remote_link_finalize (GObject *object)
{
  MynaRemoteLink *self = MYNA_REMOTE_LINK (object);

  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);
  g_hash_table_unref (self->questions);
  G_OBJECT_CLASS (myna_remote_link_parent_class)->finalize (object);
}

static void
myna_remote_link_class_init (MynaRemoteLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_remote_link_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_remote_link_finalize;
}

static void
myna_remote_link_init (MynaRemoteLink *self)
{
  g_queue_init (&self->frames);
  self->questions = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, question_free);
}

MynaRemoteLink *
myna_remote_link_new (void)
{
  return g_object_new (MYNA_TYPE_REMOTE_LINK, NULL);
}
